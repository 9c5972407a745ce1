//! Reports from the field, each a script in tests/cases/live: the doctor must
//! name the cause first, its own commands must fix it where they are commands,
//! and once a person has fixed it, it must have nothing to say.
//!
//! Each script has an engine of its own, since its names are short.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::own_engine::OwnEngine;
use crate::support::{netmap_command, text};

/// How long a setup may take to look as it should.
const PATIENCE: Duration = Duration::from_secs(30);

/// A container is judged once it is a few seconds old.
const SETTLED: Duration = Duration::from_secs(6);

/// What the doctor is to say of a script's setup.
struct Says {
    /// The rule of its first error or warning.
    rule: &'static str,
    /// Words that this finding's summary and evidence must hold.
    words: &'static [&'static str],
    /// Rules of which it must say nothing.
    never: &'static [&'static str],
}

struct Case {
    script: PathBuf,
    engine: OwnEngine,
    /// Where the script writes its files: others have files of the same names.
    files: tempfile::TempDir,
}

impl Case {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/live");
        let files = tempfile::tempdir().expect("a folder");
        Self { script: folder.join(format!("{name}.sh")), engine: OwnEngine::start(), files }
    }

    /// A shell on the engine's machine.
    fn bash(&self) -> Command {
        let mut bash = self.engine.beside("bash");
        bash.env("DOCKER_HOST", &self.engine.address).env("TMPDIR", self.files.path());
        bash
    }

    fn run(&self, step: &str) -> Output {
        self.bash().arg(&self.script).arg(step).output().expect("bash runs")
    }

    fn step(&self, step: &str) {
        let output = self.run(step);
        assert!(output.status.success(), "{step}: {}", said(&output));
    }

    /// Errors and warnings, in the doctor's order.
    fn findings(&self) -> Vec<Value> {
        let arguments = ["doctor", "--format", "json"];
        let mut netmap = netmap_command();
        let output = netmap.arg("--host").arg(&self.engine.address).args(arguments).output();
        let output = output.expect("netmap runs");
        assert!(output.status.code().is_some_and(|code| code < 2), "doctor: {}", said(&output));
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let findings = document["findings"].as_array().expect("findings").iter();
        findings.filter(|finding| finding["severity"] != "info").cloned().collect()
    }

    /// Waits until the doctor says what it should.
    fn expect(&self, is_right: impl Fn(&[Value]) -> bool, what: &str) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let findings = self.findings();
            if is_right(&findings) {
                return findings;
            }
            let found = serde_json::to_string_pretty(&findings).unwrap();
            assert!(began.elapsed() < PATIENCE, "{what}:\n{found}");
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// Waits until the traffic flows, or does not.
    fn works(&self, expected: bool) {
        let began = Instant::now();
        loop {
            let output = self.run("works");
            if output.status.success() == expected {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "works {expected}: {}", said(&output));
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// Brings it up broken, and hands back what the doctor finds first.
    fn broken(&self, says: &Says) -> Value {
        self.step("broken");
        thread::sleep(SETTLED);
        let first = |findings: &[Value]| {
            findings.first().is_some_and(|first| {
                let told = first["summary"].to_string() + &first["evidence"].to_string();
                first["rule"] == says.rule && says.words.iter().all(|word| told.contains(word))
            })
        };
        let what = format!("the first is to be {} with {:?}", says.rule, says.words);
        let findings = self.expect(first, &what);
        for finding in &findings {
            assert!(!says.never.iter().any(|rule| finding["rule"] == *rule), "{finding:#}");
        }
        self.works(false);
        findings[0].clone()
    }

    /// What `netmap why` says in JSON, and its exit code.
    fn why(&self, arguments: &[&str]) -> (Value, Option<i32>) {
        let mut netmap = netmap_command();
        let netmap = netmap.arg("--host").arg(&self.engine.address).arg("why").args(arguments);
        let output = netmap.args(["--format", "json"]).output().expect("netmap runs");
        let ladder = serde_json::from_slice(&output.stdout);
        (ladder.unwrap_or_else(|_| panic!("why: {}", said(&output))), output.status.code())
    }

    fn is_quiet(&self) {
        thread::sleep(SETTLED);
        self.expect(<[Value]>::is_empty, "it works, and the doctor should be quiet");
    }

    fn clean(&self) {
        let _ = self.run("clean");
    }
}

/// The commands of a finding's fix; nothing where a person has to do it.
fn commands(finding: &Value) -> Vec<&str> {
    let lines = finding["fix"].as_array().expect("a fix").iter();
    lines.map(|line| line.as_str().expect("text")).filter(|line| !line.starts_with('#')).collect()
}

fn said(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Holds the doctor against a script. `by_commands` says that the commands of
/// its first finding fix it.
fn hold(name: &str, by_commands: bool, says: &Says) {
    hold_with(name, by_commands, says, |_, _| {});
}

/// Likewise; `also` has a look at the broken setup, with the first finding.
fn hold_with(name: &str, by_commands: bool, says: &Says, also: impl Fn(&Case, &Value)) {
    let case = Case::new(name);
    if by_commands {
        let finding = case.broken(says);
        let script = format!("set -e\n{}", commands(&finding).join("\n"));
        let pasted = case.bash().arg("-c").arg(&script).output().expect("bash runs");
        assert!(pasted.status.success(), "{script}\n{}", said(&pasted));
        case.works(true);
        case.is_quiet();
        case.clean();
    }
    let finding = case.broken(says);
    also(&case, &finding);
    case.step("fixed");
    case.works(true);
    case.is_quiet();
    case.clean();
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_crash_loop_over_a_name_on_another_network() {
    let never = &["target-down", "published-port-nobody-listens"];
    hold("nginx-emerg", true, &Says { rule: "no-shared-network", words: &["proxy", "app"], never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_sidecar_in_the_former_namespace_of_the_one_whose_port_is_published() {
    let words = &["web lost its network", "vpn does not answer", "18311", "dash"];
    let never = &["published-port-nobody-listens", "dialled-port-closed"];
    let says = Says { rule: "namespace-orphan", words, never };
    hold("orphaned-sidecar", false, &says);
    // What dash said in the meantime is still in its log, and only some seconds
    // old: for a minute it may as well have dialled too early.
    let case = Case::new("orphaned-sidecar");
    let finding = case.broken(&says);
    assert_eq!(commands(&finding), ["docker restart web"]);
    let pasted = case.bash().arg("-c").arg("docker restart web").output().expect("bash runs");
    assert!(pasted.status.success(), "{}", said(&pasted));
    case.works(true);
    case.clean();
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_dead_database_at_the_end_of_a_chain() {
    let never = &["published-port-nobody-listens", "dialled-port-closed"];
    let words = &["db", "proxy", "web"];
    hold("dead-upstream", false, &Says { rule: "target-down", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn another_project_in_what_one_keeps_to_itself() {
    let words = &["report-app", "of project report", "shop_back"];
    hold("foreign-on-internal", true, &Says { rule: "bridging-container", words, never: &[] });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_fixed_address_that_another_one_got() {
    let never = &["target-down", "wrong-name"];
    let words = &["db", "app", "10.79.0.2", "Address already in use"];
    hold("static-ip-taken", true, &Says { rule: "cannot-start", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_jdbc_url_with_the_port_of_the_host() {
    let words = &["app", "db", "5433", "5432"];
    let never = &["published-port-nobody-listens"];
    hold("jdbc-port", true, &Says { rule: "host-port-between-containers", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_port_in_a_variable_for_a_host() {
    let words = &["app", "DB_HOST", "db:3306"];
    let never = &["published-port-nobody-listens"];
    hold("host-with-port", true, &Says { rule: "malformed-host", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn quotes_around_a_host() {
    let words = &["app", "DB_HOST", "quotes"];
    let never = &["wrong-name"];
    hold("quoted-host", true, &Says { rule: "malformed-host", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_variable_that_is_not_set() {
    let words = &["app", "undefined", "not set", "DB_HOSTNAME", "db"];
    let never = &["wrong-name"];
    hold("undefined", false, &Says { rule: "malformed-host", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_name_of_the_containers_in_a_page() {
    let words = &["page", "http://api:8000", "VITE_API_URL", "browsers"];
    let never = &["localhost-dependency"];
    hold("browser-urls", true, &Says { rule: "name-for-a-browser", words, never });
}

/// While the proxy runs, while it waits for its next start, and just after it
/// has ended.
#[test]
#[ignore = "needs a Docker engine"]
fn a_crash_loop_gets_the_same_verdict_at_every_moment() {
    let case = Case::new("nginx-emerg");
    case.step("broken");
    thread::sleep(SETTLED);
    for _ in 0..6 {
        let findings = case.findings();
        assert_eq!(findings[0]["rule"], "no-shared-network", "{findings:#?}");
        assert_eq!(findings.len(), 1, "{findings:#?}");
        let fix = commands(&findings[0]);
        assert!(fix[0].starts_with("docker stop"), "stopped before it is connected: {fix:?}");
        thread::sleep(Duration::from_secs(2));
    }
    case.clean();
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_server_of_udp_behind_a_publish_of_tcp() {
    let never = &["published-port-nobody-listens"];
    let words = &["metrics", "8125", "UDP"];
    hold("udp-published-tcp", true, &Says { rule: "wrong-protocol", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_port_of_the_hosts_loopback_dialled_by_the_gateways_address() {
    let never = &["hairpin", "host-service", "host-firewall"];
    let words = &["monitor", "stats", "127.0.0.1 only"];
    let says = Says { rule: "published-on-loopback", words, never };
    hold_with("published-loopback", true, &says, |case, finding| {
        let dialled = finding["evidence"].to_string();
        let at = dialled.find("172.").expect("the gateway's address");
        let address = dialled[at..].split(|c: char| !"0123456789.:".contains(c)).next().unwrap();
        for how in [&["--method", "netns"][..], &["--method", "exec"], &["--no-exec"]] {
            let (ladder, code) = case.why(&[&["monitor", address], how].concat());
            assert_eq!(code, Some(1), "{how:?}: {ladder:#}");
            assert!(ladder.to_string().contains("127.0.0.1 only"), "{how:?}: {ladder:#}");
            assert_eq!(ladder["fix"], finding["fix"], "{how:?}");
        }
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_search_domain_with_an_answer_for_every_name() {
    let never = &["firewall-drop", "wrong-name"];
    let words = &["cache", "198.18.0.9", "cache.office.test"];
    let says = Says { rule: "resolves-elsewhere", words, never };
    hold_with("search-domain", true, &says, |case, finding| {
        for how in [&["--method", "netns"][..], &["--method", "exec"]] {
            let (ladder, code) = case.why(&[&["app", "cache:6379"], how].concat());
            assert_eq!(code, Some(1), "{how:?}: {ladder:#}");
            let failed = ladder["rungs"].as_array().unwrap().iter().find(|r| r["status"] == "fail");
            let failed = failed.unwrap();
            assert_eq!(failed["rung"], "name", "{how:?}: {ladder:#}");
            for word in ["198.18.0.9", "cache.office.test"] {
                assert!(failed.to_string().contains(word), "{how:?}: {ladder:#}");
            }
            assert_eq!(ladder["fix"], finding["fix"], "{how:?}");
        }
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_name_of_the_own_project_that_another_project_answers_to() {
    let words = &["blue-db has exited", "blue-app", "green-db", "green", "edge"];
    let never = &["target-down"];
    hold("crosstalk", true, &Says { rule: "foreign-namesake", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn one_name_and_two_projects_servers() {
    let words = &["`db`", "red-db", "blue-db", "red-app", "blue-app", "common"];
    hold("same-service-shared-net", false, &Says { rule: "alias-collision", words, never: &[] });
}

#[test]
#[ignore = "needs a Docker engine"]
fn an_address_that_another_container_has_inherited() {
    let words = &["proxy", "api", "worker's now"];
    let never = &["dialled-port-closed", "hardcoded-ip"];
    hold("stale-upstream", true, &Says { rule: "stale-resolved-address", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn an_address_on_a_network_where_the_proxy_is_not() {
    let words = &["proxy dials app by its address on back", "On web, app has"];
    let never = &["no-shared-network", "firewall-drop", "hardcoded-ip"];
    hold("proxy-wrong-network", false, &Says { rule: "address-on-other-network", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn two_containers_with_one_mac_address() {
    let words = &["cache", "web", "02:42:0a:00:00:07", "shop"];
    hold("duplicate-mac", true, &Says { rule: "duplicate-mac", words, never: &["firewall-drop"] });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_broker_that_sends_its_clients_to_themselves() {
    let words = &["broker advertises localhost:9092", "broker:9092", "KAFKA_ADVERTISED_LISTENERS"];
    let never = &["localhost-dependency", "dialled-port-closed"];
    hold("kafka-advertised", true, &Says { rule: "advertised-address", words, never });
}
