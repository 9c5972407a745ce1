//! One cause, one finding: a rule of the host's firewall that cuts many ways
//! is told once, at what it cuts.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lent_engine::LentEngine;
use crate::support::{netmap_command, text};

/// An engine of its own with two networks: seven members on one, three on the
/// other, and one of the seven on both.
struct Setup {
    engine: LentEngine,
    bridge: String,
}

impl Setup {
    fn new() -> Self {
        let engine = LentEngine::new();
        for network in ["net-1", "net-2"] {
            engine.docker(&["network", "create", network]);
        }
        for member in 1..=7 {
            engine.sleeper(&format!("m{member}"), &["--network", "net-2"]);
        }
        engine.sleeper("a1", &["--network", "net-1"]);
        engine.sleeper("a2", &["--network", "net-1"]);
        engine.docker(&["network", "connect", "net-1", "m1"]);
        let bridge = engine.docker(&["network", "inspect", "-f", "br-{{slice .Id 0 12}}", "net-2"]);
        Self { engine, bridge }
    }

    fn address(&self, member: &str) -> String {
        let format = "{{(index .NetworkSettings.Networks \"net-2\").IPAddress}}";
        self.engine.docker(&["inspect", "-f", format, member])
    }

    /// Adds a rule that drops packets, or takes it away again.
    fn rule(&self, verb: &str, of: &[&str]) {
        let mut iptables = self.engine.beside("iptables");
        let words = [&["-w", verb, "DOCKER-USER"], of, &["-j", "DROP"]].concat();
        assert!(iptables.args(words).status().unwrap().success());
    }

    fn netmap(&self, arguments: &[&str]) -> String {
        let mut netmap = netmap_command();
        let output = netmap.arg("--host").arg(&self.engine.address).args(arguments).output();
        let output = output.expect("netmap runs");
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
        text(&output.stdout)
    }

    /// The only problem there is.
    fn only_problem(&self) -> Value {
        let mut problems = self.problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    }

    fn problems(&self) -> Vec<Value> {
        let report = self.netmap(&["doctor", "--probe", "--format", "json"]);
        let report: Value = serde_json::from_str(&report).expect("JSON");
        let mut findings = report["findings"].as_array().unwrap().clone();
        findings.retain(|finding| finding["severity"] != "info");
        findings
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_rule_that_drops_is_told_once_at_what_it_cuts() {
    let setup = Setup::new();
    let began = Instant::now();
    while !setup.problems().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "{:#?}", setup.problems());
        thread::sleep(Duration::from_millis(500));
    }

    let whole = ["-i", &setup.bridge, "-o", &setup.bridge];
    setup.rule("-I", &whole);
    let told = setup.only_problem();
    assert_eq!(told["rule"], "firewall-drop");
    assert_eq!(told["subjects"][0], "net-2");
    let summary = told["summary"].as_str().unwrap();
    assert!(summary.starts_with("net-2 carries nothing"), "{summary}");
    let said = told["evidence"].to_string();
    assert!(said.contains("None of 42 attempts on net-2"), "{said}");
    assert!(told["fix"].to_string().contains(&setup.bridge), "{told:#}");
    let surprises = setup.netmap(&["probe", "--only", "surprises", "--method", "auto"]);
    assert_eq!(surprises.matches("net-2 carries nothing").count(), 1, "{surprises}");
    assert!(!surprises.contains('⇄'), "{surprises}");
    setup.rule("-D", &whole);

    // One member alone, in one direction and in both.
    let (m2, m3) = (setup.address("m2"), setup.address("m3"));
    let into = ["-i", &setup.bridge, "-d", &m2, "-m", "conntrack", "--ctstate", "NEW"];
    setup.rule("-I", &into);
    let told = setup.only_problem();
    assert!(told["summary"].as_str().unwrap().starts_with("Nobody reaches m2 on net-2"), "{told}");
    setup.rule("-I", &["-i", &setup.bridge, "-s", &m2]);
    let told = setup.only_problem();
    assert!(told["summary"].as_str().unwrap().starts_with("m2 is cut off on net-2"), "{told}");
    setup.rule("-D", &["-i", &setup.bridge, "-s", &m2]);
    setup.rule("-D", &into);

