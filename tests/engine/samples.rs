//! Each folder of `samples/` brought up on the engine: the doctor must find
//! exactly what the folder's `setup.sh` says, its own commands must fix it,
//! traffic must flow then, and the near miss must stay quiet.
//!
//! `NETMAP_RECORD=1` writes down what is seen as the folder's snapshots.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::own_engine::{OUTSIDE, OwnEngine, UPLINK};
use crate::requests::{filter, list, name_in, remove_container, remove_network};
use crate::support::{MAKE_NETWORK, alone_making_networks, engine, netmap_command, text};

/// How long a setup may take to look as it should.
const PATIENCE: Duration = Duration::from_secs(25);

/// From one look to the next: each takes a tenth of a second of a processor.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Old enough that no container counts as only just started.
const SETTLED: Duration = Duration::from_secs(6);

/// Recordings have no prefix that would tell them apart.
static RECORDING: Mutex<()> = Mutex::new(());

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
    /// What has to be measured or listened to for it.
    look: Look,
}

/// How the doctor looks at a setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Usual,
    Probe,
    Listen,
}

/// How long is listened.
const LISTENED: [&str; 2] = ["--flows", "4s"];

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
        let (probed, heard) = (line("# says with --probe:"), line("# says with --flows:"));
        Says {
            look: match (&probed, &heard) {
                (Some(_), _) => Look::Probe,
                (_, Some(_)) => Look::Listen,
                _ => Look::Usual,
            },
            broken: probed.or(heard).or_else(|| line("# says:")).expect("a line `# says:`"),
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
    fn findings(&self, look: Look) -> Vec<Value> {
        let mut arguments = vec!["doctor", "--format", "json"];
        let glob = format!("{}*", self.prefix);
        match look {
            Look::Usual => {}
            Look::Probe => arguments.extend(["--probe", &glob]),
            Look::Listen => arguments.extend(LISTENED),
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
    fn expect(&self, what: &str, rules: &BTreeSet<String>, look: Look) -> Vec<Value> {
        let began = Instant::now();
        loop {
            let findings = self.findings(look);
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
            thread::sleep(BETWEEN_LOOKS);
        }
    }

    /// Runs the commands of the findings' fixes, as a shell would.
    fn run_fixes(&mut self, findings: &[Value]) {
        let mut lines: Vec<&str> = Vec::new();
        for line in commands(findings) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        for line in &lines {
            if let Some(network) = line.strip_prefix(MAKE_NETWORK) {
                self.network = network.to_owned();
            }
        }
        // The tests are root already, and need no sudo on the machine.
        let script = format!("set -e\nsudo() {{ \"$@\"; }}\n{}\n", lines.join("\n"));
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
            thread::sleep(BETWEEN_LOOKS);
        }
    }

    fn remove(&self) {
        let engine = self.engine();
        let is_mine = |name: &&str| name.starts_with(&self.prefix);
        for container in list(&engine, "/containers/json?all=1") {
            // Each begins with a slash, and that of a link has another within.
            let names = container["Names"].as_array().into_iter().flatten();
            let mut names = names.filter_map(|name| name.as_str()?.strip_prefix('/'));
            if let Some(name) = names.find(is_mine) {
                remove_container(&engine, name);
            }
        }
        let custom = filter("type", "custom");
        for network in list(&engine, &format!("/networks?{custom}")) {
            if let Some(name) = Some(name_in(&network, "Name")).filter(is_mine) {
                remove_network(&engine, name);
            }
        }
        if !self.network.is_empty() {
            remove_network(&engine, &self.network);
        }
    }

    fn record(&self, name: &str, look: Look) {
        if recording() {
            let path = self.script.with_file_name(name);
            let mut arguments = vec!["snapshot", "-o", path.to_str().unwrap()];
            match look {
                Look::Usual => {}
                Look::Probe => arguments.push("--probe"),
                Look::Listen => arguments.extend(LISTENED),
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
        let findings = self.expect("broken", &says.broken, says.look);
        self.record("snapshot.json", says.look);
        if commands(&findings).any(|line| line.contains(MAKE_NETWORK)) {
            let _alone = alone_making_networks();
            let findings = self.expect("still broken", &says.broken, says.look);
            self.run_fixes(&findings);
        } else {
            self.run_fixes(&findings);
        }
        if self.has_step("fix") {
            self.step("fix");
        }
        self.check();
        self.expect("fixed", &BTreeSet::new(), says.look);
        self.record("fixed.json", says.look);
        self.remove();

        let began = Instant::now();
        self.step("near");
        self.expect("near miss", &says.near, says.look);
        thread::sleep(SETTLED.saturating_sub(began.elapsed()));
        self.expect("near miss, settled", &says.near, says.look);
        self.record("near.json", says.look);
    }

    /// What is wrong with it, if anything is.
    fn trouble(&mut self) -> Option<String> {
        let _alone = recording().then(|| RECORDING.lock().unwrap_or_else(PoisonError::into_inner));
        let ran = catch_unwind(AssertUnwindSafe(|| self.run()));
        self.remove();
        let panic = ran.err()?;
        let why = panic.downcast_ref::<String>().map(String::as_str);
        let why = why.or_else(|| panic.downcast_ref::<&str>().copied());
        Some(format!("{}: {}", self.name, why.unwrap_or("it failed")))
    }
}

/// The lines of the findings' fixes.
fn commands(findings: &[Value]) -> impl Iterator<Item = &str> {
    let lines = findings.iter().flat_map(|finding| finding["fix"].as_array().unwrap());
    lines.map(|line| line.as_str().unwrap())
}

fn recording() -> bool {
    std::env::var_os("NETMAP_RECORD").is_some()
}

fn said(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Passes the samples that fall to one of several tests, and says what is wrong
/// with any of them.
fn each_is_found_and_fixed_and_its_near_miss_is_left_alone(share: usize) {
    let mut samples = Sample::all();
    if let Ok(only) = std::env::var("NETMAP_SAMPLE") {
        samples.retain(|sample| sample.name.contains(&only));
        assert!(!samples.is_empty(), "no sample `{only}`");
    }
    let samples = samples.into_iter().skip(share).step_by(SHARES);
    let wrong: Vec<String> = samples.filter_map(|mut sample| sample.trouble()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// One test for every few samples, so that they run beside one another.
macro_rules! shares {
    ($($name:ident: $share:literal),*) => {
        const SHARES: usize = [$($share),*].len();
        $(
            #[test]
            #[ignore = "needs a Docker engine"]
            fn $name() {
                each_is_found_and_fixed_and_its_near_miss_is_left_alone($share);
            }
        )*
    };
}

shares!(
    share_01: 0, share_02: 1, share_03: 2, share_04: 3, share_05: 4, share_06: 5, share_07: 6,
    share_08: 7, share_09: 8, share_10: 9, share_11: 10, share_12: 11
);
