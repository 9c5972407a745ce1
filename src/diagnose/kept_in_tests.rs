//! Networks whose rules somebody has taken from the firewall of the engine's machine.

use serde_json::{Value, json};

use super::diagnose;
use super::real_apps_tests::{advice, container, said, seen};
use crate::graph::Map;
use crate::model::{Diagnosis, Finding, Snapshot};

/// What is found where the engine's settings, and the rules of two networks, are so.
fn found(engine: &Value, rules: [&str; 2], log: &Value) -> Vec<Finding> {
    judged(engine, rules, log).findings
}

fn judged(engine: &Value, rules: [&str; 2], log: &Value) -> Diagnosis {
    let id = "0123456789abcdef".repeat(4);
    let network = |name: &str, id: &str, subnet: &str| json!({"name": name, "id": id, "driver": "bridge", "subnets": [{"subnet": subnet}]});
    let observed =
        |name: &str, id: &str, rules: &str| json!({"network": name, "id": id, "rules_out": rules});
    let mut web = container("web", 2, &json!({}));
    web["endpoints"][0]["network_id"] = json!(id);
    let mut engine = engine.clone();
    engine["name"] = json!("Docker");
    let snapshot = json!({"schema": "netmap/1", "engine": engine,
        "networks": [network("n", &id, "10.0.0.0/24"), network("o", "o", "10.0.1.0/24")],
        "network_observations": [observed("n", &id, rules[0]), observed("o", "o", rules[1])],
        "containers": [web, {"name": "other", "id": "other", "state": "running",
            "endpoints": [{"network": "o", "network_id": "o", "ipv4": "10.0.1.2"}]}],
        "observations": [seen("web", &json!({"log_errors": log}))]});
    let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
    diagnose(&Map::new(&snapshot), None, |_| true)
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {}", finding.rule, finding.summary)).collect()
}

/// A name that does not resolve, and a connection that gets no answer.
fn complaints() -> Value {
    json!([
        said(1, &json!({"kind": "name-not-found", "host": "deb.example.com"})),
        said(1, &json!({"kind": "timeout", "host": "192.0.2.9", "port": 443}))
    ])
}

#[test]
fn one_finding_tells_of_all_that_fails_for_want_of_rules() {
    let gone = "the engine's rules are gone from the machine's firewall";
    for lack in ["not-masqueraded", "kept-in"] {
        let findings = found(&json!({}), [lack, "open"], &complaints());
        assert_eq!(told(&findings), [format!("firewall-drop Nothing gets out of n: {gone}")]);
        assert_eq!(findings[0].subjects, ["n", "web"]);
        assert!(advice(&findings[0]).contains("\"systemctl\", \"restart\", \"docker\""));
    }
    // Where they lead out it is something else.
    let findings = found(&json!({}), ["open", "not-masqueraded"], &complaints());
    assert!(told(&findings)[0].starts_with("outside-names "), "{:?}", told(&findings));
    // One that refuses has been reached.
    let refused = json!([said(1, &json!({"kind": "refused", "host": "192.0.2.9", "port": 443}))]);
    let findings = found(&json!({}), ["not-masqueraded"; 2], &refused);
    assert!(!told(&findings).concat().contains("Nothing gets out"), "{:?}", told(&findings));
}

#[test]
fn rules_that_the_engine_makes_are_missed_before_anything_fails() {
    let makes = json!({"makes_rules": true});
    let both = "firewall-drop Nothing gets out of n and o: the engine's rules are gone from the \
        machine's firewall";
    assert_eq!(told(&found(&makes, ["not-masqueraded"; 2], &json!([]))), [both]);
    assert_eq!(told(&found(&makes, ["open"; 2], &json!([]))), [""; 0]);
    // Nobody else's are known to be missed.
    assert_eq!(told(&found(&json!({}), ["not-masqueraded"; 2], &json!([]))), [""; 0]);
    let told_not_to = json!({"makes_rules": false});
    assert_eq!(told(&found(&told_not_to, ["kept-in"; 2], &json!([]))), [""; 0]);
}

#[test]
fn an_engine_that_makes_no_rules_leaves_them_to_people() {
    let told_not_to = json!({"makes_rules": false});
    let findings = found(&told_not_to, ["kept-in", "open"], &complaints());
    let none = "firewall-drop Nothing gets out of n: no rule of the machine's firewall leads out";
    assert_eq!(told(&findings), [none]);
    let fix = advice(&findings[0]);
    for piece in ["MASQUERADE", "\"FORWARD\", \"-i\", \"br-0123456789ab\"", "10.0.0.0/24"] {
        assert!(fix.contains(piece), "{piece}: {fix}");
    }
}

/// A later version may know more of what rules do: that it is fine is not said for it.
#[test]
fn rules_that_this_version_does_not_know_are_as_good_as_not_read() {
    let is_told = |rules: &str| {
        let diagnosis = judged(&json!({}), [rules, "open"], &complaints());
        diagnosis
            .not_looked
            .iter()
            .any(|note| note.why().contains("out of n: nobody has read them"))
    };
    assert!(is_told("of-the-future"));
    assert!(!is_told("open"));
}

/// What somebody forbids on purpose is told of where something fails, whoever makes rules.
#[test]
fn a_zone_or_a_table_that_forbids_it_is_told_of_where_something_fails() {
    let makes = json!({"makes_rules": true});
    for (rules, why, command) in [
        ("firewalld", "firewalld forwards nothing from there", "\"--change-interface\""),
        ("nftables", "rules of nftables forbid it", "\"nft\""),
    ] {
        assert_eq!(told(&found(&makes, [rules, "open"], &json!([]))), [""; 0]);
        let findings = found(&makes, [rules, "open"], &complaints());
        assert_eq!(told(&findings), [format!("firewall-drop Nothing gets out of n: {why}")]);
        assert!(advice(&findings[0]).contains(command), "{}", advice(&findings[0]));
        assert!(!advice(&findings[0]).contains("\"systemctl\""), "{}", advice(&findings[0]));
    }
}
