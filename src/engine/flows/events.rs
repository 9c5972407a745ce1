//! What the kernel tells of connections the moment it happens, for those who
//! listen in a network namespace: the events of its connection tracking, and
//! each TCP socket that is gone with all that was measured of it.

use std::io::{self, Read};

use netlink_packet_core::{NLM_F_CREATE, NetlinkMessage, NetlinkPayload};
use netlink_packet_netfilter::conntrack::ConntrackMessage;
use netlink_packet_netfilter::{NetfilterMessage, NetfilterMessageInner};
use rustix::net::netlink::SocketAddrNetlink;
use socket2::Socket;

use super::conntrack::Entry;
use super::netfilter::NETFILTER;
use super::sockets;
use super::told::Told;
use crate::engine::{netlink, sock_diag};
use crate::model::{FlowBasis, LookoutAt, Milestone, Moment, Sighting, Stage};

/// Groups of the kernel's `nfnetlink_compat.h`: connections that are new, that
/// come a step further, and that are forgotten.
const TRACKED: u32 = 1 | 2 | 4;

/// Groups of the kernel's `sock_diag.h`: TCP sockets that are gone, of IPv4 and
/// of IPv6.
const GONE: u32 = 1 | 4;

/// Room for what is told between two reads, in bytes. Without root there is as
/// much as the system gives to anybody.
const ROOM: usize = 16 << 20;

/// A way to hear what is told in one namespace.
#[derive(Debug)]
pub struct Ear {
    at: LookoutAt,
    tracking: Option<Socket>,
    sockets: Option<Socket>,
}

impl Ear {
    /// Listens in the namespace that the calling thread is in, to all that can be
    /// heard there; with why something cannot, if so.
    pub fn here(at: LookoutAt) -> (Self, Option<io::Error>) {
        let tracking = listener(NETFILTER, TRACKED);
        let sockets = listener(sock_diag::SOCK_DIAG, GONE);
        let (tracking, sockets, why) = match (tracking, sockets) {
            (Ok(tracking), sockets) => (Some(tracking), sockets.ok(), None),
            (Err(why), sockets) => (None, sockets.ok(), Some(why)),
        };
        (Self { at, tracking, sockets }, why)
    }

    /// Whether it hears of TCP sockets that are gone.
    pub fn hears_sockets(&self) -> bool {
        self.sockets.is_some()
    }

    /// Adds what was told since the last time; `buffer` is for the messages.
    pub fn listen(&self, buffer: &mut [u8], told: &mut Told) {
        let now = Moment::now();
        // What is told of a connection first is where it went.
        let mut lost = self.tracking.as_ref().is_some_and(|tracking| {
            drain(tracking, buffer, |bytes| {
                netlink::split(bytes, |message| {
                    if !is_one_more_step(message) {
                        told.seen.extend(tracked(self.at, message, now));
                    }
                });
            })
        });
        lost |= self.sockets.as_ref().is_some_and(|sockets| {
            drain(sockets, buffer, |bytes| {
                sock_diag::told(bytes, |gone| {
                    told.seen.extend(sockets::closed(self.at, gone, now));
                });
            })
        });
        told.lost.extend(lost.then_some(self.at));
    }
}

