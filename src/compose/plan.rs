//! From services and networks to the snapshot that Compose would bring about:
//! the names it gives, the containers of each service, what joins what.
//!
//! Names are those of Compose 2: `shop-web-1` for a container, `shop_front`
//! for a network. With `COMPOSE_COMPATIBILITY` set they are those of Compose
//! 1, `shop_web_1`, as with Compose itself.

use std::collections::{BTreeMap, BTreeSet};

use super::consistency;
use super::merge;
use super::names::{Names, network_name, twins};
use super::network::built_in;
use super::places::places;
use super::reader::Reader;
use super::service::{Attachment, Dependency, Service};
use super::start;
use super::undeclared::{undeclared, unknown_profiles};
use crate::model::keys::label;
use crate::model::{
    Compose, Container, Endpoint, EngineFacts, Form, Link, Network, NetworkMode, Plan,
    PublishedPort, Refuser, RequestedPort, Snapshot, State,
};
use crate::order::Ordered;
use crate::yaml::{Entry, Mapping, Node};

/// Most memory that the containers of a plan may take, in bytes, roughly. A
/// thousand replicas that publish a thousand ports each are no setup.
const MOST_MEMORY: usize = 256 << 20;
/// Most links of one container.
const MOST_LINKS: usize = 1000;

/// How the project is called, and what is asked of it.
#[derive(Debug)]
pub struct Project {
    pub name: String,
    /// Profiles that are switched on; `*` switches all of them on.
    pub profiles: Vec<String>,
    /// Whether these were asked for here. Else a variable names them, perhaps for others.
    pub are_asked_for: bool,
    /// What joins the parts of a container's name.
    pub separator: char,
}

/// The snapshot of a merged project. Notes are left in the reader.
pub fn snapshot(reader: &mut Reader, project: &Project, tree: &Node) -> Snapshot {
    let nodes = switched_on(tree, &project.profiles);
    if project.are_asked_for {
        unknown_profiles(tree, &project.profiles, &mut reader.loader.notes);
    }
    let names_on = nodes.keys().copied().collect();
    consistency::check(tree, &names_on, &mut reader.loader.notes);
    let mut services = services(reader, &nodes);
    let declared = declared_networks(tree);
    let networks = networks(reader, project, &declared, &services);
    place_modeless(reader, &mut services, &networks);
    let twins = twins(&services);
    let names = Names { project: &project.name, separator: project.separator, twins: &twins };
    start::check(tree, &services, &networks, names, &mut reader.loader.notes);
    let mut drawing = Drawing::new(reader, names, &services, &networks);
    let containers = drawing.containers();
    let mut used: BTreeMap<String, Network> = BTreeMap::new();
    for network in networks.into_values() {
        used.insert(network.name.clone(), network);
    }
    for endpoint in containers.iter().flat_map(|container| &container.endpoints) {
        if let Some(network) = built_in(&endpoint.network) {
            used.entry(network.name.clone()).or_insert(network);
        }
    }
    let mut files: Vec<String> = Vec::new();
    for file in &reader.loader.notes.files {
        if !files.contains(file) {
            files.push(file.clone());
        }
    }
    let plan = Plan {
        project: project.name.clone(),
        files,
        faults: Vec::new(),
        places: places(&reader.loader.notes, tree),
    };
    let mut snapshot =
        Snapshot::new(EngineFacts::default(), used.into_values().collect(), containers, Vec::new());
    snapshot.plan = Some(plan);
    snapshot
}

/// The services whose profiles are switched on, as the file has them.
fn switched_on<'t>(tree: &'t Node, profiles: &[String]) -> BTreeMap<&'t str, &'t Entry> {
    let all = tree.get("services").and_then(Node::map).into_iter().flatten();
    all.filter(|(_, entry)| {
        let wanted = Reader::profiles(&entry.value);
        let on = |profile: &&str| profiles.iter().any(|on| on == profile || on == "*");
        wanted.is_empty() || wanted.iter().any(on)
    })
    .map(|(name, entry)| (name.as_str(), entry))
    .into_map()
}

