//! What real programs showed when they failed for the network's reason: their own words,
//! and what their servers looked like.

use serde_json::{Value, json};

use super::diagnose;
use crate::graph::Map;
use crate::model::{Evidence, Finding, Severity, Snapshot};

/// Seconds after everything was made, as a time.
pub(super) fn at(seconds: u32) -> String {
    format!("2026-05-01T10:{:02}:{:02}Z", seconds / 60, seconds % 60)
}

/// A container that runs on the network, with more that is known of it.
pub(super) fn container(name: &str, last: u8, more: &Value) -> Value {
    let mut container = json!({"name": name, "id": name, "state": "running",
        "created_at": at(0), "started_at": at(0), "endpoints": [{"network": "n",
        "network_id": "n", "ipv4": format!("10.0.0.{last}"), "aliases": [name]}]});
    container.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    container
}

/// What was seen in a container after 100 seconds.
pub(super) fn seen(name: &str, more: &Value) -> Value {
    let mut seen = json!({"container": name, "id": name, "at": at(100)});
    seen.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    seen
}

/// What a log has repeated since these seconds.
pub(super) fn said(since: u32, of: &Value) -> Value {
    let mut said = json!({"count": 9, "first": at(since), "last_but_one": at(97), "last": at(99)});
    said.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
    said
}

pub(super) fn listening(address: &str, port: u16) -> Value {
    json!({"protocol": "tcp", "address": address, "port": port})
}

pub(super) fn found(containers: &[Value], seen: &[Value]) -> Vec<Finding> {
    let snapshot = json!({"schema": "netmap/1", "engine": {"operating_system": "Debian"},
        "networks": [{"name": "n", "id": "n", "driver": "bridge",
            "subnets": [{"subnet": "10.0.0.0/24"}]}],
        "containers": containers, "observations": seen});
    let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
    diagnose(&Map::new(&snapshot), None, |_| true).findings
}

/// Rule and summary of each.
pub(super) fn told(findings: &[Finding]) -> Vec<(String, &str)> {
    findings.iter().map(|f| (f.rule.to_string(), f.summary.as_str())).collect()
}

/// All that is advised in a finding.
pub(super) fn advice(finding: &Finding) -> String {
    finding.fix.iter().map(|step| format!("{:?}\n", step.action)).collect()
}

#[test]
fn a_refusal_that_names_no_port() {
    // PyMySQL: Can't connect to MySQL server on 'db' ([Errno 111] Connection refused)
    let refused = |sockets: Value| {
        let db = container("db", 2, &json!({}));
        let reference = json!([{"host": "db", "origin": "environment", "variable": "DB_HOST"}]);
        let web = container("web", 3, &json!({"references": reference}));
        let log = json!({"log_errors": [said(1, &json!({"kind": "refused", "host": "db"}))]});
        found(&[db, web], &[seen("web", &log), seen("db", &json!({"listening": sockets}))])
    };
    let deaf = refused(json!([]));
    let rule = |name: &str, summary: &'static str| vec![(name.to_owned(), summary)];
    assert_eq!(told(&deaf), rule("dialled-port-closed", "web dials db, where nothing listens"));
    let own = refused(json!([listening("127.0.0.1", 3306)]));
    assert_eq!(told(&own), rule("loopback-bind", "db listens on 3306 for itself only"));
    // Which of several, or what else there, nobody can tell.
    for sockets in [
        json!([listening("127.0.0.1", 3306), listening("127.0.0.1", 9104)]),
        json!([listening("127.0.0.1", 3306), listening("0.0.0.0", 9104)]),
    ] {
        assert_eq!(told(&refused(sockets))[0].0, "unexplained-failure");
    }
}

