//! Secrets and private words are planted wherever others can write, and looked
//! for in every output.

use std::collections::BTreeSet;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use netmap::diagnose::diagnose;
use netmap::graph::{Filter, Map};
use netmap::model::Snapshot;
use netmap::redact::redact;
use netmap::render::{Draw, Shown, Style, View};
use serde_json::{Value, json};

use crate::fake_engine::{Answer, FakeEngine, healthy};
use crate::shapes::{MARK, SECRETS, core, planted, secrets};
use crate::support::{finished, netmap, netmap_command, project_file};

/// Shapes of what is private without being secret: people, machines, places.
const PRIVATE: [&str; 24] = [
    "@@example.com",
    "Ann @ <@@corp.example>",
    "Ann @",
    "@.corp.example",
    "db-@.internal",
    "http://@.corp.example:8080",
    "/home/@/shop",
    "/Users/@/Library",
    "C:\\Users\\@\\shop",
    "\\\\@\\share",
    "~@/.ssh/id_rsa",
    "/srv/@/compose.yaml",
    "@_network",
    "@-web-1",
    "registry.@.example/team/web:1",
    "@: kept by Ann",
    "ticket @-12",
    "+1 555 @",
    "route to @ is down",
    "the engine says @",
    "`@` makes no sense",
    "gone before @ could be looked at",
    "br-@",
    "@;@|@&@",
];

/// All shapes with their secrets, and some that hide them.
fn all() -> Vec<String> {
    let plain = SECRETS.iter().chain(&PRIVATE).enumerate();
    let mut all: Vec<String> = plain.map(|(number, shape)| planted(shape, number)).collect();
    all.push(STANDARD.encode(core(100)));
    all.push(format!("Basic {}", STANDARD.encode(format!("ann:{}", core(101)))));
    all.push(hex(&core(102)));
    all.push("81.2.69.142".to_owned());
    all.push("2a02:26f7:b1c0::4711".to_owned());
    all
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// The first trace of anything that was planted.
fn trace(text: &str) -> Option<String> {
    let hidden = [
        STANDARD.encode(core(100)),
        STANDARD.encode(format!("ann:{}", core(101))),
        hex(&core(102)),
        "81.2.69.142".to_owned(),
        "2a02:26f7:b1c0::".to_owned(),
    ];
    let folded = text.to_lowercase();
    let marks = hidden.iter().map(|mark| mark.to_lowercase()).chain([MARK.to_owned()]);
    let at = marks.into_iter().find_map(|mark| folded.find(&mark))?;
    let start = (0..=at.saturating_sub(60)).rev().find(|at| folded.is_char_boundary(*at))?;
    Some(folded[start..].chars().take(120).collect())
}

/// The strings in JSON, each by its pointer.
fn strings(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(pointer.to_owned()),
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                strings(item, &format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                strings(item, &format!("{pointer}/{key}"), found);
            }
        }
        _ => {}
    }
}

fn put(value: &mut Value, pointer: &str, text: &str) {
    *value.pointer_mut(pointer).expect("a string") = json!(text);
}

/// Labels and options take any key.
fn plant_keys(value: &mut Value, texts: &[String], seed: usize) {
    for (list, fields) in
        [("networks", ["labels", "options"]), ("containers", ["labels", "labels"])]
    {
        for (at, item) in value[list].as_array_mut().into_iter().flatten().enumerate() {
            for field in fields {
                let text = &texts[(at + seed) % texts.len()];
                if !item[field].is_object() {
                    item[field] = json!({});
                }
                item[field][text] = json!(text);
            }
        }
    }
}

/// Every way of showing a snapshot.
fn outputs(snapshot: &Snapshot) -> Vec<String> {
    let map = Map::new(snapshot);
    let everything = Filter { stopped: true, ..Filter::default() };
    let selection = map.select(&everything).expect("everything");
    let view = View::new(&map, &selection, None);
    let style = Style::default();
    let mut outputs = vec![snapshot.to_json()];
    for format in View::FORMATS {
        if let Draw::Text(draw) = format.draw {
            outputs.push(draw(&view, &style));
        }
    }
    outputs.push(netmap::render::svg::render(&view, &netmap::render::svg::Options::default()));
    let diagnosis = diagnose(&map, None, |_| true);
    outputs.push(format!("{diagnosis:?}"));
    outputs
}

