//! A machine that is too busy to answer in time is no wall.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::support::{Corner, docker, engine, netmap, netmap_command, netmap_json, process_of};

/// Containers that each try all others.
const CROWD: usize = 12;

/// What all of them and netmap get of one processor, in percent.
const SHARE: u32 = 15;

fn rows(report: &Value) -> impl Iterator<Item = &Value> {
    report["pairs"].as_array().unwrap().iter()
}

/// A control group whose members together get little of the processors, as on a
/// machine with much else to do. Programs that really keep it busy would do so
/// to the tests beside this one.
struct Busy {
    /// Where netmap runs: version 2 has no processes in a group that has groups.
    leaf: PathBuf,
}

impl Busy {
    /// The name of the group, for `--cgroup-parent`.
    fn name() -> String {
        format!("/netmap-busy-{}", std::process::id())
    }

    /// The group that a container was started in.
    fn around(container: &str) -> Self {
        let pid = process_of(container);
        let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).expect("its groups");
        let of = |version: &str| {
            groups.lines().find_map(|line| {
                let mut parts = line.splitn(3, ':').skip(1);
                let is_it = parts.next()?.split(',').any(|name| name == version);
                is_it.then(|| parts.next().map(|path| path.trim_start_matches('/')))?
            })
        };
        let (root, path, limit) = match of("cpu") {
            Some(path) => ("/sys/fs/cgroup/cpu", path, "cpu.cfs_quota_us"),
            None => ("/sys/fs/cgroup", of("").expect("a group of version 2"), "cpu.max"),
        };
        let group = Path::new(root).join(path);
        let group = group.parent().expect("the group of its group");
        assert!(group.ends_with(&Self::name()[1..]), "{groups}");
        // Of each tenth of a second, in microseconds: the period of both versions.
        fs::write(group.join(limit), (SHARE * 1000).to_string()).expect("a limit");
        let leaf = group.join("netmap");
        fs::create_dir(&leaf).expect("a group");
        Self { leaf }
    }

    /// How many tenths of a second it had to wait, having used up its share.
    fn waits(&self) -> u64 {
        let group = self.leaf.parent().expect("its group");
        let told = fs::read_to_string(group.join("cpu.stat")).expect("what it used");
        let waits = told.lines().find_map(|line| line.strip_prefix("nr_throttled "));
        waits.expect("a number").parse().expect("a number")
    }

    /// Takes the groups away, whose members are gone.
    fn remove(self) {
        fs::remove_dir(&self.leaf).expect("netmap is gone");
        fs::remove_dir(self.leaf.parent().expect("its group")).expect("the containers are gone");
        // In version 1 each controller has one.
        for controller in fs::read_dir("/sys/fs/cgroup").expect("controllers").flatten() {
            let _ = fs::remove_dir(controller.path().join(&Self::name()[1..]));
        }
    }

    /// netmap in the group.
    fn netmap(&self, arguments: &[&str]) -> Output {
        let enter = "echo $$ > \"$0\"/cgroup.procs && exec \"$@\"";
        let program = netmap_command();
        let mut command = Command::new("sh");
        command.arg("-c").arg(enter).arg(&self.leaf).arg(program.get_program());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.arg("--host").arg(engine()).args(arguments).output().expect("sh runs")
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn what_a_busy_machine_swallows_is_never_called_blocked() {
    let mut corner = Corner::new("busy");
    let net = corner.network("net", &[]);
    let group = Busy::name();
    for number in 0..CROWD {
        // With room for some that wait: one that is too busy to take a connection
        // is not what this is about.
        let options = ["--network", &net, "--expose", "80", "--cgroup-parent", &group];
        let listens = ["busybox", "httpd", "-f", "-p", "80"];
        corner.run(&format!("c{number}"), &[&options[..], &listens].concat());
    }
    let busy = Busy::around(&corner.name("c0"));
    let glob = corner.glob();
    for arguments in
        [&["--method", "exec"][..], &["--method", "exec", "--tcp"], &["--method", "netns", "--tcp"]]
    {
        let output =
            busy.netmap(&[&["probe", &glob, &glob, "--format", "json"], arguments].concat());
        let report = serde_json::from_slice::<Value>(&output.stdout);
        let report =
            report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(rows(&report).count(), CROWD * (CROWD - 1) * 2);
        let is_fine = |row: &&Value| match row["outcome"].as_str().unwrap() {
            "reachable" => true,
            "unknown" => row["reason"].is_string(),
            _ => false,
        };
        let wrong: Vec<&Value> = rows(&report).filter(|row| !is_fine(row)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
    // Nearly all the time, and not just once.
    assert!(busy.waits() > 50, "{} waits", busy.waits());
    drop(corner);
    busy.remove();
}

#[test]
#[ignore = "needs a Docker engine"]
fn who_hardly_gets_to_run_knows_nothing_of_the_others() {
    let mut corner = Corner::new("starved");
    let net = corner.network("net", &[]);
    let starved = corner.sleeper("starved", &["--network", &net, "--cpus", "0.01"]);
    for number in 0..8 {
        corner.sleeper(&format!("c{number}"), &["--network", &net]);
    }
    let report = || {
        let arguments = ["probe", &starved, &corner.glob(), "--method", "exec", "--format", "json"];
        let output = netmap(&arguments);
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    for row in rows(&report()) {
        let told = row["outcome"] == "unknown" && row["reason"].is_string();
        assert!(row["outcome"] == "reachable" || told, "{row}");
    }
    // With the time that it takes, all answer.
    docker(&["update", "--cpus", "1", &starved]);
    let arguments = ["probe", &starved, &corner.glob(), "--method", "exec", "--format", "json"];
    let report = netmap_json(0, &arguments);
    assert!(rows(&report).all(|row| row["outcome"] == "reachable"), "{report:#}");
}
