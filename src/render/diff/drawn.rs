//! The picture formats of a difference: both sides on one map, with marks.

use std::collections::{BTreeMap, HashMap};

use super::DiffView;
use super::view::side;
use crate::diff::{About, Change as Difference, ChangeKind, Happened, Overlay, Subject, overlay};
use crate::error::Result;
use crate::graph::{Filter, Map};
use crate::model::ContainerAt;
use crate::order::Ordered;
use crate::render::svg::Options;
use crate::render::view::{Callout, Change, Changes, Spot, Tone};
use crate::render::{self, Drawn, Style, View};

/// Both sides as an SVG.
pub fn svg(view: &DiffView, options: &Options) -> Result<Drawn> {
    on_one_map(view, |map| Ok(render::svg::picture(map, &titled(view, options)).into()))
}

/// Both sides as a PNG.
pub fn png(view: &DiffView, options: &Options) -> Result<Drawn> {
    on_one_map(view, |map| render::png::render(map, &titled(view, options)))
}

/// Both sides as a page.
pub fn html(view: &DiffView, options: &Options) -> Result<Drawn> {
    on_one_map(view, |map| {
        Ok(render::html::render(map, &titled(view, options)).into_bytes().into())
    })
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
    let drawn = View::new(&map, &everything, None)
        .with_changes(changes(&overlay))
        .with_callouts(callouts(view, &overlay), Some(view.summary().join(" ")));
    draw(&drawn.with_strangers(view.strangers.clone()))
}

/// What differs, one callout for each thing that does: of a container that came
/// or went, with the networks that it is on.
fn callouts(view: &DiffView, overlay: &Overlay) -> Vec<Callout> {
    let came_or_went = |at: &ContainerAt| {
        let happened = overlay.containers.get(at);
        happened.is_some_and(|happened| *happened != Happened::Changed)
    };
    let mut groups: Vec<Vec<&Difference>> = Vec::new();
    let mut places: HashMap<(Subject, String), usize> = HashMap::new();
    for change in view.by_name() {
        let thing = match overlay.about(change) {
            Some(About::Endpoint(at, _)) if came_or_went(&at) => {
                change.name.rsplit_once(" on ").map_or(change.name.as_str(), |(name, _)| name)
            }
            _ => &change.name,
        };
        let place = *places.entry((change.subject, thing.to_owned())).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    groups.iter().map(|changes| callout(changes, overlay)).collect()
}

fn callout(changes: &[&Difference], overlay: &Overlay) -> Callout {
    let first = changes[0];
    let all = |happened: Happened| changes.iter().all(|change| change.happened == happened);
    let noun = match first.subject {
        Subject::Network => "network ",
        Subject::Container | Subject::Pair => "",
    };
    let parts: Vec<String> = changes
        .iter()
        .map(|change| match change.name.rsplit_once(" on ") {
            Some((name, network)) if name == first.name => {
                format!("on {network} {}", described(change))
            }
            _ => described(change),
        })
        .collect();
    let spot = overlay.about(first).map(|about| match about {
        About::Network(at) => Spot::Network(at),
        About::Container(at) => Spot::Container(at),
        About::Endpoint(container, network) => Spot::Endpoint(container, network),
        About::Pair(from, to) => Spot::Way(from, to),
    });
    Callout {
        tone: match () {
            () if all(Happened::Added) => Tone::Good,
            () if all(Happened::Removed) => Tone::Bad,
            () => Tone::Warn,
        },
        text: format!("{noun}{}: {}.", first.name, parts.join("; ")),
        next: None,
        on: spot.into_iter().collect(),
    }
}

/// `added, bridge`, `internal no → yes`, `port *:80 → 80 removed`.
fn described(change: &Difference) -> String {
    let what = match change.field {
        "" => match change.kind {
            ChangeKind::Network | ChangeKind::Container | ChangeKind::Endpoint => "",
            kind => kind.as_str(),
        },
        field => field,
    };
    let (before, after) = (side(&change.before), side(&change.after));
    let words = match change.happened {
        Happened::Changed => vec![what.to_owned(), format!("{before} → {after}")],
        happened => {
            let value = if happened == Happened::Added { after } else { before };
            let value = if value == "–" { "" } else { value };
            match what {
                "" if value.is_empty() => vec![happened.as_str().to_owned()],
                "" => vec![format!("{}, {value}", happened.as_str())],
                what => vec![what.to_owned(), value.to_owned(), happened.as_str().to_owned()],
            }
        }
    };
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The marks of an overlay.
fn changes(overlay: &Overlay) -> Changes {
    Changes {
        is_compared: true,
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
    happened.iter().map(|(at, happened)| (*at, change(happened))).into_map()
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
