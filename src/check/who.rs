//! Whom the names in a check file mean: containers, networks, patterns, and
//! the crowd that quantifiers speak of.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};

use super::{CheckFile, Sources};
use crate::graph::{Map, is_pattern, pattern};
use crate::model::{ContainerAt, Finding, NetworkAt, nearest};
use crate::order::Ordered;

/// Finds containers and networks on a map.
#[derive(Debug)]
pub struct Who<'a> {
    map: &'a Map<'a>,
    /// The containers that quantifiers speak of: those that run, as far as
    /// the file and the command line let them in.
    everybody: BTreeSet<ContainerAt>,
    /// Those that run and are left out for their project, or by the command line.
    strangers: BTreeSet<ContainerAt>,
    /// The projects that the file is about; empty for all.
    projects: &'a [String],
    /// Patterns of those whom it lets in; empty for all.
    among: &'a [String],
    /// Those of the file's projects, by their services and names; empty without projects.
    ours: HashMap<&'a str, Vec<ContainerAt>>,
    /// The first network of a name or an id.
    networks: HashMap<&'a str, NetworkAt>,
    /// The networks by what compose calls them.
    of_compose: HashMap<&'a str, Vec<NetworkAt>>,
    /// The containers that answer to a name on some network; made when somebody asks.
    answering: OnceCell<HashMap<&'a str, Vec<ContainerAt>>>,
    /// What was said of names that nothing has. Each is compared with all that are there.
    missing: RefCell<HashMap<String, Missing>>,
}

/// What is said of a name that nothing has.
type Missing = String;

/// For so many names is guessed which one was meant. A file with more that nothing has is
/// another setup's, and each guess looks at all names that are there.
const MOST_GUESSES: usize = 100;

impl<'a> Who<'a> {
    /// `chosen` are the containers that the command line lets in.
    pub fn new(map: &'a Map<'a>, file: &'a CheckFile, chosen: &BTreeSet<ContainerAt>) -> Self {
        let (everybody, strangers) = (BTreeSet::new(), BTreeSet::new());
        let (projects, among) = (&file.projects[..], &file.among[..]);
        let (ours, missing) = (HashMap::new(), RefCell::default());
        let (mut networks, mut of_compose) = (HashMap::new(), HashMap::new());
        for at in map.networks() {
            let network = map.network(at);
            for word in [&network.name, &network.id] {
                networks.entry(word.as_str()).or_insert(at);
            }
            if let Some(name) = network.compose_name() {
                of_compose.entry(name).or_insert_with(Vec::new).push(at);
            }
        }
        let mut who = Self {
            map,
            everybody,
            strangers,
            projects,
            among,
            ours,
            networks,
            of_compose,
            answering: OnceCell::new(),
            missing,
        };
        if !projects.is_empty() {
            for at in map.containers().filter(|at| who.is_ours(*at)).collect::<Vec<_>>() {
                let container = map.container(at);
                let own_name = Some(container.own_name());
                let service = container.compose.service.as_deref();
                for name in own_name.into_iter().chain(service.filter(|of| Some(*of) != own_name)) {
                    who.ours.entry(name).or_default().push(at);
                }
            }
        }
        let running = map.containers().filter(|at| map.container(*at).state.has_network());
        let (everybody, strangers) = running
            .filter(|at| who.is_among(*at))
            .partition(|at| chosen.contains(at) && who.is_ours(*at));
        (who.everybody, who.strangers) = (everybody, strangers);
        who
    }

    /// Whether `among` lets a container in.
    fn is_among(&self, at: ContainerAt) -> bool {
        let container = self.map.container(at);
        let fits = |pattern: &String| {
            matches(pattern, &container.name)
                || container.compose.service.as_deref().is_some_and(|s| matches(pattern, s))
        };
        self.among.is_empty() || self.among.iter().any(fits)
    }

