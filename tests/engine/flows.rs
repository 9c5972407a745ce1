//! `netmap flows` beside traffic of a known pattern: every flow that was made
//! is there, with the number of its connections, and none that was not.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::lent_engine::LentEngine;
use crate::recorder::Recorder;
use crate::support::{
    Corner, docker, engine, here_on, inspect, machine, netmap_command, netmap_json, process_of,
    text, wait_until_listened,
};

/// A flow as the tests speak of it: client, server, what it is asked for, and
/// what came of it.
pub type Told = (String, String, String, String);

/// A program on the engine's machine, as far as its network goes.
fn beside() -> Command {
    let namespace = machine();
    let mut command = Command::new("nsenter");
    command.arg(format!("--net={namespace}"));
    command
}

/// What stands for the world: a network namespace with a cable to the engine's
/// machine, for which it has an address.
struct World {
    name: String,
    cable: String,
    /// Of the addresses that RFC 5737 keeps for examples.
    machine: String,
    address: String,
}

impl World {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let id = std::process::id();
        let world = Self {
            name: format!("netmap-world-{id}-{number}"),
            cable: format!("w{id}-{number}"),
            machine: format!("198.51.100.{}", number * 4 + 1),
            address: format!("198.51.100.{}", number * 4 + 2),
        };
        let (name, cable) = (&world.name, &world.cable);
        let namespace = machine();
        for words in [
            format!("netns add {name}"),
            format!("-n {name} link add cable type veth peer name {cable}"),
            format!("-n {name} link set {cable} netns {namespace}"),
            format!("-n {name} addr add {}/30 dev cable", world.address),
            format!("-n {name} link set cable up"),
        ] {
            ip(&mut Command::new("ip"), &words);
        }
        ip(beside().arg("ip"), &format!("addr add {}/30 dev {cable}", world.machine));
        ip(beside().arg("ip"), &format!("link set {cable} up"));
        world
    }

    /// A program out there.
    fn command(&self, program: &[&str]) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).args(program);
        command
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = beside().args(["ip", "link", "del", &self.cable]).status();
        let _ = Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}

fn ip(command: &mut Command, words: &str) {
    assert!(command.args(words.split(' ')).status().expect("ip runs").success(), "ip {words}");
}

/// Three tiers, a sidecar, a container on the machine's own network, one
/// without anything to say, and what they do all the time: api holds two
/// connections to db.
struct Tiers {
    corner: Corner,
    port: u16,
    /// What answers datagrams in db's network namespace: the images have nothing
    /// that does.
    echo: Child,
}

impl Drop for Tiers {
    fn drop(&mut self) {
        let _ = self.echo.kill();
        let _ = self.echo.wait();
    }
}

/// Sends back each datagram that comes to port 5353.
const ECHO: &str = "import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('0.0.0.0', 5353))
while True: s.sendto(*s.recvfrom(2000))";

/// Six datagrams that are answered, and two to a port that nobody has, each from a
/// port of its own.
const DATAGRAMS: &str = "import socket, sys
for port in [5353] * 6 + [5354] * 2:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(2 if port == 5353 else 0.1)
    s.sendto(b'hello', (sys.argv[1], port))
    try: s.recv(100)
    except OSError: assert port == 5354
    s.close()";

/// Runs Python in the network namespace of a container.
pub fn python(container: &str, program: &[&str]) -> Command {
    let pid = process_of(container);
    let mut command = Command::new("nsenter");
    command.args(["-t", &pid, "-n", "python3", "-c"]).args(program);
    command
}

