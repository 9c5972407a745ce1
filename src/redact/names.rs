//! Replacing names: each by one that says nothing but what kind of thing it
//! is, numbered in the order of the old ones.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::keys::option;
use crate::model::{Driver, HostAddress, NetworkMode, Part, Snapshot, bridge_of};
use crate::order::Ordered;

/// The names of networks that every engine makes, or whose name has a meaning.
const KEPT_NETWORKS: &[&str] =
    &["bridge", "host", "none", "default", "podman", "ingress", "docker_gwbridge", ""];

/// Host names that mean the same everywhere.
const KEPT_WORDS: &[&str] = &[
    "localhost",
    "ip6-localhost",
    "host.docker.internal",
    "gateway.docker.internal",
    "host.containers.internal",
];

/// What becomes of each name.
#[derive(Debug, Default)]
pub struct Names {
    /// Container names, services, aliases, host names: they all live in one
    /// name space, since an alias may be another's name.
    words: BTreeMap<String, String>,
    networks: BTreeMap<String, String>,
    projects: BTreeMap<String, String>,
    images: BTreeMap<String, String>,
    programs: BTreeMap<String, String>,
    container_ids: BTreeMap<String, String>,
    network_ids: BTreeMap<String, String>,
    macs: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    interfaces: BTreeMap<String, String>,
    drivers: BTreeMap<String, String>,
}

impl Names {
    /// Finds every name of a snapshot and chooses another for it.
    pub fn of(snapshot: &Snapshot) -> Self {
        let mut names = Self::default();
        let containers = &snapshot.containers;
        names.projects = numbered("project", projects(snapshot));
        names.name_networks(snapshot);
        let mut ids: BTreeSet<&str> = containers.iter().map(|c| c.id.as_str()).into_set();
        ids.remove("");
        names.words = numbered("container", containers.iter().map(|c| c.name.as_str()));
        names.words.iter_mut().for_each(|(word, new)| keep_underscore(word, new));
        let services = containers.iter().filter_map(|c| c.compose.service.as_deref());
        names.add_words("service", services);
        for (at, id) in ids.iter().enumerate() {
            let new = made_up_id(at, "container");
            // Docker gives a container its short id for an alias and a host name.
            if let Some(short) = id.get(..12) {
                names.words.entry(short.to_owned()).or_insert_with(|| new[..12].to_owned());
            }
            names.container_ids.insert((*id).to_owned(), new);
        }
        // A container's network may be that of a container which is gone.
        let gone: BTreeSet<&str> = containers
            .iter()
            .filter_map(|container| match &container.network_mode {
                NetworkMode::Container(owner) => Some(owner.as_str()),
                _ => None,
            })
            .filter(|owner| !names.container_ids.contains_key(*owner))
            .into_set();
        let gone: Vec<(String, String)> = gone
            .into_iter()
            .enumerate()
            .map(|(at, owner)| {
                // Or it is given by name.
                let new = names.words.get(owner).cloned();
                (owner.to_owned(), new.unwrap_or_else(|| made_up_id(at, "gone")))
            })
            .collect();
        names.container_ids.extend(gone);
        names.add_words("name", other_words(snapshot).into_iter());
        let references = containers.iter().flat_map(|container| container.all_references());
        let variables = references.flat_map(|r| {
            [r.variable.as_deref(), r.port_variable.as_deref()].into_iter().flatten()
        });
        names.variables = numbered("VARIABLE", variables);
        names.interfaces = numbered("interface", interfaces(snapshot));
        // A bridge that has its name of its network's id has it of the new one.
        let by_id = snapshot.networks.iter().filter(|n| n.option(option::BRIDGE_NAME).is_none());
        let bridges: Vec<(String, String)> = by_id
            .filter_map(|network| {
                let id = names.network_id(&network.id);
                Some((network.bridge()?, bridge_of(&id)?))
            })
            .collect();
        names.interfaces.extend(bridges);
        let drivers = snapshot.networks.iter().filter_map(|network| match &network.driver {
            Driver::Other(name) => Some(name.as_str()),
            _ => None,
        });
        names.drivers = numbered("driver", drivers);
        names.images = numbered("image", containers.iter().map(|c| c.image.as_str()));
        let programs = containers.iter().filter_map(|c| c.program.as_deref());
        names.programs = numbered("program", programs);
        let macs: BTreeSet<&str> = containers
            .iter()
            .flat_map(|c| &c.endpoints)
            .filter_map(|e| e.mac.as_deref())
            .into_set();
        names.macs = macs
            .into_iter()
            .enumerate()
            .map(|(at, mac)| {
                let [.., b, c, d] = u32::try_from(at).unwrap_or(u32::MAX).to_be_bytes();
                (mac.to_owned(), format!("02:00:00:{b:02x}:{c:02x}:{d:02x}"))
            })
            .collect();
        names
    }

