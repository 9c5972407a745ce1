//! Every JSON contract has a schema, and what netmap writes fits it.

use std::collections::BTreeMap;
use std::fs;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{netmap, project_file};

/// The schemas by the names of their contracts, as the program prints them.
fn schemas() -> BTreeMap<String, Validator> {
    let run = netmap(&["schema", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let all: BTreeMap<String, Value> = serde_json::from_str(&run.out).unwrap();
    let made = all.into_iter().map(|(name, schema)| {
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        let options = jsonschema::options().should_validate_formats(true);
        (name, options.build(&schema).unwrap())
    });
    made.collect()
}

fn complaints(schema: &Validator, document: &Value) -> Vec<String> {
    let errors = schema.iter_errors(document);
    errors.map(|error| format!("{error} at {}", error.instance_path())).collect()
}

fn output(arguments: &[&str]) -> Value {
    let run = netmap(arguments);
    assert!((0..=2).contains(&run.code) && !run.out.is_empty(), "{arguments:?}: {}", run.err);
    serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
}

/// Recorded setups: folders with a snapshot, files, and plans.
fn sources() -> Vec<[String; 2]> {
    let mut found = Vec::new();
    let mut folders = vec![project_file("samples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(["--from".to_owned(), path.display().to_string()]);
            }
        }
    }
    found.sort();
    for file in ["tests/offline/zoo.json", "docs/swarm.json", "docs/shop.json"] {
        found.push(["--from".to_owned(), file.to_owned()]);
    }
    let recorded = fs::read_dir(project_file("tests/recorded")).unwrap();
    found.extend(
        recorded.map(|entry| ["--from".to_owned(), entry.unwrap().path().display().to_string()]),
    );
    for plan in ["samples/planned", "tests/corpus/shop", "samples/refused-file/compose.yaml"] {
        found.push(["--compose".to_owned(), plan.to_owned()]);
    }
    found
}

#[test]
fn what_is_recorded_and_what_is_found_in_it_fits_the_schemas() {
    let schemas = schemas();
    let mut seen = 0;
    for source in sources() {
        let from: Vec<&str> = source.iter().map(String::as_str).collect();
        for (contract, command) in [
            ("show", &["show", "--all", "--format", "json"][..]),
            ("snapshot", &["snapshot"]),
            ("doctor", &["doctor", "--format", "json"]),
        ] {
            let refused = source[1].contains("refused-file") && contract != "doctor";
            if refused {
                continue;
            }
            let document = output(&[command, &from].concat());
            let wrong = complaints(&schemas[contract], &document);
            assert!(wrong.is_empty(), "{contract} {source:?}: {wrong:#?}");
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn every_other_contract_is_kept() {
    let schemas = schemas();
    let lesson = "samples/lessons/two-networks";
    let busy = "sample:wrong-name";
    let outputs: &[(&str, &[&str])] = &[
        ("probe", &["probe", "--from", "samples/firewall-drop", "--format", "json"]),
        ("why", &["why", "shop-web", "shop-db:5432", "--from", lesson, "--format", "json"]),
        (
            "why",
            &["why", "survey_container", "mongo", "--from", "samples/module-5", "--format", "json"],
        ),
        (
            "check",
            &[
                "check",
                "samples/lessons/two-networks/check.yaml",
                "--from",
                lesson,
                "--format",
                "json",
            ],
        ),
        (
            "grade",
            &[
                "grade",
                "samples/lessons/module-5/check.yaml",
                "samples/module-5",
                "--format",
                "json",
            ],
        ),
        ("diff", &["diff", "samples/module-5", "samples/module-5/network", "--format", "json"]),
        ("diff", &["diff", "samples/planned/compose.yaml", busy, "--format", "json"]),
        ("samples", &["samples", "--format", "json"]),
        ("doctor", &["doctor", "--from", busy, "--ignore", "wrong-name why", "--format", "json"]),
    ];
    for (contract, command) in outputs {
        let document = output(command);
        let wrong = complaints(&schemas[*contract], &document);
        assert!(wrong.is_empty(), "{command:?}: {wrong:#?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("busy.json");
    fs::write(&file, with_flows().to_string()).unwrap();
    let from = ["--from", file.to_str().unwrap()];
    for (contract, command) in [
        ("flows", &["flows", "--format", "json"][..]),
        ("advise", &["flows", "--advise=json"]),
        ("show", &["show", "--format", "json"]),
    ] {
        let document = output(&[command, &from].concat());
        let wrong = complaints(&schemas[contract], &document);
        assert!(wrong.is_empty(), "{command:?}: {wrong:#?}");
    }
}

/// A recording in which containers were seen to talk.
fn with_flows() -> Value {
    let text = fs::read_to_string(project_file("samples/no-shared-network/snapshot.json")).unwrap();
    let mut snapshot: Value = serde_json::from_str(&text).unwrap();
    let (began, seen) = ("2026-11-28T09:00:00Z", "2026-11-28T09:00:01.5Z");
    let flow = |server: Value, port: Option<u16>, outcome: &str| {
        json!({
            "client": {"kind": "container", "name": "web"}, "server": server, "protocol": "tcp",
            "port": port, "outcome": outcome, "connections": 3, "open": 1, "first_seen": began,
            "last_seen": seen, "bytes_sent": 10, "bytes_received": 20, "packets": 4, "rtt_us": 120,
            "retransmits": 0, "path_mtu": 1500, "basis": ["conntrack", "socket"],
            "via": [{"address": "127.0.0.1", "port": 8080, "by": "nat"}],
        })
    };
    snapshot["flows"] = json!({
        "began": began, "window_ms": 30_000, "dropped": 2,
        "not_looked": [{"what": "db", "why": "no network namespace"}],
        "flows": [
            flow(json!({"kind": "container", "name": "db"}), Some(5432), "established"),
            flow(json!({"kind": "outside", "address": "192.0.2.1"}), Some(443), "unanswered"),
            flow(json!({"kind": "host"}), None, "refused"),
        ],
    });
    snapshot
}

/// Where a schema lets anything pass, all of the above says nothing.
#[test]
fn schemas_refuse_what_is_not_in_the_contract() {
    let schemas = schemas();
    let mut document = output(&["doctor", "--from", "samples/module-5", "--format", "json"]);
    let fits = |document: &Value| schemas["doctor"].is_valid(document);
    assert!(fits(&document));
    for (pointer, other) in [
        ("/schema", json!("netmap-findings/2")),
        ("/findings/0/severity", json!("fatal")),
        ("/findings/0/subjects", json!("mongo")),
        ("/findings/0/steps/0/step", json!("explode")),
        ("/findings/0/signs/0/kind", json!("smell")),
    ] {
        let kept = document.pointer(pointer).unwrap_or_else(|| panic!("{pointer}")).clone();
        *document.pointer_mut(pointer).unwrap() = other;
        assert!(!fits(&document), "{pointer}");
        *document.pointer_mut(pointer).unwrap() = kept;
    }
    document["findings"][0].as_object_mut().unwrap().remove("rule");
    assert!(!fits(&document), "a field that stays is missing");
    let mut snapshot = output(&["snapshot", "--from", "samples/module-5"]);
    assert!(schemas["snapshot"].is_valid(&snapshot));
    snapshot["containers"][0]["endpoints"][0]["ipv4"] = json!(17);
    assert!(!schemas["snapshot"].is_valid(&snapshot));
    // More fields may come.
    let mut later = output(&["snapshot", "--from", "samples/module-5"]);
    later["containers"][0]["mood"] = json!("good");
    assert!(schemas["snapshot"].is_valid(&later));
}

#[test]
fn schemas_are_documented_and_listed() {
    let list = netmap(&["schema"]);
    assert_eq!(list.code, 0);
    let page = fs::read_to_string(project_file("docs/json.md")).unwrap();
    for line in list.out.lines() {
        let mut words = line.split_whitespace();
        let (name, schema) = (words.next().unwrap(), words.next().unwrap());
        assert!(page.contains(&format!("| `{schema}` |")), "{schema} is not in docs/json.md");
        let one: Value = serde_json::from_str(&netmap(&["schema", name]).out).unwrap();
        assert_eq!(one["properties"]["schema"]["const"], schema);
        assert_eq!(one["title"], schema);
        assert!(one["$schema"].as_str().unwrap().contains("2020-12"));
    }
    let doctor: Value = serde_json::from_str(&netmap(&["schema", "doctor"]).out).unwrap();
    let described = doctor["properties"]["not_looked"]["description"].as_str().unwrap();
    assert!(described.contains("neither wrong nor fine"), "{described}");
    let slip = netmap(&["schema", "docter"]);
    assert_eq!(slip.code, 2);
    assert!(slip.err.contains("did you mean `doctor`?"), "{}", slip.err);
}
