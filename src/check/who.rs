//! Whom the names in a check file mean: containers, networks, patterns, and
//! the crowd that quantifiers speak of.

use std::collections::BTreeSet;

use super::{CheckFile, Sources};
use crate::graph::{Map, is_pattern, pattern};
use crate::model::{ContainerAt, NetworkAt, nearest};

/// Finds containers and networks on a map.
#[derive(Debug)]
pub struct Who<'a> {
    map: &'a Map<'a>,
    /// The containers that quantifiers speak of: those that run, as far as
    /// the file and the command line let them in.
    everybody: BTreeSet<ContainerAt>,
}

/// What is said of a name that nothing has.
type Missing = String;

impl<'a> Who<'a> {
    /// `chosen` are the containers that the command line lets in.
    pub fn new(map: &'a Map<'a>, file: &CheckFile, chosen: &BTreeSet<ContainerAt>) -> Self {
        let among = |at: ContainerAt| {
            let container = map.container(at);
            let fits = |pattern: &String| {
                matches(pattern, &container.name)
                    || container.compose.service.as_deref().is_some_and(|s| matches(pattern, s))
            };
            let of_project = |pattern: &String| {
                container.project().is_some_and(|project| matches(pattern, project))
            };
            (file.among.is_empty() || file.among.iter().any(fits))
                && (file.projects.is_empty() || file.projects.iter().any(of_project))
        };
        let everybody = chosen
            .iter()
            .copied()
            .filter(|at| map.container(*at).state.has_network() && among(*at))
            .collect();
        Self { map, everybody }
    }

    /// The containers that quantifiers speak of.
    pub fn everybody(&self) -> &BTreeSet<ContainerAt> {
        &self.everybody
    }

    /// The containers that a name means; for a pattern, those that run.
    pub fn containers(&self, name: &str) -> Result<Vec<ContainerAt>, Missing> {
        if is_pattern(name) {
            let found: Vec<ContainerAt> = match name {
                "*" => self.everybody.iter().copied().collect(),
                _ => self
                    .map
                    .containers()
                    .filter(|at| {
                        let container = self.map.container(*at);
                        container.state.has_network() && matches(name, &container.name)
                    })
                    .collect(),
            };
            return if found.is_empty() {
                Err(format!("no running container fits {name}"))
            } else {
                Ok(found)
            };
        }
        let found = self.map.containers_named(name);
        if found.is_empty() { Err(self.no_container(name)) } else { Ok(found) }
    }

    /// The containers that answer to a name: by their own name or a network alias.
    pub fn answering_to(&self, name: &str) -> Result<Vec<ContainerAt>, Missing> {
        if is_pattern(name) || !self.map.containers_named(name).is_empty() {
            return self.containers(name);
        }
        let found: Vec<ContainerAt> = self
            .map
            .containers()
            .filter(|at| {
                let container = self.map.container(*at);
                container.endpoints.iter().any(|e| container.names_on(e).contains(&name))
            })
            .collect();
        if found.is_empty() { Err(self.no_container(name)) } else { Ok(found) }
    }

    fn no_container(&self, name: &str) -> Missing {
        let containers = &self.map.snapshot().containers;
        let names = containers.iter().map(|container| container.name.as_str());
        let services = containers.iter().filter_map(|c| c.compose.service.as_deref());
        missing("container", name, names.chain(services))
    }

    /// The network that a name means: the engine's name for it, or compose's,
    /// which lacks the project in front.
    pub fn network(&self, name: &str) -> Result<NetworkAt, Missing> {
        let networks = &self.map.snapshot().networks;
        let of_project = |at: &NetworkAt| {
            let network = &networks[*at];
            let project = network.project.as_deref().and_then(|p| network.name.strip_prefix(p));
            project.and_then(|rest| rest.strip_prefix('_')) == Some(name)
        };
        self.map
            .networks()
            .find(|at| networks[*at].name == name || (!name.is_empty() && networks[*at].id == name))
            .or_else(|| self.map.networks().find(of_project))
            .ok_or_else(|| {
                missing("network", name, networks.iter().map(|network| network.name.as_str()))
            })
    }

    /// The containers that use a network: its members and who rides with them.
    pub fn on_network(&self, network: NetworkAt) -> BTreeSet<ContainerAt> {
        let members = self.map.members(network).iter().copied();
        members
            .flat_map(|member| {
                std::iter::once(member).chain(self.map.sidecars(member).iter().copied())
            })
            .collect()
    }

    /// Where arrows begin, and whether a quantifier says so.
    pub fn sources(&self, sources: &Sources) -> Result<(Vec<ContainerAt>, bool), Missing> {
        let all = || {
            if self.everybody.is_empty() {
                Err("there is no running container to speak of".to_owned())
            } else {
                Ok(self.everybody.iter().copied())
            }
        };
        match sources {
            Sources::Named(names) => {
                let mut found = Vec::new();
                for name in names {
                    found.extend(self.containers(name)?);
                }
                Ok((found, names.iter().any(|name| is_pattern(name))))
            }
            Sources::Everybody => Ok((all()?.collect(), true)),
            Sources::On(network) => {
                let on = self.on_network(self.network(network)?);
                Ok((all()?.filter(|at| on.contains(at)).collect(), true))
            }
            Sources::Outside(network) => {
                let on = self.on_network(self.network(network)?);
                Ok((all()?.filter(|at| !on.contains(at)).collect(), true))
            }
            Sources::AllBut(names) => {
                let mut but = BTreeSet::new();
                for name in names {
                    but.extend(self.containers(name)?);
                }
                Ok((all()?.filter(|at| !but.contains(at)).collect(), true))
            }
        }
    }
}

/// Whether a name is what `text` says or fits it. What is no pattern after
/// all fits nothing but itself.
fn matches(text: &str, name: &str) -> bool {
    text == name || (is_pattern(text) && pattern(text).is_ok_and(|glob| glob.matches(name)))
}

fn missing<'n>(kind: &str, name: &str, known: impl Iterator<Item = &'n str>) -> Missing {
    match nearest(name, known) {
        Some(near) => format!("there is no {kind} {name}; did you mean {near}?"),
        None => format!("there is no {kind} {name}"),
    }
}
