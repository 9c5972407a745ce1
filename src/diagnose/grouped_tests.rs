//! What several findings could be told of and one is, and what each of several
//! containers is told.

use serde_json::{Value, json};

use super::diagnose;
use crate::graph::Map;
use crate::model::{Severity, Snapshot};
use crate::render::fix;

fn container(name: &str, ip: &str, more: Value) -> Value {
    let mut container = json!({"name": name, "id": format!("{name}-id"), "image": "app:1",
        "state": "running", "started_at": at(0), "network_mode": "a", "endpoints": [
            {"network": "a", "network_id": "a", "gateway": "10.0.0.1"}]});
    if !ip.is_empty() {
        container["endpoints"][0]["ipv4"] = json!(ip);
    }
    for (key, value) in more.as_object().unwrap() {
        container[key] = value.clone();
    }
    container
}

fn at(second: u32) -> String {
    format!("2026-01-02T03:{:02}:{:02}Z", second / 60, second % 60)
}

fn on_host(name: &str, more: Value) -> Value {
    let mut container = container(name, "", more);
    container["network_mode"] = json!("host");
    container["endpoints"] = json!([{"network": "host", "network_id": "host"}]);
    container
}

fn set(host: &str, port: u16) -> Value {
    json!({"references": [{"origin": "environment", "variable": "TARGET", "host": host, "port": port}]})
}

fn listens(address: &str, port: u16) -> Value {
    json!([{"protocol": "tcp", "address": address, "port": port}])
}

/// What was seen in a container at second 100.
fn seen(name: &str, listening: Value, errors: Value) -> Value {
    json!({"container": name, "id": format!("{name}-id"), "how": "proc", "at": at(100),
        "listening": listening, "connections": [], "log_errors": errors})
}

fn error(kind: &str, host: &str, port: Option<u16>) -> Value {
    json!([{"kind": kind, "host": host, "port": port, "count": 5, "first": at(90), "last": at(99)}])
}

struct Found {
    severity: Severity,
    rule: &'static str,
    summary: String,
    fix: Vec<String>,
}

/// The errors and warnings of a setup.
fn found(containers: &[Value], observations: &[Value]) -> Vec<Found> {
    let text = json!({"schema": "netmap/1",
        "engine": {"name": "Docker", "operating_system": "Debian"},
        "host": {"addresses": ["172.17.0.1"], "listening": []},
        "networks": [
            {"name": "a", "id": "a", "driver": "bridge", "subnets": [
                {"subnet": "10.0.0.0/24", "gateway": "10.0.0.1"}, {"subnet": "fd00:1::/64"}]},
            {"name": "host", "id": "host", "driver": "host"}],
        "containers": containers, "observations": observations});
    let snapshot = Snapshot::read(text.to_string().as_bytes()).unwrap();
    let findings = diagnose(&Map::new(&snapshot), None, |_| true).findings.into_iter();
    let told = findings.filter(|finding| finding.severity > Severity::Info);
    told.map(|f| Found {
        severity: f.severity,
        rule: f.rule,
        summary: f.summary,
        fix: fix::lines(&f.fix),
    })
    .collect()
}

fn rules(found: &[Found]) -> Vec<&'static str> {
    found.iter().map(|found| found.rule).collect()
}

#[test]
fn a_crash_loop_gets_one_verdict_also_while_it_has_no_address() {
    let app = container("app", "10.0.0.3", set("db", 5432));
    let dialled = |port| seen("app", json!([]), error("refused", "10.0.0.2", port));
    let db = |state: &str, ip: &str, started: u32| {
        let more = json!({"state": state, "restart_count": 4, "exit_code": 3,
            "started_at": at(started), "finished_at": at(started - 1)});
        container("db", ip, more)
    };
    let moments =
        [db("running", "10.0.0.2", 98), db("running", "10.0.0.4", 98), db("restarting", "", 90)];
    for db in &moments {
        for port in [None, Some(5432)] {
            let seen = [dialled(port), seen("db", json!([]), json!([]))];
            let found = found(&[app.clone(), db.clone()], &seen);
            assert_eq!(rules(&found), ["target-down"], "{db}");
        }
    }
    // What has the name in a file of its own, the log tells as well.
    let lone = container("app", "10.0.0.3", json!({}));
    let found_ = found(&[lone.clone(), moments[2].clone()], &[dialled(Some(5432))]);
    assert_eq!(rules(&found_), ["target-down"]);
    // Who has ended for good and never had that port has nothing to do with it.
    let job = container(
        "job",
        "",
        json!({"state": "exited", "exit_code": 0,
        "exposed": [{"port": 80}]}),
    );
    let found = found(&[lone, job], &[dialled(Some(5432))]);
    assert_eq!(rules(&found), ["stale-resolved-address"]);
}

