//! The kernel's word on the TCP sockets of a network namespace by `sock_diag`
//! (the manual's page sock_diag(7)). `/proc/net/tcp` says the same and takes
//! some thirty times as long: for each read of it the kernel goes through the
//! connections of all namespaces bucket by bucket, however few there are.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use netlink_packet_core::{
    DecodeError, NLM_F_DUMP, NLM_F_REQUEST, NetlinkDeserializable, NetlinkHeader, NetlinkMessage,
    NetlinkPayload, NetlinkSerializable, Parseable,
};
use netlink_packet_sock_diag::constants::AF_INET;
use netlink_packet_sock_diag::inet::{InetResponseHeader, StateFlags};
use socket2::{Domain, Protocol, Type};

use super::sockets::{MOST_LINES, Socket};
use crate::engine::{Process, Visitor};

/// `AF_NETLINK` of the kernel's `socket.h`, and `NETLINK_SOCK_DIAG` of its `netlink.h`.
const NETLINK: i32 = 16;
const SOCK_DIAG: i32 = 4;

/// Files of the container's own may never come.
const READING: Duration = Duration::from_secs(3);

/// A kernel answers at once; one that never does should hold nobody up.
const DEADLINE: Duration = Duration::from_secs(2);

/// Reads about a process, with the TCP sockets of its network namespace where
/// that can be entered and asked about; on a thread that may take its time,
/// since the runtime's only one has answers of the engine to read meanwhile.
pub async fn read<T: Send + 'static>(
    process: Process,
    visitor: Option<&Visitor>,
    read: impl Fn(&Process, Option<Told>) -> io::Result<T> + Send + Sync + 'static,
) -> io::Result<T> {
    let namespace = process.network_namespace().map(Arc::new);
    let read = Arc::new(move |told| read(&process, told));
    if let (Some(visitor), Ok(namespace)) = (visitor, namespace) {
        let inside = Arc::clone(&read);
        match visitor.visit(&namespace, move || inside(ask_here().ok())).await {
            Ok(seen) => return seen,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => return Err(error),
            Err(_) => {}
        }
    }
    // A thread that gets no answer is left behind.
    let reading = tokio::task::spawn_blocking(move || read(None));
    match tokio::time::timeout(READING, reading).await {
        Ok(seen) => seen.map_err(io::Error::other)?,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "they did not answer")),
    }
}

/// `TCPDIAG_GETSOCK` of the kernel's `inet_diag.h`: the older one of two
/// requests, and the only one that is for both families at once. Going through
/// all connections is what costs, so one walk is half of two.
const GET_SOCKETS: u16 = 18;

/// What is said about sockets: the question, and one of the answers to it.
#[derive(Debug)]
enum Message {
    /// For the sockets in these states.
    Question(StateFlags),
    Answer(InetResponseHeader),
}

/// Length of the kernel's `struct inet_diag_req`, and where its states stand.
const QUESTION: usize = 60;
const STATES: usize = 52;

impl NetlinkSerializable for Message {
    fn message_type(&self) -> u16 {
        GET_SOCKETS
    }

    fn buffer_len(&self) -> usize {
        QUESTION
    }

    fn serialize(&self, buffer: &mut [u8]) {
        buffer.fill(0);
        if let Self::Question(states) = self {
            buffer[0] = AF_INET;
            buffer[STATES..STATES + 4].copy_from_slice(&states.bits().to_ne_bytes());
        }
    }
}

impl NetlinkDeserializable for Message {
    type Error = DecodeError;

    fn deserialize(_: &NetlinkHeader, payload: &[u8]) -> Result<Self, DecodeError> {
        InetResponseHeader::parse(payload).map(Self::Answer)
    }
}

/// What the kernel says of a network namespace's sockets.
#[derive(Debug)]
pub struct Told {
    /// TCP sockets of both families that listen, are connected, or try to be.
    pub tcp: Vec<Socket>,
    /// Whether there are UDP sockets for IPv6.
    pub has_udp6: bool,
}

