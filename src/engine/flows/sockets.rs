//! The sockets of a network namespace, with what their kernel measured.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use netlink_packet_sock_diag::inet::{ExtensionFlags, StateFlags, Timer};

use super::owners::Owners;
use super::pieces::Pieces;
use super::tables::{Sock, Table, gone};
use crate::engine::sock_diag::{Sockets, Told};
use crate::model::{FlowBasis, FlowProtocol, Look, LookoutAt, Measures, Moment, Sighting, Stage};

/// How long the kernel keeps a socket whose connection is over
/// (`TCP_TIMEWAIT_LEN` of its `tcp.h`).
const TIME_WAIT: Duration = Duration::from_secs(60);

/// Adds the sockets of the namespace that the calling thread is in. Those that are
/// over have no owner any more, and a busy server has 10,000s: they are handed over
/// at once.
///
/// # Errors
///
/// When the kernel lets nobody ask.
pub fn add(
    look: &mut Look,
    now: Moment,
    owners: impl FnOnce() -> Owners,
    mut pieces: Pieces,
) -> io::Result<()> {
    let way = Sockets::here()?;
    let mut table = Table::default();
    // The kernel tells of those that wait for others first.
    way.tcp(StateFlags::all(), ExtensionFlags::INFO, |told| {
        let socket = socket(&told);
        match table.over(look.at, &socket, now) {
            Some(seen) => pieces.add(seen),
            None => table.add(FlowProtocol::Tcp, socket),
        }
    })?;
    way.udp(|told| table.add(FlowProtocol::Udp, socket(&told)))?;
    let owners = owners();
    table.add_to(look, now, FlowBasis::Socket, |inode| owners.of(inode));
    Ok(())
}

/// What a socket that is gone had been for.
pub fn closed(at: LookoutAt, told: &Told, now: Moment) -> Option<Sighting> {
    let mut socket = socket(told);
    // The farewell counts as a byte.
    let less = |bytes: Option<u64>| bytes.map(|bytes| bytes.saturating_sub(1));
    let Measures { sent, received, .. } = socket.measures;
    socket.measures = Measures { sent: less(sent), received: less(received), ..socket.measures };
    gone(at, &socket, fate(told.tcp_info.as_deref()?), now)
}

/// What had come of it by what was measured: an answer brings the options that
/// both ends take, and is acknowledged.
fn fate(info: &[u8]) -> Stage {
    /// Timestamps, selective acknowledgements and window scaling of the kernel's
    /// `tcp.h`.
    const AGREED: u8 = 1 | 2 | 4;
    let agreed = info.get(5).is_some_and(|options| options & AGREED != 0);
    if agreed || long(info, 120) > Some(0) {
        Stage::Closed
    } else if short(info, 140) > Some(0) {
        Stage::Refused
    } else {
        Stage::Trying
    }
}

fn socket(told: &Told) -> Sock {
    let id = &told.head.socket_id;
    Sock {
        local: SocketAddr::new(id.source_address, id.source_port),
        remote: SocketAddr::new(id.destination_address, id.destination_port),
        state: told.head.state,
        over_for: match told.head.timer {
            Some(Timer::TimeWait) => TIME_WAIT.saturating_sub(told.expires),
            _ => Duration::ZERO,
        },
        inode: told.head.inode,
        measures: told.tcp_info.as_deref().map(measures).unwrap_or_default(),
    }
}

/// What `struct tcp_info` of the kernel's `tcp.h` has at these offsets; a
/// kernel that is older than a field ends before it.
fn measures(info: &[u8]) -> Measures {
    let (said, heard) = (short(info, 156), short(info, 152));
    // The greeting and the farewell count as bytes.
    let unless_mute = |packets: Option<u32>, bytes: Option<u64>| match packets {
        Some(0) => Some(0),
        _ => bytes,
    };
    Measures {
        rtt_us: short(info, 68).filter(|rtt| *rtt > 0),
        retransmits: short(info, 100),
        path_mtu: short(info, 60).filter(|mtu| *mtu > 0),
        sent: unless_mute(said, long(info, 120)),
        received: unless_mute(heard, long(info, 128)),
        packets: None,
        said,
        heard,
    }
}

fn short(info: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(info.get(at..at + 4)?.try_into().ok()?))
}

fn long(info: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(info.get(at..at + 8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sock_diag::told;

    /// What the kernel told of a server on loopback and its client: that it only
    /// reads what it is asked, that it answers, and that nobody listens. Recorded
    /// with Linux 6.18.
    fn recorded(what: &str) -> Vec<Sighting> {
        let text = include_str!("sockets_gone.txt");
        let mut all = Vec::new();
        for (_, hex) in text.lines().filter_map(|l| l.split_once(' ')).filter(|(w, _)| *w == what) {
            let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
            told(&bytes, |socket| all.extend(closed(0, socket, Moment::now())));
            // Cut short, it is nothing or less of the same.
            for length in 0..bytes.len() {
                let mut less = Vec::new();
                told(&bytes[..length], |socket| less.extend(closed(0, socket, Moment::now())));
                assert!(less.len() <= 1, "{less:?}");
            }
        }
        all
    }

    #[test]
    fn a_socket_that_is_gone_tells_all_that_was_measured() {
        for (what, port, answer) in [("cut", 7001, 0), ("served", 7002, 1)] {
            let both = recorded(what);
            let packets: Vec<_> = both
                .iter()
                .map(|seen| (seen.ends.to.port(), seen.measures.said, seen.measures.heard))
                .collect();
            assert_eq!(packets, [(port, Some(1), Some(answer)); 2], "{both:?}");
            assert!(both.iter().all(|seen| seen.stage == Stage::Closed), "{both:?}");
            let bytes = both.iter().map(|seen| (seen.measures.sent, seen.measures.received));
            assert!(bytes.clone().all(|(sent, _)| sent == Some(6)), "{both:?}");
            assert!(bytes.clone().all(|(_, got)| got <= Some(5 * u64::from(answer))), "{both:?}");
        }
        // What a program waits for is forgotten with the refusal, and the listener
        // was no connection.
        assert_eq!(recorded("refused"), []);
    }
}
