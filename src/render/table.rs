//! Two plain tables: networks, and containers with an entry for each endpoint.

use super::cells::{port_line, state};
use super::columns;
use super::grid::{footer, heading, of_swarm};
use super::style::{Role, Style};
use super::view::{View, flags};
use crate::graph::StackOwner;
use crate::model::Endpoint;

/// Draws both tables.
pub fn render(view: &View, style: &Style) -> String {
    let mut text = heading(view, style);
    text.push('\n');
    text.push_str(&columns::table(&network_rows(view, style), style.width));
    text.push('\n');
    text.push_str(&columns::table(&container_rows(view, style), style.width));
    text.push_str(&of_swarm(view, style));
    text.push_str(&footer(view, style));
    text
}

fn headings(style: &Style, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| style.paint(Role::Quiet, name)).collect()
}

fn network_rows(view: &View, style: &Style) -> Vec<Vec<String>> {
    let mut rows =
        vec![headings(style, &["network", "driver", "subnet", "gateway", "flags", "members"])];
    for at in &view.networks {
        let network = view.network(*at);
        let lines = |texts: Vec<String>| {
            let painted: Vec<String> =
                texts.iter().map(|text| style.paint(Role::Plain, text)).collect();
            painted.join("\n")
        };
        let members: Vec<String> = view
            .members(*at)
            .iter()
            .map(|member| style.paint(Role::Plain, &view.container(*member).name))
            .collect();
        rows.push(vec![
            style.paint(Role::Network, &network.name),
            style.paint(Role::Plain, network.driver.as_str()),
            lines(network.subnets.iter().map(|subnet| subnet.subnet.to_string()).collect()),
            lines(network.subnets.iter().map(|subnet| view.gateway(*at, subnet)).collect()),
            style.paint(Role::Warn, &flags(network).join(", ")),
            members.join(" "),
        ]);
    }
    rows
}

fn container_rows(view: &View, style: &Style) -> Vec<Vec<String>> {
    let mut names = vec!["container", "state", "network → address", "names", "ports"];
    if view.has_engines() {
        names.insert(2, "engine");
    }
    let mut rows = vec![headings(style, &names)];
    for at in &view.containers {
        let container = view.container(*at);
        let mut ways = Vec::new();
        let mut names = Vec::new();
        match view.map.stack_owner(*at) {
            StackOwner::Itself => {
                for (network, endpoint) in view.endpoints(*at) {
                    ways.extend(endpoint_lines(endpoint, style));
                    if network.is_some_and(|network| !view.network(network).is_built_in()) {
                        names.extend(container.chosen_names_on(endpoint));
                    }
                }
            }
            StackOwner::Other(owner) => {
                ways.push(
                    style.paint(
                        Role::Plain,
                        &format!("shares that of {}", view.container(owner).name),
                    ),
                );
            }
            StackOwner::Missing => ways.push("shared that of a container that is gone".to_owned()),
        }
        let ports: Vec<String> =
            view.ports(*at).iter().map(|port| port_line(style, port)).collect();
        let mut row = vec![
            style.paint(Role::Strong, &container.name),
            state(container, style),
            ways.join("\n"),
            style.paint(Role::Plain, &names.join(", ")),
            ports.join("\n"),
        ];
        if view.has_engines() {
            row.insert(2, style.paint(Role::Plain, &container.node));
        }
        rows.push(row);
    }
    rows
}

/// `front → 10.61.0.2` for each address of an endpoint.
fn endpoint_lines(endpoint: &Endpoint, style: &Style) -> Vec<String> {
    let network = style.paint(Role::Network, &endpoint.network);
    let mut lines: Vec<String> =
        endpoint.addresses().map(|address| format!("{network} → {address}")).collect();
    if lines.is_empty() {
        lines.push(format!("{network} → –"));
    }
    lines
}
