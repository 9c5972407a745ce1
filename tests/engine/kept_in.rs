//! An engine whose rules somebody has taken from the machine's firewall: nothing gets out
//! of its containers, and its program still answers on published ports.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::own_engine::{OUTSIDE, OwnEngine, UPLINK};
use crate::support::{netmap_command, text};

/// A container that dials the world outside again and again, as its log says.
fn web(engine: &OwnEngine, options: &[&str]) {
    let dial = format!(
        "httpd; while :; do ping -c 1 -W 1 {OUTSIDE} >/dev/null || \
         echo 'dial tcp {OUTSIDE}:80: i/o timeout'; sleep 1; done"
    );
    let run = ["run", "-d", "--name", "web"];
    engine.docker(&[&run, options, &["busybox", "sh", "-c", &dial]].concat());
}

/// Runs a line of a shell on the engine's machine.
fn on_machine(engine: &OwnEngine, line: &str) {
    let status = engine.beside("sh").args(["-ec", line]).status();
    assert!(status.expect("nsenter runs").success(), "{line}");
}

/// Not by exec: an engine that was started again does not see the mounts of one that had its
/// own.
fn gets_out(engine: &OwnEngine) -> bool {
    let pid = engine.docker(&["inspect", "-f", "{{.State.Pid}}", "web"]);
    let ping = ["-n", "busybox", "ping", "-c", "1", "-W", "2", OUTSIDE];
    let output = Command::new("nsenter").args(["-t", &pid]).args(ping).output();
    output.expect("nsenter runs").status.success()
}

fn netmap(engine: &OwnEngine, arguments: &[&str]) -> Value {
    let mut command: Command = netmap_command();
    let output = command.args(["--host", &engine.address]).args(arguments).output();
    let output = output.expect("netmap runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

/// The findings of the doctor that are errors or warnings.
fn found(engine: &OwnEngine) -> Vec<Value> {
    let report = netmap(engine, &["doctor", "--fail-on", "none", "--format", "json"]);
    let findings = report["findings"].as_array().expect("findings").clone();
    findings.into_iter().filter(|finding| finding["severity"] != "info").collect()
}

/// Waits until the doctor is content: what failed is told of until it has not for a while.
fn is_content(engine: &OwnEngine) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !found(engine).is_empty() && Instant::now() < deadline {
        thread::sleep(Duration::from_secs(1));
    }
    assert_eq!(found(engine), [Value::Null; 0]);
}

/// The only finding, which says that nothing gets out.
fn only(engine: &OwnEngine) -> Value {
    let findings = found(engine);
    let [finding] = findings.as_slice() else { panic!("{findings:#?}") };
    assert_eq!(finding["rule"], "firewall-drop");
    let summary = finding["summary"].as_str().expect("a summary");
    assert!(summary.starts_with("Nothing gets out of app: "), "{summary}");
    finding.clone()
}

#[test]
#[ignore = "needs a Docker engine"]
fn rules_that_somebody_has_flushed_are_missed_and_a_restart_brings_them_back() {
    let mut engine = OwnEngine::with_way_out();
    engine.docker(&["network", "create", "app"]);
    // One that leads out by routes of the LAN's is as it is meant.
    let plain = "com.docker.network.bridge.enable_ip_masquerade=false";
    engine.docker(&["network", "create", "-o", plain, "routed"]);
    engine.sleeper("quiet", &["--network", "routed"]);
    web(&engine, &["--network", "app", "-p", "8080:80"]);
    thread::sleep(Duration::from_secs(6));
    assert!(gets_out(&engine));
    is_content(&engine);
    let flushes = ["iptables -t nat -F", "iptables -F", "nft flush ruleset"];
    for flush in flushes {
        on_machine(&engine, flush);
        assert!(!gets_out(&engine), "{flush}");
        let finding = only(&engine);
        let told = finding.to_string();
        assert!(told.contains("sudo systemctl restart docker"), "{flush}: {told}");
        let is_filter = flush == "iptables -F";
        assert_eq!(told.contains("drops in FORWARD"), is_filter, "{told}");
        assert_eq!(told.contains("(masquerade)"), !is_filter, "{told}");
        let ladder = netmap(&engine, &["why", "web", OUTSIDE, "--format", "json"]);
        let rungs = ladder["rungs"].to_string();
        assert!(rungs.contains("the machine's firewall lets nothing out of app"), "{ladder:#}");
        assert!(ladder["fix"].to_string().contains("systemctl restart docker"), "{ladder:#}");
        engine.kill();
        engine.restart();
        // It may answer before all of its rules are there.
        let is_out = (0..10).any(|nth| {
            thread::sleep(Duration::from_millis(100 * nth));
            gets_out(&engine)
        });
        assert!(is_out, "{flush}");
    }
    is_content(&engine);
}

/// Where the engine is to make no rules, their absence alone is nobody's fault: what fails is.
#[test]
#[ignore = "needs a Docker engine"]
fn an_engine_that_is_to_make_no_rules_is_told_of_where_something_fails() {
    let engine = OwnEngine::without_rules();
    engine.docker(&["network", "create", "app"]);
    engine.sleeper("quiet", &["--network", "app"]);
    thread::sleep(Duration::from_secs(6));
    assert_eq!(found(&engine), [Value::Null; 0]);
    web(&engine, &["--network", "app"]);
    thread::sleep(Duration::from_secs(8));
    assert!(!gets_out(&engine));
    let finding = only(&engine);
    let fix = finding["fix"].as_array().expect("steps").iter().filter_map(Value::as_str);
    let commands: Vec<&str> = fix.filter_map(|line| line.trim().strip_prefix("sudo ")).collect();
    assert!(!commands.is_empty(), "{finding:#}");
    for command in commands {
        on_machine(&engine, command);
    }
    assert!(gets_out(&engine), "{}", text(finding.to_string().as_bytes()));
    is_content(&engine);
}

/// What firewalld 1.3 has for a bridge in its zone `public`, as nft shows it, without what
/// is empty or of IPv6; `more` is what the zone accepts.
fn zone_public(bridge: &str, more: &str) -> String {
    format!(
        "table inet firewalld {{
           chain filter_FORWARD {{
             type filter hook forward priority filter + 10; policy accept;
             ct state {{ established, related }} accept
             ct status dnat accept
             iifname \"lo\" accept
             ct state invalid drop
             jump filter_FORWARD_ZONES
             reject with icmpx admin-prohibited
           }}
           chain filter_FORWARD_ZONES {{
             iifname \"{bridge}\" goto filter_FWD_public
             iifname \"docker0\" goto filter_FWD_docker
             goto filter_FWD_public
           }}
           chain filter_FWD_public {{
             jump filter_FWD_public_allow
           }}
           chain filter_FWD_public_allow {{
             oifname \"{bridge}\" accept
             {more}
           }}
           chain filter_FWD_docker {{
             accept
           }}
         }}"
    )
}

