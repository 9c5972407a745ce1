//! Two plain tables: networks, and containers with an entry for each endpoint.

use super::columns;
use super::grid::{footer, heading, state};
use super::style::{Role, Style};
use super::view::{self, View};
use crate::graph::StackOwner;
use crate::model::Endpoint;

/// Draws both tables.
pub fn render(view: &View, style: &Style) -> String {
    let mut text = heading(view, style);
    text.push('\n');
    text.push_str(&columns::table(&network_rows(view, style), style.width));
    text.push('\n');
    text.push_str(&columns::table(&container_rows(view, style), style.width));
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
            style.paint(Role::Plain, &network.driver),
            lines(network.subnets.iter().map(|subnet| subnet.subnet.to_string()).collect()),
            lines(network.subnets.iter().map(|subnet| view::gateway(view, *at, subnet)).collect()),
            style.paint(Role::Warn, &network.flags().join(", ")),
            members.join(" "),
        ]);
    }
    rows
}

fn container_rows(view: &View, style: &Style) -> Vec<Vec<String>> {
    let mut rows =
        vec![headings(style, &["container", "state", "network", "address", "names", "ports"])];
    for at in &view.containers {
        let container = view.container(*at);
        let mut lines: Vec<[String; 3]> = Vec::new();
        match view.map.stack_owner(*at) {
            StackOwner::Itself => {
                for (network, endpoint) in view.map.endpoints(*at) {
                    let names = network.is_some_and(|n| !view.network(n).is_built_in());
                    lines.extend(endpoint_lines(
                        endpoint,
                        if names { container.chosen_names_on(endpoint) } else { Vec::new() },
                    ));
                }
            }
            StackOwner::Other(owner) => {
                lines.push([
                    format!("shares that of {}", view.container(owner).name),
                    String::new(),
                    String::new(),
                ]);
            }
            StackOwner::Missing => {
                lines.push([
                    "shared that of a container that is gone".to_owned(),
                    String::new(),
                    String::new(),
                ]);
            }
        }
        let column = |which: usize, role: Role| {
            let texts: Vec<String> =
                lines.iter().map(|line| style.paint(role, &line[which])).collect();
            texts.join("\n").trim_end_matches('\n').to_owned()
        };
        let ports: Vec<String> =
            view::ports(container).iter().map(|port| style.paint(Role::Plain, port)).collect();
        rows.push(vec![
            style.paint(Role::Strong, &container.name),
            state(container, style),
            column(0, Role::Network),
            column(1, Role::Plain),
            column(2, Role::Plain),
            ports.join("\n"),
        ]);
    }
    rows
}

/// An endpoint as lines of network, address and names; a second address gets
/// a line of its own.
fn endpoint_lines(endpoint: &Endpoint, names: Vec<&str>) -> Vec<[String; 3]> {
    let mut addresses: Vec<String> = endpoint.addresses().map(|a| a.to_string()).collect();
    if addresses.is_empty() {
        addresses.push("–".to_owned());
    }
    addresses
        .into_iter()
        .enumerate()
        .map(|(at, address)| {
            let first = at == 0;
            [
                if first { endpoint.network.clone() } else { String::new() },
                address,
                if first { names.join(", ") } else { String::new() },
            ]
        })
        .collect()
}
