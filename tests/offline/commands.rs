//! Commands over names that strangers chose to do harm: a shell runs every
//! line of every fix, with programs in the place of docker and the others that
//! write down what they are given.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use netmap::diagnose::{Case, diagnose, why};
use netmap::graph::Map;
use netmap::model::Snapshot;
use netmap::render::{Draw, FindingsView, LadderView, Shown, Style};
use serde_json::Value;

use crate::support::project_file;

/// What each name is made of; `@` stands for the name itself. `BAIT` is in all.
const NAMES: [&str; 22] = [
    "@ BAIT",
    "@'BAIT'",
    "@\"BAIT\"",
    "@$(touch BAIT)",
    "@`touch BAIT`",
    "@;touch BAIT;",
    "@|touch BAIT",
    "@&&touch BAIT&",
    "@\ntouch BAIT\n",
    "@\r\ntouch BAIT",
    "@#touch BAIT",
    "@#e touch BAIT#",
    "@/e;1e touch BAIT",
    "@\\1\\nBAIT",
    "@>BAIT",
    "-rf@BAIT",
    "--privileged=@BAIT",
    "@\u{202e}BAIT",
    "@\u{0}BAIT",
    "@${IFS}BAIT*?[a]~",
    "\u{430}@BAIT",
    "=@BAIT!{a,b}",
];

const BAIT: &str = "BAIT";

/// Writes its name and its arguments, each ended by a NUL, and a line end.
const STAND_IN: &str = "#!/bin/sh\nprintf '%s\\0' \"${0##*/}\" \"$@\" >> \"$NETMAP_SAID\"\nprintf '\\n\\0' >> \"$NETMAP_SAID\"\n";

/// The names in a snapshot that others chose, each with a hostile one.
fn hostile(snapshot: &Snapshot, seed: usize) -> BTreeMap<String, String> {
    let networks = snapshot.networks.iter().filter(|network| !network.is_built_in());
    let mut names: Vec<String> = networks.map(|network| network.name.clone()).collect();
    for container in &snapshot.containers {
        names.push(container.name.clone());
        names.extend(container.compose.project.clone());
        names.extend(container.compose.service.clone());
        names.extend(container.endpoints.iter().flat_map(|endpoint| endpoint.aliases.clone()));
        names.extend(container.all_references().flat_map(|reference| reference.variable.clone()));
        names.extend(container.all_references().map(|reference| reference.host.clone()));
    }
    names.retain(|name| name.parse::<std::net::IpAddr>().is_err() && name != "localhost");
    names.sort();
    names.dedup();
    let evil = |(at, name): (usize, String)| {
        let evil = NAMES[(at + seed) % NAMES.len()].replace('@', &name);
        (name, evil)
    };
    names.into_iter().enumerate().map(evil).collect()
}

/// The snapshot with other names in every string that is one of them.
fn renamed(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            if let Some(evil) = names.get(text) {
                text.clone_from(evil);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| renamed(item, names)),
        Value::Object(map) => map.values_mut().for_each(|item| renamed(item, names)),
        _ => {}
    }
}

/// Every line of every fix, and every output that it is in.
fn fixes(snapshot: &Snapshot) -> Vec<String> {
    let map = Map::new(snapshot);
    let diagnosis = diagnose(&map, None, |_| true);
    let view = FindingsView { verbose: true, ..FindingsView::new(&diagnosis, &map) };
    let mut outputs = BTreeMap::new();
    for format in FindingsView::FORMATS {
        if let Draw::Text(draw) = format.draw {
            outputs.insert(format.name, draw(&view, &Style { width: 4_000, color: false }));
        }
    }
    let json: Value = serde_json::from_str(&outputs["json"]).unwrap();
    let mut lines = Vec::new();
    for finding in json["findings"].as_array().unwrap() {
        for line in finding["fix"].as_array().unwrap() {
            lines.push(line.as_str().unwrap().to_owned());
        }
    }
    for line in lines.iter().filter(|line| !line.starts_with('#')) {
        for format in ["text", "markdown"] {
            assert!(outputs[format].contains(line.as_str()), "{format} alters {line}");
        }
    }
    let case = Case::new(&map, None);
    for from in map.containers().take(4) {
        for to in map.containers().take(4) {
            let name = &map.container(to).name;
            let Ok(aim) = why::Aim::parse(&case, from, name) else { continue };
            let ladder = why::ladder(&case, from, &aim, &[]);
            let view = LadderView { ladder: &ladder, map: &map, from, to: Some(to), port: None };
            for format in LadderView::FORMATS {
                let Draw::Text(draw) = format.draw else { continue };
                let text = draw(&view, &Style::default());
                if format.name == "json" {
                    let json: Value = serde_json::from_str(&text).unwrap();
                    let fix = json["fix"].as_array().into_iter().flatten();
                    lines.extend(fix.filter_map(|line| line.as_str().map(str::to_owned)));
                }
            }
        }
    }
    lines
}