impl Tiers {
    fn new(name: &str, port: u16) -> Self {
        let mut corner = Corner::new(name);
        let (front, back) = (corner.network("front", &[]), corner.network("back", &[]));
        let serve = |port: u16| format!("nc -ll -p {port} -e cat & sleep 1d");
        let shell = |line: &str| ["busybox", "sh", "-c", line].map(str::to_owned);
        let mut run = |name: &str, options: &[&str], line: &str| {
            let command = shell(line);
            let command: Vec<&str> = command.iter().map(String::as_str).collect();
            corner.run(name, &[options, &command[..]].concat())
        };
        run("db", &["--network", &back, "--network-alias", "db"], &serve(5432));
        let api = run("api", &["--network", &back, "--network-alias", "api"], &serve(8080));
        let sidecar = format!("container:{api}");
        run("log", &["--network", &sidecar], &serve(9999));
        let publish = format!("{port}:80");
        run("web", &["--network", &front, "-p", &publish], "httpd -f -p 80 & sleep 1d");
        run("mute", &["--network", &back], "sleep 1d");
        docker(&["network", "connect", "--alias", "api", &front, &api]);
        let echo = python(&corner.name("db"), &[ECHO]).spawn().expect("nsenter runs");
        let mut tiers = Self { corner, port, echo };
        tiers.wait_until_served();
        tiers.exec("api", "for n in 1 2; do (sleep 600 | nc db 5432 >/dev/null) & done; sleep 0.2");
        tiers
    }

    fn name(&self, name: &str) -> String {
        self.corner.name(name)
    }

    fn exec(&mut self, container: &str, line: &str) {
        docker(&["exec", &self.corner.name(container), "sh", "-c", line]);
    }

    fn address(&self, container: &str, network: &str) -> String {
        let container = &inspect(&self.name(container));
        let networks = &container["NetworkSettings"]["Networks"];
        networks[self.name(network)]["IPAddress"].as_str().expect("an address").to_owned()
    }

    /// The servers may take a moment to be there, and one that is not yet refuses.
    fn wait_until_served(&mut self) {
        wait_until_listened(&self.corner.name("web"), &[80]);
        self.exec("db", "until netstat -lun | grep -q ':5353 '; do sleep 0.1; done");
    }

    /// What is done while netmap listens; the numbers are those of [`expected`].
    fn talk(&mut self, world: &World) {
        let port = self.port;
        // Twenty short connections a second for two seconds.
        self.exec(
            "mute",
            "for n in $(seq 40); do echo | nc db 5432 >/dev/null; usleep 50000; done",
        );
        self.exec("web", "for n in 1 2 3 4 5; do echo | nc api 8080 >/dev/null; done");
        self.exec("web", "for n in 1 2 3; do echo | nc api 9999 >/dev/null; done");
        let db = self.address("db", "back");
        let status = python(&self.name("mute"), &[DATAGRAMS, &db]).status();
        assert!(status.expect("nsenter runs").success());
        self.exec("web", "for n in 1 2; do nc api 81 </dev/null 2>/dev/null; done; true");
        // An address of the network that nobody has.
        let nobody = nobody_beside(&self.address("web", "front"));
        self.exec("web", &format!("nc -w 1 {nobody} 82 </dev/null 2>/dev/null; true"));
        let url = format!("http://{}:{port}/", world.machine);
        for _ in 0..4 {
            let curl = ["curl", "-s", "-m", "5", "-o", "/dev/null", &url];
            assert!(world.command(&curl).status().expect("curl runs").success());
        }
        let own = format!("http://127.0.0.1:{port}/");
        for _ in 0..2 {
            let curl = ["curl", "-s", "-m", "5", "-o", "/dev/null", &own];
            assert!(beside().args(curl).status().expect("curl runs").success());
        }
        self.exec(
            "mute",
            &format!("nc -w 2 {} 80 </dev/null >/dev/null; true", self.address("web", "front")),
        );
    }
}

/// An address of the same /24 that no container has.
fn nobody_beside(address: &str) -> String {
    let (network, _) = address.rsplit_once('.').expect("IPv4");
    format!("{network}.222")
}

/// netmap's flows of this corner, while `talk` goes on.
fn listen(arguments: &[&str], talk: impl FnOnce()) -> Value {
    let netmap = start(arguments);
    // It says nothing when it is ready.
    thread::sleep(Duration::from_millis(1500));
    talk();
    // What happened last has a moment to be heard.
    thread::sleep(Duration::from_secs(2));
    interrupted(netmap)
}

