//! Each folder of `samples/` brought up on the engine: the doctor must find
//! exactly what the folder's `setup.sh` says, its own commands must fix it,
//! traffic must flow then, and the near miss must stay quiet.
//!
//! `NETMAP_RECORD=1` writes down what is seen as the folder's snapshots.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::own_engine::{OUTSIDE, OwnEngine, UPLINK};
use crate::support::{docker_command, engine, netmap_command, text};

/// Samples under way at once: most of the time is waiting.
const WIDTH: usize = 9;

/// How long a setup may take to look as it should.
const PATIENCE: Duration = Duration::from_secs(25);

/// Old enough that no container counts as only just started.
const SETTLED: Duration = Duration::from_secs(6);

/// The networks that fixes make have names of their own choosing, so only one
/// fix is made at a time.
static FIXING: Mutex<()> = Mutex::new(());

/// A folder of `samples/` with a `setup.sh`.
struct Sample {
    name: String,
    script: PathBuf,
    prefix: String,
    /// A network that a fix has made.
    network: String,
    /// The engine of a setup that would break others beside it.
    own: Option<OwnEngine>,
}

/// What a setup says of itself.
struct Says {
    broken: BTreeSet<String>,
    near: BTreeSet<String>,
    probe: bool,
}

impl Sample {
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        let mut samples: Vec<Self> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let script = fs::read_to_string(path.join("setup.sh")).unwrap_or_default();
                script.contains("\n# says")
            })
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let prefix = if recording() { String::new() } else { format!("{name}-") };
                Self {
                    script: path.join("setup.sh"),
                    name,
                    prefix,
                    network: String::new(),
                    own: None,
                }
            })
            .collect();
        samples.sort_by(|a, b| a.name.cmp(&b.name));
        samples
    }

    fn says(&self) -> Says {
        let script = fs::read_to_string(&self.script).unwrap();
        let line = |key: &str| -> Option<BTreeSet<String>> {
            let line = script.lines().find_map(|line| line.strip_prefix(key))?;
            Some(line.split_whitespace().map(str::to_owned).collect())
        };
        let probed = line("# says with --probe:");
        Says {
            probe: probed.is_some(),
            broken: probed.or_else(|| line("# says:")).expect("a line `# says:`"),
            near: line("# near says:").expect("a line `# near says:`"),
        }
    }

    fn takes_a_machine_of_its_own(&self) -> bool {
        let script = fs::read_to_string(&self.script).unwrap();
        script.lines().any(|line| line == "# takes a machine of its own")
    }

    fn engine(&self) -> String {
        self.own.as_ref().map_or_else(engine, |own| own.address.clone())
    }

    /// A shell on the engine's machine.
    fn shell(&self) -> Command {
        let mut shell = match &self.own {
            Some(own) => own.beside("sh"),
            None => Command::new("sh"),
        };
        shell.env("DOCKER_HOST", self.engine());
        shell
    }

    fn sh(&self, step: &str) -> Output {
        self.shell()
            .arg(&self.script)
            .arg(step)
            .env("P", &self.prefix)
            .env("NETWORK", &self.network)
            .env("LAN", "lan15")
            .env("UPLINK", UPLINK)
            .env("OUTSIDE", OUTSIDE)
            .output()
            .expect("sh runs")
    }

    fn docker(&self, arguments: &[&str]) -> Output {
        let docker = docker_command(&self.engine()).args(arguments).output();
        docker.expect("docker is installed")
    }

    fn netmap(&self, arguments: &[&str]) -> Output {
        let netmap = netmap_command().arg("--host").arg(self.engine()).args(arguments).output();
        netmap.expect("netmap runs")
    }

    fn step(&self, step: &str) {
        let output = self.sh(step);
        assert!(output.status.success(), "setup.sh {step}: {}", said(&output));
    }

    fn has_step(&self, step: &str) -> bool {
        fs::read_to_string(&self.script).unwrap().lines().any(|line| {
            let line = line.trim_start();
            line.split(')').next().is_some_and(|names| names.split('|').any(|name| name == step))
                && line.contains(')')
        })
    }

    /// The findings about this sample's own containers and networks; all where
    /// the engine is its own.
    fn findings(&self, probe: bool) -> Vec<Value> {
        let mut arguments = vec!["doctor", "--format", "json"];
        let glob = format!("{}*", self.prefix);
        if probe {
            arguments.extend(["--probe", &glob]);
        }
        let output = self.netmap(&arguments);
        assert!(output.status.code().is_some_and(|code| code < 2), "doctor: {}", said(&output));
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let own = |finding: &Value| {
            let subjects = finding["subjects"].as_array().unwrap();
            self.own.is_some()
                || subjects.iter().any(|s| s.as_str().unwrap().starts_with(&self.prefix))
        };
        found["findings"].as_array().unwrap().iter().filter(|f| own(f)).cloned().collect()
    }

    /// Waits until the doctor finds exactly these rules.
    fn expect(&self, what: &str, rules: &BTreeSet<String>, probe: bool) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let findings = self.findings(probe);
            let found: BTreeSet<String> =
                findings.iter().map(|f| f["rule"].as_str().unwrap().to_owned()).collect();
            if found == *rules {
                return findings;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{what}: found {found:?} instead of {rules:?}:\n{}",
                serde_json::to_string_pretty(&findings).unwrap()
            );
            thread::sleep(Duration::from_millis(500));
        }
    }

    /// Runs the commands of the findings' fixes, as a shell would.
    fn run_fixes(&mut self, findings: &[Value]) {
        let mut commands: Vec<&str> = Vec::new();
        for line in findings.iter().flat_map(|finding| finding["fix"].as_array().unwrap()) {
            let line = line.as_str().unwrap();
            if !commands.contains(&line) {
                commands.push(line);
            }
        }
        for command in &commands {
            if let Some(network) = command.strip_prefix("docker network create ") {
                self.network = network.to_owned();
            }
        }
        // The tests are root already, and need no sudo on the machine.
        let script = format!("set -e\nsudo() {{ \"$@\"; }}\n{}\n", commands.join("\n"));
        let output = self.shell().arg("-c").arg(&script).output();
        let output = output.expect("sh runs");
        assert!(output.status.success(), "the fix {script}: {}", said(&output));
    }

    fn check(&self) {
        let began = Instant::now();
        loop {
            let output = self.sh("check");
            if output.status.success() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "fixed, and no traffic: {}", said(&output));
            thread::sleep(Duration::from_millis(500));
        }
    }

    fn remove(&self) {
        let mine = |what: &[&str]| -> Vec<String> {
            let list = self.docker(what);
            assert!(list.status.success(), "{what:?}: {}", said(&list));
            let list = text(&list.stdout);
            let names = list.lines().filter(|name| name.starts_with(&self.prefix));
            names.map(str::to_owned).collect()
        };
        for name in mine(&["ps", "-a", "--format", "{{.Names}}"]) {
            self.docker(&["rm", "-f", "-v", &name]);
        }
        let built_in = ["bridge", "host", "none"];
        for name in mine(&["network", "ls", "--format", "{{.Name}}"]) {
            if !built_in.contains(&name.as_str()) {
                self.docker(&["network", "rm", &name]);
            }
        }
        if !self.network.is_empty() {
            self.docker(&["network", "rm", &self.network]);
        }
    }

    fn record(&self, name: &str, probe: bool) {
        if recording() {
            let path = self.script.with_file_name(name);
            let mut arguments = vec!["snapshot", "-o", path.to_str().unwrap()];
            if probe {
                arguments.push("--probe");
            }
            let output = self.netmap(&arguments);
            assert!(output.status.success(), "snapshot: {}", said(&output));
        }
    }

    fn run(&mut self) {
        let says = self.says();
        if self.takes_a_machine_of_its_own() {
            self.own = Some(OwnEngine::with_way_out());
        }
        self.step("broken");
        self.expect("broken", &says.broken, says.probe);
        self.record("snapshot.json", says.probe);
        {
            let _alone = FIXING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let findings = self.expect("still broken", &says.broken, says.probe);
            self.run_fixes(&findings);
        }
        if self.has_step("fix") {
            self.step("fix");
        }
        self.check();
        self.expect("fixed", &BTreeSet::new(), says.probe);
        self.record("fixed.json", says.probe);
        self.remove();

        let began = Instant::now();
        self.step("near");
        self.expect("near miss", &says.near, says.probe);
        thread::sleep(SETTLED.saturating_sub(began.elapsed()));
        self.expect("near miss, settled", &says.near, says.probe);
        self.record("near.json", says.probe);
    }
}

