//! What watching the wire costs:
//!
//!     tests/run --exec cargo bench --bench flows
//!
//! One look at 60 containers; following 1,000 new connections a second; a table of
//! 200,000 connections; and programs that open 20,000 sockets. All on a private
//! engine, as root. Takes about three minutes.

#![allow(clippy::unwrap_used)] // a benchmark that cannot go on should stop

#[path = "shared/process.rs"]
mod process;
#[path = "../tests/engine/requests.rs"]
#[allow(dead_code)]
mod requests;
#[path = "../tests/engine/support.rs"]
#[allow(dead_code)]
mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use process::{Took, best, run};
use support::{Corner, docker};

/// Containers that one look is taken at, and the networks they are on.
const CONTAINERS: usize = 60;
const NETWORKS: usize = 12;

/// New connections a second, and how long they are followed.
const RATE: u32 = 1000;
const SHORT: u32 = 15;
const LONG: u32 = 60;

/// Entries of the kernel's table, and sockets of two programs: a process may have
/// no more than 20,000 files open in some places.
const ENTRIES: u32 = 200_000;
const SOCKETS: u32 = 20_000;

/// One look at 60 containers may take so long, and following so much of a
/// processor.
const MOST_OF_A_LOOK: Duration = Duration::from_millis(100);
const MOST_OF_A_PROCESSOR: f64 = 0.1;

/// Serves connections on port 7000: it says one byte on each and closes it, or
/// with an argument keeps them all.
const SERVE: &str = "
import resource, socket, sys
files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('0.0.0.0', 7000)); s.listen(4096); kept = []
print('ready', flush=True)
while True:
    c, _ = s.accept()
    if len(sys.argv) > 1: kept.append(c)
    else: c.sendall(b'x'); c.close()";

/// Dials so many times a second until it is ended.
const DIAL: &str = "
import socket, sys, time
to, rate = (sys.argv[1], 7000), float(sys.argv[2])
began, n = time.monotonic(), 0
print('ready', flush=True)
while True:
    s = socket.socket(); s.connect(to); s.recv(9); s.close(); n += 1
    ahead = n / rate - (time.monotonic() - began)
    if ahead > 0.005: time.sleep(ahead)
    if n % 5000 == 0: print('rate', n / (time.monotonic() - began), flush=True)";

/// Opens so many connections and keeps them.
const OPEN: &str = "
import resource, socket, sys, time
files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
kept = [socket.create_connection((sys.argv[1], 7000)) for _ in range(int(sys.argv[2]))]
print('ready', flush=True)
time.sleep(3600)";

/// Sends so many datagrams, each of which the kernel takes for a connection.
const SPRAY: &str = "
import socket, sys, time
to, left = sys.argv[1], int(sys.argv[2])
while left:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for port in range(1, 1 + min(left, 50000)):
        try: s.sendto(b'x', (to, port))
        except OSError: s.sendto(b'x', (to, port))
        left -= 1
print('ready', flush=True)
time.sleep(3600)";

/// A program beside a container, in its network namespace.
struct Beside(Child);

