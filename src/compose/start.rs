//! What the engine will refuse to make or to start, as far as the files alone
//! prove it: fixed addresses that cannot be had, options that do not go with a
//! borrowed network stack, names that two containers want.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::merge;
use super::names::Names;
use super::notes::Notes;
use super::service::{Attachment, Service};
use crate::model::{Form, Network, Refuser, Subnet};
use crate::order::Ordered;
use crate::yaml::{Node, Spot, Value};

/// Asks what is planned.
pub fn check(
    tree: &Node,
    services: &BTreeMap<String, Service>,
    networks: &BTreeMap<String, Network>,
    names: Names,
    notes: &mut Notes,
) {
    modes(tree, services, notes);
    modes_of_networks(tree, services, names, notes);
    container_names(services, names, notes);
    network_names(tree, networks, notes);
    let mut fixed = fixed(services);
    for (key, network) in networks {
        gateways(tree, key, network, notes);
        let there = fixed.remove(key.as_str()).unwrap_or_default();
        addresses(network, &kept(tree, key), there, notes);
    }
}

/// What the engine does not take for a container in another one's network stack.
const NOT_BORROWING: [&str; 7] =
    ["dns", "expose", "external_links", "extra_hosts", "hostname", "links", "ports"];
/// What it does not take for one in the host's.
const NOT_ON_HOST: [&str; 2] = ["external_links", "links"];

/// Settings that do not go with a network mode.
fn modes(tree: &Node, services: &BTreeMap<String, Service>, notes: &mut Notes) {
    for service in services.values() {
        let mode = service.network_mode.as_deref().unwrap_or_default();
        let (whose, refused) = match mode.split_once(':') {
            Some(("service" | "container", owner)) => (format!("`{owner}`"), &NOT_BORROWING[..]),
            _ if mode == "host" => ("the host".to_owned(), &NOT_ON_HOST[..]),
            _ => continue,
        };
        let node = tree.get("services").and_then(|services| services.get(&service.name));
        for (key, entry) in node.and_then(Node::map).into_iter().flatten() {
            if refused.contains(&key.as_str()) && !is_empty(&entry.value) {
                let why = match mode {
                    "host" => format!("it uses the network of {whose}, where there are no links"),
                    _ => format!("it uses the network of {whose}, so `{key}` belongs there"),
                };
                notes.refused_by_engine(entry.key, &["services", &service.name, key], why);
            }
        }
    }
}

/// Modes that are the name of a network of the file. The engine takes such a mode for a
/// network of its own, and knows this one by another name.
fn modes_of_networks(
    tree: &Node,
    services: &BTreeMap<String, Service>,
    names: Names,
    notes: &mut Notes,
) {
    let declared = tree.get("networks").map(|section| merge::names(section.clone()));
    let declared = declared.as_ref().and_then(Node::map);
    let called = |key: &str, node: &Node| names.network(key, node);
    let on_engine: BTreeSet<String> =
        declared.into_iter().flatten().map(|(key, entry)| called(key, &entry.value)).into_set();
    for service in services.values() {
        let mode = service.network_mode.as_deref().unwrap_or_default();
        let Some(network) = declared.and_then(|declared| declared.get(mode)) else { continue };
        let is_built_in = ["bridge", "default", "host", "none"].contains(&mode);
        if is_built_in || on_engine.contains(mode) {
            continue;
        }
        let path = ["services", &service.name, "network_mode"];
        let node = tree.get("services").and_then(|services| services.get(&service.name));
        let spot = node.and_then(|node| node.get("network_mode")).map_or(service.spot, |n| n.spot);
        let why = format!(
            "a mode names a network of the engine, which knows `{mode}` of this file as `{}`",
            called(mode, &network.value)
        );
        let form = Form::Listed { under: "networks".to_owned(), name: mode.to_owned() };
        notes.refused_form(Refuser::Engine, spot, &path, why, form);
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
    }
}

