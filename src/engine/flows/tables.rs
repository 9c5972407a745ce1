//! Sockets, however they were read: who waits for others, and what is
//! connected with whom.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use crate::model::{
    Ender, Ends, FlowBasis, FlowProtocol, Look, LookoutAt, Measures, Milestone, Moment, Owner,
    Sighting, Stage, Waiting,
};

/// Sockets kept of one namespace.
const MOST: usize = 100_000;

/// The lowest port that a kernel chooses by itself for who dials, if nobody
/// set another.
const LOWEST_CHOSEN: u16 = 32_768;

/// A socket.
#[derive(Debug, Clone, Copy)]
pub struct Sock {
    /// Its own end.
    pub local: SocketAddr,
    /// The other end; port 0 where there is none.
    pub remote: SocketAddr,
    /// As the kernel's `tcp_states.h` numbers them.
    pub state: u8,
    /// How long ago it was over, where the kernel says so.
    pub over_for: Duration,
    /// By which it is found among what processes have open; 0 where nobody has
    /// it any more.
    pub inode: u32,
    /// What was measured, in its own direction.
    pub measures: Measures,
}

/// All sockets of a namespace.
#[derive(Debug, Default)]
pub struct Table {
    tcp: Vec<Sock>,
    udp: Vec<Sock>,
    /// Ports of TCP on which somebody waits for others.
    served: HashSet<u16>,
    dropped: u64,
}

impl Table {
    /// Adds a socket.
    pub fn add(&mut self, protocol: FlowProtocol, socket: Sock) {
        if protocol == FlowProtocol::Tcp && socket.state == state::LISTEN {
            self.served.insert(socket.local.port());
        }
        let of_kind = if protocol == FlowProtocol::Udp { &mut self.udp } else { &mut self.tcp };
        if of_kind.len() < MOST {
            of_kind.push(socket);
        } else {
            self.dropped += 1;
        }
    }

    /// The connection of a TCP socket that waits out its time by itself, as the
    /// kernel's do after a connection is over.
    pub fn over(&self, at: LookoutAt, socket: &Sock, now: Moment) -> Option<Sighting> {
        if socket.state != state::TIME_WAIT {
            return None;
        }
        let serves = self.served.contains(&socket.local.port());
        End { at, protocol: FlowProtocol::Tcp, serves, basis: FlowBasis::Socket }
            .sighting(socket, None, now)
    }

    /// Adds what the sockets tell to a look that is taken `now`.
    pub fn add_to(
        self,
        look: &mut Look,
        now: Moment,
        basis: FlowBasis,
        owner_of: impl Fn(u32) -> Option<usize>,
    ) {
        let at = look.at;
        let waiting = |protocol, socket: &Sock| Waiting {
            at,
            protocol,
            port: socket.local.port(),
            owner: owner_of(socket.inode),
        };
        let listening = self.tcp.iter().filter(|socket| socket.state == state::LISTEN);
        look.waiting.extend(listening.map(|socket| waiting(FlowProtocol::Tcp, socket)));
        let bound = self.udp.iter().filter(|socket| socket.remote.port() == 0);
        look.waiting.extend(bound.map(|socket| waiting(FlowProtocol::Udp, socket)));
        let served: HashSet<(FlowProtocol, u16)> =
            look.waiting.iter().map(|waiting| (waiting.protocol, waiting.port)).collect();
        for (protocol, sockets) in [(FlowProtocol::Tcp, &self.tcp), (FlowProtocol::Udp, &self.udp)]
        {
            for socket in sockets {
                let serves = served.contains(&(protocol, socket.local.port()));
                let own = End { at, protocol, serves, basis };
                look.seen.extend(own.sighting(socket, owner_of(socket.inode), now));
            }
        }
        look.has_sockets = true;
        look.dropped += self.dropped;
    }
}

/// The connection of a socket that is gone, or that it was to be. Nobody knows by
/// then who waits for others on its port.
pub fn gone(at: usize, socket: &Sock, stage: Stage, now: Moment) -> Option<Sighting> {
    let (protocol, serves, basis) = (FlowProtocol::Tcp, false, FlowBasis::Event);
    let seen = End { at, protocol, serves, basis }.sighting_of(socket, stage, None, now)?;
    let own = if seen.ends.from == canonical(socket.local) { Ender::Client } else { Ender::Server };
    Some(Sighting { milestone: Some(Milestone::Gone(own)), ..seen })
}

/// States of the kernel's `tcp_states.h`.
mod state {
    pub const ESTABLISHED: u8 = 1;
    pub const SYN_SENT: u8 = 2;
    pub const FIN_WAIT1: u8 = 4;
    pub const FIN_WAIT2: u8 = 5;
    pub const TIME_WAIT: u8 = 6;
    pub const CLOSE_WAIT: u8 = 8;
    pub const LAST_ACK: u8 = 9;
    pub const LISTEN: u8 = 10;
    pub const CLOSING: u8 = 11;
}

/// What is known of a socket beyond itself.
struct End {
    at: usize,
    protocol: FlowProtocol,
    /// Whether somebody waits for others on its port.
    serves: bool,
    basis: FlowBasis,
}

impl End {
    /// The connection that a socket is an end of.
    fn sighting(&self, socket: &Sock, owner: Option<usize>, now: Moment) -> Option<Sighting> {
        let stage = match socket.state {
            state::ESTABLISHED => Stage::Open,
            state::SYN_SENT => Stage::Trying,
            state::FIN_WAIT1
            | state::FIN_WAIT2
            | state::TIME_WAIT
            | state::CLOSE_WAIT
            | state::LAST_ACK
            | state::CLOSING => Stage::Over,
            _ => return None,
        };
        self.sighting_of(socket, stage, owner, now)
    }

    fn sighting_of(
        &self,
        socket: &Sock,
        stage: Stage,
        owner: Option<usize>,
        now: Moment,
    ) -> Option<Sighting> {
        if socket.remote.port() == 0 {
            return None;
        }
        let protocol = self.protocol;
        let chosen = |end: SocketAddr| end.port() >= LOWEST_CHOSEN;
        let looks_served = !chosen(socket.local) && chosen(socket.remote);
        let is_server = self.serves || (protocol == FlowProtocol::Tcp && looks_served);
        let own = Ends { protocol, from: canonical(socket.local), to: canonical(socket.remote) };
        let ends = if is_server { own.reversed() } else { own };
        let measures = if is_server {
            socket.measures.reversed()
        } else {
            // The greeting counts as a byte that was acknowledged.
            let sent = socket.measures.sent.map(|sent| sent.saturating_sub(1));
            Measures { sent, ..socket.measures }
        };
        let (own_end, other_end) =
            if is_server { (Ender::Server, Ender::Client) } else { (Ender::Client, Ender::Server) };
        Some(Sighting {
            at: self.at,
            ends,
            passed_on: ends,
            stage,
            last: now.before(socket.over_for),
            began: None,
            basis: self.basis,
            milestone: None,
            owner: owner.map(|place| Owner { is_server, place }),
            may_be_reversed: !self.serves,
            measures,
            ended_by: match socket.state {
                state::FIN_WAIT1 | state::FIN_WAIT2 | state::TIME_WAIT => Some(own_end),
                state::CLOSE_WAIT | state::LAST_ACK => Some(other_end),
                _ => None,
            },
            is_reset: false,
        })
    }
}

/// An IPv4 address that a socket for both families has is one of IPv4.
fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
