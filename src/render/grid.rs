//! The membership grid: a row for each container, a column for each network,
//! and the address where they meet. What a terminal shows by default.

use std::collections::BTreeSet;

use super::blocks::of_part;
use super::cells::{CONTAINER, members, name, port_line, state};
use super::columns;
use super::parts::{laid_out, parts};
use super::style::{Role, Style, UNLIMITED};
use super::swarm;
use super::view::View;
use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt};
use crate::order::Ordered;

/// Heading of the networks that no compose project made, beside those of some.
const NO_PROJECT: &str = "of no project";

/// Draws the grid, in as many blocks of networks as the width asks for.
pub fn render(view: &View, style: &Style) -> String {
    let mut text = heading(view, style);
    // The host's own stack is no network between containers.
    let networks: Vec<NetworkAt> =
        view.used_networks().into_iter().filter(|at| !view.network(*at).is_host()).collect();
    let mut tables = Vec::new();
    let mut title = None;
    let parts = parts(view, &networks);
    let of_projects = parts.iter().any(|part| part.project.is_some());
    for part in &parts {
        let of = part.project.as_deref().or(of_projects.then_some(NO_PROJECT));
        for table in of_part(view, style, part, parts.len() > 1) {
            let heading = of.filter(|_| title != of);
            let heading = heading.map(|heading| style.paint(Role::Strong, heading) + "\n");
            tables.push(heading.unwrap_or_default() + &table);
            title = of;
        }
    }
    text.push_str(&laid_out(&tables, style.width, style.width < UNLIMITED));
    let placed: BTreeSet<ContainerAt> = members(view, &networks).into_iter().into_set();
    let elsewhere: Vec<ContainerAt> =
        view.containers.iter().copied().filter(|at| !placed.contains(at)).collect();
    if !elsewhere.is_empty() {
        text.push('\n');
        text.push_str(&columns::table(&homeless(view, style, &elsewhere), style.width));
    }
    text.push_str(&of_swarm(view, style));
    text.push_str(&footer(view, style));
    text
}

/// The services and nodes of a swarm.
pub fn of_swarm(view: &View, style: &Style) -> String {
    let mut text = String::new();
    for table in swarm::tables(view) {
        let headings = table.headings.map(|heading| style.paint(Role::Quiet, heading)).to_vec();
        let rows = table.rows.into_iter().map(|row| {
            let mut cells = row.into_iter();
            let first = cells.next().map(|name| style.paint(Role::Strong, &name));
            let others = cells.map(|cell| {
                let lines: Vec<String> = cell.lines().map(|line| port_line(style, line)).collect();
                lines.join("\n")
            });
            first.into_iter().chain(others).collect()
        });
        let rows: Vec<Vec<String>> = std::iter::once(headings).chain(rows).collect();
        text.push('\n');
        text.push_str(&columns::table(&rows, style.width));
    }
    text
}

/// Title at the left, engine at the right; below each other where too narrow.
pub fn heading(view: &View, style: &Style) -> String {
    style.heading(&view.title(), &view.engine())
}

/// Notes, and what could not be read.
pub fn footer(view: &View, style: &Style) -> String {
    let mut text = String::new();
    let mut notes = view.notes();
    notes.extend(view.trouble());
    let unread = view.unread();
    if !notes.is_empty() || !unread.is_empty() {
        text.push('\n');
    }
    let mut add = |role: Role, note: &str| {
        text.push_str(&style.wrapped(role, note, 2));
        text.push('\n');
    };
    for note in notes {
        add(Role::Plain, &note);
    }
    for note in unread {
        add(Role::Warn, &format!("Not read: {note}"));
    }
    text
}

/// The rows of containers that are on none of the shown networks.
fn homeless(view: &View, style: &Style, containers: &[ContainerAt]) -> Vec<Vec<String>> {
    let with_state = view.map.snapshot().plan.is_none();
    let headings = [CONTAINER, "state", "engine", "network"].into_iter();
    let headings = headings.filter(|heading| match *heading {
        "state" => with_state,
        "engine" => view.has_engines(),
        _ => true,
    });
    let mut rows = vec![headings.map(|heading| style.paint(Role::Quiet, heading)).collect()];
    for at in containers {
        let container = view.container(*at);
        let stack = match view.map.stack_owner(*at) {
            StackOwner::Missing => "that of a container that is gone".to_owned(),
            StackOwner::Other(owner) => format!("that of {}", view.container(owner).name),
            StackOwner::Itself => container.network_mode.to_string(),
        };
        let mut row = vec![name(view, style, *at)];
        if with_state {
            row.push(state(container, style));
        }
        if view.has_engines() {
            row.push(style.paint(Role::Plain, &container.node));
        }
        row.push(style.paint(Role::Plain, &stack));
        rows.push(row);
    }
    rows
}

#[cfg(test)]
#[path = "grid_tests.rs"]
mod tests;
