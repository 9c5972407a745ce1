//! By which names the file calls containers and networks.

use std::collections::{BTreeMap, BTreeSet};

use super::text::is_ordinary;
use crate::check::who::Who;
use crate::graph::Map;
use crate::model::{ContainerAt, NetworkAt};

/// The names of containers and networks in the file. Compose puts the project's name
/// into them, which is mostly that of a folder: with the names that the compose file
/// has for them, the file holds wherever that folder is.
pub(super) struct Called<'w, 'a> {
    map: &'w Map<'a>,
    who: &'w Who<'a>,
    /// Whether all that have a project are of one, so that such names mean no others.
    is_one_project: bool,
    /// For each name by which containers know others whose it is, if it is only one's.
    only_owner: BTreeMap<&'w str, Option<ContainerAt>>,
}

impl<'w, 'a> Called<'w, 'a> {
    pub fn new(map: &'w Map<'a>, who: &'w Who<'a>, chosen: &BTreeSet<ContainerAt>) -> Self {
        let of_project = |at: &ContainerAt| map.container(*at).project();
        let projects: BTreeSet<&str> = chosen.iter().filter_map(of_project).collect();
        let mut called =
            Self { map, who, is_one_project: projects.len() == 1, only_owner: BTreeMap::new() };
        if called.is_one_project {
            called.add_owners();
        }
        called
    }

    fn add_owners(&mut self) {
        for at in self.map.containers() {
            let container = self.map.container(at);
            let names = container.endpoints.iter().flat_map(|e| container.names_on(e));
            for name in names.collect::<BTreeSet<&str>>() {
                self.only_owner.entry(name).and_modify(|owner| *owner = None).or_insert(Some(at));
            }
        }
    }

    /// What the file calls a container: its service, where that means no other.
    pub fn container(&self, at: ContainerAt) -> &'w str {
        let container = self.map.container(at);
        let service = container.compose.service.as_deref().filter(|service| {
            self.is_one_project
                && is_ordinary(service)
                && self.only_owner.get(service).is_none_or(|owner| *owner == Some(at))
                && self.who.containers(service).is_ok_and(|found| found == [at])
        });
        service.unwrap_or(&container.name)
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
        containers.iter().any(|at| self.container(*at) != self.map.container(*at).name)
    }
}
