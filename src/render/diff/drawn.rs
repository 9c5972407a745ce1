//! The picture formats of a difference: both sides on one map, with marks.

use std::collections::BTreeMap;

use super::DiffView;
use crate::diff::{Happened, Overlay, overlay};
use crate::error::Result;
use crate::graph::{Filter, Map};
use crate::render::svg::Options;
use crate::render::view::{Change, Changes};
use crate::render::{self, Style, View};

/// Both sides as an SVG.
pub fn svg(view: &DiffView, options: &Options) -> Result<Vec<u8>> {
    on_one_map(view, |map| Ok(render::svg::render(map, &titled(view, options)).into_bytes()))
}

/// Both sides as a PNG.
pub fn png(view: &DiffView, options: &Options) -> Result<Vec<u8>> {
    on_one_map(view, |map| render::png::render(map, &titled(view, options)))
}

/// Both sides as a page.
pub fn html(view: &DiffView, options: &Options) -> Result<Vec<u8>> {
    on_one_map(view, |map| Ok(render::html::render(map, &titled(view, options)).into_bytes()))
}

/// Both sides in the DOT language.
pub fn dot(view: &DiffView) -> Result<String> {
    on_one_map(view, |map| Ok(render::dot::render(map, &Style::default())))
}

/// Draws both sides, laid over one another.
fn on_one_map<T>(view: &DiffView, draw: impl FnOnce(&View) -> Result<T>) -> Result<T> {
    let overlay = overlay(view.before.snapshot, view.after.snapshot, view.difference);
    let map = Map::new(&overlay.snapshot);
    let everything = map.select(&Filter { stopped: true, ..Filter::default() })?;
    let drawn = View::new(&map, &everything, None).with_changes(changes(&overlay));
    draw(&drawn.with_strangers(view.strangers.clone()))
}

/// The marks of an overlay.
fn changes(overlay: &Overlay) -> Changes {
    Changes {
        containers: marked(&overlay.containers),
        networks: marked(&overlay.networks),
        endpoints: marked(&overlay.endpoints),
    }
}

/// The same options, with a title where none is given.
fn titled(view: &DiffView, options: &Options) -> Options {
    let title = options.title.clone();
    let title = title.unwrap_or_else(|| title_of(view.before.name, view.after.name));
    Options { title: Some(title), ..options.clone() }
}

/// The title of a drawn difference: of two paths, only where they differ.
fn title_of(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.split('/').collect(), after.split('/').collect());
    let most = a.len().min(b.len()) - 1;
    let common = a.iter().zip(&b).take(most).take_while(|(a, b)| a == b).count();
    let from = |parts: &[&str], at: usize| parts[at.min(parts.len())..].join("/");
    // A file and its folder are enough, unless they are the same in both.
    let short = |parts: &[&str]| from(parts, common.max(parts.len().saturating_sub(2)));
    let (mut before, mut after) = (short(&a), short(&b));
    if before == after {
        (before, after) = (from(&a, common), from(&b, common));
    }
    format!("{before} → {after}")
}

fn marked<K: Copy + Ord>(happened: &BTreeMap<K, Happened>) -> BTreeMap<K, Change> {
    let change = |happened: &Happened| match happened {
        Happened::Added => Change::Added,
        Happened::Removed => Change::Removed,
        Happened::Changed => Change::Changed,
    };
    happened.iter().map(|(at, happened)| (*at, change(happened))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_short_and_tell_apart() {
        assert_eq!(title_of("/a/b/monday.json", "/a/b/today.json"), "monday.json → today.json");
        assert_eq!(title_of("/a/b/c/me.json", "/a/d/c/me.json"), "b/c/me.json → d/c/me.json");
        assert_eq!(title_of("a/me.json", "b/me.json"), "a/me.json → b/me.json");
        assert_eq!(title_of("me.json", "what runs now"), "me.json → what runs now");
    }
}
