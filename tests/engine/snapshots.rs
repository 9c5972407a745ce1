//! `netmap snapshot` and `netmap diff` on a real engine.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Corner, docker, netmap, netmap_command, netmap_json, netmap_text, text};

/// A web server, its database, one that rides along, one that ended.
fn setup(name: &str) -> Corner {
    let mut corner = Corner::new(name);
    let front = corner.network("front", &[]);
    let back = corner.network("back", &["--internal"]);
    let web = corner.sleeper(
        "web",
        &["--network", &front, "-p", "127.0.0.1::80", "-e", "DB_URL=http://u:hunter2@db:5432/x"],
    );
    docker(&["network", "connect", &back, &web]);
    corner.run(
        "db",
        &[
            "--network",
            &back,
            "--network-alias",
            "database",
            "busybox",
            "sh",
            "-c",
            "nc -ll -p 5432 -e cat & sleep 1d",
        ],
    );
    corner.sleeper("sidecar", &["--network", &format!("container:{web}")]);
    corner.run("dead", &["--network", &front, "busybox", "false"]);
    docker(&["wait", &corner.name("dead")]);
    corner
}

/// What netmap prints about a snapshot file.
fn from_file(code: i32, path: &str, arguments: &[&str]) -> String {
    let output = netmap_command().args(arguments).args(["--from", path]).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_snapshot_read_back_is_the_setup_itself() {
    let corner = setup("snapshots");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json").display().to_string();
    let narrow = ["--network", &corner.name("front"), "--network", &corner.name("back")];
    let run = |arguments: &[&str]| netmap_text(0, &[arguments, &narrow].concat());
    run(&["snapshot", "--probe", "-o", &path]);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(!written.contains("hunter2"), "a secret");
    // Read back, it is the same file.
    assert_eq!(from_file(0, &path, &["snapshot"]), written);
    // And the same map as the live one, in every format.
    for format in ["grid", "table", "tree", "csv"] {
        let plain = folder.path().join("plain.json").display().to_string();
        run(&["snapshot", "--no-exec", "-o", &plain]);
        let show = [&["show", "--all", "--format", format], &narrow[..]].concat();
        // Other tests' containers may go while one of the two looks; that is
        // said last, after the command that looks closer, which names its source.
        let ours = |said: String| {
            let said = said.split("\nNot read:").next().unwrap_or_default();
            said.split("\nSomething is wrong").next().unwrap_or_default().trim_end().to_owned()
        };
        assert_eq!(ours(from_file(0, &plain, &show)), ours(netmap_text(0, &show)), "{format}");
    }
    // What was measured is in it, and what was seen inside.
    let snapshot: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(snapshot["schema"], "netmap/1");
    let web = corner.name("web");
    let observed = snapshot["observations"].as_array().unwrap();
    let db = observed.iter().find(|o| o["container"] == corner.name("db").as_str()).unwrap();
    assert!(db["listening"].to_string().contains("5432"), "{db:#}");
    let probed = from_file(0, &path, &["probe", "--format", "json"]);
    let probed: Value = serde_json::from_str(&probed).unwrap();
    assert!(probed["pairs"].as_array().unwrap().iter().any(|pair| pair["from"] == web.as_str()
        && pair["to"] == corner.name("db").as_str()
        && pair["outcome"] == "reachable"));
    // A check on the file takes what is recorded for measured.
    let sentence = format!("reach: ['{web} -> {}']", corner.name("db"));
    let file = folder.path().join("check.yaml");
    std::fs::write(&file, sentence).unwrap();
    let checked = from_file(0, &path, &["check", &file.display().to_string(), "--format", "json"]);
    assert!(checked.contains("\"basis\": \"measured\""), "{checked}");
    // Nothing has changed since, but for what a probe does.
    let output = netmap(&[&["diff", &path], &narrow[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_redacted_snapshot_tells_no_name_and_predicts_the_same() {
    let corner = setup("redacted");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.json").display().to_string();
    let narrow = ["--network", &corner.name("front"), "--network", &corner.name("back")];
    netmap_text(0, &[&["snapshot", "--probe", "--redact", "-o", &path], &narrow[..]].concat());
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(!written.contains("redacted-") && !written.contains("DB_URL"), "{written}");
    assert!(!written.contains("\"10.8"), "the subnets of this engine's tests");
    let probed: Value =
        serde_json::from_str(&from_file(0, &path, &["probe", "--format", "json"])).unwrap();
    let live = netmap_json(0, &[&["probe", "--format", "json"], &narrow[..]].concat());
    let told = |probe: &Value| -> Vec<(String, String)> {
        let pairs = probe["pairs"].as_array().unwrap().iter();
        let word = |pair: &Value, key: &str| pair[key].as_str().unwrap_or_default().to_owned();
        let mut told: Vec<_> =
            pairs.map(|pair| (word(pair, "predicted"), word(pair, "outcome"))).collect();
        told.sort();
        told
    };
    assert_eq!(told(&probed), told(&live));
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_difference_tells_what_was_done_and_no_more() {
    let mut corner = setup("differences");
    let [front, back, web, db] = ["front", "back", "web", "db"].map(|name| corner.name(name));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("before.json").display().to_string();
    // Patterns, so that what comes later is looked at, too.
    let narrow = ["--network", "differences-*"];
    netmap_text(0, &[&["snapshot", "--no-exec", "-o", &path], &narrow[..]].concat());
    // Re-created, the web server is the same one, at another address perhaps.
    docker(&["rm", "-f", &corner.name("sidecar")]);
    docker(&["rm", "-f", &web]);
    docker(&[
        "run",
        "-d",
        "--name",
        &web,
        "--network",
        &front,
        "-e",
        "DB_URL=http://u:x@db:5432/x",
        "busybox",
        "sleep",
        "1d",
    ]);
    docker(&["stop", "-t", "0", &db]);
    let cache = corner.network("cache", &[]);
    docker(&["network", "connect", "--alias", "shop", &cache, &web]);
    corner.sleeper("new", &["--network", &back]);
    let difference = netmap_json(1, &[&["diff", &path, "--format", "json"], &narrow[..]].concat());
    let changes = difference["changes"].as_array().unwrap();
    let told: BTreeSet<String> = changes
        .iter()
        .map(|c| {
            let word = |key: &str| c[key].as_str().unwrap_or_default();
            format!(
                "{} {} {}",
                word("change"),
                word("kind"),
                word("name").replace("differences-", "")
            )
        })
        .collect();
    let expected = [
        "added container new",
        "added endpoint new on back",
        "added endpoint web on cache",
        "added network cache",
        "changed state db",
        "removed container sidecar",
        "removed endpoint web on back",
        "removed port web",
    ];
    assert_eq!(told, expected.map(str::to_owned).into(), "{difference:#}");
    let noisy =
        netmap_json(1, &[&["diff", &path, "--noise", "--format", "json"], &narrow[..]].concat());
    assert!(noisy["changes"].as_array().unwrap().iter().any(|c| c["kind"] == "id"), "{noisy:#}");
    // And the way back.
    let after = folder.path().join("after.json").display().to_string();
    netmap_text(0, &[&["snapshot", "--no-exec", "-o", &after], &narrow[..]].concat());
    let back = netmap_json(1, &["diff", &after, "--from", &path, "--format", "json"]);
    assert_eq!(back["changes"].as_array().unwrap().len(), changes.len());
}