/// Runs lines as somebody does who pastes them, and returns each command that
/// came of it.
fn run(lines: &[String], folder: &Path) -> Vec<Vec<String>> {
    let programs = folder.join("programs");
    fs::create_dir_all(&programs).unwrap();
    for name in ["docker", "podman", "docker-compose", "sudo", "touch", "id", "rm"] {
        let path = programs.join(name);
        fs::write(&path, STAND_IN).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let (said, work) = (folder.join("said"), folder.join("work"));
    let _ = fs::remove_file(&said);
    fs::create_dir_all(&work).unwrap();
    let output = Command::new("sh")
        .arg("-c")
        .arg(lines.join("\n"))
        .current_dir(&work)
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()))
        .env("NETMAP_SAID", &said)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{errors}\n{}", lines.join("\n"));
    assert_eq!(fs::read_dir(&work).unwrap().count(), 0, "a file came of {lines:?}");
    let said = fs::read(&said).unwrap_or_default();
    let said = String::from_utf8(said).unwrap();
    let mut commands = vec![Vec::new()];
    for word in said.split('\0') {
        match word {
            "\n" => commands.push(Vec::new()),
            word => commands.last_mut().unwrap().push(word.to_owned()),
        }
    }
    commands.retain(|command: &Vec<String>| command.iter().any(|word| !word.is_empty()));
    commands
}

/// Whether a word is one that a command was to be given: with a hostile name
/// in it whole, or without any part of one. In a template of docker's a name is
/// a string of Go's; in an image's tag stand those of its letters that may.
fn is_expected(word: &str, names: &BTreeMap<String, String>) -> bool {
    let tag = |evil: &str| -> String {
        evil.chars().filter(|c| c.is_ascii_alphanumeric() || "_.-".contains(*c)).collect()
    };
    let holds = |evil: &String| {
        let in_go = evil.replace('\\', "\\\\").replace('"', "\\\"");
        let is_tag = word.ends_with("-recreated") && word.contains(tag(evil).trim_matches('-'));
        // A name for a host has a hyphen in place of what no host has.
        let hyphens = |text: &str| text.replace('_', "-");
        hyphens(word).contains(&hyphens(evil)) || word.contains(&in_go) || is_tag
    };
    let begins = |evil: &String| evil.starts_with('-') && word.starts_with(evil.as_str());
    (!word.contains(BAIT) || names.values().any(holds)) && !names.values().any(begins)
}

#[test]
fn a_shell_takes_hostile_names_for_words_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut commands, mut with_bait) = (0, 0);
    for sample in fs::read_dir(project_file("samples")).unwrap().flatten() {
        let Ok(text) = fs::read(sample.path().join("snapshot.json")) else { continue };
        let whole: Value = serde_json::from_slice(&text).unwrap();
        let snapshot = Snapshot::read(&text[..]).unwrap();
        for seed in [0, 5, 11, 17] {
            let names = hostile(&snapshot, seed);
            let mut value = whole.clone();
            renamed(&mut value, &names);
            let evil = Snapshot::read(value.to_string().as_bytes()).unwrap();
            let lines = fixes(&evil);
            for line in &lines {
                assert!(!line.contains(['\n', '\r', '\0', '\u{202e}']), "{line:?}");
            }
            for command in run(&lines, folder.path()) {
                commands += 1;
                let program = command[0].as_str();
                assert!(
                    ["docker", "podman", "docker-compose", "sudo"].contains(&program),
                    "{command:?}"
                );
                for word in &command {
                    assert!(is_expected(word, &names), "{word:?} of {command:?}");
                    with_bait += usize::from(word.contains(BAIT));
                }
            }
        }
    }
    assert!(commands > 500 && with_bait > 200, "{commands} commands, {with_bait} hostile words");
}

#[test]
fn where_the_id_is_hostile_too_there_is_no_command() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read(project_file("samples/target-down/snapshot.json")).unwrap();
    let snapshot = Snapshot::read(&text[..]).unwrap();
    let mut names = BTreeMap::new();
    for container in &snapshot.containers {
        names.insert(container.name.clone(), format!("-rf {BAIT}"));
        names.insert(container.id.clone(), format!("--privileged={BAIT}"));
    }
    let mut value: Value = serde_json::from_slice(&text).unwrap();
    renamed(&mut value, &names);
    let lines = fixes(&Snapshot::read(value.to_string().as_bytes()).unwrap());
    assert!(lines.iter().any(|line| line.contains("netmap writes no command")), "{lines:?}");
    let commands = run(&lines, folder.path());
    assert!(!commands.iter().flatten().any(|word| word.contains(BAIT)), "{commands:?}");
}
