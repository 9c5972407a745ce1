//! What the members of a network are called, for who asks which of them is meant by a
//! name that nobody has: made when the first does, so that each of thousands takes
//! little work.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;

use super::facts::Facts;
use crate::model::{
    Container, ContainerAt, Distance, KnownNames, Nearest, NetworkAt, PerNetwork, Wanted,
};

/// Containers; mostly there is one.
type Few = SmallVec<[ContainerAt; 2]>;

/// How near a name is, and the name.
pub type Found = (Distance, Rc<str>);

/// What was found of hosts with ports.
type FoundOf = HashMap<(String, Option<u16>), Option<Found>>;

/// The members of each network by what they are called.
pub struct Neighbourhoods(PerNetwork<OnceCell<Neighbours>>);

impl Neighbourhoods {
    /// Of the networks of these facts, with nobody looked at yet.
    pub fn new(facts: &Facts) -> Self {
        Self(facts.networks().map(|_| OnceCell::new()).collect())
    }

    /// The members of a network.
    pub fn on(&self, facts: &Facts, network: NetworkAt) -> &Neighbours {
        self.0[network].get_or_init(|| Neighbours::new(facts, network))
    }
}

/// The members of a network by what they are called.
#[derive(Default)]
pub struct Neighbours {
    /// What they may be called in any case.
    called: KnownNames,
    /// What Compose made up for them, which counts where somebody writes the project's
    /// name as well.
    made_up: KnownNames,
    projects: HashSet<String>,
    /// By any of these names, who has it; in the members' order.
    owners: HashMap<String, Few>,
    /// Likewise, by the container's own name.
    named: HashMap<String, Few>,
    /// Likewise, by the names that Compose gives to containers and gave once, whatever
    /// these are called now.
    by_compose: HashMap<String, Few>,
    /// Of those that were asked for before.
    found: RefCell<FoundOf>,
}

impl Neighbours {
    fn new(facts: &Facts, network: NetworkAt) -> Self {
        let mut neighbours = Self::default();
        let (mut called, mut made_up) = (Vec::new(), Vec::new());
        for at in facts.map.members(network) {
            let container = facts.container(*at);
            let mut add = |name: &str| {
                let owners = neighbours.owners.entry(name.to_owned()).or_default();
                if owners.last() != Some(at) {
                    owners.push(*at);
                }
            };
            for name in chosen_names(facts, network, *at) {
                add(name);
                called.push(name);
            }
            let name = container.name.as_str();
            add(name);
            neighbours.named.entry(name.to_owned()).or_default().push(*at);
            match project_of_made_up(container) {
                Some(project) => {
                    neighbours.projects.insert(project.to_owned());
                    made_up.push(name);
                }
                None => called.push(name),
            }
            for name in names_by_compose(container).into_iter().flatten() {
                neighbours.by_compose.entry(name).or_default().push(*at);
            }
        }
        neighbours.called = KnownNames::new(called);
        neighbours.made_up = KnownNames::new(made_up);
        neighbours
    }

    /// The nearest of their names that fits a host. Those that Compose made up are among
    /// them, where the host begins with any of their projects.
    pub fn nearest(&self, host: &str, fits: impl Fn(&str) -> bool) -> Option<Nearest<'_>> {
        let wanted = Wanted::new(host);
        let called = self.called.nearest(&wanted, &fits);
        let ends = (0..=host.len()).filter(|end| host.is_char_boundary(*end));
        let mut beginnings = ends.map(|end| &host[..end]);
        let of_project = beginnings.any(|beginning| self.projects.contains(beginning));
        let made_up = of_project.then(|| self.made_up.nearest(&wanted, &fits)).flatten();
        called.into_iter().chain(made_up).min_by(Nearest::cmp)
    }

    /// Who was found of a host with a port, which is looked for once.
    pub fn once(
        &self,
        host: &str,
        port: Option<u16>,
        fits: impl Fn(&str) -> bool,
    ) -> Option<Found> {
        let mut found = self.found.borrow_mut();
        let find = || self.nearest(host, fits).map(|(distance, name)| (distance, name.into()));
        found.entry((host.to_owned(), port)).or_insert_with(find).clone()
    }

    /// Those that may be called so.
    pub fn owners(&self, name: &str) -> &[ContainerAt] {
        self.owners.get(name).map_or(&[], SmallVec::as_slice)
    }

    /// Those whose own name it is.
    pub fn named(&self, name: &str) -> &[ContainerAt] {
        self.named.get(name).map_or(&[], SmallVec::as_slice)
    }

    /// Those that Compose calls so, or once did.
    pub fn called_by_compose(&self, name: &str) -> &[ContainerAt] {
        self.by_compose.get(name).map_or(&[], SmallVec::as_slice)
    }
}

/// What a member of a network may be called by somebody who writes this host.
pub fn called<'a>(
    facts: &Facts<'a>,
    network: NetworkAt,
    at: ContainerAt,
    host: &str,
) -> Vec<&'a str> {
    let container = facts.container(at);
    let is_made_up =
        project_of_made_up(container).is_some_and(|project| !host.starts_with(project));
    let mut called = chosen_names(facts, network, at);
    let own = container.held_pod().unwrap_or(&container.name);
    called.extend((!is_made_up).then_some(own));
    called
}

/// The names that somebody chose for a member of a network, besides its own.
fn chosen_names<'a>(facts: &Facts<'a>, network: NetworkAt, at: ContainerAt) -> Vec<&'a str> {
    let container = facts.container(at);
    let endpoint = facts.map.endpoint_on(at, network);
    let mut names = endpoint.map_or_else(Vec::new, |endpoint| container.chosen_names_on(endpoint));
    names.extend(container.compose.service.as_deref());
    names
}

/// The project with whose name the container's begins that Compose made up, as others may.
fn project_of_made_up(container: &Container) -> Option<&str> {
    let project = container.project().filter(|project| container.name.starts_with(project));
    project.filter(|_| container.compose.service.is_some())
}

/// The names that Compose gives to a container, as it does now and as it once did.
fn names_by_compose(container: &Container) -> Option<[String; 2]> {
    let compose = &container.compose;
    let (project, service) = (compose.project.as_ref()?, compose.service.as_ref()?);
    let number = compose.replica?;
    Some(['-', '_'].map(|dash| format!("{project}{dash}{service}{dash}{number}")))
}
