//! What the fuzz targets in `tests/fuzz` call: each reads bytes from strangers
//! the way a command does, goes all the way to the output, and panics when
//! that is not what it should be. The kept corpus runs through the same
//! functions with every `cargo test`.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use resvg::usvg::roxmltree::Document;
use serde_json::Value;

use crate::graph::{Comparison, Filter, Map};
use crate::model::{
    ContainerAt, DropSite, EngineFacts, Origin, PacketDrop, Snapshot, StartError, is_plain,
    is_unsafe, reference,
};
use crate::order::Ordered;
use crate::render::{Draw, FindingsView, Shown, Style, View, fix, svg};
use crate::{check, compose, diagnose, engine, probe, redact};

/// A snapshot from a file: read back it is the same, and nothing that a
/// terminal or a browser would act upon comes out of it.
pub fn snapshot(bytes: &[u8]) {
    let Ok(snapshot) = Snapshot::read(bytes) else { return };
    let again = Snapshot::read(snapshot.to_json().as_bytes());
    assert_eq!(again.expect("what was written is read"), snapshot);
    draw(&snapshot);
    draw(&redact::redact(&snapshot));
}

/// A compose file: an error, or a plan that can be drawn.
pub fn compose(bytes: &[u8]) {
    let folder = folder();
    std::fs::create_dir_all(&folder).expect("a folder to work in");
    let file = folder.join("compose.yaml");
    std::fs::write(&file, bytes).expect("a file to work on");
    let files = vec![file];
    let request = compose::Request { files, current_folder: folder, ..Default::default() };
    if let Ok(plan) = compose::read(&request) {
        draw(&plan);
    }
}

/// Where compose files are put, since they are read from a folder.
fn folder() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("netmap-fuzzing-{}", std::process::id()))
}

/// A check file, held against a setup of three containers.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(file) = check::read(text) else { return };
    let recorded = include_bytes!("../samples/module-5/network/snapshot.json");
    let snapshot = Snapshot::read(&recorded[..]).expect("a recorded snapshot");
    let map = Map::new(&snapshot);
    let chosen: BTreeSet<ContainerAt> = map.containers().into_set();
    let diagnosis = diagnose::diagnose(&map, None, |_| true);
    let evidence = check::Evidence {
        map: &map,
        probe: snapshot.probe.as_ref(),
        diagnosis: Some(&diagnosis),
        chosen: &chosen,
    };
    let verdicts = check::evaluate(&file, &evidence);
    assert!(
        verdicts.iter().all(|verdict| !verdict.observed.is_empty()),
        "a verdict without a word"
    );
}

/// What comes back from a container when netmap measures in it.
pub fn answers(bytes: &[u8]) {
    probe::read_by_chance(bytes);
}

/// What is read of a container's /proc, /etc and logs.
pub fn inside(bytes: &[u8]) {
    let seen = engine::read_by_chance(&String::from_utf8_lossy(bytes));
    let mut snapshot = Snapshot::new(EngineFacts::default(), vec![], vec![], vec![]);
    snapshot.observations.push(seen);
    let again = Snapshot::read(snapshot.to_json().as_bytes());
    assert_eq!(again.expect("what was written is read").observations, snapshot.observations);
}

/// What is read of a firewall, a part of which a container may have written: no
/// text of it acts on a terminal.
pub fn firewall(bytes: &[u8]) {
    let causes = engine::drops_by_chance(&String::from_utf8_lossy(bytes));
    for cause in causes {
        let found = PacketDrop { site: DropSite::Machine(String::new()), cause, counted: vec![7] };
        assert!(is_plain(&found.to_string()), "{found:?}");
    }
}

/// What a snapshot holds is found in no redacted one: each text in it that is
/// free is marked first.
pub fn redacted(bytes: &[u8]) {
    let Ok(snapshot) = Snapshot::read(bytes) else { return };
    let mut value = serde_json::to_value(&snapshot).expect("plain data");
    mark(&mut value, "");
    let Ok(marked) = Snapshot::read(value.to_string().as_bytes()) else { return };
    let text = redact::redact(&marked).to_json();
    assert!(!text.contains(MARK), "{text}");
}

/// What nobody writes by chance.
const MARK: &str = "xk9wvq";

