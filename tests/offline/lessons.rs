//! The course, as far as it goes without an engine.

use crate::support::{netmap, project_file};

/// What the doctor says of each lesson as it was recorded: the thing that the
/// lesson is about, and nothing else.
const CAUSES: &[(&str, &[&str])] = &[
    ("module-5", &["localhost-dependency", "default-bridge-no-names"]),
    ("host-port", &["host-port-between-containers"]),
    ("internal", &["internal-only"]),
    ("loopback", &["loopback-bind"]),
    ("moved", &["hardcoded-ip"]),
    ("no-names", &["default-bridge-no-names"]),
    ("orphan", &["namespace-orphan"]),
    ("quiet", &["icc-off"]),
    ("stopped", &["target-down"]),
    ("two-answers", &["dialled-port-closed"]),
    ("two-networks", &["no-shared-network"]),
    ("wrong-name", &["wrong-name"]),
    ("wrong-port", &["published-port-nobody-listens"]),
];

#[test]
fn the_doctor_names_the_cause_of_each_lesson_and_nothing_else() {
    for (lesson, causes) in CAUSES {
        let folder = format!("samples/lessons/{lesson}");
        let run = netmap(&["doctor", "--from", &folder, "--format", "json"]);
        assert_eq!(run.code, 1, "{lesson}: {}{}", run.out, run.err);
        let told: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        let found: Vec<&str> = told["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap())
            .collect();
        assert_eq!(found, *causes, "{lesson}");
    }
    let folders = std::fs::read_dir(project_file("samples/lessons")).unwrap();
    let folders = folders.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
    assert_eq!(folders, CAUSES.len());
}

#[test]
fn recorded_lessons_fail_their_checks() {
    for (lesson, _) in CAUSES {
        let folder = format!("samples/lessons/{lesson}");
        let check = format!("{folder}/check.yaml");
        let run = netmap(&["check", &check, "--from", &folder]);
        assert_ne!(run.code, 0, "{lesson}: {}", run.out);
    }
}

#[test]
fn the_list_needs_no_engine_and_everything_else_says_that_it_does() {
    let nowhere = ["--host", "unix:///nonexistent/netmap-tests.sock"];
    let run = netmap(&[&["lesson", "list"][..], &nowhere].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out.lines().count(), CAUSES.len());
    assert!(run.err.contains("no engine answers"), "{}", run.err);
    for what in [&["start", "moved", "--yes"][..], &["check"], &["hint"], &["solve"], &["stop"]] {
        let run = netmap(&[&["lesson"], what, &nowhere[..]].concat());
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{what:?}");
        assert!(run.err.contains("cannot reach the container engine"), "{}", run.err);
    }
    // A hint to a lesson that is named needs nothing.
    assert_eq!(netmap(&[&["lesson", "hint", "1", "moved"][..], &nowhere].concat()).code, 0);
    let run = netmap(&["lesson", "list", "--from", "samples/module-5"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("a lesson needs an engine"), "{}", run.err);
}
