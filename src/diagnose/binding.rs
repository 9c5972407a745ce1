//! Which container a port of the engine's machine leads to, and on which address of
//! the machine.

use std::net::{IpAddr, Ipv4Addr};

use super::names::Names;
use crate::model::{ContainerAt, Protocol};

/// An address of the machine with a port that leads into a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The address; unspecified for every one.
    pub host_ip: IpAddr,
    /// The port inside.
    pub port: u16,
}

impl Names<'_> {
    /// The containers that have a port of the machine; in a plan those that will.
    pub fn with_binding(&self, host_port: u16) -> &[ContainerAt] {
        match self.is_planned() {
            true => self.index.requesting(host_port),
            false => self.index.published(host_port),
        }
    }

    /// How a container has a port of the machine, for a protocol or for any; in a
    /// plan how it will.
    pub fn bindings(
        &self,
        at: ContainerAt,
        host_port: u16,
        protocol: Option<Protocol>,
    ) -> impl Iterator<Item = Binding> {
        const EVERY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let container = self.container(at);
        let is_planned = self.is_planned();
        let published = container.published.iter().filter(move |_| !is_planned);
        let published = published
            .filter(move |published| published.host_port == Some(host_port))
            .map(|published| (published.protocol, published.host_ip, published.port));
        let asked = container.requested.iter().filter(move |_| is_planned);
        let asked = asked
            .filter(move |asked| asked.host_port.one() == Some(host_port))
            .map(|asked| (asked.protocol, asked.host_ip.unwrap_or(EVERY), asked.port));
        published
            .chain(asked)
            .filter(move |(spoken, ..)| protocol.is_none_or(|protocol| *spoken == protocol))
            .map(|(_, host_ip, port)| Binding { host_ip, port })
    }
}