/// Asks about the network namespace that the calling thread is in.
fn ask_here() -> io::Result<Told> {
    let protocol = Some(Protocol::from(SOCK_DIAG));
    let way = socket2::Socket::new(Domain::from(NETLINK), Type::RAW, protocol)?;
    way.set_read_timeout(Some(DEADLINE))?;
    // Listeners stand in a small table of their own; the large one is gone
    // through only where the kernel counts more sockets than these.
    let mut tcp = ask(&way, StateFlags::LISTEN)?;
    let counts = read_small("/proc/thread-self/net/sockstat")?;
    let counts6 = match read_small("/proc/thread-self/net/sockstat6") {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        counts => Some(counts?),
    };
    // Without IPv6 there is no such file, and no such socket.
    let v6 = counts6.as_ref().map_or(Some(0), |counts| in_use(counts, "TCP6:"));
    let all = in_use(&counts, "TCP:").zip(v6).map(|(v4, v6)| v4 + v6);
    // A count that is not understood says nothing.
    if all.is_none_or(|all| all > tcp.len()) {
        tcp.extend(ask(&way, StateFlags::ESTABLISHED | StateFlags::SYN_SENT)?);
    }
    let udp6 = counts6.as_ref().map_or(Some(0), |counts| in_use(counts, "UDP6:"));
    Ok(Told { tcp, has_udp6: udp6 != Some(0) })
}

/// A file of the kernel's that says little, in one read.
fn read_small(path: &str) -> io::Result<String> {
    let mut text = vec![0; 2048];
    let length = std::fs::File::open(path)?.read(&mut text)?;
    Ok(String::from_utf8_lossy(&text[..length]).into_owned())
}

/// How many sockets of a kind the kernel counts in a namespace.
fn in_use(counts: &str, what: &str) -> Option<usize> {
    let line = counts.lines().find_map(|line| line.strip_prefix(what))?;
    line.trim_start().strip_prefix("inuse ")?.split([' ', '\n']).next()?.parse().ok()
}

fn ask(mut way: &socket2::Socket, states: StateFlags) -> io::Result<Vec<Socket>> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let question = NetlinkPayload::InnerMessage(Message::Question(states));
    let mut question = NetlinkMessage::new(header, question);
    question.finalize();
    let mut bytes = vec![0; question.buffer_len()];
    question.serialize(&mut bytes);
    way.send(&bytes)?;
    let mut sockets = Vec::new();
    // A message is never longer than the 32 KiB that the kernel makes room for.
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = way.read(&mut buffer)?;
        let mut rest = &buffer[..length];
        while !rest.is_empty() {
            let message = NetlinkMessage::deserialize(rest)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            match message.payload {
                NetlinkPayload::InnerMessage(Message::Answer(seen)) => {
                    let id = seen.socket_id;
                    let local = SocketAddr::new(id.source_address, id.source_port);
                    let remote = SocketAddr::new(id.destination_address, id.destination_port);
                    if sockets.len() < MOST_LINES {
                        sockets.push(Socket { local, remote, state: seen.state });
                    }
                }
                NetlinkPayload::Done(_) => return Ok(sockets),
                NetlinkPayload::Error(error) => return Err(error.to_io()),
                _ => {}
            }
            // Each message begins at a multiple of four.
            let taken = (message.header.length as usize).next_multiple_of(4);
            rest = rest.get(taken.max(4)..).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_and_who_dialled_it_are_seen() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let seen = ask_here().unwrap().tcp;
        let (there, here) = (listener.local_addr().unwrap(), client.local_addr().unwrap());
        let has = |local, remote: &str, state| {
            seen.iter().any(|socket| {
                socket.local == local
                    && socket.remote.to_string() == remote
                    && socket.state == state
            })
        };
        assert!(has(there, "0.0.0.0:0", 10), "{seen:?}");
        assert!(has(here, &there.to_string(), 1), "{seen:?}");
    }

    #[test]
    fn the_kernels_count_is_read() {
        let counts = "sockets: used 9\nTCP: inuse 12 orphan 0 tw 3\nUDP: inuse 4 mem 0\n";
        assert_eq!(in_use(counts, "TCP:"), Some(12));
        assert_eq!(in_use("TCP6: inuse 5\n", "TCP6:"), Some(5));
        assert_eq!((in_use(counts, "TCP6:"), in_use("TCP: inuse\n", "TCP:")), (None, None));
    }

    #[test]
    fn both_families_are_asked_for() {
        let listener = std::net::TcpListener::bind("[::1]:0").unwrap();
        let there = listener.local_addr().unwrap();
        assert!(ask_here().unwrap().tcp.iter().any(|socket| socket.local == there));
    }
}