    /// What is to be said where the file is about some containers only, and there
    /// are none such, not even stopped: of nobody nothing is found.
    pub fn nobody(&self) -> Option<Missing> {
        let mut all = self.map.containers();
        let is_about_all = self.projects.is_empty() && self.among.is_empty();
        if is_about_all || all.any(|at| self.is_among(at) && self.is_ours(at)) {
            return None;
        }
        let containers = self.map.containers().map(|at| self.map.container(at));
        Some(match self.projects {
            [project] if self.among.is_empty() => {
                missing("project", project, containers.filter_map(|container| container.project()))
            }
            _ => "no container is what the file is about".to_owned(),
        })
    }

    /// Whether a finding is about one of those whom the file lets in, or about no
    /// container: others on the machine are left alone.
    pub fn lets_in(&self, finding: &Finding) -> bool {
        let named = finding.subjects.iter().flat_map(|name| self.map.containers_named(name));
        let mut named = named.peekable();
        named.peek().is_none() || named.any(|at| self.is_among(at) && self.is_ours(at))
    }

    /// Whether a container is of a project that the file is about.
    fn is_ours(&self, at: ContainerAt) -> bool {
        let fits = |pattern: &String| {
            self.map.container(at).project().is_some_and(|project| matches(pattern, project))
        };
        self.projects.is_empty() || self.projects.iter().any(fits)
    }

