//! A Mermaid flowchart, which code-hosting sites draw inside Markdown.
//!
//! Ids are opaque (`n0`, `c0`); names stand in quoted labels only.

use std::collections::BTreeMap;

use super::escape::mermaid as safe;
use super::style::Style;
use super::view::{self, View};
use crate::graph::StackOwner;
use crate::model::ContainerAt;

/// Writes the chart.
pub fn render(view: &View, _style: &Style) -> String {
    let mut text = String::from("flowchart LR\n");
    let owners: Vec<ContainerAt> = view
        .containers
        .iter()
        .copied()
        .filter(|at| !matches!(view.map.stack_owner(*at), StackOwner::Other(_)))
        .collect();
    let networks = view.used_networks();
    let mut projects: BTreeMap<Option<&str>, Vec<String>> = BTreeMap::new();
    for at in &owners {
        let node = format!("c{at}[\"{}\"]", container_label(view, *at));
        projects.entry(view.container(*at).project()).or_default().push(node);
    }
    for (nth, (project, nodes)) in projects.iter().enumerate() {
        let indent = if project.is_some() { "    " } else { "  " };
        if let Some(project) = project {
            text.push_str(&format!("  subgraph p{nth}[\"{}\"]\n", safe(project)));
        }
        for node in nodes {
            text.push_str(&format!("{indent}{node}\n"));
        }
        if project.is_some() {
            text.push_str("  end\n");
        }
    }
    for at in &networks {
        let network = view.network(*at);
        let mut lines = vec![format!("<b>{}</b>", safe(&network.name))];
        lines.extend(network.subnets.iter().map(|subnet| safe(&subnet.subnet.to_string())));
        lines.push(safe(&view.kind(*at)));
        text.push_str(&format!("  n{at}([\"{}\"])\n", lines.join("<br>")));
    }
    for at in &owners {
        for (network, endpoint) in view.map.endpoints(*at) {
            let Some(network) = network.filter(|network| networks.contains(network)) else {
                continue;
            };
            let addresses: Vec<String> =
                endpoint.addresses().map(|a| safe(&a.to_string())).collect();
            let line = if addresses.is_empty() {
                format!("  c{at} -.- n{network}\n")
            } else {
                format!("  c{at} ---|\"{}\"| n{network}\n", addresses.join("<br>"))
            };
            text.push_str(&line);
        }
    }
    for surprise in view.surprises() {
        let arrow = if surprise.both_ways { "<-.->" } else { "-.->" };
        let (from, to, words) = (surprise.from, surprise.to, view::surprise(surprise.mark));
        text.push_str(&format!("  c{from} {arrow}|\"{}\"| c{to}\n", safe(words)));
    }
    text
}

fn container_label(view: &View, at: ContainerAt) -> String {
    let container = view.container(at);
    let mut lines =
        vec![format!("<b>{}</b>", safe(&container.name)), safe(&view::state(container))];
    lines.extend(view.ports(at).iter().map(|port| safe(port)));
    for sidecar in view.map.sidecars(at) {
        lines.push(format!("with {}", safe(&view.container(*sidecar).name)));
    }
    lines.join("<br>")
}
