//! The course, as far as it goes without an engine.

use std::os::unix::fs::PermissionsExt;

use crate::fake_engine::{Answer, FakeEngine, healthy};
use crate::support::{Run, finished, netmap, netmap_command, project_file};

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
    ("two-answers", &["alias-collision"]),
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

/// Starts a lesson with a `docker` that fails, on an engine that has the image
/// or has not.
fn start_with_a_docker_that_fails(has_image: bool) -> Run {
    let engine = FakeEngine::start(move |path| match path {
        "/images/busybox/json" if has_image => Answer::Json(200, r#"{"Id":"b"}"#.to_owned()),
        path => healthy(path),
    });
    let folder = tempfile::tempdir().unwrap();
    let docker = folder.path().join("docker");
    std::fs::write(&docker, "#!/bin/sh\necho 'Kein solches Abbild' >&2\nexit 1\n").unwrap();
    std::fs::set_permissions(&docker, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = netmap_command();
    command.args(["lesson", "start", "moved", "--yes", "--host", &engine.address]);
    command.env("PATH", format!("{}:{path}", folder.path().display()));
    finished(command.output().unwrap())
}

#[test]
fn a_missing_image_is_known_by_the_engines_answer_in_whatever_language_docker_speaks() {
    let run = start_with_a_docker_that_fails(false);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("docker pull busybox"), "{}", run.err);
    let run = start_with_a_docker_that_fails(true);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("Kein solches Abbild"), "{}", run.err);
    assert!(!run.err.contains("docker pull"), "{}", run.err);
}
