//! Fixes, as steps: who has to join which network, what a container has to be
//! told instead, and who is to re-create it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::case::Case;
use super::in_the_way::Obstacle;
use super::names::Meaning;
use super::wanted::Edge;
use crate::model::keys::label;
use crate::model::{
    Action, Applicability, Change, ComposeServices, Container, ContainerAt, Dialled, Driver,
    Handle, Joining, Maker, NetworkAt, NetworkMode, Origin, Recreate, Reference, RunOption,
    Setting, Settings, State, Step, Tool,
};

/// Steps that bring containers together, and the names by which the one that
/// is wanted is known where they meet, best first.
pub struct Together {
    /// The steps.
    pub steps: Vec<Step>,
    /// The names; at least one.
    pub names: Vec<String>,
}

impl Together {
    /// The best name.
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}

/// The name under which containers know their host.
const HOST: &str = "host.docker.internal";

/// Whether a name can stand in a command as it is.
fn is_usable(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && !name.chars().any(char::is_control)
}

/// A sentence for a person, without capital letter and full stop.
pub fn advise(advice: impl Into<String>) -> Step {
    let advice = advice.into();
    step(Action::Advise { advice }, Applicability::Ask)
}

/// A command on the engine's machine that takes root.
pub fn on_host(words: &[&str]) -> Step {
    let command = words.iter().map(|word| (*word).to_owned()).collect();
    step(Action::Run { command, root: true }, Applicability::Ask)
}

fn step(action: Action, applicability: Applicability) -> Step {
    Step { action, applicability, tool: Tool::default(), engine: None }
}

