//! The bars: a network each, and the parts of the world outside.

use std::collections::{BTreeMap, BTreeSet};

use super::line::{Line, LineRole};
use super::shapes::{Bar, BarKind, WayOut};
use crate::model::words::listed;
use crate::model::{ContainerAt, Driver, Network, NetworkAt, State};
use crate::order::Ordered;
use crate::render::escape;
use crate::render::svg::options::{Blank, Detail, Options};
use crate::render::svg::theme;
use crate::render::view::{Numbers as CalledOut, Ranks, Spot, View};

/// Widest that a bar's text may make it.
const WIDEST: i32 = 260;

/// For each thing of the snapshot the number of its bar.
#[derive(Debug, Default)]
pub struct Numbers {
    /// Networks.
    pub networks: BTreeMap<NetworkAt, usize>,
    /// Everybody.
    pub internet: Option<usize>,
    /// The engine's machine alone.
    pub host: Option<usize>,
}

/// The bars of these networks, and of the world outside where the view's containers
/// need them, with their numbers. Names are given later, when it is known what says
/// the project.
pub fn bars(view: &View, ranks: &Ranks, networks: &[NetworkAt]) -> (Vec<Bar>, Numbers) {
    let mut bars = Vec::new();
    let mut numbers = Numbers::default();
    let first = |at: &ContainerAt| ranks.container(*at).is_none_or(|rank| rank == 1);
    let entered = || view.containers.iter().copied().filter(first);
    if entered().any(|at| view.is_for_all(at)) {
        numbers.internet = Some(bars.len());
        bars.push(world(BarKind::Internet));
    }
    if entered().any(|at| !view.is_for_all(at) && !view.ways_in(at).is_empty()) {
        numbers.host = Some(bars.len());
        bars.push(world(BarKind::Host));
    }
    let above = joining_entrances(view, ranks, networks);
    let hues = theme::Hues::of(view.map);
    for at in networks.iter().copied().filter(|at| !view.network(*at).is_host()) {
        numbers.networks.insert(at, bars.len());
        let mut bar = network(view, at, hues.number(at));
        bar.rank = if above.contains(&at) { Some(0) } else { ranks.network(at) };
        bars.push(bar);
    }
    (bars, numbers)
}

/// The networks that join many that are reached from outside, and nothing else, each of which
/// leads to something of its own. Below them such a network would hold all of that together as
/// one crowd; it is drawn above them, beside the outside, and each stands with what is behind it.
fn joining_entrances(view: &View, ranks: &Ranks, networks: &[NetworkAt]) -> BTreeSet<NetworkAt> {
    /// As many stand side by side on a page.
    const MOST_BELOW: usize = 5;
    let is_entrance = |member: &ContainerAt| ranks.container(*member) == Some(1);
    let (among, leading): (Vec<NetworkAt>, Vec<NetworkAt>) =
        networks.iter().partition(|at| view.members(**at).iter().all(is_entrance));
    let leading_on: BTreeSet<ContainerAt> =
        leading.into_iter().flat_map(|at| view.members(at)).into_set();
    let joins = |at: &NetworkAt| {
        view.members(*at).iter().filter(|member| leading_on.contains(*member)).count() > MOST_BELOW
    };
    among.into_iter().filter(joins).into_set()
}

fn way_out(network: &Network) -> WayOut {
    match &network.driver {
        _ if network.internal => WayOut::Closed,
        driver if driver.joins_members() && !network.unlisted => WayOut::Open,
        _ => WayOut::Untold,
    }
}

fn world(kind: BarKind) -> Bar {
    let (name, title, tooltip) = match kind {
        BarKind::Host => (
            "this host",
            "This host only",
            "What runs on the engine's machine, and nobody beyond it.",
        ),
        _ => ("internet", "Internet", "Whoever can reach the engine's machine."),
    };
    Bar {
        kind,
        name: name.to_owned(),
        title: Line::new(LineRole::Strong, title),
        facts: Line::new(LineRole::Plain, ""),
        hue: 0,
        way_out: WayOut::Untold,
        is_cut: false,
        project: None,
        rank: Some(0),
        tooltip: vec![tooltip.to_owned()],
        change: None,
        is_faint: false,
    }
}

