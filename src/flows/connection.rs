//! One connection, put together from all that was seen of it.

use std::net::SocketAddr;

use smallvec::SmallVec;

use super::heard::Heard;
use crate::model::{Ender, FlowBasis, FlowProtocol, LookoutAt, Measures, Moment, Sighting, Stage};

/// How a connection began and ended, as far as it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing came back.
    Unanswered,
    /// The word came back that nobody listens.
    Refused,
    /// It was answered.
    Answered,
}

/// After so many seconds the kernel's forgetting a connection has nothing to
/// do with a refusal, which comes at once.
const REFUSAL: f64 = 10.0;

/// A connection.
#[derive(Debug, Clone)]
pub struct Connection {
    /// To whom its first packet was.
    pub dialled: SocketAddr,
    /// Who it got to.
    pub server: SocketAddr,
    /// Who began it.
    pub client: SocketAddr,
    /// Whether another place may show that it began at the other end.
    pub may_be_reversed: bool,
    /// What became of it.
    pub fate: Fate,
    /// The earliest and the latest moment that something is known of it.
    pub first: Moment,
    /// The latest.
    pub last: Moment,
    /// The last look in which a socket said that it is open.
    pub open_socket: Option<u32>,
    /// The last look in which the kernel's memory said so, or an event.
    pub open_tracked: Option<u32>,
    /// Whose socket the client's end is, by lookout and place there.
    pub client_owner: Option<(LookoutAt, usize)>,
    /// Whose the server's is.
    pub server_owner: Option<(LookoutAt, usize)>,
    /// Who ended it first.
    ended_by: Option<Ender>,
    /// Whether one end broke it off.
    is_reset: bool,
    /// Whether a socket of its is gone, so that what was measured is all.
    is_final: bool,
    /// What was measured at each place.
    measures: SmallVec<[(LookoutAt, Measures); 2]>,
    /// How it was seen.
    basis: SmallVec<[FlowBasis; 3]>,
    /// What was heard of it, and of those before it with the same ends.
    pub heard: Heard,
}

impl Connection {
    /// What one sighting says, in the look with this number.
    pub fn new(seen: &Sighting, look: u32, heard: Heard) -> Self {
        let mut connection = Self {
            dialled: seen.ends.to,
            server: seen.ends.to,
            client: seen.ends.from,
            may_be_reversed: seen.may_be_reversed,
            fate: Fate::Unanswered,
            first: seen.began.unwrap_or(seen.last),
            last: seen.last,
            open_socket: None,
            open_tracked: None,
            client_owner: None,
            server_owner: None,
            ended_by: None,
            is_reset: false,
            is_final: false,
            measures: SmallVec::new(),
            basis: SmallVec::new(),
            heard,
        };
        connection.add(seen, look);
        connection
    }

    /// Adds what another sighting of it says.
    pub fn add(&mut self, seen: &Sighting, look: u32) {
        self.add_stage(seen, look);
        // The kernel forgets long after the last packet.
        if !matches!(seen.stage, Stage::Forgotten { .. }) {
            self.first = self.first.min(seen.began.unwrap_or(seen.last));
            self.last = self.last.max(seen.last);
        }
        self.may_be_reversed &= seen.may_be_reversed;
        self.ended_by = self.ended_by.or(seen.ended_by);
        self.is_reset |= seen.is_reset;
        if seen.ends.to != seen.passed_on.to {
            self.server = seen.passed_on.to;
        }
        if let Some(owner) = seen.owner {
            let end = if owner.is_server { &mut self.server_owner } else { &mut self.client_owner };
            *end = Some((seen.at, owner.place));
        }
        if seen.measures != Measures::default() {
            match self.measures.iter_mut().find(|(at, _)| *at == seen.at) {
                Some((_, known)) => *known = merged(*known, seen.measures),
                None => self.measures.push((seen.at, seen.measures)),
            }
        }
        if !self.basis.contains(&seen.basis) {
            self.basis.push(seen.basis);
        }
    }

