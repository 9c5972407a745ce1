//! The kernel's sockets: who listens, and what is being dialled. Its tables of
//! them are `/proc/net/tcp`, `tcp6`, `udp` and `udp6`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::model::{Backlog, Connection, Listening, Progress, Protocol};
use crate::order::{OrderBy, Ordered};

/// Sockets read of one kind, and entries kept of all.
pub const MOST_LINES: usize = 50_000;
const MOST_KEPT: usize = 500;

/// Docker's own resolver inside each container.
const RESOLVER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// A socket as the kernel says of it.
#[derive(Debug)]
pub struct Socket {
    /// Its own end.
    pub local: SocketAddr,
    /// The other end; port 0 where there is none.
    pub remote: SocketAddr,
    /// As the kernel's `tcp_states.h` numbers them.
    pub state: u8,
    /// Bytes that wait to be read; of one that listens, connections that wait to be taken.
    pub waiting: u32,
    /// Whether a program has it, by its inode: what came in has none before it is taken.
    pub is_held: bool,
}

/// A connection that the kernel has accepted, and no program has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InLine {
    /// The port at which it waits.
    pub port: u16,
    /// The other end.
    pub remote: SocketAddr,
    /// Whether that has ended it.
    pub given_up: bool,
}

/// States of the kernel's `tcp_states.h`.
const ESTABLISHED: u8 = 1;
const SYN_SENT: u8 = 2;
/// Also what an unconnected UDP socket has.
const CLOSE: u8 = 7;
const CLOSE_WAIT: u8 = 8;
const LISTEN: u8 = 10;

/// Who listens and what is dialled.
pub fn told(tcp: &[Socket], udp: &[Socket]) -> (Vec<Listening>, Vec<Connection>) {
    let mut listening = BTreeSet::new();
    for socket in tcp.iter().filter(|socket| socket.state == LISTEN) {
        listening.insert(waiting(Protocol::Tcp, socket.local));
    }
    for socket in udp {
        if socket.state == CLOSE && socket.remote.port() == 0 {
            listening.insert(waiting(Protocol::Udp, socket.local));
        }
    }
    let served: BTreeSet<u16> = listening.iter().map(|socket| socket.port).into_set();
    let connections: BTreeSet<Connection> = tcp
        .iter()
        .filter(|socket| !served.contains(&socket.local.port()))
        .filter_map(|socket| {
            let progress = match socket.state {
                SYN_SENT => Progress::Trying,
                ESTABLISHED => Progress::Open,
                _ => return None,
            };
            let remote = SocketAddr::new(socket.remote.ip().to_canonical(), socket.remote.port());
            (!remote.ip().is_loopback()).then_some(Connection { progress, remote })
        })
        .into_set();
    listening.retain(|socket| socket.address != RESOLVER && socket.port != 0);
    let listening = listening.into_iter().take(MOST_KEPT).collect();
    (listening, connections.into_iter().take(MOST_KEPT).collect())
}

fn waiting(protocol: Protocol, local: SocketAddr) -> Listening {
    Listening { protocol, address: local.ip(), port: local.port() }
}

/// Those that listen, and at which connections wait that no program has taken.
pub fn untaken(tcp: &[Socket]) -> Vec<Listening> {
    let untaken = tcp.iter().filter(|socket| socket.state == LISTEN && socket.waiting > 0);
    let untaken: BTreeSet<Listening> =
        untaken.map(|socket| waiting(Protocol::Tcp, socket.local)).into_set();
    untaken.into_iter().take(MOST_KEPT).collect()
}

/// The connections that wait to be taken.
pub fn in_line(tcp: &[Socket]) -> Vec<InLine> {
    let deaf: BTreeSet<u16> = tcp
        .iter()
        .filter(|socket| socket.state == LISTEN && socket.waiting > 0)
        .map(|socket| socket.local.port())
        .into_set();
    if deaf.is_empty() {
        return Vec::new();
    }
    let waits = |socket: &&Socket| {
        !socket.is_held
            && matches!(socket.state, ESTABLISHED | CLOSE_WAIT)
            && deaf.contains(&socket.local.port())
    };
    let in_line = tcp.iter().filter(waits).map(|socket| InLine {
        port: socket.local.port(),
        remote: SocketAddr::new(socket.remote.ip().to_canonical(), socket.remote.port()),
        given_up: socket.state == CLOSE_WAIT,
    });
    in_line.collect()
}

