//! The two tables as Markdown, for a README or an issue.

use super::escape::markdown as safe;
use super::style::Style;
use super::swarm;
use super::view::{self, View};
use crate::graph::StackOwner;

/// Writes both tables and the notes.
pub fn render(view: &View, _style: &Style) -> String {
    let mut text = String::from(
        "| network | driver | subnet | gateway | flags | members |\n|---|---|---|---|---|---|\n",
    );
    for at in &view.networks {
        let network = view.network(*at);
        let members: Vec<String> =
            view.members(*at).iter().map(|member| safe(&view.container(*member).name)).collect();
        let subnets: Vec<String> = network.subnets.iter().map(|s| s.subnet.to_string()).collect();
        let gateways: Vec<String> = network.subnets.iter().map(|s| view.gateway(*at, s)).collect();
        text.push_str(&row(&[
            safe(&network.name),
            safe(network.driver.as_str()),
            subnets.join("<br>"),
            gateways.join("<br>"),
            safe(&view::flags(network).join(", ")),
            members.join(", "),
        ]));
    }
    text.push_str(
        "\n| container | state | network | address | names | ports |\n|---|---|---|---|---|---|\n",
    );
    for at in &view.containers {
        let container = view.container(*at);
        let (mut networks, mut addresses, mut names) = (Vec::new(), Vec::new(), Vec::new());
        match view.map.stack_owner(*at) {
            StackOwner::Itself => {
                for (_, endpoint) in view.endpoints(*at) {
                    networks.push(safe(&endpoint.network));
                    let own: Vec<String> = endpoint.addresses().map(|a| a.to_string()).collect();
                    addresses.push(if own.is_empty() { "–".to_owned() } else { own.join(" ") });
                    names.extend(container.chosen_names_on(endpoint).iter().map(|name| safe(name)));
                }
            }
            StackOwner::Other(owner) => {
                networks.push(format!("shares that of {}", safe(&view.container(owner).name)))
            }
            StackOwner::Missing => {
                networks.push("shared that of a container that is gone".to_owned())
            }
        }
        let ports: Vec<String> = view.ports(*at).iter().map(|port| safe(port)).collect();
        text.push_str(&row(&[
            safe(&container.name),
            view::state(container),
            networks.join("<br>"),
            addresses.join("<br>"),
            names.join(", "),
            ports.join("<br>"),
        ]));
    }
    for table in swarm::tables(view) {
        text.push_str(&format!("\n| {} |\n|---|---|---|---|---|\n", table.headings.join(" | ")));
        for cells in table.rows {
            let cells = cells.map(|cell| {
                let lines: Vec<String> = cell.lines().map(safe).collect();
                lines.join("<br>")
            });
            text.push_str(&row(&cells));
        }
    }
    let notes = view
        .notes()
        .into_iter()
        .chain(view.unread().into_iter().map(|note| format!("Not read: {note}")));
    for (nth, note) in notes.enumerate() {
        text.push_str(if nth == 0 { "\n- " } else { "- " });
        text.push_str(&safe(&note));
        text.push('\n');
    }
    text
}

fn row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}
