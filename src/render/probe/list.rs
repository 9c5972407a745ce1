//! A line for each thing that was tried.

use super::view::{ProbeView, latency};
use super::{series, surprises};
use crate::graph::{Agreement, Compared, Verdict};
use crate::model::{By, FullSize, Outcome};
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
    for row in view.by_name() {
        let mut cells = line(row, view.charts, style);
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
    if view.charts && view.is_over_time() {
        let measurements = view.comparison.rows.iter().map(|row| row.measurement);
        text.push_str(&series::over_time(measurements, style));
        text.push('\n');
    }
    text.push_str(&surprises::block(view, style));
    text
}

fn line(row: &Compared, charts: bool, style: &Style) -> Vec<String> {
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
        outcome(row, charts, style),
        style.paint(
            if row.agreement.is_surprise() { Role::Bad } else { Role::Quiet },
            &format!("{}: {}", row.predicted.verdict, row.predicted.reason),
        ),
    ]
}

/// The outcome with what there is to say about it.
fn outcome(row: &Compared, charts: bool, style: &Style) -> String {
    let measurement = row.measurement;
    let mut text = measurement.outcome.as_str().replace('-', " ");
    if let Some(taken) = measurement.latency {
        text.push_str(&format!(" {}", latency(taken)));
    }
    // The charts have them below.
    if let Some(figures) = series::figures(measurement).filter(|_| !charts) {
        text.push_str(&format!(", {figures}"));
    } else if measurement.sent > measurement.received && measurement.received > 0 {
        text.push_str(&format!(
            ", {} of {} lost",
            measurement.sent - measurement.received,
            measurement.sent
        ));
    }
    if let Some(size) = measurement.full_size {
        text.push_str(&format!(": {size}"));
    }
    text = series::with_units(&text);
    text.push_str(&series::because(measurement));
    let role = match (row.agreement, measurement.outcome) {
        (Agreement::Leaks | Agreement::Fails, _) => Role::Bad,
        _ if measurement.full_size.is_some_and(FullSize::loses) => Role::Bad,
        (_, Outcome::Unknown) => Role::Warn,
        (Agreement::Agrees, _) if row.predicted.verdict == Verdict::Blocked => Role::Quiet,
        _ => Role::Good,
    };
    style.paint(role, &text)
}
