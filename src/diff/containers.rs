//! What differs between containers and their endpoints.

use std::collections::{BTreeMap, BTreeSet};

use super::owners::Owners;
use super::same::Same;
use super::{Changes, Kind, listed, pair_name};
use crate::model::{
    Container, Endpoint, NetworkMode, Protocol, PublishedPort, RequestedPort, State,
};

/// Compares all containers.
pub fn compare(same: &Same, changes: &mut Changes) {
    let (gone, new) = same.lone_containers();
    for container in gone {
        lone(container, changes, |told| (Some(told), None));
    }
    for container in new {
        lone(container, changes, |told| (None, Some(told)));
    }
    let owners = [same.before, same.after].map(|of| Owners::among(&of.containers));
    for (before, after) in same.container_pairs() {
        pair(&owners, before, after, changes);
    }
}

/// A container that only one of the two has, with its endpoints and ports.
fn lone(
    container: &Container,
    changes: &mut Changes,
    side: impl Fn(String) -> (Option<String>, Option<String>),
) {
    let name = container.name.as_str();
    let mut note = |kind: Kind, name: &str, told: String| {
        let (before, after) = side(told);
        changes.note((kind, false), (name, ""), before, after);
    };
    note(Kind::Container, name, format!("{}, {}", container.image, state(container)));
    for endpoint in &container.endpoints {
        note(Kind::Endpoint, &at(name, endpoint), addresses(endpoint).unwrap_or_default());
    }
    for port in ports(container, container.state.has_network()) {
        note(Kind::Port, name, port);
    }
}

fn pair(owners: &[Owners; 2], before: &Container, after: &Container, changes: &mut Changes) {
    let name = pair_name(before, after);
    let name = name.as_str();
    changes.note((Kind::State, false), (name, ""), Some(state(before)), Some(state(after)));
    changes.setting(name, "image", before.image.clone(), after.image.clone());
    let modes = (mode(before, &owners[0]), mode(after, &owners[1]));
    changes.setting(name, "network mode", modes.0, modes.1);
    let host_name = |container: &Container| {
        // One that nobody chose is the beginning of the id.
        let generated = container.short_id().starts_with(&container.hostname);
        (!container.hostname.is_empty() && !generated).then(|| container.hostname.clone())
    };
    let mut note = |field: &'static str, before: Option<String>, after: Option<String>| {
        changes.note((Kind::Flag, false), (name, field), before, after);
    };
    note("host name", host_name(before), host_name(after));
    note("links", listed(before.links.clone()), listed(after.links.clone()));
    note("extra hosts", listed(before.extra_hosts.clone()), listed(after.extra_hosts.clone()));
    note("dns", listed(before.dns.clone()), listed(after.dns.clone()));
    let dials = |container: &Container| {
        let told = |r: &crate::model::Reference| format!("{r} ({})", r.place());
        listed(container.references.iter().map(told).collect())
    };
    note("dials", dials(before), dials(after));
    note("start error", before.start_error.clone(), after.start_error.clone());
    compare_ports(name, before, after, changes);
    compare_endpoints(name, before, after, changes);
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    if let (Some(before), Some(after)) = (some(&before.id), some(&after.id)) {
        changes.noise(Kind::Id, (name, "container id"), Some(before), Some(after));
    }
    let restarts = |container: &Container| Some(container.restart_count.to_string());
    changes.noise(Kind::Start, (name, "restarts"), restarts(before), restarts(after));
    changes.noise(
        Kind::Start,
        (name, "started at"),
        before.started_at.clone(),
        after.started_at.clone(),
    );
    changes.noise(
        Kind::Start,
        (name, "ended at"),
        before.finished_at.clone(),
        after.finished_at.clone(),
    );
}

/// State and health: `running, healthy`, `exited (1)`.
fn state(container: &Container) -> String {
    let mut text = container.state.to_string();
    if let Some(code) = container.exit_code.filter(|_| container.state == State::Exited) {
        text.push_str(&format!(" ({code})"));
    }
    if let Some(health) = container.health.filter(|_| container.state.has_network()) {
        text.push_str(&format!(", {}", health.as_str()));
    }
    text
}

/// Where the network stack comes from. Another container goes by its name:
/// its id changes whenever it is made anew.
fn mode(container: &Container, owners: &Owners) -> String {
    match &container.network_mode {
        NetworkMode::Container(owner) => match owners.called(owner) {
            Some((_, owner)) => format!("container:{}", owner.name),
            None => "container: one that is gone".to_owned(),
        },
        // The network it was first connected to stands with the endpoints.
        NetworkMode::Network(_) => "own".to_owned(),
        mode => mode.to_string(),
    }
}

