//! The cells of a grid: what stands in the row of a container and the column of a
//! network.

use std::collections::BTreeSet;

use super::columns::{self, share};
use super::style::{GLUE, Role, Style, glued};
use super::view::{self, View};
use crate::graph::StackOwner;
use crate::model::words::comma_separated;
use crate::model::{Container, ContainerAt, Health, NetworkAt, State};
use crate::order::Ordered;

/// So many of the networks that a container is on besides those of a block are named: what
/// is on a hundred has its row in each of their blocks.
const FEW_ELSEWHERE: usize = 6;

/// Stands where a container shares the interfaces of the one above it.
const DITTO: &str = "″";

/// Heading of the first column.
pub const CONTAINER: &str = "container";

/// Networks that do not fit side by side: what each is once above, and below it the
/// containers, a line for each network of theirs.
pub fn records(view: &View, style: &Style, networks: &[NetworkAt], several: bool) -> String {
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
    let rows = match share(&rows, style.width, columns::FEW) {
        Some(widths) => columns::lay_out(&rows, &widths),
        None => columns::records(&rows, style.width),
    };
    columns::table(&what, style.width) + "\n" + &rows
}

/// The shown containers with an interface on any of the networks, their own
/// or the one they share, in display order.
pub fn members(view: &View, networks: &[NetworkAt]) -> Vec<ContainerAt> {
    let owners = networks.iter().flat_map(|network| view.map.members(*network)).copied();
    let stacks = owners
        .flat_map(|owner| std::iter::once(owner).chain(view.map.sidecars(owner).iter().copied()));
    view.in_order(stacks)
}

/// Header and rows of one block. With several blocks a last column says which
/// networks of other blocks a container is on too.
pub fn rows(
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
        header.push(style.paint(Role::Quiet, &glued("also on")));
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

pub fn name(view: &View, style: &Style, at: ContainerAt) -> String {
    let name = style.paint(Role::Strong, view.short_name(at));
    match view.map.stack_owner(at) {
        StackOwner::Other(_) => format!("└{GLUE}{name}"),
        StackOwner::Itself | StackOwner::Missing => name,
    }
}

/// Name, subnets, driver and flags of a network, a line each.
pub fn network_heading(view: &View, style: &Style, at: NetworkAt) -> String {
    let network = view.network(at);
    let mut lines = vec![style.paint(Role::Network, &network.name)];
    lines.extend(
        network.subnets.iter().map(|subnet| style.paint(Role::Quiet, &subnet.subnet.to_string())),
    );
    // A line ends between two flags, not within one.
    let kinds: Vec<String> = view.kinds(at).iter().map(|kind| glued(kind)).collect();
    let kind = kinds.join(&format!("{GLUE}· "));
    lines.push(style.paint(Role::Quiet, &kind));
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
    let others: BTreeSet<NetworkAt> = others.into_set();
    let names: Vec<&str> =
        others.into_iter().map(|network| view.network(network).name.as_str()).collect();
    comma_separated(&names, FEW_ELSEWHERE)
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

/// A port entry in which a mapping stays on one line.
pub fn port_line(style: &Style, port: &str) -> String {
    style.paint(Role::Plain, port).replace(" → ", &glued(" → "))
}
