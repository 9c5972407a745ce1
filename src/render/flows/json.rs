//! The contract `netmap-flows/1`: who talked to whom.

use serde::Serialize;

use super::FlowsView;
use crate::model::{Flow, FlowBasis, Moment, Party, to_json};
#[cfg(test)]
use crate::render::schemas;
use crate::render::style::Style;

/// The document.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Report<'a> {
    schema: &'static str,
    /// When the look began.
    began: Option<Moment>,
    /// Seconds that the wire was listened to; 0 for one look.
    window_s: f64,
    flows: Vec<Row<'a>>,
    /// Connections that are in no flow, since there were too many.
    dropped: u64,
    not_looked: Vec<Note<'a>>,
}

/// A flow.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    /// Name of a container, `host`, `resolver`, or an address.
    client: String,
    /// `container`, `one-of`, `service`, `host`, `resolver`, `outside` or `unknown`.
    client_kind: &'static str,
    /// The containers that it may be; one, or several that share a network
    /// namespace.
    client_containers: &'a [String],
    server: String,
    server_kind: &'static str,
    server_containers: &'a [String],
    network: Option<&'a str>,
    /// `tcp`, `udp`, `sctp`, `icmp` or `other`.
    protocol: &'static str,
    port: Option<u16>,
    /// `established`, `closed`, `refused` or `unanswered`.
    outcome: &'static str,
    connections: u64,
    open: u64,
    /// How many of the connections were heard to their end, so that all is known
    /// that either end said.
    ended: u64,
    /// How many of these the server ended without having said anything.
    cut: u64,
    first_seen: Moment,
    last_seen: Moment,
    /// Bytes of both directions, where something counts them.
    bytes: Option<u64>,
    bytes_sent: Option<u64>,
    bytes_received: Option<u64>,
    packets: Option<u64>,
    rtt_ms: Option<f64>,
    retransmits: Option<u64>,
    path_mtu: Option<u32>,
    via: Vec<Hop>,
    /// `event`, `conntrack`, `socket`, `proc`.
    basis: Vec<&'static str>,
}

/// A port of the machine.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Hop {
    address: std::net::IpAddr,
    host_port: u16,
    /// `nat` or `proxy`.
    by: &'static str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Note<'a> {
    what: &'a str,
    why: &'a str,
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Report<'_>>(name)
}

/// Writes the document.
pub fn render(view: &FlowsView, _style: &Style) -> String {
    let report = Report {
        schema: "netmap-flows/1",
        began: view.seen.began,
        window_s: view.seen.window_s(),
        flows: view.flows.iter().map(|flow| row(flow)).collect(),
        dropped: view.seen.dropped,
        not_looked: view
            .seen
            .not_looked
            .iter()
            .map(|note| Note { what: &note.what, why: &note.why })
            .collect(),
    };
    to_json(&report)
}

fn row(flow: &Flow) -> Row<'_> {
    let end = |party: &Party| (party.to_string(), party.kind());
    let ((client, client_kind), (server, server_kind)) = (end(&flow.client), end(&flow.server));
    let both = [flow.bytes_sent, flow.bytes_received].into_iter().flatten();
    // A thousandth of a millisecond is as exact as it is measured.
    #[allow(clippy::cast_precision_loss)]
    let rtt_ms = flow.rtt_us.map(|us| us as f64 / 1e3);
    Row {
        client,
        client_kind,
        client_containers: flow.client.containers(),
        server,
        server_kind,
        server_containers: flow.server.containers(),
        network: flow.network.as_deref(),
        protocol: flow.protocol.as_str(),
        port: flow.port,
        outcome: flow.outcome.as_str(),
        connections: flow.connections,
        open: flow.open,
        ended: flow.ended,
        cut: flow.cut,
        first_seen: flow.first_seen,
        last_seen: flow.last_seen,
        bytes: both.reduce(u64::saturating_add),
        bytes_sent: flow.bytes_sent,
        bytes_received: flow.bytes_received,
        packets: flow.packets,
        rtt_ms,
        retransmits: flow.retransmits,
        path_mtu: flow.path_mtu,
        via: flow
            .via
            .iter()
            .map(|hop| Hop { address: hop.address, host_port: hop.port, by: hop.by.as_str() })
            .collect(),
        basis: flow.basis.iter().copied().map(FlowBasis::as_str).collect(),
    }
}
