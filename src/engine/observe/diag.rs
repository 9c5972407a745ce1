//! Who listens in a network namespace and what is dialled there, by the
//! kernel's own word where it can be asked.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use netlink_packet_sock_diag::inet::{ExtensionFlags, StateFlags};

use super::sockets::{MOST_LINES, Socket};
use crate::engine::sock_diag::Sockets;
use crate::engine::{Process, Visitor, small_file};

/// Files of the container's own may never come.
const READING: Duration = Duration::from_secs(3);

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

/// What the kernel says of a network namespace's sockets.
#[derive(Debug)]
pub struct Told {
    /// TCP sockets of both families that listen, are connected, or try to be.
    pub tcp: Vec<Socket>,
    /// Whether there are UDP sockets for IPv6.
    pub has_udp6: bool,
}

/// What is dialled, what came in, and what its other end has ended.
const CONNECTED: StateFlags =
    StateFlags::ESTABLISHED.union(StateFlags::SYN_SENT).union(StateFlags::CLOSE_WAIT);

/// Asks about the network namespace that the calling thread is in.
fn ask_here() -> io::Result<Told> {
    let way = Sockets::here()?;
    // Listeners stand in a small table of their own; the large one is gone
    // through only where the kernel counts more sockets than these.
    let mut tcp = ask(&way, StateFlags::LISTEN)?;
    let counts = small_file::of_kernel("/proc/thread-self/net/sockstat")?;
    let counts6 = match small_file::of_kernel("/proc/thread-self/net/sockstat6") {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        counts => Some(counts?),
    };
    // Without IPv6 there is no such file, and no such socket.
    let v6 = counts6.as_ref().map_or(Some(0), |counts| in_use(counts, "TCP6:"));
    let all = in_use(&counts, "TCP:").zip(v6).map(|(v4, v6)| v4 + v6);
    // A count that is not understood says nothing.
    if all.is_none_or(|all| all > tcp.len()) {
        tcp.extend(ask(&way, CONNECTED)?);
    }
    let udp6 = counts6.as_ref().map_or(Some(0), |counts| in_use(counts, "UDP6:"));
    Ok(Told { tcp, has_udp6: udp6 != Some(0) })
}

/// How many sockets of a kind the kernel counts in a namespace.
fn in_use(counts: &str, what: &str) -> Option<usize> {
    let line = counts.lines().find_map(|line| line.strip_prefix(what))?;
    line.trim_start().strip_prefix("inuse ")?.split([' ', '\n']).next()?.parse().ok()
}

fn ask(way: &Sockets, states: StateFlags) -> io::Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    way.tcp(states, ExtensionFlags::empty(), |told| {
        if sockets.len() < MOST_LINES {
            let id = told.head.socket_id;
            let local = SocketAddr::new(id.source_address, id.source_port);
            let remote = SocketAddr::new(id.destination_address, id.destination_port);
            let (state, waiting) = (told.head.state, told.head.recv_queue);
            let is_held = told.head.inode != 0;
            sockets.push(Socket { local, remote, state, waiting, is_held });
        }
    })?;
    Ok(sockets)
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
    fn a_connection_that_nobody_takes_is_seen() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let there = listener.local_addr().unwrap();
        let is_untaken = || {
            let untaken = super::super::sockets::untaken(&ask_here().unwrap().tcp);
            untaken.iter().any(|socket| socket.port == there.port())
        };
        assert!(!is_untaken());
        let client = std::net::TcpStream::connect(there).unwrap();
        assert!(is_untaken());
        let taken = listener.accept().unwrap();
        assert!(!is_untaken());
        drop((client, taken));
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
