//! What the kernel says of single connections, before anybody asks whose they
//! are: the same connection is seen in several network namespaces, under
//! several addresses. `flows` makes flows of it.

use std::net::{IpAddr, SocketAddr};

use super::flow::{FlowBasis, FlowProtocol};
use super::gateway_mode::Family;
use super::moment::Moment;
use super::unread::Unread;

/// Where a look is taken: a position in [`Lookouts::all`].
pub type LookoutAt = usize;

/// A network namespace that is looked into.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookout {
    /// Ids of the containers in it, its owner first.
    pub containers: Vec<String>,
    /// Whether it is the engine's own, which its machine has.
    pub is_engine: bool,
    /// Name of the engine, in a map of several.
    pub node: String,
    /// The addresses of its interfaces, where they can be read.
    pub addresses: Vec<IpAddr>,
}

/// The network namespaces that are looked into, and what cannot be.
#[derive(Debug, Clone, Default)]
pub struct Lookouts {
    /// Those that are.
    pub all: Vec<Lookout>,
    /// What is not, and why.
    pub not_looked: Vec<Unread>,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Begun, and not answered.
    Trying,
    /// Answered and in use.
    Open,
    /// Answered and over.
    Over,
    /// Answered and over, and its socket is gone: what was measured is all.
    Closed,
    /// Answered by the word that nobody listens.
    Refused,
    /// Forgotten by the kernel.
    Forgotten {
        /// Whether it had been answered.
        answered: bool,
    },
}

/// Both ends of a connection as its first packet had them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ends {
    /// What carries it.
    pub protocol: FlowProtocol,
    /// Who sent it.
    pub from: SocketAddr,
    /// To whom.
    pub to: SocketAddr,
}

impl Ends {
    /// The same connection seen from its other end.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self { from: self.to, to: self.from, ..self }
    }
}

/// What a socket's kernel measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// Round trip in microseconds.
    pub rtt_us: Option<u32>,
    /// Packets sent again.
    pub retransmits: Option<u32>,
    /// Path MTU.
    pub path_mtu: Option<u32>,
    /// Bytes from who sent the first packet.
    pub sent: Option<u64>,
    /// Bytes to who sent the first packet.
    pub received: Option<u64>,
    /// Packets of both directions.
    pub packets: Option<u64>,
    /// Packets with something in them from who sent the first packet.
    pub said: Option<u32>,
    /// Packets with something in them to who sent the first packet.
    pub heard: Option<u32>,
}

impl Measures {
    /// The same as the other end has them.
    #[must_use]
    pub fn reversed(self) -> Self {
        let Self { sent, received, said, heard, .. } = self;
        Self { sent: received, received: sent, said: heard, heard: said, ..self }
    }
}

/// Who ended a connection first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ender {
    /// Who began it.
    Client,
    /// Who was dialled.
    Server,
}

impl Ender {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// What the kernel says once of each connection, in each place where it is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Milestone {
    /// That it has begun.
    Began,
    /// That the socket of this end is gone.
    Gone(Ender),
}

impl Milestone {
    /// The same if it was the other end who began.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Began => Self::Began,
            Self::Gone(end) => Self::Gone(end.other()),
        }
    }
}

/// Whose the socket of one end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Whether it is the end that was dialled.
    pub is_server: bool,
    /// The container's place in [`Lookout::containers`]; one more than the last
    /// is the engine's machine itself.
    pub place: usize,
}

/// One look at one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// Where.
    pub at: LookoutAt,
    /// Its ends.
    pub ends: Ends,
    /// Its ends as an answer has them, turned round: what addresses are
    /// changed to on the way. The same as `ends` where nothing changes them.
    pub passed_on: Ends,
    /// How far it has come.
    pub stage: Stage,
    /// The moment it was known to be so, the latest.
    pub last: Moment,
    /// When it began, where that is known.
    pub began: Option<Moment>,
    /// How it was seen.
    pub basis: FlowBasis,
    /// The word that was heard, if it was.
    pub milestone: Option<Milestone>,
    /// Whose socket it was seen by, where that is known.
    pub owner: Option<Owner>,
    /// Whether `ends.from` is a guess: a socket does not tell who began.
    pub may_be_reversed: bool,
    /// What was measured.
    pub measures: Measures,
    /// Who ended it first, where that is known.
    pub ended_by: Option<Ender>,
    /// Whether one end broke it off, and not in good order.
    pub is_reset: bool,
}

impl Sighting {
    /// The same if it was the other end who began.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            ends: self.passed_on.reversed(),
            passed_on: self.ends.reversed(),
            milestone: self.milestone.map(Milestone::reversed),
            owner: self.owner.map(|owner| Owner { is_server: !owner.is_server, ..owner }),
            measures: self.measures.reversed(),
            ended_by: self.ended_by.map(Ender::other),
            ..self
        }
    }
}

/// A socket that waits for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Waiting {
    /// Where.
    pub at: LookoutAt,
    /// What carries it.
    pub protocol: FlowProtocol,
    /// The port.
    pub port: u16,
    /// Whose it is: a place as [`Owner::place`] is.
    pub owner: Option<usize>,
}

/// What one look saw in one network namespace, or a part of it.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Where.
    pub at: LookoutAt,
    /// The connections.
    pub seen: Vec<Sighting>,
    /// Who waits for others.
    pub waiting: Vec<Waiting>,
    /// Whether all sockets were read.
    pub has_sockets: bool,
    /// Whether connections are tracked here; nothing where that is not known.
    pub is_tracked: Option<bool>,
    /// The family of addresses of which none are, where those of the other one are.
    pub untracked: Option<Family>,
    /// Connections that were seen and are not among these, since there were
    /// too many.
    pub dropped: u64,
    /// What could not be seen here, and why.
    pub blind: Vec<String>,
}

impl Look {
    /// One that has seen nothing yet.
    pub fn of(at: LookoutAt) -> Self {
        Self { at, ..Self::default() }
    }
}
