//! The picture formats of a probe: the map, with a numbered arc where a
//! measurement contradicts it.

use std::collections::BTreeSet;

use super::ProbeView;
use crate::diagnose::talks;
use crate::error::Result;
use crate::graph::{Mark, Selection};
use crate::model::{ContainerAt, NetworkAt};
use crate::order::Ordered;
use crate::render::svg::Options;
use crate::render::view::{Callout, Spot, Tone, sentences};
use crate::render::{self, Drawn, View};

/// What was measured, as an SVG.
pub fn svg(view: &ProbeView, options: &Options) -> Result<Drawn> {
    on_map(view, |map| Ok(render::svg::picture(map, &titled(view, options)).into()))
}

/// What was measured, as a PNG.
pub fn png(view: &ProbeView, options: &Options) -> Result<Drawn> {
    on_map(view, |map| render::png::render(map, &titled(view, options)))
}

/// Draws what was measured between, with what contradicts the map.
fn on_map<T>(view: &ProbeView, draw: impl FnOnce(&View) -> Result<T>) -> Result<T> {
    let map = view.map;
    let callouts = sentences(map, view.comparison).into_iter().map(|surprise| {
        let networks = surprise.networks.into_iter().map(Spot::Network);
        let ways = surprise.pairs.into_iter().map(|(from, to)| Spot::Way(from, to));
        Callout {
            tone: if surprise.mark == Mark::Leaks { Tone::Warn } else { Tone::Bad },
            text: surprise.text,
            next: Some(format!("To see why: {}", surprise.next)),
            on: networks.chain(ways).collect(),
        }
    });
    let drawn = View::new(map, &shown(view), view.scope.clone())
        .with_probe(Some(view.comparison))
        .with_talk(talks(map, Some(view.comparison)))
        .with_callouts(callouts.collect(), None);
    draw(&drawn.with_strangers(view.strangers.clone()))
}

/// The same options, with a title where none is given.
fn titled(view: &ProbeView, options: &Options) -> Options {
    let own = || match &view.scope {
        Some(scope) => format!("{scope}: what was measured"),
        None => "What was measured".to_owned(),
    };
    Options { title: Some(options.title.clone().unwrap_or_else(own)), ..options.clone() }
}

/// Whom was measured from and to, with their networks.
fn shown(view: &ProbeView) -> Selection {
    let map = view.map;
    let (from, to) = view.ends();
    let stacks = from.iter().chain(&to).flat_map(|at| [Some(*at), map.stack(*at)]).flatten();
    let containers: BTreeSet<ContainerAt> = stacks.into_set();
    let networks: BTreeSet<NetworkAt> =
        containers.iter().flat_map(|at| map.networks_of(*at)).into_set();
    Selection { containers, networks, stopped: BTreeSet::new() }
}
