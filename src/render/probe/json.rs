//! The contract `netmap-probe/1`: everything that was tried, with what the map
//! had said.

use crate::model::{FullSize, Measurement, Why, to_json};
#[cfg(test)]
use crate::render::schemas;
use serde::Serialize;

use super::view::ProbeView;
use crate::graph::{Agreement, Compared, Mark};
use crate::render::strangers::{OnNetwork, on_networks};
use crate::render::style::Style;

/// The document.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Report<'a> {
    schema: &'static str,
    pairs: Vec<Row<'a>>,
    summary: Summary,
    /// Members of the networks asked about that were not probed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    strangers: Vec<OnNetwork<'a>>,
}

/// One thing that was tried.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    from: &'a str,
    to: &'a str,
    /// Network on which the target has the address; null by name, and within
    /// one network stack.
    network: Option<&'a str>,
    /// `name` or `address`.
    #[cfg_attr(test, schemars(with = "crate::model::By"))]
    by: &'static str,
    target: &'a str,
    /// `icmp` or `tcp`.
    protocol: &'static str,
    port: Option<u16>,
    /// `reachable`, `blocked` or `unknown`.
    #[cfg_attr(test, schemars(extend("enum" = ["reachable", "blocked", "unknown"])))]
    predicted: &'static str,
    /// Kebab-case reason of the prediction.
    predicted_because: &'static str,
    /// `reachable`, `refused`, `timeout`, `unreachable`, `name-not-found` or `unknown`.
    #[cfg_attr(test, schemars(with = "crate::model::Outcome"))]
    outcome: &'static str,
    reason: Option<&'a str>,
    /// Whether measurement and prediction say the same; null where one of
    /// them does not know.
    agrees: Option<bool>,
    /// Mean round trip in milliseconds.
    latency_ms: Option<f64>,
    latency_min_ms: Option<f64>,
    latency_max_ms: Option<f64>,
    /// What came of each try, where it was tried at a pace.
    #[serde(skip_serializing_if = "Option::is_none")]
    series: Option<Series>,
    /// How large a packet got there, in bytes: `sent` is what leaves, `passes` the
    /// largest that was answered, `told` that larger ones were called too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_size: Option<FullSize>,
    sent: u32,
    received: u32,
    /// What measured it: `netns`, `ping`, `nc` …; empty when nothing could.
    method: &'a str,
}

/// What came of each try of a way.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Series {
    /// Milliseconds from one try to the next, as asked for.
    interval_ms: u64,
    /// How much two answers in a row differ, as a mean, in milliseconds.
    jitter_ms: Option<f64>,
    /// Tries without an answer, in percent.
    lost_percent: f64,
    /// The latest tries.
    tries: Vec<Try>,
    /// Earlier ones, which are in nothing but the sums.
    tries_left_out: u64,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Try {
    /// Milliseconds since the first one.
    at_ms: u64,
    /// Its round trip; null without an answer.
    latency_ms: Option<f64>,
}

/// How many ordered pairs of containers came out how.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Report<'_>>(name)
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
    let strangers = on_networks(&view.strangers);
    let report = Report { schema: "netmap-probe/1", pairs, summary, strangers };
    to_json(&report)
}

fn row_of<'a>(row: &Compared<'a>) -> Row<'a> {
    let measurement = row.measurement;
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
        series: series_of(measurement),
        full_size: measurement.full_size,
        sent: measurement.sent,
        received: measurement.received,
        method: &measurement.method,
    }
}

fn series_of(measurement: &Measurement) -> Option<Series> {
    let series = measurement.series.as_ref()?;
    let lost = measurement.sent.saturating_sub(measurement.received);
    let tries = series.tries.iter();
    Some(Series {
        interval_ms: series.interval_ms,
        jitter_ms: series.jitter_us.map(milliseconds),
        lost_percent: 100.0 * f64::from(lost) / f64::from(measurement.sent.max(1)),
        tries: tries
            .map(|one| Try { at_ms: one.at_ms, latency_ms: one.trip_us.map(milliseconds) })
            .collect(),
        tries_left_out: series.left_out,
    })
}

fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1e3
}
