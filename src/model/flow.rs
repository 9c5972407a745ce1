//! Flows: who talks to whom, as it was seen on the wire. What was not seen is
//! not said to be absent: every list of flows has the time it was looked for,
//! and what could not be looked at.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::moment::{self, Moment};
use super::unread::Unread;
use crate::order::OrderBy;

/// What carries a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FlowProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
    /// ICMP of either version: pings.
    Icmp,
    /// Something else.
    #[serde(other)]
    Other,
}

impl FlowProtocol {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
            Self::Icmp => "icmp",
            Self::Other => "other",
        }
    }

    /// The protocol with this number (RFC 5237).
    pub fn of_number(number: u8) -> Self {
        match number {
            1 | 58 => Self::Icmp,
            6 => Self::Tcp,
            17 => Self::Udp,
            132 => Self::Sctp,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for FlowProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One end of a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Party {
    /// A container.
    Container {
        /// Its name.
        name: String,
    },
    /// One of the containers that share a network namespace, and nobody can
    /// say which.
    OneOf {
        /// Their names, sorted.
        names: Vec<String>,
    },
    /// A swarm's service, by its virtual address.
    Service {
        /// Its name.
        name: String,
    },
    /// The engine's machine.
    Host,
    /// The engine's own resolver.
    Resolver,
    /// Somebody outside; one of many where the address is absent.
    Outside {
        /// The address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<IpAddr>,
    },
    /// An address on one of the engine's networks that is nobody's now.
    Unknown {
        /// The address.
        address: IpAddr,
    },
}

impl Party {
    /// The word for its kind in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Container { .. } => "container",
            Self::OneOf { .. } => "one-of",
            Self::Service { .. } => "service",
            Self::Host => "host",
            Self::Resolver => "resolver",
            Self::Outside { .. } => "outside",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The containers that it may be.
    pub fn containers(&self) -> &[String] {
        match self {
            Self::Container { name } => std::slice::from_ref(name),
            Self::OneOf { names } => names,
            _ => &[],
        }
    }

    /// Whether it is this container for certain.
    pub fn is_container(&self, called: &str) -> bool {
        matches!(self, Self::Container { name } if name == called)
    }

    /// Whether it is outside of the engine.
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Outside { .. })
    }
}

/// As it is named in tables: `web`, `api or log`, `host`, `203.0.113.7`.
impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container { name } | Self::Service { name } => f.write_str(name),
            Self::OneOf { names } => f.write_str(&names.join(" or ")),
            Self::Host => f.write_str("host"),
            Self::Resolver => f.write_str("resolver"),
            Self::Outside { address: Some(address) } => address.fmt(f),
            Self::Outside { address: None } => f.write_str("other addresses"),
            Self::Unknown { address } => write!(f, "{address} (nobody's now)"),
        }
    }
}

/// What came of a flow's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FlowOutcome {
    /// Answered, and some are open still.
    Established,
    /// Answered, and over, as are all questions by UDP.
    Closed,
    /// Answered by the word that nothing listens.
    Refused,
    /// Not answered while it was looked at. UDP need not be answered.
    Unanswered,
    /// Something that a newer netmap knows.
    #[serde(other)]
    Unknown,
}

impl FlowOutcome {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Established => "established",
            Self::Closed => "closed",
            Self::Refused => "refused",
            Self::Unanswered => "unanswered",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the other end answered as a server does.
    pub fn is_answered(self) -> bool {
        matches!(self, Self::Established | Self::Closed)
    }
}

/// How something was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FlowBasis {
    /// The kernel told of it the moment it happened.
    Event,
    /// The kernel's list of tracked connections.
    Conntrack,
    /// The kernel's list of sockets.
    Socket,
    /// The kernel's tables in `/proc`, read by a command in the container.
    Proc,
    /// Something that a newer netmap knows.
    #[serde(other)]
    Other,
}

impl FlowBasis {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Conntrack => "conntrack",
            Self::Socket => "socket",
            Self::Proc => "proc",
            Self::Other => "other",
        }
    }
}

/// A port of the host that a flow went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Hop {
    /// The host's address that was dialled.
    pub address: IpAddr,
    /// The host's port.
    pub port: u16,
    /// Who passes it on.
    pub by: HopBy,
}

/// Who passes on what comes to a port of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HopBy {
    /// The kernel, by changing addresses.
    Nat,
    /// The engine's proxy.
    #[serde(other)]
    Proxy,
}

impl HopBy {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nat => "nat",
            Self::Proxy => "proxy",
        }
    }
}