/// Those of the ports at which none was taken since: where one is gone, others may be as soon.
pub fn unmoved(before: Vec<InLine>, now: &[InLine]) -> Vec<InLine> {
    let now: HashMap<(u16, SocketAddr), bool> =
        now.iter().map(|one| ((one.port, one.remote), one.given_up)).collect();
    let is_gone = |one: &&InLine| !now.contains_key(&(one.port, one.remote));
    let moved: HashSet<u16> = before.iter().filter(is_gone).map(|one| one.port).collect();
    let still = before.into_iter().filter(|one| !moved.contains(&one.port));
    let as_now = |one: InLine| {
        let given_up = now.get(&(one.port, one.remote)).copied().unwrap_or(one.given_up);
        InLine { given_up, ..one }
    };
    still.map(as_now).collect()
}

/// What waits, by its ports.
pub fn backlog(in_line: &[InLine]) -> Vec<Backlog> {
    let mut ports: BTreeMap<u16, Vec<&InLine>> = BTreeMap::new();
    for one in in_line {
        ports.entry(one.port).or_default().push(one);
    }
    let backlog = ports.into_iter().map(|(port, all)| {
        let mut clients: Vec<IpAddr> = all.iter().map(|one| one.remote.ip()).collect();
        clients.order();
        clients.dedup();
        let given_up = all.iter().filter(|one| one.given_up).count();
        Backlog { port, waiting: all.len(), given_up, clients }
    });
    backlog.collect()
}

/// The sockets in the kernel's tables; lines that are cut short are left out.
pub fn in_tables(tables: [&str; 2]) -> Vec<Socket> {
    tables.into_iter().flat_map(lines).collect()
}

fn lines(table: &str) -> impl Iterator<Item = Socket> {
    table.lines().take(MOST_LINES).filter_map(|line| {
        let mut fields = line.split_ascii_whitespace();
        // `sl` is a number and a colon; the head line has none.
        fields.next()?.strip_suffix(':')?;
        let local = socket_address(fields.next()?)?;
        let remote = socket_address(fields.next()?)?;
        let state = fields.next().filter(|state| state.len() == 2)?;
        let state = u8::from_str_radix(state, 16).ok()?;
        let queues = fields.next().and_then(|queues| queues.split_once(':'));
        let waiting = queues.and_then(|(_, received)| u32::from_str_radix(received, 16).ok());
        // Behind the timer, its repeats, the user and the timeout stands the inode.
        let is_held = fields.nth(4).is_none_or(|inode| inode != "0");
        let waiting = waiting.unwrap_or_default();
        Some(Socket { local, remote, state, waiting, is_held })
    })
}

