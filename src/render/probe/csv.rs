//! A line for each thing that was tried (RFC 4180), for spreadsheets and scripts.

use super::ProbeView;
use crate::model::Why;
use crate::render::escape;
use crate::render::style::Style;

const HEADINGS: &str = "from,to,network,by,target,protocol,port,predicted,because,outcome,reason,\
agreement,latency_ms,sent,received,method\n";

/// Writes the lines.
pub fn render(view: &ProbeView, _style: &Style) -> String {
    let mut text = HEADINGS.to_owned();
    for row in &view.comparison.rows {
        if view.only_surprises && !row.agreement.is_surprise() {
            continue;
        }
        let measurement = row.measurement;
        let port = measurement.attempt.port().map_or(String::new(), |port| port.to_string());
        let latency = measurement
            .latency
            .map_or(String::new(), |latency| format!("{:.3}", latency.avg as f64 / 1e3));
        let (sent, received) = (measurement.sent.to_string(), measurement.received.to_string());
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
        ];
        text.push_str(&fields.map(escape::csv).join(","));
        text.push('\n');
    }
    text
}