/// A bridge that somebody, or NetworkManager, has put into a zone of firewalld's that
/// forwards nothing: its rules stand beside the engine's, which are all there.
#[test]
#[ignore = "needs a Docker engine"]
fn a_zone_of_firewalld_and_a_table_of_nftables_that_forward_nothing_are_named() {
    let engine = OwnEngine::with_way_out();
    engine.docker(&["network", "create", "app"]);
    engine.sleeper("quiet", &["--network", "app"]);
    let id = engine.docker(&["network", "inspect", "-f", "{{.Id}}", "app"]);
    let bridge = format!("br-{}", &id[..12]);
    let load = |rules: &str| on_machine(&engine, &format!("echo '{rules}' | nft -f -"));
    load(&zone_public(&bridge, ""));
    thread::sleep(Duration::from_secs(6));
    // Who forbids it on purpose hears nothing, as long as nobody complains.
    assert_eq!(found(&engine), [Value::Null; 0]);
    web(&engine, &["--network", "app"]);
    thread::sleep(Duration::from_secs(8));
    assert!(!gets_out(&engine));
    let finding = only(&engine);
    assert_eq!(
        finding["summary"],
        "Nothing gets out of app: firewalld forwards nothing from there"
    );
    let command = format!("sudo firewall-cmd --zone docker --change-interface {bridge}");
    assert!(finding["fix"].to_string().contains(&command), "{finding:#}");
    let ladder = netmap(&engine, &["why", "web", OUTSIDE, "--format", "json"]);
    assert!(ladder["rungs"].to_string().contains("lets nothing out of app"), "{ladder:#}");
    assert!(ladder["fix"].to_string().contains(&command), "{ladder:#}");
    // What that does; and a zone in which the way out is as well.
    for open in [
        zone_public(&bridge, "").replace(
            "goto filter_FWD_public\n             iifname",
            "goto filter_FWD_docker\n             iifname",
        ),
        zone_public(&bridge, &format!("oifname \"{UPLINK}\" accept")),
    ] {
        on_machine(&engine, "nft delete table inet firewalld");
        load(&open);
        assert!(gets_out(&engine), "{open}");
        is_content(&engine);
    }
    on_machine(&engine, "nft delete table inet firewalld");
    load(
        "table inet mine {
           chain f {
             type filter hook forward priority 0; policy drop;
             ct state established accept
             iifname \"eth9\" accept
           }
         }",
    );
    thread::sleep(Duration::from_secs(4));
    assert!(!gets_out(&engine));
    assert_eq!(only(&engine)["summary"], "Nothing gets out of app: rules of nftables forbid it");
    on_machine(&engine, "nft delete table inet mine");
    assert!(gets_out(&engine));
    is_content(&engine);
}