#[test]
fn each_of_several_is_told_its_own_port_and_a_name() {
    let api = || container("api", "10.0.0.2", json!({}));
    let log = |name: &str, kind: &str, host: &str, port: u16| {
        seen(name, json!([]), error(kind, host, Some(port)))
    };
    let apps =
        [api(), container("a1", "10.0.0.3", json!({})), container("a2", "10.0.0.4", json!({}))];
    let open = seen("api", listens("0.0.0.0", 8000), json!([]));
    let closed = found(
        &apps,
        &[open.clone(), log("a1", "refused", "10.0.0.2", 8001), log("a2", "refused", "api", 8001)],
    );
    assert_eq!(rules(&closed), ["dialled-port-closed"]);
    assert_eq!(closed[0].fix, ["# let a1 and a2 use api:8000"]);
    let named = found(
        &apps,
        &[open, log("a1", "name-not-found", "apii", 80), log("a2", "name-not-found", "apii", 8000)],
    );
    assert_eq!(rules(&named), ["wrong-name"]);
    assert_eq!(named[0].fix, ["# let a1 and a2 use api:8000"]);
}

#[test]
fn one_port_of_the_host_by_its_name_and_its_address_is_one_finding() {
    let mut app = container("app", "10.0.0.3", set("host.docker.internal", 3002));
    app["extra_hosts"] = json!(["host.docker.internal:host-gateway"]);
    let published =
        json!({"published": [{"port": 3000, "host_ip": "127.0.0.1", "host_port": 3002}]});
    let stats = container("stats", "10.0.0.2", published);
    let log = seen("app", json!([]), error("refused", "172.17.0.1", Some(3002)));
    let found_ =
        found(&[app.clone(), stats], &[log.clone(), seen("stats", listens("::", 3000), json!([]))]);
    assert_eq!(rules(&found_), ["published-on-loopback"]);
    // With its name alone the host would not let it in either: one round, not two.
    let mut nameless = app.clone();
    nameless["extra_hosts"] = json!([]);
    let log = [seen("app", json!([]), error("name-not-found", "host.docker.internal", None))];
    let stats_ = container(
        "stats",
        "10.0.0.2",
        json!({"published": [{"port": 3000, "host_ip": "127.0.0.1", "host_port": 3002}]}),
    );
    assert_eq!(rules(&found(&[nameless, stats_], &log)), ["published-on-loopback"]);
    let log = seen("app", json!([]), error("refused", "172.17.0.1", Some(3002)));
    // Who would publish it and has ended is the cause.
    let asks = json!({"state": "exited", "exit_code": 1,
        "requested": [{"port": 3000, "host_ip": "127.0.0.1", "host_port": "3002"}]});
    let found = found(&[app, container("stats", "", asks)], &[log]);
    assert_eq!(rules(&found), ["target-down"]);
}

#[test]
fn localhost_is_the_host_for_who_is_on_its_network() {
    let app = on_host("app", set("localhost", 5432));
    let published = |port: u16| json!({"published": [{"port": 5432, "host_ip": "127.0.0.1", "host_port": port}]});
    let refused = || error("refused", "localhost", Some(5432));
    let there = |sockets: Value, more: Value| {
        let mut refused = refused();
        refused[0]["count"] = json!(1);
        let db = container("db", "10.0.0.2", more);
        found(
            &[app.clone(), db],
            &[seen("app", sockets, refused), seen("db", listens("0.0.0.0", 5432), json!([]))],
        )
    };
    // It was refused before, and is there now.
    assert_eq!(rules(&there(listens("127.0.0.1", 5432), published(5432))), [""; 0]);
    let other = there(json!([]), published(5433));
    assert_eq!(rules(&other), ["host-mode-peer"]);
    assert_eq!(
        other[0].fix,
        ["# re-create app with localhost:5433 in TARGET instead of localhost:5432"]
    );
    let none = there(json!([]), json!({}));
    assert_eq!(none[0].summary, "app dials port 5432 of the host, where db has not published it");
    assert!(none[0].fix[0].contains("-p 127.0.0.1:5432:5432"), "{:?}", none[0].fix);
    let ended = json!({"state": "exited", "exit_code": 1,
        "requested": [{"port": 5432, "host_ip": "", "host_port": "5432"}]});
    let down =
        found(&[app.clone(), container("db", "", ended)], &[seen("app", json!([]), refused())]);
    assert_eq!(rules(&down), ["target-down"]);
}

#[test]
fn who_has_the_port_of_the_host_is_named() {
    let first = on_host("first", json!({}));
    let taken = json!({"state": "created", "start_error":
            "listen tcp4 0.0.0.0:8090: bind: address already in use",
        "requested": [{"port": 80, "host_ip": "", "host_port": "8090"}]});
    let found_ = found(
        &[first.clone(), container("web", "", taken)],
        &[seen("first", listens("0.0.0.0", 8090), json!([]))],
    );
    assert_eq!(rules(&found_), ["host-port-conflict"]);
    let second =
        on_host("second", json!({"state": "restarting", "restart_count": 3, "exit_code": 1}));
    let mut ended = seen("second", json!([]), json!([]));
    ended["log_troubles"] = json!([{"kind": "address-in-use", "count": 1,
        "line": "bind() to 0.0.0.0:8090 failed (98: Address already in use)"}]);
    let found =
        found(&[first, second], &[seen("first", listens("0.0.0.0", 8090), json!([])), ended]);
    assert_eq!(rules(&found), ["crashed"]);
    for found in found_.iter().chain(&found) {
        assert_eq!(found.severity, Severity::Error);
        assert!(found.summary.contains("8090") || found.rule == "crashed", "{}", found.summary);
    }
}