    fn add_stage(&mut self, seen: &Sighting, look: u32) {
        let by_socket = matches!(seen.basis, FlowBasis::Socket | FlowBasis::Proc);
        match seen.stage {
            Stage::Open => {
                self.fate = Fate::Answered;
                let open = if by_socket { &mut self.open_socket } else { &mut self.open_tracked };
                *open = Some(look);
            }
            Stage::Over => {
                self.fate = Fate::Answered;
                if !by_socket {
                    self.open_tracked = None;
                }
            }
            Stage::Closed => {
                self.fate = Fate::Answered;
                self.open_socket = None;
                self.is_final = true;
            }
            Stage::Refused => {
                if self.fate == Fate::Unanswered {
                    self.fate = Fate::Refused;
                }
            }
            Stage::Trying => {}
            Stage::Forgotten { answered: true } => {
                self.fate = Fate::Answered;
                self.open_tracked = None;
            }
            Stage::Forgotten { answered: false } => {
                // A refusal is all that makes it forget a try at once.
                let at_once = seen.last.since(self.last) < REFUSAL;
                let is_tcp = seen.ends.protocol == FlowProtocol::Tcp;
                if self.fate == Fate::Unanswered && is_tcp && at_once {
                    self.fate = Fate::Refused;
                }
            }
        }
    }

    /// Turns it, where it has turned out that the other end began.
    pub fn turn(&mut self) {
        std::mem::swap(&mut self.client, &mut self.server);
        self.dialled = self.server;
        std::mem::swap(&mut self.client_owner, &mut self.server_owner);
        self.ended_by = self.ended_by.map(Ender::other);
        self.heard.turn();
        for (_, measured) in &mut self.measures {
            *measured = measured.reversed();
        }
    }

    /// Adds another connection that has turned out to be the same.
    pub fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        if self.fate != Fate::Answered && other.fate != Fate::Unanswered {
            self.fate = other.fate;
        }
        self.open_socket = self.open_socket.max(other.open_socket);
        self.open_tracked = self.open_tracked.max(other.open_tracked);
        self.client_owner = self.client_owner.or(other.client_owner);
        self.server_owner = self.server_owner.or(other.server_owner);
        self.ended_by = self.ended_by.or(other.ended_by);
        self.is_reset |= other.is_reset;
        self.is_final |= other.is_final;
        self.heard.merge(other.heard);
        for (at, measures) in other.measures {
            match self.measures.iter_mut().find(|(known, _)| *known == at) {
                Some((_, known)) => *known = merged(*known, measures),
                None => self.measures.push((at, measures)),
            }
        }
        for basis in other.basis {
            if !self.basis.contains(&basis) {
                self.basis.push(basis);
            }
        }
    }

    /// Whether nothing more is to be expected of it.
    pub fn is_over(&self) -> bool {
        self.fate == Fate::Refused
            || self.fate == Fate::Answered
                && self.open_socket.is_none()
                && self.open_tracked.is_none()
    }

    /// What was measured of it, at all places together.
    pub fn measured(&self) -> Measures {
        let mut all = Measures::default();
        for (_, here) in &self.measures {
            all.rtt_us = all.rtt_us.or(here.rtt_us);
            all.path_mtu = all.path_mtu.into_iter().chain(here.path_mtu).min();
            // Each end counts the bytes of both, and what it sent again itself.
            all.sent = all.sent.max(here.sent);
            all.received = all.received.max(here.received);
            all.packets = all.packets.max(here.packets);
            all.said = all.said.max(here.said);
            all.heard = all.heard.max(here.heard);
            let again = [all.retransmits, here.retransmits].into_iter().flatten();
            all.retransmits = again.reduce(u32::saturating_add);
        }
        all
    }

    /// Whether it is over, and all is known that either end said.
    pub fn is_final(&self) -> bool {
        self.is_final && self.fate == Fate::Answered
    }

    /// Whether the server ended it without having said anything. A server that
    /// breaks off what it was asked leaves no other sign of who did.
    pub fn is_cut(&self) -> bool {
        let Measures { said, heard, .. } = self.measured();
        let by_server = match self.ended_by {
            Some(ender) => ender == Ender::Server,
            None => self.is_reset && said > Some(0),
        };
        self.is_final() && heard == Some(0) && by_server
    }

    /// How it was seen.
    pub fn basis(&self) -> &[FlowBasis] {
        &self.basis
    }
}

/// What is known of one end after another look at it.
fn merged(known: Measures, new: Measures) -> Measures {
    Measures {
        rtt_us: new.rtt_us.or(known.rtt_us),
        retransmits: new.retransmits.or(known.retransmits),
        path_mtu: new.path_mtu.or(known.path_mtu),
        sent: known.sent.max(new.sent),
        received: known.received.max(new.received),
        packets: known.packets.max(new.packets),
        said: known.said.max(new.said),
        heard: known.heard.max(new.heard),
    }
}
