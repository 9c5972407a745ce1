//! Every command that a page shows is run as it stands, on a setup that has
//! what the pages speak of.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::lent_engine::LentEngine;
use crate::shown::{Shown, commands};
use crate::support::text;

/// Commands that take what a single engine does not have, each with what.
const ELSEWHERE: [(&str, &str); 2] = [
    ("ssh://", "a second machine; tests/engine/ssh.rs goes there"),
    ("--all-nodes", "a swarm; tests/engine/two_engines does it"),
];

/// The setup: a web server, an API and a database in three tiers, as projects
/// and names that pages use.
const SETUP: &str = r#"
    set -e
    docker network create front
    docker network create --internal back
    docker network create app
    run() { docker run -d --name "$@"; }
    shop() { name=$1; shift; run "$name" --label com.docker.compose.project=shop \
        --label "com.docker.compose.service=$name" "$@"; }
    shop db --network back --expose 5432 busybox sh -c 'while :; do nc -l -p 5432 -e true; done'
    shop api --network back -e DATABASE_URL=postgres://db:5432/app busybox sleep 1d
    docker network connect front api
    shop web --network front busybox sleep 1d
    shop api-2 --network front busybox sleep 1d
    run prometheus --network app --label com.docker.compose.project=shop-metrics busybox sleep 1d
"#;

/// The files that pages name, in the folder where their commands run.
const FILES: &str = r#"
    set -e
    mkdir -p docs class bin ~/course ~/.zfunc ~/.config/fish/completions ~/.config/elvish \
        ~/.local/share/bash-completion/completions ~/.local/share/man/man1
    ln -s "$NETMAP" bin/netmap
    ln -s "$PROJECT/samples" samples
    cp "$PROJECT"/docs/*.json docs/
    printf 'services:\n  web: { image: busybox }\n' | tee compose.yaml base.yaml prod.yaml >/dev/null
    touch prod.env
    bin/netmap snapshot --flows 1s -o busy.json
    for name in me monday today class/ada; do cp busy.json $name.json; done
    bin/netmap check --init -o lesson.yaml
    cp lesson.yaml check.yaml
    cp lesson.yaml netmap.yaml
    bin/netmap doctor --fail-on none --json -o baseline.json
    bin/netmap show -o docs/map.svg
    for context in far lab; do docker context create "$context" --docker "host=$DOCKER_HOST"; done
"#;

/// A shell on the engine with a home of its own.
fn shell(engine: &str, folder: &Path, script: &str) -> Command {
    let mut shell = Command::new("bash");
    shell.args(["--noprofile", "--norc", "-c", script]).current_dir(folder);
    let path = std::env::var("PATH").unwrap_or_default();
    shell.env("PATH", format!("{}:{path}", folder.join("bin").display()));
    shell.env("HOME", folder).env("DOCKER_HOST", engine).env("PROFILE", folder.join("profile.ps1"));
    shell.env("NETMAP", env!("CARGO_BIN_EXE_netmap")).env("PROJECT", env!("CARGO_MANIFEST_DIR"));
    for name in ["DOCKER_CONTEXT", "DOCKER_CONFIG", "NETMAP_CONFIG", "XDG_CONFIG_HOME"] {
        shell.env_remove(name);
    }
    shell.stdin(Stdio::null());
    shell
}

fn done(mut command: Command) {
    let output = command.output().expect("bash runs");
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

/// Whether all of the setup runs: a lesson that is made of it has its names.
const IS_THERE: &str = r#"
    test "$(docker ps --quiet --filter label=com.docker.compose.project | wc -l)" = 5 &&
        docker network inspect front back app >/dev/null
"#;

/// A page may have ended with a lesson that is up, and without what pages speak of.
fn set_up_again(engine: &LentEngine, folder: &Path) {
    let is_there = shell(&engine.address, folder, IS_THERE).output().expect("bash runs");
    if !is_there.status.success() {
        assert!(engine.tidy_up(), "what the page before made is gone");
        done(shell(&engine.address, folder, SETUP));
    }
}

/// The line as it is run: it listens for a second instead of an hour, ends
/// where the page says Ctrl-C, and is answered where it asks.
fn as_run(line: &str) -> String {
    let line = line.replace("30s", "1s").replace("1h", "1s");
    match line {
        line if line.contains("--follow") => format!("timeout --signal INT 2 {line}"),
        // What is to be learnt is that something is broken.
        line if line.contains("lesson new ") || line.contains(" new lost-database") => {
            format!("docker network disconnect back api && {line}; docker network connect back api")
        }
        // Its names are those of the setup that it was made of.
        line if line.contains("start lost-database") => {
            format!("docker rm -f $(docker ps -aq) && docker network prune -f && {line} --yes")
        }
        line if [" start ", " solve"].iter().any(|asks| line.contains(asks)) => {
            format!("{line} --yes")
        }
        line => line,
    }
}

/// What is wrong with a command, if anything: that it found nothing, or
/// something, is as it should be.
fn failure(engine: &str, folder: &Path, shown: &Shown) -> Option<String> {
    let output = shell(engine, folder, &as_run(&shown.line)).output().expect("bash runs");
    let said = text(&output.stderr);
    let is_fine =
        matches!(output.status.code(), Some(0..=2 | 124 | 130)) && !said.contains("error:");
    (!is_fine).then(|| format!("{}: {}\n{said}", shown.place, shown.line))
}

#[test]
#[ignore = "needs a Docker engine"]
fn every_command_that_a_page_shows_can_be_run() {
    let engine = LentEngine::new();
    let folder = tempfile::tempdir().unwrap();
    done(shell(&engine.address, folder.path(), SETUP));
    done(shell(&engine.address, folder.path(), FILES));
    let is_here = |shown: &Shown| !ELSEWHERE.iter().any(|(words, _)| shown.line.contains(words));
    let commands: Vec<Shown> = commands().into_iter().filter(is_here).collect();
    let page = |shown: &Shown| shown.place.split(':').next().map(str::to_owned);
    let failures: Vec<String> = commands
        .chunk_by(|a, b| page(a) == page(b))
        .flat_map(|page| {
            set_up_again(&engine, folder.path());
            page.iter().filter_map(|shown| failure(&engine.address, folder.path(), shown))
        })
        .collect();
    assert!(commands.len() > 120, "{} commands", commands.len());
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        commands.len(),
        failures.join("\n")
    );
}
