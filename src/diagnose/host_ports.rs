//! The ports of the engine's machine: who has one, and which is free.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::case::Case;
use super::facts::Listens;
use super::steps::advise;
use super::wanted::Edge;
use crate::model::{Change, ContainerAt, Evidence, Listening, RequestedPort, Step};
use crate::order::Ordered;

/// Who has a port of the machine.
pub struct Holders {
    /// The containers, by name.
    pub names: Vec<String>,
    /// Whether they have published it; else they are on the machine's own
    /// network, where somebody listens on it.
    pub published: bool,
}

impl Holders {
    /// What shows it.
    pub fn sign(&self, port: u16) -> Evidence {
        let containers = self.names.clone();
        match self.published {
            true => Evidence::PortHeldBy { containers, planned: false, several: false },
            false => Evidence::OnHostNetwork { containers, port },
        }
    }
}

/// Whether two addresses of the machine, of which none is every one, are or hold the same.
pub fn meet(a: Option<IpAddr>, b: Option<IpAddr>) -> bool {
    let every = |ip: Option<IpAddr>| ip.is_none_or(|ip| ip.is_unspecified());
    every(a) || every(b) || a == b
}

impl Case<'_> {
    /// The containers that have a port of the machine, or can have it, beside one.
    pub fn holders(&self, port: u16, besides: ContainerAt) -> Option<Holders> {
        let published: BTreeSet<&str> = self
            .index
            .published(port)
            .iter()
            .filter(|at| **at != besides && self.container(**at).state.has_network())
            .map(|at| self.name(*at))
            .into_set();
        if !published.is_empty() {
            return Some(Self::holders_of(published, true));
        }
        let listens = |at: &ContainerAt| {
            let state = self.container(*at).state;
            *at != besides
                && state.has_network()
                && !self.is_looping(*at)
                && self.map.on_host(*at)
                && matches!(
                    self.listens(*at, port, None),
                    Some(Listens::Openly | Listens::OnLoopback)
                )
        };
        let offering = self.index.offering(port).iter().copied();
        let there: Vec<ContainerAt> = offering.filter(listens).collect();
        // All of them see the same sockets; one that says so has it.
        let says = |at: &&ContainerAt| {
            let container = self.container(**at);
            container.exposed.iter().any(|exposed| exposed.port == port)
        };
        let saying: BTreeSet<&str> = there.iter().filter(says).map(|at| self.name(*at)).into_set();
        let names = match saying.is_empty() {
            true => there.iter().map(|at| self.name(*at)).collect(),
            false => saying,
        };
        (!names.is_empty()).then(|| Self::holders_of(names, false))
    }

    fn holders_of(names: BTreeSet<&str>, published: bool) -> Holders {
        Holders { names: names.into_iter().map(str::to_owned).collect(), published }
    }

    /// The sockets of the machine that keep a port from who asks for it.
    pub fn sockets_before(&self, wanted: &RequestedPort) -> impl Iterator<Item = &Listening> {
        let host = self.map.snapshot().host.as_ref();
        let sockets = host.and_then(|host| host.listening.as_deref()).unwrap_or_default();
        sockets.iter().filter(move |socket| {
            Some(socket.port) == wanted.host_port.one()
                && socket.protocol == wanted.protocol
                && meet(Some(socket.address), wanted.host_ip)
        })
    }

    /// The containers that have published a port of the machine which another one asks for.
    pub fn publishers_of(
        &self,
        at: ContainerAt,
        wanted: &RequestedPort,
    ) -> impl Iterator<Item = ContainerAt> {
        let port = wanted.host_port.one();
        let holders = port.map_or(&[][..], |port| self.index.published(port)).iter().copied();
        let holds = move |other: &ContainerAt| {
            let holder = self.container(*other);
            holder.state.has_network()
                && holder.published.iter().any(|published| {
                    published.host_port == port
                        && published.protocol == wanted.protocol
                        && meet(Some(published.host_ip), wanted.host_ip)
                })
        };
        holders.filter(move |other| *other != at && !self.map.are_apart(*other, at)).filter(holds)
    }

    /// A port of the machine without which a container cannot start, and which
    /// somebody has.
    pub fn port_in_the_way(&self, at: ContainerAt) -> Option<u16> {
        let mut wanted = self.container(at).requested.iter();
        let taken = wanted.find(|wanted| {
            self.publishers_of(at, wanted).next().is_some()
                || self.sockets_before(wanted).next().is_some()
        });
        taken?.host_port.one()
    }

    /// The first port of the machine from this one on that nobody here has or
    /// asks for.
    pub fn free_host_port(&self, from: u16) -> Option<u16> {
        self.index.free_host_port(from)
    }

    /// Lets containers on the machine's own network reach another one where they
    /// are: by a port that it has published there. For them one on loopback will do.
    pub fn go_by_localhost(&self, peer: ContainerAt, inside: u16, edges: &[&Edge]) -> Vec<Step> {
        let published = self.container(peer).published.iter().filter(|p| p.port == inside);
        let there = published.filter_map(|published| {
            let ip = published.host_ip;
            let is_local = ip.is_unspecified() || ip.is_loopback();
            let host = if is_local { "localhost".to_owned() } else { ip.to_string() };
            Some((host, published.host_port?))
        });
        if let Some((host, port)) = there.min() {
            return self.redial(edges, &host, Some(port));
        }
        let Some(port) = self.free_host_port(inside) else {
            return vec![advise(format!("publish port {inside} of {}", self.called(peer)))];
        };
        let to = RequestedPort::on_loopback(port, inside);
        let mut steps = self.recreate(peer, vec![Change::Publish { from: None, to: Some(to) }]);
        steps.extend(self.redial(edges, "localhost", Some(port)));
        steps
    }
}
