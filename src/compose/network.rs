//! The networks at the top of a compose file, as the engine would make them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::reader::{Reader, flag, text};
use crate::model::keys::label;
use crate::model::{Driver, Network, Scope, Subnet};
use crate::order::Ordered;
use crate::yaml::{Node, Value};

/// Driver of a network that is made elsewhere: the file does not say which.
const EXTERNAL: &str = "external";

impl Reader<'_> {
    /// The network under `key`. `full` is the name that Compose gives it
    /// unless the file gives another.
    pub fn network(
        &mut self,
        key: &str,
        node: Option<&Node>,
        full: String,
        project: &str,
    ) -> Network {
        let empty = Node::new(crate::yaml::Spot::default(), Value::Null);
        let node = node.unwrap_or(&empty);
        let path = ["networks", key];
        let name = text(node, "name");
        if let Some(named_there) = external(node) {
            return elsewhere(name.or(named_there).unwrap_or_else(|| key.to_owned()));
        }
        let driver = text(node, "driver").map_or(Driver::Bridge, |driver| Driver::parse(&driver));
        let mut labels = self.labels(node.get("labels"));
        labels.insert(label::NETWORK.to_owned(), key.to_owned());
        labels.insert(label::PROJECT.to_owned(), project.to_owned());
        let mut network = Network {
            scope: if driver == Driver::Overlay { Scope::Swarm } else { Scope::Local },
            driver,
            internal: flag(node, "internal").unwrap_or_default(),
            subnets: self.subnets(node, &path),
            ipv4: flag(node, "enable_ipv4").unwrap_or(true),
            ipv6: flag(node, "enable_ipv6").unwrap_or_default(),
            attachable: flag(node, "attachable").unwrap_or_default(),
            project: Some(project.to_owned()),
            labels,
            node: String::new(),
            unlisted: false,
            ..Network::unlisted(&name.unwrap_or(full), "")
        };
        network.set_options(options(node.get("driver_opts")));
        network
    }

    fn subnets(&mut self, node: &Node, path: &[&str]) -> Vec<Subnet> {
        let Some(ipam) = node.get("ipam") else { return Vec::new() };
        let path = [path, &["ipam"]].concat();
        let Some(Value::List(configs)) = ipam.get("config").map(|config| &config.value) else {
            return Vec::new();
        };
        let mut subnets = Vec::new();
        for (at, config) in configs.iter().enumerate() {
            let at = at.to_string();
            let path = [path.as_slice(), &["config", &at]].concat();
            let subnet = self.parsed(config, &path, "subnet", "a subnet such as 10.5.0.0/16");
            let gateway: Option<IpAddr> = self.parsed(config, &path, "gateway", "an address");
            let ip_range = self.parsed(config, &path, "ip_range", "a range such as 10.5.1.0/24");
            // A gateway without subnet is one that the engine ignores, too.
            if let Some(subnet) = subnet {
                subnets.push(Subnet { subnet, gateway, ip_range });
            }
        }
        subnets
    }
}

/// Whether the network is made elsewhere, and the name it is given in the old
/// way of writing that: `external: {name: N}`.
pub fn external(node: &Node) -> Option<Option<String>> {
    let external = node.get("external")?;
    match external.map() {
        Some(_) => Some(text(external, "name")),
        None => flag(node, "external").filter(|external| *external).map(|_| None),
    }
}

/// A network that the engine has by itself, or that somebody else makes.
fn elsewhere(name: String) -> Network {
    match built_in(&name) {
        Some(network) => network,
        None => Network { driver: Driver::parse(EXTERNAL), ..Network::unlisted(&name, "") },
    }
}

/// One of the three networks of every engine: `bridge`, `host` and `none`.
pub fn built_in(name: &str) -> Option<Network> {
    let driver = match name {
        "bridge" => Driver::Bridge,
        "host" => Driver::Host,
        "none" => Driver::Null,
        _ => return None,
    };
    Some(Network {
        driver,
        scope: Scope::Local,
        node: String::new(),
        unlisted: false,
        ..Network::unlisted(name, "")
    })
}

/// The options of a driver, as they are written.
pub fn options(node: Option<&Node>) -> BTreeMap<String, String> {
    let map = node.and_then(Node::map).into_iter().flatten();
    map.map(|(key, entry)| (key.clone(), entry.value.text().unwrap_or_default().to_owned()))
        .into_map()
}
