//! What real clients showed that name less than others where they fail: a traceback, a
//! library that keeps an address, a proxy, a virtual address.

use serde_json::{Value, json};

use super::diagnose;
use super::real_apps_tests::{advice, at, container, found, listening, said, seen, told};
use crate::graph::Map;
use crate::model::{Evidence, Severity, Snapshot};

/// Of whom a traceback complains that ends with `ConnectionRefusedError: [Errno 111]
/// Connection refused`, and names nobody.
#[test]
fn a_refusal_that_names_nobody() {
    let refused = |sockets: Value| {
        let cache = container("cache", 2, &json!({}));
        let reference =
            json!([{"host": "cache", "origin": "environment", "variable": "MEMCACHED_HOST"}]);
        let web = container("web", 3, &json!({"references": reference}));
        let log = json!({"log_errors": [], "log_troubles": [said(1, &json!({"kind": "refused"}))]});
        found(&[cache, web], &[seen("web", &log), seen("cache", &json!({"listening": sockets}))])
    };
    let own = refused(json!([listening("127.0.0.1", 11211)]));
    let rule = |name: &str, summary: &'static str| vec![(name.to_owned(), summary)];
    assert_eq!(told(&own), rule("loopback-bind", "cache listens on 11211 for itself only"));
    let deaf = refused(json!([]));
    assert_eq!(told(&deaf), rule("dialled-port-closed", "web dials cache, where nothing listens"));
    let words = |evidence: &Evidence| matches!(evidence, Evidence::LastWords { container, .. } if container == "web");
    assert!(own[0].evidence.iter().any(words) && deaf[0].evidence.iter().any(words));
    // The port that is dialled may be another one than the one that is there.
    let other = refused(json!([listening("0.0.0.0", 1389)]));
    let ports =
        Evidence::OpenPorts { container: "cache".into(), ports: vec![1389], besides: false };
    assert!(other[0].evidence.contains(&ports), "{:#?}", other[0].evidence);
    let own = refused(json!([listening("127.0.0.1", 25), listening("127.0.0.1", 11211)]));
    let told = format!("{:?}", own[0].evidence);
    assert!(told.contains("Itself") && !told.contains("OpenPorts"), "{told}");
}

/// A name in a setting that says no port, and a log that says one: the program has it of
/// its own, or of an option.
#[test]
fn a_port_that_no_setting_has_is_to_be_told_to_the_program() {
    let sftp = container("sftp", 2, &json!({}));
    let reference = json!([{"host": "sftp", "origin": "environment", "variable": "SFTP_HOST",
        "is_whole": true}]);
    let backup = container("backup", 3, &json!({"references": reference}));
    let log =
        json!({"log_errors": [said(1, &json!({"kind": "refused", "host": "sftp", "port": 22}))]});
    let sockets = json!({"listening": [listening("0.0.0.0", 2222)]});
    let findings = found(&[sftp, backup], &[seen("backup", &log), seen("sftp", &sockets)]);
    assert_eq!(findings[0].rule, "dialled-port-closed");
    assert!(advice(&findings[0]).contains("let backup dial port 2222"), "{}", advice(&findings[0]));
}

/// A program that keeps an address for a while dials that of a server that has just ended.
#[test]
fn an_address_that_was_a_servers_until_now_is_the_servers() {
    let ended = json!({"state": "exited", "exit_code": 1, "finished_at": at(90),
        "endpoints": [{"network": "n", "network_id": "n", "aliases": ["bus"]}]});
    let bus = container("bus", 2, &ended);
    let reference = json!([{"host": "bus", "origin": "environment", "variable": "RABBITMQ_HOST"}]);
    let app = container("app", 3, &json!({"references": reference}));
    let dials = json!({"log_errors": [],
        "connections": [{"progress": "trying", "remote": "10.0.0.2:5672"}]});
    let findings = found(&[bus, app], &[seen("app", &dials)]);
    let rules: Vec<&str> = findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["target-down"], "{:#?}", told(&findings));
}

