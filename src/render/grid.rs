//! The membership grid: a row for each container, a column for each network,
//! and the address where they meet. What a terminal shows by default.

use std::collections::BTreeSet;

use super::columns::{self, GAP, Widths, bounds, share};
use super::parts::{laid_out, parts};
use super::style::{GLUE, Role, Style, UNLIMITED, glued};
use super::swarm;
use super::view::{self, View};
use crate::graph::StackOwner;
use crate::model::words::comma_separated;
use crate::model::{Container, ContainerAt, Health, NetworkAt, State};

/// So many of the networks that a container is on besides those of a block are named: what
/// is on a hundred has its row in each of their blocks.
const FEW_ELSEWHERE: usize = 6;

/// So many networks stand side by side where lines may be of any length.
const MOST_BESIDE: usize = 100;

/// Stands where a container shares the interfaces of the one above it.
const DITTO: &str = "″";

/// Heading of the first column.
const CONTAINER: &str = "container";

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
        let blocks = blocks(view, style, &part.networks, parts.len() > 1);
        for block in &blocks {
            let table = match &block.fitting {
                Some((rows, widths)) => columns::lay_out(rows, widths),
                None => {
                    let several = parts.len() > 1 || blocks.len() > 1;
                    records(view, style, &block.networks, several)
                }
            };
            let heading = of.filter(|_| title != of);
            let heading = heading.map(|heading| style.paint(Role::Strong, heading) + "\n");
            tables.push(heading.unwrap_or_default() + &table);
            title = of;
        }
    }
    text.push_str(&laid_out(&tables, style.width, style.width < UNLIMITED));
    let placed: BTreeSet<ContainerAt> = members(view, &networks).into_iter().collect();
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

/// The state in its colour.
pub fn state(container: &Container, style: &Style) -> String {
    let role = match (container.state, container.health) {
        (State::Running, Some(Health::Unhealthy)) | (State::Dead, _) => Role::Bad,
        (State::Running, Some(Health::Starting)) => Role::Warn,
        (State::Running, _) => Role::Good,
        (State::Paused | State::Restarting | State::Unknown, _) => Role::Warn,
        (State::Exited, _) if container.exit_code.is_some_and(|code| code != 0) => Role::Bad,
        _ => Role::Quiet,
    };
    // An exit code does not stand on a line of its own.
    style.paint(role, &view::state(container).replace(" (", &format!("{GLUE}(")))
}

/// Networks that stand side by side.
struct Block {
    networks: Vec<NetworkAt>,
    /// Its rows, where they have been laid out and fit.
    fitting: Option<(Vec<Vec<String>>, Widths)>,
}

/// Splits the networks of a part, of which there may be several, into blocks that fit, in order; neighbours share
/// members, so a block is mostly whole.
fn blocks(view: &View, style: &Style, networks: &[NetworkAt], several: bool) -> Vec<Block> {
    // Their headings show most that do not fit, without a row laid out.
    let are_wide = |block: &[NetworkAt]| {
        let headings = block.iter().map(|at| network_heading(view, style, *at));
        let least: usize = headings.map(|heading| GAP + bounds([&*heading].into_iter()).0).sum();
        CONTAINER.len() + least > style.width
    };
    let fitting = |block: &[NetworkAt], several: bool| {
        if are_wide(block) {
            return None;
        }
        let rows = rows(view, style, block, several, |at| network_heading(view, style, at));
        let columns = rows.first().map_or(0, Vec::len);
        let bounds: Vec<_> =
            (0..columns).map(|at| bounds(rows.iter().map(|row| row[at].as_str()))).collect();
        share(&bounds, style.width).map(|widths| (rows, widths))
    };
    if networks.is_empty() {
        return Vec::new();
    }
    if style.width >= UNLIMITED && networks.len() > MOST_BESIDE {
        // A thousand containers on a thousand networks would be a million cells, hardly
        // any of which says anything.
        let blocks = networks.chunks(MOST_BESIDE);
        let block =
            |part: &[NetworkAt]| Block { networks: part.to_vec(), fitting: fitting(part, true) };
        return blocks.map(block).collect();
    }
    if let Some(whole) = fitting(networks, several) {
        return vec![Block { networks: networks.to_vec(), fitting: Some(whole) }];
    }
    let mut blocks: Vec<Block> = Vec::new();
    for network in networks {
        if let Some(block) = blocks.last_mut() {
            block.networks.push(*network);
            if let Some(rows) = fitting(&block.networks, true) {
                block.fitting = Some(rows);
                continue;
            }
            block.networks.pop();
        }
        blocks.push(Block { networks: vec![*network], fitting: None });
    }
    for block in blocks.iter_mut().filter(|block| block.fitting.is_none()) {
        block.fitting = fitting(&block.networks, true);
    }
    together(blocks)
}

