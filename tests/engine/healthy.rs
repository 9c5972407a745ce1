//! A setup of several projects with IPv4 and IPv6 in which all is well: the
//! doctor must find no error and no warning, on any engine, whatever it looks
//! with.
//!
//! `NETMAP_RECORD=1` writes down what is seen, as `dual-stack-ENGINE-MAJOR.json`
//! in `tests/recorded`; `tests/offline/table.rs` asks every rule about it.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{docker, engine, engine_facts, netmap, netmap_text, text, try_docker};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/healthy-dual-stack");

const RECORDED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recorded");

/// How long the servers may take to be up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the setup makes, with a prefix: removed at the end, also when the test fails.
struct Setup {
    prefix: String,
}

impl Setup {
    fn new(prefix: &str) -> Self {
        let setup = Self { prefix: prefix.to_owned() };
        let mut shell = Command::new("sh");
        shell.arg(format!("{FOLDER}/setup.sh")).env("DOCKER_HOST", engine()).env("P", prefix);
        let output = shell.output().expect("sh runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        setup
    }

    /// Errors and warnings about what it made.
    fn problems(&self, arguments: &[&str]) -> Vec<Value> {
        let command = [&["doctor", "--severity", "error", "--format", "json"], arguments].concat();
        let output = netmap(&command);
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let mut found = found["findings"].as_array().unwrap().clone();
        let is_own = |subject: &Value| subject.as_str().unwrap().starts_with(&self.prefix);
        found.retain(|finding| {
            let subjects = finding["subjects"].as_array().unwrap();
            // Other tests' containers may dial ours, by names that many have.
            let mut dials = finding["signs"].as_array().unwrap().iter();
            let is_of_strangers = subjects.iter().any(|subject| !is_own(subject))
                && !dials.any(|sign| sign["kind"] == "dial" && is_own(&sign["container"]));
            finding["severity"] != "info" && subjects.iter().any(is_own) && !is_of_strangers
        });
        found
    }

    fn is_well(&self, arguments: &[&str]) {
        let began = Instant::now();
        loop {
            let found = self.problems(arguments);
            if found.is_empty() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "doctor {arguments:?}: {found:#?}");
            thread::sleep(Duration::from_millis(500));
        }
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        let own = |list: &[&str]| -> Vec<String> {
            let names = docker(list);
            let mine = names.lines().filter(|name| name.starts_with(&self.prefix));
            mine.filter(|name| !["bridge", "host", "none", "podman"].contains(name))
                .map(str::to_owned)
                .collect()
        };
        // The one in another's namespace first: Podman removes nothing that
        // others depend on.
        let mut containers = own(&["ps", "-a", "--format", "{{.Names}}"]);
        containers.sort_by_key(|name| !name.contains("meter"));
        for name in containers {
            try_docker(&["rm", "-f", "-v", &name]);
        }
        for name in own(&["network", "ls", "--format", "{{.Name}}"]) {
            try_docker(&["network", "rm", &name]);
        }
    }
}

#[test]
#[ignore = "needs a container engine"]
fn three_projects_with_both_families_get_no_error_and_no_warning() {
    let recording = std::env::var_os("NETMAP_RECORD").is_some();
    let setup = Setup::new(if recording { "" } else { "healthy-" });
    // Nobody is told of what is only just starting, and nobody later on.
    setup.is_well(&["--no-exec"]);
    thread::sleep(Duration::from_secs(6));
    setup.is_well(&[]);
    setup.is_well(&["--probe"]);
    if recording {
        let facts = engine_facts();
        let word = |key: &str| facts[key].as_str().unwrap().to_lowercase();
        let major = word("version").split('.').next().unwrap().to_owned();
        let file = format!("{RECORDED}/dual-stack-{}-{major}.json", word("name"));
        netmap_text(0, &["snapshot", "--probe", "-o", &file]);
    }
}
