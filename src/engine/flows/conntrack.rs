//! What the kernel remembers of connections: its connection tracking, which is
//! kept for each network namespace that changes addresses or filters by state.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use netlink_packet_core::{Nla, NlasIterator};
use netlink_packet_netfilter::NetfilterMessageInner;
use netlink_packet_netfilter::conntrack::{
    ConntrackAttribute, ConntrackMessage, IPTuple, ProtoInfo, ProtoInfoTCP, ProtoTuple, Status,
    Tuple,
};

use super::kept::{Kept, changes_addresses};
use super::netfilter::{NETFILTER, message};
use super::pieces::Pieces;
use crate::engine::netlink::{self, in_words, is_lacking};
use crate::engine::small_file::of_kernel;
use crate::model::{
    Ender, Ends, Family, FlowBasis, FlowProtocol, LookoutAt, Measures, Moment, Sighting, Stage,
};

/// Attributes of the kernel's `nfnetlink_conntrack.h` that the library hands
/// over as they are.
const COUNTERS_FROM: u16 = 9;
const COUNTERS_TO: u16 = 10;
const TIMESTAMP: u16 = 20;
const PACKETS: u16 = 1;
const BYTES: u16 = 2;
const START: u16 = 1;
const ICMP_ID: u16 = 4;

/// `TCP_CONNTRACK_CLOSE` and `IP_CT_TCP_FLAG_CLOSE_INIT` of the kernel's
/// `nf_conntrack_tcp.h`: one end broke it off, and this end sent FIN first.
const CLOSE: u8 = 8;
const CLOSE_INIT: u8 = 4;
const ICMP6_ID: u16 = 7;

/// What the kernel remembers in a namespace, beside the connections themselves.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Whether it keeps a record of connections there; nothing where it does not say.
    pub is_kept: Option<bool>,
    /// The one family of addresses of which it keeps none.
    pub lacking: Option<Family>,
    /// Connections that were not understood.
    pub not_understood: u64,
    /// What could not be seen, and why.
    pub blind: Option<String>,
}

/// Hands over the connections that the kernel remembers of the namespace that the
/// calling thread is in, as of `now`.
pub fn look(at: LookoutAt, now: Moment, pieces: Pieces) -> Record {
    record(count(), || dump(at, now, pieces), changes_addresses)
}

/// The record of a namespace with so many entries, of which `dump` hands over those
/// that there are; without any it depends on whether there is anything to keep it for.
fn record(
    count: io::Result<u64>,
    dump: impl FnOnce() -> io::Result<Dumped>,
    reason: impl FnOnce() -> io::Result<Kept>,
) -> Record {
    let has_some = match &count {
        // There is no such part in this kernel.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Record { is_kept: Some(false), ..Record::default() };
        }
        Ok(0) => false,
        // Each dump goes through the connections of all namespaces.
        Ok(_) | Err(_) => match dump() {
            Ok(Dumped { not_understood, seen }) if seen.any() || count.is_ok() => {
                // What is there tells of its own family alone.
                let lacking = seen.lacking().and_then(|_| (seen | reason().ok()?).lacking());
                return Record { is_kept: Some(true), lacking, not_understood, blind: None };
            }
            Ok(_) => false,
            Err(error) => {
                let why = in_words(&error, "nf_conntrack_netlink");
                let what = "what the kernel remembers of its connections";
                return Record { blind: Some(format!("{what}: {why}")), ..Record::default() };
            }
        },
    };
    match reason() {
        Ok(reason) => {
            let is_kept = Some(has_some || reason.any());
            Record { is_kept, lacking: reason.lacking(), ..Record::default() }
        }
        // What this kernel does not have can be no reason.
        Err(error) if is_lacking(&error) => Record { is_kept: Some(has_some), ..Record::default() },
        Err(error) => {
            let what = "whether the kernel keeps a record of its connections";
            Record { blind: Some(format!("{what}: {error}")), ..Record::default() }
        }
    }
}

/// How many connections are tracked here.
fn count() -> io::Result<u64> {
    let count = of_kernel("/proc/sys/net/netfilter/nf_conntrack_count")?;
    count.trim().parse().map_err(|_| io::Error::from(io::ErrorKind::InvalidData))
}

/// What came of asking for all connections.
#[derive(Debug, Default)]
struct Dumped {
    /// The families of those that there are.
    seen: Kept,
    not_understood: u64,
}

