//! netmap as the ordinary user whose engine it is, with nothing said about
//! where that is. Needs one of the rootless engines of `tests/run --engine`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{Corner, docker, json, netmap_command, netmap_json, text};

/// netmap as the engine's owner, who has a runtime folder and no more.
fn as_the_owner(arguments: &[&str]) -> Output {
    let told = |name: &str| {
        std::env::var(name)
            .unwrap_or_else(|_| panic!("{name} is not set: this takes a rootless engine"))
    };
    let (user, runtime) = (told("NETMAP_TEST_USER"), told("NETMAP_TEST_RUNTIME"));
    // Where it was built an ordinary user may have no business.
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("netmap");
    fs::copy(netmap_command().get_program(), &program).unwrap();
    let mut command = Command::new("unshare");
    // An engine of the machine's own would be found before the user's.
    command.args(["-m", "sh", "-c", "mount -t tmpfs none /run; exec \"$@\"", "sh"]);
    command.args(["setpriv", "--reuid", &user, "--regid", &user, "--clear-groups"]);
    command.arg(&program).args(arguments).stdin(Stdio::null()).current_dir("/");
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.env("HOME", "/nonexistent").env("XDG_RUNTIME_DIR", runtime);
    command.output().unwrap()
}

/// A server and its client on one network, and one on another.
fn shop(name: &str) -> (Corner, [String; 3]) {
    let mut corner = Corner::new(name);
    let (front, back) = (corner.network("front", &[]), corner.network("back", &["--internal"]));
    let serve = ["busybox", "nc", "-ll", "-p", "8080", "-e", "cat"];
    let server =
        corner.run("server", &[&["--network", &front, "--expose", "8080"], &serve[..]].concat());
    let client = corner.sleeper("client", &["--network", &front]);
    let apart = corner.sleeper("apart", &["--network", &back]);
    (corner, [server, client, apart])
}

#[test]
#[ignore = "needs a rootless engine"]
fn the_owner_of_a_rootless_engine_need_not_say_where_it_is() {
    let (corner, [server, ..]) = shop("rlfind");
    let show = ["show", "--all", "--format", "json", &corner.glob()];
    let (found, told) = (json(&as_the_owner(&show)), netmap_json(0, &show));
    assert_eq!(found["containers"].as_array().unwrap().len(), 3, "{found:#}");
    for part in ["containers", "networks"] {
        assert_eq!(found[part], told[part]);
    }
    let seen = json(&as_the_owner(&["snapshot"]));
    assert_eq!(seen["engine"]["rootless"], true);
    // The processes are the owner's own, and so are their files in /proc.
    let mut all = seen["observations"].as_array().unwrap().iter();
    let observed = all.find(|observed| observed["container"] == server).unwrap();
    assert_eq!(observed["how"], "proc", "{observed:#}");
    assert!(observed["listening"].to_string().contains("8080"), "{observed:#}");
    assert!(!seen["host"]["listening"].is_null(), "{:#}", seen["unread"]);
}

#[test]
#[ignore = "needs a rootless engine"]
fn the_owner_measures_by_exec_what_root_measures_in_the_namespaces() {
    let (corner, [server, client, apart]) = shop("rlprobe");
    let glob = corner.glob();
    let ask = ["probe", "--tcp", "8080", "--format", "json", "--timeout", "500ms", &client, &glob];
    let outcomes = |report: &Value, entered: bool| -> Vec<(String, String, String)> {
        let pairs = report["pairs"].as_array().unwrap().iter();
        let word = |pair: &Value, key: &str| pair[key].as_str().unwrap().to_owned();
        pairs
            .map(|pair| {
                assert_eq!(pair["method"] == "netns", entered, "{pair:#}");
                (word(pair, "to"), word(pair, "by"), word(pair, "outcome"))
            })
            .collect()
    };
    let output = as_the_owner(&ask);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    let by_owner = outcomes(&serde_json::from_slice(&output.stdout).unwrap(), false);
    let by_root = outcomes(&netmap_json(0, &ask), true);
    let through = |all: &[(String, String, String)], to: &str, by: &str| {
        all.iter().any(|(t, b, outcome)| t == to && b == by && outcome == "reachable")
    };
    for all in [&by_owner, &by_root] {
        assert!(through(all, &server, "name") && through(all, &server, "address"), "{all:#?}");
        assert!(!through(all, &apart, "name") && !through(all, &apart, "address"), "{all:#?}");
    }
    // What takes more rights than the owner has says so.
    let refused = as_the_owner(&[&["probe", "--method", "netns"], &ask[1..]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("only root may enter"), "{}", text(&refused.stderr));
}

#[test]
#[ignore = "needs a rootless engine"]
fn a_rootless_engine_knows_where_its_host_is() {
    let (mut corner, [server, ..]) = shop("rlhost");
    let hosty = corner.sleeper("hosty", &["--network", "host"]);
    let server_told = docker(&[
        "inspect",
        "-f",
        "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
        &server,
    ]);
    let ask = ["probe", "--format", "json", "--timeout", "500ms", &hosty, &server];
    let report = netmap_json(0, &ask);
    let mut pairs = report["pairs"].as_array().unwrap().iter();
    let by_address = pairs.find(|pair| pair["target"] == server_told.as_str()).unwrap();
    let podman = netmap_json(0, &["snapshot", "--no-exec"])["engine"]["name"] == "Podman";
    let because = if podman { "rootless-bridges" } else { "host-on-bridge" };
    let reachable = by_address["outcome"] == "reachable";
    assert_eq!(by_address["predicted_because"], because, "{by_address:#}");
    assert_eq!((reachable, &by_address["agrees"]), (!podman, &Value::Bool(true)), "{by_address:#}");
    // Nothing is wrong with forwarding where this engine's networks are.
    let findings = netmap_json(0, &["doctor", "--format", "json", &corner.glob()]);
    assert!(!findings["findings"].to_string().contains("ip-forward-off"), "{findings:#}");
}
