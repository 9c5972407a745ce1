//! Names and addresses that are somebody else's, and those that only look so.

use serde_json::{Value, json};

use super::diagnose;
use crate::graph::Map;
use crate::model::{Action, Finding, Severity, Snapshot};

/// A container that started at a second of the hour.
fn container(name: &str, image: &str, started: u32, on: &[(&str, &str)]) -> Value {
    let endpoints: Vec<Value> = on
        .iter()
        .map(|(network, address)| {
            json!({"network": network, "network_id": network, "ipv4": address, "gateway": "10.0.0.1",
                "aliases": [name.rsplit('.').next()]})
        })
        .collect();
    json!({"name": name, "id": format!("{name}-id"), "image": image, "state": "running",
        "started_at": at(started), "network_mode": on[0].0, "endpoints": endpoints})
}

fn at(second: u32) -> String {
    format!("2026-01-02T03:{:02}:{:02}Z", second / 60, second % 60)
}

/// A container of a compose project, by `project.service`.
fn service(name: &str, image: &str, on: &[(&str, &str)]) -> Value {
    let mut container = container(name, image, 0, on);
    let (project, service) = name.split_once('.').unwrap();
    container["project"] = json!(project);
    container["service"] = json!(service);
    container
}

fn dials(mut container: Value, host: &str, port: u16) -> Value {
    container["references"] =
        json!([{"origin": "environment", "variable": "URL", "host": host, "port": port}]);
    container
}

/// What was seen in a container at second 100.
fn seen(name: &str, listening: &[u16], errors: Value) -> Value {
    let listening: Vec<Value> = listening
        .iter()
        .map(|port| json!({"protocol": "tcp", "address": "0.0.0.0", "port": port}))
        .collect();
    json!({"container": name, "id": format!("{name}-id"), "how": "proc", "at": at(100),
        "listening": listening, "connections": [], "log_errors": errors})
}

fn refused(host: &str, port: u16, second: u32) -> Value {
    json!([{"kind": "refused", "host": host, "port": port, "count": 3, "first": at(second),
        "last": at(second)}])
}

/// What is found in a setup.
fn findings(containers: &[Value], observations: &[Value]) -> Vec<Finding> {
    let networks: Vec<Value> = ["a", "b", "edge"]
        .iter()
        .enumerate()
        .map(|(at, name)| {
            json!({"name": name, "id": name, "driver": "bridge",
                "subnets": [{"subnet": format!("10.{at}.0.0/24")}]})
        })
        .collect();
    let text = json!({"schema": "netmap/1", "engine": {"name": "Docker"}, "networks": networks,
        "containers": containers, "observations": observations});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).unwrap();
    let map = Map::new(&snapshot);
    diagnose(&map, None, |_| true).findings
}

/// The errors and warnings of a setup, by their rules.
fn rules(containers: &[Value], observations: &[Value]) -> Vec<(Severity, &'static str)> {
    let findings = findings(containers, observations).into_iter();
    findings.map(|f| (f.severity, f.rule)).filter(|(s, _)| *s > Severity::Info).collect()
}

const STALE: &str = "stale-resolved-address";

#[test]
fn an_inherited_address_is_stale_until_the_client_has_seen_it() {
    let setup = |worker: u32, last: u32| {
        let containers = [
            container("api", "api:1", 40, &[("a", "10.0.0.4")]),
            container("proxy", "nginx:1", 10, &[("a", "10.0.0.3")]),
            container("worker", "api:1", worker, &[("a", "10.0.0.2")]),
        ];
        let observations = [
            seen("api", &[5000], json!([])),
            seen("proxy", &[80], refused("10.0.0.2", 5000, last)),
            seen("worker", &[], json!([])),
        ];
        rules(&containers, &observations)
    };
    assert_eq!(setup(35, 99), [(Severity::Error, STALE)]);
    // It complained while the api was away, and not since.
    assert_eq!(setup(35, 38), []);
    // An older owner has inherited nothing: the port is wrong.
    assert_eq!(setup(5, 99), [(Severity::Error, "dialled-port-closed")]);
}