#[test]
fn a_shared_stack_does_not_tell_who_listens() {
    let of_app = json!({"network_mode": "container:app", "endpoints": []});
    let listeners = |exposed: &Value| {
        let mut exporter = of_app.clone();
        exporter["exposed"] = exposed.clone();
        let containers = [
            container("app", 2, &json!({})),
            container("client", 3, &json!({})),
            container("exporter", 4, &exporter),
        ];
        let log = said(1, &json!({"kind": "refused", "host": "app", "port": 9121}));
        let sockets = json!({"listening": [listening("127.0.0.1", 9121)]});
        let findings = found(
            &containers,
            &[seen("client", &json!({"log_errors": [log]})), seen("app", &sockets)],
        );
        let finding = findings.into_iter().find(|f| f.rule == "loopback-bind").unwrap();
        assert!(advice(&finding).contains("exporter"), "{}", advice(&finding));
        finding.summary
    };
    assert_eq!(listeners(&json!([])), "app or exporter listens on 9121 for itself only");
    let its = json!([{"port": 9121, "protocol": "tcp"}]);
    assert_eq!(listeners(&its), "exporter listens on 9121 for itself only");
}

#[test]
fn what_uses_anothers_network_is_dialled_by_the_service_of_that_one() {
    let service = |name: &str| json!({"project": "p", "service": name});
    let mut vpn = container("p-vpn-1", 2, &service("vpn"));
    vpn["endpoints"][0]["aliases"] = json!(["p-vpn-1", "vpn"]);
    let mut indexer = container("p-indexer-1", 3, &service("indexer"));
    indexer["network_mode"] = json!("container:p-vpn-1");
    indexer["endpoints"] = json!([]);
    let ui = container("p-ui-1", 4, &service("ui"));
    let log = said(1, &json!({"kind": "name-not-found", "host": "indexer", "port": 9117}));
    let findings = found(&[vpn, indexer, ui], &[seen("p-ui-1", &json!({"log_errors": [log]}))]);
    let finding = findings.iter().find(|f| f.rule == "wrong-name").unwrap();
    let named = Evidence::NameThere { name: "vpn".to_owned() };
    assert!(finding.evidence.contains(&named), "{:?}", finding.evidence);
}

#[test]
fn a_port_that_is_published_on_another_address_of_the_machine() {
    let found = |written: &str| {
        let published = json!({"published": [{"port": 1883, "protocol": "tcp",
            "host_ip": "10.99.0.1", "host_port": 1883}]});
        let entry = "host.docker.internal:host-gateway";
        let sensor = container("sensor", 3, &json!({"extra_hosts": [entry]}));
        let error = json!({"kind": "refused", "host": "host.docker.internal", "port": 1883});
        let hosts = json!([{"address": written, "names": ["host.docker.internal"]}]);
        let log = json!({"log_errors": [said(1, &error)], "hosts": hosts});
        let sockets = json!({"listening": [listening("0.0.0.0", 1883)]});
        let containers = [container("mq", 2, &published), sensor];
        found(&containers, &[seen("sensor", &log), seen("mq", &sockets)])[0].rule.to_string()
    };
    assert_eq!(found("172.17.0.1"), "published-on-loopback");
    assert_eq!(found("10.99.0.1"), "hairpin");
}

#[test]
fn a_server_that_went_to_the_background() {
    let fix = |ended: u32| {
        let over = json!({"state": "exited", "exit_code": 0, "finished_at": at(ended)});
        let log = said(9, &json!({"kind": "name-not-found", "host": "cache", "port": 6379}));
        let containers = [container("cache", 2, &over), container("web", 3, &json!({}))];
        let findings = found(&containers, &[seen("web", &json!({"log_errors": [log]}))]);
        assert_eq!(findings[0].rule, "target-down");
        advice(&findings[0])
    };
    assert!(fix(1).contains("in the foreground") && !fix(1).contains("Start"), "{}", fix(1));
    // Who stops it, ends it so as well.
    assert!(!fix(50).contains("in the foreground") && fix(50).contains("Start"), "{}", fix(50));
}

