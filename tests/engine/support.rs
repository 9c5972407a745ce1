//! The private engine the tests drive, and netmap as a user would run it.

use std::cell::RefCell;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::requests::{ask, remove_container, remove_network};

thread_local! {
    /// The engine that the test on this thread has to itself, if any.
    static HERE: RefCell<Option<String>> = const { RefCell::new(None) };
    /// The network namespace of that engine's machine.
    static MACHINE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// As long as it is there, this thread's engine is another one.
#[must_use]
pub struct Here;

/// Makes the one with this address this thread's engine.
pub fn here(address: &str) -> Here {
    HERE.set(Some(address.to_owned()));
    Here
}

/// Likewise, with the file of its machine's network namespace.
pub fn here_on(address: &str, machine: String) -> Here {
    MACHINE.set(Some(machine));
    here(address)
}

/// The file of the network namespace that this thread's engine's machine has.
pub fn machine() -> String {
    let of_run = || std::env::var("NETMAP_TEST_NAMESPACE").ok();
    MACHINE.with_borrow(Clone::clone).or_else(of_run).expect("tests/run sets it")
}

impl Drop for Here {
    fn drop(&mut self) {
        HERE.take();
        MACHINE.take();
    }
}

/// Address of the private engine. Panics without one: a test that needs an
/// engine must fail, not pass, where there is none.
pub fn engine() -> String {
    let of_run = || std::env::var("NETMAP_TEST_ENGINE").ok();
    HERE.with_borrow(Clone::clone)
        .or_else(of_run)
        .expect("NETMAP_TEST_ENGINE is not set: run tests/run")
}

/// What the engine under test says of itself.
pub fn engine_facts() -> Value {
    netmap_json(0, &["snapshot", "--no-exec"])["engine"].clone()
}

/// Whether the engine under test is Podman.
pub fn is_podman() -> bool {
    engine_facts()["name"] == "Podman"
}

/// Keeps others from fixes that make networks, whose names are free when the
/// doctor looks and must be so still when its commands are run.
pub fn alone_making_networks() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins the line of a fix that makes a network.
pub const MAKE_NETWORK: &str = "docker network create ";

/// Runs lines in a shell as somebody would who pastes them. `podman` is the
/// command line of the engine under test, as `docker` is.
pub fn paste(lines: &[String]) -> Output {
    // The client that belongs to the engine, where it is not this machine's.
    let podman = std::env::var("NETMAP_TEST_PODMAN").unwrap_or("podman".to_owned());
    let script = format!(
        "set -e\npodman() {{ command {podman} --remote --url \"$DOCKER_HOST\" \"$@\"; }}\n{}\n",
        lines.join("\n")
    );
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(&script).env("DOCKER_HOST", engine()).env_remove("DOCKER_CONTEXT");
    shell.output().expect("sh runs")
}

/// Runs docker against the private engine; its standard output, trimmed.
/// Panics with docker's own words when it fails.
pub fn docker(arguments: &[&str]) -> String {
    let output = try_docker(arguments);
    assert!(
        output.status.success(),
        "docker {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    text(&output.stdout).trim().to_owned()
}

/// Like [`docker`], for calls that may fail.
pub fn try_docker(arguments: &[&str]) -> Output {
    docker_command(&engine()).args(arguments).output().expect("docker is installed")
}

/// docker against this engine.
///
/// It takes three minutes at most: Docker 20.10 may stand still for good when
/// containers of one network leave it at the same moment
/// (<https://github.com/moby/libnetwork/pull/2679>), and docker would wait.
pub fn docker_command(engine: &str) -> Command {
    let mut command = Command::new("timeout");
    command.args(["--verbose", "180", "docker", "-H", engine]);
    command
}

/// A container, as the engine tells of it.
pub fn inspect(container: &str) -> Value {
    ask(&engine(), &format!("/containers/{container}/json"))
}

/// A network likewise.
pub fn inspect_network(network: &str) -> Value {
    ask(&engine(), &format!("/networks/{network}"))
}

/// The process that a container began with.
pub fn process_of(container: &str) -> String {
    inspect(container)["State"]["Pid"].to_string()
}

/// The JSON that a run of netmap which went well printed. Containers of other
/// tests that went meanwhile are not told of: one run meets them, the next not.
pub fn json(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mut report: Value = serde_json::from_slice(&output.stdout).expect("netmap prints JSON");
    if let Some(unread) = report.get_mut("unread").and_then(Value::as_array_mut) {
        unread.retain(|note| note["why"] != "gone before it could be looked at");
    }
    report
}

/// netmap against the private engine, in an environment of its own.
pub fn netmap(arguments: &[&str]) -> Output {
    netmap_command().arg("--host").arg(engine()).args(arguments).output().expect("netmap runs")
}

/// netmap with none of the caller's docker settings.
pub fn netmap_command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netmap"));
    for name in [
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "DOCKER_CONFIG",
        "DOCKER_TLS_VERIFY",
        "NO_COLOR",
        "COLUMNS",
        "LC_ALL",
        "LC_CTYPE",
        "LANG",
        "TERM",
        "NETMAP_FORMAT",
        "NETMAP_ALL",
        "NETMAP_THEME",
        "NETMAP_COLOR",
        "NETMAP_TIMEOUT",
        "NETMAP_PAGER",
        "PAGER",
    ] {
        command.env_remove(name);
    }
    command.env("NETMAP_CONFIG", "");
    command
}

/// netmap's standard output. Panics unless it ended with `code`.
pub fn netmap_text(code: i32, arguments: &[&str]) -> String {
    let output = netmap(arguments);
    assert_eq!(
        output.status.code(),
        Some(code),
        "netmap {}:\n{}{}",
        arguments.join(" "),
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

/// netmap's standard output as JSON. Panics unless it ended with `code`.
pub fn netmap_json(code: i32, arguments: &[&str]) -> Value {
    serde_json::from_str(&netmap_text(code, arguments)).expect("netmap prints JSON")
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// A corner of the engine for one test: names with a prefix of its own, and
/// subnets that no other test has. What was made is removed at the end, also
/// when the test fails.
pub struct Corner {
    prefix: String,
    number: u32,
    subnets: u32,
    containers: Vec<String>,
    networks: Vec<String>,
}

impl Corner {
    /// A new corner; `name` is the test's.
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self {
            prefix: format!("{name}-"),
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            subnets: 0,
            containers: Vec::new(),
            networks: Vec::new(),
        }
    }

    /// The full name of what this corner calls `name`.
    pub fn name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A pattern that fits this corner's names.
    pub fn glob(&self) -> String {
        format!("{}*", self.prefix)
    }

    /// The next IPv4 subnet of this corner, a /24.
    pub fn subnet(&mut self) -> String {
        self.subnets += 1;
        // Podman's default network has 10.88.0.0/16.
        format!("10.{}.{}.0/24", 100 + self.number, self.subnets)
    }

    /// The next IPv6 subnet of this corner, a /64.
    pub fn subnet_v6(&mut self) -> String {
        self.subnets += 1;
        format!("fd00:{:x}:{:x}::/64", 80 + self.number, self.subnets)
    }

    /// Makes a network on a subnet of its own; its full name.
    pub fn network(&mut self, name: &str, options: &[&str]) -> String {
        let subnet = self.subnet();
        self.bare_network(name, &[&["--subnet", &subnet], options].concat())
    }

    /// An interface that no other test uses, for a macvlan or ipvlan network to stand on.
    pub fn parent(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        format!("lan{}", NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// Makes a macvlan network on an interface of its own; its full name.
    pub fn macvlan(&mut self, name: &str) -> String {
        let parent = format!("parent={}", self.parent());
        self.network(name, &["-d", "macvlan", "-o", &parent])
    }

    /// Makes a network with these options only; its full name.
    pub fn bare_network(&mut self, name: &str, options: &[&str]) -> String {
        let full = self.name(name);
        self.networks.push(full.clone());
        docker(&[&["network", "create"], options, &[&full]].concat());
        full
    }

    /// Runs a container in the background; its full name. `arguments` are
    /// those of `docker run`, image and command included. What begins with servers
    /// of netcat is there when these listen: one that is not there yet refuses.
    pub fn run(&mut self, name: &str, arguments: &[&str]) -> String {
        let full = self.name(name);
        self.containers.push(full.clone());
        docker(&[&["run", "-d", "--name", &full], arguments].concat());
        let ports = served_at_once(arguments);
        if !ports.is_empty() {
            wait_until_listened(&full, &ports);
        }
        full
    }

    /// Runs a container that sleeps.
    pub fn sleeper(&mut self, name: &str, options: &[&str]) -> String {
        self.run(name, &[options, &["busybox", "sleep", "1d"]].concat())
    }

    /// Takes note of a container that was made in another way, to remove it.
    pub fn adopt(&mut self, full: &str) {
        self.containers.push(full.to_owned());
    }

    /// Takes note of a network likewise.
    pub fn adopt_network(&mut self, full: &str) {
        self.networks.push(full.to_owned());
    }
}

impl Drop for Corner {
    fn drop(&mut self) {
        // The last first: Podman removes nothing that others depend on. And one
        // after the other: see [`docker_command`].
        let engine = engine();
        for container in self.containers.iter().rev() {
            let _ = remove_container(&engine, container) || remove_container(&engine, container);
        }
        for network in self.networks.iter().rev() {
            remove_network(&engine, network);
        }
    }
}

/// The ports that a command's servers of netcat listen on, as far as it begins with them.
fn served_at_once(arguments: &[&str]) -> Vec<u16> {
    let command = arguments.join(" ");
    let Some((_, command)) = command.split_once("busybox ") else { return Vec::new() };
    let script = command.strip_prefix("sh -c ").unwrap_or(command);
    let servers = script.split(" & ").map_while(|server| server.strip_prefix("nc -ll -p "));
    let port = |server: &str| server.split(' ').next()?.parse().ok();
    servers.filter_map(port).collect()
}

/// Waits until these TCP ports of a container are listened to.
pub fn wait_until_listened(container: &str, ports: &[u16]) {
    let process = process_of(container);
    let listens = |port: &u16| {
        let socket = format!(":{port:04X}");
        ["tcp", "tcp6"].iter().any(|table| {
            let table = std::fs::read_to_string(format!("/proc/{process}/net/{table}"));
            let table = table.unwrap_or_default();
            let mut lines = table.lines().skip(1).map(|line| line.split_whitespace());
            lines.any(|mut line| {
                let is_local = line.nth(1).is_some_and(|local| local.ends_with(&socket));
                // Then the far end, and the state: 0A listens (include/net/tcp_states.h).
                is_local && line.nth(1) == Some("0A")
            })
        })
    };
    let until = Instant::now() + Duration::from_secs(20);
    while !ports.iter().all(listens) {
        assert!(Instant::now() < until, "{container} does not listen on {ports:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A run of a program, with what it took.
pub struct Measured {
    /// Exit code; none after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// From start to end.
    pub took: Duration,
    /// The most memory it was seen to hold, in MB. Looked at every 2 ms at first, and less often
    /// the longer it runs: a fortieth of the processors' time went to it in tests that wait.
    pub peak_mb: f64,
}

/// Runs a command to its end and watches its memory.
pub fn measured(command: &mut Command) -> Measured {
    let began = Instant::now();
    let running =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let file = format!("/proc/{}/status", running.id());
    let watch = thread::spawn(move || {
        let mut peak: f64 = 0.0;
        // Without such a line it has ended, and only waits to be asked how.
        while let Some(kilobytes) = std::fs::read_to_string(&file).ok().and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        }) {
            peak = peak.max(kilobytes / 1000.0);
            let pause = began.elapsed() / 50;
            thread::sleep(pause.clamp(Duration::from_millis(2), Duration::from_millis(50)));
        }
        peak
    });
    let output = running.wait_with_output().unwrap();
    let took = began.elapsed();
    Measured {
        code: output.status.code(),
        out: text(&output.stdout),
        err: text(&output.stderr),
        took,
        peak_mb: watch.join().unwrap(),
    }
}

/// Whether to do all that was promised, however long it takes, and not only
/// what every change can wait for: with NETMAP_TEST_LONG set.
pub fn long() -> bool {
    std::env::var_os("NETMAP_TEST_LONG").is_some()
}

/// How often to do what can be done any number of times.
pub fn long_or(short: usize, most: usize) -> usize {
    if long() { most } else { short }
}