    // And two of them.
    setup.rule("-I", &["-s", &m2, "-d", &m3]);
    let told = setup.only_problem();
    assert_eq!(told["subjects"], serde_json::json!(["m2", "m3"]));
    setup.rule("-D", &["-s", &m2, "-d", &m3]);
    assert!(setup.problems().is_empty());
}

/// What runs in a container, as a line of `sh`.
fn run(engine: &LentEngine, name: &str, options: &[&str], program: &str) {
    let command = [&["run", "-d", "--name", name], options, &["busybox", "sh", "-c", program]];
    engine.docker(&command.concat());
}

/// Twelve containers on four networks, and one cause for each of these: a rule of
/// the firewall, a dead server at the end of a chain, a sidecar whose owner was
/// started again, and a route of the host into a network's addresses.
fn four_causes() -> Setup {
    let engine = LentEngine::new();
    for network in ["cut", "shop", "tunnel"] {
        engine.docker(&["network", "create", network]);
    }
    engine.docker(&["network", "create", "--subnet", "10.93.0.0/24", "far"]);
    for member in 1..=4 {
        engine.sleeper(&format!("m{member}"), &["--network", "cut"]);
    }
    run(&engine, "api", &["--network", "shop"], "echo 'panic: no shard for orders'; exit 2");
    let waits = "while sleep 1; do echo 'host not found in upstream \"api\"' >&2; done";
    let published = ["--network", "shop", "-p", "18321:80", "-e", "UPSTREAM=http://api:8000"];
    run(&engine, "proxy", &published, waits);
    let dials = "while sleep 1; do nc -w 1 proxy 80 </dev/null; done";
    run(&engine, "web", &["--network", "shop", "-e", "PROXY_URL=http://proxy:80"], dials);
    engine.sleeper("vpn", &["--network", "tunnel", "-p", "18322:8080"]);
    run(&engine, "dash", &["--network", "container:vpn"], "exec httpd -f -p 8080");
    let dials = "while sleep 1; do nc -w 1 vpn 8080 </dev/null; done";
    run(&engine, "watch", &["--network", "tunnel", "-e", "DASH_URL=http://vpn:8080"], dials);
    engine.sleeper("f1", &["--network", "far"]);
    engine.sleeper("f2", &["--network", "far"]);
    engine.docker(&["restart", "-t", "0", "vpn"]);
    let bridge = engine.docker(&["network", "inspect", "-f", "br-{{slice .Id 0 12}}", "cut"]);
    let setup = Setup { engine, bridge };
    setup.rule("-I", &["-i", &setup.bridge, "-o", &setup.bridge]);
    let ip = |words: &str| {
        assert!(setup.engine.beside("ip").args(words.split(' ')).status().unwrap().success());
    };
    ip("link add office type bridge");
    ip("link set office up");
    ip("route add 10.93.0.128/25 dev office");
    setup
}

#[test]
#[ignore = "needs a Docker engine"]
fn twelve_containers_with_four_causes_get_four_findings() {
    const CAUSES: [(&str, &str); 4] = [
        ("namespace-orphan", "dash"),
        ("target-down", "api"),
        ("firewall-drop", "cut"),
        ("subnet-overlap", "far"),
    ];
    let setup = four_causes();
    // A container is judged once it is a few seconds old.
    thread::sleep(Duration::from_secs(7));
    let problems = setup.problems();
    let told: Vec<(&str, &str)> = problems
        .iter()
        .map(|problem| {
            (problem["rule"].as_str().unwrap(), problem["subjects"][0].as_str().unwrap())
        })
        .collect();
    assert_eq!(told, CAUSES, "{problems:#?}");
    let of =
        |rule: &str| problems.iter().find(|problem| problem["rule"] == rule).unwrap().to_string();
    for consequence in ["web", "proxy", "18321"] {
        assert!(of("target-down").contains(consequence), "{consequence}: {}", of("target-down"));
    }
    for consequence in ["watch", "18322"] {
        assert!(of("namespace-orphan").contains(consequence), "{}", of("namespace-orphan"));
    }
}
