//! Everything odd that can be on a network of Docker 28: each field of what
//! netmap shows of it against docker's own word, and each pair against what
//! is measured without netmap.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use netmap::graph::{Judged, Map, Verdict};
use netmap::model::{Attempt, By, ContainerAt, Snapshot};
use serde_json::Value;

use crate::support::{Corner, engine, netmap, netmap_json, netmap_text, process_of, text};
use crate::truth::assert_true;

/// The setup of `oddities.sh`.
struct Oddities {
    corner: Corner,
    containers: Vec<String>,
    networks: Vec<String>,
}

impl Oddities {
    fn new(prefix: &str) -> Self {
        let mut corner = Corner::new(prefix);
        let parents: Vec<String> = (0..4).map(|_| corner.parent()).collect();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/oddities.sh");
        let mut command = Command::new(script);
        command.arg(corner.name("")).args(parents).env("DOCKER_HOST", engine());
        let output = command.env_remove("DOCKER_CONTEXT").output().unwrap();
        let (mut containers, mut networks) = (Vec::new(), Vec::new());
        for line in text(&output.stdout).lines() {
            match line.split_once(' ').unwrap() {
                ("container", name) => {
                    corner.adopt(name);
                    containers.push(name.to_owned());
                }
                (_, name) => {
                    corner.adopt_network(name);
                    networks.push(name.to_owned());
                }
            }
        }
        assert!(output.status.success(), "{}", text(&output.stderr));
        Self { corner, containers, networks }
    }
}

/// A thing to try: from a container to an address, a ping or a port.
type Try = (String, u16);

/// What is there to be tried from a container.
struct Station {
    namespace: String,
    from: String,
    tries: Vec<Told>,
}

/// A try, with what the map says of it.
struct Told {
    to: String,
    asked: Try,
    judged: Judged,
}

impl Told {
    fn is_open(&self) -> bool {
        self.judged.verdict == Verdict::Reachable
    }

    fn is_known(&self) -> bool {
        self.judged.verdict != Verdict::Unknown
    }

    fn reason(&self) -> &'static str {
        self.judged.reason.as_str()
    }
}

fn stations(map: &Map) -> Vec<Station> {
    let running = |at: &ContainerAt| map.container(*at).state.has_network();
    let all: Vec<ContainerAt> = map.containers().filter(running).collect();
    let name = |at: ContainerAt| map.container(at).name.clone();
    let station = |from: &ContainerAt| {
        let pid = process_of(&name(*from));
        let mut tries = Vec::new();
        for to in all.iter().filter(|to| **to != *from) {
            let prediction = map.predict(*from, *to);
            for route in prediction.routes.iter().filter(|route| route.network.is_some()) {
                let address = route.address.unwrap().to_string();
                for attempt in [Attempt::Icmp, Attempt::Tcp(8080), Attempt::Tcp(9090)] {
                    let judged = prediction.of(By::Address, &address, attempt);
                    let asked = (address.clone(), attempt.port().unwrap_or_default());
                    tries.push(Told { to: name(*to), asked, judged });
                }
            }
        }
        Station { namespace: format!("/proc/{pid}/ns/net"), from: name(*from), tries }
    };
    all.iter().map(station).collect()
}

/// Whether each of these answers, seen from a network namespace.
fn measured(namespace: &str, tries: &[&Try]) -> Vec<bool> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engine/measure.py");
    let mut command = Command::new("nsenter");
    command.arg(format!("--net={namespace}")).args(["python3", script]);
    let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let asked = serde_json::to_string(tries).unwrap();
    run.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let output = run.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Each try of these stations that came out otherwise than the map says.
fn wrong(stations: &[Station]) -> Vec<String> {
    std::thread::scope(|scope| {
        let running: Vec<_> =
            stations.iter().map(|station| scope.spawn(|| wrong_from(station))).collect();
        running.into_iter().flat_map(|run| run.join().unwrap()).collect()
    })
}