/// Those that do not fit are one block, at the place of the first, so that each
/// container is listed once with all its addresses; where they are not few, all are.
fn together(blocks: Vec<Block>) -> Vec<Block> {
    let wide = blocks.iter().filter(|block| block.fitting.is_none()).count();
    let are_few = wide * 2 < blocks.len();
    let mut all: Vec<Block> = Vec::new();
    let mut records = None;
    for block in blocks {
        if wide == 0 || are_few && block.fitting.is_some() {
            all.push(block);
            continue;
        }
        let at = *records.get_or_insert(all.len());
        match all.get_mut(at) {
            Some(records) => records.networks.extend(block.networks),
            None => all.push(Block { fitting: None, ..block }),
        }
    }
    all
}

/// Networks that do not fit side by side: what each is once above, and below it the
/// containers, a line for each network of theirs.
fn records(view: &View, style: &Style, networks: &[NetworkAt], several: bool) -> String {
    let what = networks.iter().map(|at| {
        let heading = network_heading(view, style, *at);
        let mut lines: Vec<&str> = heading.lines().collect();
        let (kind, name) = (lines.pop().unwrap_or_default(), lines.remove(0));
        vec![name.to_owned(), lines.join("\n"), kind.to_owned()]
    });
    let headings = ["network", "subnet", "kind"].map(|text| style.paint(Role::Quiet, text));
    let what: Vec<Vec<String>> = std::iter::once(headings.to_vec()).chain(what).collect();
    let rows = rows(view, style, networks, several, |at| {
        style.paint(Role::Network, &view.network(at).name)
    });
    columns::table(&what, style.width) + "\n" + &columns::table(&rows, style.width)
}

/// The shown containers with an interface on any of the networks, their own
/// or the one they share, in display order.
fn members(view: &View, networks: &[NetworkAt]) -> Vec<ContainerAt> {
    let owners = networks.iter().flat_map(|network| view.map.members(*network)).copied();
    let stacks = owners
        .flat_map(|owner| std::iter::once(owner).chain(view.map.sidecars(owner).iter().copied()));
    view.in_order(stacks)
}

