//! Packets that are lost only when they are large: small pings pass, and TLS hangs.

use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Corner, docker, netmap, text};

/// Runs a line of a shell on the machine, as far as its network goes.
fn on_machine(line: &str) -> String {
    let namespace = std::env::var("NETMAP_TEST_NAMESPACE").expect("tests/run sets it");
    let mut shell = Command::new("nsenter");
    let output = shell.arg(format!("--net={namespace}")).args(["sh", "-ec", line]).output();
    let output = output.expect("nsenter runs");
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    text(&output.stdout)
}

fn json(arguments: &[&str]) -> Value {
    let output = netmap(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text(&output.stdout)).unwrap_or_else(|_| panic!("{output:?}"))
}

/// The first that is told, or else the last: a machine that is too busy to
/// answer says nothing of sizes.
fn told<T>(ask: impl Fn() -> T, is_told: impl Fn(&T) -> bool) -> T {
    for _ in 0..20 {
        let answer = ask();
        if is_told(&answer) {
            return answer;
        }
        thread::sleep(Duration::from_millis(500));
    }
    ask()
}

/// A ladder with that rung.
fn laddered(arguments: &[&str]) -> Value {
    let has_size = |ladder: &Value| ladder["rungs"].to_string().contains("\"size\"");
    told(|| json(arguments), has_size)
}

/// How the rung of large packets came out, and what it says.
fn size(ladder: &Value) -> (&str, &str) {
    let rungs = ladder["rungs"].as_array().expect("rungs");
    let rung = rungs.iter().find(|rung| rung["rung"] == "size");
    let rung = rung.unwrap_or_else(|| panic!("{ladder:#}"));
    (rung["status"].as_str().expect("a status"), rung["detail"].as_str().expect("a sentence"))
}

#[test]
#[ignore = "needs a Docker engine"]
fn what_loses_large_packets_alone_is_reachable_for_small_ones_only() {
    let mut corner = Corner::new("large");
    let net = corner.network("net", &[]);
    let serve = ["--network", &net, "busybox", "nc", "-ll", "-p", "80", "-e", "cat"];
    let (web, db) = (corner.sleeper("web", &["--network", &net]), corner.run("db", &serve));
    let target = format!("{db}:80");
    let ladder = laddered(&["why", &web, &target]);
    assert_eq!((size(&ladder).0, &ladder["verdict"]), ("pass", &Value::from("reachable")));

    // The bridge hands large ones to no port that is too narrow for them.
    let index = docker(&["exec", &db, "cat", "/sys/class/net/eth0/iflink"]);
    let links = on_machine("ip -o link");
    let line = links.lines().find(|line| line.starts_with(&format!("{index}: ")));
    let port = line.and_then(|line| line.split([' ', '@']).nth(1)).expect("a port").to_owned();
    on_machine(&format!("ip link set {port} mtu 900"));
    let ladder = laddered(&["why", &web, &target]);
    let expected = "reachable for small packets only: the largest that gets there has 900 bytes, \
         and they leave with up to 1500";
    assert_eq!(size(&ladder), ("fail", expected));
    assert_eq!(ladder["verdict"], "blocked");
    let said = told(
        || text(&netmap(&["why", &web, &target]).stdout),
        |said| said.contains("small packets only"),
    );
    assert!(said.lines().next().unwrap().ends_with("reachable for small packets only"), "{said}");
    let report = told(
        || json(&["probe", &web, &db, "--full-size"]),
        |report| {
            let mut pairs = report["pairs"].as_array().expect("pairs").iter();
            pairs.all(|pair| pair["full_size"].is_object())
        },
    );
    let pairs = report["pairs"].as_array().expect("pairs");
    let sizes: Vec<&Value> = pairs.iter().map(|pair| &pair["full_size"]).collect();
    let narrow = serde_json::json!({"sent": 1500, "passes": 900, "told": false});
    assert!(sizes.iter().all(|size| **size == narrow), "{report:#}");
    let output = told(
        || netmap(&["probe", &web, &db, "--full-size"]),
        |output| output.status.code() == Some(1),
    );
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stdout).contains("small packets only"), "{output:?}");
    // Nobody asked about large ones.
    assert_eq!(netmap(&["probe", &web, &db]).status.code(), Some(0));

    on_machine(&format!("ip link set {port} mtu 1500"));
    assert_eq!(size(&laddered(&["why", &web, &target])).0, "pass");
}

/// A router that says so makes programs send smaller ones.
#[test]
#[ignore = "needs a Docker engine"]
fn a_way_that_says_what_is_too_large_is_no_trouble() {
    let mut corner = Corner::new("large-told");
    let net = corner.network("net", &[]);
    let web = corner.sleeper("web", &["--network", &net]);
    let world = format!("netmap-large-{}", std::process::id());
    on_machine(&format!(
        "ip netns add {world}; ip link add narrow type veth peer name cable netns {world}; \
         ip addr add 192.0.2.1/24 dev narrow; ip link set narrow mtu 900 up; \
         ip -n {world} addr add 192.0.2.2/24 dev cable; ip -n {world} link set cable up"
    ));
    let ladder = laddered(&["why", &web, "192.0.2.2"]);
    on_machine(&format!("ip netns del {world}"));
    let (status, said) = size(&ladder);
    assert_eq!(status, "pass", "{said}");
    assert!(
        said.starts_with("packets of more than 900 bytes are sent back as too large"),
        "{said}"
    );
}