/// What netmap tells when it is interrupted, which it does at once; but other
/// tests keep this machine busy.
pub fn interrupted(netmap: Child) -> Value {
    let pid = netmap.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill runs").success());
    // Somebody has to read on: what it prints can be more than a pipe holds.
    let (tell, is_told) = mpsc::channel();
    thread::spawn(move || tell.send(netmap.wait_with_output()));
    let output = is_told.recv_timeout(Duration::from_secs(10)).expect("it ends").expect("a child");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("netmap prints JSON")
}

pub fn start(arguments: &[&str]) -> Child {
    netmap_command()
        .args(["--host", &engine(), "flows", "--format", "json"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("netmap runs")
}

/// How many connections each flow has that a container of this corner has a
/// part in. Names are resolved all the time, and not counted.
pub fn counted(flows: &Value, corner: &Corner) -> BTreeMap<Told, u64> {
    let prefix = corner.name("");
    let mut counted = BTreeMap::new();
    for flow in flows["flows"].as_array().expect("flows") {
        let end = |key: &str| flow[key].as_str().expect("an end").replace(&prefix, "");
        // Other tests probe what they find on this engine.
        let strangers = ["client_containers", "server_containers"].into_iter().any(|key| {
            let names = flow[key].as_array().expect("containers").iter();
            names.filter_map(Value::as_str).any(|name| !name.starts_with(&prefix))
        });
        let is_ping = flow["protocol"] == "icmp";
        if flow["port"] == 53 || is_ping || strangers || !flow.to_string().contains(&prefix) {
            continue;
        }
        let port = flow["port"].as_u64().map_or(String::new(), |port| format!("{port}/"));
        let service = format!("{port}{}", flow["protocol"].as_str().expect("a protocol"));
        let via = flow["via"].as_array().expect("hops").first();
        let via = via.map_or(String::new(), |hop| format!(" via {}", hop["host_port"]));
        let outcome = flow["outcome"].as_str().expect("an outcome").to_owned();
        let told = (end("client"), end("server"), format!("{service}{via}"), outcome);
        *counted.entry(told).or_default() += flow["connections"].as_u64().expect("a number");
    }
    counted
}

pub fn told(client: &str, server: &str, service: &str, outcome: &str) -> Told {
    [client, server, service, outcome].map(str::to_owned).into()
}

#[test]
#[ignore = "needs a Docker engine"]
fn every_flow_that_was_made_is_there_and_none_that_was_not() {
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let world = World::new();
    let mut tiers = Tiers::new("flows", 18_201);
    let glob = tiers.corner.glob();
    let nobody = format!("{} (nobody's now)", nobody_beside(&tiers.address("web", "front")));
    let flows = listen(&["--for", "60s", &glob], || tiers.talk(&world));
    let counted = counted(&flows, &tiers.corner);
    let port = tiers.port;
    let published = format!("80/tcp via {port}");
    let expected = BTreeMap::from([
        (told("api", "db", "5432/tcp", "established"), 2),
        (told("mute", "db", "5432/tcp", "closed"), 40),
        (told("mute", "db", "5353/udp", "closed"), 6),
        (told("mute", "db", "5354/udp", "unanswered"), 2),
        (told("web", "api", "8080/tcp", "closed"), 5),
        (told("web", "log", "9999/tcp", "closed"), 3),
        (told("web", "api or log", "81/tcp", "refused"), 2),
        (told("web", &nobody, "82/tcp", "unanswered"), 1),
        (told(&world.address, "web", &published, "closed"), 4),
        (told("host", "web", &published, "closed"), 2),
    ]);
    let mut seen = counted.clone();
    // The dial from one network to another is dropped by the machine, if its engine
    // keeps networks apart: whether it is tracked before that depends on where
    // the rule stands.
    for outcome in ["unanswered", "closed"] {
        seen.remove(&told("mute", "web", "80/tcp", outcome));
    }
    // The wait for the server, and two connections of api's that were dialled
    // before anybody listened, are what the kernel remembers.
    seen.remove(&told("web", "web", "80/tcp", "closed"));
    let unseen: String = flows["not_looked"].to_string();
    // Who dials by name asks for it; db dials nobody.
    let asks = |client: &str| {
        let is_it = |flow: &&Value| flow["client"] == tiers.name(client) && flow["port"] == 53;
        flows["flows"].as_array().expect("flows").iter().any(|flow| is_it(&flow))
    };
    assert_eq!(["web", "mute", "db"].map(asks), [true, true, false], "{flows:#}");
    assert_eq!(seen, expected, "{unseen}\n{counted:#?}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn one_look_sees_what_is_open_and_what_is_remembered() {
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let world = World::new();
    let mut tiers = Tiers::new("flowlook", 18_202);
    tiers.talk(&world);
    let flows = netmap_json(0, &["flows", "--format", "json", &tiers.corner.glob()]);
    let seen = counted(&flows, &tiers.corner);
    assert_eq!(flows["window_s"], 0.0);
    let open = told("api", "db", "5432/tcp", "established");
    let short = told("mute", "db", "5432/tcp", "closed");
    assert_eq!((seen.get(&open), seen.get(&short)), (Some(&2), Some(&40)), "{seen:#?}");
    let open: Vec<&Value> = flows["flows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|flow| flow["outcome"] == "established" && flow["port"] == 5432)
        .collect();
    assert_eq!(open[0]["open"], 2);
    assert!(open[0]["rtt_ms"].as_f64().is_some_and(|ms| ms < 1000.0), "{}", open[0]);
    assert!(open[0]["path_mtu"].as_u64().is_some_and(|mtu| mtu >= 1400), "{}", open[0]);
    let basis: BTreeSet<&str> =
        open[0]["basis"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(basis.contains("socket"), "{basis:?}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn by_exec_the_same_open_connections_are_seen() {
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let world = World::new();
    let mut tiers = Tiers::new("flowexec", 18_203);
    tiers.exec("web", "(sleep 600 | nc api 9999 >/dev/null) & sleep 0.3");
    tiers.talk(&world);
    let glob = tiers.corner.glob();
    // Whoever is on another machine than the engine's has nothing else.
    let elsewhere = Recorder::over_tcp();
    let run = |arguments: &[&str]| {
        let output = netmap_command()
            .args(["--host", &elsewhere.address, "flows", "--format", "json", &glob])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let flows = run(&[]);
    let seen = counted(&flows, &tiers.corner);
    // Who shares a namespace is not told apart, and nothing is known of what was not
    // answered, of datagrams, and of the machine's part.
    let expected = BTreeMap::from([
        (told("api or log", "db", "5432/tcp", "established"), 2),
        (told("mute", "db", "5432/tcp", "closed"), 40),
        (told("web", "api or log", "8080/tcp", "closed"), 5),
        (told("web", "api or log", "9999/tcp", "established"), 4),
        (told(&world.address, "web", "80/tcp", "closed"), 4),
        (told("host", "web", "80/tcp", "closed"), 2),
    ]);
    let mut tcp = seen.clone();
    tcp.remove(&told("web", "web", "80/tcp", "closed"));
    tcp.remove(&told("mute", "web", "80/tcp", "closed"));
    assert_eq!(tcp, expected, "{seen:#?}");
    let unseen = flows["not_looked"].to_string();
    assert!(unseen.contains("the engine's machine") && unseen.contains("remembers"), "{unseen}");
    // Without exec there is nothing to be seen, and that is said of everybody.
    let blind = run(&["--no-exec"]);
    assert_eq!(blind["flows"].as_array().unwrap().len(), 0);
    assert!(blind["not_looked"].to_string().contains(&tiers.name("db")), "{blind}");
}

#[test]
#[ignore = "needs a Docker engine"]
fn ctrl_c_shows_what_was_seen() {
    let alone = LentEngine::new();
    let _here = here_on(&alone.address, alone.machine());
    let mut tiers = Tiers::new("flowstop", 18_204);
    let glob = tiers.corner.glob();
    let talk = || {
        tiers.exec("mute", "for n in 1 2 3; do echo | nc db 5432 >/dev/null; done");
    };
    let flows = listen(&["--follow", &glob], talk);
    let seen = counted(&flows, &tiers.corner);
    assert_eq!(seen.get(&told("mute", "db", "5432/tcp", "closed")), Some(&3), "{seen:#?}");
    assert!(flows["window_s"].as_f64().is_some_and(|s| s > 0.0 && s < 60.0), "{flows:#}");
}