fn services(reader: &mut Reader, on: &BTreeMap<&str, &Entry>) -> BTreeMap<String, Service> {
    let read = |(name, entry): (&&str, &&Entry)| {
        let service = reader.service(name, entry.key, &entry.value)?;
        Some(((*name).to_owned(), service))
    };
    on.iter().filter_map(read).into_map()
}

/// Puts services whose network mode is empty where Compose 2 puts them: on the
/// default network if another service is on it, else nowhere.
fn place_modeless(
    reader: &mut Reader,
    services: &mut BTreeMap<String, Service>,
    networks: &BTreeMap<String, Network>,
) {
    let modeless =
        |service: &&mut Service| service.network_mode.is_none() && service.networks.is_empty();
    for service in services.values_mut().filter(modeless) {
        if networks.contains_key("default") {
            let (network, spot) = ("default".to_owned(), service.spot);
            service.networks.push(Attachment { network, spot, ..Attachment::default() });
        } else if !networks.is_empty() {
            let path = ["services", &service.name, "network_mode"];
            let why =
                "it is empty, and stands for a default network that the project does not have";
            reader.loader.notes.refused_by_engine(service.spot, &path, why);
        }
    }
}

/// The networks at the top of the file. That they are a list, which Compose does not take,
/// has been told already, and it is clear what is meant.
fn declared_networks(tree: &Node) -> Mapping {
    let section = tree.get("networks").map(|section| merge::names(section.clone()));
    section.as_ref().and_then(Node::map).cloned().unwrap_or_default()
}

/// The networks that services are on, by their keys in the file.
fn networks(
    reader: &mut Reader,
    project: &Project,
    declared: &Mapping,
    services: &BTreeMap<String, Service>,
) -> BTreeMap<String, Network> {
    let mut found = BTreeMap::new();
    for service in services.values() {
        for attachment in &service.networks {
            let key = &attachment.network;
            if found.contains_key(key) {
                continue;
            }
            let entry = declared.get(key);
            if entry.is_none() && key != "default" {
                let path = ["services", &service.name, "networks", key];
                let why = || undeclared(&path, "networks", key, Some(declared));
                reader.loader.notes.absent(attachment.spot, &path, why);
                continue;
            }
            let full = network_name(&project.name, key);
            let network = reader.network(key, entry.map(|entry| &entry.value), full, &project.name);
            found.insert(key.clone(), network);
        }
    }
    let mut modes: BTreeMap<&str, &str> = BTreeMap::new();
    for service in services.values() {
        if let Some(mode) = &service.network_mode {
            modes.entry(mode).or_insert(&service.name);
        }
    }
    for (key, entry) in declared {
        if !found.contains_key(key) {
            let why = "no service is on it, so Compose does not make it";
            reader.loader.notes.add(entry.key, &["networks", key], why);
        }
    }
    found
}

/// Draws up the containers.
struct Drawing<'a, 'r> {
    reader: &'a mut Reader<'r>,
    names: Names<'a>,
    services: &'a BTreeMap<String, Service>,
    /// By key.
    networks: &'a BTreeMap<String, Network>,
    /// Names of those that let the host's ports in.
    open: BTreeSet<&'a str>,
}

impl<'a, 'r> Drawing<'a, 'r> {
    fn new(
        reader: &'a mut Reader<'r>,
        names: Names<'a>,
        services: &'a BTreeMap<String, Service>,
        networks: &'a BTreeMap<String, Network>,
    ) -> Self {
        let open = networks.values().filter(|network| !network.internal && !network.is_none());
        let open = open.map(|network| network.name.as_str()).collect();
        Self { reader, names, services, networks, open }
    }

