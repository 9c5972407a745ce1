//! The cards: what a container's card says.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::alarms::Alarms;
use super::bars::Numbers;
use super::limits::{MOST, WIDEST, limited};
use super::line::{Line, LineRole, Look};
use super::shapes::Card;
use super::strips;
use crate::graph::StackOwner;
use crate::model::words::listed;
use crate::model::{Container, ContainerAt, Health, Protocol, State};
use crate::render::escape;
use crate::render::svg::options::Blank;
use crate::render::svg::reduce::Group;
use crate::render::view::{self, View};

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
    let sidecars = view.in_order(view.map.sidecars(owner).iter().copied());
    let mut parts =
        vec![if is_many { crowd(view, group, blank) } else { person(view, owner, blank) }];
    if let (false, Some(part)) = (is_many, parts.first_mut()) {
        part.extend(listening(view, owner));
    }
    parts.extend(sidecars.iter().map(|sidecar| self::sidecar(view, *sidecar, blank)));
    let mut containers = group.owners.clone();
    containers.extend(&sidecars);
    let warnings: BTreeSet<&String> =
        containers.iter().filter_map(|at| alarms.lines.get(at)).flatten().collect();
    let is_alarming = !warnings.is_empty();
    if is_alarming && blank.is_none() {
        parts.push(limited(warnings.into_iter().map(String::as_str), LineRole::Alarm));
    }
    let tooltip =
        if blank == Some(Blank::Names) { Vec::new() } else { tooltip(view, &containers, blank) };
    Card {
        name: escape::terminal(&group.title).into_owned(),
        parts,
        strips: strips::strips(view, group, numbers, alarms, blank),
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
        body: OnceCell::new(),
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
fn person(view: &View, at: ContainerAt, blank: Option<Blank>) -> Vec<Line> {
    let container = view.container(at);
    let no_name = blank == Some(Blank::Names);
    let mut lines: Vec<Line> = Line::wrapped(LineRole::Name, &container.name, WIDEST, 3)
        .into_iter()
        .map(|line| line.left_out(no_name))
        .collect();
    if let Some(change) = view.changes.container(at) {
        lines.extend(Line::wrapped(LineRole::Changed(change), change.word(), WIDEST, 1));
    }
    if !container.image.is_empty() {
        lines.extend(Line::wrapped(LineRole::Quiet, &container.image, WIDEST, 2));
    }
    lines.extend(rest(view, at));
    lines
}

/// What a card says of a container in another one's network namespace.
fn sidecar(view: &View, at: ContainerAt, blank: Option<Blank>) -> Vec<Line> {
    let name = format!("└ {}", view.container(at).name);
    let mut lines: Vec<Line> = Line::wrapped(LineRole::Strong, &name, WIDEST, 2)
        .into_iter()
        .map(|line| line.left_out(blank == Some(Blank::Names)))
        .collect();
    lines.extend(rest(view, at));
    lines
}

/// State and ports.
fn rest(view: &View, at: ContainerAt) -> Vec<Line> {
    let container = view.container(at);
    let role = LineRole::State(look(container));
    let mut lines = Line::wrapped(role, &view::state(container), WIDEST, 2);
    if view.map.stack_owner(at) == StackOwner::Missing {
        lines.extend(Line::wrapped(LineRole::Alarm, "its network stack is gone", WIDEST, 2));
    }
    let wanted: Vec<String> =
        view.wanted(at).iter().map(|port| format!("would publish {port}")).collect();
    lines.extend(limited(wanted.iter().map(String::as_str), LineRole::Quiet));
    let exposed = view::only_exposed(container);
    if !exposed.is_empty() {
        let text = format!("exposes {}", exposed.join(", "));
        lines.extend(Line::wrapped(LineRole::Quiet, &text, WIDEST, 2));
    }
    lines
}

/// The ports that something was seen to listen on. A network stack has one
/// set of them, so they stand with its owner.
fn listening(view: &View, owner: ContainerAt) -> Vec<Line> {
    let seen = view.map.observation(owner);
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
            let text = format!("{words} {}", listed(&ports, 8));
            lines.extend(Line::wrapped(LineRole::Quiet, &text, WIDEST, 2));
        }
    }
    lines
}

/// What a card says of several containers that are alike.
fn crowd(view: &View, group: &Group, blank: Option<Blank>) -> Vec<Line> {
    let no_name = blank == Some(Blank::Names);
    let number = group.owners.len();
    let title = format!("{} ×{number}", group.title);
    let mut lines: Vec<Line> = Line::wrapped(LineRole::Name, &title, WIDEST, 3)
        .into_iter()
        .map(|line| line.left_out(no_name))
        .collect();
    let names: Vec<&str> =
        group.owners.iter().map(|at| view.container(*at).name.as_str()).collect();
    let text = listed(&names, 6);
    lines.extend(
        Line::wrapped(LineRole::Quiet, &text, WIDEST, MOST)
            .into_iter()
            .map(|line| line.left_out(no_name)),
    );
    let container = view.container(group.owners[0]);
    let state = format!(
        "all {}",
        view::state(&Container { restart_count: 0, exit_code: None, ..container.clone() })
    );
    lines.extend(Line::wrapped(LineRole::State(look(container)), &state, WIDEST, 1));
    lines
}

fn tooltip(view: &View, containers: &[ContainerAt], blank: Option<Blank>) -> Vec<String> {
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
            lines.extend(view.ports(*at).into_iter().take(24));
        }
    }
    if containers.len() > 24 {
        lines.push(format!("and {} more", containers.len() - 24));
    }
    lines
}