    /// Those of the file's projects, if there are any among them: its names are
    /// theirs first.
    fn ours_first(&self, found: Vec<ContainerAt>) -> Vec<ContainerAt> {
        let ours: Vec<ContainerAt> = found.iter().copied().filter(|at| self.is_ours(*at)).collect();
        if ours.is_empty() { found } else { ours }
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
                Ok(self.ours_first(found))
            };
        }
        // A service of the file's project goes before another's container of that name.
        let found = match self.ours.get(name) {
            Some(ours) => ours.clone(),
            None => self.map.containers_named(name),
        };
        if found.is_empty() { Err(self.no_container(name)) } else { Ok(found) }
    }

    /// The containers that answer to a name: by their own name or a network alias.
    pub fn answering_to(&self, name: &str) -> Result<Vec<ContainerAt>, Missing> {
        if is_pattern(name) || !self.map.containers_named(name).is_empty() {
            return self.containers(name);
        }
        let answering = self.answering.get_or_init(|| {
            let mut answering: HashMap<&str, Vec<ContainerAt>> = HashMap::new();
            for at in self.map.containers() {
                let container = self.map.container(at);
                for name in container.endpoints.iter().flat_map(|e| container.names_on(e)) {
                    let known = answering.entry(name).or_default();
                    if known.last() != Some(&at) {
                        known.push(at);
                    }
                }
            }
            answering
        });
        let found = answering.get(name).cloned().unwrap_or_default();
        if found.is_empty() { Err(self.no_container(name)) } else { Ok(self.ours_first(found)) }
    }

    /// Of the containers that answer to a name those that it means to a container
    /// which asks for it: where it leads from there, else those of the one's own
    /// project, else all.
    pub fn meant(&self, from: ContainerAt, name: &str, found: &[ContainerAt]) -> Vec<ContainerAt> {
        if found.len() < 2 || is_pattern(name) {
            return found.to_vec();
        }
        let on: Vec<NetworkAt> =
            self.map.stack(from).into_iter().flat_map(|at| self.map.networks_of(at)).collect();
        let leads = |to: &ContainerAt| {
            let container = self.map.container(*to);
            container.state.has_network()
                && self.map.endpoints(*to).any(|(network, endpoint)| {
                    network.is_some_and(|network| on.contains(&network))
                        && container.names_on(endpoint).contains(&name)
                })
        };
        let project = self.map.container(from).project();
        let own =
            |to: &ContainerAt| project.is_some() && self.map.container(*to).project() == project;
        let those = |fits: &dyn Fn(&ContainerAt) -> bool| {
            let those: Vec<ContainerAt> = found.iter().copied().filter(fits).collect();
            (!those.is_empty()).then_some(those)
        };
        those(&leads).or_else(|| those(&own)).unwrap_or_else(|| found.to_vec())
    }

    /// The containers that a name in a network's list means: those of its project,
    /// else of the file's, else all; of several only those that are on it.
    pub fn members_called(
        &self,
        network: NetworkAt,
        name: &str,
    ) -> Result<Vec<ContainerAt>, Missing> {
        let found = self.containers(name)?;
        let project = self.map.network(network).project.as_deref();
        let own = |at: &ContainerAt| self.map.container(*at).project() == project;
        if found.len() < 2 || is_pattern(name) || project.is_none() || !found.iter().any(own) {
            return Ok(found);
        }
        Ok(found.into_iter().filter(own).collect())
    }

    /// Those that quantifiers leave out and that are on a network with a container
    /// nevertheless.
    pub fn strangers_to(&self, at: ContainerAt) -> impl Iterator<Item = ContainerAt> {
        let stack = self.map.stack(at).into_iter();
        let networks: Vec<NetworkAt> = stack.flat_map(|at| self.map.networks_of(at)).collect();
        self.strangers.iter().copied().filter(move |stranger| {
            let stack = self.map.stack(*stranger).into_iter();
            stack.flat_map(|at| self.map.networks_of(at)).any(|network| networks.contains(&network))
        })
    }

    fn no_container(&self, name: &str) -> Missing {
        let mut said = self.missing.borrow_mut();
        let guesses = said.len() < MOST_GUESSES;
        let say = || {
            let containers = guesses.then(|| &self.map.snapshot().containers).into_iter().flatten();
            let names = containers.clone().map(|container| container.name.as_str());
            let services = containers.filter_map(|c| c.compose.service.as_deref());
            missing("container", name, names.chain(services))
        };
        said.entry(name.to_owned()).or_insert_with(say).clone()
    }

    /// The network that a name means: in the file's projects, if it has any, the
    /// one that compose calls so, which lacks the project in front; else the one
    /// of that name, else any that compose calls so.
    pub fn network(&self, name: &str) -> Result<NetworkAt, Missing> {
        let networks = &self.map.snapshot().networks;
        let called = || self.networks.get(name).copied().filter(|_| !name.is_empty());
        let is_ours = |project: &str| self.projects.iter().any(|own| matches(own, project));
        let of_project = |project: &dyn Fn(&str) -> bool| self.of_project(name, project);
        of_project(&is_ours).or_else(called).or_else(|| of_project(&|_| true)).ok_or_else(|| {
            missing("network", name, networks.iter().map(|network| network.name.as_str()))
        })
    }

    /// The network that a name means to a container: first of all one of its project.
    pub fn network_of(&self, at: ContainerAt, name: &str) -> Result<NetworkAt, Missing> {
        let own = self.map.container(at).project();
        let of_own = self.of_project(name, &|project| own == Some(project));
        of_own.map_or_else(|| self.network(name), Ok)
    }

    /// The network of a fitting project that compose calls by a name.
    fn of_project(&self, name: &str, fits: &dyn Fn(&str) -> bool) -> Option<NetworkAt> {
        let called = self.of_compose.get(name)?.iter().copied();
        called.into_iter().find(|at| self.map.network(*at).project.as_deref().is_some_and(fits))
    }

    /// The containers that use a network: its members and who rides with them.
    pub fn on_network(&self, network: NetworkAt) -> BTreeSet<ContainerAt> {
        let members = self.map.members(network).iter().copied();
        members
            .flat_map(|member| {
                std::iter::once(member).chain(self.map.sidecars(member).iter().copied())
            })
            .into_set()
    }

    /// Where arrows begin, and whether a quantifier says so.
    ///
    /// What is to reach nothing is said of strangers, too: see [`Self::strangers_to`].
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