/// A name that nobody has, and a name server outside that does not answer: Go says
/// `lookup zebra: i/o timeout`.
#[test]
fn a_name_that_nobody_has_and_no_name_server_answers_for() {
    let zebra = |search: &Value, last: u32| {
        let reference = json!([{"host": "zebra", "origin": "environment", "variable": "DB_HOST"}]);
        let app = container("app", 3, &json!({"references": reference}));
        let error = json!({"kind": "timeout", "host": "zebra", "count": 9, "first": at(1),
            "last_but_one": at(last - 6), "last": at(last)});
        let log = json!({"log_errors": [error], "nameservers": ["127.0.0.11"], "search": search});
        let findings = found(&[container("db", 2, &json!({})), app], &[seen("app", &log)]);
        findings.iter().map(|f| (f.rule.to_string(), f.severity)).collect::<Vec<_>>()
    };
    let wrong = vec![("wrong-name".to_owned(), Severity::Warning)];
    assert_eq!(zebra(&json!([]), 99), wrong);
    assert_eq!(zebra(&json!([]), 60), [], "it is over");
    // It may be a machine of the office, which is down.
    assert_eq!(zebra(&json!(["office.example"]), 99), []);
}

/// What a proxy cannot find is told of who asks it.
#[test]
fn who_asks_its_proxy_for_a_neighbour_is_told_and_not_the_proxy() {
    let on = |last: u8, network: &str, name: &str| {
        json!({"network": network, "network_id": network, "aliases": [name],
            "ipv4": format!("10.0.{}.{last}", u8::from(network == "m"))})
    };
    let told = |exceptions: &[&str]| {
        let mut references = json!([
        {"host": "proxy", "port": 3128, "scheme": "http", "origin": "environment", "variable": "HTTP_PROXY"},
        {"host": "vault", "port": 8200, "scheme": "http", "origin": "environment", "variable": "VAULT_ADDR"}]);
        references.as_array_mut().unwrap().extend(
            exceptions
                .iter()
                .map(|host| json!({"host": host, "origin": "environment", "variable": "NO_PROXY"})),
        );
        let console = json!({"references": references, "endpoints": [on(2, "n", "console"), on(2, "m", "console")]});
        let containers = [
            container("console", 2, &console),
            container("proxy", 3, &json!({"endpoints": [on(3, "m", "proxy")]})),
            container("vault", 4, &json!({})),
        ];
        let log = |log: Value| json!({"log_errors": [log]});
        let lost = said(1, &json!({"kind": "name-not-found", "host": "vault", "port": 8200}));
        let snapshot = json!({"schema": "netmap/1", "engine": {"operating_system": "Debian"},
        "networks": [
            {"name": "n", "id": "n", "driver": "bridge", "subnets": [{"subnet": "10.0.0.0/24"}]},
            {"name": "m", "id": "m", "driver": "bridge", "subnets": [{"subnet": "10.0.1.0/24"}]}],
        "containers": containers,
        "observations": [seen("proxy", &log(lost)), seen("vault", &json!({"listening": [listening("0.0.0.0", 8200)]}))]});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let findings = diagnose(&Map::new(&snapshot), None, |_| true).findings;
        let told = findings.into_iter().filter(|finding| finding.severity != Severity::Info);
        told.map(|finding| (finding.severity, finding.summary)).collect::<Vec<_>>()
    };
    let wrong = (Severity::Error, "console asks its proxy for vault".to_owned());
    assert_eq!(told(&[]), [wrong]);
    // Once it does so no more the proxy's log still says what was.
    assert_eq!(told(&["vault"]), []);
}

/// Keepalived gives a virtual address to one of two containers, of which the engine knows
/// nothing.
#[test]
fn a_virtual_address_is_whose_interface_has_it() {
    let told = |bound: &str, others: &Value| {
        let balancer = container("balancer", 2, &json!({}));
        let reference = json!([{"host": "10.0.0.100", "port": 80, "scheme": "http",
            "origin": "environment", "variable": "API_URL"}]);
        let app = container("app", 3, &json!({"references": reference}));
        let sockets = json!({"listening": [listening(bound, 80)], "other_addresses": others});
        let findings =
            found(&[balancer, app], &[seen("app", &json!({})), seen("balancer", &sockets)]);
        findings.iter().map(|f| f.rule.to_string()).collect::<Vec<_>>()
    };
    let virtually = json!(["10.0.0.100", "192.0.2.5"]);
    assert_eq!(told("0.0.0.0", &virtually), [""; 0]);
    assert_eq!(told("10.0.0.2", &virtually), ["partial-bind"]);
    assert_eq!(told("0.0.0.0", &json!([])), ["hardcoded-ip"]);
}