/// Whether a network is not made yet.
fn is_planned(view: &View, at: NetworkAt) -> bool {
    let members = view.map.members(at);
    let planned = |member: &ContainerAt| view.container(*member).state == State::Planned;
    view.map.snapshot().plan.is_some() || (!members.is_empty() && members.iter().all(planned))
}

fn network(view: &View, at: NetworkAt, hue: usize) -> Bar {
    let network = view.network(at);
    Bar {
        kind: BarKind::Network(at),
        name: escape::terminal(&network.name).into_owned(),
        title: Line::new(LineRole::Strong, ""),
        facts: Line::new(LineRole::Plain, ""),
        hue,
        way_out: way_out(network),
        is_cut: !network.icc,
        project: network.project.clone(),
        rank: None,
        tooltip: tooltip(view, at),
        change: view.changes.network(at),
        is_faint: view.changes.is_compared && view.changes.network(at).is_none(),
    }
}

/// Words a network's bar; `is_told` where its project is said elsewhere.
pub fn word(bar: &mut Bar, view: &View, options: &Options, called_out: &CalledOut, is_told: bool) {
    let BarKind::Network(at) = bar.kind else { return };
    let no_name = options.blank == Some(Blank::Names);
    let name = if is_told { view.short_network_name(at) } else { &view.network(at).name };
    let first = |role, text: &str| {
        Line::wrapped(role, text, WIDEST, 1).pop().unwrap_or_else(|| Line::new(role, ""))
    };
    let numbers = called_out.on([Spot::Network(at)]);
    bar.title = first(LineRole::Strong, name).left_out(no_name).numbered(numbers);
    bar.facts = first(LineRole::Plain, &facts(view, at, options));
    if no_name {
        bar.tooltip.clear();
    }
}

/// Subnet, and what is out of the ordinary. That a network is internal is said
/// by its end, and what most networks are need not be said.
fn facts(view: &View, at: NetworkAt, options: &Options) -> String {
    let network = view.network(at);
    let mut parts: Vec<String> = Vec::new();
    match &network.subnets[..] {
        // The engine will choose them, and nobody knows which.
        [] if is_planned(view, at) => {}
        [] => parts.push("no subnet".to_owned()),
        [only] => parts.push(only.subnet.to_string()),
        all if options.shows(Detail::Addresses) => {
            parts.extend(all.iter().take(2).map(|one| one.subnet.to_string()));
            if all.len() > 2 {
                parts.push(format!("{} more", all.len() - 2));
            }
        }
        // Of two families the older one is what people read; tooltips have all.
        [first, rest @ ..] => {
            parts.push(first.subnet.to_string());
            if rest.iter().any(|one| one.subnet.addr().is_ipv4()) {
                parts.push(format!("{} more", rest.len()));
            }
        }
    }
    let kind = view.kind(at);
    let mut kind = kind.split(" · ");
    let driver = kind.next().filter(|_| network.driver != Driver::Bridge).map(str::to_owned);
    parts.extend(driver);
    parts.extend(kind.filter(|flag| !matches!(*flag, "internal" | "ipv6")).map(str::to_owned));
    parts.join(" · ")
}

fn tooltip(view: &View, at: NetworkAt) -> Vec<String> {
    let network = view.network(at);
    let mut tooltip = vec![format!("network {}", network.name), view.kind(at)];
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
    let strangers = view.strangers.on(&network.name);
    if !strangers.is_empty() {
        let names: Vec<&str> = strangers.iter().map(String::as_str).collect();
        tooltip.push(format!("not shown: {}", listed(&names, 12)));
    }
    tooltip
}
