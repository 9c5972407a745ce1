//! The cards: what a container's card says, and its strips.

use std::collections::{BTreeMap, BTreeSet};

use super::{Card, Line, Look, Numbers, Role, Strip, Tap, bars};
use crate::graph::{Agreement, StackOwner};
use crate::model::{Container, Endpoint, Health, Protocol, State};
use crate::render::escape;
use crate::render::svg::Blank;
use crate::render::svg::reduce::Group;
use crate::render::view::{self, View};

/// Widest that a card's text may make it.
const WIDEST: i32 = 220;
/// How many lines of one kind a card has at most.
const MOST: usize = 4;

/// What a probe says of containers and endpoints.
#[derive(Debug, Default)]
pub struct Alarms {
    /// For each container, what contradicts the map.
    lines: BTreeMap<usize, BTreeSet<String>>,
    /// For each container and network, how the tap looks.
    taps: BTreeMap<(usize, usize), Tap>,
}

/// Sums up the view's probe for each container and endpoint.
pub fn alarms(view: &View) -> Alarms {
    let mut alarms = Alarms::default();
    let Some(comparison) = view.probe else { return alarms };
    let places: BTreeMap<&str, usize> =
        view.networks.iter().map(|at| (view.network(*at).name.as_str(), *at)).collect();
    for row in &comparison.rows {
        let (from, to) = (view.container(row.from), view.container(row.to));
        let network = row.measurement.network.as_deref();
        match row.agreement {
            Agreement::Fails => {
                let on = network.map(|network| format!(" on {network}")).unwrap_or_default();
                let by = if network.is_none() { " by name" } else { "" };
                let line = format!("✗ {} does not answer{by}{on}", to.name);
                alarms.lines.entry(row.from).or_default().insert(line);
            }
            Agreement::Leaks => {
                let line = format!("! reaches {} although apart", to.name);
                alarms.lines.entry(row.from).or_default().insert(line);
                let line = format!("! reached by {} although apart", from.name);
                alarms.lines.entry(row.to).or_default().insert(line);
            }
            Agreement::Untold | Agreement::Agrees => {}
        }
        let tap = match row.agreement {
            Agreement::Leaks | Agreement::Fails => Tap::Surprise,
            Agreement::Untold => Tap::Untold,
            Agreement::Agrees if row.measurement.outcome.got_through() == Some(true) => {
                Tap::Reached
            }
            // Isolation that holds says nothing about the endpoint.
            Agreement::Agrees => continue,
        };
        let Some(network) = network.and_then(|name| places.get(name)) else { continue };
        for container in [row.from, row.to] {
            let owner = view.map.stack(container).unwrap_or(container);
            if view.map.endpoint_on(owner, *network).is_none() {
                continue;
            }
            let worst = alarms.taps.entry((owner, *network)).or_insert(tap);
            *worst = worse(*worst, tap);
        }
    }
    alarms
}

/// A surprise outweighs all; what got through once outweighs what was not told.
fn worse(a: Tap, b: Tap) -> Tap {
    let weight = |tap| match tap {
        Tap::Surprise => 2,
        Tap::Reached => 1,
        _ => 0,
    };
    if weight(a) >= weight(b) { a } else { b }
}

/// The card of a group.
pub fn card(
    view: &View,
    group: &Group,
    numbers: &Numbers,
    alarms: &Alarms,
    blank: Option<Blank>,
) -> Card {
    let owner = group.owners[0];
    let container = view.container(owner);
    let is_many = group.owners.len() > 1;
    let riders = view.in_order(view.map.riders(owner).iter().copied());
    let mut parts =
        vec![if is_many { crowd(view, group, blank) } else { person(view, owner, blank) }];
    if let (false, Some(part)) = (is_many, parts.first_mut()) {
        part.extend(listening(view, owner));
    }
    parts.extend(riders.iter().map(|rider| self::rider(view, *rider, blank)));
    let mut containers = group.owners.clone();
    containers.extend(&riders);
    let warnings: BTreeSet<&String> =
        containers.iter().filter_map(|at| alarms.lines.get(at)).flatten().collect();
    let is_alarming = !warnings.is_empty();
    if is_alarming && blank.is_none() {
        parts.push(limited(warnings.into_iter().map(String::as_str), Role::Alarm));
    }
    let tooltip =
        if blank == Some(Blank::Names) { Vec::new() } else { tooltip(view, &containers, blank) };
    Card {
        name: escape::terminal(&group.title).into_owned(),
        parts,
        strips: strips(view, group, numbers, alarms, blank),
        project: container.project().map(str::to_owned),
        look: group
            .owners
            .iter()
            .map(|at| look(view.container(*at)))
            .max()
            .unwrap_or(Look::Running),
        is_many,
        is_alarming,
        tooltip,
        change: view.changes.container(owner),
    }
}

