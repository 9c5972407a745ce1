//! Sockets that live in a container's network namespace.

use std::fs::File;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use rustix::net::sockopt::{ip_mtu, ipv6_mtu};
use socket2::{Domain, Protocol, Socket, Type};

use crate::engine::{Engines, Process, Visitor, may_enter};
use crate::graph::Map;
use crate::probe::plan::Station;

/// The way into a station's network namespace.
#[derive(Debug)]
pub struct NamespaceHandle {
    namespace: Arc<File>,
    /// A process of the station, for the files by which it resolves names.
    process: Arc<Process>,
}

/// The way into a station, by the first of its containers that lets us in; or
/// why there is none.
pub fn handle(map: &Map, engines: &Engines, station: &Station) -> Result<NamespaceHandle, String> {
    let mut why = "no container of this network stack runs".to_owned();
    for member in &station.members {
        let container = map.container(*member);
        let opened = engines
            .of(container)
            .ok_or_else(|| "its engine is not among those asked".to_owned())
            .and_then(|engine| engine.process(container))
            .and_then(|process| {
                let namespace = process.network_namespace()?;
                may_enter(&namespace)?;
                Ok((Arc::new(namespace), process))
            });
        match opened {
            Ok((namespace, process)) => {
                return Ok(NamespaceHandle { namespace, process: Arc::new(process) });
            }
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

/// A kind of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SocketKind {
    /// For pings, raw where that is allowed.
    Icmp {
        /// Whether for IPv6.
        v6: bool,
    },
    /// For a TCP connection to an address of this family.
    Tcp(IpAddr),
    /// For datagrams to an address of this family.
    Udp(IpAddr),
}

impl SocketKind {
    fn make(self) -> io::Result<Socket> {
        let domain = |v6: bool| if v6 { Domain::IPV6 } else { Domain::IPV4 };
        let socket = match self {
            Self::Icmp { v6 } => {
                let protocol = if v6 { Protocol::ICMPV6 } else { Protocol::ICMPV4 };
                let socket = Socket::new(domain(v6), Type::RAW, Some(protocol))?;
                // The answers of a whole network can come at once.
                socket.set_recv_buffer_size(4 << 20)?;
                socket
            }
            Self::Tcp(address) => Socket::new(domain(address.is_ipv6()), Type::STREAM, None)?,
            Self::Udp(address) => Socket::new(domain(address.is_ipv6()), Type::DGRAM, None)?,
        };
        socket.set_nonblocking(true)?;
        Ok(socket)
    }
}

impl NamespaceHandle {
    /// A socket of this kind in the namespace behind it.
    pub async fn socket(&self, visitor: &Visitor, kind: SocketKind) -> io::Result<Socket> {
        visitor.visit(&self.namespace, move || kind.make()).await?
    }

    /// Bytes of the largest packet that leaves for an address. Nothing is sent.
    pub async fn largest_packet(&self, visitor: &Visitor, to: IpAddr) -> io::Result<u32> {
        let socket = self.socket(visitor, SocketKind::Udp(to)).await?;
        socket.connect(&SocketAddr::new(to, 9).into())?;
        let mtu = if to.is_ipv6() { ipv6_mtu(&socket)? } else { ip_mtu(&socket)? };
        Ok(mtu.min(u32::from(u16::MAX)))
    }

    /// The first `limit` bytes of a file of the container behind it.
    pub async fn read(
        &self,
        visitor: &Visitor,
        path: &'static str,
        limit: u64,
    ) -> io::Result<Vec<u8>> {
        let process = Arc::clone(&self.process);
        visitor.visit(&self.namespace, move || process.read(path, limit)).await?
    }
}