fn recording() -> bool {
    std::env::var_os("NETMAP_RECORD").is_some()
}

fn said(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

#[test]
#[ignore = "needs a Docker engine"]
fn each_sample_is_found_and_fixed_and_its_near_miss_is_left_alone() {
    let mut samples = Sample::all();
    if let Ok(only) = std::env::var("NETMAP_SAMPLE") {
        samples.retain(|sample| sample.name.contains(&only));
    }
    let count = samples.len();
    assert!(count > 0);
    samples.reverse();
    let waiting = Mutex::new(samples);
    let wrong = Mutex::new(BTreeMap::new());
    let width = if recording() { 1 } else { WIDTH };
    thread::scope(|scope| {
        for _ in 0..width {
            scope.spawn(|| {
                loop {
                    let Some(mut sample) = waiting.lock().unwrap().pop() else { return };
                    let ran =
                        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sample.run()));
                    sample.remove();
                    if let Err(panic) = ran {
                        let why = panic.downcast_ref::<String>().cloned();
                        let why =
                            why.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
                        wrong.lock().unwrap().insert(sample.name.clone(), why.unwrap_or_default());
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    let told: Vec<String> = wrong.iter().map(|(name, why)| format!("{name}: {why}")).collect();
    assert!(wrong.is_empty(), "{} of {count} samples:\n{}", wrong.len(), told.join("\n\n"));
}