/// Connections of one client to one port of one server that went alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Flow {
    /// Who began it.
    pub client: Party,
    /// Who was dialled, and answered if anybody did.
    pub server: Party,
    /// Name of the network it went over; none for the host's own ways, and
    /// within one network namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// What carries it.
    pub protocol: FlowProtocol,
    /// The server's own port, where the protocol has ports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What came of it.
    pub outcome: FlowOutcome,
    /// How many connections were seen; of UDP, exchanges between two sockets.
    pub connections: u64,
    /// How many of these were open at the end.
    #[serde(default)]
    pub open: u64,
    /// How many were heard from their beginning or middle to their end, so that
    /// all is known that either end said.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ended: u64,
    /// How many of these the server ended without having said anything.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cut: u64,
    /// The earliest moment that something of it is known of.
    pub first_seen: Moment,
    /// The latest.
    pub last_seen: Moment,
    /// Bytes from client to server, where something counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_sent: Option<u64>,
    /// Bytes from server to client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_received: Option<u64>,
    /// Packets of both directions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packets: Option<u64>,
    /// The mean round trip of those whose sockets tell, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtt_us: Option<u64>,
    /// Packets sent again, where sockets tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retransmits: Option<u64>,
    /// The smallest path MTU of those whose sockets tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_mtu: Option<u32>,
    /// The ports of the host that it went through, the client's first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub via: Vec<Hop>,
    /// How it was seen. Sorted.
    pub basis: Vec<FlowBasis>,
}

impl Flow {
    /// What the server is asked for: `5432/tcp`, `icmp`.
    pub fn service(&self) -> String {
        match self.port {
            Some(port) => format!("{port}/{}", self.protocol),
            None => self.protocol.to_string(),
        }
    }

    /// Whether most of what came to its end was cut: who was dialled takes
    /// connections, and ends them without a word.
    pub fn is_cut(&self) -> bool {
        self.open == 0 && self.cut.saturating_mul(2) > self.ended
    }

    /// Whether nothing but numbers tells it from another one.
    fn is_alike(&self, other: &Self) -> bool {
        let key = |flow: &Self| (flow.protocol, flow.port, flow.outcome);
        let ends = |flow: &'_ Self| (flow.client.clone(), flow.server.clone());
        key(self) == key(other)
            && ends(self) == ends(other)
            && (&self.network, &self.via) == (&other.network, &other.via)
    }

    /// Adds the connections of another one that is alike.
    fn add(&mut self, other: Self) {
        fn sum(into: &mut Option<u64>, more: Option<u64>) {
            *into = [*into, more].into_iter().flatten().reduce(u64::saturating_add);
        }
        self.connections = self.connections.saturating_add(other.connections);
        self.open = self.open.saturating_add(other.open);
        self.ended = self.ended.saturating_add(other.ended);
        self.cut = self.cut.saturating_add(other.cut);
        self.first_seen = self.first_seen.min(other.first_seen);
        self.last_seen = self.last_seen.max(other.last_seen);
        sum(&mut self.bytes_sent, other.bytes_sent);
        sum(&mut self.bytes_received, other.bytes_received);
        sum(&mut self.packets, other.packets);
        sum(&mut self.retransmits, other.retransmits);
        // Of two means there is none without the numbers behind them.
        self.rtt_us = self.rtt_us.max(other.rtt_us);
        self.path_mtu = self.path_mtu.into_iter().chain(other.path_mtu).min();
        self.basis.extend(other.basis);
        self.basis.order();
        self.basis.dedup();
    }

    /// The order in which flows are shown.
    fn order(&self) -> impl Ord + use<> {
        let service = (self.server.clone(), self.port, self.protocol);
        let rest = (self.client.clone(), self.network.clone(), self.outcome, self.via.clone());
        (service, rest)
    }
}

/// All flows that were seen, for how long they were looked for, and what could
/// not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Flows {
    /// When the look began.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub began: Option<Moment>,
    /// Milliseconds that the wire was listened to; 0 for a single look, which
    /// knows what is open and what the kernel remembers.
    pub window_ms: u64,
    /// The flows, by server, port and client.
    pub flows: Vec<Flow>,
    /// Connections that were seen and are in no flow, since there were too many.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped: u64,
    /// What could not be looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_looked: Vec<Unread>,
}

// serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Flows {
    /// Seconds that the wire was listened to.
    pub fn window_s(&self) -> f64 {
        // No window is longer than 2⁵² ms.
        #[allow(clippy::cast_precision_loss)]
        let ms = self.window_ms as f64;
        ms / 1e3
    }

    /// Makes one of flows that nothing tells apart any more.
    pub fn join_alike(&mut self) {
        self.tidy();
        let mut joined: Vec<Flow> = Vec::with_capacity(self.flows.len());
        for flow in self.flows.drain(..) {
            match joined.last_mut().filter(|last| last.is_alike(&flow)) {
                Some(last) => last.add(flow),
                None => joined.push(flow),
            }
        }
        self.flows = joined;
    }

    /// The part of it in which these containers have a part.
    #[must_use]
    pub fn among(&self, is_there: impl Fn(&str) -> bool) -> Self {
        let has_part = |flow: &&Flow| {
            let ends = [&flow.client, &flow.server].into_iter().flat_map(|end| end.containers());
            ends.into_iter().any(|name| is_there(name))
        };
        let flows = self.flows.iter().filter(has_part).cloned().collect();
        Self { flows, not_looked: self.not_looked.clone(), ..*self }
    }

    /// Puts everything in order.
    pub fn tidy(&mut self) {
        self.flows.order_by_cached_key(Flow::order);
        self.not_looked.order();
        self.not_looked.dedup();
    }
}
