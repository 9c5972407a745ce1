//! Which part of the map is asked for: names, globs, networks, projects.

use std::collections::{BTreeMap, BTreeSet};

use super::{Map, StackOwner};
use crate::error::{Error, Result};
use crate::model::words::{count, listed};
use crate::model::{ContainerAt, Natural, NetworkAt, nearest, nearest_called};
use crate::order::{OrderBy, Ordered};

/// What the user asked to see. Everything empty asks for all that is not stopped.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Names or globs of containers and networks; what a compose file calls them, too.
    /// With `!` in front it leaves out what it fits.
    pub names: Vec<String>,
    /// Names or globs of networks; what a compose file calls them, too.
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

/// What a selection leaves out although it is on the selection's networks: it
/// can reach what is selected, and be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strangers {
    /// Names of the containers, by name of the network.
    by_network: BTreeMap<String, Vec<String>>,
}

impl Strangers {
    /// Those on the network of this name, sorted.
    pub fn on(&self, network: &str) -> &[String] {
        self.by_network.get(network).map_or(&[], Vec::as_slice)
    }

    /// The names of the networks, each with those that are left out on it.
    pub fn by_network(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.by_network.iter().map(|(network, names)| (network.as_str(), names.as_slice()))
    }

    /// Whether nobody is left out.
    pub fn is_empty(&self) -> bool {
        self.by_network.is_empty()
    }

    /// `edge has 2 more members: blog and proxy.` for each network.
    pub fn sentences(&self) -> Vec<String> {
        let sentence = |(network, strangers): (&String, &Vec<String>)| {
            let mut names: Vec<&str> = strangers.iter().map(String::as_str).collect();
            names.order_by_key(|name| Natural(*name));
            let more = count(names.len(), "more member");
            format!("{network} has {more}: {}.", listed(&names, 6))
        };
        let mut all: Vec<_> = self.by_network.iter().collect();
        all.order_by_key(|(network, _)| Natural(*network));
        all.into_iter().map(sentence).collect()
    }

    /// Together with those that somebody else left out.
    pub fn and(mut self, other: Self) -> Self {
        for (network, strangers) in other.by_network {
            let all = self.by_network.entry(network).or_default();
            all.extend(strangers);
            all.sort_unstable();
            all.dedup();
        }
        self
    }
}

/// Containers and networks, before any are left out.
pub type Chosen = (BTreeSet<ContainerAt>, BTreeSet<NetworkAt>);

/// Whether a name is a pattern.
pub fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// Whether a name asks to leave out what fits the rest of it.
fn is_exclusion(name: &str) -> bool {
    name.len() > 1 && name.starts_with('!')
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

/// The error for a pattern of the user's that makes no sense.
pub fn no_pattern(text: &str, error: &glob::PatternError) -> Error {
    Error::Usage {
        what: format!("`{text}` is no pattern: {}", error.msg),
        hint: Some("* stands for any text, ? for one character".to_owned()),
    }
}

/// A name or glob of the user's.
struct Pattern<'a> {
    text: &'a str,
    glob: Option<glob::Pattern>,
}

