//! Flows under other names. Addresses outside are put together: who talks to
//! this setup from out there is nobody else's business.

use super::redaction::Redaction;
use crate::model::{Flow, Flows, Hop, Party};
use crate::order::OrderBy;

impl Redaction {
    pub(super) fn flows(&self, flows: &Flows) -> Flows {
        let mut redacted = Flows {
            began: self.moments.moment(flows.began),
            window_ms: flows.window_ms,
            flows: flows.flows.iter().map(|flow| self.flow(flow)).collect(),
            dropped: flows.dropped,
            not_looked: flows.not_looked.iter().map(|note| self.unread(note)).collect(),
        };
        redacted.join_alike();
        redacted
    }

    fn flow(&self, flow: &Flow) -> Flow {
        let hop = |hop: &Hop| Hop { address: self.addresses.address(hop.address), ..*hop };
        Flow {
            client: self.party(&flow.client),
            server: self.party(&flow.server),
            network: flow.network.as_deref().map(|name| self.names.network(name)),
            protocol: flow.protocol,
            port: flow.port,
            outcome: flow.outcome,
            connections: flow.connections,
            open: flow.open,
            ended: flow.ended,
            cut: flow.cut,
            first_seen: self.moments.moved(flow.first_seen),
            last_seen: self.moments.moved(flow.last_seen),
            bytes_sent: flow.bytes_sent,
            bytes_received: flow.bytes_received,
            packets: flow.packets,
            rtt_us: flow.rtt_us,
            retransmits: flow.retransmits,
            path_mtu: flow.path_mtu,
            via: flow.via.iter().map(hop).collect(),
            basis: flow.basis.clone(),
        }
    }

    fn party(&self, party: &Party) -> Party {
        match party {
            Party::Container { name } => Party::Container { name: self.names.word(name) },
            Party::OneOf { names } => {
                let mut names: Vec<String> =
                    names.iter().map(|name| self.names.word(name)).collect();
                names.order();
                Party::OneOf { names }
            }
            Party::Service { name } => Party::Service { name: self.names.word(name) },
            Party::Outside { .. } => Party::Outside { address: None },
            Party::Unknown { address } => {
                Party::Unknown { address: self.addresses.address(*address) }
            }
            Party::Host => Party::Host,
            Party::Resolver => Party::Resolver,
        }
    }
}
