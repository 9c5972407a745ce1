//! Every picture of the tests on one page, to look at all of them at once, below
//! what twelve of them come to in figures:
//!
//!     cargo run --example contact-sheet -- FOLDER
//!
//! writes the pictures and `index.html` into the folder.

#![allow(clippy::unwrap_used)] // an example that cannot go on should stop

#[path = "../tests/picture/figures.rs"]
mod figures;
#[path = "../tests/picture/maps.rs"]
mod maps;

use std::fs;
use std::path::{Path, PathBuf};

use netmap::diagnose::talks;
use netmap::graph::{Comparison, Filter, Map};
use netmap::model::Snapshot;
use netmap::render::View;
use netmap::render::svg::{self, Options, TalkShown};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "contact-sheet".into()));
    fs::create_dir_all(&folder).unwrap();
    let mut page = String::from("<!DOCTYPE html><meta charset=\"utf-8\"><title>Pictures</title>\n");
    let twelve = figures::twelve();
    let measured: Vec<_> = twelve.iter().map(|(name, map)| figures::of(name, map)).collect();
    page.push_str(&format!("<pre>{}</pre>\n", figures::table(&measured)));
    let mut all: Vec<(String, Snapshot)> = twelve;
    for (name, map) in maps::named() {
        if all.iter().all(|(other, _)| other != name) {
            all.push((name.to_owned(), map));
        }
    }
    for (containers, networks, most) in [(12, 4, 3), (30, 3, 2), (60, 12, 3), (120, 20, 3)] {
        let map = maps::random(7, containers, networks, most, "node");
        all.push((format!("projects-{containers}-on-{networks}"), maps::in_projects(map)));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    read(&root.join("samples"), root, &mut all);
    read(&root.join("tests/offline"), root, &mut all);
    for (name, snapshot) in all {
        let unasked = drawn(&snapshot, &Options::default());
        put(&folder, &name, &unasked, &mut page);
        // What is too much to be drawn unasked.
        let options = Options { talk: Some(TalkShown::All), ..Options::default() };
        let asked = drawn(&snapshot, &options);
        if asked.parts.arrows.len() > unasked.parts.arrows.len() {
            put(&folder, &format!("{name}, all talk"), &asked, &mut page);
        }
    }
    fs::write(folder.join("index.html"), page).unwrap();
}

/// Writes a picture, and puts it on the page.
fn put(folder: &Path, name: &str, picture: &svg::Picture, page: &mut String) {
    let file = format!("{}.svg", name.replace([' ', ',', '(', ')'], "-"));
    fs::write(folder.join(&file), &picture.svg).unwrap();
    let size = picture.smallest_text;
    page.push_str(&format!(
        "<figure><img src=\"{file}\" alt=\"\" style=\"max-width:800px\">\
         <figcaption>{name}, text {size:.1} px</figcaption></figure>\n"
    ));
}

fn drawn(snapshot: &Snapshot, options: &Options) -> svg::Picture {
    let map = Map::new(snapshot);
    let selection = map.select(&Filter { stopped: true, ..Filter::default() }).unwrap();
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let view = View::new(&map, &selection, None)
        .with_probe(comparison.as_ref())
        .with_talk(talks(&map, comparison.as_ref()));
    svg::picture(&view, options)
}

/// Adds the snapshots of a folder.
fn read(folder: &Path, root: &Path, all: &mut Vec<(String, Snapshot)>) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, root, all);
        } else if path.extension().is_some_and(|extension| extension == "json")
            && let Ok(snapshot) = Snapshot::read(fs::File::open(&path).unwrap())
        {
            let name = path.strip_prefix(root).unwrap().with_extension("").display().to_string();
            all.push((name.replace('/', "-"), snapshot));
        }
    }
}