#[test]
fn nothing_that_was_planted_is_in_what_is_redacted() {
    let texts = all();
    assert!(texts.len() > 100, "{}", texts.len());
    let mut fields = 0;
    for file in [
        "tests/offline/zoo.json",
        "samples/module-5/snapshot.json",
        "samples/cannot-start/snapshot.json",
        "samples/swarm-ports/snapshot.json",
        "tests/recorded/vpn.json",
    ] {
        let text = fs::read(project_file(file)).unwrap();
        let whole: Value = serde_json::from_slice(&text).unwrap();
        let mut pointers = Vec::new();
        strings(&whole, "", &mut pointers);
        // Those that take any text.
        pointers.retain(|pointer| {
            let mut value = whole.clone();
            put(&mut value, pointer, "any \"text\"\n");
            pointer != "/schema" && Snapshot::read(value.to_string().as_bytes()).is_ok()
        });
        fields += pointers.len();
        for seed in 0..texts.len() {
            let mut value = whole.clone();
            for (at, pointer) in pointers.iter().enumerate() {
                put(&mut value, pointer, &texts[(at * 7 + seed) % texts.len()]);
            }
            plant_keys(&mut value, &texts, seed);
            let snapshot = Snapshot::read(value.to_string().as_bytes()).unwrap();
            let redacted = redact(&snapshot);
            let found = trace(&redacted.to_json());
            assert_eq!(found, None, "{file} with seed {seed}");
            if seed % 25 == 0 {
                for output in outputs(&redacted) {
                    assert_eq!(trace(&output), None, "{file} with seed {seed}");
                }
            }
        }
    }
    assert!(fields > 200, "{fields}");
}

/// An engine with one container, in which secrets stand wherever people put
/// them: variables, command, health check and its log, labels, options, the
/// log, and what the engine says of a failed start.
fn full_of_secrets() -> FakeEngine {
    let secrets = secrets();
    let names =
        ["TOKEN", "DATABASE_URL", "PASSWORD", "X", "API_URL", "DSN", "SMTP_URL", "KAFKA_BROKERS"];
    let variables: Vec<String> = secrets
        .iter()
        .enumerate()
        .map(|(at, secret)| format!("{}_{at}={secret}", names[at % names.len()]))
        .collect();
    let labels: serde_json::Map<String, Value> = secrets
        .iter()
        .enumerate()
        .map(|(at, secret)| (format!("com.example.{at}"), json!(secret)))
        .collect();
    let log: String = secrets
        .iter()
        .flat_map(|secret| {
            [
                format!("error: cannot log in: {secret}\n"),
                format!("connect ECONNREFUSED 10.1.0.9:5432 (with {secret})\n"),
                format!("FATAL configuration is wrong: {secret}\n"),
                format!("{secret} permission denied\n"),
            ]
        })
        .collect();
    let checks: Vec<Value> = secrets
        .iter()
        .map(|secret| json!({"Start": "2026-01-01T00:00:00Z", "ExitCode": 1, "Output": secret}))
        .collect();
    let network = json!({"front": {"NetworkID": "n1", "IPAddress": "10.1.0.2",
        "DriverOpts": labels.clone()}});
    let inspect = json!({
        "Id": "c1", "Name": "/web", "Path": secrets[0], "Args": secrets,
        "State": {"Status": "exited", "ExitCode": 1, "Error": secrets.join(": "),
            "StartedAt": "2026-01-01T00:00:00Z", "FinishedAt": "2026-01-01T00:00:01Z",
            "Health": {"Status": "unhealthy", "FailingStreak": 3, "Log": checks}},
        "Config": {"Image": "busybox", "Tty": true, "Env": variables, "Cmd": secrets,
            "Entrypoint": secrets, "Labels": labels.clone(), "OnBuild": secrets,
            "Healthcheck": {"Test": ["CMD-SHELL", secrets.join(" && curl ")]}},
        "HostConfig": {"NetworkMode": "front", "Annotations": labels.clone(),
            "StorageOpt": labels.clone(),
            "LogConfig": {"Type": "splunk", "Config": labels.clone()}},
        "NetworkSettings": {"Networks": network.clone()}
    });
    let networks = json!([{"Name": "front", "Id": "n1", "Driver": "bridge", "Scope": "local",
        "Options": labels.clone(), "Labels": labels.clone(),
        "IPAM": {"Options": labels.clone(), "Config": [{"Subnet": "10.1.0.0/24",
            "AuxiliaryAddresses": labels.clone()}]}}]);
    let listed = json!([{"Id": "c1", "Names": ["/web"], "Image": "busybox", "State": "exited",
        "Command": secrets.join(" "), "Labels": labels,
        "HostConfig": {"NetworkMode": "front"}, "NetworkSettings": {"Networks": network}}]);
    FakeEngine::start(move |path| match path.split('?').next().unwrap_or_default() {
        "/networks" => Answer::Json(200, networks.to_string()),
        "/containers/json" => Answer::Json(200, listed.to_string()),
        "/containers/c1/json" => Answer::Json(200, inspect.to_string()),
        "/containers/c1/logs" => Answer::Json(200, log.clone()),
        _ => healthy(path),
    })
}