/// httpx says `[Errno -3] Temporary failure in name resolution`, and not of what; its name
/// server is a container, which answers nobody from there.
#[test]
fn a_name_server_is_told_of_where_the_log_names_no_name() {
    let fixed = json!({"endpoints": [{"network": "n", "network_id": "n", "ipv4": "10.0.0.53",
        "fixed_ipv4": "10.0.0.53", "aliases": ["bind"]}]});
    let reference = json!([{"host": "repo.example.org", "port": 80, "scheme": "http",
        "origin": "environment", "variable": "API_URL"}]);
    let app = container("app", 3, &json!({"dns": ["10.0.0.53"], "references": reference}));
    let log = json!({"log_errors": [], "log_troubles": [said(1, &json!({"kind": "name-not-found"}))],
        "nameservers": ["127.0.0.11"]});
    let sockets = json!({"listening": [{"protocol": "udp", "address": "0.0.0.0", "port": 53}]});
    let findings =
        found(&[container("bind", 53, &fixed), app], &[seen("app", &log), seen("bind", &sockets)]);
    assert_eq!(findings[0].rule, "unexplained-failure");
    assert_eq!(findings[0].subjects, ["app", "bind"]);
    assert!(advice(&findings[0]).contains("allow-query"), "{}", advice(&findings[0]));
}

/// `REDIS_HOST=localhost` says no port, and nothing has failed yet.
#[test]
fn localhost_means_the_one_server_of_the_kind_that_the_variable_names() {
    let told = |variables: &[(&str, &str)], port: u16, own: Value| {
        let reference = |(variable, host): &(&str, &str)| {
            json!({"host": host,
            "origin": "environment", "variable": variable})
        };
        let references: Vec<Value> = variables.iter().map(reference).collect();
        let app = container("app", 3, &json!({"references": references}));
        let server = container("server", 2, &json!({}));
        let open = json!({"listening": [listening("0.0.0.0", port)]});
        let findings = found(
            &[server, app],
            &[seen("app", &json!({"listening": own})), seen("server", &open)],
        );
        findings.iter().map(|f| f.rule.to_string()).collect::<Vec<_>>()
    };
    let none = || json!([]);
    let itself = ["localhost-dependency"];
    assert_eq!(told(&[("REDIS_HOST", "localhost")], 6379, none()), itself);
    assert_eq!(told(&[("MYSQL_HOST", "127.0.0.1")], 3306, none()), itself);
    // A socket in a volume can be meant.
    assert_eq!(told(&[("MYSQL_HOST", "localhost")], 3306, none()), [""; 0]);
    // It listens itself, the server is of another kind, and an image's variable is set aside.
    let redis = json!([listening("127.0.0.1", 6379)]);
    assert_eq!(told(&[("REDIS_HOST", "localhost")], 6379, redis), [""; 0]);
    assert_eq!(told(&[("REDIS_HOST", "localhost")], 5432, none()), [""; 0]);
    let named = [("REDIS_HOST", "localhost"), ("CACHE_HOST", "server")];
    assert_eq!(told(&named, 6379, none()), [""; 0]);
}

/// A log server that takes datagrams alone refuses connections, and a log does not say which
/// of both was tried.
#[test]
fn what_a_server_of_datagrams_refuses_is_a_connection() {
    let refused = |since: u32| {
        let reference = json!([{"host": "loghost", "port": 514, "origin": "command"}]);
        let shipper = container("shipper", 3, &json!({"references": reference}));
        let mut error = said(since, &json!({"kind": "refused", "host": "loghost", "port": 514}));
        if since == 1 {
            // The server came up meanwhile, and nothing was said since.
            error = json!({"kind": "refused", "host": "loghost", "port": 514, "count": 3,
                "first": at(1), "last_but_one": at(4), "last": at(8)});
        }
        let socket = json!({"protocol": "udp", "address": "0.0.0.0", "port": 514});
        let sockets = json!({"listening": [socket]});
        let log = json!({"log_errors": [error], "listening": []});
        let seen = [seen("shipper", &log), seen("loghost", &sockets)];
        found(&[container("loghost", 2, &json!({})), shipper], &seen)
    };
    let findings = refused(2);
    assert_eq!(findings[0].rule, "wrong-protocol", "{:?}", told(&findings));
    assert_ne!(refused(1).first().map(|finding| finding.rule), Some("wrong-protocol"));
}

