//! Reports from the field, each a script in tests/cases/live: the doctor must
//! name the cause first, its own commands must fix it where they are commands,
//! and once a person has fixed it, it must have nothing to say.
//!
//! Each script has an engine to itself, since its names are short.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::lent_engine::LentEngine;
use crate::support::{netmap_command, text};

/// How long a setup may take to look as it should.
const PATIENCE: Duration = Duration::from_secs(60);

/// From one look to the next: each takes a tenth of a second of a processor.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

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

/// Docker 20.10 on a busy machine kills a container and at times does not hear
/// that it has ended: it stays, and so does its name, which the script gives to
/// the next one. Only once more does it go.
const REMOVE_AGAIN: &str = r#"docker() {
  [ "$1 ${2:-}" = "rm -f" ] || { command docker "$@"; return; }
  local said
  for _ in 1 2 3 4 5; do
    said=$(command docker "$@" 2>&1) && { echo "$said"; return; }
    case $said in *"exit event"* | *"in progress"*) sleep 1 ;; *) break ;; esac
  done
  echo "$said" >&2
  return 1
}"#;

struct Case {
    script: PathBuf,
    engine: LentEngine,
    /// Where the script writes its files: others have files of the same names.
    files: tempfile::TempDir,
    /// What its steps said.
    said: RefCell<String>,
}

