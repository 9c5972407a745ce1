//! `netmap why` on the real engine: each rung failing in turn, the fix it
//! names run as it stands, and the way open afterwards.

use std::process::Command;

use serde_json::Value;

use crate::support::{Corner, docker, engine, netmap, text};

/// The ladder from one to another, its exit code checked against the verdict.
fn why(from: &str, to: &str, more: &[&str]) -> Value {
    let output = netmap(&[&["why", from, to, "--format", "json"], more].concat());
    let ladder: Value = serde_json::from_str(&text(&output.stdout))
        .unwrap_or_else(|_| panic!("{from} {to}: {}", text(&output.stderr)));
    let expected = match ladder["verdict"].as_str().unwrap() {
        "reachable" => 0,
        "blocked" => 1,
        _ => 2,
    };
    assert_eq!(output.status.code(), Some(expected), "{ladder:#}");
    ladder
}

fn status<'a>(ladder: &'a Value, rung: &str) -> &'a str {
    let rungs = ladder["rungs"].as_array().unwrap();
    let found = rungs.iter().find(|r| r["rung"] == rung);
    found.unwrap_or_else(|| panic!("no rung {rung}: {ladder:#}"))["status"].as_str().unwrap()
}

fn first_failure(ladder: &Value) -> Option<&str> {
    let rungs = ladder["rungs"].as_array().unwrap();
    rungs.iter().find(|rung| rung["status"] == "fail").map(|rung| rung["rung"].as_str().unwrap())
}

/// Runs the commands of a fix as a shell would, against the private engine.
fn fix(ladder: &Value, networks: &[&str], corner: &Corner) {
    let fix = ladder["fix"].as_array().unwrap();
    assert!(!fix.is_empty(), "{ladder:#}");
    for line in fix {
        let mut line = line.as_str().unwrap().to_owned();
        // A new network is to be one of this test's.
        for network in networks {
            line = line.replace(&format!(" {network}"), &format!(" {}", corner.name(network)));
        }
        let status = Command::new("sh").args(["-c", &line]).env("DOCKER_HOST", engine()).status();
        assert!(status.unwrap().success(), "{line}");
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn every_rung_fails_in_turn_and_its_fix_opens_the_way() {
    let mut corner = Corner::new("why");
    let front = corner.network("front", &[]);
    let back = corner.network("back", &["--internal"]);
    let web = corner.sleeper("web", &["--network", &front]);
    let api = corner.sleeper("api", &["--network", &front]);
    docker(&["network", "connect", &back, &api]);
    let serve = ["busybox", "nc", "-ll", "-p", "5432", "-e", "cat"];
    let db = corner.run("db", &[&["--network", back.as_str()], &serve[..]].concat());

    let ladder = why(&web, &format!("{db}:5432"), &[]);
    assert_eq!(first_failure(&ladder), Some("network"), "{ladder:#}");
    assert!(ladder.to_string().contains(&format!("{api} is on both sides, but does not forward")));
    assert!(ladder.to_string().contains("so it would answer"), "it listens: {ladder:#}");
    fix(&ladder, &[], &corner);
    let ladder = why(&web, &format!("{db}:5432"), &[]);
    assert_eq!(ladder["verdict"], "reachable", "{ladder:#}");
    for method in ["exec", "netns"] {
        let ladder = why(&web, &format!("{db}:5432"), &["--method", method]);
        assert_eq!(ladder["verdict"], "reachable", "{method}: {ladder:#}");
    }

    // The wrong port, and the program's own machine.
    let ladder = why(&web, &format!("{db}:5433"), &[]);
    assert_eq!(first_failure(&ladder), Some("port"));
    assert_eq!(ladder["fix"][0], format!("# let {web} use {db}:5432"));
    let ladder = why(&web, "localhost:5432", &[]);
    assert_eq!(first_failure(&ladder), Some("port"), "{ladder:#}");
    assert!(ladder.to_string().contains(&db), "{ladder:#}");

    // Stopped, and started by the fix.
    docker(&["stop", "-t", "0", &db]);
    let ladder = why(&web, &db, &[]);
    assert_eq!(first_failure(&ladder), Some("running"));
    fix(&ladder, &[], &corner);
    assert_eq!(why(&web, &db, &[])["verdict"], "reachable");

    // Outside, from a network without a way out.
    let inner = corner.sleeper("inner", &["--network", &back]);
    let ladder = why(&inner, "example.com:443", &[]);
    assert_eq!(first_failure(&ladder), Some("network"), "{ladder:#}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn names_on_the_default_bridge_and_a_network_that_keeps_apart() {
    let mut corner = Corner::new("whyname");
    let (a, b) = (corner.sleeper("a", &[]), corner.sleeper("b", &[]));
    let ladder = why(&a, &b, &[]);
    assert_eq!((first_failure(&ladder), status(&ladder, "address")), (Some("name"), "pass"));
    corner.bare_network("fixed", &[]);
    docker(&["network", "rm", &corner.name("fixed")]);
    let word = ladder["fix"][0].as_str().unwrap().rsplit(' ').next().unwrap().to_owned();
    let renamed = corner.name("fixed");
    for line in ladder["fix"].as_array().unwrap() {
        let line = line.as_str().unwrap().replace(&format!(" {word}"), &format!(" {renamed}"));
        let status = Command::new("sh").args(["-c", &line]).env("DOCKER_HOST", engine()).status();
        assert!(status.unwrap().success(), "{line}");
    }
    assert_eq!(why(&a, &b, &[])["verdict"], "reachable");

    let quiet = corner.network("quiet", &["-o", "com.docker.network.bridge.enable_icc=false"]);
    let (c, d) =
        (corner.sleeper("c", &["--network", &quiet]), corner.sleeper("d", &["--network", &quiet]));
    let ladder = why(&c, &d, &[]);
    assert_eq!(first_failure(&ladder), Some("network"));
    assert_eq!((status(&ladder, "name"), status(&ladder, "address")), ("pass", "fail"));
    // Without exec nothing is measured, and the map has the word.
    let ladder = why(&a, &b, &["--no-exec"]);
    assert_eq!((&ladder["verdict"], &ladder["basis"]), (&"reachable".into(), &"map".into()));
    let ladder = why(&a, &c, &["--no-exec"]);
    assert_eq!((&ladder["verdict"], &ladder["basis"]), (&"blocked".into(), &"map".into()));
    // What is not there.
    let output = netmap(&["why", &a, "whyname-x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("did you mean"), "{}", text(&output.stderr));
}
