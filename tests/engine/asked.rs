//! What is asked about some containers is answered without a command in the others.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::lent_engine::LentEngine;
use crate::recorder::Recorder;
use crate::support::{Corner, docker, here, netmap_command, text};

/// web dials db, which is on its network; a sidecar lives in web's network stack. On
/// another network tools dials localhost for what db and store have, of which store is
/// the nearer, and idle has nothing to do with anybody.
struct Town {
    corner: Corner,
    recorder: Recorder,
    /// The containers, each with its id.
    ids: Vec<(&'static str, String)>,
    alone: LentEngine,
}

impl Town {
    fn new() -> Self {
        let alone = LentEngine::new();
        let here = here(&alone.address);
        let mut corner = Corner::new("asked");
        let (shop, back) = (corner.network("shop", &[]), corner.network("back", &[]));
        let other = corner.network("other", &[]);
        let serve = ["busybox", "sh", "-c", "nc -ll -p 5432 -e cat & exec sleep 1d"];
        let on = |network| ["--network", network];
        let db = corner.run("db", &[&on(&shop)[..], &serve].concat());
        let wants = format!("DATABASE_URL=postgres://{db}:5433/shop");
        let web = corner.sleeper("web", &[&on(&shop)[..], &["-e", &wants]].concat());
        let stack = format!("container:{web}");
        corner.sleeper("sidecar", &on(&stack));
        corner.run("store", &[&on(&back)[..], &serve].concat());
        let here_it_is = "DATABASE_URL=postgres://localhost:5432/tools";
        corner.sleeper("tools", &[&on(&back)[..], &["-e", here_it_is]].concat());
        corner.sleeper("idle", &on(&other));
        // An engine over TCP may be on another machine, so /proc says nothing.
        let recorder = Recorder::over_tcp();
        let id = |name| (name, docker(&["inspect", "-f", "{{.Id}}", &corner.name(name)]));
        let ids = ["db", "idle", "sidecar", "store", "tools", "web"].map(id).to_vec();
        drop(here);
        Self { corner, recorder, ids, alone }
    }

    /// What netmap prints, and in whose containers it ran how many commands.
    fn run(&self, arguments: &[&str]) -> (Value, Vec<(String, usize)>) {
        self.recorder.forget();
        let report = self.report(&self.recorder.address, arguments);
        let requests = self.recorder.requests();
        let execs = self.ids.iter().map(|(name, id)| {
            let made = format!("/containers/{id}/exec");
            let number = requests.iter().filter(|request| request.contains(&made)).count();
            ((*name).to_owned(), number)
        });
        (report, execs.filter(|(_, number)| *number > 0).collect())
    }

    fn report(&self, address: &str, arguments: &[&str]) -> Value {
        let is_advice = arguments.iter().any(|argument| argument.starts_with("--advise"));
        let format: &[&str] = if is_advice { &[] } else { &["--format", "json"] };
        let output = netmap_command()
            .args(["--host", address])
            .args(arguments)
            .args(format)
            .output()
            .expect("netmap runs");
        assert!(output.status.code().is_some_and(|code| code < 2), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("netmap prints JSON")
    }
}

/// One command in each of these.
fn once(names: &[&str]) -> Vec<(String, usize)> {
    names.iter().map(|name| ((*name).to_owned(), 1)).collect()
}

#[test]
#[ignore = "needs a Docker engine"]
fn a_command_is_run_in_no_more_containers_than_it_takes() {
    let town = Town::new();
    let _here = here(&town.alone.address);
    let name = |name: &str| town.corner.name(name);
    // One command for each network namespace.
    assert_eq!(town.run(&["flows", &name("db")]).1, once(&["db"]));
    let (_, execs) = town.run(&["flows", &name("web")]);
    assert!(execs == once(&["web"]) || execs == once(&["sidecar"]), "{execs:?}");
    assert_eq!(town.run(&["flows", "--network", &name("back")]).1, once(&["store", "tools"]));
    assert_eq!(town.run(&["flows", &name("db"), "--no-exec"]).1, []);
    assert_eq!(town.run(&["flows"]).1.len(), 5);
    // Advice is about everybody.
    let (advice, execs) = town.run(&["flows", &name("db"), "--advise=json"]);
    assert!(execs.len() == 5 && advice.is_object(), "{execs:?}");

    // By localhost tools may mean db, or whoever is nearer. What is found is what is
    // found by looking at all of them, as root can.
    let engine = town.alone.address.clone();
    let mut rules = BTreeSet::new();
    for (asked, looked) in [
        ("idle", &["idle"][..]),
        ("store", &["store", "tools"]),
        ("tools", &["store", "tools"]),
        ("db", &["db", "sidecar", "store", "tools", "web"]),
    ] {
        let asked = name(asked);
        let (by_exec, execs) = town.run(&["doctor", &asked]);
        assert_eq!(execs, once(looked), "{asked}");
        let by_root = town.report(&engine, &["doctor", &asked]);
        assert_eq!(by_exec["findings"], by_root["findings"], "{asked}");
        let notes = by_exec["not_looked"].to_string();
        assert!(!notes.contains("--no-exec"), "{asked}: {notes}");
        let found = by_exec["findings"].as_array().expect("findings").iter();
        rules.extend(found.map(|finding| finding["rule"].as_str().expect("a rule").to_owned()));
    }
    assert_eq!(town.run(&["doctor"]).1.len(), 6);
    let expected = ["dialled-port-closed", "localhost-dependency"];
    assert!(expected.iter().all(|rule| rules.contains(*rule)), "{rules:?}");
}