#[test]
fn members_of_one_cluster_are_no_wrong_app_behind_an_address() {
    let setup = |image: &str| {
        let mut proxy = seen("client", &[], json!([]));
        proxy["connections"] = json!([{"progress": "open", "remote": "10.0.0.2:6379"}]);
        let containers = [
            dials(container("client", "app:1", 10, &[("a", "10.0.0.3")]), "redis", 6379),
            container("redis", "redis:7", 40, &[("a", "10.0.0.4")]),
            container("second", image, 40, &[("a", "10.0.0.2")]),
        ];
        rules(
            &containers,
            &[proxy, seen("redis", &[6379], json!([])), seen("second", &[6379], json!([]))],
        )
    };
    assert_eq!(setup("redis:7.2"), []);
    assert_eq!(setup("keydb:6"), [(Severity::Warning, STALE)]);
}

#[test]
fn a_name_of_two_projects_is_an_error_where_it_is_dialled_and_not_clear() {
    let db = |project: &str, image: &str, last: u8| {
        service(&format!("{project}.db"), image, &[("edge", &format!("10.2.0.{last}"))])
    };
    let app = |on: &[(&str, &str)]| dials(service("red.app", "app:1", on), "db", 5432);
    let both = || vec![db("blue", "mysql:8", 3), db("red", "postgres:16", 2)];
    let with = |more: Vec<Value>| rules(&[both(), more].concat(), &[]);
    assert_eq!(with(vec![app(&[("edge", "10.2.0.4")])]), [(Severity::Error, "alias-collision")]);
    // Nobody dials it, and Compose gave it.
    assert_eq!(with(vec![]), []);
    // There is a network on which the name is clear.
    let mut red = db("red", "postgres:16", 2);
    let mut second = red["endpoints"][0].clone();
    (second["network"], second["network_id"], second["ipv4"]) =
        (json!("a"), json!("a"), json!("10.0.0.2"));
    red["endpoints"].as_array_mut().unwrap().push(second);
    let app = app(&[("a", "10.0.0.4"), ("edge", "10.2.0.4")]);
    let found = rules(&[db("blue", "mysql:8", 3), red, app], &[]);
    assert_eq!(found, [(Severity::Warning, "alias-collision")]);
}

#[test]
fn whichever_of_two_owners_a_log_speaks_of_it_is_one_cause() {
    let api = |name: &str, image: &str, last: u8| {
        let mut api = container(name, image, 10, &[("edge", &format!("10.2.0.{last}"))]);
        api["endpoints"][0]["aliases"] = json!(["api"]);
        api
    };
    for (refusing, silent) in [("10.2.0.2", "one"), ("10.2.0.3", "two"), ("api", "one")] {
        let web = dials(container("web", "web:1", 9, &[("edge", "10.2.0.4")]), "api", 8080);
        let sockets = |name: &str| if name == silent { &[][..] } else { &[8080] };
        let observations = [
            seen("one", sockets("one"), json!([])),
            seen("two", sockets("two"), json!([])),
            seen("web", &[], refused(refusing, 8080, 99)),
        ];
        let found = rules(&[api("one", "api:1", 2), api("two", "old:1", 3), web], &observations);
        assert_eq!(found, [(Severity::Error, "alias-collision")], "{refusing}");
    }
}

#[test]
fn by_hand_copies_are_of_one_image_and_run_one_program() {
    let api = |name: &str, program: Option<&str>, last: u8| {
        let mut api = container(name, "busybox", 10, &[("edge", &format!("10.2.0.{last}"))]);
        api["endpoints"][0]["aliases"] = json!(["api"]);
        api["program"] = json!(program);
        api
    };
    let found = |old: Option<&str>, new: Option<&str>, listening: &[u16]| {
        let web = dials(container("web", "web:1", 9, &[("edge", "10.2.0.4")]), "api", 8080);
        let containers = [api("old", old, 2), api("new", new, 3), web];
        let sockets = [seen("old", &[], json!([])), seen("new", listening, json!([]))];
        rules(&containers, &sockets)
    };
    // Whatever listens at the moment.
    for listening in [&[][..], &[8080]] {
        let found = found(Some("sleep"), Some("sh"), listening);
        assert_eq!(found, [(Severity::Error, "alias-collision")], "{listening:?}");
    }
    for (old, new) in [(Some("httpd"), Some("httpd")), (None, Some("httpd")), (None, None)] {
        let found = found(old, new, &[8080]);
        assert!(!found.iter().any(|(_, rule)| *rule == "alias-collision"), "{old:?} {new:?}");
    }
}

