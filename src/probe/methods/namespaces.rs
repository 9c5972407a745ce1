//! Sockets that live in a container's network namespace. A socket keeps the
//! namespace it was made in, so one plain thread goes from namespace to
//! namespace, makes what is asked for, and hands it to the runtime, whose own
//! threads never leave home.

use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::sync::{Arc, mpsc};
use std::thread;

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::sync::oneshot;

use crate::engine::{Engines, Process};
use crate::graph::Map;
use crate::probe::plan::Station;

/// The way into a station's network namespace.
#[derive(Debug)]
pub struct Door {
    namespace: Arc<File>,
    /// A process of the station, for the files by which it resolves names.
    pub process: Process,
}

/// The way into a station, by the first of its containers that lets us in; or
/// why there is none.
pub fn door(map: &Map, engines: &Engines, station: &Station) -> Result<Door, String> {
    let mut why = "no container of this network stack runs".to_owned();
    for member in &station.members {
        let container = map.container(*member);
        let opened = engines
            .of(container)
            .ok_or_else(|| "its engine is not among those asked".to_owned())
            .and_then(|engine| engine.process(container))
            .and_then(|process| {
                let namespace = process.network_namespace()?;
                try_to_enter(&namespace)?;
                Ok((Arc::new(namespace), process))
            });
        match opened {
            Ok((namespace, process)) => return Ok(Door { namespace, process }),
            Err(reason) => why = reason,
        }
    }
    Err(why)
}

/// Goes in and stays away: whoever owns a rootless engine may open the
/// namespaces of its containers, but not enter them.
fn try_to_enter(namespace: &File) -> Result<(), String> {
    let entered = thread::scope(|scope| {
        let enter = || enter(namespace).map_err(|error| error.kind());
        let thread = thread::Builder::new().spawn_scoped(scope, enter).map_err(|e| e.kind())?;
        thread.join().unwrap_or(Err(io::ErrorKind::Other))
    });
    entered.map_err(|kind| match kind {
        io::ErrorKind::PermissionDenied => "only root may enter its network namespace".to_owned(),
        _ => format!("its network namespace cannot be entered: {kind}"),
    })
}

/// Moves this thread into the network namespace.
fn enter(namespace: &File) -> io::Result<()> {
    Ok(move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network))?)
}

/// A kind of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
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

impl Kind {
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

type Order = (Arc<File>, Kind, oneshot::Sender<io::Result<Socket>>);

/// The thread that makes sockets. It ends when this is dropped.
#[derive(Debug)]
pub struct Maker {
    orders: mpsc::Sender<Order>,
}

impl Maker {
    /// Starts the thread.
    pub fn start() -> io::Result<Self> {
        let (orders, waiting) = mpsc::channel::<Order>();
        thread::Builder::new().name("namespaces".to_owned()).spawn(move || {
            let mut inside: Option<Arc<File>> = None;
            for (namespace, kind, reply) in waiting {
                let there = inside.as_ref().is_some_and(|inside| Arc::ptr_eq(inside, &namespace));
                let made = if there {
                    kind.make()
                } else {
                    inside = None;
                    enter(&namespace).and_then(|()| {
                        inside = Some(namespace);
                        kind.make()
                    })
                };
                // Whoever ordered it may have gone.
                let _ = reply.send(made);
            }
        })?;
        Ok(Self { orders })
    }

    /// A socket of this kind in the namespace behind the door.
    pub async fn socket(&self, door: &Door, kind: Kind) -> io::Result<Socket> {
        let (reply, made) = oneshot::channel();
        let gone = || io::Error::other("the thread that makes sockets is gone");
        self.orders.send((Arc::clone(&door.namespace), kind, reply)).map_err(|_| gone())?;
        made.await.map_err(|_| gone())?
    }
}