/// `0100007F:1F90` or the same with 32 digits. The kernel prints each four
/// bytes of an address as one number of its own; every machine that engines
/// run on today but s390x puts the lowest byte first.
fn socket_address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| -> Option<[u8; 4]> {
        Some(u32::from_str_radix(address.get(at..at + 8)?, 16).ok()?.to_le_bytes())
    };
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (at, four) in bytes.chunks_mut(4).enumerate() {
                four.copy_from_slice(&word(at * 8)?);
            }
            IpAddr::V6(Ipv6Addr::from(bytes))
        }
        _ => return None,
    };
    Some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TCP: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B00007F:A2B3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 020011AC:C350 030011AC:6989 02 00000001:00000000 01:00000100 00000003     0        0 3 1 0 100 0 0 10 0
   3: 020011AC:1F90 030011AC:6989 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0 100 0 0 10 0
   4: 0100007F:C351 0100007F:6989 01 00000000:00000000 00:00000000 00000000     0        0 5 1 0 100 0 0 10 0
   5: 020011AC:C3";
    const TCP6: &str = "  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:0BB9 00000000000000000000000000000000:0000 0A 00000000:00000000
   2: 0000000000000000FFFF0000020011AC:C352 0000000000000000FFFF0000040011AC:1538 01 00000000:00000000
   3: 630000FD000000000000000002000000:C353 630000FD000000000000000003000000:0050 02 00000000:00000000";
    const UDP: &str = "  sl  local_address rem_address   st
   0: 0B00007F:A2B3 00000000:0000 07 00000000:00000000
   1: 00000000:14E9 00000000:0000 07 00000000:00000000
   2: 020011AC:14EA 08080808:0035 01 00000000:00000000";

    #[test]
    fn listeners_and_dialled_addresses_of_both_families() {
        let (listening, connections) = told(&in_tables([TCP, TCP6]), &in_tables([UDP, ""]));
        let listening: Vec<String> = listening
            .iter()
            .map(|socket| {
                format!("{} {}", socket.protocol, SocketAddr::new(socket.address, socket.port))
            })
            .collect();
        assert_eq!(
            listening,
            ["tcp 127.0.0.1:8080", "tcp [::]:3000", "tcp [::1]:3001", "udp 0.0.0.0:5353"]
        );
        let connections: Vec<String> = connections
            .iter()
            .map(|connection| format!("{:?} {}", connection.progress, connection.remote))
            .collect();
        assert_eq!(
            connections,
            ["Trying 172.17.0.3:27017", "Trying [fd00:63::3]:80", "Open 172.17.0.4:5432"]
        );
    }

    #[test]
    fn connections_that_nobody_takes_are_counted_where_somebody_listens() {
        let table = TCP
            .replace(
                "1F90 00000000:0000 0A 00000000:00000000",
                "1F90 00000000:0000 0A 00000000:00000002",
            )
            .replace("6989 01 00000000:00000000", "6989 01 00000000:00000009");
        let untaken = |table: &str| -> Vec<u16> {
            super::untaken(&in_tables([table, TCP6])).iter().map(|socket| socket.port).collect()
        };
        assert_eq!(untaken(&table), [8080]);
        assert_eq!(untaken(TCP), [0; 0]);
    }

    #[test]
    fn what_waits_is_told_where_none_of_it_is_taken() {
        let line = |port: u16, state: &str, remote: u8, inode: u32| {
            format!(
                "   1: 020011AC:{port:04X} {remote:02X}0011AC:C350 {state} 00000000:00000001 \
                 00:00000000 00000000     0        0 {inode} 1\n"
            )
        };
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr\n".to_owned();
        let table = |lines: &[String]| head.clone() + &lines.concat();
        let listens = |port: u16| line(port, "0A", 0, 7);
        // One that a program has, one that waits, and one whose client has ended it.
        let api = [listens(8080), line(8080, "01", 3, 9), line(8080, "01", 4, 0)];
        let more = [line(8080, "08", 5, 0), listens(9090), line(9090, "01", 3, 0)];
        let in_line = |lines: &[String]| super::in_line(&in_tables([&table(lines), ""]));
        let before = in_line(&[api.clone(), more.clone()].concat());
        assert_eq!(before.len(), 3);
        assert_eq!(before.iter().filter(|one| one.given_up).count(), 1);
        // At 9090 the one was taken, and another came.
        let now = [line(8080, "08", 6, 0), line(9090, "01", 3, 9), line(9090, "01", 8, 0)];
        let now = in_line(&[api.to_vec(), more[..2].to_vec(), now.to_vec()].concat());
        let told = |in_line: &[InLine]| -> Vec<String> {
            let all = backlog(in_line);
            all.iter().map(|it| format!("{} {} {}", it.port, it.waiting, it.given_up)).collect()
        };
        assert_eq!(told(&unmoved(before.clone(), &now)), ["8080 2 1"]);
        assert_eq!(told(&unmoved(before.clone(), &[])), [""; 0]);
        // A table that is cut before the inode tells of none.
        let cut: Vec<String> = api.iter().map(|line| line[..60].to_owned() + "\n").collect();
        assert!(in_line(&cut).is_empty());
        let gone = unmoved(before, &in_line(&[listens(8080), line(8080, "08", 4, 0)]));
        assert!(gone.is_empty(), "of three at 8080 one is left: {gone:?}");
    }

    #[test]
    fn tables_cut_anywhere_do_no_harm() {
        for cut in 0..TCP.len() {
            told(&in_tables([&TCP[..cut], ""]), &[]);
        }
        for nonsense in ["\u{0}\u{1}", "0: zz:1 00:2 0A", "0: 0100007F:1F90", "ü: ü ü ü"] {
            assert!(in_tables([nonsense, ""]).is_empty());
        }
    }
}
