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
    let ladder = why(&a, "whyname-x", &[]);
    assert_eq!(first_failure(&ladder), Some("name"), "{ladder:#}");
}

/// The first finding of a rule about a container, which has to settle first.
fn finding(rule: &str, about: &str) -> Value {
    let began = std::time::Instant::now();
    loop {
        let output = netmap(&["doctor", about, "--rule", rule, "--format", "json"]);
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        if let Some(first) = found["findings"].as_array().unwrap().first() {
            return first.clone();
        }
        assert!(began.elapsed().as_secs() < 20, "no {rule} about {about}: {found:#}");
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
}

/// However it is measured, and where nothing is, `why` must say `word` and
/// offer what the doctor offers.
fn agrees_with_the_doctor(from: &str, to: &str, word: &str, finding: &Value) {
    for how in [&["--method", "netns"][..], &["--method", "exec"], &["--no-exec"]] {
        let ladder = why(from, to, how);
        assert_eq!(ladder["verdict"], "blocked", "{how:?}: {ladder:#}");
        assert!(ladder.to_string().contains(word), "{how:?}: {ladder:#}");
        assert_eq!(ladder["fix"], finding["fix"], "{how:?}: {ladder:#}");
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_way_by_the_host_is_explained_as_the_doctor_explains_it() {
    let mut corner = Corner::new("byhost");
    // The engine does not tell of a gateway that it chose itself.
    let mut with_gateway = |name: &str, more: &[&str]| {
        let subnet = corner.subnet();
        let gateway = subnet.replace(".0/24", ".1");
        let options = ["--subnet", &subnet, "--gateway", &gateway];
        (corner.bare_network(name, &[&options[..], more].concat()), gateway.clone())
    };
    let (net, of_net) = with_gateway("net", &[]);
    let (inner, of_inner) = with_gateway("inner", &["--internal"]);
    let serve = ["busybox", "nc", "-ll", "-p", "3306", "-e", "cat"];
    let published = ["--network", net.as_str(), "-p", "18307:3306"];
    let db = corner.run("db", &[&published[..], &serve].concat());

    // The host's port, looked for in the container itself.
    let variable = ["-e", "DB_URL=mysql://localhost:18307/shop"];
    let web = corner.sleeper("web", &[&["--network", net.as_str()], &variable[..]].concat());
    let found = finding("localhost-dependency", &web);
    let word = format!("port 18307 of the host leads to {db}:3306");
    agrees_with_the_doctor(&web, "localhost:18307", &word, &found);

    // From an internal network nothing comes back in by a published port.
    let url = format!("DB_URL=mysql://{of_inner}:18307/shop");
    let shut = corner.sleeper("shut", &["--network", &inner, "-e", &url]);
    let found = finding("hairpin", &shut);
    assert_eq!(found["severity"], "error", "{found:#}");
    agrees_with_the_doctor(&shut, &format!("{of_inner}:18307"), &word, &found);

    // From another one it does, and what works needs no fix.
    let url = format!("DB_URL=mysql://{of_net}:18307/shop");
    let other = corner.sleeper("other", &["--network", &net, "-e", &url]);
    assert_eq!(finding("hairpin", &other)["severity"], "info");
    let ladder = why(&other, url.trim_start_matches("DB_URL="), &[]);
    assert_eq!((&ladder["verdict"], &ladder["fix"]), (&"reachable".into(), &Value::Array(vec![])));
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_resolver_that_asks_strangers_knows_no_container() {
    let mut corner = Corner::new("strangers");
    let net = corner.network("net", &[]);
    let db =
        corner.run("db", &["--network", &net, "busybox", "nc", "-ll", "-p", "5432", "-e", "cat"]);
    let url = format!("DB_URL=postgres://{db}:5432/shop");
    let web = corner.sleeper("web", &["--network", &net, "-e", &url]);
    assert_eq!(why(&web, &db, &[])["verdict"], "reachable");
    let other = "echo nameserver 192.0.2.53 >/etc/resolv.conf";
    docker(&["exec", &web, "sh", "-c", other]);
    let found = finding("resolves-elsewhere", &web);
    agrees_with_the_doctor(&web, &format!("{db}:5432"), "192.0.2.53", &found);
    let script: Vec<&str> =
        found["fix"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    let script = script.join("\n");
    let status = Command::new("sh").args(["-ec", &script]).env("DOCKER_HOST", engine()).status();
    assert!(status.unwrap().success(), "{script}");
    assert_eq!(why(&web, &format!("{db}:5432"), &[])["verdict"], "reachable");
}