#[test]
fn a_crash_loop_whose_cause_is_gone() {
    let with_host = json!({"log_errors": [{"kind": "name-not-found", "host": "db", "port": 5432,
        "count": 8, "first": at(1), "last_but_one": at(60), "last": at(96)}]});
    // node-postgres: Error: timeout expired
    let without = json!({"log_troubles": [{"kind": "no-answer", "count": 8, "first": at(1),
        "last_but_one": at(60), "last": at(96)}]});
    let to = json!([{"host": "db", "port": 5432, "origin": "environment", "variable": "DB"}]);
    let found = |server_started: u32, state: &str, log: &Value, open: bool| {
        let server = json!({"started_at": at(server_started), "created_at": at(server_started)});
        let web = json!({"state": state, "restart_count": 8, "started_at": at(95),
            "finished_at": at(96), "exit_code": 1, "references": to});
        let sockets = json!({"listening": [listening("0.0.0.0", 5432)]});
        let mut web_seen = seen("web", log);
        let connection = json!([{"remote": "10.0.0.2:5432", "progress": "open"}]);
        web_seen["connections"] = if open { connection } else { json!([]) };
        let containers = [container("db", 2, &server), container("web", 3, &web)];
        let findings = found(&containers, &[web_seen, seen("db", &sockets)]);
        let finding = findings.into_iter().find(|f| f.rule == "crashed")?;
        Some((finding.severity, advice(&finding).contains("Restart")))
    };
    for log in [with_host, without] {
        assert_eq!(found(98, "restarting", &log, false), Some((Severity::Warning, true)));
        let told = Some((Severity::Error, false));
        assert_eq!(found(5, "restarting", &log, false), told, "it had found it by then");
        assert_eq!(found(5, "running", &log, true), None, "it is connected");
    }
}

#[test]
fn mail_that_gets_no_answer() {
    let advised = |port: u16, kind: &str| {
        let to = json!([{"host": "mx.example.org", "port": port, "origin": "environment",
            "variable": "SMTP_HOST"}]);
        let app = container("app", 2, &json!({"references": to}));
        let log = json!({"log_troubles": [said(1, &json!({"kind": kind}))]});
        found(&[app], &[seen("app", &log)]).iter().any(|f| advice(f).contains("port 587"))
    };
    assert!(advised(25, "no-answer"));
    assert!(!advised(587, "no-answer") && !advised(25, "authentication"));
    let error = said(1, &json!({"kind": "timeout", "host": "mx.example.org", "port": 25}));
    let log = json!({"log_errors": [error]});
    let findings = found(&[container("app", 2, &json!({}))], &[seen("app", &log)]);
    let told = "app fails again and again to reach mx.example.org:25 (no answer)";
    assert_eq!(findings[0].summary, told);
    assert!(advice(&findings[0]).contains("port 587"));
}

#[test]
fn a_default_that_dials_localhost() {
    // Celery: Cannot connect to amqp://guest:**@127.0.0.1:5672//
    let advised = |references: &Value| {
        let app = container("worker", 2, &json!({"references": references}));
        let error = said(1, &json!({"kind": "refused", "host": "127.0.0.1", "port": 5672}));
        let log = json!({"log_errors": [error], "listening": []});
        let findings = found(&[app], &[seen("worker", &log)]);
        assert_eq!(findings[0].rule, "unexplained-failure");
        advice(&findings[0]).contains("whom to dial")
    };
    assert!(advised(&json!([])));
    let told = json!([{"host": "127.0.0.1", "port": 5672, "origin": "environment",
        "variable": "BROKER"}]);
    assert!(!advised(&told));
}

#[test]
fn a_proxy_that_lost_its_server_when_that_was_made_anew() {
    let restarted = |made: u32| {
        let app = container("app", 2, &json!({"created_at": at(made), "started_at": at(made)}));
        let trouble = said(42, &json!({"kind": "no-connection"}));
        let log = json!({"log_troubles": [trouble]});
        let sockets = json!({"listening": [listening("0.0.0.0", 8000)]});
        let containers = [app, container("lb", 3, &json!({}))];
        let findings = found(&containers, &[seen("lb", &log), seen("app", &sockets)]);
        assert_eq!(findings[0].rule, "unexplained-failure");
        advice(&findings[0]).contains("Restart")
    };
    assert!(restarted(40));
    assert!(!restarted(0) && !restarted(80));
}