/// Where a log names no host, the fix changes only what the log or a variable speaks of.
#[test]
fn of_several_variables_without_a_port_only_those_that_speak_of_the_server_are_changed() {
    let told = |variables: &[&str]| {
        let references = variables.iter().map(
            |variable| json!({"host": "localhost", "origin": "environment", "variable": variable}),
        );
        let references: Vec<Value> = references.collect();
        let containers = [
            container("app", 3, &json!({"references": references})),
            container("server", 2, &json!({})),
        ];
        let trouble = said(1, &json!({"kind": "no-connection"}));
        let app = seen("app", &json!({"listening": [], "log_troubles": [trouble]}));
        let server = seen("server", &json!({"listening": [listening("0.0.0.0", 3306)]}));
        let findings = found(&containers, &[app, server]);
        let fix = advice(&findings[0]);
        let changed = variables.iter().filter(|variable| fix.contains(**variable));
        (findings[0].rule, changed.map(|name| (*name).to_owned()).collect::<Vec<_>>())
    };
    let itself = "localhost-dependency";
    let all = ["DB_HOST", "MYSQL_HOST", "REDIS_HOST", "SMTP_HOST", "SOME_HOST"];
    assert_eq!(told(&all), (itself, vec!["DB_HOST".to_owned(), "MYSQL_HOST".to_owned()]));
    // What speaks of no kind may be meant where it is the only one.
    assert_eq!(told(&["SOME_HOST"]), (itself, vec!["SOME_HOST".to_owned()]));
    assert_eq!(told(&["SOME_HOST", "OTHER_HOST"]).0, "unexplained-failure");
    assert_eq!(told(&["SMTP_HOST"]).0, "unexplained-failure");
}

/// Of a server whose command is known, the option is named by which others reach it.
#[test]
fn a_server_that_runs_is_told_the_option_of_its_own() {
    let fix = |started: Value| {
        let reference = json!([{"host": "api", "port": 8000, "origin": "environment",
            "variable": "API_HOST"}]);
        let web = container("web", 3, &json!({"references": reference}));
        let api = container("api", 2, &json!({"on_loopback": started}));
        let sockets = json!({"listening": [listening("127.0.0.1", 8000)]});
        let findings = found(&[api, web], &[seen("web", &json!({})), seen("api", &sockets)]);
        assert_eq!(findings[0].rule, "loopback-bind");
        advice(&findings[0])
    };
    let gunicorn = fix(json!({"server": "gunicorn", "port": 8000, "told": true}));
    assert!(gunicorn.contains("start gunicorn with --bind 0.0.0.0:8000"), "{gunicorn}");
    // Another one, and one that only a later netmap knows.
    for other in [json!({"server": "gunicorn", "port": 9000}), json!({"server": "x", "port": 8000})]
    {
        let other = fix(other);
        assert!(other.contains("an option like --host or --bind"), "{other}");
    }
}

/// HAProxy says once that a backend has no server, and nothing more as long as that is so.
#[test]
fn what_is_said_once_and_stands_is_told() {
    let told = |seconds: u32, stands: bool| {
        let trouble = json!({"kind": "no-connection", "stands": stands, "count": 2,
            "first": at(seconds), "last": at(seconds)});
        let seen = seen("lb", &json!({"log_troubles": [trouble], "at": at(seconds.max(100))}));
        found(&[container("lb", 2, &json!({}))], &[seen]).iter().map(|f| f.rule).collect::<Vec<_>>()
    };
    assert_eq!(told(10, true), ["unexplained-failure"]);
    // It may pass in a moment, or was said of a time before.
    assert_eq!(told(98, true), [""; 0]);
    assert_eq!(told(10, false), [""; 0]);
}

/// Neither a port that is open to all nor a client that asks at the wrong one explains why a
/// container fails itself.
#[test]
fn what_is_wrong_with_who_dials_a_container_explains_nothing_of_its_own() {
    let rules = |clients: &[Value], more: &Value| {
        let app = container("app", 2, more);
        let trouble = json!({"log_troubles": [said(1, &json!({"kind": "no-connection"}))],
            "listening": [listening("0.0.0.0", 6379)]});
        let containers: Vec<Value> = [app].into_iter().chain(clients.iter().cloned()).collect();
        found(&containers, &[seen("app", &trouble)]).iter().map(|f| f.rule).collect::<Vec<_>>()
    };
    let published = json!({"published": [
        {"port": 6379, "protocol": "tcp", "host_ip": "0.0.0.0", "host_port": 6379}]});
    let own = "unexplained-failure";
    assert_eq!(rules(&[], &published), [own, "exposed-to-the-world"]);
    let reference = json!({"references": [{"host": "app", "port": 81, "origin": "environment",
        "variable": "APP_ADDRESS"}]});
    let client = container("client", 3, &reference);
    assert_eq!(rules(&[client], &json!({})), ["dialled-port-closed", own]);
}
