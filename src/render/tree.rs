//! A tree: each network with its members below it, and below them what shares
//! their stack.

use super::cells::state;
use super::columns::GAP;
use super::grid::{footer, heading};
use super::style::{Role, Style, unglued, width};
use super::view::View;
use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt};

/// Draws the tree.
pub fn render(view: &View, style: &Style) -> String {
    let mut lines = Vec::new();
    for at in &view.networks {
        let members = view.members(*at);
        let network = view.network(*at);
        if members.is_empty() && network.is_built_in() {
            continue;
        }
        let mut facts: Vec<String> =
            network.subnets.iter().map(|subnet| subnet.subnet.to_string()).collect();
        facts.push(view.kind(*at));
        lines.push(Line::Words(format!(
            "\n{}  {}",
            style.paint(Role::Network, &network.name),
            style.paint(Role::Quiet, &facts.join(" · "))
        )));
        branches(view, style, &members, Some(*at), "", &mut lines);
    }
    let alone: Vec<ContainerAt> = view
        .containers
        .iter()
        .copied()
        .filter(|at| match view.map.stack_owner(*at) {
            StackOwner::Itself => view.map.networks_of(*at).next().is_none(),
            StackOwner::Missing => true,
            StackOwner::Other(_) => false,
        })
        .collect();
    if !alone.is_empty() {
        lines.push(Line::Words(format!("\n{}", style.paint(Role::Quiet, "without a network"))));
        branches(view, style, &alone, None, "", &mut lines);
    }
    let text = heading(view, style) + &aligned(&lines, style.width) + &footer(view, style);
    // No line of a container is broken, and so none of its blanks has to hold.
    unglued(&text)
}

/// A line of the tree.
enum Line {
    /// As it stands.
    Words(String),
    /// A container: its name behind its branch, its state, addresses, names, and ports.
    Leaf([String; CELLS]),
}

const CELLS: usize = 5;

/// A cell that is wider than this moves what stands behind it in its own line, and not in
/// all the others.
const WIDEST: usize = 36;

/// The lines with the cells of all containers below one another, as far as there is room.
fn aligned(lines: &[Line], available: usize) -> String {
    let mut widths = [0; CELLS];
    let leaves = lines.iter().filter_map(|line| match line {
        Line::Leaf(cells) => Some(cells),
        Line::Words(_) => None,
    });
    for (at, cell) in leaves.flat_map(|cells| cells.iter().enumerate()) {
        widths[at] = widths[at].max(Some(width(cell)).filter(|wide| *wide <= WIDEST).unwrap_or(0));
    }
    let mut text = String::new();
    for line in lines {
        match line {
            Line::Words(words) => text.push_str(words),
            Line::Leaf(cells) => {
                let as_far = |columns| beside(cells, &widths[..columns]);
                let fits = |line: &String| width(line) <= available;
                let line = (1..=CELLS).rev().map(as_far).find(fits);
                text.push_str(&line.unwrap_or_else(|| as_far(0)));
            }
        }
        text.push('\n');
    }
    text
}

/// The cells in a line, each as wide as its column; those behind the last column as wide
/// as they are.
fn beside(cells: &[String; CELLS], widths: &[usize]) -> String {
    let mut text = String::new();
    let mut blanks = 0;
    for (at, cell) in cells.iter().enumerate() {
        if !cell.is_empty() {
            text.push_str(&" ".repeat(std::mem::take(&mut blanks)));
            text.push_str(cell);
        }
        let (column, own) = (widths.get(at).copied().unwrap_or_default(), width(cell));
        if column.max(own) > 0 {
            blanks += column.saturating_sub(own) + GAP;
        }
    }
    text
}

fn branches(
    view: &View,
    style: &Style,
    containers: &[ContainerAt],
    network: Option<NetworkAt>,
    indent: &str,
    lines: &mut Vec<Line>,
) {
    for (nth, at) in containers.iter().enumerate() {
        let last = nth + 1 == containers.len();
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let mut cells = leaf(view, style, *at, network);
        cells[0].insert_str(0, &format!("{indent}{branch}"));
        lines.push(Line::Leaf(cells));
        let sidecars: Vec<ContainerAt> =
            view.map.sidecars(*at).iter().copied().filter(|sidecar| view.shows(*sidecar)).collect();
        branches(view, style, &sidecars, None, &format!("{indent}{below}"), lines);
    }
}

fn leaf(
    view: &View,
    style: &Style,
    at: ContainerAt,
    network: Option<NetworkAt>,
) -> [String; CELLS] {
    let container = view.container(at);
    let (mut addresses, mut names) = (Vec::new(), Vec::new());
    if matches!(view.map.stack_owner(at), StackOwner::Other(_)) {
        addresses.push("same interfaces".to_owned());
    }
    if let Some(endpoint) = network.and_then(|network| view.map.endpoint_on(at, network)) {
        addresses.extend(endpoint.addresses().map(|a| a.to_string()));
        let named = network.is_some_and(|network| !view.network(network).is_built_in());
        if named {
            let chosen = container.chosen_names_on(endpoint);
            names.extend(chosen.iter().map(|name| style.paint(Role::Quiet, name)));
        }
    }
    let ports = view.ports(at).into_iter().map(|port| style.paint(Role::Plain, &port));
    [
        style.paint(Role::Strong, &container.name),
        state(container, style),
        addresses.join("  "),
        names.join("  "),
        ports.collect::<Vec<_>>().join("  "),
    ]
}