    /// Networks keep the project in front, where compose put it there.
    fn name_networks(&mut self, snapshot: &Snapshot) {
        let mut all: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for network in &snapshot.networks {
            let project = network.project.as_deref();
            all.insert(&network.name, project);
            all.extend(network.own_name.as_deref().map(|name| (name, project)));
        }
        for container in &snapshot.containers {
            for endpoint in &container.endpoints {
                all.entry(&endpoint.network).or_insert(None);
            }
            if let NetworkMode::Network(name) = &container.network_mode {
                all.entry(name).or_insert(None);
            }
        }
        for note in &snapshot.unread {
            if let Part::Network { name } = &note.part {
                all.entry(name).or_insert(None);
            }
        }
        let measured = snapshot.probe.iter().flat_map(|probe| &probe.measurements);
        for network in measured.filter_map(|m| m.network.as_deref()) {
            all.entry(network).or_insert(None);
        }
        let ids: BTreeSet<&str> = snapshot
            .networks
            .iter()
            .flat_map(|network| [network.id.as_str(), network.own_id()])
            .chain(
                snapshot
                    .containers
                    .iter()
                    .flat_map(|container| &container.endpoints)
                    .map(|endpoint| endpoint.network_id.as_str()),
            )
            .filter(|id| !id.is_empty())
            .into_set();
        let digits = all.len().to_string().len();
        let mut numbers = 1..;
        for (name, project) in &all {
            let new = if KEPT_NETWORKS.contains(name) {
                (*name).to_owned()
            } else {
                let number = format!("network-{:0digits$}", numbers.next().unwrap_or_default());
                let of_project = project.filter(|project| {
                    name.strip_prefix(project).is_some_and(|rest| rest.starts_with('_'))
                });
                match of_project {
                    Some(project) => format!("{}_{number}", self.project(project)),
                    None => number,
                }
            };
            self.networks.insert((*name).to_owned(), new);
        }
        for (at, id) in ids.into_iter().enumerate() {
            // Podman gives the name for the id.
            let new = self.networks.get(id).cloned();
            self.network_ids
                .insert(id.to_owned(), new.unwrap_or_else(|| made_up_id(at, "network")));
        }
    }