/// How well a container is.
fn look(container: &Container) -> Look {
    match container.state {
        State::Running if container.health == Some(Health::Unhealthy) => Look::Ailing,
        State::Running => Look::Running,
        State::Paused | State::Restarting | State::Unknown => Look::Waiting,
        State::Planned => Look::Planned,
        State::Created | State::Removing | State::Exited | State::Dead => Look::Stopped,
    }
}

/// What a card says of one container.
fn person(view: &View, at: usize, blank: Option<Blank>) -> Vec<Line> {
    let container = view.container(at);
    let no_name = blank == Some(Blank::Names);
    let mut lines: Vec<Line> = Line::wrapped(Role::Name, &container.name, WIDEST, 3)
        .into_iter()
        .map(|line| line.left_out(no_name))
        .collect();
    if let Some(change) = view.changes.container(at) {
        lines.extend(Line::wrapped(Role::Changed(change), change.word(), WIDEST, 1));
    }
    if !container.image.is_empty() {
        lines.extend(Line::wrapped(Role::Quiet, &container.image, WIDEST, 2));
    }
    lines.extend(rest(view, at));
    lines
}

/// What a card says of a container in another one's network namespace.
fn rider(view: &View, at: usize, blank: Option<Blank>) -> Vec<Line> {
    let name = format!("└ {}", view.container(at).name);
    let mut lines: Vec<Line> = Line::wrapped(Role::Strong, &name, WIDEST, 2)
        .into_iter()
        .map(|line| line.left_out(blank == Some(Blank::Names)))
        .collect();
    lines.extend(rest(view, at));
    lines
}

/// State and ports.
fn rest(view: &View, at: usize) -> Vec<Line> {
    let container = view.container(at);
    let role = Role::State(look(container));
    let mut lines = Line::wrapped(role, &view::state(container), WIDEST, 2);
    // Only the first line has the sign.
    for line in lines.iter_mut().skip(1) {
        *line = Line::new(Role::Plain, &line.text);
    }
    if view.map.stack_owner(at) == StackOwner::Missing {
        lines.extend(Line::wrapped(Role::Alarm, "its network stack is gone", WIDEST, 2));
    }
    let wanted: Vec<String> =
        view::unpublished(container).iter().map(|port| format!("wants {port}")).collect();
    lines.extend(limited(wanted.iter().map(String::as_str), Role::Quiet));
    let exposed = view::only_exposed(container);
    if !exposed.is_empty() {
        let text = format!("exposes {}", exposed.join(", "));
        lines.extend(Line::wrapped(Role::Quiet, &text, WIDEST, 2));
    }
    lines
}

/// The ports that something was seen to listen on. A network stack has one
/// set of them, so they stand with its owner.
fn listening(view: &View, owner: usize) -> Vec<Line> {
    let id = &view.container(owner).id;
    let seen = view.map.snapshot().observations.iter().find(|seen| seen.id == *id);
    let Some(listening) = seen.and_then(|seen| seen.listening.as_ref()) else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for (only_itself, words) in [(false, "listens on"), (true, "listens to itself only on")] {
        let ports: BTreeSet<(u16, Protocol)> = listening
            .iter()
            .filter(|socket| socket.is_loopback_only() == only_itself)
            .map(|socket| (socket.port, socket.protocol))
            .collect();
        let ports: Vec<String> = ports
            .into_iter()
            .map(|(port, protocol)| match protocol {
                Protocol::Tcp => port.to_string(),
                other => format!("{port}/{other}"),
            })
            .collect();
        if !ports.is_empty() {
            let ports: Vec<&str> = ports.iter().map(String::as_str).collect();
            let text = format!("{words} {}", view::list(&ports, 8));
            lines.extend(Line::wrapped(Role::Quiet, &text, WIDEST, 2));
        }
    }
    lines
}

/// What a card says of several containers that are alike.
fn crowd(view: &View, group: &Group, blank: Option<Blank>) -> Vec<Line> {
    let no_name = blank == Some(Blank::Names);
    let number = group.owners.len();
    let title = format!("{} ×{number}", group.title);
    let mut lines: Vec<Line> = Line::wrapped(Role::Name, &title, WIDEST, 3)
        .into_iter()
        .map(|line| line.left_out(no_name))
        .collect();
    let names: Vec<&str> =
        group.owners.iter().map(|at| view.container(*at).name.as_str()).collect();
    let text = view::list(&names, 6);
    lines.extend(
        Line::wrapped(Role::Quiet, &text, WIDEST, MOST)
            .into_iter()
            .map(|line| line.left_out(no_name)),
    );
    let container = view.container(group.owners[0]);
    let state = format!(
        "all {}",
        view::state(&Container { restart_count: 0, exit_code: None, ..container.clone() })
    );
    lines.extend(Line::wrapped(Role::State(look(container)), &state, WIDEST, 1));
    lines
}