    fn containers(&mut self) -> Vec<Container> {
        let mut containers = Vec::new();
        let mut left = MOST_MEMORY;
        for service in self.services.values() {
            if service.container_name.is_some() && service.replicas > 1 {
                let path = ["services", &service.name, "container_name"];
                let why =
                    "one name does for one container only, so Compose cannot scale this service";
                let form = Form::Nameless { service: service.name.clone(), or_another: false };
                let notes = &mut self.reader.loader.notes;
                let (by, why) = (Refuser::Compose, why.to_owned());
                notes.refused_form(by, service.name_spot, &path, why, form);
            }
            for number in 1..=service.replicas {
                let container = self.container(service, number);
                let Some(rest) = left.checked_sub(weight(&container)) else {
                    let path = ["services", &service.name];
                    let why =
                        format!("replica {number} and those after it are too much to draw up");
                    self.reader.loader.notes.add(service.spot, &path, why);
                    break;
                };
                left = rest;
                containers.push(container);
            }
        }
        containers
    }

    fn container(&self, service: &Service, number: u32) -> Container {
        let links = self.links(service, number);
        let (network_mode, endpoints) = self.networking(service, &links);
        let own_networks = service.network_mode.is_none();
        let Names { project, separator, .. } = self.names;
        let image = match service.image.as_str() {
            "" => format!("{project}{separator}{}", service.name),
            image => image.to_owned(),
        };
        // Ports of the host cannot be published to itself, nor to a stack
        // that belongs to another container.
        let publishes = !matches!(network_mode, NetworkMode::Host | NetworkMode::Container(_));
        let requested = if publishes { service.ports.clone() } else { Vec::new() };
        let published =
            if self.lets_in(service, &endpoints) { published(&requested) } else { Vec::new() };
        Container {
            name: self.names.container(service, number),
            image,
            state: State::Planned,
            hostname: service.hostname.clone(),
            network_mode,
            endpoints,
            published,
            requested,
            exposed: service.exposed.clone(),
            compose: Compose {
                project: Some(project.to_owned()),
                service: Some(service.name.clone()).filter(|name| !name.is_empty()),
                replica: Some(number),
            },
            links: if own_networks { Vec::new() } else { links },
            extra_hosts: service.extra_hosts.clone(),
            dns: service.dns.clone(),
            references: service.references.clone(),
            advertised: service.advertised.clone(),
            in_replica_set: service.in_replica_set,
            on_loopback: service.on_loopback,
            flawed_ports: service.flawed_ports.clone(),
            labels: self.labels(service, number),
            ..Container::default()
        }
    }

    /// Whether any of a container's networks lets the host's ports in.
    fn lets_in(&self, service: &Service, endpoints: &[Endpoint]) -> bool {
        let bridged = service.network_mode.as_deref() == Some("bridge");
        bridged || endpoints.iter().any(|e| self.open.contains(e.network.as_str()))
    }

    /// The service's own labels, and those that Compose puts there.
    fn labels(&self, service: &Service, number: u32) -> BTreeMap<String, String> {
        let dependencies: Vec<String> = service
            .dependencies
            .iter()
            .map(|dependency| {
                let Dependency { service, condition, restart, .. } = dependency;
                format!("{service}:{condition}:{restart}")
            })
            .collect();
        let mut labels = service.labels.clone();
        for (key, value) in [
            (label::PROJECT, self.names.project.to_owned()),
            (label::SERVICE, service.name.clone()),
            (label::CONTAINER_NUMBER, number.to_string()),
            (label::DEPENDS_ON, dependencies.join(",")),
        ] {
            labels.insert(key.to_owned(), value);
        }
        labels
    }

