//! The strips of a card: where it hangs on a bar, by which address and names
//! it is known there, and what it publishes.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::alarms::{Alarms, worse};
use super::bars::{self, Numbers};
use super::limits::{MOST, WIDEST, limited};
use super::line::{Line, LineRole};
use super::shapes::{Strip, Tap};
use crate::model::words::listed;
use crate::model::{Container, ContainerAt, Endpoint, NetworkAt, State};
use crate::render::svg::options::Blank;
use crate::render::svg::reduce::Group;
use crate::render::view::{Opening, View};

/// The strips of a group: one for each bar it hangs on.
pub fn strips(
    view: &View,
    group: &Group,
    numbers: &Numbers,
    alarms: &Alarms,
    blank: Option<Blank>,
) -> Vec<Strip> {
    let owner = group.owners[0];
    let mut strips: BTreeMap<usize, Strip> = BTreeMap::new();
    if bars::hangs_on_nothing(view, owner) {
        if let Some(bar) = numbers.nowhere {
            let tap = Tap::Idle;
            strips.insert(
                bar,
                Strip {
                    bar,
                    lines: Vec::new(),
                    tap,
                    tooltip: Vec::new(),
                    change: None,
                    size: OnceCell::new(),
                },
            );
        }
        return strips.into_values().collect();
    }
    for (network, endpoint) in view.map.endpoints(owner) {
        let Some((network, bar)) =
            network.and_then(|network| Some((network, *numbers.networks.get(&network)?)))
        else {
            continue;
        };
        let strip = if Some(bar) == numbers.outside {
            on_host(bar, view, owner)
        } else {
            endpoint_strip(view, group, network, endpoint, bar, alarms, blank)
        };
        strips.entry(bar).or_insert(strip);
    }
    let published = view.openings(owner);
    if let Some(bar) = numbers.outside.filter(|_| !published.is_empty()) {
        strips.insert(bar, published_strip(bar, view.container(owner), &published));
    } else if let (Some(bar), true) = (numbers.outside, view.map.on_host(owner)) {
        strips.entry(bar).or_insert_with(|| on_host(bar, view, owner));
    }
    strips.into_values().collect()
}

fn on_host(bar: usize, view: &View, owner: ContainerAt) -> Strip {
    let running = view.container(owner).state.has_network();
    Strip {
        bar,
        lines: vec![Line::new(LineRole::Plain, "uses the host's own network")],
        tap: if running { Tap::World } else { Tap::Idle },
        tooltip: vec![format!("{} shares the host's network stack", view.container(owner).name)],
        change: None,
        size: OnceCell::new(),
    }
}

fn published_strip(bar: usize, container: &Container, published: &[Opening]) -> Strip {
    let everywhere = published.iter().any(|opening| opening.everywhere);
    let line = |opening: &Opening| {
        let role = if opening.everywhere { LineRole::World } else { LineRole::Nearby };
        Line::new(role, &opening.text)
    };
    let shown = if published.len() > MOST { MOST - 1 } else { published.len() };
    let mut lines: Vec<Line> = published[..shown].iter().map(line).collect();
    if published.len() > shown {
        lines.push(Line::new(LineRole::Plain, &format!("and {} more", published.len() - shown)));
    }
    let verb = if container.state == State::Planned { "is to be" } else { "is" };
    let mut tooltip = vec![format!("{} {verb} published as", container.name)];
    tooltip.extend(published.iter().take(24).map(|opening| opening.text.clone()));
    let tap = if everywhere { Tap::World } else { Tap::Nearby };
    Strip { bar, lines, tap, tooltip, change: None, size: OnceCell::new() }
}

fn endpoint_strip(
    view: &View,
    group: &Group,
    network: NetworkAt,
    endpoint: &Endpoint,
    bar: usize,
    alarms: &Alarms,
    blank: Option<Blank>,
) -> Strip {
    let owner = group.owners[0];
    let container = view.container(owner);
    let mut addresses: Vec<String> = Vec::new();
    for at in &group.owners {
        let Some(endpoint) = view.map.endpoint_on(*at, network) else { continue };
        let several = group.owners.len() > 1;
        let shown = endpoint.addresses().take(if several { 1 } else { 2 });
        addresses.extend(shown.map(|address| address.to_string()));
    }
    let planned = container.state == State::Planned;
    let mut lines: Vec<Line> = if addresses.is_empty() && planned {
        // The engine will choose one; the names are what there is to know.
        Vec::new()
    } else if addresses.is_empty() {
        vec![Line::new(LineRole::Quiet, "no address")]
    } else {
        limited(addresses.iter().map(String::as_str), LineRole::Plain)
    };
    for line in &mut lines {
        line.blank = blank == Some(Blank::Addresses);
    }
    let mut tooltip = vec![format!("{} on {}", container.name, view.network(network).name)];
    if blank != Some(Blank::Addresses) {
        tooltip.extend(addresses.iter().take(24).cloned());
    }
    if group.owners.len() == 1 && !view.network(network).is_default_bridge() {
        let names = container.chosen_names_on(endpoint);
        tooltip.extend(names.iter().take(24).map(|name| format!("known as {name}")));
        if !names.is_empty() {
            let text = listed(&names, 3);
            lines.extend(
                Line::wrapped(LineRole::Quiet, &text, WIDEST, 2)
                    .into_iter()
                    .map(|line| line.left_out(blank == Some(Blank::Names))),
            );
        }
    }
    if lines.is_empty() {
        lines.push(Line::new(LineRole::Quiet, "no name"));
    }
    if blank == Some(Blank::Names) {
        tooltip.clear();
    }
    let measured = group.owners.iter().filter_map(|at| alarms.taps.get(&(*at, network))).copied();
    let idle = if container.state.has_network() { Tap::Live } else { Tap::Idle };
    let tap = measured.reduce(worse).unwrap_or(idle);
    Strip {
        bar,
        lines,
        tap,
        tooltip,
        change: view.changes.endpoint(owner, network),
        size: OnceCell::new(),
    }
}
