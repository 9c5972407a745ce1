//! An engine for one test alone, which may be flooded, killed and started
//! again: its containers are nobody else's, and outlive it.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::requests::{
    answers, filter, list, name_in, remove_containers, remove_network, remove_volumes, request,
};
use crate::support::{docker_command, text};

/// The engine, in a network namespace and a folder of its own.
pub struct OwnEngine {
    /// `unix://…`.
    pub address: String,
    home: PathBuf,
    process: Child,
    /// What listens in the world outside, where it has a way there.
    outside: Option<Child>,
}

/// The engine's interface that leads to the world outside, and who listens
/// there: whatever is sent to its port 80 comes back. The addresses are those
/// that RFC 5737 keeps for examples.
pub const UPLINK: &str = "uplink";
pub const OUTSIDE: &str = "192.0.2.1";

impl OwnEngine {
    /// Starts one and gives it the image `busybox`.
    pub fn start() -> Self {
        Self::start_by(&[])
    }

    fn start_by(prelude: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("own.").tempdir_in(home_of_run()).unwrap();
        let home = folder.keep();
        let address = format!("unix://{}/docker.sock", home.display());
        assert!(ip(&["netns", "add", &namespace(&home)]));
        assert!(ip(&["-n", &namespace(&home), "link", "set", "lo", "up"]));
        let process = spawn(&home, &address, prelude);
        let mut own = Self { address, home, process, outside: None };
        own.wait(prelude);
        own.load_image();
        own
    }

    /// The same, with a way out: a cable to another namespace, which stands
    /// for the world.
    pub fn with_way_out() -> Self {
        Self::start_by(&["unshare", "--mount", "sh", "-c", OWN_SYS, "sh"]).led_out()
    }

    /// One with a way out that makes no rules of a firewall.
    pub fn without_rules() -> Self {
        Self::start_by(&["sh", "-c", "exec \"$@\" --iptables=false", "sh"]).led_out()
    }

