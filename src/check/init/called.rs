//! By which names the file calls containers and networks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::text::is_ordinary;
use crate::check::facts::claimed_of_any;
use crate::check::who::Who;
use crate::graph::Map;
use crate::model::{ContainerAt, NetworkAt};
use crate::order::Ordered;

/// The names of containers and networks in the file. Compose puts the project's name
/// into them, which is mostly that of a folder, and a number: with the names that the
/// compose file has for them, the file holds wherever that folder is, and however many
/// containers a service is scaled to.
pub(super) struct Called<'w, 'a> {
    map: &'w Map<'a>,
    who: &'w Who<'a>,
    /// Whether all that have a project are of one, so that such names mean no others.
    is_one_project: bool,
    /// Those that are called by their service.
    services: HashMap<ContainerAt, &'w str>,
    /// Of those services that have several containers, these, in order.
    copies: HashMap<&'w str, Vec<ContainerAt>>,
}

impl<'w, 'a> Called<'w, 'a> {
    pub fn new(map: &'w Map<'a>, who: &'w Who<'a>, chosen: &BTreeSet<ContainerAt>) -> Self {
        let of_project = |at: &ContainerAt| map.container(*at).project();
        let projects: BTreeSet<&str> = chosen.iter().filter_map(of_project).into_set();
        let (is_one_project, services, copies) =
            (projects.len() == 1, HashMap::new(), HashMap::new());
        let mut called = Self { map, who, is_one_project, services, copies };
        if is_one_project {
            called.add_services(chosen);
        }
        called
    }

    fn add_services(&mut self, chosen: &BTreeSet<ContainerAt>) {
        let mut services: BTreeMap<&'w str, Vec<ContainerAt>> = BTreeMap::new();
        for at in chosen {
            if let Some(service) = self.map.container(*at).compose.service.as_deref() {
                services.entry(service).or_default().push(*at);
            }
        }
        let owners = self.owners(&services);
        for (service, of) in services {
            let is_theirs = |owner: &ContainerAt| of.contains(owner);
            let means_no_other = is_ordinary(service)
                && owners.get(service).into_iter().flatten().all(is_theirs)
                && self
                    .who
                    .containers(service)
                    .is_ok_and(|found| found.len() == of.len() && found.iter().all(is_theirs));
            if means_no_other && self.are_alike(&of) {
                self.services.extend(of.iter().map(|at| (*at, service)));
                if of.len() > 1 {
                    self.copies.insert(service, of);
                }
            }
        }
    }

    /// Of services' names by which containers know others whose they are.
    fn owners(
        &self,
        services: &BTreeMap<&'w str, Vec<ContainerAt>>,
    ) -> HashMap<&'w str, BTreeSet<ContainerAt>> {
        let mut owners: HashMap<&str, BTreeSet<ContainerAt>> = HashMap::new();
        for at in self.map.containers() {
            let container = self.map.container(at);
            let names = container.endpoints.iter().flat_map(|e| container.names_on(e));
            for name in names.filter(|name| services.contains_key(name)) {
                owners.entry(name).or_default().insert(at);
            }
        }
        owners
    }

    /// Whether the same can be said of all of a service, with whom they reach aside.
    fn are_alike(&self, of: &[ContainerAt]) -> bool {
        let Some((first, others)) = of.split_first().filter(|(_, others)| !others.is_empty())
        else {
            return true;
        };
        let what = |at: ContainerAt| {
            let container = self.map.container(at);
            let owner = self.map.stack(at);
            let networks: BTreeSet<NetworkAt> =
                owner.into_iter().flat_map(|owner| self.map.networks_of(owner)).into_set();
            let ports: BTreeSet<String> = claimed_of_any(container).into_iter().into_set();
            (container.state, container.health, owner == Some(at), networks, ports)
        };
        let is_usual = |at: &ContainerAt| {
            let container = self.map.container(*at);
            is_ordinary(&container.name) && !container.is_one_off()
        };
        let like = what(*first);
        of.iter().all(is_usual) && others.iter().all(|at| what(*at) == like)
    }

    /// What the file calls a container: its service, or the pod whose network it holds,
    /// where that means no other.
    pub fn container(&self, at: ContainerAt) -> &'w str {
        let service = self.services.get(&at).copied();
        service.or_else(|| self.pod(at)).unwrap_or(&self.map.container(at).name)
    }

    /// The pod whose network a container holds. The container's own name is another one
    /// each time that the pod is made.
    fn pod(&self, at: ContainerAt) -> Option<&'w str> {
        let means_no_other = |pod: &&str| {
            is_ordinary(pod) && self.who.containers(pod).is_ok_and(|found| found == [at])
        };
        self.map.container(at).held_pod().filter(means_no_other)
    }

    /// What tells a container from copies of it, for which the file has one name.
    pub fn apart(&self, at: ContainerAt) -> &'w str {
        if self.copies(at).is_empty() { self.container(at) } else { &self.map.container(at).name }
    }

    /// The containers for which the file has one name, this and others; none if it is
    /// the only one.
    pub fn copies(&self, at: ContainerAt) -> &[ContainerAt] {
        let copies = self.services.get(&at).and_then(|service| self.copies.get(service));
        copies.map_or(&[], Vec::as_slice)
    }

    /// Whether another that the file calls the same comes before it.
    pub fn is_further(&self, at: ContainerAt) -> bool {
        self.copies(at).first().is_some_and(|first| *first != at)
    }

    /// What the file calls these, each once.
    pub fn each_once(&self, all: &[ContainerAt]) -> Vec<&'w str> {
        let mut seen = HashSet::new();
        let names = all.iter().map(|at| self.container(*at));
        names.filter(|name| seen.insert(*name)).collect()
    }

    /// What the file calls those who reach a container, each once: a service where all
    /// of it do, but for the container itself.
    pub fn sources(&self, of: &[ContainerAt], to: ContainerAt) -> Vec<&'w str> {
        let reaching: HashSet<ContainerAt> = of.iter().copied().collect();
        let reaches = |copy: &ContainerAt| *copy == to || reaching.contains(copy);
        let (mut seen, mut whole) = (HashSet::new(), HashMap::new());
        let names = of.iter().map(|at| {
            let copies = self.copies(*at);
            let mut is_all =
                || *whole.entry(copies.first()).or_insert_with(|| copies.iter().all(reaches));
            if copies.is_empty() || is_all() { self.container(*at) } else { self.apart(*at) }
        });
        names.filter(|name| seen.insert(*name)).collect()
    }

    /// Whether it has one name for several.
    pub fn has_copies(&self) -> bool {
        !self.copies.is_empty()
    }

    /// What the file calls a network: what the compose file does, where that means no other.
    pub fn network(&self, at: NetworkAt) -> &'w str {
        let network = self.map.network(at);
        let short = network.compose_name().filter(|short| {
            self.is_one_project && is_ordinary(short) && self.who.network(short) == Ok(at)
        });
        short.unwrap_or(&network.name)
    }

    /// Whether it calls any otherwise than the engine does.
    pub fn is_short(&self, containers: &[ContainerAt]) -> bool {
        let is_other = |at: &ContainerAt| {
            let service = self.services.get(at);
            service.is_some_and(|service| *service != self.map.container(*at).name)
        };
        containers.iter().any(is_other)
    }
}