fn dump(at: LookoutAt, now: Moment, mut pieces: Pieces) -> io::Result<Dumped> {
    let mut dumped = Dumped::default();
    let way = netlink::open(NETFILTER)?;
    let mut timeouts = Timeouts::default();
    netlink::dump(&way, message(ConntrackMessage::Get(Vec::new())), |answer| {
        let Ok(NetfilterMessageInner::Conntrack(ConntrackMessage::New(attributes))) =
            answer.map(|answer| answer.inner)
        else {
            dumped.not_understood += 1;
            return;
        };
        let Some(entry) = Entry::read(&attributes) else { return };
        let last = entry.idle(&mut timeouts).map_or(now, |idle| now.before(idle));
        dumped.seen = dumped.seen | Kept::of(Family::of(entry.from.0.ip()));
        pieces.add(entry.sighting(at, FlowBasis::Conntrack, last));
    })?;
    Ok(dumped)
}

/// One tracked connection.
#[derive(Debug)]
pub struct Entry {
    /// As its first packet had it.
    from: (SocketAddr, SocketAddr),
    /// As an answer has it.
    back: (SocketAddr, SocketAddr),
    protocol: FlowProtocol,
    status: Option<Status>,
    /// As the kernel's `nf_conntrack_tcp.h` numbers them.
    tcp_state: Option<u8>,
    /// Who ended it first, of TCP that is over.
    ended_by: Option<Ender>,
    /// Seconds until it is forgotten.
    left: Option<u32>,
    began: Option<Moment>,
    sent: Counters,
    received: Counters,
}

/// What is counted of one direction, where anything is.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    packets: Option<u64>,
    bytes: Option<u64>,
}

impl Entry {
    /// The entry in a message; nothing where it is no connection between two
    /// addresses.
    pub fn read(attributes: &[ConntrackAttribute]) -> Option<Self> {
        let (mut from, mut back, mut status, mut tcp_state, mut left) =
            (None, None, None, None, None);
        let mut ended_by = None;
        let (mut sent, mut received, mut began) = (Counters::default(), Counters::default(), None);
        for attribute in attributes {
            match attribute {
                ConntrackAttribute::CtaTupleOrig(tuple) => from = ends(tuple),
                ConntrackAttribute::CtaTupleReply(tuple) => back = ends(tuple),
                ConntrackAttribute::CtaStatus(told) => status = Some(*told),
                ConntrackAttribute::CtaTimeout(seconds) => left = Some(*seconds),
                ConntrackAttribute::CtaProtoInfo(told) => {
                    (tcp_state, ended_by) = (state(told), ender(told));
                }
                ConntrackAttribute::Other(other) => match other.kind() {
                    COUNTERS_FROM => sent = counters(other),
                    COUNTERS_TO => received = counters(other),
                    TIMESTAMP => began = number(other, START).and_then(Moment::from_nanoseconds),
                    _ => {}
                },
                _ => {}
            }
        }
        let ((protocol, from), (_, back)) = (from?, back?);
        let is_group = match from.1.ip() {
            IpAddr::V4(to) => to.is_multicast() || to == Ipv4Addr::BROADCAST,
            IpAddr::V6(to) => to.is_multicast(),
        };
        (!is_group).then_some(Self {
            from,
            back,
            protocol,
            status,
            tcp_state,
            ended_by,
            left,
            began,
            sent,
            received,
        })
    }

    /// Whether an answer was seen.
    pub fn is_answered(&self) -> bool {
        self.status.is_some_and(|status| status.contains(Status::SeenReply))
    }

    /// Its ends as its first packet had them.
    pub fn ends(&self) -> Ends {
        Ends { protocol: self.protocol, from: self.from.0, to: self.from.1 }
    }

    /// How far it has come.
    fn stage(&self) -> Stage {
        if !self.is_answered() {
            return Stage::Trying;
        }
        match (self.protocol, self.tcp_state) {
            // Both have greeted.
            (FlowProtocol::Tcp, Some(2 | 3)) => Stage::Open,
            (FlowProtocol::Sctp, _) => Stage::Open,
            // Others have no end, and mostly one question and one answer.
            _ => Stage::Over,
        }
    }

