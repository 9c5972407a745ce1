//! The bars: a network each, one for the world outside, and one that is none.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::line::{Line, LineRole};
use super::shapes::{Bar, BarKind, Card, WayOut};
use crate::graph::StackOwner;
use crate::model::words::listed;
use crate::model::{ContainerAt, Network, NetworkAt, NetworkMode, State};
use crate::render::escape;
use crate::render::svg::options::Blank;
use crate::render::svg::theme;
use crate::render::view::{self, View};

/// Widest that a bar's text may make it.
const WIDEST: i32 = 340;

/// For each thing of the snapshot the number of its bar.
#[derive(Debug, Default)]
pub struct Numbers {
    pub networks: BTreeMap<NetworkAt, usize>,
    pub outside: Option<usize>,
    pub nowhere: Option<usize>,
}

/// The bars that the view's containers need, with their numbers.
pub fn bars(view: &View, blank: Option<Blank>) -> (Vec<Bar>, Numbers) {
    let mut bars = Vec::new();
    let mut numbers = Numbers::default();
    let host = view.networks.iter().copied().find(|at| view.network(*at).is_host());
    let networks: Vec<NetworkAt> = view
        .used_networks()
        .into_iter()
        .chain(view.empty_networks())
        .filter(|at| !view.network(*at).is_host())
        .collect();
    if is_outside_shown(view, &networks) {
        numbers.outside = Some(bars.len());
        numbers.networks.extend(host.map(|host| (host, bars.len())));
        bars.push(outside(view, host, &networks));
    }
    let names: Vec<&str> = networks.iter().map(|at| view.network(*at).name.as_str()).collect();
    let hues = theme::hues(&names, &meetings(view, &networks));
    for (at, hue) in networks.into_iter().zip(hues) {
        numbers.networks.insert(at, bars.len());
        bars.push(network(view, at, hue, blank));
    }
    if view.containers.iter().any(|at| hangs_on_nothing(view, *at)) {
        numbers.nowhere = Some(bars.len());
        bars.push(nowhere());
    }
    (bars, numbers)
}

/// Which of the networks, by their places among these, have a container in common.
fn meetings(view: &View, networks: &[NetworkAt]) -> Vec<(usize, usize)> {
    let position: HashMap<NetworkAt, usize> =
        networks.iter().enumerate().map(|(position, at)| (*at, position)).collect();
    let mut meetings = BTreeSet::new();
    for at in &view.containers {
        let on: BTreeSet<usize> =
            view.map.networks_of(*at).filter_map(|at| position.get(&at).copied()).collect();
        for a in &on {
            meetings.extend(on.range(a + 1..).map(|b| (*a, *b)));
        }
    }
    meetings.into_iter().collect()
}

/// Whether a container has no network at all.
pub fn hangs_on_nothing(view: &View, at: ContainerAt) -> bool {
    match view.map.stack_owner(at) {
        StackOwner::Missing => true,
        StackOwner::Other(_) => false,
        StackOwner::Itself => {
            let container = view.container(at);
            container.network_mode != NetworkMode::Host
                && view.published(at).is_empty()
                && !view.map.networks_of(at).any(|network| !view.network(network).is_none())
        }
    }
}

/// The world outside matters where something is let in or can get out.
fn is_outside_shown(view: &View, networks: &[NetworkAt]) -> bool {
    view.containers.iter().any(|at| {
        !view.published(*at).is_empty() || view.container(*at).network_mode == NetworkMode::Host
    }) || networks
        .iter()
        .any(|at| way_out(view.network(*at)) == WayOut::Open && !view.map.members(*at).is_empty())
}

fn way_out(network: &Network) -> WayOut {
    match &network.driver {
        _ if network.internal => WayOut::Closed,
        driver if driver.joins_members() && !network.unlisted => WayOut::Open,
        _ => WayOut::Untold,
    }
}