impl<'a> Pattern<'a> {
    fn new(text: &'a str) -> Result<Self> {
        let glob = is_pattern(text).then(|| pattern(text)).transpose();
        let glob = glob.map_err(|error| no_pattern(text, &error))?;
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
        let mut containers: BTreeSet<ContainerAt> = self.containers().into_set();
        let mut networks: BTreeSet<NetworkAt> = self.networks().into_set();
        if !filter.projects.is_empty() {
            let (c, n) = self.in_projects(&filter.projects)?;
            containers = &containers & &c;
            networks = &networks & &n;
        }
        if !filter.networks.is_empty() {
            let asked = self.networks_called(&filter.networks)?;
            networks = &networks & &asked;
            let members: BTreeSet<ContainerAt> =
                asked.iter().flat_map(|network| self.members(*network)).copied().into_set();
            containers = &containers & &self.with_stack(members);
        }
        let (left_out, named): (Vec<&str>, Vec<&str>) =
            filter.names.iter().map(String::as_str).partition(|name| is_exclusion(name));
        if !named.is_empty() {
            let (c, n) = self.called(&named)?;
            containers = &containers & &c;
            networks = &networks & &n;
        }
        if !left_out.is_empty() {
            let (c, n) = self.left_out(&left_out)?;
            containers = &containers - &c;
            networks = &networks - &n;
        }
        if !filter.focus.is_empty() {
            let focus: Vec<&str> = filter.focus.iter().map(String::as_str).collect();
            let (c, n) = self.around(&focus, filter.depth)?;
            containers = &containers & &c;
            networks = &networks & &n;
        }
        let mut stopped = BTreeSet::new();
        if !filter.stopped {
            let named = |at: ContainerAt| {
                let mut names = filter.names.iter().chain(&filter.focus);
                names.any(|name| self.containers_named(name).contains(&at))
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

    /// Running members of the selected networks that are not selected.
    pub fn strangers(&self, selection: &Selection) -> Strangers {
        let mut strangers = Strangers::default();
        for at in &selection.networks {
            let network = self.network(*at);
            // Whoever publishes a port of a swarm is on its ingress network.
            if network.is_none() || network.is_host() || network.ingress {
                continue;
            }
            let left_out = |member: &&ContainerAt| {
                let is_stopped = self.container(**member).state.is_stopped();
                !is_stopped && !selection.containers.contains(member)
            };
            let members = self.members(*at).iter().filter(left_out);
            let mut names: Vec<String> =
                members.map(|member| self.container(*member).name.clone()).collect();
            names.sort_unstable();
            if !names.is_empty() {
                strangers.by_network.entry(network.name.clone()).or_default().extend(names);
            }
        }
        strangers
    }

    /// Containers of the projects, and the networks that they made or are on.
    fn in_projects(&self, projects: &[String]) -> Result<Chosen> {
        let (mut containers, mut networks) = (BTreeSet::new(), BTreeSet::new());
        let of_containers = self.snapshot.containers.iter().map(|c| c.project());
        let of_networks = self.snapshot.networks.iter().map(|n| n.project.as_deref());
        let known: BTreeSet<Natural<&str>> =
            of_containers.chain(of_networks).flatten().map(Natural).into_set();
        for text in projects {
            let pattern = Pattern::new(text)?;
            if !known.iter().any(|project| pattern.fits(project.0)) {
                return Err(no_such("project", text, known.iter().map(|project| project.0)));
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
            let asked = |at: &NetworkAt| {
                let network = self.network(*at);
                pattern.fits(&network.name) || network.id == *text
            };
            let mut asked: BTreeSet<NetworkAt> = self.networks().filter(asked).into_set();
            if asked.is_empty() {
                asked = self.networks_of_files(text);
            }
            if asked.is_empty() {
                let known = self.snapshot.networks.iter().map(|n| n.name.as_str());
                return Err(no_such("network", text, known));
            }
            found.extend(asked);
        }
        Ok(found)
    }

    /// The networks that compose files call so, of whatever project, as services are.
    fn networks_of_files(&self, name: &str) -> BTreeSet<NetworkAt> {
        self.networks().filter(|at| self.network(*at).compose_name() == Some(name)).into_set()
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
            return Err(self.no_such_container("container", name, &[]));
        }
        Ok(found)
    }

    /// The error for a name that no container has, nor any of these networks.
    /// Whoever names a service that is nearly there is told its container.
    fn no_such_container(&self, kind: &'static str, name: &str, networks: &[&str]) -> Error {
        let containers = self.snapshot.containers.iter();
        let services = containers.clone().flat_map(|c| {
            let services = [c.compose.service.as_deref(), c.task_of.as_deref()];
            services.into_iter().flatten().map(|service| (service, c.name.as_str()))
        });
        let names = containers.map(|c| c.name.as_str()).chain(networks.iter().copied());
        let called = names.clone().map(|name| (name, name)).chain(services);
        Error::NoSuchName {
            kind,
            name: name.to_owned(),
            nearest: nearest_called(name, called).map(str::to_owned),
            known: names.map(str::to_owned).collect(),
        }
    }

    fn fitting(&self, pattern: &Pattern) -> BTreeSet<ContainerAt> {
        let named = self.containers_named(pattern.text).into_iter();
        let fits = |at: &ContainerAt| pattern.fits(&self.container(*at).name);
        named.chain(self.containers().filter(fits)).into_set()
    }

    /// The containers and networks that a name of the user's stands for: their
    /// own, a service's, or a glob.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchName`] and, for a glob that is none, [`Error::Usage`].
    pub fn meant_by(&self, name: &str) -> Result<Chosen> {
        let pattern = Pattern::new(name)?;
        let named = self.fitting(&pattern);
        let mut asked: BTreeSet<NetworkAt> =
            self.networks().filter(|at| pattern.fits(&self.network(*at).name)).into_set();
        if named.is_empty() && asked.is_empty() {
            asked = self.networks_of_files(name);
        }
        if named.is_empty() && asked.is_empty() {
            let known: Vec<&str> = self.snapshot.networks.iter().map(|n| n.name.as_str()).collect();
            return Err(self.no_such_container("container or network", name, &known));
        }
        Ok((named, asked))
    }

    /// The containers and the networks that fit any of `names`, each without
    /// what it brings along.
    fn fitting_any(&self, names: &[&str]) -> Result<Chosen> {
        let (mut containers, mut networks) = (BTreeSet::new(), BTreeSet::new());
        for name in names {
            let (named, asked) = self.meant_by(name)?;
            containers.extend(named);
            networks.extend(asked);
        }
        Ok((containers, networks))
    }

    /// Containers and networks called by any of `names`: a container brings
    /// its networks, a network its members.
    fn called(&self, names: &[&str]) -> Result<Chosen> {
        let (named, mut networks) = self.fitting_any(names)?;
        let mut containers = self.with_stack(named);
        let members: BTreeSet<ContainerAt> =
            networks.iter().flat_map(|network| self.members(*network)).copied().into_set();
        networks.extend(containers.iter().flat_map(|at| self.networks_of(*at)));
        containers.extend(self.with_stack(members));
        Ok((containers, networks))
    }

    /// What `!NAME` leaves out: a container with those that live in its network
    /// stack, a network with those that are on nothing else.
    fn left_out(&self, names: &[&str]) -> Result<Chosen> {
        let names: Vec<&str> = names.iter().map(|name| &name[1..]).collect();
        let (mut containers, networks) = self.fitting_any(&names)?;
        if !networks.is_empty() {
            let loses_all = |at: &ContainerAt| {
                let mut own = self.networks_of(*at).peekable();
                own.peek().is_some() && own.all(|network| networks.contains(&network))
            };
            containers.extend(self.containers().filter(loses_all));
        }
        let guests: Vec<ContainerAt> =
            containers.iter().flat_map(|at| self.sidecars(*at)).copied().collect();
        containers.extend(guests);
        Ok((containers, networks))
    }

    /// What is called by any of `names`, and what is within `depth` steps of it.
    fn around(&self, names: &[&str], depth: u16) -> Result<Chosen> {
        let (mut containers, mut networks) = self.called(names)?;
        for _ in 0..depth {
            let before = (containers.len(), networks.len());
            networks.extend(containers.iter().flat_map(|at| self.networks_of(*at)));
            let members: BTreeSet<ContainerAt> = networks
                .iter()
                .filter(|at| !self.network(**at).is_none() && !self.network(**at).is_host())
                .flat_map(|network| self.members(*network))
                .copied()
                .into_set();
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
