//! A line for each thing that was tried (RFC 4180), for spreadsheets and scripts;
//! for each try, where it was tried at a pace.

use super::ProbeView;
use crate::graph::Compared;
use crate::model::{Series, Try, Why};
use crate::render::escape;
use crate::render::style::Style;

const HEADINGS: &str = "from,to,network,by,target,protocol,port,predicted,because,outcome,reason,\
agreement,latency_ms,sent,received,method,at_ms,jitter_ms\n";

/// Writes the lines.
pub fn render(view: &ProbeView, _style: &Style) -> String {
    let mut text = HEADINGS.to_owned();
    for row in view.by_name() {
        if view.only_surprises && !row.agreement.is_surprise() {
            continue;
        }
        match &row.measurement.series {
            Some(series) => {
                for one in &series.tries {
                    text.push_str(&line(row, Some((one, series))));
                }
            }
            None => text.push_str(&line(row, None)),
        }
    }
    text
}

/// The line of something that was tried, or of one of its tries.
fn line(row: &Compared, one: Option<(&Try, &Series)>) -> String {
    let measurement = row.measurement;
    let port = measurement.attempt.port().map_or(String::new(), |port| port.to_string());
    let milliseconds =
        |us: Option<u64>| us.map_or(String::new(), |us| format!("{:.3}", us as f64 / 1e3));
    let answered = |one: &Try| u32::from(one.trip_us.is_some());
    let (trip, sent, received) = match one {
        Some((one, _)) => (one.trip_us, 1, answered(one)),
        None => (measurement.latency.map(|l| l.avg), measurement.sent, measurement.received),
    };
    let (latency, sent, received) = (milliseconds(trip), sent.to_string(), received.to_string());
    let at = one.map_or(String::new(), |(one, _)| one.at_ms.to_string());
    let jitter = milliseconds(one.and_then(|(_, series)| series.jitter_us));
    let fields = [
        measurement.from.as_str(),
        &measurement.to,
        measurement.network.as_deref().unwrap_or_default(),
        measurement.by.as_str(),
        &measurement.target,
        measurement.attempt.protocol(),
        &port,
        row.predicted.verdict.as_str(),
        row.predicted.reason.as_str(),
        measurement.outcome.as_str(),
        measurement.reason.as_ref().map(Why::as_str).unwrap_or_default(),
        row.agreement.as_str(),
        &latency,
        &sent,
        &received,
        &measurement.method,
        &at,
        &jitter,
    ];
    fields.map(escape::csv).join(",") + "\n"
}