    fn led_out(mut self) -> Self {
        let own = &mut self;
        let (here, world) = (namespace(&own.home), format!("{}-out", namespace(&own.home)));
        assert!(ip(&["netns", "add", &world]));
        let echo = Command::new("ip")
            .args(["netns", "exec", &world, "busybox", "nc", "-ll", "-p", "80", "-e", "cat"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        // Both go with the engine, whatever happens next.
        own.outside = Some(echo.unwrap());
        for words in [
            format!("-n {here} link add {UPLINK} type veth peer name cable netns {world}"),
            format!("-n {here} addr add 192.0.2.2/24 dev {UPLINK}"),
            format!("-n {world} addr add {OUTSIDE}/24 dev cable"),
            format!("-n {here} link set {UPLINK} up"),
            format!("-n {world} link set cable up"),
            format!("-n {here} route add default via {OUTSIDE}"),
        ] {
            assert!(ip(&words.split(' ').collect::<Vec<_>>()), "ip {words}");
        }
        self
    }

    /// A program on the machine that the engine is on, as far as its network
    /// goes.
    pub fn beside(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/run/netns/{}", namespace(&self.home))).arg(program);
        command
    }

    /// The file of its machine's network namespace.
    pub fn machine(&self) -> String {
        format!("/run/netns/{}", namespace(&self.home))
    }

    fn load_image(&self) {
        self.docker(&["load", "-q", "-i", home_of_run().join("busybox.tar").to_str().unwrap()]);
    }

    /// Removes what setups leave on an engine, and says whether all of it is gone.
    pub fn tidy_up(&self) -> bool {
        let engine = &self.address;
        let networks = list(engine, &format!("/networks?{}", filter("type", "custom")));
        let images = list(engine, &format!("/images/json?{}", filter("dangling", "false")));
        let tags = images.iter().filter_map(|image| image["RepoTags"].as_array()).flatten();
        let mut tags = tags.filter_map(Value::as_str).filter(|tag| *tag != "busybox:latest");
        remove_containers(engine, "")
            && networks.iter().all(|network| remove_network(engine, name_in(network, "Id")))
            && remove_volumes(engine, "")
            && tags.all(|tag| request(engine, "DELETE", &format!("/images/{tag}?force=1")))
    }

    /// Runs docker against it; its standard output, trimmed.
    pub fn docker(&self, arguments: &[&str]) -> String {
        let output = self.try_docker(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "docker {}: {said}\nthe engine's log ends with:\n{}",
            arguments.join(" "),
            self.last_words()
        );
        text(&output.stdout).trim().to_owned()
    }

    /// The end of its log: an engine that dies says why there alone.
    fn last_words(&self) -> String {
        const LINES: usize = 30;
        let log = std::fs::read_to_string(self.home.join("dockerd.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }

    /// Whether it still answers.
    pub fn answers(&self) -> bool {
        answers(&self.address)
    }

    /// Like [`OwnEngine::docker`], for calls that may fail.
    pub fn try_docker(&self, arguments: &[&str]) -> Output {
        docker_command(&self.address).args(arguments).output().unwrap()
    }

    /// Runs a container that sleeps.
    pub fn sleeper(&self, name: &str, options: &[&str]) {
        let command = [&["run", "-d", "--name", name], options, &["busybox", "sleep", "1d"]];
        self.docker(&command.concat());
    }

    /// Kills it, as a machine that runs out of memory does.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        // Its helper ends with it. Nobody may have asked how, and then the next
        // engine would believe that it still runs.
        let file = self.home.join("exec/containerd/containerd.pid");
        let Ok(helper) = std::fs::read_to_string(&file) else { return };
        let stat = format!("/proc/{}/stat", helper.trim());
        let deadline = Instant::now() + Duration::from_secs(3);
        while Instant::now() < deadline {
            let state = std::fs::read_to_string(&stat).ok();
            if state.is_none_or(|state| state.contains(") Z ")) {
                std::fs::remove_file(file).unwrap();
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts it again; it finds its containers running.
    pub fn restart(&mut self) {
        self.process = spawn(&self.home, &self.address, &[]);
        self.wait(&[]);
    }

    fn ends_in(&mut self, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        while Instant::now() < deadline {
            if self.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return true;
            }
            thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// Waits until it answers. On a busy machine it gives up when its helper is
    /// late, and gets two more tries.
    fn wait(&mut self, prelude: &[&str]) {
        let deadline = Instant::now() + Duration::from_secs(120);
        let mut tries = 1;
        while !self.answers() {
            assert!(Instant::now() < deadline, "{}", log(&self.home));
            if self.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                assert!(tries < 3, "it ends at once: {}", log(&self.home));
                tries += 1;
                self.process = spawn(&self.home, &self.address, prelude);
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

fn log(home: &Path) -> String {
    std::fs::read_to_string(home.join("dockerd.log")).unwrap_or_default()
}

/// Where `tests/run` keeps what one run needs. It ends there what is left.
fn home_of_run() -> PathBuf {
    std::env::var_os("NETMAP_TEST_HOME").expect("NETMAP_TEST_HOME is not set: run tests/run").into()
}

/// The network namespace that outlives the engine's process.
fn namespace(home: &Path) -> String {
    format!("netmap-{}", home.file_name().unwrap().to_string_lossy().replace('.', "-"))
}

fn ip(arguments: &[&str]) -> bool {
    Command::new("ip").args(arguments).status().is_ok_and(|status| status.success())
}

/// Gives a process a `/sys` that shows the interfaces of its own network
/// namespace, and the cgroups as they were.
const OWN_SYS: &str = "kept=$(mktemp -d) && mount --rbind /sys/fs/cgroup $kept && \
    mount -t sysfs sysfs /sys && mount --rbind $kept /sys/fs/cgroup && umount -l $kept && \
    rmdir $kept && exec \"$@\"";

fn spawn(home: &Path, address: &str, prelude: &[&str]) -> Child {
    // The file of one that was killed would keep the next from starting.
    let _ = std::fs::remove_file(home.join("pid"));
    let path = home.join("dockerd.log");
    let log = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    // Not `ip netns exec`, which would hide the cgroup mounts.
    Command::new("nsenter")
        .arg(format!("--net=/run/netns/{}", namespace(home)))
        .args(prelude)
        .args(["dockerd", "--live-restore", "--host", address, "--data-root"])
        .arg(home.join("data"))
        .arg("--exec-root")
        .arg(home.join("exec"))
        .arg("--pidfile")
        .arg(home.join("pid"))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .process_group(0)
        .spawn()
        .unwrap()
}

impl Drop for OwnEngine {
    fn drop(&mut self) {
        let listed = self.try_docker(&["ps", "-aq"]);
        let ids = String::from_utf8_lossy(&listed.stdout).into_owned();
        let ids: Vec<&str> = ids.split_whitespace().collect();
        for some in ids.chunks(50) {
            self.try_docker(&[&["rm", "-f"], some].concat());
        }
        let ended = Command::new("kill").arg(self.process.id().to_string()).status();
        if !ended.is_ok_and(|status| status.success()) || !self.ends_in(Duration::from_secs(20)) {
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
        // One that was killed left its helper behind. The number may be somebody else's by now.
        let helper = self.home.join("exec/containerd/containerd.pid");
        if let Ok(helper) = std::fs::read_to_string(helper) {
            let command = std::fs::read_to_string(format!("/proc/{}/cmdline", helper.trim()));
            if command.is_ok_and(|command| command.contains(&*self.home.to_string_lossy())) {
                let _ = Command::new("kill").arg(helper.trim()).stderr(Stdio::null()).status();
            }
        }
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
        let below = format!("{}/", self.home.display());
        let points = mounts.lines().filter_map(|line| line.split(' ').nth(1));
        for point in
            points.filter(|point| point.starts_with(&below)).collect::<Vec<_>>().iter().rev()
        {
            let _ = Command::new("umount").args(["-l", point]).status();
        }
        let namespace = namespace(&self.home);
        ip(&["netns", "del", &namespace]);
        if let Some(mut outside) = self.outside.take() {
            // With those of its children that still wait for a packet.
            let group = format!("-{}", outside.id());
            let _ = Command::new("kill").args(["-9", "--", &group]).status();
            let _ = outside.wait();
            ip(&["netns", "del", &format!("{namespace}-out")]);
        }
        let _ = std::fs::remove_dir_all(&self.home);
    }
}