/// Hears what a part of the kernel tells these groups.
fn listener(part: i32, groups: u32) -> io::Result<Socket> {
    let socket = netlink::open(part)?;
    if rustix::net::sockopt::set_socket_recv_buffer_size_force(&socket, ROOM).is_err() {
        let _as_much_as_anybody_gets = socket.set_recv_buffer_size(ROOM);
    }
    rustix::net::bind(&socket, &SocketAddrNetlink::new(0, groups))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Hands on what there is to be read, and says whether more was told than there
/// was room for.
fn drain(mut socket: &Socket, buffer: &mut [u8], mut each: impl FnMut(&[u8])) -> bool {
    let mut lost = false;
    loop {
        match socket.read(buffer) {
            Ok(length) => each(&buffer[..length]),
            Err(error) if error.raw_os_error() == Some(NO_ROOM) => lost = true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return lost,
        }
    }
}

/// What a read fails with once more was told than there was room for.
const NO_ROOM: i32 = rustix::io::Errno::NOBUFS.raw_os_error();

/// Whether TCP goes one more step of the farewell that has begun: each connection
/// has three of them, which say nothing that matters, and taking a message apart
/// is most of what it costs.
fn is_one_more_step(message: &[u8]) -> bool {
    /// `TCP_CONNTRACK_CLOSE_WAIT` to `TCP_CONNTRACK_TIME_WAIT` of the kernel's
    /// `nf_conntrack_tcp.h`.
    const STEPS: std::ops::RangeInclusive<u8> = 5..=7;
    /// `CTA_PROTOINFO`, `CTA_PROTOINFO_TCP` and `CTA_PROTOINFO_TCP_STATE` of its
    /// `nfnetlink_conntrack.h`.
    const STATE: [u16; 3] = [4, 1, 1];
    /// Of a netlink message, and behind it that of netfilter.
    const HEADERS: usize = 16 + 4;

    let kind = message.get(4..6).and_then(|kind| kind.try_into().ok());
    // Those that are forgotten have another kind.
    let is_change = kind.map(u16::from_ne_bytes) == Some(CHANGED);
    let mut inner = message.get(HEADERS..);
    for wanted in STATE {
        inner = inner.and_then(|bytes| attribute(bytes, wanted));
    }
    let state = inner.and_then(|state| state.first());
    is_change && state.is_some_and(|state| STEPS.contains(state))
}

/// `IPCTNL_MSG_CT_NEW` of the part of netfilter that tracks connections.
const CHANGED: u16 = 1 << 8;

/// The value of the first attribute of a kind.
fn attribute(mut bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    const HEADER: usize = 4;
    /// Of the kind, what says that there are others inside, or the order of bytes.
    const FLAGS: u16 = 0xc000;

    loop {
        let short = |at: usize| -> Option<u16> {
            Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
        };
        let length = usize::from(short(0)?);
        if length < HEADER {
            return None;
        }
        if short(2)? & !FLAGS == wanted {
            return bytes.get(HEADER..length);
        }
        bytes = bytes.get(length.next_multiple_of(4)..)?;
    }
}

fn tracked(at: LookoutAt, message: &[u8], now: Moment) -> Option<Sighting> {
    let message = NetlinkMessage::<NetfilterMessage>::deserialize(message).ok()?;
    // Of all that is told of it, only the first is about something that is made.
    let is_new = message.header.flags & NLM_F_CREATE != 0;
    let NetlinkPayload::InnerMessage(message) = message.payload else { return None };
    let NetfilterMessageInner::Conntrack(message) = &message.inner else { return None };
    let (attributes, is_forgotten) = match message {
        ConntrackMessage::New(attributes) => (attributes, false),
        ConntrackMessage::Delete(attributes) => (attributes, true),
        _ => return None,
    };
    let entry = Entry::read(attributes)?;
    let milestone = is_new.then_some(Milestone::Began);
    let seen = Sighting { milestone, ..entry.sighting(at, FlowBasis::Event, now) };
    if !is_forgotten {
        return Some(seen);
    }
    Some(Sighting { stage: Stage::Forgotten { answered: entry.is_answered() }, ..seen })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message of a kind with a TCP state in it, and an attribute before.
    fn message(kind: u16, state: u8) -> Vec<u8> {
        let nested = |kind: u16, inner: &[u8]| -> Vec<u8> {
            let length = 4 + inner.len() as u16;
            let mut bytes = [length.to_ne_bytes(), (kind | 0x8000).to_ne_bytes()].concat();
            bytes.extend(inner);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
            bytes
        };
        let state = nested(4, &nested(1, &nested(1, &[state])));
        let attributes = [nested(3, &[0, 0, 1, 142]), state].concat();
        let length = 20 + attributes.len() as u32;
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.resize(20, 0);
        bytes.extend(attributes);
        bytes
    }

    #[test]
    fn a_farewell_is_told_once() {
        let states: Vec<u8> =
            (0..=9).filter(|state| is_one_more_step(&message(CHANGED, *state))).collect();
        assert_eq!(states, [5, 6, 7]);
        // What is forgotten is told whatever it was last.
        assert!(!is_one_more_step(&message(CHANGED + 2, 7)));
        let whole = message(CHANGED, 7);
        for length in 0..whole.len() - 4 {
            assert!(!is_one_more_step(&whole[..length]), "{length}");
        }
    }
}
