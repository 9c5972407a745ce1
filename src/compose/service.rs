//! A service of a compose file, in the one form that all ways of writing it
//! come down to.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::load::texts;
use super::merge;
use super::network::options;
use super::reader::{Reader, flag, number, text};
use super::references::Configured;
use crate::model::{
    Advertised, ExposedPort, ExtraHost, FlawedPort, OnLoopback, Reference, RequestedPort,
    kept_driver_options, reference,
};
use crate::order::OrderBy;
use crate::yaml::{Node, Spot, Value};

/// Most replicas of one service that are drawn up.
const MOST_REPLICAS: u32 = 1000;

/// A service.
#[derive(Debug, Default)]
pub struct Service {
    pub name: String,
    pub spot: Spot,
    pub image: String,
    pub container_name: Option<String>,
    /// Where its container's name is written, or else the service.
    pub name_spot: Spot,
    pub hostname: String,
    /// As written, where it is.
    pub network_mode: Option<String>,
    /// Its networks; the default one where it says nothing.
    pub networks: Vec<Attachment>,
    pub ports: Vec<RequestedPort>,
    pub exposed: Vec<ExposedPort>,
    /// Services it links to, each with the alias if there is one.
    pub links: Vec<(String, Option<String>)>,
    /// Containers of others it links to, likewise.
    pub external_links: Vec<(String, Option<String>)>,
    pub dependencies: Vec<Dependency>,
    pub replicas: u32,
    pub extra_hosts: Vec<ExtraHost>,
    pub dns: Vec<String>,
    /// The MAC address of its endpoint that comes first.
    pub mac: Option<String>,
    pub labels: std::collections::BTreeMap<String, String>,
    pub references: Vec<Reference>,
    pub advertised: Vec<Advertised>,
    pub in_replica_set: bool,
    pub on_loopback: Option<OnLoopback>,
    /// The variables that hold a port with something around it.
    pub flawed_ports: Vec<FlawedPort>,
}

/// How a service is on a network.
#[derive(Debug, Default)]
pub struct Attachment {
    /// The network's key in the file.
    pub network: String,
    pub spot: Spot,
    pub aliases: Vec<String>,
    pub ipv4: Option<Ipv4Addr>,
    pub ipv4_spot: Option<Spot>,
    pub ipv6: Option<Ipv6Addr>,
    pub ipv6_spot: Option<Spot>,
    pub mac: Option<String>,
    /// Which network comes first: the highest does, then the first by name.
    pub priority: i64,
    pub gateway_priority: Option<i64>,
    pub link_local: Vec<IpAddr>,
    pub driver_options: BTreeMap<String, String>,
}

/// A service that another waits for.
#[derive(Debug)]
pub struct Dependency {
    pub service: String,
    pub condition: String,
    pub restart: bool,
}