    /// How long ago something of it passed, where the time that is left tells.
    fn idle(&self, timeouts: &mut Timeouts) -> Option<Duration> {
        let assured = self.status.is_some_and(|status| status.contains(Status::Assured));
        let name = match (self.protocol, self.tcp_state) {
            (FlowProtocol::Tcp, Some(1)) => "tcp_timeout_syn_sent",
            (FlowProtocol::Tcp, Some(7)) => "tcp_timeout_time_wait",
            (FlowProtocol::Tcp, Some(8)) => "tcp_timeout_close",
            (FlowProtocol::Udp, _) if assured => "udp_timeout_stream",
            (FlowProtocol::Udp, _) => "udp_timeout",
            (FlowProtocol::Icmp, _) if self.from.0.is_ipv4() => "icmp_timeout",
            _ => return None,
        };
        let idle = timeouts.of(name)?.checked_sub(self.left?)?;
        Some(Duration::from_secs(idle.into()))
    }

    /// The sighting that it is.
    pub fn sighting(&self, at: LookoutAt, basis: FlowBasis, last: Moment) -> Sighting {
        let packets = self.sent.packets.zip(self.received.packets).map(|(to, back)| to + back);
        Sighting {
            at,
            ends: self.ends(),
            passed_on: Ends { protocol: self.protocol, from: self.back.1, to: self.back.0 },
            stage: self.stage(),
            last,
            began: self.began,
            basis,
            milestone: None,
            owner: None,
            may_be_reversed: false,
            measures: Measures {
                sent: self.sent.bytes,
                received: self.received.bytes,
                packets,
                ..Measures::default()
            },
            ended_by: self.ended_by,
            is_reset: self.tcp_state == Some(CLOSE),
        }
    }
}

