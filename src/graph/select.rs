//! Which part of the map is asked for: names, globs, networks, projects.

use std::collections::BTreeSet;

use super::{Map, StackOwner};
use crate::error::{Error, Result};
use crate::model::{ContainerAt, NetworkAt, nearest};

/// What the user asked to see. Everything empty asks for all that is not stopped.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Names or globs of containers and networks; compose services too.
    pub names: Vec<String>,
    /// Names or globs of networks.
    pub networks: Vec<String>,
    /// Names or globs of compose projects.
    pub projects: Vec<String>,
    /// Whether stopped containers are wanted.
    pub stopped: bool,
    /// Names or globs to show the neighbourhood of.
    pub focus: Vec<String>,
    /// How far that neighbourhood goes: from containers to their networks and
    /// on to the members of those is one step.
    pub depth: u16,
}

/// The containers and networks asked for, in the snapshot's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Containers. A container that shares a network stack brings the others
    /// of that stack along: they are one thing on the map.
    pub containers: BTreeSet<ContainerAt>,
    /// Networks.
    pub networks: BTreeSet<NetworkAt>,
    /// Containers that would have been here if they were not stopped.
    pub stopped: BTreeSet<ContainerAt>,
}

/// Containers and networks, before any are left out.
type Chosen = (BTreeSet<ContainerAt>, BTreeSet<NetworkAt>);

/// Whether a name is a pattern.
pub fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// A pattern of the user's. Names are no paths, and `**` means no more than `*`.
///
/// # Errors
///
/// When the brackets of the pattern make no sense.
pub fn pattern(text: &str) -> std::result::Result<glob::Pattern, glob::PatternError> {
    let mut text = text.to_owned();
    while text.contains("**") {
        text = text.replace("**", "*");
    }
    glob::Pattern::new(&text)
}

/// A name or glob of the user's.
struct Pattern<'a> {
    text: &'a str,
    glob: Option<glob::Pattern>,
}

impl<'a> Pattern<'a> {
    fn new(text: &'a str) -> Result<Self> {
        let glob = is_pattern(text).then(|| pattern(text)).transpose();
        let glob = glob.map_err(|error| Error::Usage {
            what: format!("`{text}` is no pattern: {}", error.msg),
            hint: Some("* stands for any text, ? for one character".to_owned()),
        })?;
        Ok(Self { text, glob })
    }

    fn fits(&self, name: &str) -> bool {
        name == self.text || self.glob.as_ref().is_some_and(|glob| glob.matches(name))
    }
}