#[test]
fn a_setting_for_a_host_gets_no_port_behind_it() {
    let fix = |host_port: u16| {
        let published = json!({"published": [{"port": 1883, "protocol": "tcp",
            "host_ip": "0.0.0.0", "host_port": host_port}]});
        let to = json!([{"host": "host.docker.internal", "origin": "environment", "variable": "MQTT_HOST"}]);
        let sensor = container(
            "sensor",
            3,
            &json!({"references": to,
            "extra_hosts": ["host.docker.internal:host-gateway"]}),
        );
        let error = json!({"kind": "refused", "host": "host.docker.internal", "port": host_port});
        let sockets = json!({"listening": [listening("0.0.0.0", 1883)]});
        let seen =
            [seen("sensor", &json!({"log_errors": [said(1, &error)]})), seen("mq", &sockets)];
        let findings = found(&[container("mq", 2, &published), sensor], &seen);
        assert_eq!(findings[0].rule, "hairpin");
        advice(&findings[0])
    };
    let same = fix(1883);
    assert!(!same.contains("port: Some(1883)") && !same.contains("port 1883"), "{same}");
    let other = fix(18830);
    assert!(!other.contains("port: Some(1883)") && other.contains("dial port 1883"), "{other}");
}

#[test]
fn a_server_that_came_up_late_and_lets_nobody_in() {
    // PyMySQL: (1130, "Host '172.20.0.3' is not allowed to connect to this MariaDB server")
    let to = json!([{"host": "db", "origin": "environment", "variable": "DB_HOST"}]);
    let refused = json!([{"kind": "refused", "host": "db", "count": 2, "first": at(1),
        "last_but_one": at(1), "last": at(4)}]);
    let rules = |troubles: &Value| {
        let log = json!({"log_errors": refused, "log_troubles": troubles});
        let sockets = json!({"listening": [listening("0.0.0.0", 3306)]});
        let web = container("web", 3, &json!({"references": to}));
        let containers = [container("db", 2, &json!({})), web];
        let findings = found(&containers, &[seen("web", &log), seen("db", &sockets)]);
        findings.iter().map(|f| f.rule.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(rules(&json!([said(7, &json!({"kind": "barred"}))])), ["unexplained-failure"]);
    assert_eq!(rules(&json!([])), ["startup-race"]);
}

#[test]
fn a_proxy_that_speaks_an_older_api_than_the_engine_takes() {
    // Traefik up to 3.6.0 with Docker 29.
    let log = json!({"log_troubles": [said(5, &json!({"kind": "engine-api"}))]});
    let findings = found(&[container("proxy", 2, &json!({}))], &[seen("proxy", &log)]);
    let summary = "proxy says again and again: the engine does not take the version of its API that it speaks";
    assert_eq!(told(&findings), [("unexplained-failure".to_owned(), summary)]);
    assert!(advice(&findings[0]).contains("update proxy or the engine"), "{findings:#?}");
}

#[test]
fn a_bridge_with_hardly_any_place_left() {
    let rules = |members: u16| {
        let members = (0..members).map(|nth| {
            let (third, fourth) = (nth / 250, nth % 250 + 2);
            json!({"name": format!("c{nth}"), "id": format!("c{nth}"), "state": "running",
                "endpoints": [{"network": "n", "network_id": "n",
                    "ipv4": format!("10.0.{third}.{fourth}")}]})
        });
        let snapshot = json!({"schema": "netmap/1",
            "networks": [{"name": "n", "id": "n", "driver": "bridge",
                "subnets": [{"subnet": "10.0.0.0/16"}]}],
            "containers": members.collect::<Vec<_>>()});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
        let findings = diagnose(&Map::new(&snapshot), None, |_| true).findings;
        told(&findings).into_iter().map(|(_, said)| said.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(rules(930), ["n has 930 members, and a bridge takes 1023"]);
    assert_eq!(rules(900), [""; 0]);
}
