//! `netmap probe` without a real engine: what it shows of a recorded probe,
//! byte for byte, and what it says when nothing can be measured.

use std::fs;

use netmap::graph::{Map, Verdict};
use netmap::model::{
    Attempt, By, ContainerAt, Latency, Measurement, NetworkAt, Outcome, Probe, Snapshot,
};
use serde_json::json;

use crate::fake_engine::{Answer, FakeEngine};
use crate::formats::assert_expected;
use crate::support::netmap;

/// A made-up engine with `count` containers on a few networks, each measured
/// as the map predicts, but for two that a firewall parts and one leak.
fn recorded(count: usize) -> (tempfile::TempDir, String) {
    let networks = ["edge", "back", "jobs", "metrics"];
    let roles = ["web", "db", "worker", "exporter"];
    let containers: Vec<_> = (0..count)
        .map(|number| {
            let kind = number % networks.len();
            let mut endpoints = vec![json!({
                "network": networks[kind], "network_id": networks[kind],
                "ipv4": format!("10.{kind}.0.{}", number + 2),
                "gateway": format!("10.{kind}.0.1"),
            })];
            // One web server is on the databases' network, too.
            if number == 0 {
                endpoints.push(json!({"network": "back", "network_id": "back",
                    "ipv4": "10.1.0.250", "gateway": "10.1.0.1"}));
            }
            json!({"name": format!("{}-{}", roles[kind], number / 4 + 1), "id": format!("{number:064}"),
                "state": "running", "network_mode": networks[kind], "endpoints": endpoints})
        })
        .collect();
    let networks: Vec<_> = networks
        .iter()
        .enumerate()
        .map(|(at, name)| {
            json!({"name": name, "id": name, "driver": "bridge",
                "subnets": [{"subnet": format!("10.{at}.0.0/24"), "gateway": format!("10.{at}.0.1")}]})
        })
        .collect();
    let text = json!({"schema": "netmap/1", "engine": {"name": "Docker", "version": "26.1.5"},
        "networks": networks, "containers": containers})
    .to_string();
    let mut snapshot = Snapshot::read(text.as_bytes()).unwrap();
    snapshot.probe = Some(as_predicted(&snapshot));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("snapshot.json");
    fs::write(&path, snapshot.to_json()).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

fn as_predicted(snapshot: &Snapshot) -> Probe {
    let map = Map::new(snapshot);
    let mut measurements = Vec::new();
    for (from, to) in map.containers().flat_map(|from| map.containers().map(move |to| (from, to))) {
        if from == to {
            continue;
        }
        let name = |at: ContainerAt| snapshot.containers[at].name.clone();
        let prediction = map.predict(from, to);
        let walled = [name(from), name(to)].iter().all(|n| n == "db-1" || n == "db-2");
        let leaking = name(from) == "worker-1" && name(to) == "exporter-1";
        let mut add = |by: By, target: String, network: Option<NetworkAt>, verdict: Verdict| {
            let through =
                (verdict == Verdict::Reachable && !walled) || (leaking && by == By::Address);
            let outcome = match (through, by) {
                (true, _) => Outcome::Reachable,
                (false, By::Name) if !walled => Outcome::NameNotFound,
                (false, _) => Outcome::Timeout,
            };
            measurements.push(Measurement {
                from: name(from),
                to: name(to),
                network: network.map(|at| snapshot.networks[at].name.clone()),
                by,
                target,
                attempt: Attempt::Icmp,
                outcome,
                reason: None,
                series: None,
                full_size: None,
                latency: through.then_some(Latency { min: 60, avg: 64, max: 70 }),
                leads_to: None,
                sent: 1,
                received: u32::from(through),
                method: "netns".to_owned(),
            });
        };
        add(By::Name, name(to), None, prediction.by_name.verdict);
        for route in &prediction.routes {
            let address = route.address.expect("it runs").to_string();
            add(By::Address, address, route.network, route.judged.verdict);
        }
    }
    Probe::new(measurements)
}

#[test]
fn the_matrix_of_8_of_25_and_of_60() {
    for (count, width, name) in [
        (8, "80", "probe-8-80.matrix"),
        (25, "80", "probe-25-80.matrix"),
        (25, "200", "probe-25-200.matrix"),
        (60, "80", "probe-60-80.matrix"),
    ] {
        let (_folder, path) = recorded(count);
        let run = netmap(&["probe", "--from", &path, "--width", width]);
        assert_eq!(run.code, 1, "there are surprises: {}", run.err);
        assert_expected(name, &run.out);
        let widest = run.out.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width.parse().unwrap(), "{name}: {widest}");
    }
}

#[test]
fn every_format_of_a_recorded_probe() {
    let (_folder, path) = recorded(4);
    for (format, name) in [
        ("list", "probe.list"),
        ("csv", "probe.csv"),
        ("markdown", "probe.md"),
        ("json", "probe.json"),
    ] {
        let run = netmap(&["probe", "--from", &path, "--format", format, "--width", "120"]);
        assert_eq!(run.code, 1, "{}", run.err);
        assert_expected(name, &run.out);
    }
    let only = netmap(&["probe", "--from", &path, "--only", "surprises", "-f", "csv"]);
    assert_eq!(only.out.lines().count(), 2, "a heading and the leak: {}", only.out);
}

