//! `netmap snapshot` and `netmap diff` over files.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::support::{finished, netmap, netmap_command, project_file};

const ZOO: &str = "tests/offline/zoo.json";

/// A snapshot written by `netmap snapshot`, in a folder of its own.
fn copied(from: &str, options: &[&str]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.json").display().to_string();
    let run = netmap(&[&["snapshot", "--from", from, "-o", &path], options].concat());
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    (folder, path)
}

/// Every way to look at a snapshot, without naming it.
fn every_command() -> Vec<Vec<&'static str>> {
    let mut commands: Vec<Vec<&str>> = Vec::new();
    for format in ["grid", "table", "tree", "json", "csv", "markdown", "mermaid", "dot"] {
        commands.push(vec!["show", "--all", "--format", format]);
    }
    for format in ["text", "json"] {
        commands.push(vec!["doctor", "--verbose", "--format", format]);
    }
    commands.push(vec!["doctor"]);
    commands.push(vec!["check", "--init"]);
    commands.push(vec!["snapshot"]);
    commands.push(vec!["snapshot", "--redact"]);
    for format in ["human", "tap", "junit", "json", "markdown"] {
        commands.push(vec!["check", "tests/offline/zoo.yaml", "--format", format]);
    }
    commands
}

#[test]
fn a_snapshot_of_a_snapshot_is_the_same_to_every_command() {
    let (_folder, copy) = copied(ZOO, &[]);
    for command in every_command() {
        let run = |from: &str| netmap(&[&command[..], &["--from", from]].concat());
        let (original, again) = (run(ZOO), run(&copy));
        assert!(original.err.is_empty(), "{command:?}: {}", original.err);
        assert_eq!(original.out, again.out, "{command:?}");
        assert_eq!(original.code, again.code, "{command:?}");
    }
}

#[test]
fn a_redacted_zoo_keeps_its_shape_and_tells_nothing() {
    let (_folder, copy) = copied(ZOO, &["--redact"]);
    let text = fs::read_to_string(&copy).unwrap();
    let zoo: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(project_file(ZOO)).unwrap()).unwrap();
    let redacted: serde_json::Value = serde_json::from_str(&text).unwrap();
    for container in zoo["containers"].as_array().unwrap() {
        let name = container["name"].as_str().unwrap();
        assert!(!text.contains(&format!("\"{name}\"")), "{name}");
    }
    for list in ["containers", "networks", "unread"] {
        assert_eq!(
            zoo[list].as_array().unwrap().len(),
            redacted[list].as_array().unwrap().len(),
            "{list}"
        );
    }
    assert!(!text.contains("10.6") && !text.contains("\"labels\""), "{text}");
}

#[test]
fn a_snapshot_can_be_narrowed() {
    let (_folder, copy) = copied(ZOO, &["--network", "back"]);
    let run = netmap(&["show", "--all", "--format", "csv", "--from", &copy]);
    let names: BTreeSet<&str> =
        run.out.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(names, BTreeSet::from(["api", "db", "flapping", "sidecar"]));
    assert_eq!(netmap(&["snapshot", "--from", ZOO, "--network", "nowhere"]).code, 2);
}

#[test]
fn options_that_need_an_engine_say_so() {
    assert_eq!(netmap(&["snapshot", "--from", ZOO, "--probe"]).code, 2);
    let picture = netmap(&["snapshot", "--from", ZOO, "-o", "/tmp/netmap-x.svg"]);
    assert!(picture.code == 2 && picture.err.contains("netmap show"), "{}", picture.err);
}

#[test]
fn nothing_differs_from_itself_and_something_from_another() {
    for format in ["table", "json", "markdown"] {
        let run = netmap(&["diff", ZOO, ZOO, "--noise", "--format", format]);
        assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    }
    assert!(netmap(&["diff", ZOO, ZOO]).out.contains("No differences."));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("later.json").display().to_string();
    let zoo = fs::read_to_string(project_file(ZOO)).unwrap();
    let mut later: serde_json::Value = serde_json::from_str(&zoo).unwrap();
    let containers = later["containers"].as_array_mut().unwrap();
    containers.retain(|container| container["name"] != "q1");
    for container in containers.iter_mut() {
        container["restart_count"] = serde_json::json!(9);
    }
    fs::write(&path, later.to_string()).unwrap();
    let run = netmap(&["diff", ZOO, &path]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("container  q1"), "{}", run.out);
    assert!(!run.out.contains("restarts") && run.out.contains("--noise"), "{}", run.out);
    let json = netmap(&["diff", ZOO, &path, "--noise", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["schema"], "netmap-diff/1");
    let changes = json["changes"].as_array().unwrap();
    assert!(changes.iter().any(|c| c["change"] == "removed"
        && c["kind"] == "container"
        && c["name"] == "q1"
        && c["after"].is_null()));
    assert!(changes.iter().any(|c| c["kind"] == "start" && c["noise"] == true));
    let picture = folder.path().join("diff.svg").display().to_string();
    assert_eq!(netmap(&["diff", ZOO, &path, "-o", &picture]).code, 1);
    let svg = fs::read_to_string(&picture).unwrap();
    assert!(svg.contains(r#"<g class="container removed" data-name="q1""#), "drawn");
    assert!(!svg.contains(r#"<g class="container removed" data-name="q2""#));
    let narrowed = netmap(&["diff", ZOO, &path, "--network", "front"]);
    assert_eq!(narrowed.code, 0, "q1 is not on front: {}", narrowed.out);
    let from = netmap(&["diff", ZOO, "--from", &path]);
    assert_eq!(from.code, 1, "--from is the other side: {}", from.err);
}

#[test]
fn one_side_may_come_in_on_standard_input() {
    let run = |arguments: &[&str]| {
        let mut child = netmap_command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let zoo = fs::read(project_file(ZOO)).unwrap();
        let _ = child.stdin.take().unwrap().write_all(&zoo);
        finished(child.wait_with_output().unwrap())
    };
    assert_eq!(run(&["diff", "-", ZOO]).code, 0);
    assert_eq!(run(&["diff", ZOO, "-"]).code, 0);
    let both = run(&["diff", "-", "-"]);
    assert!(both.code == 2 && both.err.contains("only once"), "{}", both.err);
}

#[test]
fn what_is_no_snapshot_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("newer.json", r#"{"schema":"netmap/2"}"#), ("other.json", "{}"), ("bad.json", "[")]
    {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let path = path.display().to_string();
        for arguments in [["diff", &path, ZOO], ["diff", ZOO, &path], ["snapshot", "--from", &path]]
        {
            let run = netmap(&arguments);
            assert!(run.code == 2 && run.err.contains(name), "{arguments:?}: {}", run.err);
        }
    }
}