/// Runs of netmap that show all it knows.
fn runs() -> Vec<Vec<&'static str>> {
    let mut runs: Vec<Vec<&str>> = vec![
        vec!["snapshot"],
        vec!["snapshot", "--redact"],
        vec!["why", "web", "db"],
        vec!["why", "web", "db:5432", "--format", "json"],
        vec!["why", "web", "db", "--format", "markdown"],
        vec!["probe"],
        vec!["probe", "--format", "json"],
        vec!["doctor", "--verbose"],
        vec!["check", "--init"],
    ];
    for format in ["text", "json", "markdown"] {
        runs.push(vec!["doctor", "--format", format]);
    }
    for format in View::FORMATS {
        if !matches!(format.draw, Draw::Picture { .. }) || format.name == "svg" {
            runs.push(vec!["show", "--all", "--format", format.name]);
        }
    }
    runs
}

/// What every output says, on both ways.
fn said(arguments: &[&str], source: &[&str]) -> String {
    let run = finished(netmap_command().args(arguments).args(source).output().unwrap());
    run.out + &run.err
}

#[test]
fn no_secret_of_a_container_is_shown() {
    let engine = full_of_secrets();
    let source = ["--host", &engine.address];
    let (mut read, mut shown) = (0, BTreeSet::new());
    for arguments in runs() {
        let said = said(&arguments, &source);
        read += usize::from(said.contains("web"));
        shown.extend(trace(&said).map(|trace| format!("{arguments:?}: {trace}")));
    }
    assert!(shown.is_empty(), "{shown:#?}");
    assert!(read > 10, "{read} runs told of the container");
}

#[test]
fn no_secret_of_a_compose_file_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let secrets = secrets();
    let map: serde_json::Map<String, Value> = secrets
        .iter()
        .enumerate()
        .map(|(at, secret)| (format!("KEY_{at}"), json!(secret.replace('$', "$$"))))
        .collect();
    let list: Vec<String> = secrets.iter().map(|secret| secret.replace('$', "$$")).collect();
    let compose = json!({
        "services": {"web": {
            "image": "busybox", "environment": map, "labels": map, "command": list,
            "entrypoint": list, "annotations": map, "env_file": [".env.web"],
            "healthcheck": {"test": ["CMD-SHELL", list.join(" && curl ")]},
            "build": {"context": ".", "args": map, "labels": map},
            "logging": {"driver": "splunk", "options": map},
            "networks": {"front": {"driver_opts": map}},
            "deploy": {"labels": map},
            "x-notes": map,
        }},
        "networks": {"front": {"driver_opts": map, "labels": map,
            "ipam": {"options": map, "config": [{"subnet": "10.7.0.0/24"}]}}},
        "configs": {"c": {"content": list.join("\n")}},
        "secrets": {"s": {"environment": "KEY_1"}},
        "x-all": map,
    });
    let file = folder.path().join("compose.yaml");
    fs::write(&file, compose.to_string()).unwrap();
    let plain = |secret: &&String| !secret.contains(['\n', '\'']);
    let lines = secrets.iter().filter(plain).enumerate();
    let lines: Vec<String> = lines.map(|(at, secret)| format!("KEY_{at}='{secret}'")).collect();
    fs::write(folder.path().join(".env"), lines.join("\n")).unwrap();
    fs::write(folder.path().join(".env.web"), lines.join("\n")).unwrap();
    let source = ["--compose", file.to_str().unwrap()];
    let mut shown = BTreeSet::new();
    for arguments in runs() {
        shown.extend(
            trace(&said(&arguments, &source)).map(|trace| format!("{arguments:?}: {trace}")),
        );
    }
    assert!(shown.is_empty(), "{shown:#?}");
    assert!(netmap(&["show", source[0], source[1]]).out.contains("web"));
}
