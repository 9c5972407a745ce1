//! `netmap doctor` and `netmap explain` over files: exit codes, what is
//! asked, the contract, and texts of strangers.

use serde_json::Value;

use crate::support::{netmap, project_file};

const LESSON: &str = "samples/module-5";

fn json(arguments: &[&str]) -> Value {
    let run = netmap(&[&["doctor", "--format", "json"], arguments].concat());
    assert!(run.code < 2, "{arguments:?}: {}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn rules(found: &Value) -> Vec<&str> {
    let findings = found["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn exit_codes_follow_the_severity_that_counts() {
    let code = |arguments: &[&str]| netmap(&[&["doctor"], arguments].concat()).code;
    assert_eq!(code(&["--from", LESSON]), 1);
    assert_eq!(code(&["--from", "samples/module-5/network"]), 0);
    let warned = "samples/module-5/address";
    assert_eq!(code(&["--from", warned]), 1);
    assert_eq!(code(&["--from", warned, "--severity", "error"]), 0);
    let noted = "samples/unused-network";
    assert_eq!(code(&["--from", noted]), 0);
    assert_eq!(code(&["--from", noted, "--severity", "info"]), 1);
    assert_eq!(code(&["--from", "/nonexistent"]), 2);
    assert_eq!(code(&["--from", LESSON, "--probe"]), 2);
    assert_eq!(code(&["--from", LESSON, "--rule", "no-such-rule"]), 2);
}

#[test]
fn rules_are_asked_and_left_out_by_name() {
    let only = json(&["--from", LESSON, "--rule", "default-bridge-no-names"]);
    assert_eq!(rules(&only), ["default-bridge-no-names"]);
    let without = json(&["--from", LESSON, "--ignore", "default-bridge-no-names"]);
    assert_eq!(rules(&without), ["localhost-dependency"]);
    let run = netmap(&["doctor", "--from", LESSON, "--rule", "wrong-nam"]);
    assert!(run.err.contains("did you mean `wrong-name`?"), "{}", run.err);
}

#[test]
fn the_contract_holds() {
    let found = json(&["--from", LESSON]);
    assert_eq!(found["schema"], "netmap-findings/1");
    let first = &found["findings"][0];
    assert_eq!(first["rule"], "localhost-dependency");
    assert_eq!(first["severity"], "error");
    let lists = ["subjects", "evidence", "fix"];
    assert!(lists.iter().all(|key| first[key].as_array().is_some_and(|l| !l.is_empty())));
    let probe = found["not_looked"].as_array().unwrap().iter();
    let blind: Vec<&Value> = probe.filter(|note| note["rule"] == "firewall-drop").collect();
    assert_eq!(blind.len(), 1, "what needs a probe was not looked at");
}

#[test]
fn names_narrow_what_is_told() {
    let about = |name: &str| json(&["--from", LESSON, name]);
    assert_eq!(rules(&about("survey_container")).len(), 2);
    let run = netmap(&["doctor", "--from", LESSON, "surveycontainer"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("did you mean `survey_container`?"), "{}", run.err);
}

#[test]
fn a_snapshot_that_was_never_looked_into_says_so_and_never_fine() {
    // Recorded before netmap looked inside: no sockets, no logs.
    let run = netmap(&["doctor", "--from", "tests/offline/zoo.json", "--verbose"]);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&run.out).contains("could not look: the sockets of"), "{}", run.out);
    let brief = netmap(&["doctor", "--from", "tests/offline/zoo.json"]);
    assert!(words(&brief.out).contains("not every rule could see all it needs"), "{}", brief.out);
}

/// A setup whose every name is out to get us.
pub fn hostile() -> String {
    let name = "x; touch /tmp/owned #`$(id)`'\\\"\u{1b}[2J\n| rm";
    serde_json::json!({
        "schema": "netmap/1",
        "engine": {"name": "Docker", "version": "20.10.24"},
        "networks": [
            {"name": name, "id": "a".repeat(64), "driver": "bridge", "scope": "local",
             "subnets": [{"subnet": "10.1.0.0/24"}]},
            {"name": "it's $HOME", "id": "b".repeat(64), "driver": "bridge", "scope": "local",
             "subnets": [{"subnet": "10.2.0.0/24"}]}
        ],
        "containers": [
            {"name": "db", "id": "c".repeat(64), "state": "running", "network_mode": "it's $HOME",
             "endpoints": [{"network": "it's $HOME", "network_id": "b".repeat(64), "ipv4": "10.2.0.2"}]},
            {"name": "-rf", "id": "d".repeat(64), "state": "running", "network_mode": "none",
             "references": [{"origin": "environment", "variable": "A\nB", "scheme": "redis", "host": "db", "port": 6379}]}
        ]
    })
    .to_string()
}

#[test]
fn fixes_are_single_commands_whatever_things_are_called() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.json");
    std::fs::write(&file, hostile()).unwrap();
    let found = json(&["--from", file.to_str().unwrap()]);
    assert_eq!(rules(&found), ["no-shared-network", "unused-network"]);
    let fixes: Vec<&str> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|finding| finding["fix"].as_array().unwrap())
        .map(|line| line.as_str().unwrap())
        .collect();
    let id = |letter: &str| letter.repeat(64);
    assert_eq!(
        fixes,
        [
            format!("docker network connect 'it'\\''s $HOME' {}", id("d")).as_str(),
            format!("docker network rm {}", id("a")).as_str(),
        ]
    );
    // What a shell makes of them, word by word.
    for fix in &fixes {
        let words = format!("docker() {{ printf '%s\\n' \"$#\"; }}; {fix}");
        let ran = std::process::Command::new("sh").args(["-c", &words]).output().unwrap();
        assert!(["3\n", "4\n"].contains(&&*String::from_utf8(ran.stdout).unwrap()), "{fix}");
    }
    for format in ["text", "markdown"] {
        let arguments =
            ["doctor", "--verbose", "--format", format, "--from", file.to_str().unwrap()];
        let run = netmap(&arguments);
        assert!(!run.out.contains('\u{1b}'), "{format}: {}", run.out);
    }
}