/// Names that several containers want, and those that none can have.
fn container_names(services: &BTreeMap<String, Service>, names: Names, notes: &mut Notes) {
    // What Compose makes up is there whoever else wants it.
    let made_up = services.values().filter(|service| service.container_name.is_none());
    let mut made: BTreeMap<String, &str> = BTreeMap::new();
    for service in made_up {
        let numbers = 1..=service.replicas;
        let made_up = numbers.map(|number| names.joined(&service.name, number));
        made.extend(made_up.map(|name| (name, &*service.name)));
    }
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    for service in services.values() {
        let Some(name) = service.container_name.as_deref() else { continue };
        let path = ["services", &service.name, "container_name"];
        let first = given.get(name).copied();
        given.entry(name).or_insert(&service.name);
        let taken = first.map(|other| (Refuser::Compose, other));
        let taken = taken.or_else(|| made.get(name).map(|other| (Refuser::Engine, *other)));
        if let Some((by, other)) = taken {
            let why = format!("`{name}` is the name of a container of `{other}`, too");
            let form = Form::Nameless { service: service.name.clone(), or_another: true };
            notes.refused_form(by, service.name_spot, &path, why, form);
        } else if !is_container_name(name) {
            let why = "a container's name has letters, digits, `_`, `.` and `-` only";
            notes.refused_by_engine(service.name_spot, &path, why);
        }
    }
}

fn is_container_name(name: &str) -> bool {
    let name = name.strip_prefix('/').unwrap_or(name);
    let letter = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-');
    name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.bytes().all(letter)
}

/// Networks of the project with one name: Compose marks a network with its key,
/// and refuses one that has another mark.
fn network_names(tree: &Node, networks: &BTreeMap<String, Network>, notes: &mut Notes) {
    let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, network) in networks.iter().filter(|(_, network)| network.project.is_some()) {
        if let Some(other) = taken.insert(&network.name, key) {
            let node = tree.get("networks").and_then(|networks| networks.get(key));
            let spot = node.map(|node| node.get("name").unwrap_or(node).spot);
            let why = format!("`{}` is the name of the network `{other}`, too", network.name);
            notes.refused_by_engine(spot.unwrap_or_default(), &["networks", key, "name"], why);
        }
    }
}

/// Gateways and ranges outside of their subnets.
fn gateways(tree: &Node, key: &str, network: &Network, notes: &mut Notes) {
    let config = tree.get("networks").and_then(|networks| networks.get(key)?.get("ipam"));
    let spot = config.and_then(|ipam| ipam.get("config")).map(|config| config.spot);
    let path = ["networks", key, "ipam", "config"];
    for Subnet { subnet, gateway, ip_range } in &network.subnets {
        if let Some(gateway) = gateway.filter(|gateway| !subnet.contains(gateway)) {
            let why = format!("the gateway {gateway} is not in {subnet}");
            notes.refused_by_engine(spot.unwrap_or_default(), &path, why);
        }
        if let Some(range) = ip_range.filter(|range| !subnet.contains(range)) {
            let why = format!("the range {range} is not in {subnet}");
            notes.refused_by_engine(spot.unwrap_or_default(), &path, why);
        }
    }
}

/// A fixed address of a service on a network.
struct Fixed<'a> {
    service: &'a Service,
    attachment: &'a Attachment,
    address: IpAddr,
    key: &'static str,
}

impl Fixed<'_> {
    fn refuse(&self, notes: &mut Notes, why: String) {
        let network = &self.attachment.network;
        let path = ["services", &self.service.name, "networks", network, self.key];
        notes.refused_by_engine(self.attachment.address_spot(self.key), &path, why);
    }
}

