//! Re-creating containers with other settings, once with all that is to change.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::case::Case;
use super::malformed::is_for_host;
use super::steps::{advise, is_usable};
use super::wanted::Edge;
use crate::model::keys::label;
use crate::model::words::few;
use crate::model::{
    Action, Applicability, Change, ComposeServices, Container, ContainerAt, Dialled, Endpoint,
    Handle, HostAddress, Joining, Maker, NetworkMode, Notation, Origin, Recreate, Reference,
    RunOption, Setting, Settings, State, Step, Volumes, is_kept,
};
use crate::order::OrderBy;

/// The name under which containers know their host.
const HOST: &str = "host.docker.internal";

impl Case<'_> {
    /// Gives a container the name of its host, unless it has that.
    pub fn add_host(&self, at: ContainerAt) -> Vec<Step> {
        let at = self.map.stack(at).unwrap_or(at);
        if self.added_host(at, HOST).is_some() {
            return Vec::new();
        }
        let (name, address) = (HOST.to_owned(), "host-gateway".to_owned());
        self.recreate(at, vec![Change::AddHost { name, address }])
    }

    /// Lets the containers that edges begin at dial another host and port
    /// instead, wherever each has it written. `port` is the one to dial, if one
    /// is known.
    pub fn redial(&self, edges: &[&Edge], host: &str, port: Option<u16>) -> Vec<Step> {
        self.redial_each(edges, |_| (host.to_owned(), port))
    }

    /// Likewise, where what each of them is to dial is not the same.
    pub fn redial_each(
        &self,
        edges: &[&Edge],
        to: impl Fn(&Edge) -> (String, Option<u16>),
    ) -> Vec<Step> {
        let mut by_client: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
        for edge in edges {
            by_client.entry(edge.from).or_default().push(edge);
        }
        let mut steps = Vec::new();
        // What is in an image or a file of its own nobody else can change.
        let mut by_hand: Vec<(Dialled, Vec<String>)> = Vec::new();
        for (client, edges) in by_client {
            let configured = edges.iter().flat_map(|edge| {
                let of_edge = edge.configured().map(|reference| (*edge, reference));
                of_edge.filter(|(_, reference)| reference.origin != Origin::HealthCheck)
            });
            let configured: Vec<(&Edge, &Reference)> = configured.collect();
            // What says no port leaves that to the program, which dials it already.
            let other_port = |edge: &Edge, reference: &Reference, port: Option<u16>| {
                let is_known = reference.dialled_port().is_some();
                port.filter(|port| is_known || edge.port != Some(*port))
            };
            let changed = |(edge, reference): &(&Edge, &Reference)| {
                let (host, port) = to(edge);
                dial(reference, &host, other_port(edge, reference, port))
            };
            let changes: Vec<Change> = configured.iter().flat_map(changed).collect();
            let untold = configured.iter().find_map(|(edge, reference)| {
                let port = other_port(edge, reference, to(edge).1)?;
                let is_nowhere = reference.dialled_port().is_none() && is_for_host(reference);
                is_nowhere.then_some(port)
            });
            let too = if changes.is_empty() { "" } else { ", too" };
            steps.extend(
                untold.map(|port| {
                    advise(format!("let {} dial port {port}{too}", self.called(client)))
                }),
            );
            if !changes.is_empty() {
                steps.extend(self.recreate(client, changes));
            }
            let elsewhere = configured.iter().find(|(_, reference)| setting(reference).is_none());
            let (edge, place) = match elsewhere {
                Some((edge, reference)) => (*edge, format!(" ({})", reference.place())),
                None if configured.is_empty() => (edges[0], String::new()),
                None => continue,
            };
            let (host, port) = to(edge);
            let new = Dialled { scheme: None, host, port, notation: Notation::Address };
            let who = format!("{}{place}", self.called(client));
            match by_hand.iter_mut().find(|(known, _)| *known == new) {
                Some((_, clients)) => clients.push(who),
                None => by_hand.push((new, vec![who])),
            }
        }
        let then = if steps.is_empty() { "" } else { "then " };
        steps.extend(
            by_hand
                .into_iter()
                .map(|(new, clients)| advise(format!("{then}let {} use {new}", few(&clients)))),
        );
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
        changes.order();
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
        if let Some(pod) = container.held_pod() {
            // Its ports and networks are the pod's, which are fixed as that is made.
            let how = format!("podman generate kube {pod}, and podman play kube --replace");
            return Maker::Other { maker: Some(format!("the pod {pod} ({how})")) };
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
        let podman = self.map.snapshot().engine_of(&container.node).is_podman();
        // Podman (4.3, measured) gives `--volumes-from` what is bound as well, and lists it
        // no longer: the next one made of that one would be without.
        let volumes_one_by_one = match made_with.volumes {
            Volumes::OneByOne => true,
            Volumes::Either => podman,
            Volumes::FromOld if !podman => false,
            Volumes::FromOld | Volumes::ByHand => return None,
        };
        let pod = container.pod.as_ref().map(|pod| pod.name.as_str());
        let mode = match &container.network_mode {
            NetworkMode::Container(_) if pod.is_some() => None,
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
        // Of a Docker container's health check its image has all there is.
        let given = |option: &&RunOption| {
            let usual = [("--ipc", "shareable"), ("--pids-limit", "2048")];
            let usual =
                usual.contains(&(&option.option, option.value.as_deref().unwrap_or_default()));
            if podman { !usual } else { !option.option.starts_with("--health-") }
        };
        let of_pod = |option: &&RunOption| {
            pod.is_some() && ["--cgroup-parent", "--ipc", "--uts"].contains(&&*option.option)
        };
        let options = made_with.options.iter().filter(given).filter(|option| !of_pod(option));
        let pod = pod.map(|name| RunOption::with("--pod", name));
        Some(Settings {
            old_name: self.old_name(container),
            image: image_of(container),
            mode,
            networks: self.joinings(at),
            published: container.requested.clone(),
            extra_hosts: (container.extra_hosts.iter())
                // Podman before 4.7 takes no `host-gateway` on its command line. By its API it
                // does, and writes it where an address should be, which is nobody's loss.
                .filter(|host| {
                    let is_void = podman && self.is_in_hosts(at, &host.name) == Some(false);
                    !(is_void && host.address == HostAddress::Gateway)
                })
                .map(ToString::to_string)
                .collect(),
            links: container.links.iter().map(ToString::to_string).collect(),
            options: pod.into_iter().chain(options.cloned()).collect(),
            not_carried: made_with
                .others
                .iter()
                .cloned()
                .chain(self.options_not_kept(at))
                .collect(),
            health_check: podman && made_with.health_check,
            auto_remove: made_with.auto_remove,
            volumes_one_by_one,
            running: matches!(container.state, State::Running | State::Paused | State::Restarting),
        })
    }

    /// Driver options of a container's places on its networks whose values only
    /// the engine has.
    fn options_not_kept(&self, at: ContainerAt) -> impl Iterator<Item = String> {
        self.container(at).endpoints.iter().flat_map(|endpoint| {
            let lost = endpoint.driver_options.iter().filter(|(_, value)| !is_kept(value));
            lost.map(|(key, _)| format!("the driver option {key} on {}", endpoint.network))
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
                    link_local: endpoint.link_local.clone(),
                    driver_options: kept_options(endpoint)
                        .map(|(key, value)| (key.clone(), value.clone()))
                        .collect(),
                    default_bridge: on.is_default_bridge(),
                },
            ));
        }
        joinings.order_by_key(|(first, _)| !first);
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

/// The driver options of a container's place on a network that are known whole.
fn kept_options(endpoint: &Endpoint) -> impl Iterator<Item = (&String, &String)> {
    endpoint.driver_options.iter().filter(|(_, value)| is_kept(value))
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
                Maker::Other { .. } | Maker::Later => None,
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
            recreate.changes.order();
            recreate.changes.dedup();
        }
    }
    // What is re-created goes last but for what is left to a person, and what is
    // started before it.
    settled.order_by_key(|step| match &step.action {
        // It is for after what a person has to do.
        Action::Recreate(recreate) if recreate.by == Maker::Later => 5,
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
    if reference.notation == Notation::Other {
        return None;
    }
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
    let takes_port = match &reference.notation {
        Notation::Keyed(keys) => !keys.port.is_empty(),
        // A host with a port behind it is a name that nobody has.
        _ => reference.port.is_some() || !is_for_host(reference),
    };
    let new_port = match (written, &of_variable) {
        (Some(written), _) => Some(port.unwrap_or(written)),
        (None, Some(_)) => None,
        (None, None) => other.filter(|_| takes_port),
    };
    let dialled = |host: &str, port| Dialled {
        scheme: reference.scheme.clone(),
        host: host.to_owned(),
        port,
        notation: reference.notation.clone(),
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
pub fn image_of(container: &Container) -> String {
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
#[path = "recreate_tests.rs"]
mod tests;