#[test]
fn nothing_is_wider_than_the_terminal_but_commands() {
    for width in ["40", "80", "160"] {
        for sample in [LESSON, "samples/alias-collision", "samples/stale-resolved-address"] {
            let run = netmap(&["doctor", "--verbose", "--width", width, "--from", sample]);
            for line in run.out.lines().filter(|line| !line.trim_start().starts_with("docker ")) {
                let columns = line.chars().count();
                assert!(columns <= width.parse::<usize>().unwrap(), "{width}: {line}");
            }
        }
    }
}

#[test]
fn explain_tells_a_rule_and_lists_all() {
    let page = netmap(&["explain", "wrong-name"]);
    assert_eq!(page.code, 0);
    for part in ["What it means", "How netmap sees it", "How to fix it", "mistaken for"] {
        assert!(page.out.contains(part), "{part}");
    }
    let list = netmap(&["explain"]);
    assert!(list.out.lines().count() >= 38, "{}", list.out);
    assert_eq!(netmap(&["explain", "nonsense"]).code, 2);
}

/// What the words of a command are to a shell, `docker` itself left out.
fn words_of(command: &str) -> Vec<String> {
    let script = format!("docker() {{ printf '%s\\n' \"$@\"; }}; {command}");
    let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{command}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_network_with_blanks_and_quotes_in_its_name_stays_one_word() {
    let odd = "the \"back\" of Ada's shop  $HOME `x`";
    let text = std::fs::read_to_string(project_file("samples/no-shared-network/snapshot.json"));
    let text = text.unwrap().replace("\"back\"", &serde_json::to_string(odd).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("odd.json");
    std::fs::write(&file, text).unwrap();
    let run = netmap(&["doctor", "--format", "json", "--from", file.to_str().unwrap()]);
    let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let fix = found["findings"][0]["fix"].as_array().unwrap();
    let command = fix[0].as_str().unwrap();
    assert_eq!(words_of(command), ["network", "connect", odd, "web"], "{command}");
    assert_eq!(found["findings"][0]["steps"][0]["network"]["name"], odd);
}

/// Containers on one network; each has ended, and its log says that it does
/// not find the next one.
fn waiting_in(circle: &[&str], last_waits_for_first: bool) -> Value {
    let next = |at: usize| circle.get(at + 1).or(circle.first().filter(|_| last_waits_for_first));
    let containers = circle.iter().enumerate().map(|(at, name)| {
        let references: Vec<Value> = next(at)
            .map(|host| {
                serde_json::json!({"origin": "environment", "variable": "NEXT_HOST", "host": host, "port": 80})
            })
            .into_iter()
            .collect();
        serde_json::json!({
            "name": name, "id": name.repeat(32), "state": "exited", "exit_code": 1,
            "network_mode": "net", "references": references,
            "started_at": "2026-11-28T01:12:08Z", "finished_at": "2026-11-28T01:12:09Z",
            "endpoints": [{"network": "net", "network_id": "n", "aliases": [name]}],
        })
    });
    let observations = circle.iter().enumerate().map(|(at, name)| {
        let errors: Vec<Value> = next(at)
            .map(|host| {
                serde_json::json!({"kind": "name-not-found", "host": host, "count": 1,
                    "first": "2026-11-28T01:12:08.5Z", "last": "2026-11-28T01:12:08.5Z"})
            })
            .into_iter()
            .collect();
        serde_json::json!({"container": name, "id": name.repeat(32), "at": "2026-11-28T01:12:20Z",
            "log_errors": errors})
    });
    let snapshot = serde_json::json!({
        "schema": "netmap/1", "engine": {"name": "Docker", "version": "28.5"},
        "networks": [{"name": "net", "id": "n", "driver": "bridge", "scope": "local", "subnets": []}],
        "containers": containers.collect::<Vec<_>>(),
        "observations": observations.collect::<Vec<_>>(),
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), snapshot.to_string()).unwrap();
    json(&["--rule", "target-down", "--from", file.path().to_str().unwrap()])
}

#[test]
fn who_waits_in_a_circle_is_told_once_and_a_chain_at_its_end() {
    let circle = waiting_in(&["aa", "bb", "cc"], true);
    assert_eq!(circle["findings"].as_array().unwrap().len(), 1, "{circle:#}");
    assert_eq!(circle["findings"][0]["subjects"][0], "aa");
    let chain = waiting_in(&["aa", "bb", "cc"], false);
    assert_eq!(chain["findings"].as_array().unwrap().len(), 1, "{chain:#}");
    assert_eq!(chain["findings"][0]["subjects"][0], "cc");
    let evidence = chain["findings"][0]["evidence"].to_string();
    assert!(evidence.contains("For that reason aa waits for bb without success"), "{evidence}");
}

/// An unhealthy container that nobody dials is no healthy setup.
#[test]
fn a_failing_health_check_is_reported_where_nothing_else_is() {
    let judged = |health: &str| {
        let snapshot = serde_json::json!({
            "schema": "netmap/1", "engine": {"name": "Docker", "version": "28.5"},
            "networks": [{"name": "net", "id": "n", "driver": "bridge"}],
            "containers": [{"name": "web", "id": "w".repeat(64), "state": "running",
                "health": health, "network_mode": "net",
                "endpoints": [{"network": "net", "network_id": "n", "ipv4": "10.1.0.2"}]}],
            "observations": [{"container": "web", "id": "w".repeat(64), "log_errors": []}],
        });
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), snapshot.to_string()).unwrap();
        json(&["--from", file.path().to_str().unwrap()])["findings"].clone()
    };
    let found = judged("unhealthy");
    assert_eq!(found[0]["rule"], "unexplained-failure", "{found:#}");
    assert_eq!(found[0]["summary"], "web is unhealthy: its health check fails");
    for health in ["healthy", "starting"] {
        assert_eq!(judged(health), serde_json::json!([]), "{health}");
    }
}

/// Two findings that one fix fixes are told so, and a script that runs each fix runs it once.
#[test]
fn findings_with_one_fix_name_the_first_of_them() {
    let run = netmap(&["doctor", "--from", "sample:module-5", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let findings = told["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 2, "{told}");
    assert_eq!(findings[0]["fix"], findings[1]["fix"]);
    assert_eq!(findings[0].get("same_fix_as"), None);
    assert_eq!(findings[1]["same_fix_as"], 0);
    let zoo = netmap(&["doctor", "--from", "tests/offline/zoo.json", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&zoo.out).unwrap();
    let findings = told["findings"].as_array().unwrap();
    for (at, finding) in findings.iter().enumerate() {
        let fix = |finding: &serde_json::Value| (finding["fix"].clone(), finding["steps"].clone());
        let first = findings.iter().position(|other| fix(other) == fix(finding)).unwrap();
        let has_fix = finding["fix"].as_array().is_some_and(|lines| !lines.is_empty());
        let said = finding.get("same_fix_as").and_then(serde_json::Value::as_u64);
        assert_eq!(said, (has_fix && first < at).then_some(first as u64), "{finding}");
    }
}