/// The container that a fix takes off a network, of two that have the alias `api`
/// and listen on these ports.
fn taken_off(old: &[u16], new: &[u16]) -> Option<String> {
    let api = |name: &str, last: u8| {
        let mut api =
            container(name, &format!("{name}:1"), 10, &[("edge", &format!("10.2.0.{last}"))]);
        api["endpoints"][0]["aliases"] = json!(["api"]);
        api
    };
    let web = dials(container("web", "web:1", 9, &[("edge", "10.2.0.4")]), "api", 8080);
    let containers = [api("old", 2), api("new", 3), web];
    let sockets = [seen("old", old, json!([])), seen("new", new, json!([]))];
    let findings = findings(&containers, &sockets);
    let fix = findings.iter().find(|found| found.rule == "alias-collision").map(|f| &f.fix);
    fix.into_iter().flatten().find_map(|step| match &step.action {
        Action::Disconnect { container, .. } => Some(container.name.clone()),
        _ => None,
    })
}

#[test]
fn of_two_with_one_name_the_one_that_listens_keeps_it() {
    assert_eq!(taken_off(&[], &[8080]).as_deref(), Some("old"));
    assert_eq!(taken_off(&[8080], &[9090]).as_deref(), Some("new"));
    // Which of them is meant, nobody knows.
    assert_eq!(taken_off(&[8080], &[8080]), None);
    assert_eq!(taken_off(&[], &[]), None);
}

#[test]
fn another_projects_server_answers_by_right_where_the_own_one_has_none() {
    let app = || dials(service("blue.app", "app:1", &[("edge", "10.2.0.4")]), "db", 5432);
    let green = || service("green.db", "mysql:8", &[("edge", "10.2.0.3")]);
    let mut own = service("blue.db", "mysql:8", &[("a", "10.0.0.2")]);
    assert_eq!(rules(&[app(), green()], &[]), []);
    let found = rules(&[app(), own.clone(), green()], &[]);
    assert_eq!(found, [(Severity::Error, "foreign-namesake")]);
    // A link says whom it means.
    let mut linked = app();
    linked["links"] = json!(["green.db:db"]);
    let found = rules(&[linked, own.clone(), green()], &[]);
    assert!(!found.iter().any(|(_, rule)| *rule == "foreign-namesake"), "{found:?}");
    own["state"] = json!("exited");
    own["exit_code"] = json!(137);
    let found = rules(&[app(), own, green()], &[]);
    assert_eq!(found, [(Severity::Error, "foreign-namesake")]);
}

/// A broker that hands out an address, and a client that asks it.
fn broker(advertised: Value, errors: Value) -> Vec<(Severity, &'static str)> {
    let mut broker = container("broker", "kafka:3", 0, &[("a", "10.0.0.2")]);
    broker["advertised"] = advertised;
    let client = dials(container("client", "app:1", 0, &[("a", "10.0.0.3")]), "broker", 9092);
    let observations = [seen("broker", &[9092, 9093], json!([])), seen("client", &[], errors)];
    rules(&[broker, client], &observations)
}

fn advertises(host: &str, port: u16, to: u16, for_all: bool) -> Value {
    json!([{"origin": "environment", "variable": "ADVERTISED", "scheme": "IN", "host": host,
        "port": port, "to_clients_of": to, "for_all": for_all}])
}

#[test]
fn what_a_server_hands_out_counts_where_its_clients_are_sent_there() {
    let error = [(Severity::Error, "advertised-address")];
    let quiet = || json!([]);
    assert_eq!(broker(advertises("localhost", 9092, 9092, true), quiet()), error);
    assert_eq!(broker(advertises("bf3bd8e4860b", 9092, 9092, true), quiet()), error);
    // Nothing listens on the port that it names.
    assert_eq!(broker(advertises("broker", 29092, 9092, true), quiet()), error);
    assert_eq!(broker(advertises("broker", 9092, 9092, true), quiet()), []);
    // A listener for clients on the host.
    assert_eq!(broker(advertises("localhost", 9092, 9093, true), quiet()), []);
    // Not every client of etcd goes where it says, so one has to complain.
    assert_eq!(broker(advertises("localhost", 9092, 9092, false), quiet()), []);
    let complains = refused("127.0.0.1", 9092, 99);
    assert_eq!(broker(advertises("localhost", 9092, 9092, false), complains), error);
    // An id that nobody has can only have come from the server.
    let id = || json!([{"kind": "name-not-found", "host": "bf3bd8e4860b", "last": at(99)}]);
    assert_eq!(broker(json!([]), id()), error);
}

