//! Pictures: what they hold, whether their parts keep apart, and what a
//! browser makes of them.

#![allow(clippy::unwrap_used)] // a test that cannot go on should stop

mod maps;

#[test]
#[ignore = "writes the maps as files"]
fn write_maps() {
    let folder = std::path::PathBuf::from(std::env::var("NETMAP_MAPS").unwrap());
    for (name, map) in [
        ("shop12", maps::shop12()),
        ("proxy36", maps::proxy36()),
        ("shop48", maps::shop48()),
        ("hub59", maps::hub59()),
        ("projects300", maps::projects(300, 40)),
        ("projects3000", maps::projects(3000, 400)),
        ("random12", maps::random(1, 12, 4, 3, "r")),
        ("random60", maps::random(2, 60, 10, 3, "r")),
        ("random300", maps::random(3, 300, 40, 6, "r")),
    ] {
        std::fs::write(folder.join(format!("{name}.json")), map.to_json()).unwrap();
    }
}

use netmap::graph::{Filter, Map};
use netmap::model::Snapshot;
use netmap::render::View;
use netmap::render::svg::{self, Inspection, Options};

/// Inspects the picture of everything in a snapshot.
fn inspected(snapshot: &Snapshot, options: &Options) -> Inspection {
    let map = Map::new(snapshot);
    let selection = map.select(&Filter { stopped: true, ..Filter::default() }).unwrap();
    svg::inspect(&View::new(&map, &selection, None), options)
}

#[test]
fn nothing_overlaps_in_maps_of_any_shape() {
    let mut seen = 0;
    for (containers, networks, most) in [
        (0, 0, 1),
        (1, 1, 1),
        (3, 1, 1),
        (5, 2, 2),
        (12, 4, 3),
        (30, 3, 2),
        (40, 12, 6),
        (80, 40, 3),
        (120, 8, 4),
        (300, 40, 6),
    ] {
        for (seed, name) in [
            (1, "n"),
            (2, "ein-sehr-langer-name-der-nicht-aufhört"),
            (3, "漢字"),
            (4, "مرحبا"),
            (5, "emoji😀"),
        ] {
            if networks == 0 && containers > 0 {
                continue;
            }
            let map = maps::random(seed, containers, networks, most, name);
            for full in [false, true] {
                let result = inspected(&map, &Options { full, ..Options::default() });
                assert!(
                    result.faults.is_empty(),
                    "{containers} on {networks}, {name}, full {full}: {} faults\n{}",
                    result.faults.len(),
                    result.faults[..result.faults.len().min(5)].join("\n")
                );
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 100);
}

#[test]
fn nothing_overlaps_in_maps_with_the_shape_of_real_ones() {
    for (name, map) in [
        ("shop12", maps::shop12()),
        ("proxy36", maps::proxy36()),
        ("shop48", maps::shop48()),
        ("hub59", maps::hub59()),
        ("projects", maps::projects(300, 40)),
    ] {
        for width in [None, Some(1), Some(800), Some(1600), Some(60_000)] {
            let result = inspected(&map, &Options { width, ..Options::default() });
            assert!(result.faults.is_empty(), "{name}: {}", result.faults.join("\n"));
        }
    }
}