/// What should answer and does not is tried again: a busy machine is slow.
fn wrong_from(station: &Station) -> Vec<String> {
    let mut left: Vec<&Told> = station.tries.iter().filter(|told| told.is_known()).collect();
    for _ in 0..4 {
        let tries: Vec<&Try> = left.iter().map(|told| &told.asked).collect();
        let outcomes = left.into_iter().zip(measured(&station.namespace, &tries));
        let otherwise = outcomes.filter(|(told, answer)| told.is_open() != *answer);
        left = otherwise.map(|(told, _)| told).collect();
        if !left.iter().any(|told| told.is_open()) {
            break;
        }
    }
    let sentence = |told: &Told| {
        let ((address, port), verdict) = (&told.asked, told.judged.verdict);
        let (from, to, reason) = (&station.from, &told.to, told.reason());
        format!("{from} to {to}, {address} port {port}: {verdict} ({reason})")
    };
    left.into_iter().map(sentence).collect()
}

#[test]
#[ignore = "needs a Docker engine"]
fn every_oddity_is_shown_and_every_pair_is_as_predicted() {
    let oddities = Oddities::new("odd");
    assert_true(oddities.containers.iter(), oddities.networks.iter());

    let snapshot = netmap_text(0, &["snapshot", "--no-exec"]);
    let snapshot = Snapshot::read(snapshot.as_bytes()).unwrap();
    let of_corner = |name: &str| name.starts_with(&oddities.corner.name(""));
    let mut own = snapshot.clone();
    own.containers.retain(|container| of_corner(&container.name));
    let map = Map::new(&own);
    let stations = stations(&map);
    let wrong = wrong(&stations);
    let tries = || stations.iter().flat_map(|station| &station.tries);
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for told in tries().filter(|told| !told.is_known()) {
        *unknown.entry(told.reason()).or_default() += 1;
    }
    let known: BTreeSet<&str> = tries().map(Told::reason).collect();
    eprintln!("{} tries, {} wrong, unknown: {unknown:?}", tries().count(), wrong.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    // Where macvlan leads is for a router outside to say.
    assert_eq!(unknown.keys().copied().collect::<Vec<_>>(), ["outside-decides"]);
    for reason in [
        "routed-network",
        "not-published",
        "no-way-back",
        "no-common-family",
        "icc-off",
        "icc-off-but-pings",
        "bridge-without-host",
        "different-networks",
        "no-way-out",
        "macvlan-host",
        "private-macvlan",
    ] {
        assert!(known.contains(reason), "nothing is {reason}: {known:?}");
    }
    agree(&stations);
    nothing_is_wrong(&oddities);
}

/// `why` says of one try of each kind what was measured of it.
fn agree(stations: &[Station]) {
    let mut kinds = BTreeSet::new();
    for Station { from, tries, .. } in stations {
        for told in tries.iter().filter(|told| told.is_known()) {
            let (address, port) = &told.asked;
            let kind = (told.reason(), *port, address.contains(':'));
            if !kinds.insert(kind) {
                continue;
            }
            let target = match (port, address.contains(':')) {
                (0, _) => address.clone(),
                (port, true) => format!("[{address}]:{port}"),
                (port, false) => format!("{address}:{port}"),
            };
            let code = i32::from(!told.is_open());
            let ladder = netmap_json(code, &["why", "--format", "json", from, &target]);
            let verdict = told.judged.verdict.as_str();
            assert_eq!(ladder["verdict"], verdict, "{from} {target}: {ladder:#}");
            // The host is no container, and nothing is known of its ports.
            if told.to.ends_with("-hosty") {
                continue;
            }
            let by_map = ["why", "--no-exec", "--format", "json", from, &target];
            let by_map = netmap(&by_map);
            let by_map: Value = serde_json::from_slice(&by_map.stdout).unwrap();
            assert_eq!(by_map["verdict"], verdict, "{from} {target}: {by_map:#}");
        }
    }
}

/// The doctor finds nothing in all this that has to do with how it is connected.
fn nothing_is_wrong(oddities: &Oddities) {
    let output = netmap(&["doctor", "--format", "json", &oddities.corner.glob()]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = found["findings"].as_array().unwrap().iter().map(|finding| &finding["rule"]);
    let rules: BTreeSet<&str> = rules.map(|rule| rule.as_str().unwrap()).collect();
    let wanted = [
        // What is published and does not listen, since these only have the ports.
        "published-port-nobody-listens",
        "wrong-protocol",
        // On several networks on purpose.
        "bridging-container",
        "gateway-surprise",
        // Without ipvlan in the kernel.
        "cannot-start",
        "exposed-to-the-world",
    ];
    let others: Vec<&&str> = rules.iter().filter(|rule| !wanted.contains(rule)).collect();
    assert!(others.is_empty(), "{others:?}: {found:#}");
}