    /// Where the network stack comes from, and the endpoints in it.
    fn networking(&self, service: &Service, links: &[Link]) -> (NetworkMode, Vec<Endpoint>) {
        if let Some(mode) = &service.network_mode {
            let mode = match mode.split_once(':') {
                Some(("service", shared)) => match self.services.get(shared) {
                    Some(shared) => NetworkMode::Container(self.names.container(shared, 1)),
                    None => NetworkMode::Container(shared.to_owned()),
                },
                _ => NetworkMode::parse(mode),
            };
            let named = match &mode {
                NetworkMode::Container(_) => None,
                NetworkMode::Host => Some("host"),
                NetworkMode::None => Some("none"),
                NetworkMode::Network(name) if name == "default" => Some("bridge"),
                NetworkMode::Network(name) => Some(name.as_str()),
            };
            let endpoint =
                |name: &str| Endpoint { network: name.to_owned(), ..Endpoint::default() };
            return (mode.clone(), named.map(endpoint).into_iter().collect());
        }
        let mut endpoints: Vec<Endpoint> = Vec::new();
        let mut joined: BTreeSet<&str> = BTreeSet::new();
        for attachment in &service.networks {
            let Some(network) = self.networks.get(&attachment.network) else { continue };
            // Two keys may stand for one network that is made elsewhere.
            if !joined.insert(&network.name) {
                continue;
            }
            let mut aliases = vec![service.name.clone()];
            aliases.extend(attachment.aliases.iter().cloned());
            let mut seen = BTreeSet::new();
            aliases.retain(|alias| seen.insert(alias.clone()));
            let first_mac = |before: &[Endpoint]| service.mac.clone().filter(|_| before.is_empty());
            endpoints.push(Endpoint {
                network: network.name.clone(),
                ipv4: attachment.ipv4,
                ipv6: attachment.ipv6,
                fixed_ipv4: attachment.ipv4,
                fixed_ipv6: attachment.ipv6,
                mac: attachment.mac.clone().or_else(|| first_mac(&endpoints)),
                aliases,
                gateway_priority: attachment.gateway_priority.filter(|priority| *priority != 0),
                link_local: attachment.link_local.clone(),
                driver_options: attachment.driver_options.clone(),
                links: links.to_vec(),
                ..Endpoint::default()
            });
        }
        // The first one is the one that Compose creates the container on.
        let first = endpoints.first().map(|endpoint| endpoint.network.clone());
        (first.map_or(NetworkMode::None, NetworkMode::Network), endpoints)
    }

    /// Its links; Compose gives each linked container three.
    fn links(&self, service: &Service, number: u32) -> Vec<Link> {
        let separator = self.names.separator;
        let mut links = BTreeSet::new();
        for (linked, alias) in &service.links {
            let Some(target) = self.services.get(linked) else { continue };
            for replica in 1..=target.replicas {
                if links.len() >= MOST_LINKS {
                    break;
                }
                let name = self.names.container(target, replica);
                let numbered = format!("{linked}{separator}{number}");
                let full = self.names.joined(linked, number);
                for alias in [alias.as_ref().unwrap_or(linked), &numbered, &full] {
                    links.insert(Link { target: name.clone(), alias: alias.clone() });
                }
            }
        }
        for (container, alias) in &service.external_links {
            let alias = alias.as_ref().unwrap_or(container).clone();
            links.insert(Link { target: container.clone(), alias });
        }
        links.into_iter().collect()
    }
}

/// The ports that the engine will publish where it is told which. Those it is
/// to choose are known only once it has.
fn published(requested: &[RequestedPort]) -> Vec<PublishedPort> {
    let told = |asked: &RequestedPort| Some(asked.granted(Some(asked.host_port.one()?)));
    requested.iter().filter_map(told).flatten().collect()
}

/// Roughly the memory that a container takes, in bytes.
fn weight(container: &Container) -> usize {
    let texts = |texts: &[String]| texts.iter().map(|text| text.len() + 32).sum::<usize>();
    let linked = |links: &[Link]| -> usize {
        links.iter().map(|link| link.target.len() + link.alias.len() + 64).sum()
    };
    let labels: usize =
        container.labels.iter().map(|(key, value)| key.len() + value.len() + 96).sum();
    let endpoints: usize = container
        .endpoints
        .iter()
        .map(|endpoint| 300 + texts(&endpoint.aliases) + linked(&endpoint.links))
        .sum();
    let ports =
        96 * (container.requested.len() + container.published.len()) + 8 * container.exposed.len();
    let references = 160 * container.references.len();
    let hosts: usize = container.extra_hosts.iter().map(|host| host.name.len() + 64).sum();
    let rest = hosts + texts(&container.dns) + linked(&container.links);
    800 + labels + endpoints + ports + references + rest
}