impl Reader<'_> {
    /// The service under `name`; `None` for what is no container at all.
    pub fn service(&mut self, name: &str, spot: Spot, node: &Node) -> Option<Service> {
        node.map()?;
        if let Some(provider) = node.get("provider") {
            let why = "a provider outside of the engine runs it, so it is no container";
            self.loader.notes.add(provider.spot, &["services", name, "provider"], why);
            return None;
        }
        let networks = self.networks(name, node);
        let (links, external_links) =
            (self.links(name, node, "links"), self.links(name, node, "external_links"));
        let Configured { mut references, advertised, in_replica_set, on_loopback, flawed_ports } =
            self.configured(name, node);
        references.truncate(reference::MOST);
        references.order();
        let mut ports = self.list(name, node, "ports", |reader, item, path| {
            reader.ports.published(item, path, &mut reader.loader.notes)
        });
        let mut seen = BTreeSet::new();
        ports.retain(|port| seen.insert(port.clone()));
        let mut exposed = self.list(name, node, "expose", |reader, item, path| {
            reader.ports.exposed(item, path, &mut reader.loader.notes)
        });
        exposed.extend(
            ports.iter().map(|port| ExposedPort { port: port.port, protocol: port.protocol }),
        );
        exposed.order();
        exposed.dedup();
        Some(Service {
            spot,
            image: text(node, "image").unwrap_or_default(),
            container_name: text(node, "container_name"),
            name_spot: node.get("container_name").map_or(spot, |name| name.spot),
            hostname: text(node, "hostname").unwrap_or_default(),
            network_mode: text(node, "network_mode"),
            networks,
            ports,
            exposed,
            links,
            external_links,
            dependencies: dependencies(node),
            replicas: self.replicas(name, node),
            extra_hosts: extra_hosts(node),
            dns: texts(node.get("dns"))
                .iter()
                .filter_map(|dns| dns.text())
                .map(str::to_owned)
                .collect(),
            mac: text(node, "mac_address").map(|mac| mac.to_lowercase()),
            labels: self.labels(node.get("labels")),
            references,
            advertised,
            in_replica_set,
            on_loopback,
            flawed_ports,
            name: name.to_owned(),
        })
    }

    fn networks(&mut self, name: &str, node: &Node) -> Vec<Attachment> {
        let path = ["services", name, "networks"];
        let named = node.get("networks").filter(|named| named.value != Value::Null);
        if let (Some(named), Some(_)) = (named, text(node, "network_mode")) {
            let why = "Compose takes `networks` or `network_mode`, not both; the mode counts here";
            self.loader.notes.refused(named.spot, &path, why);
            return Vec::new();
        }
        let mut found = Vec::new();
        let names = named.map(|named| merge::names(named.clone()));
        for (network, entry) in names.as_ref().and_then(Node::map).into_iter().flatten() {
            found.push(self.attachment(name, network.clone(), entry.key, &entry.value));
        }
        if found.is_empty() && node.get("network_mode").is_none_or(|mode| mode.value == Value::Null)
        {
            found.push(Attachment {
                network: "default".to_owned(),
                spot: node.spot,
                ..Attachment::default()
            });
        }
        found.order_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.network.cmp(&b.network)));
        found
    }

    fn attachment(
        &mut self,
        service: &str,
        network: String,
        spot: Spot,
        node: &Node,
    ) -> Attachment {
        let path = ["services", service, "networks", &network];
        let aliases =
            texts(node.get("aliases")).into_iter().filter_map(Node::text).map(str::to_owned);
        let link_local = texts(node.get("link_local_ips")).into_iter().filter_map(Node::text);
        Attachment {
            spot,
            aliases: aliases.collect(),
            ipv4: self.parsed(node, &path, "ipv4_address", "an IPv4 address"),
            ipv4_spot: node.get("ipv4_address").map(|address| address.spot),
            ipv6: self.parsed(node, &path, "ipv6_address", "an IPv6 address"),
            ipv6_spot: node.get("ipv6_address").map(|address| address.spot),
            mac: text(node, "mac_address").map(|mac| mac.to_lowercase()),
            priority: number(node, "priority").unwrap_or_default(),
            gateway_priority: number(node, "gw_priority"),
            link_local: link_local.filter_map(|address| address.parse().ok()).collect(),
            driver_options: kept_driver_options(options(node.get("driver_opts"))),
            network,
        }
    }

    /// `SERVICE` or `SERVICE:ALIAS`.
    fn links(&mut self, name: &str, node: &Node, key: &str) -> Vec<(String, Option<String>)> {
        self.list(name, node, key, |_, item, _| {
            let link = item.text().map(|text| match text.split_once(':') {
                Some((service, alias)) => (service.to_owned(), Some(alias.to_owned())),
                None => (text.to_owned(), None),
            });
            link.into_iter().collect()
        })
    }

    fn replicas(&mut self, name: &str, node: &Node) -> u32 {
        let deploy = node.get("deploy").and_then(|deploy| number(deploy, "replicas"));
        let wanted: i64 = number(node, "scale").or(deploy).unwrap_or(1);
        if wanted > i64::from(MOST_REPLICAS) {
            let why = format!(
                "{wanted} replicas are more than netmap draws up; it takes {MOST_REPLICAS}"
            );
            self.loader.notes.add(node.spot, &["services", name, "scale"], why);
        }
        u32::try_from(wanted.max(0)).unwrap_or(MOST_REPLICAS).min(MOST_REPLICAS)
    }
}

fn dependencies(node: &Node) -> Vec<Dependency> {
    let names = node.get("depends_on").map(|value| merge::names(value.clone()));
    let map = names.as_ref().and_then(Node::map).into_iter().flatten();
    map.map(|(service, entry)| Dependency {
        service: service.clone(),
        condition: text(&entry.value, "condition").unwrap_or_else(|| "service_started".to_owned()),
        restart: flag(&entry.value, "restart").unwrap_or_default(),
    })
    .collect()
}

fn extra_hosts(node: &Node) -> Vec<ExtraHost> {
    let list = node.get("extra_hosts").map(|value| merge::list(value.clone()));
    texts(list.as_ref()).into_iter().filter_map(Node::text).map(ExtraHost::parse).collect()
}