fn outside(view: &View, host: Option<NetworkAt>, networks: &[NetworkAt]) -> Bar {
    let closed: Vec<&str> = networks
        .iter()
        .filter(|at| way_out(view.network(**at)) == WayOut::Closed)
        .map(|at| view.network(*at).name.as_str())
        .collect();
    let mut tooltip = vec!["The engine's machine, and what is beyond it.".to_owned()];
    if !closed.is_empty() {
        tooltip.push(format!("No way out from {}.", listed(&closed, 12)));
    }
    Bar {
        kind: BarKind::Outside(host),
        name: host.map_or("host".to_owned(), |at| escape::terminal(&view.network(at).name).into()),
        title: Line::new(LineRole::Strong, "host and internet"),
        nature: Line::new(LineRole::Plain, ""),
        facts: Line::new(LineRole::Plain, "the world outside"),
        hue: 0,
        way_out: WayOut::Untold,
        project: None,
        tooltip,
        change: None,
    }
}

/// Says of the world outside how much of the inside it gets to see. What is
/// only planned shows itself.
pub fn word_outside(bars: &mut [Bar], cards: &[Card], view: &View) {
    if view.map.snapshot().plan.is_some() {
        return;
    }
    let Some(bar) = bars.iter().position(Bar::is_outside) else { return };
    if !cards.iter().any(|card| card.strips.iter().any(|strip| strip.bar == bar)) {
        bars[bar].facts = Line::new(LineRole::Plain, "nothing is published");
    }
}

fn nowhere() -> Bar {
    Bar {
        kind: BarKind::Nowhere,
        name: "none".to_owned(),
        title: Line::new(LineRole::Strong, "no network"),
        nature: Line::new(LineRole::Plain, ""),
        facts: Line::new(LineRole::Plain, "nothing reaches these"),
        hue: 0,
        way_out: WayOut::Untold,
        project: None,
        tooltip: vec!["Containers without any network.".to_owned()],
        change: None,
    }
}

/// Whether a network is not made yet.
fn is_planned(view: &View, at: NetworkAt) -> bool {
    let members = view.map.members(at);
    let planned = |member: &ContainerAt| view.container(*member).state == State::Planned;
    view.map.snapshot().plan.is_some() || (!members.is_empty() && members.iter().all(planned))
}

fn network(view: &View, at: NetworkAt, hue: usize, blank: Option<Blank>) -> Bar {
    let network = view.network(at);
    let no_name = blank == Some(Blank::Names);
    let kind = view::kind(network);
    let subnets: Vec<String> = network.subnets.iter().map(|s| s.subnet.to_string()).collect();
    let shown = match subnets.len() {
        // The engine will choose them, and nobody knows which.
        0 if is_planned(view, at) => String::new(),
        0 => "no subnet".to_owned(),
        1 | 2 => subnets.join(" · "),
        more => format!("{} · {} and {} more", subnets[0], subnets[1], more - 2),
    };
    // Driver and flags stand beside the name, or below where nothing else does.
    let (nature, facts) = if shown.is_empty() { ("", &kind) } else { (kind.as_str(), &shown) };
    let mut tooltip = vec![format!("network {}", network.name), kind.clone()];
    for subnet in &network.subnets {
        tooltip.push(match view.map.gateway(at, subnet) {
            Some(gateway) => format!("{} by {gateway}", subnet.subnet),
            None => subnet.subnet.to_string(),
        });
    }
    tooltip.push(match way_out(network) {
        WayOut::Open => "a way out".to_owned(),
        WayOut::Closed => "no way out".to_owned(),
        WayOut::Untold => "not known whether there is a way out".to_owned(),
    });
    if no_name {
        tooltip.clear();
    }
    let first = |role, text: &str| {
        Line::wrapped(role, text, WIDEST, 1).pop().unwrap_or_else(|| Line::new(role, ""))
    };
    Bar {
        kind: BarKind::Network(at),
        name: escape::terminal(&network.name).into_owned(),
        title: first(LineRole::Strong, &network.name).left_out(no_name),
        nature: first(LineRole::Plain, nature),
        facts: first(LineRole::Plain, facts),
        hue,
        way_out: way_out(network),
        project: network.project.clone(),
        tooltip,
        change: view.changes.network(at),
    }
}
