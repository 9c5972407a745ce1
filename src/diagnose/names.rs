//! What a name or an address means to a container.

use std::net::IpAddr;
use std::ops::Deref;

use foldhash::HashMap;

use super::facts::{AddedHost, Facts, Listens};
use super::index::Index;
use super::neighbours::{Neighbourhoods, Neighbours};
use super::tried::{self, Tried};
use crate::model::{ContainerAt, NetworkAt, Protocol, reference};
use crate::order::OrderBy;

/// Names that lead to the engine's machine, where they lead anywhere.
const OF_THE_MACHINE: [&str; 3] =
    ["host.docker.internal", "gateway.docker.internal", "host.containers.internal"];

/// So many of one name are looked at: a service may have thousands of copies.
const MOST_ALIKE: usize = 16;

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
    /// What was tried on the wire in vain, by who tried it.
    tried: HashMap<&'a str, Vec<Tried<'a>>>,
    neighbourhoods: Neighbourhoods,
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
        let tried = tried::all(facts.map);
        let neighbourhoods = Neighbourhoods::new(&facts);
        Self { facts, index, tried, neighbourhoods }
    }

    /// The members of a network by what they are called.
    pub fn neighbours(&self, network: NetworkAt) -> &Neighbours {
        self.neighbourhoods.on(&self.facts, network)
    }

    /// What a container was seen to try on the wire, again and again and in vain.
    pub fn tried(&self, from: ContainerAt) -> &[Tried<'a>] {
        self.tried.get(&*self.container(from).name).map_or(&[], Vec::as_slice)
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
        let mut found: Option<(bool, bool, bool, ContainerAt)> = None;
        for (network, host) in self.asked_on(from, host) {
            let answering = self.index.answering(network, host);
            // Of several that are no copies of one another, the project's own is meant.
            let project = self.container(from).project();
            let is_foreign = |at: ContainerAt| self.container(at).project() != project;
            let own = self.index.ambiguous_in(network, host, project).unwrap_or_default();
            // A container that names itself means itself only if nobody else has the name.
            let other = own.iter().chain(answering).find(|at| **at != from).or(answering.first());
            let rank = |at: ContainerAt| {
                (at == from, !self.container(at).state.has_network(), is_foreign(at), at)
            };
            found = found.into_iter().chain(other.map(|at| rank(*at))).min();
        }
        let task = || self.map.service_name(from, host)?.tasks.first().copied();
        found.map(|(.., at)| at).or_else(task)
    }

    /// The networks on which a container asks for a name, and the name there:
    /// `db.backnet` is `db` on backnet.
    pub fn asked_on<'h>(
        &self,
        from: ContainerAt,
        host: &'h str,
    ) -> impl Iterator<Item = (NetworkAt, &'h str)> {
        let host = host.trim_end_matches('.');
        let networks = self.map.stack(from).into_iter().flat_map(|at| self.map.networks_of(at));
        networks.filter(|network| !self.network(*network).is_built_in()).map(move |network| {
            let ending = host.strip_suffix(self.network(network).own_name());
            (network, ending.and_then(|head| head.strip_suffix('.')).unwrap_or(host))
        })
    }

    /// Whether a legacy link gives a container this name.
    pub fn is_linked_as(&self, at: ContainerAt, host: &str) -> bool {
        let stack = self.map.stack(at).unwrap_or(at);
        self.container(stack).links.iter().any(|link| link.alias.eq_ignore_ascii_case(host))
    }

    /// The network on which a name leads a container to one or the other of several
    /// running ones that have nothing in common, and these, where there is no other
    /// network on which it is clear.
    pub fn ambiguous(&self, from: ContainerAt, host: &str) -> Option<(NetworkAt, &[ContainerAt])> {
        if self.is_linked_as(from, host) {
            return None;
        }
        let runs = |at: &ContainerAt| self.container(*at).state.has_network();
        let mut ambiguous = None;
        for (network, host) in self.asked_on(from, host) {
            // Those that run come first.
            let owners = self.index.answering(network, host);
            let owners = &owners[..owners.partition_point(runs)];
            if self.index.is_ambiguous(network, host) {
                ambiguous = ambiguous.or(Some((network, owners)));
            } else if !owners.is_empty() {
                return None;
            }
        }
        ambiguous
    }

    /// The network and the containers to which a name leads by turns, so that a port of
    /// it may be reached or not: containers that have nothing in common or, where
    /// somebody `fails`, copies of one thing some of which do not listen on it.
    pub fn by_turns(
        &self,
        from: ContainerAt,
        host: &str,
        port: Option<u16>,
        protocol: Option<Protocol>,
        fails: bool,
    ) -> Option<(NetworkAt, &[ContainerAt])> {
        let uneven = |(_, owners): &(NetworkAt, &[ContainerAt])| {
            let listens = |at: &ContainerAt| self.listens(*at, port?, protocol);
            let is_silent =
                |at: &ContainerAt| listens(at) == Some(Listens::Not) && !self.is_young(*at);
            owners.iter().any(is_silent)
                && owners.iter().any(|at| listens(at) == Some(Listens::Openly))
        };
        let copies = || self.copies(from, host).filter(|_| fails).filter(uneven);
        self.ambiguous(from, host).or_else(copies)
    }

    /// The network on which several that run have a name, and these.
    pub fn copies(&self, from: ContainerAt, host: &str) -> Option<(NetworkAt, &[ContainerAt])> {
        if self.is_planned() || self.is_linked_as(from, host) {
            return None;
        }
        let runs = |at: &ContainerAt| self.container(*at).state.has_network();
        let of_networks = self.asked_on(from, host).map(|(network, host)| {
            let owners = self.index.answering(network, host);
            (network, &owners[..owners.partition_point(runs)])
        });
        of_networks.into_iter().find(|(_, owners)| (2..=MOST_ALIKE).contains(&owners.len()))
    }

    /// The containers that a name leads another to right now, on all networks
    /// that it asks, those that run.
    pub fn answering(&self, from: ContainerAt, host: &str) -> Vec<ContainerAt> {
        let on_networks = self.asked_on(from, host).flat_map(|(network, host)| {
            let answering = self.index.answering(network, host).iter().copied();
            answering.take_while(|at| self.container(*at).state.has_network())
        });
        let mut answering: Vec<ContainerAt> = on_networks.collect();
        answering.order();
        answering.dedup();
        answering
    }

    /// The container of a container's own project that a name belongs to: the
    /// one of that service, or of that name. One that runs is preferred.
    pub fn own(&self, from: ContainerAt, host: &str) -> Option<ContainerAt> {
        let project = self.container(from).project()?;
        let [named, services, _] = self.index.meant(Some(project), host.trim_end_matches('.'));
        let own = |at: &ContainerAt| {
            let container = self.container(*at);
            *at != from && container.project() == Some(project) && !container.is_one_off()
        };
        services.iter().chain(named).copied().find(own)
    }

    /// What a host means to a container.
    pub fn meaning(&self, from: ContainerAt, host: &str) -> Meaning {
        if reference::is_loopback(host) {
            return Meaning::Itself;
        }
        if host.is_empty() {
            return Meaning::NobodysName;
        }
        let own = self.container(from);
        let is = |name: &str| name.eq_ignore_ascii_case(host);
        if is(own.network_name()) || is(&own.hostname) {
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
        // What is called `peer0.example.com` is `peer0` to itself, where nobody else is.
        let begins = |name: &str| name.split_once('.').is_some_and(|(head, _)| is(head));
        let service = own.compose.service.as_deref().unwrap_or_default();
        if [&own.hostname, service].into_iter().any(begins) && self.resolved(from, host).is_none() {
            return Meaning::Itself;
        }
        if let Some(at) = self.resolved(from, host) {
            // Who is down has no name, and the own one is rather meant.
            let own = || self.own(from, host).filter(|_| !self.container(at).state.has_network());
            return Meaning::Named(own().unwrap_or(at));
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
        let project = self.container(from).project();
        let around = || self.project_around(from, host);
        let fitting = self.index.meant(project.or_else(around), host);
        let others =
            || fitting.iter().flat_map(|list| list.iter().copied()).filter(|at| *at != from);
        // What `compose run` made does not go by its service's name.
        let best = others().find(|at| !self.container(*at).is_one_off());
        let best = best.or_else(|| others().next())?;
        (project.is_some() || self.is_clear(from, host, best, others())).then_some(best)
    }

    /// The container of another project that alone, with its copies, has a name which
    /// in a container's own project nobody has.
    pub fn of_strangers(&self, from: ContainerAt, host: &str) -> Option<ContainerAt> {
        let mut called = self.index.meant(None, host).into_iter().flatten().copied();
        let first = called.next()?;
        let project = self.container(first).project()?;
        let is_of_it = |at: ContainerAt| self.container(at).project() == Some(project);
        let is_foreign = self.container(from).project() != Some(project);
        (is_foreign && called.take(MOST_ALIKE).all(is_of_it)).then_some(first)
    }

    /// The project that a container of none moves in: that of a network of its
    /// own in which a name means somebody.
    fn project_around(&self, from: ContainerAt, host: &str) -> Option<&'a str> {
        let networks = self.map.stack(from).into_iter().flat_map(|at| self.map.networks_of(at));
        let mut projects = networks.filter_map(|network| self.network(network).project.as_deref());
        projects.find(|project| {
            let [_, services, aliases] = self.index.meant(Some(project), host);
            !services.is_empty() || !aliases.is_empty()
        })
    }

    /// Whether it is clear whom a container of no project means: one that is called
    /// so, that it shares a network with, or whose project alone has the name.
    fn is_clear(
        &self,
        from: ContainerAt,
        host: &str,
        best: ContainerAt,
        others: impl Iterator<Item = ContainerAt>,
    ) -> bool {
        let project = self.container(best).project();
        self.container(best).name.eq_ignore_ascii_case(host)
            || !self.shared(from, best).is_empty()
            || others.take(MOST_ALIKE).all(|at| self.container(at).project() == project)
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