impl Beside {
    /// Started, and ready.
    fn new(container: &str, program: &[&str]) -> Self {
        let mut child = nsenter(container)
            .args(["python3", "-c"])
            .args(program)
            .stdout(Stdio::piped())
            .spawn()
            .expect("nsenter runs");
        let mut told = String::new();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        reader.read_line(&mut told).unwrap();
        assert_eq!(told, "ready\n", "{container}");
        // What it says later has to go somewhere.
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        Self(child)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn nsenter(container: &str) -> Command {
    let pid = docker(&["inspect", "-f", "{{.State.Pid}}", container]);
    let mut command = Command::new("nsenter");
    command.args(["-t", &pid, "-n"]);
    command
}

fn address(container: &str) -> String {
    let first = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
    let all = docker(&["inspect", "-f", first, container]);
    all.split(' ').next().unwrap().to_owned()
}

fn flows(arguments: &[&str]) -> Vec<String> {
    let engine = support::engine();
    let all = [env!("CARGO_BIN_EXE_netmap"), "--host", &engine, "flows", "-f", "json"];
    all.iter().chain(arguments).map(|word| (*word).to_owned()).collect()
}

/// How many connections it counted, and how many it says were too many.
fn counted(arguments: &[&str]) -> (u64, u64) {
    let command = flows(arguments);
    let output = Command::new(&command[0]).args(&command[1..]).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = told["flows"].as_array().unwrap().iter();
    let connections = all.map(|flow| flow["connections"].as_u64().unwrap()).sum();
    (connections, told["dropped"].as_u64().unwrap())
}

fn main() -> ExitCode {
    if process::measurer() {
        return ExitCode::SUCCESS;
    }
    let mut out = std::io::stdout();
    let mut corner = Corner::new("bench");
    let networks: Vec<String> =
        (0..NETWORKS).map(|at| corner.network(&format!("net{at}"), &[])).collect();
    let names: Vec<String> = (0..CONTAINERS)
        .map(|at| {
            let network = ["--network", &networks[at % NETWORKS]];
            corner.sleeper(&format!("c{at:03}"), &network)
        })
        .collect();
    let (client, server) = (&names[0], &names[NETWORKS]);
    let to = address(server);
    let mut rows: Vec<(String, Took)> = Vec::new();

    let look = best(15, &flows(&[]));
    rows.push((format!("one look at {CONTAINERS} containers"), look));

    let serving = Beside::new(server, &[SERVE]);
    let dialling = Beside::new(client, &[DIAL, &to, &RATE.to_string()]);
    let followed = |seconds: u32| run(&flows(&["--for", &format!("{seconds}s")]));
    let (short, long) = (followed(SHORT), followed(LONG));
    let (seen, lost) = counted(&["--for", "5s"]);
    drop((serving, dialling));
    rows.push((format!("{SHORT} s of {RATE} connections a second"), short));
    rows.push((format!("{LONG} s of them"), long));

    for container in [client, server] {
        let lasting = "net.netfilter.nf_conntrack_udp_timeout=600";
        assert!(nsenter(container).args(["sysctl", "-qw", lasting]).status().unwrap().success());
    }
    let spraying = Beside::new(client, &[SPRAY, &to, &ENTRIES.to_string()]);
    rows.push((format!("a look at tables of {ENTRIES} connections"), best(3, &flows(&[]))));
    let (of_table, too_many) = counted(&[]);
    for container in [client, server] {
        let short = "net.netfilter.nf_conntrack_udp_timeout=1";
        assert!(nsenter(container).args(["sysctl", "-qw", short]).status().unwrap().success());
    }
    drop(spraying);

    let serving = Beside::new(&names[1], &[SERVE, "keep"]);
    let opening =
        Beside::new(&names[NETWORKS + 1], &[OPEN, &address(&names[1]), &(SOCKETS / 2).to_string()]);
    rows.push((format!("a look at {SOCKETS} sockets of two programs"), best(3, &flows(&[]))));
    let (of_sockets, not_kept) = counted(&[&names[1]]);
    drop((serving, opening));

    let _ = writeln!(out, "\n| | s | processor, s | MB |\n|---|---|---|---|");
    for (about, took) in &rows {
        let (time, worked) = (took.time.as_secs_f64(), took.processor.as_secs_f64());
        let _ = writeln!(out, "| {about} | {time:.3} | {worked:.3} | {} |", took.memory / 1000);
    }
    let share = long.processor.as_secs_f64() / f64::from(LONG);
    let _ = writeln!(
        out,
        "\nof a processor, while following: {share:.3}\n\
         of 5 s of {RATE} a second counted: {seen}, not counted: {lost}\n\
         of the tables counted: {of_table}, not counted: {too_many}\n\
         of the sockets counted: {of_sockets}, not counted: {not_kept}",
    );
    let is_bounded = long.memory < short.memory + short.memory / 4;
    let met = look.time < MOST_OF_A_LOOK && share < MOST_OF_A_PROCESSOR && is_bounded;
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
