//! An engine on which everything changes as fast as it can, while netmap
//! looks: each row was true at some moment, and what went is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use netmap::engine::{
    Choice, Engine, Engines, Environment, ObserveOptions, ScanOptions, choose, observe, scan,
};
use serde_json::Value;

use crate::lent_engine::LentEngine;
use crate::own_engine::OwnEngine;
use crate::support::{Measured, long_or, measured, netmap_command};

/// Never changed, so never missing.
const STEADY: [&str; 3] = ["s0", "s1", "s2"];

/// Never changed either, and on a network that none of them is on.
const APART: &str = "apart";

const COMMANDS: [&[&str]; 3] = [
    &["show", "--format", "json"],
    &["probe", "--format", "json", "--timeout", "300ms"],
    &["doctor", "--format", "json"],
];

/// Everything that was ever so.
#[derive(Default)]
struct Ever {
    /// By container id, the names that it had.
    names: BTreeMap<String, BTreeSet<String>>,
    /// By container id, the names of the networks that it was on.
    networks: BTreeMap<String, BTreeSet<String>>,
}

impl Ever {
    fn named(&mut self, id: &str, name: &str) {
        self.names.entry(id.to_owned()).or_default().insert(name.to_owned());
    }

    fn connected(&mut self, id: &str, network: &str) {
        self.networks.entry(id.to_owned()).or_default().insert(network.to_owned());
    }

    fn all_names(&self) -> BTreeSet<&str> {
        self.names.values().flatten().map(String::as_str).collect()
    }
}

/// Makes, renames, connects and removes until told to stop; how often.
fn churn(engine: &OwnEngine, lane: usize, ever: &Mutex<Ever>, stop: &AtomicBool) -> usize {
    let mut changes = 0;
    for round in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let (one, other) = (format!("n{lane}-{round}"), format!("n{lane}-{round}-b"));
        let (name, renamed) = (format!("c{lane}-{round}"), format!("c{lane}-{round}-r"));
        let subnet = |at: usize| format!("10.{}.{}.0/24", 100 + lane * 2 + at, round % 250);
        for (at, network) in [&one, &other].into_iter().enumerate() {
            engine.docker(&["network", "create", "--subnet", &subnet(at), network]);
        }
        let run = ["run", "-d", "--name", &name, "--network", &one, "busybox", "sleep", "1d"];
        let id = engine.docker(&run);
        // What is about to be so is written down first where it can be, and
        // all of it before anything is judged.
        let so = |change: &dyn Fn(&mut Ever)| change(&mut ever.lock().unwrap());
        so(&|ever| {
            ever.named(&id, &name);
            ever.named(&id, &renamed);
            for network in [&one, &other, "steady"] {
                ever.connected(&id, network);
            }
        });
        engine.docker(&["network", "connect", &other, &name]);
        engine.docker(&["rename", &name, &renamed]);
        engine.docker(&["network", "connect", "steady", &renamed]);
        engine.docker(&["network", "disconnect", &one, &renamed]);
        engine.docker(&["network", "rm", &one]);
        engine.docker(&["rm", "-f", &renamed]);
        engine.docker(&["network", "rm", &other]);
        changes += 9;
    }
    changes
}

fn rows<'a>(report: &'a Value, of: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    report[of].as_array().into_iter().flatten()
}

/// The first thing in a report that never was.
fn untrue(report: &Value, ever: &Ever) -> Option<String> {
    let names = ever.all_names();
    for container in rows(report, "containers") {
        let (id, name) = (container["id"].as_str()?, container["name"].as_str()?);
        if !ever.names.get(id).is_some_and(|names| names.contains(name)) {
            return Some(format!("no container {id} was ever called {name}"));
        }
        for endpoint in rows(container, "endpoints") {
            let network = endpoint["network"].as_str()?;
            if !ever.networks[id].contains(network) {
                return Some(format!("{name} was never on {network}"));
            }
        }
    }
    for pair in rows(report, "pairs") {
        for end in ["from", "to"] {
            let name = pair[end].as_str()?;
            if !names.contains(name) {
                return Some(format!("nobody was ever called {name}"));
            }
        }
        if pair["outcome"] == "unknown" && pair["reason"].as_str().is_none_or(str::is_empty) {
            return Some(format!("unknown without a reason: {pair}"));
        }
        // Those that nobody touches reach each other at every moment.
        let steady = ["from", "to"]
            .iter()
            .all(|end| STEADY.contains(&pair[end].as_str().unwrap_or_default()));
        if steady && pair["outcome"] != "reachable" {
            return Some(format!("untrue: {pair}"));
        }
        // Docker opens the ways between all networks while it makes one.
        let ends = ["from", "to"].map(|end| pair[end].as_str().unwrap_or_default());
        let kept_apart = [ends, [ends[1], ends[0]]]
            .iter()
            .any(|[one, other]| *one == APART && STEADY.contains(other));
        if kept_apart && pair["outcome"] == "reachable" {
            return Some(format!("they are kept apart: {pair}"));
        }
    }
    for finding in rows(report, "findings") {
        let steady = rows(finding, "subjects")
            .all(|subject| STEADY.contains(&subject.as_str().unwrap_or_default()));
        if steady {
            return Some(format!("nothing is wrong with these: {finding}"));
        }
    }
    None
}

