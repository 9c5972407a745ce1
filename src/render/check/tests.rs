//! The formats of a check, byte for byte, with names that try to break them.

use super::*;
use crate::check::{Basis, CheckStatus, CheckVerdict};
use crate::model::{Action, Applicability, Finding, Handle, Severity, Step, Tool};
use crate::render::Style;
use crate::render::format::drawn_as_text;
use crate::yaml::Spot;

fn no_shared_network() -> Finding {
    let handle = |name: &str| Handle { name: name.to_owned(), word: name.to_owned() };
    let connect = Action::Connect {
        network: handle("back"),
        container: handle("web"),
        aliases: Vec::new(),
        priority: None,
    };
    Finding {
        rule: "no-shared-network",
        severity: Severity::Error,
        subjects: vec!["web".to_owned(), "db".to_owned()],
        summary: "web and db share no network".to_owned(),
        evidence: Vec::new(),
        fix: vec![Step {
            action: connect,
            applicability: Applicability::Safe,
            tool: Tool::Docker,
            engine: None,
        }],
    }
}

fn verdicts() -> Vec<CheckVerdict> {
    let verdict = |assertion: &str, status, basis, expected: &str, observed: &str| CheckVerdict {
        assertion: assertion.to_owned(),
        place: Spot { file: 0, line: 7, column: 5 },
        status,
        basis,
        expected: expected.to_owned(),
        observed: observed.to_owned(),
        subjects: Vec::new(),
        cause: None,
        is_about_findings: false,
    };
    vec![
        verdict(
            "network back exists",
            CheckStatus::Pass,
            Basis::Engine,
            "back exists",
            "back exists",
        ),
        verdict(
            "web -> api",
            CheckStatus::Pass,
            Basis::Map,
            "web reaches api, by name",
            "predicted",
        ),
        CheckVerdict {
            cause: Some(no_shared_network()),
            ..verdict(
                "web -> db:5432",
                CheckStatus::Fail,
                Basis::Measured,
                "web reaches db on port 5432, by name",
                "the name db does not resolve",
            )
        },
        verdict(
            "a # \"b\" <c> | \\ \u{1b}[31m -> x",
            CheckStatus::Unknown,
            Basis::Map,
            "]]> & #",
            "line\nbreak # <\u{202e}>",
        ),
    ]
}

fn drawn(name: &str, width: usize) -> String {
    let verdicts = verdicts();
    let view = CheckView { file: "lesson.yaml", verdicts: &verdicts };
    drawn_as_text::<CheckView>(name, &view, &Style { width, color: false })
}

#[test]
fn people_see_what_fails_and_why() {
    assert_eq!(
        drawn("human", 60),
        "\
✓ network back exists
✓ web -> api                                       predicted
✗ web -> db:5432                             lesson.yaml:7:5
    expected  web reaches db on port 5432, by name
    observed  the name db does not resolve
    doctor    web and db share no network
                (no-shared-network)
    fix       docker network connect back web
? a # \"b\" <c> | \\ \\u{1b}[31m -> x            lesson.yaml:7:5
    expected  ]]> & #
    observed  line
              break # <\\u{202e}>

2 passed, 1 of them predicted, 1 failed, 1 unknown.
"
    );
    for line in drawn("human", 30).lines() {
        assert!(line.chars().count() <= 35 || line.contains("docker"), "{line}");
    }
}

#[test]
fn tap_is_one_line_a_test_with_its_diagnostics() {
    let tap = drawn("tap", 80);
    assert!(tap.starts_with("TAP version 14\n1..4\nok 1 - network back exists\n  ---\n"), "{tap}");
    assert!(tap.contains("\nnot ok 3 - web -> db:5432\n"), "{tap}");
    assert!(tap.contains("\nnot ok 4 - a \\# \"b\""), "{tap}");
    assert!(tap.contains("\n  status: \"unknown\"\n"), "{tap}");
    assert!(!tap.contains('\u{1b}') && !tap.contains('\u{202e}'));
}

#[test]
fn junit_tells_failures_from_errors() {
    let xml = drawn("junit", 80);
    assert!(xml.contains(r#"tests="4""#) && xml.contains(r#"failures="1""#), "{xml}");
    assert!(xml.contains(r#"errors="1""#), "{xml}");
    assert!(xml.contains("&lt;c&gt;") && !xml.contains("<c>"), "{xml}");
    assert!(!xml.contains('\u{1b}'));
}

#[test]
fn json_keeps_its_contract() {
    let json: serde_json::Value = serde_json::from_str(&drawn("json", 80)).expect("JSON");
    assert_eq!(json["schema"], "netmap-check/1");
    assert_eq!(json["summary"], serde_json::json!({"pass": 2, "fail": 1, "unknown": 1}));
    let third = &json["results"][2];
    assert_eq!(third["assertion"], "web -> db:5432");
    assert_eq!((&third["status"], &third["basis"]), (&"fail".into(), &"measured".into()));
    assert_eq!((&third["line"], &third["column"]), (&7.into(), &5.into()));
    assert_eq!(json["results"][3]["observed"], "line; break # <\u{202e}>");
}

#[test]
fn markdown_keeps_its_table() {
    let table = drawn("markdown", 80);
    assert_eq!(table.lines().filter(|line| line.starts_with("| ")).count(), 5, "{table}");
    // A command is to be copied: it has a line to itself, below the table.
    assert!(table.contains("\n```sh\ndocker network connect back web\n```\n"), "{table}");
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{line}");
    }
}