/// Puts a mark into every text but those that are one of a few, addresses and times.
fn mark(value: &mut Value, key: &str) {
    const FEW: [&str; 9] =
        ["schema", "state", "protocol", "outcome", "by", "how", "kind", "progress", "flaw"];
    match value {
        Value::String(text) => {
            let is_address = text.parse::<IpAddr>().is_ok()
                || text.parse::<IpNet>().is_ok()
                || text.parse::<SocketAddr>().is_ok();
            if !FEW.contains(&key) && !is_address && !key.ends_with("_at") {
                text.push_str(MARK);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mark(item, key)),
        Value::Object(map) => map.iter_mut().for_each(|(key, item)| mark(item, key)),
        _ => {}
    }
}

/// A snapshot from a file, and what fixes it: a line is a sentence or a command
/// in which a shell finds nothing to expand, in every format.
pub fn fixes(bytes: &[u8]) {
    let Ok(snapshot) = Snapshot::read(bytes) else { return };
    let map = Map::new(&snapshot);
    let diagnosis = diagnose::diagnose(&map, None, |_| true);
    let view = FindingsView { verbose: true, ..FindingsView::new(&diagnosis, &map) };
    for format in FindingsView::FORMATS {
        let Draw::Text(render) = format.draw else { continue };
        let text = render(&view, &Style::default());
        assert!(!text.contains(|c| c != '\n' && is_unsafe(c)), "{}: {text:?}", format.name);
    }
    for line in diagnosis.findings.iter().flat_map(|finding| fix::lines(&finding.fix)) {
        assert!(is_plain(&line), "{line:?}");
    }
}

/// Values of environment variables, and words of a command: a host that comes
/// of them has nothing of a user, a password or a path.
pub fn values(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.lines().collect();
    let variables: Vec<(&str, &str)> =
        lines.iter().filter_map(|line| line.split_once('=')).collect();
    let handed_out = reference::advertised(variables.iter().copied(), lines.iter().copied());
    let found = reference::in_environment(variables)
        .into_iter()
        .chain(reference::in_command(Origin::Command, lines.iter().copied()))
        .chain(handed_out.into_iter().map(|handed| handed.reference));
    for reference in found {
        let host = &reference.host;
        assert!(!host.contains(['@', '/', '?', '#', '\\']), "{host:?}");
        assert!(reference.scheme.is_none_or(|scheme| !scheme.contains(['@', '/'])));
    }
    let said = StartError::quoting(&text).said;
    assert!(!said.contains(char::is_control), "{said:?}");
}

/// Every text format, the picture and the doctor.
fn draw(snapshot: &Snapshot) {
    let map = Map::new(snapshot);
    diagnose::diagnose(&map, None, |_| true);
    let everything = Filter { stopped: true, ..Filter::default() };
    let selection = map.select(&everything).expect("no names, so none is wrong");
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let view = View::new(&map, &selection, None).with_probe(comparison.as_ref());
    for format in View::FORMATS {
        let Draw::Text(render) = format.draw else { continue };
        let text = render(&view, &Style::default());
        let acts = |c: char| c != '\n' && is_unsafe(c);
        assert!(!text.contains(acts), "{}: {:?}", format.name, text.chars().find(|c| acts(*c)));
    }
    let options = svg::Options::default();
    Document::parse(&svg::render(&view, &options)).expect("a picture is XML");
    let faults = svg::inspect(&view, &options).faults;
    assert!(faults.is_empty(), "{faults:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kept_corpus_runs_through() {
        type FuzzTarget = fn(&[u8]);
        let targets: [(&str, FuzzTarget); 9] = [
            ("snapshot", snapshot),
            ("compose", compose),
            ("check", check),
            ("answers", answers),
            ("inside", inside),
            #[cfg(target_os = "linux")]
            ("firewall", firewall),
            ("redacted", redacted),
            ("fixes", fixes),
            ("values", values),
        ];
        for (name, target) in targets {
            let kept = format!("{}/tests/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
            let files: Vec<std::path::PathBuf> = std::fs::read_dir(&kept)
                .unwrap_or_else(|error| panic!("{kept}: {error}"))
                .map(|entry| entry.unwrap().path())
                .collect();
            assert!(!files.is_empty(), "{kept} is empty");
            for file in files {
                target(&std::fs::read(&file).unwrap());
            }
        }
        let _ = std::fs::remove_dir_all(folder());
    }
}
