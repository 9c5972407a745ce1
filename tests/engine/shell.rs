//! netmap among docker's own commands and in a shell, on an engine.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::lent_engine::LentEngine;
use crate::support::{Corner, engine, here_on, netmap, netmap_command, text};

/// docker with a configuration of its own, in which netmap is a plugin.
fn docker(config: &Path, arguments: &[&str]) -> Output {
    let mut docker = Command::new("docker");
    for name in ["DOCKER_HOST", "DOCKER_CONTEXT", "LANG"] {
        docker.env_remove(name);
    }
    docker.env("DOCKER_CONFIG", config).env("NETMAP_CONFIG", "");
    docker.args(arguments).output().expect("docker runs")
}

fn with_plugin() -> tempfile::TempDir {
    let config = tempfile::tempdir().unwrap();
    let mut install = netmap_command();
    install.env("DOCKER_CONFIG", config.path()).args(["plugin", "install"]);
    let installed = install.output().unwrap();
    assert!(installed.status.success(), "{}", text(&installed.stderr));
    config
}

#[test]
#[ignore = "needs a Docker engine"]
fn docker_runs_netmap_as_its_plugin() {
    // Where nobody else's containers go while they are looked at.
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let mut corner = Corner::new("plugin");
    let network = corner.network("front", &[]);
    let web = corner.sleeper("web", &["--network", &network]);
    let config = with_plugin();
    let help = docker(config.path(), &["--help"]);
    let help = text(&help.stdout);
    assert!(help.lines().any(|line| line.trim().starts_with("netmap*")), "{help}");
    // By docker's own --host and by its own --context.
    let by_host = docker(config.path(), &["--host", &engine(), "netmap", "show", &web]);
    assert!(by_host.status.success(), "{}", text(&by_host.stderr));
    assert!(text(&by_host.stdout).contains(&web));
    let endpoint = format!("host={}", engine());
    let made = docker(config.path(), &["context", "create", "private", "--docker", &endpoint]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let by_context = docker(config.path(), &["--context", "private", "netmap", "show", &web]);
    assert_eq!(text(&by_context.stdout), text(&by_host.stdout), "{}", text(&by_context.stderr));
    let used = docker(config.path(), &["context", "use", "private"]);
    assert!(used.status.success(), "{}", text(&used.stderr));
    let current = docker(config.path(), &["netmap", "show", &web]);
    assert_eq!(text(&current.stdout), text(&by_host.stdout), "{}", text(&current.stderr));
    // What netmap ends with is what docker ends with.
    let wrong = docker(config.path(), &["netmap", "show", "plugin-nobody"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong.stderr));
    let helped = docker(config.path(), &["netmap", "show", "-h"]);
    assert!(text(&helped.stdout).contains("Usage:"), "{}", text(&helped.stdout));
}

/// What bash is offered for the last of these words, and how long that took.
fn offered(words: &[&str]) -> (Vec<String>, Duration) {
    let mut command = netmap_command();
    command.env("COMPLETE", "bash").env("_CLAP_IFS", "\n");
    command.env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    let began = Instant::now();
    let output = command.arg("--").args(words).output().expect("netmap runs");
    let took = began.elapsed();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout).lines().map(str::to_owned).collect(), took)
}

#[test]
#[ignore = "needs a Docker engine"]
fn names_are_completed_from_the_engine() {
    let mut corner = Corner::new("complete");
    let network = corner.network("front", &[]);
    let labels = ["--label", "com.docker.compose.project=completed"];
    let service = ["--label", "com.docker.compose.service=completed-web"];
    let options = [&["--network", &network][..], &labels, &service].concat();
    let web = corner.sleeper("web", &options);
    let host = engine();
    let of = |words: &[&str]| offered(&[&["netmap", "--host", &host], words].concat()).0;
    assert_eq!(of(&["show", "complete-w"]), [&*web]);
    assert_eq!(of(&["show", "complete-f"]), [&*network]);
    assert_eq!(of(&["why", "completed-"]), ["completed-web"]);
    assert_eq!(of(&["show", "--network", "complete-"]), [network]);
    assert_eq!(of(&["show", "--project", "complet"]), ["completed"]);
    // No longer than a key is waited for, on a machine that does nothing else.
    let times = (0..5).map(|_| offered(&["netmap", "--host", &host, "show", "complete-w"]).1);
    let best = times.min().expect("five of them");
    assert!(best < Duration::from_millis(500), "{best:?}");
    // A service's name leads to its container in the error, too.
    let wrong = netmap(&["show", "completed-wbe"]);
    assert!(
        text(&wrong.stderr).contains(&format!("did you mean `{web}`?")),
        "{}",
        text(&wrong.stderr)
    );
}

#[test]
#[ignore = "needs a Docker engine"]
fn netmap_alone_says_what_runs_here() {
    let mut corner = Corner::new("start");
    corner.sleeper("web", &[]);
    let began = Instant::now();
    let first = text(&netmap(&[]).stdout);
    assert!(began.elapsed() < Duration::from_secs(8));
    assert!(first.lines().count() <= 24, "{first}");
    assert!(first.contains("Here: ") && first.contains("container"), "{first}");
}
