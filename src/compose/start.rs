//! What the engine will refuse to make or to start, as far as the files alone
//! prove it: fixed addresses that cannot be had, options that do not go with a
//! borrowed network stack, names that two containers want.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::notes::Notes;
use super::plan::Names;
use super::service::{Attachment, Service};
use crate::model::{Network, Subnet};
use crate::yaml::{Node, Spot};

/// Asks what is planned.
pub fn check(
    tree: &Node,
    services: &BTreeMap<String, Service>,
    networks: &BTreeMap<String, Network>,
    names: Names,
    notes: &mut Notes,
) {
    borrowed_stacks(tree, services, notes);
    container_names(services, names, notes);
    for (key, network) in networks {
        gateways(tree, key, network, notes);
        addresses(key, network, services, notes);
    }
}

/// What the engine does not take for a container in another one's network stack.
fn borrowed_stacks(tree: &Node, services: &BTreeMap<String, Service>, notes: &mut Notes) {
    for service in services.values().filter(|service| service.shares_a_stack()) {
        let node = tree.get("services").and_then(|services| services.get(&service.name));
        let Some(map) = node.and_then(Node::map) else { continue };
        for key in ["dns", "expose", "extra_hosts", "hostname", "links", "mac_address", "ports"] {
            let entry = map.get(key).filter(|entry| !is_empty(&entry.value));
            let Some(entry) = entry else { continue };
            let whose = match service.network_mode.as_deref().and_then(|mode| mode.split_once(':'))
            {
                Some((_, owner)) => owner,
                None => continue,
            };
            let why = format!(
                "it uses the network of `{whose}`, so `{key}` belongs there, and the engine does \
                 not take it here"
            );
            notes.refused_by_engine(entry.key, &["services", &service.name, key], why);
        }
    }
}

fn is_empty(node: &Node) -> bool {
    use crate::yaml::Value;
    match &node.value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => map.is_empty(),
    }
}

/// Names that several containers want, and those that none can have.
fn container_names(services: &BTreeMap<String, Service>, names: Names, notes: &mut Notes) {
    let mut taken: BTreeMap<String, &str> = BTreeMap::new();
    // What is generated is there whoever else wants it.
    let mut order: Vec<&Service> = services.values().collect();
    order.sort_by_key(|service| service.container_name.is_some());
    for service in order {
        if let Some(name) = &service.container_name {
            let path = ["services", &service.name, "container_name"];
            let letter = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'.' | b'-');
            let fits =
                name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.bytes().all(letter);
            if !fits {
                let why = "a container's name has letters, digits, `_`, `.` and `-` only";
                notes.refused_by_engine(service.name_spot, &path, why);
            } else if let Some(other) = taken.get(name) {
                let why = format!("`{name}` is the name of a container of `{other}`, too");
                notes.refused_by_engine(service.name_spot, &path, why);
            }
        }
        for number in 1..=service.replicas {
            taken.insert(names.container(service, number), &service.name);
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

/// Fixed addresses that cannot be had on a network.
fn addresses(
    key: &str,
    network: &Network,
    services: &BTreeMap<String, Service>,
    notes: &mut Notes,
) {
    let mut taken: BTreeMap<IpAddr, &str> = BTreeMap::new();
    for fixed in fixed(key, services) {
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
            }
        }
    }
}

fn fixed<'a>(
    network: &'a str,
    services: &'a BTreeMap<String, Service>,
) -> impl Iterator<Item = Fixed<'a>> {
    services.values().flat_map(move |service| {
        let on = service.networks.iter().filter(move |on| on.network == network);
        on.flat_map(move |attachment| {
            let ipv4 = attachment.ipv4.map(|ip| (IpAddr::from(ip), "ipv4_address"));
            let ipv6 = attachment.ipv6.map(|ip| (IpAddr::from(ip), "ipv6_address"));
            ipv4.into_iter().chain(ipv6).map(move |(address, key)| Fixed {
                service,
                attachment,
                address,
                key,
            })
        })
    })
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
    (gateway(home, network) == Some(address))
        .then(|| format!("{address} is the address of the network's gateway"))
}

/// The gateway's address, which is the first one where the file gives none.
fn gateway(subnet: &Subnet, network: &Network) -> Option<IpAddr> {
    if network.internal && subnet.gateway.is_none() {
        return None;
    }
    subnet.gateway.or_else(|| subnet.ip_range.unwrap_or(subnet.subnet).hosts().next())
}

impl Attachment {
    /// Where a fixed address is written.
    fn address_spot(&self, key: &str) -> Spot {
        let spot = if key == "ipv4_address" { self.ipv4_spot } else { self.ipv6_spot };
        spot.unwrap_or(self.spot)
    }
}
