//! A line for each flow (RFC 4180), for spreadsheets and scripts.

use super::{FlowsView, words};
use crate::model::FlowBasis;
use crate::render::escape;
use crate::render::style::Style;

const HEADINGS: &str = "client,client_kind,server,server_kind,network,protocol,port,outcome,\
connections,open,first_seen,last_seen,bytes_sent,bytes_received,packets,rtt_us,retransmits,\
path_mtu,via,basis,ended,cut\n";

/// Writes the lines.
pub fn render(view: &FlowsView, _style: &Style) -> String {
    fn known<T: ToString>(value: Option<T>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    let mut text = HEADINGS.to_owned();
    for flow in &view.flows {
        let basis: Vec<&str> = flow.basis.iter().copied().map(FlowBasis::as_str).collect();
        let fields = [
            flow.client.to_string(),
            flow.client.kind().to_owned(),
            flow.server.to_string(),
            flow.server.kind().to_owned(),
            known(flow.network.as_ref()),
            flow.protocol.to_string(),
            known(flow.port),
            flow.outcome.as_str().to_owned(),
            flow.connections.to_string(),
            flow.open.to_string(),
            flow.first_seen.to_string(),
            flow.last_seen.to_string(),
            known(flow.bytes_sent),
            known(flow.bytes_received),
            known(flow.packets),
            known(flow.rtt_us),
            known(flow.retransmits),
            known(flow.path_mtu),
            words::via(flow),
            basis.join("; "),
            flow.ended.to_string(),
            flow.cut.to_string(),
        ];
        text.push_str(&fields.map(|field| escape::csv(&field)).join(","));
        text.push('\n');
    }
    text
}
