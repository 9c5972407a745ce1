//! What the fuzz targets in `tests/fuzz` call: each reads bytes from strangers
//! the way a command does, goes all the way to the output, and panics when
//! that is not what it should be. The kept corpus runs through the same
//! functions with every `cargo test`.

use std::collections::BTreeSet;

use resvg::usvg::roxmltree::Document;

use crate::graph::{Comparison, Filter, Map};
use crate::model::{ContainerAt, EngineFacts, Snapshot, is_unsafe};
use crate::render::{Draw, Shown, Style, View, svg};
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
    let chosen: BTreeSet<ContainerAt> = map.containers().collect();
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
        let targets: [(&str, FuzzTarget); 5] = [
            ("snapshot", snapshot),
            ("compose", compose),
            ("check", check),
            ("answers", answers),
            ("inside", inside),
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