/// Header and rows of one block. With several blocks a last column says which
/// networks of other blocks a container is on too.
fn rows(
    view: &View,
    style: &Style,
    networks: &[NetworkAt],
    several: bool,
    heading: impl Fn(NetworkAt) -> String,
) -> Vec<Vec<String>> {
    let members = members(view, networks);
    let ports: Vec<Vec<String>> = members.iter().map(|at| view.ports(*at)).collect();
    let with_ports = ports.iter().any(|ports| !ports.is_empty());
    let elsewhere: Vec<String> = members.iter().map(|at| also_on(view, *at, networks)).collect();
    let with_elsewhere = several && elsewhere.iter().any(|text| !text.is_empty());

    let mut header = vec![style.paint(Role::Quiet, CONTAINER)];
    // In a plan the title says it for all of them.
    let with_state = view.map.snapshot().plan.is_none();
    if with_state {
        header.push(style.paint(Role::Quiet, "state"));
    }
    let with_engine = view.has_engines();
    if with_engine {
        header.push(style.paint(Role::Quiet, "engine"));
    }
    header.extend(networks.iter().map(|at| heading(*at)));
    if with_elsewhere {
        header.push(style.paint(Role::Quiet, "also on"));
    }
    if with_ports {
        header.push(style.paint(Role::Quiet, "ports"));
    }
    let mut rows = vec![header];
    for ((at, ports), elsewhere) in members.into_iter().zip(ports).zip(elsewhere) {
        let container = view.container(at);
        let mut row = vec![name(view, style, at)];
        if with_state {
            row.push(state(container, style));
        }
        if with_engine {
            row.push(style.paint(Role::Plain, &container.node));
        }
        row.extend(networks.iter().map(|network| cell(view, style, at, *network)));
        if with_elsewhere {
            row.push(style.paint(Role::Network, &elsewhere));
        }
        if with_ports {
            let lines: Vec<String> = ports.iter().map(|port| port_line(style, port)).collect();
            row.push(lines.join("\n"));
        }
        rows.push(row);
    }
    rows
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

fn name(view: &View, style: &Style, at: ContainerAt) -> String {
    let name = style.paint(Role::Strong, view.short_name(at));
    match view.map.stack_owner(at) {
        StackOwner::Other(_) => format!("└{GLUE}{name}"),
        StackOwner::Itself | StackOwner::Missing => name,
    }
}

/// Name, subnets, driver and flags of a network, a line each.
fn network_heading(view: &View, style: &Style, at: NetworkAt) -> String {
    let network = view.network(at);
    let mut lines = vec![style.paint(Role::Network, &network.name)];
    lines.extend(
        network.subnets.iter().map(|subnet| style.paint(Role::Quiet, &subnet.subnet.to_string())),
    );
    lines.push(style.paint(Role::Quiet, &view.kind(at)));
    lines.join("\n")
}

/// What stands where a container and a network meet.
fn cell(view: &View, style: &Style, at: ContainerAt, network: NetworkAt) -> String {
    let Some(owner) = view.map.stack(at) else {
        return String::new();
    };
    let Some(endpoint) = view.map.endpoint_on(owner, network) else {
        return style.paint(Role::Quiet, "·");
    };
    if owner != at {
        return DITTO.to_owned();
    }
    let container = view.container(at);
    let mut parts: Vec<String> =
        endpoint.addresses().map(|a| style.paint(Role::Plain, &a.to_string())).collect();
    if parts.is_empty() && container.state == State::Planned {
        // Its address is the engine's to choose.
        parts.push(style.paint(Role::Plain, "●"));
    } else if parts.is_empty() {
        parts.push(glued(&style.paint(Role::Quiet, "no address")));
    }
    if !view.network(network).is_default_bridge() {
        let names = container.chosen_names_on(endpoint);
        parts.extend(names.into_iter().map(|name| style.paint(Role::Quiet, name)));
    }
    parts.join(" ")
}

/// Networks of the container that are not among `networks`.
fn also_on(view: &View, at: ContainerAt, networks: &[NetworkAt]) -> String {
    let Some(owner) = view.map.stack(at) else {
        return String::new();
    };
    let others = view.map.networks_of(owner).filter(|network| !networks.contains(network));
    let others: BTreeSet<NetworkAt> = others.collect();
    let names: Vec<&str> =
        others.into_iter().map(|network| view.network(network).name.as_str()).collect();
    comma_separated(&names, FEW_ELSEWHERE)
}

/// A port entry in which a mapping stays on one line.
pub fn port_line(style: &Style, port: &str) -> String {
    style.paint(Role::Plain, port).replace(" → ", &glued(" → "))
}

#[cfg(test)]
#[path = "grid_tests.rs"]
mod tests;