impl Case {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/live");
        let files = tempfile::tempdir().expect("a folder");
        Self {
            script: folder.join(format!("{name}.sh")),
            engine: LentEngine::new(),
            files,
            said: RefCell::default(),
        }
    }

    /// A shell on the engine's machine.
    fn bash(&self) -> Command {
        let mut bash = self.engine.beside("bash");
        bash.env("DOCKER_HOST", &self.engine.address).env("TMPDIR", self.files.path());
        bash
    }

    fn run(&self, step: &str) -> Output {
        let again = format!("{REMOVE_AGAIN}\nexport -f docker; exec bash \"$0\" \"$@\"");
        let mut bash = self.bash();
        bash.arg("-c").arg(again).arg(&self.script).arg(step).output().expect("bash runs")
    }

    fn step(&self, step: &str) {
        let output = self.run(step);
        assert!(output.status.success(), "{step}: {}", said(&output));
        self.said.borrow_mut().push_str(&said(&output));
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
            let said = self.said.borrow();
            assert!(began.elapsed() < PATIENCE, "{what}:\n{found}\nthe script said: {said}");
            thread::sleep(BETWEEN_LOOKS);
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
            let steps = self.said.borrow();
            let said = said(&output);
            assert!(
                began.elapsed() < PATIENCE,
                "works {expected}: {said}\nthe steps said: {steps}"
            );
            thread::sleep(BETWEEN_LOOKS);
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

/// Holds the doctor against a script with several causes: it names them in this order
/// and no other, its commands end what they can end, and a person the rest.
fn hold_all(name: &str, causes: &[Says], also: impl Fn(&Case)) {
    let case = Case::new(name);
    case.step("broken");
    let is_cause = |finding: &Value, says: &Says| {
        let told = finding["summary"].to_string() + &finding["evidence"].to_string();
        finding["rule"] == says.rule && says.words.iter().all(|word| told.contains(word))
    };
    let are_causes = |findings: &[Value]| {
        findings.len() == causes.len()
            && findings.iter().zip(causes).all(|(finding, says)| is_cause(finding, says))
    };
    let rules: Vec<&str> = causes.iter().map(|says| says.rule).collect();
    let findings = case.expect(are_causes, &format!("all there is to say is {rules:?}"));
    case.works(false);
    also(&case);
    for finding in &findings {
        let script = format!("set -e\n{}", commands(finding).join("\n"));
        let pasted = case.bash().arg("-c").arg(&script).output().expect("bash runs");
        assert!(pasted.status.success(), "{script}\n{}", said(&pasted));
    }
    if findings.iter().any(|finding| commands(finding).is_empty()) {
        case.step("by_hand");
    }
    case.works(true);
    case.is_quiet();
    case.clean();
}

/// Likewise, and holds the doctor against what is near and fine.
fn hold_near(name: &str, by_commands: bool, says: &Says, also: impl Fn(&Case, &Value)) {
    hold_with(name, by_commands, says, also);
    let case = Case::new(name);
    case.step("broken");
    case.step("near");
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
    let case = Case::new("orphaned-sidecar");
    let finding = case.broken(&says);
    assert_eq!(commands(&finding), ["docker restart web"]);
    let pasted = case.bash().arg("-c").arg("docker restart web").output().expect("bash runs");
    assert!(pasted.status.success(), "{}", said(&pasted));
    case.works(true);
    // What dash said in the meantime is still in its log.
    case.is_quiet();
    case.clean();
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_name_of_two_copies_of_which_one_listens_elsewhere() {
    let words = &["one and two", "Nothing listens on 5432 in two"];
    let says = Says { rule: "alias-collision", words, never: &["unexplained-failure"] };
    hold_near("one-copy-listens", true, &says, |case, _| {
        let (ladder, code) = case.why(&["blog", "db:5432"]);
        let told = ladder["rungs"].to_string();
        assert!(told.contains("not answering on 5432: two"), "{told}");
        assert_eq!(code, Some(1), "{told}");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_replica_that_does_not_listen() {
    let words = &["shop-api-2", "shop-web-1", "8000"];
    let says = Says { rule: "dialled-port-closed", words, never: &["alias-collision"] };
    hold_near("silent-replica", false, &says, |case, _| {
        let (ladder, code) = case.why(&["shop-web-1", "api:8000"]);
        let told = ladder["rungs"].to_string();
        assert!(told.contains("not answering on 8000: shop-api-2"), "{told}");
        assert_eq!(code, Some(1), "{told}");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_name_that_only_another_project_has() {
    let words = &["one-app", "two-app", "three-app", "shop-db"];
    let says = Says { rule: "wrong-name", words, never: &["unexplained-failure"] };
    hold_near("other-project-name", true, &says, |case, finding| {
        let fix = finding["fix"].to_string();
        assert!(!fix.contains("NETWORK") && !fix.contains("CONTAINER"), "{fix}");
        let (ladder, _) = case.why(&["two-app", "db:5432"]);
        let fix = ladder["fix"].to_string();
        assert!(fix.contains("docker network connect shop_default two-app"), "{fix}");
    });
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
fn connection_strings_of_many_languages() {
    let words = &["ado, go, jdbc, json and 6 more dial db", "3307", "3306"];
    let never = &["unexplained-failure"];
    let says = Says { rule: "host-port-between-containers", words, never };
    hold("connection-strings", true, &says);
}

#[test]
#[ignore = "needs a Docker engine"]
fn the_listener_that_is_for_the_host() {
    let words = &["broker", "localhost:9092", "INTERNAL", "broker:29092", "client"];
    let never = &["localhost-dependency"];
    let says = Says { rule: "advertised-address", words, never };
    hold_with("kafka-listener", true, &says, |_, finding| {
        let fix = commands(finding).join("\n");
        assert!(fix.contains("KAFKA_BROKERS=broker:29092") && !fix.contains("ADVERTISED"), "{fix}");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_variable_for_a_host_that_is_empty() {
    let words = &["app", "empty host", "DB_HOST is empty"];
    let never = &["localhost-dependency", "wrong-name"];
    hold("empty-host", true, &Says { rule: "malformed-host", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn an_address_beside_its_name_in_a_log() {
    let words = &["app", "the address that db had before", "mail's now"];
    let never = &["dialled-port-closed", "wrong-name", "unexplained-failure"];
    hold("remembered-address", true, &Says { rule: "stale-resolved-address", words, never });
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
fn a_password_that_cuts_a_url_short() {
    let words = &["DATABASE_URL", "db:5432", "percent-encoded"];
    let never = &["wrong-name", "crashed", "lost-alias", "unexplained-failure"];
    hold("unescaped-password", false, &Says { rule: "malformed-host", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_port_out_of_a_file_from_windows() {
    let words = &["app", "DB_PORT", "carriage return"];
    let never = &["crashed", "wrong-name"];
    hold("windows-env-file", true, &Says { rule: "malformed-host", words, never });
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
    // It is a loop from its second restart on, which takes its time on a busy machine.
    let is_stopped_first = |findings: &[Value]| {
        findings.len() == 1
            && findings[0]["rule"] == "no-shared-network"
            && commands(&findings[0])[0].starts_with("docker stop")
    };
    // A busy machine may not have had the time to read what the last run said;
    // that is asked again.
    for _ in 0..6 {
        case.expect(is_stopped_first, "stopped before it is connected");
        thread::sleep(Duration::from_secs(2));
    }
    case.clean();
}

/// While it runs, while it waits for its next start and has no address, and when
/// it has another one.
#[test]
#[ignore = "needs a Docker engine"]
fn a_database_that_ends_again_and_again_gets_the_same_verdict_at_every_moment() {
    let never = &["stale-resolved-address", "dialled-port-closed"];
    let words = &["db keeps ending", "app", "wrong ownership"];
    hold_with("crash-loop", false, &Says { rule: "target-down", words, never }, |case, _| {
        for _ in 0..8 {
            let findings = case.findings();
            let rules: Vec<&Value> = findings.iter().map(|finding| &finding["rule"]).collect();
            assert_eq!(rules, ["target-down"], "{findings:#?}");
            thread::sleep(Duration::from_millis(1300));
        }
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn localhost_of_an_app_on_the_hosts_network() {
    let words = &["app dials port 5432 of the host", "db", "5433"];
    let never = &["localhost-dependency", "unexplained-failure"];
    let says = Says { rule: "host-mode-peer", words, never };
    hold_with("host-network-localhost", true, &says, |case, finding| {
        let (ladder, code) = case.why(&["app", "localhost:5432"]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert!(ladder.to_string().contains("localhost is the host"), "{ladder:#}");
        assert_eq!(ladder["fix"], finding["fix"]);
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_port_of_the_host_that_one_on_its_network_has() {
    let words = &["web cannot start", "8090", "metrics is on the host's network"];
    hold("host-network-port", true, &Says { rule: "host-port-conflict", words, never: &[] });
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
fn a_name_server_that_is_a_container() {
    let words = &["api.example.com", "pihole", "nothing listens on port 53"];
    let says = Says { rule: "outside-names", words, never: &["unexplained-failure"] };
    hold_with("name-server-container", false, &says, |case, finding| {
        let (ladder, code) = case.why(&["app", "api.example.com:443"]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert_eq!(ladder["fix"], finding["fix"], "{ladder:#}");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_name_server_that_answers_from_another_address() {
    let words = &["api.example.com", "pihole", "come from another address than 192.168.53.10"];
    let says = Says { rule: "outside-names", words, never: &["unexplained-failure"] };
    hold_near("name-server-published", true, &says, |case, finding| {
        let (ladder, code) = case.why(&["app", "api.example.com:443"]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert_eq!(ladder["fix"], finding["fix"], "{ladder:#}");
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
    let says = Says { rule: "stale-resolved-address", words, never };
    hold_with("stale-upstream", true, &says, |case, finding| {
        let told = finding["evidence"].to_string();
        let at = told.find("proxy dials ").expect("what it dials") + "proxy dials ".len();
        let dialled = told[at..].split(' ').next().unwrap();
        let (ladder, code) = case.why(&["proxy", dialled]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert_eq!(ladder["fix"], finding["fix"], "not to start a server in the heir");
    });
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
    let says = Says { rule: "duplicate-mac", words, never: &["firewall-drop"] };
    hold_with("duplicate-mac", true, &says, |case, finding| {
        // It may answer just now.
        let (ladder, _) = case.why(&["client", "web:80"]);
        assert_eq!(ladder["fix"], finding["fix"], "{ladder:#}");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_broker_that_sends_its_clients_to_themselves() {
    let words = &["broker advertises localhost:9092", "broker:9092", "KAFKA_ADVERTISED_LISTENERS"];
    let never = &["localhost-dependency", "dialled-port-closed"];
    hold("kafka-advertised", true, &Says { rule: "advertised-address", words, never });
}

/// Holds `why` against the doctor: the way is open, and the ladder says what the
/// doctor says of the same two, with the same fix.
fn why_agrees(case: &Case, finding: &Value, arguments: &[&str], words: &str) {
    let (ladder, code) = case.why(arguments);
    assert_eq!(code, Some(0), "the way is open: {ladder:#}");
    assert!(ladder.to_string().contains(words), "{words}: {ladder:#}");
    assert_eq!(ladder["fix"], finding["fix"]);
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_server_that_sends_its_client_away() {
    let words = &["app", "cache:6379", "server's own rules"];
    let never = &["dialled-port-closed", "target-down"];
    let says = Says { rule: "unexplained-failure", words, never };
    hold_with("protected-server", false, &says, |case, finding| {
        why_agrees(case, finding, &["app", "cache"], "own rules");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_password_that_the_database_does_not_know() {
    let words = &["app", "password", "db:3306"];
    let says = Says { rule: "unexplained-failure", words, never: &[] };
    hold_with("password-refused", false, &says, |case, finding| {
        assert_eq!(finding["subjects"], serde_json::json!(["app"]), "{finding:#}");
        assert_eq!(case.findings().len(), 1, "a server's log of strangers is no finding");
        why_agrees(case, finding, &["app", "db:3306"], "not accepted");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn tls_to_a_server_without() {
    let words = &["app", "encryption", "api:8443"];
    let says = Says { rule: "unexplained-failure", words, never: &["dialled-port-closed"] };
    hold_with("https-to-plain", false, &says, |case, finding| {
        why_agrees(case, finding, &["app", "api"], "encryption");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn localhost_that_is_a_socket() {
    let words = &["app", "db", "DB_HOST"];
    let says = Says { rule: "localhost-dependency", words, never: &["unexplained-failure"] };
    hold_with("socket-for-localhost", true, &says, |case, finding| {
        let fix = commands(finding).join("\n");
        assert!(fix.contains("-e DB_HOST=db ") && !fix.contains("db:3306"), "{fix}");
        why_agrees(case, finding, &["app", "db"], "localhost");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_label_that_names_a_network_where_the_target_is_not() {
    let words = &["traefik", "app", "traefik.docker.network=proxy"];
    let says = Says { rule: "no-shared-network", words, never: &[] };
    hold_with("proxy-label-network", true, &says, |case, finding| {
        let (ladder, code) = case.why(&["traefik", "app:3000"]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert_eq!(ladder["fix"], finding["fix"]);
        assert_eq!(case.findings().len(), 1, "one that is not to be served is fine");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_label_with_a_port_on_which_nothing_listens() {
    let words = &["traefik is to serve shop by its port 8080", "shop listens on 80"];
    let says = Says { rule: "dialled-port-closed", words, never: &["no-shared-network"] };
    hold_with("label-port", true, &says, |case, finding| {
        let (ladder, code) = case.why(&["traefik", "shop:8080"]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert_eq!(ladder["fix"], finding["fix"]);
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_resolv_conf_that_is_mounted_over_the_engines() {
    let words = &["In app, cache does not resolve", "127.0.0.53"];
    let says = Says { rule: "resolves-elsewhere", words, never: &["wrong-name"] };
    hold_with("mounted-resolv-conf", false, &says, |case, finding| {
        let fix = finding["fix"].to_string();
        assert!(fix.contains("mounted as /etc/resolv.conf") && !fix.contains("ndots"), "{fix}");
        let (ladder, code) = case.why(&["app", "cache:6379"]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert!(ladder.to_string().contains("127.0.0.53 and not the engine's own"), "{ladder:#}");
        assert_eq!(ladder["fix"], finding["fix"]);
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_name_in_a_variable_of_nginx() {
    let words = &["proxy", "no name server"];
    let says = Says { rule: "unexplained-failure", words, never: &["wrong-name"] };
    hold("nginx-no-resolver", false, &says);
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_health_check_with_a_program_that_is_not_there() {
    let words = &["shop-db-1", "a program cannot be run", "shop-app-1 was never started"];
    let never = &["target-down", "dialled-port-closed"];
    hold("check-without-curl", false, &Says { rule: "unexplained-failure", words, never });
}

#[test]
#[ignore = "needs a Docker engine"]
fn the_firewall_of_a_vpn_container() {
    let words = &["app", "db:5432", "no answer"];
    let never = &["dialled-port-closed", "wrong-name"];
    let says = Says { rule: "unexplained-failure", words, never };
    hold_with("vpn-firewall", false, &says, |case, finding| {
        let fix = finding["fix"].to_string();
        assert!(fix.contains("firewall rules of vpn"), "{fix}");
        let (ladder, code) = case.why(&["app", "db:5432"]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert!(ladder["fix"].to_string().contains("in vpn"), "{ladder:#}");
    });
}

/// Its runs last longer than the ten seconds after which an engine takes it for
/// started.
#[test]
#[ignore = "needs a Docker engine"]
fn a_slow_crash_loop_gets_the_same_verdict_at_every_moment() {
    let words = &["worker keeps ending", "a file or folder is not there"];
    let says = Says { rule: "crashed", words, never: &[] };
    hold_with("slow-crash-loop", false, &says, |case, _| {
        for _ in 0..10 {
            let findings = case.findings();
            let rules: Vec<&Value> = findings.iter().map(|finding| &finding["rule"]).collect();
            assert_eq!(rules, ["crashed"], "{findings:#?}");
            thread::sleep(Duration::from_millis(1700));
        }
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_wrong_name_for_the_only_database_without_a_port() {
    let words = &["wp dials `database`", "WORDPRESS_DB_HOST", "`db` is there"];
    let says = Says { rule: "wrong-name", words, never: &["unexplained-failure"] };
    hold("usual-port-wrong-name", true, &says);
}

#[test]
#[ignore = "needs a Docker engine"]
fn retries_of_which_no_line_names_a_host() {
    let words = &["worker", "connection refused", "queue", "listens on no port at all"];
    let never = &["wrong-name", "unexplained-failure"];
    let says = Says { rule: "dialled-port-closed", words, never };
    hold_with("hostless-retries", false, &says, |case, _| {
        for _ in 0..5 {
            let findings = case.findings();
            assert_eq!(findings.len(), 1, "between two attempts: {findings:#?}");
            thread::sleep(Duration::from_secs(2));
        }
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_sentence_over_several_lines() {
    let words = &["app dials port 5433 of db", "5432"];
    let says = Says { rule: "dialled-port-closed", words, never: &["unexplained-failure"] };
    hold("sentence-over-lines", false, &says);
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_bucket_before_the_name_of_its_server() {
    let words = &["app dials `screenshots.minio`", "`minio` is there"];
    let says = Says { rule: "wrong-name", words, never: &["outside-names"] };
    hold_near("bucket-before-name", false, &says, |case, _| {
        let (ladder, _) = case.why(&["app", "screenshots.minio:9000"]);
        let fix = ladder["fix"].to_string();
        assert!(fix.contains("let app dial minio itself"), "{ladder:#}");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_localhost_that_is_an_address_which_the_container_does_not_have() {
    let words = &["web looks for api in itself", "Port 5000 of the host leads to api:80"];
    let says = Says { rule: "localhost-dependency", words, never: &["unexplained-failure"] };
    hold_near("no-ipv6-localhost", true, &says, |_, _| {});
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_server_that_serves_nobody_by_the_name_of_its_container() {
    let words = &["web is no name under which it serves anybody"];
    let says = Says { rule: "unexplained-failure", words, never: &["wrong-name"] };
    hold_near("name-not-served", false, &says, |_, _| {});
}

#[test]
#[ignore = "needs a Docker engine"]
fn http_to_a_port_of_another_protocol() {
    let words = &["app does not understand the protocol of who dials it: proxy"];
    let says = Says { rule: "unexplained-failure", words, never: &["dialled-port-closed"] };
    hold_near("other-protocol", false, &says, |_, _| {});
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_log_that_the_engine_is_to_send_to_the_name_of_a_container() {
    let words = &["nextcloud cannot start", "the server for its log", "logging driver"];
    hold("log-driver", false, &Says { rule: "cannot-start", words, never: &["crashed"] });
}

#[test]
#[ignore = "needs a Docker engine"]
fn names_that_another_name_server_is_asked_for() {
    let words = &["importer", "db does not resolve", "Its name server is"];
    let vpn = Says { rule: "resolves-elsewhere", words, never: &[] };
    let words = &["shop dials metrics.ofice.test", "knows no such name"];
    let dead = Says { rule: "outside-names", words, never: &[] };
    hold_all("office-names", &[vpn, dead], |case| {
        let (ladder, code) = case.why(&["shop", "metrics.ofice.test:80"]);
        assert_eq!(code, Some(1), "{ladder:#}");
        assert!(ladder["fix"].to_string().contains("a name that exists"), "{ladder:#}");
    });
}

#[test]
#[ignore = "needs a Docker engine"]
fn ways_by_the_host_that_end_there() {
    let words = &["tests dials localhost:33768", "ryuk:8080", "connection failed"];
    let ryuk = Says { rule: "localhost-dependency", words, never: &[] };
    let words = &["monitor", "stats", "host.docker.internal:3002", "127.0.0.1 only"];
    let loopback = Says { rule: "published-on-loopback", words, never: &[] };
    hold_all("by-the-host", &[ryuk, loopback], |_| {});
}

#[test]
#[ignore = "needs a Docker engine"]
fn one_wrong_name_in_a_list() {
    let words = &["app dials `kafka-3`", "`kafka3` is there", "The others of the list are there"];
    hold_all("wrong-peer", &[Says { rule: "wrong-name", words, never: &[] }], |_| {});
}
