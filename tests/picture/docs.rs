//! The pictures in the documentation are what netmap draws today.

use std::fs;
use std::path::PathBuf;

use netmap::model::Snapshot;
use netmap::render::svg::{self, Options};

use crate::recorded::assert_recorded;
use crate::{maps, with_view};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn recorded(path: &str) -> Snapshot {
    Snapshot::read(fs::File::open(root().join(path)).unwrap()).unwrap()
}

fn drawn(map: &Snapshot) -> String {
    with_view(map, |view| svg::render(view, &Options::default()))
}

#[test]
fn the_pictures_in_the_docs_are_what_netmap_draws() {
    for (name, map) in [
        ("shop", maps::shop12()),
        ("hub", maps::hub59()),
        ("oddities", recorded("tests/offline/zoo.json")),
        ("module-5", recorded("samples/module-5/snapshot.json")),
    ] {
        assert_recorded(&format!("docs/{name}.svg"), &drawn(&map));
    }
    // So that the README's command draws the first of them.
    assert_recorded("docs/shop.json", &maps::shop12().to_json());
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    assert!(read("README.md").contains("(docs/shop.svg)"));
    let page = read("docs/picture.md");
    assert!(page.contains("(oddities.svg)") && page.contains("(hub.svg)"));
}

#[test]
fn the_maps_of_the_lessons_are_what_netmap_draws() {
    for lesson in netmap::lesson::LESSONS {
        let folder = format!("samples/lessons/{}", lesson.name);
        let map = recorded(&format!("{folder}/snapshot.json"));
        assert_recorded(&format!("{folder}/map.svg"), &drawn(&map));
    }
}