/// At most [`MOST`] lines, the last of which says how many more there are.
fn limited<'a>(texts: impl ExactSizeIterator<Item = &'a str>, role: Role) -> Vec<Line> {
    let number = texts.len();
    let shown = if number > MOST { MOST - 1 } else { number };
    let mut lines: Vec<Line> =
        texts.take(shown).flat_map(|text| Line::wrapped(role, text, WIDEST, 2)).collect();
    if number > shown {
        lines.push(Line::new(role, &format!("and {} more", number - shown)));
    }
    lines
}

/// The strips of a group: one for each bar it hangs on.
fn strips(
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
                Strip { bar, lines: Vec::new(), tap, tooltip: Vec::new(), change: None },
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
    let published = view::published(view.container(owner));
    if let Some(bar) = numbers.outside.filter(|_| !published.is_empty()) {
        strips.insert(bar, published_strip(bar, view.container(owner), &published));
    } else if let (Some(bar), true) = (numbers.outside, view.map.on_host(owner)) {
        strips.entry(bar).or_insert_with(|| on_host(bar, view, owner));
    }
    strips.into_values().collect()
}

fn on_host(bar: usize, view: &View, owner: usize) -> Strip {
    let running = view.container(owner).state.has_network();
    Strip {
        bar,
        lines: vec![Line::new(Role::Plain, "uses the host's own network")],
        tap: if running { Tap::World } else { Tap::Idle },
        tooltip: vec![format!("{} shares the host's network stack", view.container(owner).name)],
        change: None,
    }
}

fn published_strip(bar: usize, container: &Container, published: &[String]) -> Strip {
    let everywhere = container.published.iter().any(|port| port.is_on_every_address());
    let role = |text: &str| {
        let wide =
            text.starts_with('*') || text.starts_with("0.0.0.0:") || text.starts_with("[::]:");
        if wide { Role::World } else { Role::Nearby }
    };
    let shown = if published.len() > MOST { MOST - 1 } else { published.len() };
    let mut lines: Vec<Line> =
        published[..shown].iter().map(|text| Line::new(role(text), text)).collect();
    if published.len() > shown {
        lines.push(Line::new(Role::Plain, &format!("and {} more", published.len() - shown)));
    }
    let mut tooltip = vec![format!("{} is published as", container.name)];
    tooltip.extend(published.iter().take(24).cloned());
    let tap = if everywhere { Tap::World } else { Tap::Nearby };
    Strip { bar, lines, tap, tooltip, change: None }
}

fn endpoint_strip(
    view: &View,
    group: &Group,
    network: usize,
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
        vec![Line::new(Role::Quiet, "no address")]
    } else {
        limited(addresses.iter().map(String::as_str), Role::Plain)
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
            let text = view::list(&names, 3);
            lines.extend(
                Line::wrapped(Role::Quiet, &text, WIDEST, 2)
                    .into_iter()
                    .map(|line| line.left_out(blank == Some(Blank::Names))),
            );
        }
    }
    if lines.is_empty() {
        lines.push(Line::new(Role::Quiet, "no name"));
    }
    if blank == Some(Blank::Names) {
        tooltip.clear();
    }
    let measured = group.owners.iter().filter_map(|at| alarms.taps.get(&(*at, network))).copied();
    let idle = if container.state.has_network() { Tap::Live } else { Tap::Idle };
    let tap = measured.reduce(worse).unwrap_or(idle);
    Strip { bar, lines, tap, tooltip, change: view.changes.endpoint(owner, network) }
}

fn tooltip(view: &View, containers: &[usize], blank: Option<Blank>) -> Vec<String> {
    let mut lines = Vec::new();
    for at in containers.iter().take(24) {
        let container = view.container(*at);
        lines.push(format!("{}: {}", container.name, view::state(container)));
        if !container.image.is_empty() {
            lines.push(format!("image {}", container.image));
        }
        if let Some(project) = container.project() {
            lines.push(format!("project {project}"));
        }
        if containers.len() == 1 && blank.is_none() {
            lines.extend(view::ports(container).into_iter().take(24));
        }
    }
    if containers.len() > 24 {
        lines.push(format!("and {} more", containers.len() - 24));
    }
    lines
}
