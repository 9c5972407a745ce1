//! A line for each thing that was tried.

use super::surprises;
use super::view::{ProbeView, latency};
use crate::graph::{Agreement, Compared, Verdict};
use crate::model::{By, Outcome};
use crate::render::columns;
use crate::render::style::{Role, Style};

/// Draws the list and what contradicts the map.
pub fn render(view: &ProbeView, style: &Style) -> String {
    if view.only_surprises {
        return surprises::block(view, style);
    }
    let headings = ["from", "to", "tried", "on", "outcome", "the map says"];
    let mut rows = vec![headings.map(|heading| style.paint(Role::Quiet, heading)).to_vec()];
    let mut before = None;
    for row in &view.comparison.rows {
        let mut cells = line(row, style);
        // The names stand once for all that was tried between two.
        if before == Some((row.from, row.to)) {
            cells[0].clear();
            cells[1].clear();
        }
        before = Some((row.from, row.to));
        rows.push(cells);
    }
    let mut text = columns::table(&rows, style.width);
    text.push('\n');
    text.push_str(&surprises::block(view, style));
    text
}

fn line(row: &Compared, style: &Style) -> Vec<String> {
    let measurement = row.measurement;
    let mut tried = match measurement.by {
        By::Name => format!("name {}", measurement.target),
        By::Address => measurement.target.clone(),
    };
    if let Some(port) = measurement.attempt.port() {
        tried.push_str(&format!(" port {port}"));
    }
    vec![
        style.paint(Role::Strong, &measurement.from),
        style.paint(Role::Strong, &measurement.to),
        style.paint(Role::Plain, &tried),
        style.paint(Role::Network, measurement.network.as_deref().unwrap_or_default()),
        outcome(row, style),
        style.paint(
            if row.agreement.is_surprise() { Role::Bad } else { Role::Quiet },
            &format!("{}: {}", row.predicted.verdict, row.predicted.reason),
        ),
    ]
}

/// The outcome with what there is to say about it.
fn outcome(row: &Compared, style: &Style) -> String {
    let measurement = row.measurement;
    let mut text = measurement.outcome.as_str().replace('-', " ");
    if let Some(taken) = measurement.latency {
        text.push_str(&format!(" {}", latency(taken)));
    }
    if measurement.sent > measurement.received && measurement.received > 0 {
        text.push_str(&format!(
            ", {} of {} lost",
            measurement.sent - measurement.received,
            measurement.sent
        ));
    }
    if let Some(reason) = &measurement.reason {
        text.push_str(&format!(": {reason}"));
    }
    let role = match (row.agreement, measurement.outcome) {
        (Agreement::Leaks | Agreement::Fails, _) => Role::Bad,
        (_, Outcome::Unknown) => Role::Warn,
        (Agreement::Agrees, _) if row.predicted.verdict == Verdict::Blocked => Role::Quiet,
        _ => Role::Good,
    };
    style.paint(role, &text)
}
