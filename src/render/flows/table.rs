//! A line for each flow, by server and port.

use super::{FlowsView, words};
use crate::model::words::count;
use crate::model::{Flow, FlowOutcome};
use crate::render::columns;
use crate::render::style::{Role, Style, glued};

/// A column: its heading, and what stands in it.
struct Column {
    heading: &'static str,
    cell: fn(&FlowsView, &Flow) -> String,
    role: Role,
}

const COLUMNS: &[Column] = &[
    Column { heading: "client", cell: |_, flow| flow.client.to_string(), role: Role::Strong },
    Column {
        heading: "network",
        cell: |_, flow| flow.network.clone().unwrap_or_default(),
        role: Role::Network,
    },
    Column { heading: "connections", cell: |_, flow| words::connections(flow), role: Role::Plain },
    Column {
        heading: "last seen",
        cell: |view, flow| words::last_seen(view.seen, flow),
        role: Role::Plain,
    },
    Column {
        heading: "round trip",
        cell: |_, flow| {
            // Hundredths of a millisecond are all that is shown.
            #[allow(clippy::cast_precision_loss)]
            let ms = |us: u64| format!("{:.2} ms", us as f64 / 1e3);
            flow.rtt_us.map(ms).unwrap_or_default()
        },
        role: Role::Plain,
    },
    Column { heading: "sent, received", cell: |_, flow| carried(flow), role: Role::Plain },
    Column { heading: "sent again", cell: |_, flow| sent_again(flow), role: Role::Warn },
    Column { heading: "through", cell: |_, flow| words::via(flow), role: Role::Plain },
];

/// What it carried both ways, where anything is counted and anything was.
fn carried(flow: &Flow) -> String {
    match (flow.bytes_sent, flow.bytes_received) {
        (None | Some(0), None | Some(0)) => String::new(),
        (sent, received) => {
            let told = |bytes: Option<u64>| bytes.map_or_else(|| "?".to_owned(), words::bytes);
            format!("{}, {}", told(sent), told(received))
        }
    }
}

fn sent_again(flow: &Flow) -> String {
    flow.retransmits.filter(|again| *again > 0).map(|again| again.to_string()).unwrap_or_default()
}

/// Writes the table.
pub fn render(view: &FlowsView, style: &Style) -> String {
    let mut text = heading(view, style);
    if view.flows.is_empty() {
        text.push_str("\nNothing was seen.\n");
    } else {
        text.push('\n');
        text.push_str(&columns::table(&rows(view, style), style.width));
    }
    text.push_str(&words::footer(view.seen, style));
    text
}

fn heading(view: &FlowsView, style: &Style) -> String {
    let heading = style.heading(&count(view.flows.len(), "flow"), &view.engine);
    format!("{heading}{}\n", style.wrapped(Role::Quiet, &words::window(view.seen), 2))
}

fn rows(view: &FlowsView, style: &Style) -> Vec<Vec<String>> {
    // A column that says nothing of anybody has no place.
    let says =
        |column: &&Column| view.flows.iter().any(|flow| !(column.cell)(view, flow).is_empty());
    let columns: Vec<&Column> = COLUMNS.iter().filter(says).collect();
    let quiet = |text: &str| style.paint(Role::Quiet, text);
    let mut heads = vec![quiet("server"), quiet("port")];
    heads.extend(columns.iter().map(|column| quiet(column.heading)));
    let mut rows = vec![heads];
    let mut before: Option<(String, String)> = None;
    for flow in view.by_name() {
        let (server, port) = (flow.server.to_string(), flow.service());
        let repeats = before.as_ref().is_some_and(|(last, _)| *last == server);
        let same = before.as_ref().is_some_and(|(_, last)| repeats && *last == port);
        let mut row = vec![
            if repeats { String::new() } else { style.paint(Role::Strong, &server) },
            if same { String::new() } else { style.paint(Role::Plain, &port) },
        ];
        let cell = |column: &&Column| {
            let is_vain = matches!(flow.outcome, FlowOutcome::Refused | FlowOutcome::Unanswered);
            let bad = column.heading == "connections" && (is_vain || flow.is_cut());
            let role = if bad { Role::Bad } else { column.role };
            style.paint(role, &glued(&(column.cell)(view, flow)))
        };
        row.extend(columns.iter().map(cell));
        rows.push(row);
        before = Some((server, port));
    }
    rows
}
