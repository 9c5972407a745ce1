//! The picture formats of a ladder: the two, the networks between them and what
//! else is on the way, with the number of each rung where it stands.

use std::collections::BTreeSet;

use super::LadderView;
use super::text::{aim, verdict_words};
use crate::error::Result;
use crate::graph::Selection;
use crate::model::words::{full_stop, sentence_case};
use crate::model::{ContainerAt, NetworkAt, Rung, RungKind, Status};
use crate::render::svg::Options;
use crate::render::view::{Callout, Spot, Tone, Way};
use crate::render::{self, Drawn, View, fix};

/// The way as an SVG.
pub fn svg(view: &LadderView, options: &Options) -> Result<Drawn> {
    on_map(view, options, |map, options| Ok(render::svg::picture(map, options).into()))
}

/// The way as a PNG.
pub fn png(view: &LadderView, options: &Options) -> Result<Drawn> {
    on_map(view, options, render::png::render)
}

/// Draws the part of the map that the way leads through.
fn on_map<T>(
    view: &LadderView,
    options: &Options,
    draw: impl FnOnce(&View, &Options) -> Result<T>,
) -> Result<T> {
    let ladder = view.ladder;
    let between = Between::of(view);
    let rungs = ladder.rungs.iter().filter(|rung| rung.status != Status::Skipped);
    let callouts = rungs.map(|rung| between.callout(view, rung)).collect();
    let way =
        view.to.map(|to| Way { from: view.from, to, port: view.port, reach: ladder.verdict() });
    let caption = format!("{}.", sentence_case(&verdict_words(ladder)));
    let map = View::new(view.map, &between.selection(view), None)
        .with_ways(way.into_iter().collect())
        .with_callouts(callouts, Some(caption));
    let title = options.title.clone();
    let title = title.unwrap_or_else(|| format!("{} → {}", ladder.from, ladder.to));
    draw(&map, &Options { title: Some(title), ..options.clone() })
}

/// What lies between the two ends.
struct Between {
    /// Networks on which both are.
    shared: Vec<NetworkAt>,
    /// What is drawn of the map's networks.
    networks: BTreeSet<NetworkAt>,
    /// Others that are on a network of each end, where the two share none.
    joining: BTreeSet<ContainerAt>,
}

impl Between {
    fn of(view: &LadderView) -> Self {
        let map = view.map;
        let networks_of = |at: ContainerAt| -> BTreeSet<NetworkAt> {
            map.networks_of(map.stack(at).unwrap_or(at)).collect()
        };
        let from = networks_of(view.from);
        let to = view.to.map(networks_of).unwrap_or_default();
        let shared: Vec<NetworkAt> = from.intersection(&to).copied().collect();
        let mut joining = BTreeSet::new();
        let networks = match shared.is_empty() {
            false => shared.iter().copied().collect(),
            true => {
                let members = |of: &BTreeSet<NetworkAt>| -> BTreeSet<ContainerAt> {
                    of.iter().flat_map(|network| map.members(*network)).copied().collect()
                };
                joining.extend(members(&from).intersection(&members(&to)));
                from.union(&to).copied().collect()
            }
        };
        Self { shared, networks, joining }
    }

    fn selection(&self, view: &LadderView) -> Selection {
        let ends = std::iter::once(view.from).chain(view.to);
        let stacks = ends.flat_map(|at| [Some(at), view.map.stack(at)]).flatten();
        Selection {
            containers: stacks.chain(self.joining.iter().copied()).collect(),
            networks: self.networks.clone(),
            stopped: BTreeSet::new(),
        }
    }

    /// A rung, with its number where it stands: on the ends, the networks that
    /// they share, or the arrow between them.
    fn callout(&self, view: &LadderView, rung: &Rung) -> Callout {
        let ends = || std::iter::once(view.from).chain(view.to);
        let arrow = || match view.to.filter(|to| view.map.stack(*to) != view.map.stack(view.from)) {
            Some(to) => vec![Spot::Way(view.from, to)],
            None => vec![Spot::Container(view.from)],
        };
        let on = match rung.rung {
            RungKind::Running => {
                let is_down = |at: &ContainerAt| !view.map.container(*at).state.has_network();
                let is_fault = rung.status == Status::Fail && ends().any(|at| is_down(&at));
                let culprits = ends().filter(|at| !is_fault || is_down(at));
                culprits.map(Spot::Container).collect()
            }
            RungKind::Network if self.shared.is_empty() => arrow(),
            RungKind::Network => self.shared.iter().copied().map(Spot::Network).collect(),
            RungKind::Name | RungKind::Packets | RungKind::Address | RungKind::Size => arrow(),
            RungKind::Port => vec![Spot::Container(view.to.unwrap_or(view.from))],
        };
        let notes = rung.notes.iter().map(String::as_str);
        let sentences: Vec<&str> = std::iter::once(rung.detail.as_str()).chain(notes).collect();
        let is_obstacle = view.ladder.obstacle() == Some(rung);
        Callout {
            tone: match rung.status {
                Status::Pass => Tone::Good,
                Status::Fail => Tone::Bad,
                Status::Unknown => Tone::Warn,
                Status::Skipped => Tone::Plain,
            },
            text: full_stop(&format!("{}: {}", rung.rung.as_str(), sentences.join("; "))),
            next: is_obstacle.then(|| fix::in_short(aim(view.ladder), &view.ladder.fix)).flatten(),
            on,
        }
    }
}