#[test]
fn a_server_of_one_family_is_told_from_one_that_does_not_run() {
    let db = |v6: bool| {
        let mut db = container("db", "10.0.0.2", json!({}));
        if v6 {
            db["endpoints"][0]["ipv6"] = json!("fd00:1::2");
        }
        db
    };
    let app = || container("app", "10.0.0.3", set("db", 5432));
    let with = |db: Value, listens: Value, log: Value| {
        rules(&found(&[app(), db], &[seen("app", json!([]), log), seen("db", listens, json!([]))]))
    };
    let refused = |host: &str| error("refused", host, Some(5432));
    let every = || listens("0.0.0.0", 5432);
    assert_eq!(with(db(true), every(), refused("fd00:1::2")), ["partial-bind"]);
    assert_eq!(with(db(true), every(), refused("db")), ["partial-bind"]);
    assert_eq!(with(db(true), listens("fd00:1::2", 5432), refused("10.0.0.2")), ["partial-bind"]);
    assert_eq!(with(db(false), listens("10.9.0.2", 5432), json!([])), ["partial-bind"]);
    // Who tries one address after the other finds the way.
    assert_eq!(with(db(true), every(), json!([])), [""; 0]);
    // A socket for every IPv6 address takes IPv4 as well.
    assert_eq!(with(db(false), listens("::", 5432), json!([])), [""; 0]);
}

#[test]
fn a_fixed_address_that_another_one_has_is_told_of_either_family_and_before_the_start() {
    for (key, fixed, address) in
        [("ipv4", "fixed_ipv4", "10.0.0.9"), ("ipv6", "fixed_ipv6", "fd00:1::9")]
    {
        let mut holder = container("holder", "10.0.0.8", json!({}));
        holder["endpoints"][0][key] = json!(address);
        let mut db = container("db", "", json!({"state": "created"}));
        db["endpoints"][0] = json!({"network": "a", "network_id": "a"});
        db["endpoints"][0][fixed] = json!(address);
        let latent = found(&[db.clone(), holder.clone()], &[]);
        assert_eq!(rules(&latent), ["cannot-start"]);
        assert_eq!(latent[0].severity, Severity::Warning);
        db["start_error"] = json!("Address already in use");
        let failed = found(&[db.clone(), holder], &[]);
        assert_eq!(rules(&failed), ["cannot-start"]);
        let expected = format!("db cannot start: holder has its address {address}");
        assert_eq!(failed[0].summary, expected);
        assert_eq!(rules(&found(&[db], &[])), ["cannot-start"]);
    }
}

/// Who does not run is no nearer when it runs again.
#[test]
fn what_is_down_and_far_away_is_told_of_both() {
    let on = |network: &str, state: &str| {
        json!({"state": state, "exit_code": 1, "network_mode": network,
            "endpoints": [{"network": network, "network_id": network}]})
    };
    let network = |name: &str| json!({"name": name, "id": name, "driver": "bridge"});
    let told = |network_of_db: &str, dials: &str| {
        let text = json!({"schema": "netmap/1", "engine": {"name": "Docker"},
            "networks": [network("a"), network("b"), network("bridge")],
            "containers": [
                container("api", "10.0.0.2", set(dials, 5432)),
                container("old", "", {
                    let mut old = on("bridge", "running");
                    old["references"] = set(dials, 5432)["references"].clone();
                    old
                }),
                container("db", "", on(network_of_db, "exited")),
                {"name": "alone", "id": "alone", "state": "exited", "network_mode": "none"}]});
        let snapshot = Snapshot::read(text.to_string().as_bytes()).unwrap();
        let found = diagnose(&Map::new(&snapshot), None, |_| true).findings;
        let of = found.into_iter().filter(|finding| finding.rule != "unused-network");
        of.map(|finding| (finding.rule, finding.subjects, fix::lines(&finding.fix)))
            .collect::<Vec<_>>()
    };
    let far = told("b", "db");
    let rules: Vec<&str> = far.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(rules, ["target-down", "no-shared-network"], "{far:#?}");
    assert_eq!(far[1].1, ["api", "old", "db"]);
    assert_eq!(far[1].2, ["docker network connect b api", "docker network connect b old"]);
    // On its network is one of the two.
    assert_eq!(told("a", "db")[1].1, ["old", "db"]);
    let by_default = told("bridge", "db");
    let rules: Vec<&str> = by_default.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(rules, ["target-down", "default-bridge-no-names", "no-shared-network"]);
    // Nobody knows which networks it would be on.
    let of_nobody = told("b", "alone");
    let is_far = |rule: &str| ["no-shared-network", "default-bridge-no-names"].contains(&rule);
    assert!(!of_nobody.iter().any(|(rule, ..)| is_far(rule)), "{of_nobody:#?}");
}