/// How long the kernel remembers what, in seconds, by the settings of the
/// namespace that the calling thread is in.
#[derive(Debug, Default)]
struct Timeouts(HashMap<&'static str, Option<u32>>);

impl Timeouts {
    fn of(&mut self, name: &'static str) -> Option<u32> {
        *self.0.entry(name).or_insert_with(|| {
            let path = format!("/proc/sys/net/netfilter/nf_conntrack_{name}");
            of_kernel(&path).ok()?.trim().parse().ok()
        })
    }
}

/// A direction's protocol and ends.
fn ends(tuple: &[Tuple]) -> Option<(FlowProtocol, (SocketAddr, SocketAddr))> {
    let (mut from, mut to, mut protocol) = (None, None, None);
    let (mut from_port, mut to_port) = (0, 0);
    for part in tuple {
        match part {
            Tuple::Ip(addresses) => {
                for address in addresses {
                    match address {
                        IPTuple::SourceAddress(address) => from = Some(*address),
                        IPTuple::DestinationAddress(address) => to = Some(*address),
                        _ => {}
                    }
                }
            }
            Tuple::Proto(parts) => {
                for part in parts {
                    match part {
                        ProtoTuple::Protocol(number) => {
                            protocol = Some(FlowProtocol::of_number((*number).into()));
                        }
                        ProtoTuple::SourcePort(port) => from_port = *port,
                        ProtoTuple::DestinationPort(port) => to_port = *port,
                        // It tells one ping from the next.
                        ProtoTuple::Other(other) if matches!(other.kind(), ICMP_ID | ICMP6_ID) => {
                            let id = value(other).try_into().map_or(0, u16::from_be_bytes);
                            (from_port, to_port) = (id, id);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Some((protocol?, (SocketAddr::new(from?, from_port), SocketAddr::new(to?, to_port))))
}

/// The state of a TCP connection.
fn state(told: &[ProtoInfo]) -> Option<u8> {
    of_tcp(told).find_map(|part| match part {
        ProtoInfoTCP::State(state) => Some(*state),
        _ => None,
    })
}

/// Which end of a TCP connection the kernel noted to have ended it first.
fn ender(told: &[ProtoInfo]) -> Option<Ender> {
    let ended = |flags: u8| flags & CLOSE_INIT != 0;
    of_tcp(told).find_map(|part| match part {
        ProtoInfoTCP::OriginalFlags(told) if ended(told.flags) => Some(Ender::Client),
        ProtoInfoTCP::ReplyFlags(told) if ended(told.flags) => Some(Ender::Server),
        _ => None,
    })
}

fn of_tcp(told: &[ProtoInfo]) -> impl Iterator<Item = &ProtoInfoTCP> {
    told.iter().flat_map(|told| match told {
        ProtoInfo::TCP(parts) => &parts[..],
        _ => &[],
    })
}

fn counters(attribute: &impl Nla) -> Counters {
    Counters { packets: number(attribute, PACKETS), bytes: number(attribute, BYTES) }
}

fn value(attribute: &impl Nla) -> Vec<u8> {
    let mut value = vec![0; attribute.value_len()];
    attribute.emit_value(&mut value);
    value
}

/// A number of eight bytes in a nested attribute.
fn number(attribute: &impl Nla, kind: u16) -> Option<u64> {
    let value = value(attribute);
    let mut inner = NlasIterator::new(&value[..]).filter_map(Result::ok);
    let found = inner.find(|inner| inner.kind() == kind)?;
    Some(u64::from_be_bytes(found.value().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    fn errno(errno: Errno) -> io::Error {
        io::Error::from_raw_os_error(errno.raw_os_error())
    }

    const BOTH: Kept = Kept { v4: true, v6: true };

    fn dumped(seen: Kept) -> io::Result<Dumped> {
        Ok(Dumped { seen, not_understood: 0 })
    }

    fn unasked<T>() -> io::Result<T> {
        panic!("it is not asked")
    }

    fn kept(is_kept: bool) -> Record {
        Record { is_kept: Some(is_kept), ..Record::default() }
    }

    #[test]
    fn a_kernel_without_connection_tracking_keeps_no_record() {
        assert_eq!(record(Err(errno(Errno::NOENT)), unasked, unasked), kept(false));
        // It could be kept, and nothing here needs it: no nat table, no nf_tables.
        assert_eq!(record(Ok(0), unasked, || Ok(Kept::default())), kept(false));
        for lacking in [Errno::INVAL, Errno::PROTONOSUPPORT, Errno::NOENT, Errno::OPNOTSUPP] {
            assert_eq!(record(Ok(0), unasked, || Err(errno(lacking))), kept(false), "{lacking}");
        }
        assert_eq!(record(Ok(0), unasked, || Ok(BOTH)), kept(true));
        assert_eq!(record(Ok(7), || dumped(BOTH), unasked), kept(true));
    }

    #[test]
    fn a_record_of_one_family_is_none_of_the_other() {
        let (v4, v6) = (Kept::of(Family::V4), Kept::of(Family::V6));
        let lacking =
            |seen: Kept, reason: Kept| record(Ok(7), || dumped(seen), || Ok(reason)).lacking;
        assert_eq!(lacking(v4, v4), Some(Family::V6));
        assert_eq!(lacking(v4, BOTH), None, "nothing came by IPv6 so far");
        assert_eq!(lacking(v4, v6), None, "and something else remembers those of IPv4");
        assert_eq!(record(Ok(0), unasked, || Ok(v4)).lacking, Some(Family::V6));
        // Where it cannot be asked for the reasons, nothing is said of it.
        let said = record(Ok(7), || dumped(v4), || Err(errno(Errno::PERM)));
        assert_eq!((said.is_kept, said.lacking), (Some(true), None));
    }

    /// What cannot be asked for is neither kept nor not.
    #[test]
    fn a_record_that_nobody_is_told_of_is_said_to_be_unread() {
        for (error, why) in [
            (Errno::INVAL, "this kernel does not tell it (nf_conntrack_netlink is missing)"),
            (Errno::PROTONOSUPPORT, "this kernel does not tell it"),
            (Errno::PERM, "only root may ask for it"),
            (Errno::IO, "Input/output error"),
        ] {
            let said = record(Ok(7), || Err(errno(error)), unasked);
            let blind = said.blind.expect("a note");
            let what = format!("what the kernel remembers of its connections: {why}");
            assert!(said.is_kept.is_none() && blind.starts_with(&what), "{blind}");
        }
        let said = record(Ok(0), unasked, || Err(errno(Errno::PERM)));
        assert!(said.is_kept.is_none() && said.blind.is_some(), "{said:?}");
        // Who may not read how many there are can be told of them all the same.
        let hidden = || Err(errno(Errno::ACCESS));
        assert_eq!(record(hidden(), || dumped(BOTH), unasked), kept(true));
        assert_eq!(
            record(hidden(), || dumped(Kept::default()), || Ok(Kept::default())),
            kept(false)
        );
    }
}
