//! What differs between containers and their endpoints.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::change::{Aspect, ChangeKind, Changes, in_full, pair_name};
use super::owners::Owners;
use super::same::Same;
use crate::model::{
    Container, Endpoint, ExtraHost, HostPorts, NetworkMode, Protocol, PublishedPort, Reference,
    RequestedPort, State,
};
use crate::order::{OrderBy, Ordered};

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
    let mut note = |kind: ChangeKind, name: &str, told: String| {
        let (before, after) = side(told);
        changes.note(kind, name, "", before, after);
    };
    note(ChangeKind::Container, name, format!("{}, {}", container.image, state(container)));
    for endpoint in &container.endpoints {
        note(ChangeKind::Endpoint, &at(name, endpoint), addresses(endpoint).unwrap_or_default());
    }
    for port in ports(container, container.state.has_network()) {
        note(ChangeKind::Port, name, port);
    }
}

fn pair(owners: &[Owners; 2], before: &Container, after: &Container, changes: &mut Changes) {
    let name = pair_name(before, after);
    changes.compare(&name, aspects(before, &owners[0]), aspects(after, &owners[1]));
    compare_ports(&name, before, after, changes);
    compare_endpoints(&name, before, after, changes);
}

/// What is compared of a container by itself. Every field is named here, so
/// that one which is added to the model cannot be overlooked.
fn aspects(container: &Container, owners: &Owners) -> [Aspect; 14] {
    let Container {
        id,
        image,
        start_error,
        restart_count,
        started_at,
        finished_at,
        // What it does, not whom it meets.
        program: _,
        // The id tells of another container.
        created_at: _,
        hostname,
        links,
        extra_hosts,
        dns,
        network_mode,
        references,
        advertised,
        // A part of what it does with its data.
        in_replica_set: _,
        on_loopback: _,
        // What is wrong with a value, not whom it names.
        flawed_ports: _,
        // In the words of `state` and `mode`.
        state: _,
        health: _,
        exit_code: _,
        // Compared one by one.
        endpoints: _,
        published: _,
        requested: _,
        // It goes with the health, which is compared by the container's state.
        failed_check: _,
        // What the two are recognised by.
        name: _,
        own_name: _,
        compose: _,
        task_of: _,
        node: _,
        // Whose network it uses is in its mode.
        pod: _,
        // It goes with an exit code of its own.
        oom_killed: _,
        // Declaring a port opens nothing.
        exposed: _,
        // Compose writes some of them again each time, and none connects anything.
        labels: _,
        // How it is kept, not whom it meets.
        made_with: _,
        // They mean something on the engine's machine alone.
        pid: _,
        log_path: _,
    } = container;
    // One that nobody chose is the beginning of the id; in another one's network
    // stack, or the machine's, it is that one's.
    let inherited = matches!(network_mode, NetworkMode::Container(_) | NetworkMode::Host);
    let generated = hostname.is_empty() || container.short_id().starts_with(hostname.as_str());
    let host_name = (!inherited && !generated).then(|| hostname.clone());
    let id = Some(id.clone()).filter(|id| !id.is_empty());
    [
        Aspect::new(ChangeKind::State, "", Some(state(container))),
        Aspect::setting("image", image),
        Aspect::setting("network mode", mode(container, owners)),
        Aspect::new(ChangeKind::Flag, "host name", host_name),
        Aspect::new(ChangeKind::Flag, "links", in_full(written(links))),
        Aspect::new(ChangeKind::Flag, "extra hosts", in_full(by_name(extra_hosts))),
        Aspect::new(ChangeKind::Flag, "dns", in_full(dns.clone())),
        Aspect::new(ChangeKind::Flag, "dials", in_full(references.iter().map(dials).collect())),
        Aspect::new(
            ChangeKind::Flag,
            "hands out",
            in_full(advertised.iter().map(|handed| dials(&handed.reference)).collect()),
        ),
        Aspect::new(
            ChangeKind::Flag,
            "start error",
            start_error.as_ref().map(|error| without_ids(&error.said)),
        ),
        Aspect::new(ChangeKind::Id, "container id", id).noise().where_told(),
        Aspect::new(ChangeKind::Start, "restarts", Some(restart_count.to_string())).noise(),
        Aspect::new(ChangeKind::Start, "started at", started_at.map(|at| at.to_string())).noise(),
        Aspect::new(ChangeKind::Start, "ended at", finished_at.map(|at| at.to_string())).noise(),
    ]
}

/// What an engine says without the ids in it, which are others at each attempt.
fn without_ids(said: &str) -> String {
    const SHORTEST: usize = 12;
    let is_id = |word: &str| word.len() >= SHORTEST && word.chars().all(|c| c.is_ascii_hexdigit());
    let words = said.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    let mut text = String::with_capacity(said.len());
    for word in words {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        match is_id(bare) {
            true => text.extend(["…", &word[bare.len()..]]),
            false => text.push_str(word),
        }
    }
    text
}

/// Whom a container names, and where: `db:5432 (DB_URL)`.
fn dials(reference: &Reference) -> String {
    // The first three are its text, the others its place.
    let Reference {
        scheme: _,
        host: _,
        port: _,
        port_variable: _,
        variable: _,
        origin: _,
        // How it is written, not whom it names.
        notation: _,
        is_whole: _,
        is_listed: _,
        flaw: _,
    } = reference;
    format!("{reference} ({})", reference.place())
}