    fn add_words<'n>(&mut self, kind: &str, words: impl Iterator<Item = &'n str>) {
        let new: BTreeSet<&str> = words.filter(|word| !self.words.contains_key(*word)).into_set();
        let mut numbered = numbered(kind, new.into_iter());
        for (word, new) in &mut numbered {
            // Whether a name is one of outside is told by its dots.
            if word.contains('.') {
                new.push_str(".example");
            }
            keep_underscore(word, new);
        }
        self.words.extend(numbered);
    }

    /// The name of a container, service, alias or host.
    pub fn word(&self, word: &str) -> String {
        if word.is_empty() || KEPT_WORDS.contains(&word) {
            return word.to_owned();
        }
        self.words.get(word).cloned().unwrap_or_else(|| "name".to_owned())
    }

    /// The name of a network.
    pub fn network(&self, name: &str) -> String {
        self.networks.get(name).cloned().unwrap_or_else(|| "network".to_owned())
    }

    /// The id of a network.
    pub fn network_id(&self, id: &str) -> String {
        self.network_ids.get(id).cloned().unwrap_or_default()
    }

    /// The id of a container, or the name by which another refers to it.
    pub fn container_id(&self, id: &str) -> String {
        self.container_ids.get(id).cloned().unwrap_or_default()
    }

    /// The name of a compose project.
    pub fn project(&self, name: &str) -> String {
        self.projects.get(name).cloned().unwrap_or_else(|| "project".to_owned())
    }

    /// The name of an image.
    pub fn image(&self, name: &str) -> String {
        if name.is_empty() {
            String::new()
        } else {
            self.images.get(name).cloned().unwrap_or_default()
        }
    }

    /// The name of a program.
    pub fn program(&self, name: &str) -> String {
        self.programs.get(name).cloned().unwrap_or_default()
    }

    /// A MAC address.
    pub fn mac(&self, mac: &str) -> String {
        self.macs.get(mac).cloned().unwrap_or_default()
    }

    /// The name of an environment variable.
    pub fn variable(&self, name: &str) -> String {
        if is_of_a_proxy(name) {
            return name.to_owned();
        }
        self.variables.get(name).cloned().unwrap_or_default()
    }

    /// The name of a network interface.
    pub fn interface(&self, name: &str) -> String {
        if is_plain_interface(name) {
            return name.to_owned();
        }
        self.interfaces.get(name).cloned().unwrap_or_default()
    }

    /// The name of a network's driver that netmap does not know.
    pub fn driver(&self, name: &str) -> String {
        self.drivers.get(name).cloned().unwrap_or_default()
    }

    /// What becomes of a word in prose, if it is any name at all.
    pub fn known(&self, word: &str) -> Option<String> {
        [&self.words, &self.container_ids, &self.networks, &self.projects, &self.images]
            .iter()
            .find_map(|names| names.get(word).cloned())
    }
}

fn projects(snapshot: &Snapshot) -> impl Iterator<Item = &str> {
    let of_networks = snapshot.networks.iter().filter_map(|network| network.project.as_deref());
    snapshot.containers.iter().filter_map(|container| container.project()).chain(of_networks)
}

