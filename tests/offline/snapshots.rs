//! `netmap snapshot` and `netmap diff` over files.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Stdio;

use netmap::model::{Moment, Snapshot};
use serde_json::Value;

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
        // The one thing that may differ is the name of the file.
        assert_eq!(original.out.replace(ZOO, &copy), again.out, "{command:?}");
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

/// What is in the files of a folder and of those in it that end so.
fn files(folder: &std::path::Path, end: &str) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let here = files.into_iter().filter(|path| path.to_string_lossy().ends_with(end));
    here.chain(folders.iter().flat_map(|folder| self::files(folder, end))).collect()
}

/// Whether a snapshot as it is written now still has all that a recorded one
/// has, in today's forms: times are texts, start errors have a kind.
fn still_has(now: &Value, then: &Value) -> Result<(), String> {
    let of = |now: Option<&Value>, then: &Value, place: String| {
        let now = now.ok_or_else(|| format!("{place}: gone"))?;
        still_has(now, then).map_err(|why| format!("{place}: {why}"))
    };
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            then.iter().try_for_each(|(key, value)| of(now.get(key), value, key.clone()))
        }
        (Value::Array(now), Value::Array(then)) if now.len() == then.len() => {
            // Recorded by hand, they may be in another order.
            let has = |row: &&Value| now.iter().any(|now| still_has(now, row).is_ok());
            then.iter().find(|row| !has(row)).map_or(Ok(()), |row| Err(row.to_string()))
        }
        (Value::String(now), Value::Number(then)) => {
            let then = then.as_i64().map(Moment::from_seconds);
            let same = then.is_some() && Moment::parse(now) == then;
            if same { Ok(()) } else { Err(format!("{now} for {then:?}")) }
        }
        (Value::Object(now), Value::String(_)) if now.contains_key("said") => {
            still_has(&now["said"], then)
        }
        (now, then) if now == then => Ok(()),
        (now, then) => Err(format!("{now} for {then}")),
    }
}

#[test]
fn every_recorded_snapshot_is_read_whole_and_written_alike_ever_after() {
    let mut read = 0;
    let folders = ["samples", "docs", "tests/offline", "tests/fuzz/corpus/snapshot"];
    for path in folders.iter().flat_map(|folder| files(&project_file(folder), ".json")) {
        let text = fs::read(&path).unwrap();
        let then: Value = serde_json::from_slice(&text).unwrap();
        if then["schema"] != "netmap/1" {
            continue;
        }
        read += 1;
        let snapshot = Snapshot::read(&text[..]).unwrap_or_else(|e| panic!("{path:?}: {e:?}"));
        let written = snapshot.to_json();
        let now: Value = serde_json::from_str(&written).unwrap();
        still_has(&now, &then).unwrap_or_else(|why| panic!("{path:?}: {why}"));
        let again = Snapshot::read(written.as_bytes()).unwrap();
        assert_eq!((&again, again.to_json()), (&snapshot, written), "{path:?}");
    }
    assert!(read > 100, "{read} snapshots");
}
