//! The contract `netmap-probe/1`: everything that was tried, with what the map
//! had said.

use crate::model::{Why, to_json};
use serde::Serialize;

use super::view::ProbeView;
use crate::graph::{Agreement, Compared, Mark};
use crate::render::style::Style;

/// The document.
#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    pairs: Vec<Row<'a>>,
    summary: Summary,
}

/// One thing that was tried.
#[derive(Serialize)]
struct Row<'a> {
    from: &'a str,
    to: &'a str,
    /// Network on which the target has the address; null by name, and within
    /// one network stack.
    network: Option<&'a str>,
    /// `name` or `address`.
    by: &'static str,
    target: &'a str,
    /// `icmp` or `tcp`.
    protocol: &'static str,
    port: Option<u16>,
    /// `reachable`, `blocked` or `unknown`.
    predicted: &'static str,
    /// Kebab-case reason of the prediction.
    predicted_because: &'static str,
    /// `reachable`, `refused`, `timeout`, `unreachable`, `name-not-found` or `unknown`.
    outcome: &'static str,
    reason: Option<&'a str>,
    /// Whether measurement and prediction say the same; null where one of
    /// them does not know.
    agrees: Option<bool>,
    /// Mean round trip in milliseconds.
    latency_ms: Option<f64>,
    latency_min_ms: Option<f64>,
    latency_max_ms: Option<f64>,
    sent: u32,
    received: u32,
    /// What measured it: `netns`, `ping`, `nc` …; empty when nothing could.
    method: &'a str,
}

/// How many ordered pairs of containers came out how.
#[derive(Serialize)]
struct Summary {
    pairs: usize,
    reachable: usize,
    address_only: usize,
    refused: usize,
    isolated: usize,
    /// Contradictions: reachable although the map says isolated.
    leaks: usize,
    /// Contradictions: blocked although the map says reachable.
    fails: usize,
    /// No answer, and the map does not say whether there should be one.
    silent: usize,
    unknown: usize,
    /// Contradictions of both kinds.
    surprises: usize,
}

/// Writes the document.
pub fn render(view: &ProbeView, _style: &Style) -> String {
    let rows = view.comparison.rows.iter();
    let pairs = rows
        .filter(|row| !view.only_surprises || row.agreement.is_surprise())
        .map(row_of)
        .collect();
    let (leaks, fails) = (view.count(Mark::Leaks), view.count(Mark::Fails));
    let summary = Summary {
        pairs: view.comparison.marks().count(),
        reachable: view.count(Mark::Reachable),
        address_only: view.count(Mark::AddressOnly),
        refused: view.count(Mark::Refused),
        isolated: view.count(Mark::Isolated),
        leaks,
        fails,
        silent: view.count(Mark::Silent),
        unknown: view.count(Mark::Unknown),
        surprises: leaks + fails,
    };
    let report = Report { schema: "netmap-probe/1", pairs, summary };
    to_json(&report)
}

fn row_of<'a>(row: &Compared<'a>) -> Row<'a> {
    let measurement = row.measurement;
    let milliseconds = |micros: u64| micros as f64 / 1e3;
    let latency = measurement.latency;
    Row {
        from: &measurement.from,
        to: &measurement.to,
        network: measurement.network.as_deref(),
        by: measurement.by.as_str(),
        target: &measurement.target,
        protocol: measurement.attempt.protocol(),
        port: measurement.attempt.port(),
        predicted: row.predicted.verdict.as_str(),
        predicted_because: row.predicted.reason.as_str(),
        outcome: measurement.outcome.as_str(),
        reason: measurement.reason.as_ref().map(Why::as_str),
        agrees: match row.agreement {
            Agreement::Agrees => Some(true),
            Agreement::Leaks | Agreement::Fails => Some(false),
            Agreement::Untold => None,
        },
        latency_ms: latency.map(|l| milliseconds(l.avg)),
        latency_min_ms: latency.map(|l| milliseconds(l.min)),
        latency_max_ms: latency.map(|l| milliseconds(l.max)),
        sent: measurement.sent,
        received: measurement.received,
        method: &measurement.method,
    }
}