impl Case<'_> {
    /// The engine's own command line.
    pub fn tool(&self) -> Tool {
        if self.map.snapshot().engine.is_podman() { Tool::Podman } else { Tool::Docker }
    }

    /// What a container is called by the reader: in a plan by its service, as
    /// in the file and among each other.
    pub fn called(&self, at: ContainerAt) -> &str {
        let container = self.container(at);
        let service = container.compose.service.as_deref().filter(|_| self.is_planned());
        service.unwrap_or(&container.name)
    }

    /// Containers by what they are called, each once, in the order of names.
    pub fn all_called(&self, edges: &[&Edge]) -> Vec<&str> {
        let mut names: Vec<&str> = edges.iter().map(|edge| self.called(edge.from)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// A container as steps know it.
    pub fn handle(&self, at: ContainerAt) -> Handle {
        let container = self.container(at);
        let own = container.own_name();
        let word = if is_usable(own) { own } else { &container.id };
        Handle { name: container.name.clone(), word: word.to_owned() }
    }

    /// A network as steps know it: by its name, if that is its alone.
    pub fn network_handle(&self, at: NetworkAt) -> Handle {
        let network = self.network(at);
        let by_name = if network.node.is_empty() {
            is_usable(&network.name) && self.index.networks_named(&network.name).len() == 1
        } else {
            // Told apart on the map; its engine knows its id, too.
            network.id.is_empty()
        };
        let own_id = network.own_id();
        let word = if by_name || own_id.is_empty() { network.own_name() } else { own_id };
        Handle { name: network.name.clone(), word: word.to_owned() }
    }

    /// A step that concerns a container.
    pub fn step(&self, at: ContainerAt, action: Action, applicability: Applicability) -> Step {
        let node = &self.container(at).node;
        let engine = Some(node.clone()).filter(|node| !node.is_empty());
        let podman = self.map.snapshot().engine_of(node).is_podman();
        let tool = if podman { Tool::Podman } else { Tool::Docker };
        Step { action, applicability, tool, engine }
    }

    /// A step that concerns a network and nobody on it.
    pub fn network_step(
        &self,
        at: NetworkAt,
        action: Action,
        applicability: Applicability,
    ) -> Step {
        let engine = Some(self.network(at).node.clone()).filter(|node| !node.is_empty());
        Step { action, applicability, tool: self.tool(), engine }
    }

    /// Starts a container.
    pub fn start(&self, at: ContainerAt) -> Step {
        let container = self.handle(at);
        self.step(at, Action::Start { container }, Applicability::Safe)
    }

    /// Restarts a container.
    pub fn restart(&self, at: ContainerAt) -> Step {
        let container = self.handle(at);
        self.step(at, Action::Restart { container }, Applicability::Safe)
    }

    /// Lets a paused container go on.
    pub fn unpause(&self, at: ContainerAt) -> Step {
        let container = self.handle(at);
        self.step(at, Action::Unpause { container }, Applicability::Safe)
    }

    /// A command of the engine's, whose last word is a container.
    pub fn look(&self, words: &[&str], at: ContainerAt) -> Step {
        let tool =
            self.step(at, Action::Advise { advice: String::new() }, Applicability::Safe).tool;
        let container = self.handle(at).word;
        let words = [tool.as_str()].into_iter().chain(words.iter().copied());
        let command = words.map(str::to_owned).chain([container]).collect();
        self.step(at, Action::Run { command, root: false }, Applicability::Safe)
    }

    /// Shows the end of a container's log.
    pub fn logs(&self, at: ContainerAt) -> Step {
        self.look(&["logs", "--tail", "20"], at)
    }

    /// A command run inside a container.
    pub fn inside(&self, at: ContainerAt, words: &[&str]) -> Step {
        let mut step = self.look(&["exec"], at);
        if let Action::Run { command, .. } = &mut step.action {
            command.extend(words.iter().map(|word| (*word).to_owned()));
        }
        step
    }

    /// Gives a container the name of its host, unless it has that.
    pub fn add_host(&self, at: ContainerAt) -> Vec<Step> {
        let at = self.map.stack(at).unwrap_or(at);
        if self.added_host(at, HOST).is_some() {
            return Vec::new();
        }
        let (name, address) = (HOST.to_owned(), "host-gateway".to_owned());
        self.recreate(at, vec![Change::AddHost { name, address }])
    }

    /// The names that a container was given on a network beside its own.
    pub fn aliases_on(&self, at: ContainerAt, network: NetworkAt) -> Vec<String> {
        let at = self.map.stack(at).unwrap_or(at);
        let Some(endpoint) = self.map.endpoint_on(at, network) else { return Vec::new() };
        let chosen = self.container(at).chosen_names_on(endpoint);
        let given = endpoint.aliases.iter().filter(|alias| chosen.contains(&alias.as_str()));
        given.cloned().collect()
    }

    /// Creates a network of this name, or of one like it that no network has.
    pub fn create_network(&self, wanted: &str, at: ContainerAt) -> (Step, Handle) {
        let taken = |name: &str| !self.index.networks_named(name).is_empty();
        let mut name = wanted.to_owned();
        let mut number = 2;
        while taken(&name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        let network = Handle { word: name.clone(), name };
        let action = Action::CreateNetwork { network: network.clone() };
        (self.step(at, action, Applicability::Safe), network)
    }

    /// Puts a container on a network, where it gets these names beside its own.
    pub fn connect(&self, network: &Handle, at: ContainerAt, aliases: &[String]) -> Vec<Step> {
        let at = self.map.stack(at).unwrap_or(at);
        let container = self.handle(at);
        let (network, aliases) = (network.clone(), aliases.to_vec());
        let podman = self.map.snapshot().engine_of(&self.container(at).node).is_podman();
        match self.lonely_mode(at) {
            // Measured on Docker 20.10 and 26.1: nothing connects what is on
            // the host's network; and Podman nothing that has no network.
            Some(mode) if podman || mode == "host" => {
                let leave = Change::LeaveMode { mode: mode.to_owned() };
                self.recreate(at, vec![leave, Change::Join { network, aliases }])
            }
            // Measured there as well: `none` must be left first.
            Some(_) => {
                let none = Handle { name: "none".to_owned(), word: "none".to_owned() };
                let leave = Action::Disconnect {
                    network: none,
                    container: container.clone(),
                    force: false,
                };
                let join = Action::Connect { network, container, aliases, priority: None };
                [leave, join].map(|action| self.step(at, action, Applicability::Safe)).to_vec()
            }
            None => {
                let join = Action::Connect {
                    network,
                    container: container.clone(),
                    aliases,
                    priority: None,
                };
                // Measured on Docker 28: what is just being restarted has no
                // network stack to connect ("network sandbox not found").
                let stop =
                    self.is_looping(at).then(|| Action::Stop { container: container.clone() });
                let start = self.is_looping(at).then_some(Action::Start { container });
                let actions = stop.into_iter().chain([join]).chain(start);
                actions.map(|action| self.step(at, action, Applicability::Safe)).collect()
            }
        }
    }

    /// The mode that lets a container be on no network beside, if it is in one.
    fn lonely_mode(&self, at: ContainerAt) -> Option<&'static str> {
        let on_none = || self.map.networks_of(at).any(|network| self.network(network).is_none());
        let podman = self.map.snapshot().engine_of(&self.container(at).node).is_podman();
        match &self.container(at).network_mode {
            NetworkMode::Host => Some("host"),
            NetworkMode::None if podman || on_none() => Some("none"),
            mode if podman => mode.user_mode(),
            _ => None,
        }
    }

    /// What fixes every edge to a container that fails for want of a name that
    /// leads there: one network for all of them, and the name to use. The same
    /// for each rule that reports one of these edges, so that the reader is
    /// given it once.
    pub fn fix_names(&self, target: ContainerAt) -> Vec<Step> {
        let edges: Vec<(&Edge, &Obstacle)> = self
            .edges_about(target)
            .filter_map(|(edge, obstacle)| Some((edge, obstacle?)))
            .filter(|(edge, obstacle)| match obstacle {
                Obstacle::Localhost { peer, .. } => *peer == target,
                Obstacle::DefaultBridge | Obstacle::NoSharedNetwork => {
                    edge.container() == Some(target)
                }
                _ => false,
            })
            .collect();
        let by_name = |edge: &Edge| matches!(edge.target, Meaning::Named(_));
        let dialled: Vec<&str> =
            edges.iter().filter(|(edge, _)| by_name(edge)).map(|(e, _)| &*e.host).collect();
        let clients: Vec<ContainerAt> = edges.iter().map(|(edge, _)| edge.from).collect();
        let together = self.bring_together(target, &clients, &dialled);
        let leads = |host: &str| together.names.iter().any(|name| name.eq_ignore_ascii_case(host));
        let astray: Vec<&Edge> = edges
            .iter()
            .map(|(edge, _)| *edge)
            .filter(|edge| !by_name(edge) || !leads(&edge.host))
            .collect();
        let inside = edges.iter().find_map(|(edge, obstacle)| match obstacle {
            Obstacle::Localhost { port, .. } => Some(*port),
            _ => edge.port,
        });
        let name = together.name().to_owned();
        let mut steps = together.steps;
        steps.extend(self.redial(&astray, &name, inside));
        settled(steps)
    }

    /// Steps that put a container and those that want it on one network, where
    /// names resolve and packets pass; and the names it has there.
    ///
    /// A network on which the target is already is taken if there is one that
    /// a person made, and left out who is on it already; else one is created, on
    /// which the target gets the names that are `dialled` as well.
    pub fn bring_together(
        &self,
        target: ContainerAt,
        clients: &[ContainerAt],
        dialled: &[&str],
    ) -> Together {
        let target = self.map.stack(target).unwrap_or(target);
        let fits = |network: &NetworkAt| {
            let network = self.network(*network);
            let carries = matches!(network.driver, Driver::Bridge | Driver::Overlay);
            carries
                && !network.is_built_in()
                && network.icc
                && !network.ingress
                && !network.unlisted
        };
        let has = |network: NetworkAt, at: ContainerAt| {
            let stack = self.map.stack(at).unwrap_or(at);
            self.map.endpoint_on(stack, network).is_some()
        };
        // The one that most of the clients are on already.
        let existing = self.map.networks_of(target).filter(fits).max_by_key(|network| {
            let there = clients.iter().filter(|client| has(*network, **client)).count();
            (there, Reverse(*network))
        });
        let mut names = vec![self.container(target).own_name().to_owned()];
        let mut steps = Vec::new();
        let (network, joining) = match existing {
            Some(network) => {
                if let Some(endpoint) = self.map.endpoint_on(target, network) {
                    let known = self.container(target).names_on(endpoint);
                    names = known.into_iter().map(str::to_owned).collect();
                }
                let joining = clients.iter().filter(|client| !has(network, **client)).collect();
                (self.network_handle(network), joining)
            }
            None => {
                let project = self.container(target).project().filter(|name| is_usable(name));
                let (create, network) = self.create_network(project.unwrap_or("app"), target);
                steps.push(create);
                let mut aliases = Vec::new();
                for host in dialled.iter().filter(|host| is_usable(host)) {
                    if !names.iter().any(|name| name.eq_ignore_ascii_case(host)) {
                        aliases.push((*host).to_owned());
                        names.push((*host).to_owned());
                    }
                }
                steps.extend(self.connect(&network, target, &aliases));
                (network, clients.iter().collect::<Vec<_>>())
            }
        };
        for client in joining {
            steps.extend(self.connect(&network, *client, &[]));
        }
        Together { steps: settled(steps), names }
    }

    /// Lets the containers that edges begin at dial another host and port
    /// instead, wherever each has it written. `port` is the one to dial, if one
    /// is known.
    pub fn redial(&self, edges: &[&Edge], host: &str, port: Option<u16>) -> Vec<Step> {
        let mut by_client: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
        for edge in edges {
            by_client.entry(edge.from).or_default().push(edge);
        }
        let mut steps = Vec::new();
        for (client, edges) in by_client {
            let configured = edges.iter().flat_map(|edge| edge.configured());
            let configured: Vec<&Reference> =
                configured.filter(|reference| reference.origin != Origin::HealthCheck).collect();
            let changes: Vec<Change> =
                configured.iter().flat_map(|reference| dial(reference, host, port)).collect();
            let elsewhere = configured.iter().find(|reference| setting(reference).is_none());
            if !changes.is_empty() {
                steps.extend(self.recreate(client, changes));
            }
            // What is in its image or a file of its own nobody else can change.
            let place = match (elsewhere, configured.is_empty()) {
                (Some(reference), _) => format!(" ({})", reference.place()),
                (None, true) => String::new(),
                (None, false) => continue,
            };
            let new = Dialled { scheme: None, host: host.to_owned(), port };
            steps.push(advise(format!("then let {}{place} use {new}", self.called(client))));
        }
        steps
    }

    /// Re-creates a container with another host and port in one of its settings.
    pub fn reset(
        &self,
        at: ContainerAt,
        reference: &Reference,
        host: &str,
        port: Option<u16>,
    ) -> Vec<Step> {
        self.recreate(at, dial(reference, host, port))
    }

    /// Re-creates a container with changes; with it those that share its network.
    /// In a plan that is an edit of its file.
    pub fn recreate(&self, at: ContainerAt, mut changes: Vec<Change>) -> Vec<Step> {
        changes.sort();
        changes.dedup();
        if self.is_planned() {
            return changes.into_iter().map(|change| self.edit(at, change)).collect();
        }
        let sidecars = self.map.sidecars(at);
        let by = self.maker(at);
        let mut steps = Vec::new();
        let by = match by {
            Maker::Compose(mut made) => {
                let others =
                    sidecars.iter().filter_map(|at| self.container(*at).compose.service.clone());
                made.services.extend(others);
                Maker::Compose(made)
            }
            by => by,
        };
        let needs_sidecars = matches!(by, Maker::Hand(_));
        let action =
            Action::Recreate(Box::new(Recreate { container: self.handle(at), changes, by }));
        steps.push(self.step(at, action, Applicability::Ask));
        for sidecar in sidecars.iter().filter(|_| needs_sidecars) {
            let (container, by) = (self.handle(*sidecar), self.maker(*sidecar));
            let again = Recreate { container, changes: Vec::new(), by };
            let action = Action::Recreate(Box::new(again));
            steps.push(self.step(*sidecar, action, Applicability::Ask));
        }
        steps
    }

    /// Whether a container was made with an option of `docker run`.
    pub fn has_option(&self, at: ContainerAt, option: &str) -> bool {
        let made_with = self.container(at).made_with.as_ref();
        made_with.is_some_and(|made| made.options.iter().any(|given| given.option == option))
    }

    /// Who has to re-create a container.
    fn maker(&self, at: ContainerAt) -> Maker {
        let container = self.container(at);
        let value_of = |key: &str| container.labels.get(key).map(String::as_str);
        if let Some(service) = &container.task_of {
            return Maker::Other { maker: Some(format!("the swarm service {service}")) };
        }
        if value_of(label::POD_NAME).is_some() {
            return Maker::Other { maker: Some("Kubernetes".to_owned()) };
        }
        if let Some(unit) = value_of(label::SYSTEMD_UNIT) {
            return Maker::Other { maker: Some(format!("the systemd unit {unit}")) };
        }
        if let (Some(project), Some(service)) =
            (container.project(), container.compose.service.as_deref())
        {
            return Maker::Compose(ComposeServices {
                project: project.to_owned(),
                services: vec![service.to_owned()],
                files: compose_files(container),
                standalone: value_of(label::COMPOSE_VERSION).is_some_and(|v| v.starts_with("1.")),
            });
        }
        match self.settings(at) {
            Some(settings) => Maker::Hand(Box::new(settings)),
            None => Maker::Other { maker: None },
        }
    }

    /// What a new container like this one is created with; `None` where it is
    /// not known.
    fn settings(&self, at: ContainerAt) -> Option<Settings> {
        let container = self.container(at);
        let made_with = container.made_with.as_ref()?;
        let mode = match &container.network_mode {
            NetworkMode::Host => Some("host".to_owned()),
            NetworkMode::None => Some("none".to_owned()),
            NetworkMode::Container(_) => {
                let owner = self.map.stack(at).filter(|owner| *owner != at)?;
                Some(format!("container:{}", self.handle(owner).word))
            }
            NetworkMode::Network(name) if container.network_mode.user_mode().is_some() => {
                Some(name.clone())
            }
            NetworkMode::Network(_) => None,
        };
        let podman = self.map.snapshot().engine_of(&container.node).is_podman();
        // Of a Docker container's health check its image has all there is.
        let given = |option: &&RunOption| {
            let usual = [("--ipc", "shareable"), ("--pids-limit", "2048")];
            let usual =
                usual.contains(&(&option.option, option.value.as_deref().unwrap_or_default()));
            if podman { !usual } else { !option.option.starts_with("--health-") }
        };
        let options = made_with.options.iter().filter(given);
        Some(Settings {
            old_name: self.old_name(container),
            image: image_of(container),
            mode,
            networks: self.joinings(at),
            published: container.requested.clone(),
            extra_hosts: container.extra_hosts.iter().map(ToString::to_string).collect(),
            links: container.links.iter().map(ToString::to_string).collect(),
            options: options.cloned().collect(),
            not_carried: made_with.others.clone(),
            health_check: podman && made_with.health_check,
            auto_remove: made_with.auto_remove,
            running: matches!(container.state, State::Running | State::Paused | State::Restarting),
        })
    }

    /// The networks that a container is on, first the one that it was started on.
    fn joinings(&self, at: ContainerAt) -> Vec<Joining> {
        let container = self.container(at);
        let mut joinings: Vec<(bool, Joining)> = Vec::new();
        for (network, endpoint) in self.map.endpoints(at) {
            let Some(network) = network else { continue };
            let on = self.network(network);
            if on.is_none() || on.is_host() {
                continue;
            }
            let first = match &container.network_mode {
                NetworkMode::Network(name) if name == "default" => on.is_default_bridge(),
                NetworkMode::Network(name) => *name == on.name || *name == on.own_name(),
                _ => false,
            };
            joinings.push((
                first,
                Joining {
                    network: self.network_handle(network),
                    aliases: self.aliases_on(at, network),
                    ipv4: endpoint.fixed_ipv4,
                    ipv6: endpoint.fixed_ipv6,
                    priority: endpoint.gateway_priority,
                    default_bridge: on.is_default_bridge(),
                },
            ));
        }
        joinings.sort_by_key(|(first, _)| !first);
        joinings.into_iter().map(|(_, joining)| joining).collect()
    }

    /// A name for the old container beside the new one.
    fn old_name(&self, container: &Container) -> String {
        let own = container.own_name();
        let base = if is_usable(own) { own } else { container.short_id() };
        let mut name = format!("{base}.old");
        while !self.index.containers_named(&name).is_empty() {
            name.push_str(".old");
        }
        name
    }
}

/// Steps that fit together: a container that is re-created joins its networks
/// as it is created, and is re-created once; nothing is done twice.
pub fn settled(steps: Vec<Step>) -> Vec<Step> {
    let mut settled: Vec<Step> = Vec::new();
    let mut recreations: HashMap<Handle, usize> = HashMap::new();
    let mut taken: HashSet<Step> = HashSet::new();
    for step in steps {
        let Action::Recreate(new) = &step.action else {
            if taken.insert(step.clone()) {
                settled.push(step);
            }
            continue;
        };
        let known = recreations.get(&new.container).map(|at| &mut settled[*at].action);
        if let Some(Action::Recreate(known)) = known {
            known.changes.extend(new.changes.iter().cloned());
        } else {
            recreations.insert(new.container.clone(), settled.len());
            settled.push(step);
        }
    }
    let mut joins: HashMap<Handle, Vec<Change>> = HashMap::new();
    let recreated: HashSet<Handle> = settled
        .iter()
        .filter_map(|step| match &step.action {
            Action::Recreate(recreate) => match recreate.by {
                Maker::Hand(_) | Maker::Compose(_) => Some(recreate.container.clone()),
                Maker::Other { .. } => None,
            },
            _ => None,
        })
        .collect();
    settled.retain(|step| match &step.action {
        Action::Connect { network, container, aliases, .. } if recreated.contains(container) => {
            let join = Change::Join { network: network.clone(), aliases: aliases.clone() };
            joins.entry(container.clone()).or_default().push(join);
            false
        }
        Action::Stop { container } | Action::Start { container } => !recreated.contains(container),
        _ => true,
    });
    for step in &mut settled {
        if let Action::Recreate(recreate) = &mut step.action {
            recreate.changes.extend(joins.remove(&recreate.container).unwrap_or_default());
            recreate.changes.sort();
            recreate.changes.dedup();
        }
    }
    // What is re-created goes last but for what is left to a person, and what is
    // started before it.
    settled.sort_by_key(|step| match step.action {
        Action::Advise { .. } => 4,
        // Those that depend on it, once it is there.
        Action::Restart { .. } => 3,
        Action::Recreate(_) => 2,
        Action::Start { .. } => 1,
        _ => 0,
    });
    settled
}

/// The setting that a reference stands in, where a container can be re-created
/// with another value of it.
fn setting(reference: &Reference) -> Option<Setting> {
    match (reference.origin, &reference.variable) {
        (Origin::Environment | Origin::Browser, Some(variable)) => Some(match reference.is_whole {
            true => Setting::WholeVariable(variable.clone()),
            false => Setting::Variable(variable.clone()),
        }),
        _ => None,
    }
}

/// What makes a reference lead to another host and port.
pub fn dial(reference: &Reference, host: &str, port: Option<u16>) -> Vec<Change> {
    let Some(setting) = setting(reference) else { return Vec::new() };
    let written = reference.port.filter(|_| reference.port_variable.is_none());
    let other = port.filter(|port| Some(*port) != reference.dialled_port());
    let of_variable = other.zip(reference.port_variable.clone());
    let new_port = match (written, &of_variable) {
        (Some(written), _) => Some(port.unwrap_or(written)),
        (None, Some(_)) => None,
        (None, None) => other,
    };
    let dialled = |host: &str, port| Dialled {
        scheme: reference.scheme.clone(),
        host: host.to_owned(),
        port,
    };
    let mut changes = Vec::new();
    let (from, to) = (dialled(&reference.host, written), dialled(host, new_port));
    if from != to {
        changes.push(Change::Dial { setting, from, to });
    }
    changes.extend(of_variable.map(|(port, variable)| Change::SetPort { variable, port }));
    changes
}

/// The compose files that a container's labels name.
fn compose_files(container: &Container) -> Vec<String> {
    let value_of = |key: &str| container.labels.get(key).map(String::as_str).unwrap_or_default();
    let folder = value_of(label::WORKING_DIR);
    let files = value_of(label::CONFIG_FILES).split(',');
    files
        .map(str::trim)
        .filter(|file| is_usable(file))
        .map(|file| match file.starts_with('/') || folder.is_empty() {
            true => file.to_owned(),
            // Compose 1 names them as they were named to it.
            false => format!("{}/{file}", folder.trim_end_matches('/')),
        })
        .collect()
}

/// A name for the image that is made of a container: its own image's, so that
/// one sees what it is, with a tag that says whose it is.
fn image_of(container: &Container) -> String {
    let repository = container.repository();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "./-_:".contains(c);
    let named = repository.starts_with(|c: char| c.is_ascii_alphanumeric())
        && repository.chars().all(plain)
        && container.image != container.id
        && !is_an_id(repository);
    let repository = if named { repository } else { "recreated" };
    let own = container.own_name();
    let tag: String =
        own.chars().filter(|c| c.is_ascii_alphanumeric() || "_.-".contains(*c)).take(100).collect();
    format!("{repository}:{}-recreated", tag.trim_start_matches(['.', '-']))
}

/// Whether a text is an image's id and no name.
fn is_an_id(text: &str) -> bool {
    let hex = text.trim_start_matches("sha256:");
    hex.len() >= 12 && hex.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
#[path = "fix_tests.rs"]
mod tests;