impl Map<'_> {
    /// Finds what `filter` asks for. A plain name that nothing has is an
    /// error with the nearest name; a glob that nothing fits is one, too.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchName`] and, for a glob that is none, [`Error::Usage`].
    pub fn select(&self, filter: &Filter) -> Result<Selection> {
        let mut containers: BTreeSet<ContainerAt> = self.containers().collect();
        let mut networks: BTreeSet<NetworkAt> = self.networks().collect();
        if !filter.projects.is_empty() {
            let (c, n) = self.in_projects(&filter.projects)?;
            containers = &containers & &c;
            networks = &networks & &n;
        }
        if !filter.networks.is_empty() {
            let asked = self.networks_called(&filter.networks)?;
            networks = &networks & &asked;
            let members: BTreeSet<ContainerAt> =
                asked.iter().flat_map(|network| self.members(*network)).copied().collect();
            containers = &containers & &self.with_stack(members);
        }
        if !filter.names.is_empty() {
            let (c, n) = self.called(&filter.names)?;
            containers = &containers & &c;
            networks = &networks & &n;
        }
        if !filter.focus.is_empty() {
            let (c, n) = self.around(&filter.focus, filter.depth)?;
            containers = &containers & &c;
            networks = &networks & &n;
        }
        let mut stopped = BTreeSet::new();
        if !filter.stopped {
            let named = |at: ContainerAt| {
                let mut names = filter.names.iter().chain(&filter.focus);
                names.any(|name| *name == self.container(at).name)
            };
            containers.retain(|at| {
                // Whoever names a stopped container wants to see it.
                let keep = !self.container(*at).state.is_stopped() || named(*at);
                if !keep {
                    stopped.insert(*at);
                }
                keep
            });
        }
        Ok(Selection { containers, networks, stopped })
    }

    /// Containers of the projects, and the networks that they made or are on.
    fn in_projects(&self, projects: &[String]) -> Result<Chosen> {
        let (mut containers, mut networks) = (BTreeSet::new(), BTreeSet::new());
        let of_containers = self.snapshot.containers.iter().map(|c| c.project());
        let of_networks = self.snapshot.networks.iter().map(|n| n.project.as_deref());
        let known: BTreeSet<&str> = of_containers.chain(of_networks).flatten().collect();
        for text in projects {
            let pattern = Pattern::new(text)?;
            if !known.iter().any(|project| pattern.fits(project)) {
                return Err(no_such("project", text, known.iter().copied()));
            }
            let fits = |project: Option<&str>| project.is_some_and(|project| pattern.fits(project));
            containers.extend(self.containers().filter(|at| fits(self.container(*at).project())));
            networks
                .extend(self.networks().filter(|at| fits(self.network(*at).project.as_deref())));
        }
        let containers = self.with_stack(containers);
        networks.extend(containers.iter().flat_map(|at| self.networks_of(*at)));
        Ok((containers, networks))
    }

    fn networks_called(&self, names: &[String]) -> Result<BTreeSet<NetworkAt>> {
        let mut found = BTreeSet::new();
        for text in names {
            let pattern = Pattern::new(text)?;
            let before = found.len();
            found.extend(self.networks().filter(|at| {
                let network = self.network(*at);
                pattern.fits(&network.name) || network.id == *text
            }));
            let known = self.snapshot.networks.iter().map(|n| n.name.as_str());
            if found.len() == before && !known.clone().any(|name| pattern.fits(name)) {
                return Err(no_such("network", text, known));
            }
        }
        Ok(found)
    }

    /// The containers called `name`, or whose names fit it as a glob; an error
    /// with the nearest name where there are none.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchName`] and, for a glob that is none, [`Error::Usage`].
    pub fn containers_fitting(&self, name: &str) -> Result<BTreeSet<ContainerAt>> {
        let found = self.fitting(&Pattern::new(name)?);
        if found.is_empty() {
            let known = self.snapshot.containers.iter().map(|c| c.name.as_str());
            return Err(no_such("container", name, known));
        }
        Ok(found)
    }

    fn fitting(&self, pattern: &Pattern) -> BTreeSet<ContainerAt> {
        let named = self.containers_named(pattern.text).into_iter();
        let fits = |at: &ContainerAt| pattern.fits(&self.container(*at).name);
        named.chain(self.containers().filter(fits)).collect()
    }

    /// Containers and networks called by any of `names`: a container brings
    /// its networks, a network its members.
    fn called(&self, names: &[String]) -> Result<Chosen> {
        let (mut containers, mut networks) = (BTreeSet::new(), BTreeSet::new());
        for text in names {
            let pattern = Pattern::new(text)?;
            let named = self.fitting(&pattern);
            let asked: Vec<NetworkAt> =
                self.networks().filter(|at| pattern.fits(&self.network(*at).name)).collect();
            if named.is_empty() && asked.is_empty() {
                let known = self.snapshot.containers.iter().map(|c| c.name.as_str());
                let known = known.chain(self.snapshot.networks.iter().map(|n| n.name.as_str()));
                return Err(no_such("container or network", text, known));
            }
            let named = self.with_stack(named);
            networks.extend(named.iter().flat_map(|at| self.networks_of(*at)));
            containers.extend(named);
            for network in asked {
                networks.insert(network);
                containers.extend(self.with_stack(self.members(network).iter().copied().collect()));
            }
        }
        Ok((containers, networks))
    }

    /// What is called by any of `names`, and what is within `depth` steps of it.
    fn around(&self, names: &[String], depth: u16) -> Result<Chosen> {
        let (mut containers, mut networks) = self.called(names)?;
        for _ in 0..depth {
            let before = (containers.len(), networks.len());
            networks.extend(containers.iter().flat_map(|at| self.networks_of(*at)));
            let members: BTreeSet<ContainerAt> = networks
                .iter()
                .filter(|at| !self.network(**at).is_none() && !self.network(**at).is_host())
                .flat_map(|network| self.members(*network))
                .copied()
                .collect();
            containers.extend(self.with_stack(members));
            if before == (containers.len(), networks.len()) {
                break;
            }
        }
        Ok((containers, networks))
    }

    /// The containers, and all that share a network stack with any of them.
    fn with_stack(&self, containers: BTreeSet<ContainerAt>) -> BTreeSet<ContainerAt> {
        let mut all = containers.clone();
        for at in containers {
            let owner = match self.stack_owner(at) {
                StackOwner::Other(owner) => owner,
                StackOwner::Itself | StackOwner::Missing => at,
            };
            all.insert(owner);
            all.extend(self.sidecars(owner));
        }
        all
    }
}

/// The error for a name that nothing has.
pub fn no_such<'a>(
    kind: &'static str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Error {
    Error::NoSuchName {
        kind,
        name: name.to_owned(),
        nearest: nearest(name, known.clone()).map(str::to_owned),
        known: known.map(str::to_owned).collect(),
    }
}
