//! The kernel's word on the TCP sockets of a network namespace by `sock_diag`
//! (the manual's page sock_diag(7)). `/proc/net/tcp` says the same and takes
//! some thirty times as long: for each read of it the kernel goes through the
//! connections of all namespaces bucket by bucket, however few there are.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::{ExtensionFlags, InetRequest, SocketId, StateFlags};
use socket2::{Domain, Protocol, Type};

use super::sockets::{MOST_LINES, Socket};
use crate::engine::{Process, Visitor};

/// `AF_NETLINK` of the kernel's `socket.h`, and `NETLINK_SOCK_DIAG` of its `netlink.h`.
const NETLINK: i32 = 16;
const SOCK_DIAG: i32 = 4;

/// A kernel answers at once; one that never does should hold nobody up.
const DEADLINE: Duration = Duration::from_secs(2);

/// A way to ask about a process's network namespace, where that may be entered.
pub async fn way_into(process: &Process, visitor: Option<&Visitor>) -> Option<socket2::Socket> {
    let namespace = Arc::new(process.network_namespace().ok()?);
    visitor?.visit(&namespace, open).await.ok()
}

/// A way to ask about the network namespace that the calling thread is in.
fn open() -> io::Result<socket2::Socket> {
    let protocol = Some(Protocol::from(SOCK_DIAG));
    let socket = socket2::Socket::new(Domain::from(NETLINK), Type::RAW, protocol)?;
    socket.set_read_timeout(Some(DEADLINE))?;
    Ok(socket)
}

/// The sockets of both families that listen, are connected, or try to be.
pub fn tcp(way: &socket2::Socket) -> io::Result<Vec<Socket>> {
    let mut sockets = Vec::new();
    for (family, socket_id) in [(AF_INET, SocketId::new_v4()), (AF_INET6, SocketId::new_v6())] {
        way.send(&request(family, socket_id))?;
        read(way, &mut sockets)?;
    }
    Ok(sockets)
}

fn request(family: u8, socket_id: SocketId) -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let states = StateFlags::LISTEN | StateFlags::ESTABLISHED | StateFlags::SYN_SENT;
    let extensions = ExtensionFlags::empty();
    let request = InetRequest { family, protocol: IPPROTO_TCP, extensions, states, socket_id };
    let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Reads an answer to its end.
fn read(mut way: &socket2::Socket, sockets: &mut Vec<Socket>) -> io::Result<()> {
    // A message is never longer than the 32 KiB that the kernel makes room for.
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = way.read(&mut buffer)?;
        let mut rest = &buffer[..length];
        while !rest.is_empty() {
            let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            match message.payload {
                NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(answer)) => {
                    let (id, state) = (answer.header.socket_id, answer.header.state);
                    let local = SocketAddr::new(id.source_address, id.source_port);
                    let remote = SocketAddr::new(id.destination_address, id.destination_port);
                    if sockets.len() < MOST_LINES {
                        sockets.push(Socket { local, remote, state });
                    }
                }
                NetlinkPayload::Done(_) => return Ok(()),
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
        let seen = tcp(&open().unwrap()).unwrap();
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
    fn both_families_are_asked_for() {
        let listener = std::net::TcpListener::bind("[::1]:0").unwrap();
        let there = listener.local_addr().unwrap();
        assert!(tcp(&open().unwrap()).unwrap().iter().any(|socket| socket.local == there));
    }
}
