//! What a name or an address means to a container.

use std::net::IpAddr;
use std::ops::Deref;

use super::facts::{AddedHost, Facts};
use super::index::Index;
use crate::model::{ContainerAt, NetworkAt, reference};

/// Names that lead to the engine's machine, where they lead anywhere.
const OF_THE_MACHINE: [&str; 3] =
    ["host.docker.internal", "gateway.docker.internal", "host.containers.internal"];

/// What a host means to the container that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The container itself: `localhost`.
    Itself,
    /// The container at this position, by one of its names or one that is
    /// evidently meant for it.
    Named(ContainerAt),
    /// The container at this position, by its address.
    Addressed(ContainerAt),
    /// An address in a container network that nobody has.
    FreeAddress(NetworkAt),
    /// The engine's machine: by `host.docker.internal`, a gateway's address or
    /// one of the machine's own.
    Machine,
    /// A plain name that nothing here has.
    NobodysName,
    /// Something outside: a name with dots, a foreign address.
    Outside,
}

/// The facts, with look-ups over them.
pub struct Names<'a> {
    facts: Facts<'a>,
    /// The look-ups.
    pub index: Index<'a>,
}

impl<'a> Deref for Names<'a> {
    type Target = Facts<'a>;

    fn deref(&self) -> &Facts<'a> {
        &self.facts
    }
}

impl<'a> Names<'a> {
    /// Makes the look-ups over the facts.
    pub fn new(facts: Facts<'a>) -> Self {
        let index = Index::new(&facts);
        Self { facts, index }
    }

    /// The container that a name leads another to: on one of the networks the
    /// two share, by a name it has there, or by a legacy link.
    pub fn resolved(&self, from: ContainerAt, host: &str) -> Option<ContainerAt> {
        let stack = self.map.stack(from)?;
        for link in &self.container(stack).links {
            if link.alias.eq_ignore_ascii_case(host) || link.target.eq_ignore_ascii_case(host) {
                let node = &self.container(stack).node;
                let called = self.map.containers_named(&link.target);
                return called.into_iter().find(|at| self.container(*at).node == *node);
            }
        }
        let host = host.trim_end_matches('.');
        let mut found: Option<(bool, bool, ContainerAt)> = None;
        for network in self.map.networks_of(stack) {
            let on = self.network(network);
            if on.is_built_in() {
                continue;
            }
            let ending = || host.strip_suffix(on.own_name())?.strip_suffix('.');
            let answering = self.index.answering(network, ending().unwrap_or(host));
            // A container that names itself means itself only if nobody else has the name.
            let other = answering.iter().find(|at| **at != from).or(answering.first());
            let rank = |at: ContainerAt| (at == from, !self.container(at).state.has_network(), at);
            found = found.into_iter().chain(other.map(|at| rank(*at))).min();
        }
        let task = || self.map.service_name(from, host)?.tasks.first().copied();
        found.map(|(.., at)| at).or_else(task)
    }

    /// What a host means to a container.
    pub fn meaning(&self, from: ContainerAt, host: &str) -> Meaning {
        if reference::is_loopback(host) {
            return Meaning::Itself;
        }
        let own = self.container(from);
        if [own.own_name(), &own.hostname].iter().any(|name| name.eq_ignore_ascii_case(host)) {
            return Meaning::Itself;
        }
        if let Ok(address) = host.parse::<IpAddr>() {
            return self.by_address(from, address);
        }
        match self.added_host(from, host) {
            Some(AddedHost::Address(address)) => return self.by_address(from, address),
            Some(AddedHost::Machine) => return Meaning::Machine,
            None => {}
        }
        if let Some(at) = self.resolved(from, host) {
            return Meaning::Named(at);
        }
        // A service whose tasks are on nodes that are not on the map.
        if self.map.service_name(from, host).is_some() {
            return Meaning::Outside;
        }
        if let Some(at) = self.evidently(from, host) {
            return Meaning::Named(at);
        }
        let folded = host.trim_end_matches('.').to_ascii_lowercase();
        if OF_THE_MACHINE.contains(&folded.as_str()) {
            return Meaning::Machine;
        }
        if folded.contains('.') { Meaning::Outside } else { Meaning::NobodysName }
    }

    fn by_address(&self, from: ContainerAt, address: IpAddr) -> Meaning {
        let map = self.map;
        if let Some((at, _)) = map.owner_of(from, address) {
            return Meaning::Addressed(at);
        }
        let host = map.snapshot().host.as_ref();
        let machines = host.is_some_and(|host| host.addresses.contains(&address));
        for at in self.index.networks_around(address) {
            let network = self.network(at);
            if map.is_beyond(from, at) {
                continue;
            }
            let mut subnets = network.subnets.iter().filter(|s| s.subnet.contains(&address));
            let Some(subnet) = subnets.next() else { continue };
            // A macvlan's gateway is a router outside, and other machines of the
            // LAN have addresses there, too.
            let beyond = network.driver.reaches_beyond();
            if map.gateway(at, subnet) == Some(address) {
                return if beyond { Meaning::Outside } else { Meaning::Machine };
            }
            if !machines {
                return if beyond { Meaning::Outside } else { Meaning::FreeAddress(at) };
            }
        }
        if machines { Meaning::Machine } else { Meaning::Outside }
    }

    /// The container that a name is evidently meant for although it does not lead
    /// there: by a container's name, a service of the same project, an alias
    /// anywhere, a service of another project. One that runs is preferred.
    pub fn evidently(&self, from: ContainerAt, host: &str) -> Option<ContainerAt> {
        let host = host.trim_end_matches('.');
        // `db.backnet` is `db` on the network `backnet`.
        let on_network = host.rsplit_once('.').filter(|(_, tail)| self.index.is_network(tail));
        let host = on_network.map_or(host, |(head, _)| head);
        let fitting = self.index.meant(self.container(from).project(), host);
        fitting.iter().find_map(|list| list.iter().copied().find(|at| *at != from))
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
