//! What pictures come to in figures: twelve maps of 3 to 60 containers in a table.

#![allow(dead_code)] // tests and the contact sheet each use some of it

use std::fmt::Write;
use std::path::{Path, PathBuf};

use netmap::compose::{Request, read};
use netmap::diagnose::talks;
use netmap::graph::{Comparison, Filter, Map};
use netmap::model::Snapshot;
use netmap::render::View;
use netmap::render::svg::{self, Height, Inspection, Options, TalkShown};

use crate::maps;

/// What a picture comes to.
#[derive(Debug)]
pub struct Figures {
    pub name: String,
    pub containers: usize,
    pub networks: usize,
    pub cards: usize,
    /// The smallest text at the width of a page of documentation, in pixels.
    pub text: f64,
    /// How much of the canvas neither cards, bars nor frames cover, in percent.
    pub empty: i64,
    /// Whether height is distance from the internet, from -1 to 1.
    pub order: f64,
    /// Arrows: what is configured, what of it is drawn unasked, and when asked for.
    pub configured: usize,
    pub drawn: usize,
    pub drawn_if_asked: usize,
    /// How often lines of bars cross, and arrows cross these or one another where
    /// all are asked for.
    pub crossings: usize,
    pub arrow_crossings: usize,
    pub faults: Vec<String>,
}

/// Twelve maps of 3 to 60 containers.
pub fn twelve() -> Vec<(String, Snapshot)> {
    let planned = ["gitea", "mern", "airflow", "nextcloud", "django-celery", "shop"];
    let planned = planned.into_iter().map(|name| (format!("{name} (compose)"), corpus(name)));
    let made = [
        ("shop12", maps::shop12()),
        ("proxy36", maps::proxy36()),
        ("hub45", maps::hub45()),
        ("shop48", maps::shop48()),
        ("analytics57", maps::analytics57()),
        ("hub59", maps::hub59()),
    ];
    let made = made.into_iter().map(|(name, map)| (name.to_owned(), map));
    let mut all: Vec<_> = planned.chain(made).collect();
    all.sort_by_key(|(_, map)| map.containers.len());
    all
}

/// What a compose file of the corpus plans.
fn corpus(name: &str) -> Snapshot {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    let files: Vec<PathBuf> = vec![folder.join("compose.yaml")];
    read(&Request { files, current_folder: folder, ..Request::default() }).unwrap()
}

/// The figures of everything in a snapshot.
pub fn of(name: &str, snapshot: &Snapshot) -> Figures {
    let map = Map::new(snapshot);
    let selection = map.select(&Filter { stopped: true, ..Filter::default() }).unwrap();
    let comparison = snapshot.probe.as_ref().map(|probe| Comparison::new(&map, probe));
    let talk = talks(&map, comparison.as_ref());
    let view = View::new(&map, &selection, None).with_probe(comparison.as_ref()).with_talk(talk);
    let asked = Options { talk: Some(TalkShown::Configured), ..Options::default() };
    let picture = svg::picture(&view, &Options::default());
    let found: Inspection = svg::inspect(&view, &Options::default());
    let found_asked = svg::inspect(&view, &asked);
    Figures {
        name: name.to_owned(),
        containers: view.containers.len(),
        networks: view.used_networks().len(),
        cards: found.cards,
        text: picture.smallest_text,
        empty: 100 - found.covered,
        order: order(&found.heights),
        configured: found_asked.arrows.1,
        drawn: found.arrows.0,
        drawn_if_asked: found_asked.arrows.0,
        crossings: found.crossings,
        arrow_crossings: found_asked.arrow_crossings,
        faults: found.faults.into_iter().chain(found_asked.faults).collect(),
    }
}

/// Rank correlation of distance from the internet and height on the page (Somers'
/// D): of the pairs of cards that hang together and differ in their distance, how
/// many more stand in its order than in the other one. 1 if all do, -1 if none does.
/// Heights are those on the page.
pub fn order(heights: &[Height]) -> f64 {
    let (mut right, mut pairs) = (0_i64, 0_i64);
    for (at, one) in heights.iter().enumerate() {
        for other in &heights[at + 1..] {
            if one.part == other.part && one.rank != other.rank {
                pairs += 1;
                right += one.y.cmp(&other.y) as i64 * one.rank.cmp(&other.rank) as i64;
            }
        }
    }
    if pairs == 0 { 1.0 } else { right as f64 / pairs as f64 }
}

/// The figures as a table.
pub fn table(all: &[Figures]) -> String {
    let mut table = String::from(
        "| map | containers | networks | cards | text, px | empty, % | height | \
         arrows | unasked | configured | lines cross | arrows cross |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for of in all {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {:.1} | {} | {:.2} | {} | {} | {} | {} | {} |",
            of.name,
            of.containers,
            of.networks,
            of.cards,
            of.text,
            of.empty,
            of.order,
            of.drawn_if_asked,
            of.drawn,
            of.configured,
            of.crossings,
            of.arrow_crossings
        );
    }
    table
}
