//! Several engines in one map.

use serde_json::{Value, json};

use super::{Lone, Stack, json_at, named, netmap_at, worker};
use crate::ssh::Sshd;
use crate::support::{engine, netmap_command, text};

/// What was not read, other tests' containers and networks that went meanwhile
/// left out.
fn holes(shown: &Value) -> Vec<&Value> {
    let unread = shown["unread"].as_array().unwrap().iter();
    let went = ["gone before it could be looked at", "the engine's list does not name it"];
    let lasting = |note: &&Value| {
        let why = note["why"].as_str().unwrap();
        !went.iter().any(|words| why.contains(words))
    };
    unread.filter(lasting).collect()
}

#[test]
#[ignore = "needs two engines"]
fn two_engines_are_one_map_and_what_is_each_ones_own_is_told_apart() {
    let mut stack = Stack::new("join");
    let mesh = stack.network("mesh");
    let each = stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let _here = Lone::run(engine(), "join-twin", "bridge");
    let _there = Lone::run(worker(), "join-twin", "bridge");
    // An engine named twice is one all the same.
    let both = [engine(), worker(), engine()];
    let shown = json_at(&both, &["show", "--format", "json"]);
    let engines: Vec<&Value> =
        shown["engines"].as_array().unwrap().iter().map(|of| &of["node"]).collect();
    assert_eq!(engines, ["manager", "worker"]);
    let networks = shown["networks"].as_array().unwrap();
    let of_mesh = networks.iter().filter(|network| network["name"] == *mesh);
    assert_eq!(of_mesh.count(), 1, "an overlay network is one");
    let (near, far) =
        (named(&shown["networks"], "bridge@manager"), named(&shown["networks"], "bridge@worker"));
    assert_ne!(near["id"], far["id"]);
    let twin = named(&shown["containers"], "join-twin@worker");
    assert_eq!(
        (&twin["node"], &twin["endpoints"][0]["network"]),
        (&json!("worker"), &json!("bridge@worker"))
    );
    let [here, there] = Stack::containers(&each);
    assert_eq!(named(&shown["containers"], &here[0])["node"], "manager");
    assert_eq!(named(&shown["containers"], &there[0])["node"], "worker");
    // A manager has told what the worker may not.
    assert_eq!(holes(&shown), [] as [&Value; 0], "{shown:#}");

    // The same from a file, whole and with other names.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("both.json").display().to_string();
    netmap_at(&both, 0, &["snapshot", "--no-exec", "-o", &file]);
    let again = json_at(&[], &["show", "--format", "json", "--from", &file]);
    assert_eq!(named(&again["containers"], "join-twin@worker")["id"], twin["id"]);
    let redacted = netmap_at(&[], 0, &["snapshot", "--from", &file, "--redact"]);
    for name in ["join", "\"node\": \"worker\"", "@worker", "192.168.77"] {
        assert!(!redacted.contains(name), "{name}: {redacted}");
    }
}

#[test]
#[ignore = "needs two engines"]
fn an_engine_that_cannot_be_asked_leaves_a_hole_that_shows() {
    let gone = format!("{}.gone", worker());
    let engines = [engine(), gone.clone()];
    let shown = json_at(&engines, &["show", "--all", "--format", "json"]);
    let unread = shown["unread"].to_string();
    assert!(unread.contains(&format!("the engine {gone}")), "{unread}");
    assert_eq!(shown["engines"].as_array().unwrap().len(), 1);
    let table = netmap_at(&engines, 0, &["show"]);
    assert!(table.contains("Not read: the engine"), "{table}");
    // None at all is no map.
    netmap_at(&[gone.clone(), format!("{gone}.too")], 2, &["show"]);
}

#[test]
#[ignore = "needs two engines"]
fn a_probe_from_both_engines_agrees_with_the_map_by_either_method() {
    let mut stack = Stack::new("cross");
    let mesh = stack.network("mesh");
    let each = stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let _here = Lone::run(engine(), "cross-twin", "bridge");
    let _there = Lone::run(worker(), "cross-twin", "bridge");
    let [here, there] = Stack::containers(&each);
    for method in ["netns", "exec"] {
        let command = ["probe", "--format", "json", "--method", method, "--network", &mesh];
        let probe = json_at(&[engine(), worker()], &command);
        for (from, to) in [(&here[0], &there[0]), (&there[0], &here[0])] {
            for by in ["name", "address"] {
                let mut pairs = probe["pairs"].as_array().unwrap().iter();
                let pair = pairs
                    .find(|p| p["from"] == **from && p["to"] == **to && p["by"] == by)
                    .unwrap_or_else(|| panic!("{from} {to} {by}: {probe:#}"));
                assert_eq!(pair["predicted"], "reachable", "{pair:#}");
                assert_eq!(pair["outcome"], "reachable", "{method}: {pair:#}");
            }
        }
    }
    // Both twins may have one address; neither is taken for the other.
    let command = ["probe", "--format", "json", "cross-twin*", "cross-twin*"];
    let probe = json_at(&[engine(), worker()], &command);
    let pairs = probe["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 2);
    for pair in pairs {
        assert_eq!(pair["by"], "name", "no address of another engine's own is tried: {pair:#}");
        assert_ne!(pair["outcome"], "reachable", "{pair:#}");
    }
}

#[test]
#[ignore = "needs two engines"]
fn all_nodes_are_found_over_ssh_by_the_managers_list() {
    let _peace = Stack::new("nodes");
    // ssh's configuration leads the worker's address to a server beside it.
    let sshd = Sshd::start(worker().trim_start_matches("unix://"));
    let all = |address: &str| {
        let show = ["show", "--all", "--format", "json", "--all-nodes", "--host", address];
        sshd.netmap().args(show).output().unwrap()
    };
    let output = all(&engine());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let engines: Vec<&Value> =
        shown["engines"].as_array().unwrap().iter().map(|of| &of["node"]).collect();
    assert_eq!(engines, ["manager", "worker"]);
    named(&shown["networks"], "bridge@worker");
    assert_eq!(holes(&shown), [] as [&Value; 0], "{shown:#}");
    assert_eq!(sshd.logins(), 1);
    // Who is no manager cannot list the nodes, which is no small map.
    let output = all(&worker());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("needs a manager"), "{}", text(&output.stderr));
    drop(sshd);
    // Nor is a node that nobody can log in to.
    let output = netmap_command()
        .args(["show", "--format", "json", "--all-nodes", "--timeout", "2s", "--host", &engine()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let unread = shown["unread"].to_string();
    assert!(unread.contains("192.168.77.2") && unread.contains("node `worker`"), "{unread}");
}
