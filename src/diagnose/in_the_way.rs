//! What can stand in the way of a wanted edge.

use std::net::IpAddr;

use super::detours::Detour;
use super::wanted::Edge;
use super::whose::{Astray, HandedOut, Meant};
use crate::model::{ContainerAt, Family, Flaw, NetworkAt, Protocol};

/// What stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// What the program takes for a host is none.
    Malformed(Flaw),
    /// `localhost` is the container itself, and a peer has the port, or is called as the
    /// variable that holds it says.
    Localhost {
        /// The peer that is evidently meant.
        peer: ContainerAt,
        /// The port it has it on, where one is known.
        port: Option<u16>,
        /// Whether it is certain that the container itself dials, and not
        /// somebody's browser.
        sure: bool,
    },
    /// `localhost` is the container itself, and the engine's machine has the port.
    LocalhostMachine,
    /// `localhost` is the engine's machine, for a container on its network, and a
    /// container has the port that is not published there, or by another number.
    NotOnHost {
        /// The container.
        peer: ContainerAt,
        /// The port inside.
        port: u16,
    },
    /// The container in whose network stack this one runs is gone or stopped.
    Orphan(ContainerAt),
    /// The other end does not run.
    Down,
    /// One of the two uses the host's network stack, where names do not lead.
    HostMode,
    /// Only another project answers to the name, which belongs to this container
    /// of the client's own.
    Namesake(ContainerAt),
    /// Several containers that have nothing in common answer to the name on
    /// this network.
    Ambiguous(NetworkAt),
    /// The service lacks its own name on this network, which the two share.
    LostName(NetworkAt),
    /// The address was once another's, and is the other end's now.
    Inherited(Meant),
    /// The address is the other end's on this network, where the client is
    /// not, although the two share another.
    OtherNetwork(NetworkAt),
    /// The other end sends its clients to an address that is of no use to this one.
    HandsOut(HandedOut),
    /// They share no network.
    NoSharedNetwork,
    /// They share only the default bridge, where names do not resolve.
    DefaultBridge,
    /// The network they share keeps its members apart.
    Apart(NetworkAt),
    /// The name leads nowhere; with a name that would lead there.
    WrongName(Option<String>),
    /// Nobody has the name, and what is behind its first part is the name of this
    /// container: a bucket's name before the server's.
    BelowName(ContainerAt),
    /// Nobody has the name, and its first part is the name of this container: behind it
    /// stands a domain of another place, as Kubernetes' is.
    AboveName(ContainerAt),
    /// The name is right, and the container's own resolver leads to this
    /// address instead, or to none.
    ResolvesElsewhere(Option<IpAddr>),
    /// The client's own routes lead what is for the other end elsewhere, as into a tunnel.
    Detour(Detour),
    /// The port is the one published on the host; inside it is another.
    HostPort(u16),
    /// The server listens on its own loopback address only.
    OnLoopback,
    /// The server is bound to these of its addresses, and another one is dialled.
    OtherAddress(Vec<IpAddr>),
    /// The client dials this family of addresses, or can come by no other: it has
    /// none of its own, or the server does not listen for it.
    NoCommonFamily(Family),
    /// The server takes the port with this protocol, and another is spoken.
    OtherProtocol(Protocol),
    /// Nothing listens on the port; with the ports on which something does.
    NobodyListens(Vec<u16>),
    /// Nobody has the address.
    FreeAddress,
    /// The address belongs to a container that does not have the port; with
    /// one that has.
    OtherOwner(Option<ContainerAt>),
    /// The engine's machine is not known by that name.
    MachineUnknown,
    /// The machine listens on its own loopback address only.
    MachineOnLoopback,
    /// Nothing on the machine listens on the port.
    MachineSilent,
    /// The machine listens, and what is sent there gets no answer.
    MachineFirewalled,
    /// The machine and a port that a container, which is a neighbour, has published there.
    Hairpin {
        /// The container.
        peer: ContainerAt,
        /// The port inside.
        port: u16,
        /// Whether the machine is not even known by the name that is dialled.
        unknown: bool,
    },
    /// The machine's address and a port that a container has published on
    /// another address of the machine only.
    PublishedElsewhere {
        /// The container.
        peer: ContainerAt,
        /// The port inside.
        port: u16,
        /// The address of the machine on which it is published.
        host_ip: IpAddr,
    },
    /// The container at this position is on macvlan or ipvlan networks only,
    /// and the other end is its own host.
    MacvlanHost(ContainerAt),
    /// The container is on internal networks only and wants to go out.
    NoWayOut,
    /// The firewall of the engine's machine lets nothing out of the container's networks, of
    /// which this is the first.
    KeptIn(NetworkAt),
    /// Connections wait at this port, and no program takes them.
    Hung {
        /// The port.
        port: u16,
        /// Whether clients have ended some of them meanwhile.
        given_up: bool,
    },
    /// The health check of the other end fails.
    Unhealthy,
    /// It failed before and nothing is in its way now.
    Past,
}

impl Obstacle {
    /// What is left of an edge that nothing is in the way of now, and that failed
    /// before.
    pub fn past(edge: &Edge) -> Option<Self> {
        edge.logged().next().is_some().then_some(Self::Past)
    }

    /// What sends a client astray, if it still does.
    pub fn of<T>(astray: Astray<T>, still: fn(T) -> Self) -> Option<Self> {
        match astray {
            Astray::Still(cause) => Some(still(cause)),
            Astray::Cured => None,
        }
    }
}
