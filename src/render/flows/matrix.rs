//! Clients by servers, with the ports where they meet.

use std::collections::{BTreeMap, BTreeSet};

use super::{FlowsView, table, words};
use crate::model::words::count;
use crate::model::{FlowOutcome, Natural};
use crate::render::columns;
use crate::render::style::{Role, Style};

/// With more cells than this it is no picture, and what takes long to make: there is a list.
const MOST_CELLS: usize = 40_000;

const CORNER: &str = "client ↓ server →";

/// Writes the matrix.
pub fn render(view: &FlowsView, style: &Style) -> String {
    let mut cells: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let (mut clients, mut servers) = (BTreeSet::new(), BTreeSet::new());
    for flow in &view.flows {
        let (client, server) = (flow.client.to_string(), flow.server.to_string());
        let (sign, role) = sign(flow.outcome);
        let entry = style.paint(role, &format!("{}{sign}", flow.service()));
        let cell = cells.entry((client.clone(), server.clone())).or_default();
        if !cell.contains(&entry) {
            cell.push(entry);
        }
        clients.insert(Natural(client));
        servers.insert(Natural(server));
    }
    if clients.len().saturating_mul(servers.len()) > MOST_CELLS {
        let (clients, servers) = (count(clients.len(), "client"), count(servers.len(), "server"));
        let why = format!("{clients} and {servers} make no matrix that could be read: a list.");
        return format!("{}\n{}", style.wrapped(Role::Quiet, &why, 2), table::render(view, style));
    }
    let mut text = format!("{}\n", style.wrapped(Role::Quiet, &words::window(view.seen), 2));
    if view.flows.is_empty() {
        text.push_str("\nNothing was seen.\n");
    } else {
        let heads = servers.iter().map(|server| style.paint(Role::Strong, &server.0));
        let mut rows =
            vec![std::iter::once(style.paint(Role::Quiet, CORNER)).chain(heads).collect()];
        for Natural(client) in clients {
            let mut row = vec![style.paint(Role::Strong, &client)];
            row.extend(servers.iter().map(|Natural(server)| {
                let cell = cells.get(&(client.clone(), server.clone()));
                cell.map_or_else(|| style.paint(Role::Quiet, "·"), |cell| cell.join("\n"))
            }));
            rows.push(row);
        }
        text.push_str(&format!("\n{}", columns::table(&rows, style.width)));
        text.push_str(&format!("\n{}\n", style.paint(Role::Quiet, LEGEND)));
    }
    text.push_str(&words::footer(view.seen, style));
    text
}

const LEGEND: &str = "● open   ✗ refused   ? not answered   · not seen";

fn sign(outcome: FlowOutcome) -> (&'static str, Role) {
    match outcome {
        FlowOutcome::Established => (" ●", Role::Good),
        FlowOutcome::Closed | FlowOutcome::Unknown => ("", Role::Plain),
        FlowOutcome::Refused => (" ✗", Role::Bad),
        FlowOutcome::Unanswered => (" ?", Role::Bad),
    }
}