/// What is wrong with one run, whatever the command.
fn broken(ran: &Measured) -> Option<String> {
    if ran.err.contains("panicked") || !matches!(ran.code, Some(0..=2)) {
        return Some(format!("it ended with {:?}: {}", ran.code, ran.err));
    }
    None
}

#[test]
#[ignore = "needs a Docker engine"]
fn while_everything_changes_each_row_was_true_at_some_moment() {
    let engine = LentEngine::new();
    let ever = Mutex::new(Ever::default());
    engine.docker(&["network", "create", "--subnet", "10.90.0.0/16", "steady"]);
    for name in STEADY {
        engine.sleeper(name, &["--network", "steady"]);
        let id = engine.docker(&["inspect", "-f", "{{.Id}}", name]);
        ever.lock().unwrap().named(&id, name);
        ever.lock().unwrap().connected(&id, "steady");
    }
    engine.docker(&["network", "create", "--subnet", "10.91.0.0/16", APART]);
    engine.sleeper(APART, &["--network", APART]);
    let id = engine.docker(&["inspect", "-f", "{{.Id}}", APART]);
    ever.lock().unwrap().named(&id, APART);
    ever.lock().unwrap().connected(&id, APART);
    let (stop, changes) = (AtomicBool::new(false), AtomicUsize::new(0));
    let looks = long_or(18, 300);
    let runs: Vec<(usize, Measured)> = thread::scope(|scope| {
        for lane in 0..3 {
            let (engine, ever, stop, changes) = (&engine, &ever, &stop, &changes);
            scope.spawn(move || {
                changes.fetch_add(churn(engine, lane, ever, stop), Ordering::Relaxed);
            });
        }
        let looking = (0..looks).map(|look| {
            thread::sleep(Duration::from_millis((look as u64 * 37) % 150));
            let command = COMMANDS[look % COMMANDS.len()];
            let mut netmap = netmap_command();
            (look, measured(netmap.args(command).args(["--host", &engine.address])))
        });
        let runs = looking.collect();
        stop.store(true, Ordering::Relaxed);
        runs
    });
    let ever = ever.into_inner().unwrap();
    let (mut told, mut containers) = (0, 0);
    for (look, ran) in &runs {
        let command = COMMANDS[look % COMMANDS.len()];
        if let Some(why) = broken(ran) {
            panic!("look {look}, {command:?}: {why}");
        }
        let report: Value = serde_json::from_str(&ran.out)
            .unwrap_or_else(|error| panic!("look {look}, {command:?}: {error}\n{}", ran.err));
        if let Some(why) = untrue(&report, &ever) {
            panic!("look {look}, {command:?}: {why}");
        }
        // Nobody went down hard: who is on a network's list alone has just come or gone.
        let mut findings = rows(&report, "findings");
        assert!(findings.all(|of| of["rule"] != "dangling-endpoint"), "look {look}: {report}");
        let steady = |name: &&str| rows(&report, "containers").any(|c| c["name"] == **name);
        assert!(command[0] != "show" || STEADY.iter().all(steady), "look {look}");
        containers += rows(&report, "containers").count();
        told += rows(&report, "unread").count();
    }
    let changes = changes.into_inner();
    assert!(changes > looks, "only {changes} changes while netmap looked {looks} times");
    eprintln!("churn: {looks} looks, {changes} changes, {containers} rows, {told} told of as gone");
}

/// Who is started between the list of containers and those of the networks' members.
#[test]
#[ignore = "needs a Docker engine"]
fn who_comes_while_netmap_looks_is_no_endpoint_left_behind() {
    let lent = LentEngine::new();
    lent.docker(&["network", "create", "app"]);
    lent.sleeper("before", &["--network", "app"]);
    let choice = Choice { host: Some(lent.address.clone()), ..Choice::default() };
    let address = choose(&choice, &Environment::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = Engine::open(address, Duration::from_secs(60)).await.unwrap();
        let mut snapshot = scan(&engine, ScanOptions::default(), |_, _| {}).await.unwrap();
        lent.sleeper("after", &["--network", "app"]);
        observe(&Engines::one(engine), &mut snapshot, ObserveOptions::default(), |_, _| {}).await;
        let on_app = snapshot.network_observations.iter().find(|seen| seen.network == "app");
        let names: Vec<&str> = on_app.unwrap().attached.iter().map(|of| of.name.as_str()).collect();
        assert_eq!(names, ["before"]);
    });
}