/// Aliases, host names and whatever else a name can stand in.
fn other_words(snapshot: &Snapshot) -> BTreeSet<&str> {
    let mut words = BTreeSet::new();
    for container in &snapshot.containers {
        words.insert(container.hostname.as_str());
        for endpoint in &container.endpoints {
            words.extend(endpoint.aliases.iter().chain(&endpoint.dns_names).map(String::as_str));
            words.extend(endpoint.links.iter().flat_map(|link| [&*link.target, &*link.alias]));
        }
        words.extend(container.links.iter().flat_map(|link| [&*link.target, &*link.alias]));
        words.extend(container.extra_hosts.iter().map(|host| host.name.as_str()));
    }
    for container in &snapshot.containers {
        words.extend(container.all_references().map(|reference| reference.host.as_str()));
        words.extend(container.extra_hosts.iter().filter_map(|host| match &host.address {
            HostAddress::Other(other) => Some(other.as_str()),
            HostAddress::Ip(_) | HostAddress::Gateway => None,
        }));
        words.extend(container.dns.iter().map(String::as_str));
    }
    if let Some(swarm) = &snapshot.engine.swarm {
        words.insert(&swarm.node);
        words.extend(swarm.nodes.iter().flat_map(|n| [n.name.as_str(), &n.address, &n.id]));
        words.extend(swarm.services.iter().map(|service| service.name.as_str()));
        let networks = swarm.services.iter().flat_map(|service| &service.networks);
        words.extend(networks.flat_map(|on| &on.aliases).map(String::as_str));
        let tasks = swarm.services.iter().flat_map(|service| &service.tasks);
        words.extend(tasks.map(|task| task.node.as_str()));
    }
    for container in &snapshot.containers {
        words.extend(container.task_of.as_deref());
        words.extend(container.own_name.as_deref());
        words.extend(container.pod.as_ref().map(|pod| pod.name.as_str()));
        words.insert(&container.node);
    }
    words.extend(snapshot.unread.iter().filter_map(|note| match &note.part {
        Part::Container { name, .. } => Some(name.as_str()),
        _ => None,
    }));
    words.extend(snapshot.networks.iter().map(|network| network.node.as_str()));
    words.extend(snapshot.engines.iter().map(|of| of.node.as_str()));
    for seen in &snapshot.observations {
        words.insert(&seen.container);
        words.extend(seen.hosts.iter().flatten().flat_map(|e| &e.names).map(String::as_str));
        words.extend(seen.log_errors.iter().flatten().map(|error| error.host.as_str()));
    }
    for measurement in snapshot.probe.iter().flat_map(|probe| &probe.measurements) {
        words.extend([measurement.from.as_str(), &measurement.to, &measurement.target]);
    }
    words.extend(snapshot.networks.iter().filter_map(|network| network.option(option::PARENT)));
    words.retain(|word| !word.is_empty() && !KEPT_WORDS.contains(word));
    words
}

/// Interfaces of containers and of the engine's machine. A bridge's is called
/// by the network's id, or by a name that somebody chose.
fn interfaces(snapshot: &Snapshot) -> impl Iterator<Item = &str> {
    let bridges = snapshot.networks.iter().filter_map(|n| n.option(option::BRIDGE_NAME));
    let routes = snapshot.observations.iter().filter_map(|seen| seen.routes.as_ref());
    let mtus = snapshot.observations.iter().filter_map(|seen| seen.mtus.as_ref());
    let of_host = snapshot.host.iter().filter_map(|host| host.routes.as_ref());
    let (routes, mtus) = (routes.chain(of_host).flatten(), mtus.flatten());
    let names = routes.map(|route| route.interface.as_str());
    let names = names.chain(mtus.map(|mtu| mtu.interface.as_str())).chain(bridges);
    names.filter(|name| !is_plain_interface(name))
}

/// Variables that every program knows, whose names say what they are for.
fn is_of_a_proxy(name: &str) -> bool {
    let known = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];
    known.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Names that the kernel or the engine gives: `lo`, `eth0`, `docker0`.
fn is_plain_interface(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    // That of a route that throws away what it is for.
    name == "*" || matches!(stem, "lo" | "eth" | "docker") && name.len() - stem.len() <= 2
}

/// Whether a program may refuse a name is told by its underscores.
fn keep_underscore(word: &str, new: &mut String) {
    if word.contains('_') && !word.contains('.') {
        *new = new.replace('-', "_");
    }
}

/// A number for each name, with as many digits as keep the old order.
fn numbered<'n>(kind: &str, names: impl Iterator<Item = &'n str>) -> BTreeMap<String, String> {
    let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).into_set();
    let digits = names.len().to_string().len();
    names
        .into_iter()
        .enumerate()
        .map(|(at, name)| (name.to_owned(), format!("{kind}-{:0digits$}", at + 1)))
        .into_map()
}

/// An id of 64 hexadecimal digits whose beginnings differ, as real ones' do.
fn made_up_id(number: usize, kind: &str) -> String {
    let seed = kind
        .bytes()
        .fold(number as u64, |seed, byte| seed.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    (0..4).fold(String::with_capacity(64), |id, part| id + &format!("{:016x}", mixed(seed + part)))
}

/// One step of SplitMix64 (Steele, Lea and Flood, 2014): a bijection, so that
/// different numbers stay different.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