/// Extra hosts by their names, since Compose 2 hands them over in any order.
/// Of one name the first counts, and those stay as they are.
fn by_name(extra_hosts: &[ExtraHost]) -> Vec<String> {
    let mut hosts: Vec<&ExtraHost> = extra_hosts.iter().collect();
    hosts.order_by_key(|host| &host.name);
    hosts.iter().map(ToString::to_string).collect()
}

fn written<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(T::to_string).collect()
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
/// its id changes whenever it is re-created.
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
        changes.note(ChangeKind::Port, name, "", Some(port.clone()), None);
    }
    for port in theirs.difference(&mine) {
        changes.note(ChangeKind::Port, name, "", None, Some(port.clone()));
    }
}

/// Published ports as `127.0.0.1:8080 → 80`, or those it would publish.
fn ports(container: &Container, live: bool) -> BTreeSet<String> {
    let text = |ip: Option<IpAddr>, host: HostPorts, port: u16, protocol: Protocol| {
        let ip = ip.filter(|ip| !ip.is_unspecified()).map(|ip| ip.to_string());
        let ip = ip.unwrap_or_else(|| "*".to_owned());
        let host = match host {
            HostPorts::Any => "any".to_owned(),
            ports => ports.to_string(),
        };
        let suffix = match protocol {
            Protocol::Tcp => String::new(),
            other => format!("/{other}"),
        };
        format!("{ip}:{host} → {port}{suffix}")
    };
    if live {
        let of = |published: &PublishedPort| {
            let PublishedPort { host_ip, host_port, port, protocol } = published;
            let host = host_port.map_or(HostPorts::Any, HostPorts::One);
            text(Some(*host_ip), host, *port, *protocol)
        };
        return container.published.iter().map(of).collect();
    }
    let of = |requested: &RequestedPort| {
        let RequestedPort { host_ip, host_port, port, protocol } = requested;
        text(*host_ip, *host_port, *port, *protocol)
    };
    container.requested.iter().map(of).into_set()
}

fn compare_endpoints(name: &str, before: &Container, after: &Container, changes: &mut Changes) {
    let by_network = |container: &'_ Container| -> BTreeMap<String, Endpoint> {
        let endpoints = container.endpoints.iter();
        endpoints.map(|endpoint| (endpoint.network.clone(), endpoint.clone())).collect()
    };
    let (mine, theirs) = (by_network(before), by_network(after));
    let networks: BTreeSet<&String> = mine.keys().chain(theirs.keys()).into_set();
    for network in networks {
        let (a, b) = (mine.get(network), theirs.get(network));
        let here = format!("{name} on {network}");
        let (Some(a), Some(b)) = (a, b) else {
            let told = |endpoint: Option<&Endpoint>| {
                endpoint.map(|endpoint| addresses(endpoint).unwrap_or_default())
            };
            changes.note(ChangeKind::Endpoint, &here, "", told(a), told(b));
            continue;
        };
        changes.compare(&here, endpoint_aspects(before, a), endpoint_aspects(after, b));
    }
}

/// What is compared of an endpoint that both sides have; again every field.
fn endpoint_aspects(container: &Container, endpoint: &Endpoint) -> [Aspect; 8] {
    let Endpoint {
        mac,
        fixed_ipv4,
        fixed_ipv6,
        gateway_priority,
        link_local,
        driver_options,
        // In the words of `chosen_names` and `addresses`.
        aliases: _,
        dns_names: _,
        ipv4: _,
        ipv6: _,
        // What the two are recognised by; the id is the network's own.
        network: _,
        network_id: _,
        // Compared with the network, which they come from.
        gateway: _,
        ipv6_gateway: _,
        links,
    } = endpoint;
    let v4 = fixed_ipv4.map(|address| address.to_string());
    let v6 = fixed_ipv6.map(|address| address.to_string());
    let fixed = in_full(v4.into_iter().chain(v6).collect());
    let priority = gateway_priority.map(|priority| priority.to_string());
    let link_local = link_local.iter().map(ToString::to_string).collect();
    let options = driver_options.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let mut links = written(links);
    links.order();
    [
        Aspect::new(ChangeKind::Endpoint, "aliases", chosen_names(container, endpoint)),
        Aspect::new(ChangeKind::Flag, "links", in_full(links)),
        Aspect::new(ChangeKind::Address, "fixed", fixed),
        Aspect::new(ChangeKind::Flag, "gateway priority", priority),
        Aspect::new(ChangeKind::Address, "link-local", in_full(link_local)),
        Aspect::new(ChangeKind::Flag, "driver options", in_full(options)),
        // An address that is not there yet, or no more, has not moved.
        Aspect::new(ChangeKind::Address, "moved", addresses(endpoint)).noise().where_told(),
        Aspect::new(ChangeKind::Address, "mac", mac.clone()).noise().where_told(),
    ]
}

/// The names that somebody chose for a container on a network.
fn chosen_names(container: &Container, endpoint: &Endpoint) -> Option<String> {
    let mut names: Vec<String> = container
        .chosen_names_on(endpoint)
        .into_iter()
        .filter(|name| *name != container.hostname || !container.id.starts_with(*name))
        .map(str::to_owned)
        .collect();
    names.order();
    in_full(names)
}

fn at(name: &str, endpoint: &Endpoint) -> String {
    format!("{name} on {}", endpoint.network)
}

fn addresses(endpoint: &Endpoint) -> Option<String> {
    in_full(endpoint.addresses().map(|address| address.to_string()).collect())
}
