//! A service of a compose file, in the one form that all ways of writing it
//! come down to.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::load::texts;
use super::reader::Reader;
use super::references::Configured;
use super::{keys, merge};
use crate::model::{
    Advertised, ExposedPort, ExtraHost, Origin, Reference, RequestedPort, reference,
};
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
    pub labels: std::collections::BTreeMap<String, String>,
    pub references: Vec<Reference>,
    pub advertised: Vec<Advertised>,
    pub in_replica_set: bool,
}

/// How a service is on a network.
#[derive(Debug, Default)]
pub struct Attachment {
    /// The network's key in the file.
    pub network: String,
    pub spot: Spot,
    pub aliases: Vec<String>,
    pub ipv4: Option<Ipv4Addr>,
    pub ipv6: Option<Ipv6Addr>,
    pub mac: Option<String>,
    /// Which network comes first: the highest does, then the first by name.
    pub priority: i64,
    pub gateway_priority: Option<i64>,
}

/// A service that another waits for.
#[derive(Debug)]
pub struct Dependency {
    pub service: String,
    pub spot: Spot,
    pub condition: String,
    pub restart: bool,
}

impl Reader<'_> {
    /// The service under `name`; `None` for what is no container at all.
    pub fn service(&mut self, name: &str, spot: Spot, node: &Node) -> Option<Service> {
        let path = ["services", name];
        if node.map().is_none() {
            self.loader.notes.wrong_kind(node, &path, "a mapping with keys such as `image`");
            return None;
        }
        self.loader.notes.unknown_keys(node, &path, keys::SERVICE);
        if let Some(provider) = node.get("provider") {
            let why = "a provider outside of the engine runs it, so it is no container";
            self.loader.notes.add(provider.spot, &["services", name, "provider"], why);
            return None;
        }
        let networks = self.networks(name, node);
        let (links, external_links) =
            (self.links(name, node, "links"), self.links(name, node, "external_links"));
        let dependencies = self.dependencies(name, node);
        let Configured { mut references, advertised, in_replica_set } = self.configured(name, node);
        references.extend(dependencies.iter().map(|dependency| Reference {
            origin: Origin::Compose,
            variable: Some("depends_on".to_owned()),
            scheme: None,
            host: dependency.service.clone(),
            port: None,
            port_variable: None,
            is_whole: false,
            flaw: None,
        }));
        references.truncate(reference::MOST);
        references.sort();
        let ports = self.list(name, node, "ports", |reader, item, path| {
            reader.ports.published(item, path, &mut reader.loader.notes)
        });
        let mut exposed = self.list(name, node, "expose", |reader, item, path| {
            reader.ports.exposed(item, path, &mut reader.loader.notes)
        });
        exposed.extend(
            ports.iter().map(|port| ExposedPort { port: port.port, protocol: port.protocol }),
        );
        exposed.sort();
        exposed.dedup();
        Some(Service {
            spot,
            image: self.text(node, name, "image").unwrap_or_default(),
            container_name: self.text(node, name, "container_name"),
            hostname: self.text(node, name, "hostname").unwrap_or_default(),
            network_mode: self.text(node, name, "network_mode"),
            networks,
            ports,
            exposed,
            links,
            external_links,
            dependencies,
            replicas: self.replicas(name, node),
            extra_hosts: self.extra_hosts(node),
            dns: texts(node.get("dns"))
                .iter()
                .filter_map(|dns| dns.text())
                .map(str::to_owned)
                .collect(),
            labels: self.labels(node.get("labels")),
            references,
            advertised,
            in_replica_set,
            name: name.to_owned(),
        })
    }

    fn networks(&mut self, name: &str, node: &Node) -> Vec<Attachment> {
        let path = ["services", name, "networks"];
        let named = node.get("networks").filter(|named| named.value != Value::Null);
        if let (Some(named), Some(_)) = (named, node.get("network_mode")) {
            let why = "Compose takes `networks` or `network_mode`, not both; the mode counts here";
            self.loader.notes.add(named.spot, &path, why);
            return Vec::new();
        }
        let mut found = Vec::new();
        match named.map(|named| merge::names(named.clone())) {
            Some(Node { value: Value::Map(map), .. }) => {
                for (network, entry) in map {
                    found.push(self.attachment(name, network, entry.key, &entry.value));
                }
            }
            Some(other) => {
                self.loader.notes.wrong_kind(&other, &path, "a list or a mapping of networks")
            }
            None => {}
        }
        if found.is_empty() && node.get("network_mode").is_none_or(|mode| mode.value == Value::Null)
        {
            found.push(Attachment {
                network: "default".to_owned(),
                spot: node.spot,
                ..Attachment::default()
            });
        }
        found.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.network.cmp(&b.network)));
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
        if node.map().is_none() && node.value != Value::Null {
            self.loader.notes.wrong_kind(node, &path, "a mapping with keys such as `aliases`");
        }
        self.loader.notes.unknown_keys(node, &path, keys::ATTACHMENT);
        let aliases =
            texts(node.get("aliases")).into_iter().filter_map(Node::text).map(str::to_owned);
        Attachment {
            spot,
            aliases: aliases.collect(),
            ipv4: self.parsed(node, &path, "ipv4_address", "an IPv4 address"),
            ipv6: self.parsed(node, &path, "ipv6_address", "an IPv6 address"),
            mac: node.get("mac_address").and_then(Node::text).map(str::to_lowercase),
            priority: self.parsed(node, &path, "priority", "a whole number").unwrap_or_default(),
            gateway_priority: self.parsed(node, &path, "gw_priority", "a whole number"),
            network,
        }
    }

    /// `SERVICE` or `SERVICE:ALIAS`.
    fn links(&mut self, name: &str, node: &Node, key: &str) -> Vec<(String, Option<String>)> {
        self.list(name, node, key, |reader, item, path| match item.text() {
            Some(text) => {
                let (service, alias) = match text.split_once(':') {
                    Some((service, alias)) => (service, Some(alias.to_owned())),
                    None => (text, None),
                };
                vec![(service.to_owned(), alias)]
            }
            None => {
                reader.loader.notes.wrong_kind(item, path, "the name of a service");
                Vec::new()
            }
        })
    }

    fn dependencies(&mut self, name: &str, node: &Node) -> Vec<Dependency> {
        let Some(value) = node.get("depends_on") else { return Vec::new() };
        let path = ["services", name, "depends_on"];
        let names = merge::names(value.clone());
        let Some(map) = names.map() else {
            if names.value != Value::Null {
                self.loader.notes.wrong_kind(&names, &path, "a list or a mapping of services");
            }
            return Vec::new();
        };
        let mut found = Vec::new();
        for (service, entry) in map {
            let path = ["services", name, "depends_on", service];
            self.loader.notes.unknown_keys(&entry.value, &path, keys::DEPENDENCY);
            let condition = entry.value.get("condition").and_then(Node::text);
            let condition = condition.unwrap_or("service_started").to_owned();
            const KNOWN: [&str; 3] =
                ["service_started", "service_healthy", "service_completed_successfully"];
            if !KNOWN.contains(&condition.as_str()) {
                let why = format!("`{condition}` is no condition; there are {}", KNOWN.join(", "));
                self.loader.notes.add(
                    entry.value.spot,
                    &[path.as_slice(), &["condition"]].concat(),
                    why,
                );
            }
            let restart = self.flag(&entry.value, &path, "restart").unwrap_or_default();
            found.push(Dependency {
                service: service.clone(),
                spot: entry.key,
                condition,
                restart,
            });
        }
        found
    }

    fn replicas(&mut self, name: &str, node: &Node) -> u32 {
        let path = ["services", name];
        let scale = self.parsed(node, &path, "scale", "a whole number");
        let path = ["services", name, "deploy"];
        let deploy = node.get("deploy");
        if let Some(deploy) = deploy {
            self.loader.notes.unknown_keys(deploy, &path, keys::DEPLOY);
        }
        let replicas =
            deploy.and_then(|deploy| self.parsed(deploy, &path, "replicas", "a whole number"));
        let wanted: u32 = scale.or(replicas).unwrap_or(1);
        if wanted > MOST_REPLICAS {
            let why = format!(
                "{wanted} replicas are more than netmap draws up; it takes {MOST_REPLICAS}"
            );
            self.loader.notes.add(node.spot, &["services", name, "scale"], why);
        }
        wanted.min(MOST_REPLICAS)
    }

    fn extra_hosts(&mut self, node: &Node) -> Vec<ExtraHost> {
        let Some(value) = node.get("extra_hosts") else { return Vec::new() };
        let list = merge::list(value.clone());
        texts(Some(&list)).into_iter().filter_map(Node::text).map(ExtraHost::parse).collect()
    }
}