#[test]
fn one_mac_address_is_one_too_few_on_one_network_only() {
    let with_mac = |name: &str, network: &str, address: &str| {
        let mut container = container(name, "web:1", 0, &[(network, address)]);
        container["endpoints"][0]["mac"] = json!("02:42:0A:00:00:07");
        container
    };
    let one = with_mac("one", "a", "10.0.0.2");
    let found = rules(&[one.clone(), with_mac("two", "a", "10.0.0.3")], &[]);
    assert_eq!(found, [(Severity::Error, "duplicate-mac")]);
    assert_eq!(rules(&[one.clone(), with_mac("two", "b", "10.1.0.3")], &[]), []);
    let mut stopped = with_mac("two", "a", "10.0.0.3");
    stopped["state"] = json!("exited");
    assert_eq!(rules(&[one, stopped], &[]), []);
}

#[test]
fn an_address_where_the_client_is_not_is_told_from_sharing_nothing() {
    let app = container("app", "app:1", 0, &[("a", "10.0.0.2"), ("b", "10.1.0.2")]);
    let proxy = |on: &[(&str, &str)]| container("proxy", "traefik:3", 0, on);
    let timeout = |host: &str| {
        let errors =
            json!([{"kind": "timeout", "host": host, "port": 8000, "last": at(99), "count": 1}]);
        [seen("app", &[8000], json!([])), seen("proxy", &[], errors)]
    };
    let found = rules(&[app.clone(), proxy(&[("a", "10.0.0.3")])], &timeout("10.1.0.2"));
    assert_eq!(found, [(Severity::Error, "address-on-other-network")]);
    let found = rules(&[app, proxy(&[("edge", "10.2.0.3")])], &timeout("10.1.0.2"));
    assert_eq!(found, [(Severity::Error, "no-shared-network")]);
}

#[test]
fn a_service_without_its_name_is_no_wrong_name() {
    let app = dials(service("shop.app", "app:1", &[("a", "10.0.0.3")]), "db", 5432);
    let mut db = service("shop.db", "postgres:16", &[("a", "10.0.0.2")]);
    assert_eq!(rules(&[app.clone(), db.clone()], &[]), []);
    db["endpoints"][0]["aliases"] = json!([]);
    let found = rules(&[app.clone(), db.clone()], &[]);
    assert_eq!(found, [(Severity::Error, "lost-alias")]);
    // The service itself is meant, and not what `compose run` made beside it.
    db["labels"] = json!({"com.docker.compose.oneoff": "True"});
    db["name"] = json!("shop.db-run");
    let mut regular = service("shop.db", "postgres:16", &[("a", "10.0.0.5")]);
    regular["state"] = json!("exited");
    regular["exit_code"] = json!(1);
    let found = rules(&[app, db, regular], &[]);
    assert!(found.contains(&(Severity::Error, "target-down")), "{found:?}");
}

#[test]
fn the_one_of_another_project_that_has_a_name_is_named_and_no_more_is_claimed() {
    let not_found = json!([{"kind": "name-not-found", "host": "db", "port": 5432, "count": 3,
        "first": at(90), "last": at(98)}]);
    let api = || dials(service("alpha.api", "app", &[("a", "10.0.0.2")]), "db", 5432);
    let own = |project: &str, last: u8| {
        let name = format!("{project}.db");
        service(&name, "postgres", &[("b", &format!("10.1.0.{last}"))])
    };
    let found = |others: Vec<Value>| {
        let seen = [seen("alpha.api", &[], not_found.clone())];
        let found = findings(&[vec![api()], others].concat(), &seen);
        let wrong = found.into_iter().find(|found| found.rule == "wrong-name").unwrap();
        (wrong.severity, wrong.subjects)
    };
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    assert_eq!(found(vec![own("beta", 3)]), (Severity::Error, names(&["alpha.api", "beta.db"])));
    // Of two projects' it is not clear which.
    let several = vec![own("beta", 3), own("gamma", 4)];
    assert_eq!(found(several), (Severity::Error, names(&["alpha.api"])));
}