fn compare_ports(name: &str, before: &Container, after: &Container, changes: &mut Changes) {
    // What is published now can only be compared while both run.
    let live = before.state.has_network() && after.state.has_network();
    let (mine, theirs) = (ports(before, live), ports(after, live));
    for port in mine.difference(&theirs) {
        changes.note((Kind::Port, false), (name, ""), Some(port.clone()), None);
    }
    for port in theirs.difference(&mine) {
        changes.note((Kind::Port, false), (name, ""), None, Some(port.clone()));
    }
}

/// Published ports as `127.0.0.1:8080 → 80`, or those it wants published.
fn ports(container: &Container, live: bool) -> BTreeSet<String> {
    let text = |ip: &str, host: &str, port: u16, protocol: Protocol| {
        let ip = match ip {
            "" | "0.0.0.0" | "::" => "*",
            ip => ip,
        };
        let suffix = match protocol {
            Protocol::Tcp => String::new(),
            other => format!("/{other}"),
        };
        format!("{ip}:{host} → {port}{suffix}")
    };
    if live {
        let of = |p: &PublishedPort| text(&p.host_ip, &p.host_port.to_string(), p.port, p.protocol);
        return container.published.iter().map(of).collect();
    }
    let of = |p: &RequestedPort| {
        let host = if p.host_port.is_empty() { "any" } else { &p.host_port };
        text(&p.host_ip, host, p.port, p.protocol)
    };
    container.requested.iter().map(of).collect()
}

fn compare_endpoints(name: &str, before: &Container, after: &Container, changes: &mut Changes) {
    let by_network = |container: &'_ Container| -> BTreeMap<String, Endpoint> {
        let endpoints = container.endpoints.iter();
        endpoints.map(|endpoint| (endpoint.network.clone(), endpoint.clone())).collect()
    };
    let (mine, theirs) = (by_network(before), by_network(after));
    let networks: BTreeSet<&String> = mine.keys().chain(theirs.keys()).collect();
    for network in networks {
        let (a, b) = (mine.get(network), theirs.get(network));
        let here = format!("{name} on {network}");
        let (Some(a), Some(b)) = (a, b) else {
            let told = |endpoint: Option<&Endpoint>| {
                endpoint.map(|endpoint| addresses(endpoint).unwrap_or_default())
            };
            changes.note((Kind::Endpoint, false), (&here, ""), told(a), told(b));
            continue;
        };
        let names = |container: &Container, endpoint: &Endpoint| {
            let mut names: Vec<String> = container
                .chosen_names_on(endpoint)
                .into_iter()
                .filter(|name| *name != container.hostname || !container.id.starts_with(*name))
                .map(str::to_owned)
                .collect();
            names.sort();
            listed(names)
        };
        let aliases = (names(before, a), names(after, b));
        changes.note((Kind::Endpoint, false), (&here, "aliases"), aliases.0, aliases.1);
        let fixed = |endpoint: &Endpoint| {
            let v4 = endpoint.fixed_ipv4.map(|address| address.to_string());
            let v6 = endpoint.fixed_ipv6.map(|address| address.to_string());
            listed(v4.into_iter().chain(v6).collect())
        };
        changes.note((Kind::Address, false), (&here, "fixed"), fixed(a), fixed(b));
        let priority = |e: &Endpoint| e.gateway_priority.map(|priority| priority.to_string());
        let priorities = (priority(a), priority(b));
        changes.note((Kind::Flag, false), (&here, "gateway priority"), priorities.0, priorities.1);
        // An address that is not there yet, or no more, has not moved.
        if let (Some(before), Some(after)) = (addresses(a), addresses(b)) {
            changes.noise(Kind::Address, (&here, "moved"), Some(before), Some(after));
        }
        if let (Some(before), Some(after)) = (&a.mac, &b.mac) {
            let macs = (Some(before.clone()), Some(after.clone()));
            changes.noise(Kind::Address, (&here, "mac"), macs.0, macs.1);
        }
    }
}

fn at(name: &str, endpoint: &Endpoint) -> String {
    format!("{name} on {}", endpoint.network)
}

fn addresses(endpoint: &Endpoint) -> Option<String> {
    listed(endpoint.addresses().map(|address| address.to_string()).collect())
}
