//! Connections that went alike, counted: a flow in the making.

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::HashMap;

use super::connection::Connection;
use crate::model::{Flow, FlowBasis, FlowOutcome, FlowProtocol, Hop, Measures, Moment, Party};

/// Flows that are told apart. Of more, addresses outside are put together.
pub const MOST: usize = 10_000;

/// What connections of one flow have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Who began them.
    pub client: Party,
    /// Who was dialled.
    pub server: Party,
    /// The network they went over.
    pub network: Option<Arc<str>>,
    /// What carries them.
    pub protocol: FlowProtocol,
    /// The server's port.
    pub port: Option<u16>,
    /// The port of the machine that they went through.
    pub via: Option<Hop>,
    /// What came of them; those that are open are not told from those that are
    /// over, but counted.
    pub outcome: FlowOutcome,
}

/// How many, and what is known of them together.
#[derive(Debug, Clone)]
pub struct Tally {
    /// How many.
    pub connections: u64,
    /// How many of these are open.
    pub open: u64,
    /// How many were heard to the end.
    ended: u64,
    /// How many of these the server ended without a word.
    cut: u64,
    first: Moment,
    last: Moment,
    measures: Sums,
    basis: BTreeSet<FlowBasis>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    sent: Option<u64>,
    received: Option<u64>,
    packets: Option<u64>,
    retransmits: Option<u64>,
    rtt_us: u64,
    with_rtt: u64,
    path_mtu: Option<u32>,
}

/// Adds to a sum what is known of a part.
fn sum(into: &mut Option<u64>, more: Option<u64>) {
    *into = [*into, more].into_iter().flatten().reduce(u64::saturating_add);
}

impl Sums {
    fn add(&mut self, measured: Measures) {
        sum(&mut self.sent, measured.sent);
        sum(&mut self.received, measured.received);
        sum(&mut self.packets, measured.packets);
        sum(&mut self.retransmits, measured.retransmits.map(u64::from));
        if let Some(rtt) = measured.rtt_us {
            self.rtt_us = self.rtt_us.saturating_add(rtt.into());
            self.with_rtt += 1;
        }
        self.path_mtu = self.path_mtu.into_iter().chain(measured.path_mtu).min();
    }

    /// Adds what others come to.
    fn add_all(&mut self, other: &Self) {
        sum(&mut self.sent, other.sent);
        sum(&mut self.received, other.received);
        sum(&mut self.packets, other.packets);
        sum(&mut self.retransmits, other.retransmits);
    }

    /// Leaves these bytes out. Packets of two halves are not as many.
    fn subtract(&mut self, other: &Self) {
        let less = |from: &mut Option<u64>, by: Option<u64>| {
            *from = from.map(|from| from.saturating_sub(by.unwrap_or(0)));
        };
        less(&mut self.sent, other.sent);
        less(&mut self.received, other.received);
        (self.packets, self.retransmits) = (None, None);
    }

    fn mean_rtt(&self) -> Option<u64> {
        self.rtt_us.checked_div(self.with_rtt)
    }
}

impl Tally {
    /// How many of them the server ended without a word.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Adds as many connections as another one has.
    pub fn add(&mut self, other: &Self) {
        self.connections += other.connections;
        self.open += other.open;
        self.ended += other.ended;
        self.cut += other.cut;
        self.measures.add_all(&other.measures);
    }

    /// Leaves out as many connections as another one has.
    pub fn subtract(&mut self, other: &Self) {
        let less = |from: u64, by: u64, most: u64| from.saturating_sub(by).min(most);
        self.connections = self.connections.saturating_sub(other.connections);
        self.open = less(self.open, other.open, self.connections);
        self.ended = less(self.ended, other.ended, self.connections);
        self.cut = less(self.cut, other.cut, self.ended);
        self.measures.subtract(&other.measures);
    }
}

/// All flows in the making.
#[derive(Debug, Clone, Default)]
pub struct Tallies {
    /// By what their connections have in common.
    pub all: HashMap<Kind, Tally>,
    /// Connections in none of them.
    pub dropped: u64,
}

impl Tallies {
    /// Counts a connection.
    pub fn count(&mut self, kind: Kind, connection: &Connection, is_open: bool) {
        let Some(kind) = self.room_for(kind) else {
            self.dropped += 1;
            return;
        };
        let tally = self.all.entry(kind).or_insert_with(|| Tally {
            connections: 0,
            open: 0,
            ended: 0,
            cut: 0,
            first: connection.first,
            last: connection.last,
            measures: Sums::default(),
            basis: BTreeSet::new(),
        });
        tally.connections += 1;
        tally.open += u64::from(is_open);
        tally.ended += u64::from(connection.is_final());
        tally.cut += u64::from(connection.is_cut());
        tally.first = tally.first.min(connection.first);
        tally.last = tally.last.max(connection.last);
        tally.measures.add(connection.measured());
        tally.basis.extend(connection.basis());
    }

    /// The kind to count it as: where there are many, one that does not tell
    /// addresses outside apart; nothing where there are too many even so.
    fn room_for(&self, kind: Kind) -> Option<Kind> {
        if self.all.len() < MOST || self.all.contains_key(&kind) {
            return Some(kind);
        }
        let any = |party: Party| match party {
            Party::Outside { .. } => Party::Outside { address: None },
            other => other,
        };
        let kind = Kind { client: any(kind.client), server: any(kind.server), ..kind };
        (self.all.len() < 2 * MOST || self.all.contains_key(&kind)).then_some(kind)
    }

    /// The flows.
    pub fn into_flows(self) -> Vec<Flow> {
        self.all.into_iter().map(|(kind, tally)| flow(kind, tally)).collect()
    }
}

fn flow(kind: Kind, tally: Tally) -> Flow {
    let sums = tally.measures;
    let outcome = match kind.outcome {
        FlowOutcome::Closed if tally.open > 0 => FlowOutcome::Established,
        other => other,
    };
    Flow {
        client: kind.client,
        server: kind.server,
        network: kind.network.map(|network| network.to_string()),
        protocol: kind.protocol,
        port: kind.port,
        outcome,
        connections: tally.connections,
        open: tally.open,
        ended: tally.ended,
        cut: tally.cut,
        first_seen: tally.first,
        last_seen: tally.last,
        bytes_sent: sums.sent,
        bytes_received: sums.received,
        packets: sums.packets,
        rtt_us: sums.mean_rtt(),
        retransmits: sums.retransmits,
        path_mtu: sums.path_mtu,
        via: kind.via.into_iter().collect(),
        basis: tally.basis.into_iter().collect(),
    }
}