#[test]
fn a_recorded_probe_survives_show_and_is_narrowed_by_names() {
    let (folder, path) = recorded(8);
    let copy = folder.path().join("copy.json");
    let run = netmap(&["show", "--from", &path, "-o", &copy.display().to_string()]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(fs::read_to_string(&copy).unwrap(), fs::read_to_string(&path).unwrap());
    let run = netmap(&["probe", "web-1", "db-1", "--from", &path, "-f", "csv"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.lines().skip(1).all(|line| line.starts_with("web-1,db-1,")), "{}", run.out);
    let run = netmap(&["show", "--from", &path, "-f", "dot"]);
    assert!(run.out.contains("no answer") && run.out.contains("reachable although apart"));
}

#[test]
fn a_snapshot_without_a_probe_says_so() {
    let run = netmap(&["probe", "--from", "samples/module-5"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("holds no probe") && run.err.contains("hint:"), "{}", run.err);
}

#[test]
fn senseless_values_are_refused_before_anything_is_done() {
    for (arguments, word) in [
        (&["--timeout", "0"][..], "more than nothing"),
        (&["--timeout", "365d"], "no unit"),
        (&["--timeout", "9000h"], "at most a day"),
        (&["--tcp", "0"], "0"),
        (&["--tcp", "70000"], "70000"),
        (&["--count", "0"], "0"),
        (&["--method", "magic"], "auto, exec, netns"),
        (&["--format", "pie"], "pie"),
    ] {
        let run = netmap(&[&["probe", "--host", "unix:///nowhere.sock"], arguments].concat());
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.err.contains(word), "{arguments:?}: {}", run.err);
        assert!(!run.err.contains("nowhere.sock"), "no engine was asked: {}", run.err);
    }
}

/// Two containers, and whatever the engine answers to execs.
fn two_containers(exec: impl Fn(&str) -> Answer + Send + Sync + 'static) -> FakeEngine {
    let container = |name: &str, last: u8| {
        json!({"Id": format!("{name:0<64}"), "Name": format!("/{name}"), "Names": [format!("/{name}")],
            "Image": "busybox", "HostConfig": {"NetworkMode": "front"},
            "NetworkSettings": {"Networks": {"front": {"NetworkID": "n1", "IPAddress": format!("10.1.0.{last}")}}}})
    };
    FakeEngine::small(move |path| {
        let path = path.split('?').next().unwrap_or_default();
        if path.contains("exec") {
            return Some(exec(path));
        }
        let inspected = |name: &str, last: u8| {
            let mut inspected = container(name, last);
            inspected["State"] = json!({"Status": "running", "Pid": 1});
            Some(Answer::Json(200, inspected.to_string()))
        };
        match path {
            "/containers/json" => {
                let mut both = vec![container("a", 2), container("b", 3)];
                both.iter_mut().for_each(|c| c["State"] = json!("running"));
                Some(Answer::Json(200, json!(both).to_string()))
            }
            path if path.starts_with("/containers/a") => inspected("a", 2),
            path if path.starts_with("/containers/b") => inspected("b", 3),
            _ => None,
        }
    })
}

#[test]
fn an_engine_that_runs_nothing_makes_everything_unknown() {
    type Exec = fn(&str) -> Answer;
    let refusing: [(Exec, &str); 4] = [
        (
            |_| Answer::Json(403, r#"{"message":"forbidden by policy"}"#.into()),
            "does not allow execs",
        ),
        (|_| Answer::Json(404, r#"{"message":"No such container"}"#.into()), "is gone"),
        (|_| Answer::Json(409, r#"{"message":"container is restarting"}"#.into()), "restarting"),
        (|_| Answer::Garbage, "cannot be read"),
    ];
    for (exec, word) in refusing {
        let engine = two_containers(exec);
        let run = netmap(&["probe", "--host", &engine.address, "-f", "json"]);
        assert_eq!(run.code, 2, "nothing could be measured: {} {}", run.out, run.err);
        let report: serde_json::Value = serde_json::from_str(&run.out).expect("JSON all the same");
        let rows = report["pairs"].as_array().unwrap();
        assert_eq!(rows.len(), 4);
        for row in rows {
            assert_eq!(row["outcome"], "unknown");
            assert!(row["reason"].as_str().unwrap().contains(word), "{word}: {row}");
        }
        assert_eq!(
            (&report["summary"]["unknown"], &report["summary"]["fails"]),
            (&json!(2), &json!(0))
        );
    }
}

#[test]
fn namespaces_are_not_entered_by_a_number_alone() {
    // The engine says process 1, which is not one of its containers.
    let engine = two_containers(|_| Answer::Json(500, "{}".into()));
    let run = netmap(&["probe", "--host", &engine.address, "--method", "netns"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("not the container's"), "{}", run.err);
    assert!(run.err.contains("--method exec"), "{}", run.err);
}

#[test]
fn help_names_every_method_and_format() {
    let run = netmap(&["probe", "--help"]);
    assert_eq!(run.code, 0);
    for word in ["netns", "exec", "matrix", "list", "csv", "Exit codes"] {
        assert!(run.out.contains(word), "{word}");
    }
}