/// Notes the fixed addresses on a network that cannot be had. `kept` are those
/// that the file keeps for others.
fn addresses(
    network: &Network,
    kept: &BTreeMap<IpAddr, String>,
    fixed: Vec<Fixed>,
    notes: &mut Notes,
) {
    let mut taken: BTreeMap<IpAddr, &str> = BTreeMap::new();
    for fixed in &fixed {
        let address = fixed.address;
        if fixed.service.replicas > 1 {
            let replicas = fixed.service.replicas;
            fixed.refuse(
                notes,
                format!("{address} is one address, and the service has {replicas} containers"),
            );
        }
        if let Some(other) = taken.insert(address, &fixed.service.name) {
            fixed.refuse(notes, format!("{address} is the address of `{other}`, too"));
        }
        // Of a network that is made elsewhere the file does not say what it has.
        if !network.unlisted && !network.is_built_in() {
            if let Some(why) = outside(address, network) {
                fixed.refuse(notes, why);
            } else if let Some(name) = kept.get(&address) {
                fixed.refuse(notes, format!("{address} is kept for `{name}` (aux_addresses)"));
            }
        }
    }
}

/// The addresses of a network that the file keeps for others.
fn kept(tree: &Node, key: &str) -> BTreeMap<IpAddr, String> {
    let network = tree.get("networks").and_then(|networks| networks.get(key));
    let config = network.and_then(|network| network.get("ipam")?.get("config"));
    let Some(Value::List(subnets)) = config.map(|config| &config.value) else {
        return BTreeMap::new();
    };
    let kept = subnets.iter().filter_map(|subnet| subnet.get("aux_addresses")?.map()).flatten();
    kept.filter_map(|(name, entry)| Some((entry.value.text()?.parse().ok()?, name.clone())))
        .into_map()
}

/// The fixed addresses by the key of the network that they are on.
fn fixed(services: &BTreeMap<String, Service>) -> BTreeMap<&str, Vec<Fixed<'_>>> {
    let mut all: BTreeMap<&str, Vec<Fixed>> = BTreeMap::new();
    for service in services.values() {
        for attachment in &service.networks {
            let ipv4 = attachment.ipv4.map(|ip| (IpAddr::from(ip), "ipv4_address"));
            let ipv6 = attachment.ipv6.map(|ip| (IpAddr::from(ip), "ipv6_address"));
            let fixed = ipv4.into_iter().chain(ipv6);
            let fixed = fixed.map(|(address, key)| Fixed { service, attachment, address, key });
            all.entry(&attachment.network).or_default().extend(fixed);
        }
    }
    all
}

/// Why a network has no such address to give.
fn outside(address: IpAddr, network: &Network) -> Option<String> {
    let family: Vec<&Subnet> = network
        .subnets
        .iter()
        .filter(|subnet| subnet.subnet.addr().is_ipv4() == address.is_ipv4())
        .collect();
    if family.is_empty() {
        return Some(format!(
            "a fixed address takes a subnet that the file gives the network (ipam.config), and \
             there is none that {address} could be of"
        ));
    }
    let Some(home) = family.iter().find(|subnet| subnet.subnet.contains(&address)) else {
        let subnets: Vec<String> = family.iter().map(|subnet| subnet.subnet.to_string()).collect();
        return Some(format!("{address} is not in {}", subnets.join(", ")));
    };
    let what = match address {
        _ if gateway(home) == address => "the gateway of the network",
        _ if home.subnet.network() == address => "the network itself",
        IpAddr::V4(_) if home.subnet.broadcast() == address => "all of the network's members",
        _ => return None,
    };
    Some(format!("{address} is the address of {what}"))
}

/// The gateway's address: without one in the file, the first that there is to give.
fn gateway(subnet: &Subnet) -> IpAddr {
    let first = match (subnet.ip_range, subnet.subnet) {
        (Some(range), _) => range.network(),
        (None, IpNet::V4(net)) => Ipv4Addr::from(u32::from(net.network()).saturating_add(1)).into(),
        (None, IpNet::V6(net)) => {
            Ipv6Addr::from(u128::from(net.network()).saturating_add(1)).into()
        }
    };
    subnet.gateway.unwrap_or(first)
}

impl Attachment {
    /// Where a fixed address is written.
    fn address_spot(&self, key: &str) -> Spot {
        let spot = if key == "ipv4_address" { self.ipv4_spot } else { self.ipv6_spot };
        spot.unwrap_or(self.spot)
    }
}
