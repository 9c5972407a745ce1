//! Tables of a swarm's services and nodes, for the formats that have tables.

use super::view::View;
use crate::model::{
    Availability, ContainerAt, Natural, PublishMode, Service, ServicePort, Swarm, SwarmNode,
    TaskState,
};
use crate::order::OrderBy;

/// A table: its headings, and rows of as many cells.
pub struct Table {
    /// The headings.
    pub headings: [&'static str; 5],
    /// The rows. A line break in a cell separates its items.
    pub rows: Vec<[String; 5]>,
}

/// The services, then the nodes, as far as the view shows them: a view of
/// some containers has the services that those are tasks of.
pub fn tables(view: &View) -> Vec<Table> {
    let Some(swarm) = &view.map.snapshot().engine.swarm else { return Vec::new() };
    let shown = |service: &&Service| {
        let is_task =
            |at: &ContainerAt| view.container(*at).task_of.as_ref() == Some(&service.name);
        view.scope.is_none() || view.containers.iter().any(is_task)
    };
    let mut services: Vec<&Service> = swarm.services.iter().filter(shown).collect();
    services.order_by_key(|service| Natural(&service.name));
    let services = services.into_iter().map(|service| service_row(view, service)).collect();
    let nodes: Vec<_> = if view.scope.is_none() { node_rows(swarm) } else { Vec::new() };
    let tables = [
        Table { headings: ["service", "mode", "running", "leads to", "ports"], rows: services },
        Table { headings: ["node", "role", "state", "address", "tasks"], rows: nodes },
    ];
    tables.into_iter().filter(|table| !table.rows.is_empty()).collect()
}

fn service_row(view: &View, service: &Service) -> [String; 5] {
    let networks = &view.map.snapshot().networks;
    let name = |id: &str| {
        let network = networks.iter().find(|network| network.id == id);
        // Nobody asks for a name on the ingress network.
        network.filter(|network| !network.ingress).map(|network| network.name.as_str())
    };
    let mut leads: Vec<String> = service
        .virtual_addresses
        .iter()
        .filter_map(|reported| {
            Some(format!("{} on {}", reported.address, name(&reported.network_id)?))
        })
        .collect();
    if leads.is_empty() {
        let named = service.networks.iter().filter_map(|on| name(&on.network_id));
        leads.extend(named.map(|network| format!("its tasks on {network}")));
    }
    let ports: Vec<String> = service.published.iter().map(port).collect();
    [
        service.name.clone(),
        service.mode.to_string(),
        service.replicas(),
        leads.join("\n"),
        ports.join("\n"),
    ]
}

/// `8080 → 80` on every node, `8080 → 80/udp on its nodes`.
fn port(port: &ServicePort) -> String {
    let outside = port.host_port.map_or_else(|| "?".to_owned(), |port| port.to_string());
    let protocol = match port.protocol.as_str() {
        "tcp" => String::new(),
        other => format!("/{other}"),
    };
    let wherefrom = if port.mode == PublishMode::Host { " on its nodes" } else { "" };
    format!("{outside} → {}{protocol}{wherefrom}", port.port)
}

fn node_rows(swarm: &Swarm) -> Vec<[String; 5]> {
    let mut nodes: Vec<&SwarmNode> = swarm.nodes.iter().collect();
    nodes.order_by_key(|node| Natural(&node.name));
    nodes
        .into_iter()
        .map(|node| {
            let mut tasks = Vec::new();
            for service in &swarm.services {
                for task in service.tasks.iter().filter(|task| task.node == node.id) {
                    let number = task.slot.map_or_else(String::new, |slot| format!(".{slot}"));
                    let state = match &task.state {
                        TaskState::Running => String::new(),
                        other => format!(" ({other})"),
                    };
                    tasks.push(format!("{}{number}{state}", service.name));
                }
            }
            let takes_tasks =
                node.availability.is_untold() || node.availability == Availability::Active;
            let state = if takes_tasks {
                node.state.to_string()
            } else {
                format!("{}, {}", node.state, node.availability)
            };
            [node.name.clone(), node.role.clone(), state, node.address.clone(), tasks.join(" ")]
        })
        .collect()
}
