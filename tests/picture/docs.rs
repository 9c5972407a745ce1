//! The pictures in the documentation are what netmap draws today.

use std::fs;
use std::path::PathBuf;

use netmap::model::Snapshot;
use netmap::render::svg::{self, Options};

use crate::{maps, with_view};

/// Compares with a file of docs/, which UPDATE_EXPECTED=1 writes anew.
fn assert_documented(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, text).unwrap();
    }
    let shown = fs::read_to_string(&path).unwrap_or_default();
    assert!(shown == text, "docs/{name} differs; UPDATE_EXPECTED=1 cargo test writes it anew");
}

#[test]
fn the_pictures_in_the_docs_are_what_netmap_draws() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let recorded = |path: &str| Snapshot::read(fs::File::open(root.join(path)).unwrap()).unwrap();
    for (name, map) in [
        ("shop", maps::shop12()),
        ("hub", maps::hub59()),
        ("oddities", recorded("tests/offline/zoo.json")),
        ("module-5", recorded("samples/module-5/snapshot.json")),
    ] {
        let svg = with_view(&map, |view| svg::render(view, &Options::default()));
        assert_documented(&format!("{name}.svg"), &svg);
    }
    // So that the README's command draws the first of them.
    assert_documented("shop.json", &maps::shop12().to_json());
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains("(docs/shop.svg)") && readme.contains("(docs/oddities.svg)"));
}
