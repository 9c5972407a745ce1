//! Pictures: what they hold, whether their parts keep apart, and what a
//! browser makes of them.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

mod beside;
mod browser;
mod content;
mod docs;
mod hostile;
mod maps;
#[path = "../offline/recorded.rs"]
mod recorded;

use netmap::graph::{Comparison, Filter, Map};
use netmap::model::Snapshot;
use netmap::render::View;
use netmap::render::svg::{self, Inspection, Options};

/// Lets `work` have a view of everything in a snapshot.
fn with_view<T>(snapshot: &Snapshot, work: impl Fn(&View) -> T) -> T {
    let map = Map::new(snapshot);
    let selection = map.select(&Filter { stopped: true, ..Filter::default() }).unwrap();
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    work(&View::new(&map, &selection, None).with_probe(comparison.as_ref()))
}

/// Inspects the picture of everything in a snapshot.
fn inspected(snapshot: &Snapshot, options: &Options) -> Inspection {
    with_view(snapshot, |view| svg::inspect(view, options))
}

/// Every recorded snapshot of the project, by name.
fn samples() -> Vec<(String, Snapshot)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("tests/offline/zoo.json")];
    let mut folders = vec![root.join("samples")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    let read = |path: std::path::PathBuf| {
        // Other JSON may lie there too: what a command says of a sample.
        let snapshot = Snapshot::read(std::fs::File::open(&path).unwrap()).ok()?;
        let name = path.strip_prefix(root).unwrap().with_extension("");
        Some((name.display().to_string().replace('/', "-"), snapshot))
    };
    let samples: Vec<_> = files.into_iter().filter_map(read).collect();
    assert!(samples.len() >= 2, "the samples are there: {}", samples.len());
    samples
}

/// Names of several scripts, short and long.
const NAMES: [&str; 5] =
    ["n", "ein-sehr-langer-name-der-nicht-aufhört", "漢字", "مرحبا", "emoji😀"];

#[test]
fn nothing_overlaps_in_maps_of_any_shape() {
    let shapes = [
        (0, 1, 1),
        (1, 1, 1),
        (3, 1, 1),
        (5, 2, 2),
        (12, 4, 3),
        (30, 3, 2),
        (40, 12, 6),
        (80, 40, 3),
        (120, 8, 4),
        (300, 40, 2),
        (300, 40, 6),
    ];
    for (at, (containers, networks, most)) in shapes.into_iter().enumerate() {
        for seed in 0..2 {
            let name = NAMES[(2 * at + seed) % NAMES.len()];
            let map = maps::random(seed as u64, containers, networks, most, name);
            let full = seed == 0;
            let result = inspected(&map, &Options { full, ..Options::default() });
            assert!(
                result.faults.is_empty(),
                "{containers} on {networks}, {name}, full {full}: {} faults\n{}",
                result.faults.len(),
                result.faults[..result.faults.len().min(5)].join("\n")
            );
            if full {
                assert_eq!(result.cards, containers);
            }
        }
    }
}

#[test]
fn frames_hold_their_own_in_maps_of_any_shape() {
    for (containers, networks, most) in
        [(4, 2, 1), (20, 1, 1), (30, 6, 2), (60, 12, 6), (120, 8, 4), (300, 40, 3)]
    {
        for seed in 0..2 {
            let map = maps::in_projects(maps::random(seed, containers, networks, most, "n"));
            let result = inspected(&map, &Options { full: true, ..Options::default() });
            assert!(result.faults.is_empty(), "{containers} on {networks}: {:?}", result.faults);
            assert!(containers < 20 || result.framed > 3, "{containers} on {networks}: {result:?}");
        }
    }
}

#[test]
fn most_cards_of_projects_lie_in_few_frames() {
    let counted = |map: &Snapshot| {
        let result = inspected(map, &Options { full: true, ..Options::default() });
        (result.frames, result.framed, result.crossings)
    };
    let (frames, framed, crossings) = counted(&maps::shop48());
    assert!(frames <= 6 && framed >= 40 && crossings <= 18, "{frames} {framed} {crossings}");
    assert_eq!(counted(&maps::hub59()), (19, 45, 0));
}

#[test]
fn nothing_overlaps_in_maps_with_the_shape_of_real_ones() {
    let maps = maps::named().into_iter().map(|(name, map)| (name.to_owned(), map));
    for (name, map) in maps.chain(samples()) {
        for width in [None, Some(1), Some(800), Some(1600), Some(60_000)] {
            let result = inspected(&map, &Options { width, ..Options::default() });
            assert!(result.faults.is_empty(), "{name}: {}", result.faults.join("\n"));
        }
    }
}
