//! A tree: each network with its members below it, and below them what shares
//! their stack.

use super::cells::state;
use super::grid::{footer, heading};
use super::style::{Role, Style, unglued};
use super::view::View;
use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt};

/// Draws the tree.
pub fn render(view: &View, style: &Style) -> String {
    let mut text = heading(view, style);
    for at in &view.networks {
        let members = view.members(*at);
        let network = view.network(*at);
        if members.is_empty() && network.is_built_in() {
            continue;
        }
        let mut facts: Vec<String> =
            network.subnets.iter().map(|subnet| subnet.subnet.to_string()).collect();
        facts.push(view.kind(*at));
        text.push_str(&format!(
            "\n{}  {}\n",
            style.paint(Role::Network, &network.name),
            style.paint(Role::Quiet, &facts.join(" · "))
        ));
        branches(view, style, &members, Some(*at), "", &mut text);
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
        text.push_str(&format!("\n{}\n", style.paint(Role::Quiet, "without a network")));
        branches(view, style, &alone, None, "", &mut text);
    }
    text.push_str(&footer(view, style));
    // No line of it is broken, and so none of its blanks has to hold.
    unglued(&text)
}

fn branches(
    view: &View,
    style: &Style,
    containers: &[ContainerAt],
    network: Option<NetworkAt>,
    indent: &str,
    text: &mut String,
) {
    for (nth, at) in containers.iter().enumerate() {
        let last = nth + 1 == containers.len();
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        text.push_str(&format!("{indent}{branch}{}\n", leaf(view, style, *at, network)));
        let sidecars: Vec<ContainerAt> = view
            .map
            .sidecars(*at)
            .iter()
            .copied()
            .filter(|sidecar| view.containers.contains(sidecar))
            .collect();
        branches(view, style, &sidecars, None, &format!("{indent}{below}"), text);
    }
}

fn leaf(view: &View, style: &Style, at: ContainerAt, network: Option<NetworkAt>) -> String {
    let container = view.container(at);
    let mut parts = vec![style.paint(Role::Strong, &container.name), state(container, style)];
    if matches!(view.map.stack_owner(at), StackOwner::Other(_)) {
        parts.push("same interfaces".to_owned());
    }
    if let Some(endpoint) = network.and_then(|network| view.map.endpoint_on(at, network)) {
        parts.extend(endpoint.addresses().map(|a| a.to_string()));
        let named = network.is_some_and(|network| !view.network(network).is_built_in());
        if named {
            parts.extend(
                container
                    .chosen_names_on(endpoint)
                    .iter()
                    .map(|name| style.paint(Role::Quiet, name)),
            );
        }
    }
    parts.extend(view.ports(at).iter().map(|port| style.paint(Role::Plain, port)));
    parts.join("  ")
}
