//! `netmap flows` on bad days: containers that come, go and start again while it
//! listens, addresses that change hands, programs with thousands of sockets, and
//! users who may not look.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::flows::{counted, interrupted, python, start, told};
use crate::lent_engine::LentEngine;
use crate::recorder::Recorder;
use crate::support::{Corner, docker, here_on, netmap_command, netmap_json, text};

/// netmap looks for what has changed every ten seconds.
const AGAIN: Duration = Duration::from_secs(12);

/// Dials a port so many times.
fn dial(from: &str, to: &str, port: u16, times: u32) {
    let line = format!("for n in $(seq {times}); do echo | nc -w 2 {to} {port} >/dev/null; done");
    docker(&["exec", from, "sh", "-c", &line]);
}

#[test]
#[ignore = "needs a Docker engine"]
fn who_comes_goes_and_starts_again_is_told_by_its_name_of_then() {
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let mut corner = Corner::new("flowchurn");
    let subnet = corner.subnet();
    let net = corner.bare_network("net", &["--subnet", &subnet]);
    let address = subnet.replace(".0/24", ".77");
    let serve = ["busybox", "sh", "-c", "nc -ll -p 5432 -e cat & exec sleep 1d"];
    let at = ["--network", &net, "--ip", &address];
    let client = corner.sleeper("client", &["--network", &net]);
    let old = corner.run("old", &[&at[..], &serve[..]].concat());
    let db =
        corner.run("db", &[&["--network", &net, "--network-alias", "db"], &serve[..]].concat());
    thread::sleep(Duration::from_millis(500));
    let netmap = start(&["--follow", &corner.glob()]);
    thread::sleep(Duration::from_millis(1500));
    dial(&client, &address, 5432, 3);
    // Another has its address, and is dialled before netmap can have heard of it.
    docker(&["rm", "-f", &old]);
    corner.run("new", &[&at[..], &serve[..]].concat());
    thread::sleep(Duration::from_millis(500));
    dial(&client, &address, 5432, 5);
    // One that is there for a moment alone.
    let line = format!("for n in 1 2; do echo | nc -w 2 {address} 5432 >/dev/null; done; sleep 14");
    let brief = corner.run("brief", &["--network", &net, "busybox", "sh", "-c", &line]);
    docker(&["restart", "-t", "0", &db]);
    thread::sleep(AGAIN);
    dial(&client, "db", 5432, 4);
    docker(&["rm", "-f", &brief]);
    thread::sleep(Duration::from_secs(2));
    let flows = interrupted(netmap);
    let mut seen = counted(&flows, &corner);
    // Two that came later are meant by the pattern as well.
    seen.retain(|(client, ..), _| ["client", "brief"].contains(&client.as_str()));
    let expected =
        [("client", "old", 3), ("client", "new", 5), ("client", "db", 4), ("brief", "new", 2)];
    let expected = expected
        .map(|(client, server, times)| (told(client, server, "5432/tcp", "closed"), times))
        .into();
    assert_eq!(seen, expected, "{flows:#}");
}

/// Keeps so many connections from one container to another, in their namespaces.
struct Many([Child; 2]);

const KEEP: &str = "import resource, socket, sys
files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
s = socket.socket(); s.bind(('0.0.0.0', 7000)); s.listen(4096); kept = []
print('ready', flush=True)
while True: kept.append(s.accept())";

const OPEN: &str = "import resource, socket, sys, time
files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
kept = [socket.create_connection((sys.argv[1], 7000)) for _ in range(int(sys.argv[2]))]
print('ready', flush=True)
time.sleep(3600)";

impl Many {
    fn new(client: &str, server: &str, to: &str, number: u32) -> Self {
        let ready = |mut command: Command| {
            let mut child = command.stdout(Stdio::piped()).spawn().expect("nsenter runs");
            let mut line = String::new();
            let stdout = child.stdout.as_mut().expect("a pipe");
            BufReader::new(stdout).read_line(&mut line).expect("a line");
            assert_eq!(line, "ready\n");
            child
        };
        let serving = ready(python(server, &[KEEP]));
        Self([serving, ready(python(client, &[OPEN, to, &number.to_string()]))])
    }
}

impl Drop for Many {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
#[ignore = "needs a Docker engine"]
fn programs_with_twenty_thousand_sockets_are_one_flow() {
    const EACH: u32 = 10_000;
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let mut corner = Corner::new("flowmany");
    let net = corner.network("net", &[]);
    let [client, server] =
        ["client", "server"].map(|name| corner.sleeper(name, &["--network", &net]));
    let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let to = docker(&["inspect", "-f", format, &server]);
    let _many = Many::new(&client, &server, &to, EACH);
    let began = Instant::now();
    let flows = netmap_json(0, &["flows", "--format", "json", &corner.glob()]);
    // It takes 0.2 s where nobody else wants the machine.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let seen = counted(&flows, &corner);
    let expected = [(told("client", "server", "7000/tcp", "established"), u64::from(EACH))].into();
    assert_eq!((seen, &flows["dropped"]), (expected, &Value::from(0)), "{flows:#}");
}

/// An ordinary user who may ask the engine and no more: what cannot be seen is said,
/// and what a command in a container shows is there.
#[test]
#[ignore = "needs a Docker engine"]
fn who_may_not_enter_looks_by_exec_and_says_what_that_cannot_see() {
    // A command is run in every container that there is.
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let mut corner = Corner::new("flowuser");
    let net = corner.network("net", &[]);
    let serve = "nc -ll -p 5432 -e cat & exec sleep 1d";
    let run = ["--network", &net, "--network-alias", "db", "busybox", "sh", "-c", serve];
    corner.run("db", &run);
    let web = corner.sleeper("web", &["--network", &net]);
    thread::sleep(Duration::from_millis(500));
    docker(&["exec", "-d", &web, "sh", "-c", "sleep 600 | nc db 5432"]);
    thread::sleep(Duration::from_millis(500));
    let engine = Recorder::start();
    let socket = engine.address.trim_start_matches("unix://").to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("netmap");
    fs::copy(netmap_command().get_program(), &program).expect("a copy");
    let parent = std::path::Path::new(&socket).parent().expect("a folder");
    for (path, mode) in [(folder.path(), 0o755), (parent, 0o755), (socket.as_ref(), 0o666)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }
    let look = |arguments: &[&str]| -> Value {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&program);
        command.args(["--host", &engine.address, "flows", "-f", "json", &corner.glob()]);
        let output = command.args(arguments).current_dir("/").output().expect("setpriv runs");
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let open = told("web", "db", "5432/tcp", "established");
    for arguments in [&[][..], &["--for", "2s"]] {
        let flows = look(arguments);
        assert_eq!(counted(&flows, &corner).get(&open), Some(&1), "{flows:#}");
        assert_eq!(flows["flows"][0]["basis"], serde_json::json!(["proc"]), "{flows:#}");
        let unseen = flows["not_looked"].to_string();
        assert!(unseen.contains("is told to root beside the engine"), "{unseen}");
        assert!(unseen.contains(&web) && unseen.contains("the engine's machine"), "{unseen}");
    }
    let blind = look(&["--no-exec"]);
    assert_eq!(blind["flows"].as_array().map(Vec::len), Some(0), "{blind:#}");
    assert!(blind["not_looked"].to_string().contains("--no-exec"), "{blind:#}");
}
