//! Both sides of a difference as one setup, for a picture of what came, went
//! and changed: what is there now, and beside it what is there no more.

use std::collections::{BTreeMap, BTreeSet};

use super::Difference;
use super::change::{Change, ChangeKind, Happened, Subject, pair_name};
use super::owners::Owners;
use crate::model::{
    Container, ContainerAt, Endpoint, Listed, Network, NetworkAt, NetworkIndex, NetworkMode,
    Snapshot, with_positions,
};
use crate::order::Ordered;

/// One setup with the things of both sides, and what happened to them.
#[derive(Debug)]
pub struct Overlay {
    /// Everything of the second side, and what only the first had.
    pub snapshot: Snapshot,
    /// Containers that came, went or changed.
    pub containers: BTreeMap<ContainerAt, Happened>,
    /// Networks, likewise.
    pub networks: BTreeMap<NetworkAt, Happened>,
    /// Endpoints, likewise, by container and network.
    pub endpoints: BTreeMap<(ContainerAt, NetworkAt), Happened>,
    /// Containers by what changes call them.
    called: BTreeMap<String, ContainerAt>,
    /// The first network of each name.
    named: BTreeMap<String, NetworkAt>,
}

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A network.
    Network(NetworkAt),
    /// A container.
    Container(ContainerAt),
    /// A container's place on a network.
    Endpoint(ContainerAt, NetworkAt),
    /// What goes from one container to another.
    Pair(ContainerAt, ContainerAt),
}

impl Overlay {
    /// What a change is about, where that is in the overlay.
    pub fn about(&self, change: &Change) -> Option<About> {
        let container = |name: &str| self.called.get(name).copied();
        let network = |name: &str| self.named.get(name).copied();
        let name = change.name.as_str();
        match change.subject {
            Subject::Network => network(name).map(About::Network),
            Subject::Container => container(name).map(About::Container).or_else(|| {
                let (name, on) = name.rsplit_once(" on ")?;
                Some(About::Endpoint(container(name)?, network(on)?))
            }),
            Subject::Pair => {
                let (from, to) = name.rsplit_once(" to ")?;
                let host = to.rsplit_once(':').map_or(to, |(host, _)| host);
                Some(About::Pair(container(from)?, container(host)?))
            }
        }
    }
}

/// What tells one thing of the overlay from another: name and id.
type Key = (String, String);

/// Lays the two sides of a difference over one another.
pub fn overlay(before: &Snapshot, after: &Snapshot, difference: &Difference) -> Overlay {
    let marks = Marks::of(difference);
    let known: BTreeSet<NetworkAt> = difference.networks.values().copied().into_set();
    let mut networks = after.networks.clone();
    let mut network_marks: BTreeMap<Key, Happened> = BTreeMap::new();
    for (at, network) in with_positions(&after.networks) {
        if !known.contains(&at) && !network.is_built_in() {
            network_marks.insert(network_key(network), Happened::Added);
        } else if marks.networks.contains(network.name.as_str()) {
            network_marks.insert(network_key(network), Happened::Changed);
        }
    }
    // Where an endpoint of the first side leads in the overlay.
    let mut leads_to: BTreeMap<NetworkAt, Key> = BTreeMap::new();
    for (at, network) in with_positions(&before.networks) {
        let key = match difference.networks.get(&at) {
            Some(now) => network_key(&after.networks[*now]),
            None => {
                let mut gone = network.clone();
                gone.id = gone_id(&gone.id, &gone.name);
                let key = network_key(&gone);
                if !gone.is_built_in() {
                    network_marks.insert(key.clone(), Happened::Removed);
                }
                networks.push(gone);
                key
            }
        };
        leads_to.insert(at, key);
    }
    let index = NetworkIndex::new(&before.networks);
    let moved = |endpoint: &Endpoint| -> Endpoint {
        let found = index.find(&endpoint.network, &endpoint.network_id);
        match found.and_then(|at| leads_to.get(&at)) {
            Some((name, id)) => {
                Endpoint { network: name.clone(), network_id: id.clone(), ..endpoint.clone() }
            }
            None => endpoint.clone(),
        }
    };
    let same: BTreeMap<ContainerAt, ContainerAt> =
        difference.containers.iter().map(|(before, after)| (*after, *before)).into_map();
    let mut containers = Vec::new();
    let mut called: BTreeMap<String, Key> = BTreeMap::new();
    let mut container_marks: BTreeMap<Key, Happened> = BTreeMap::new();
    let mut endpoint_marks: BTreeMap<(Key, Key), Happened> = BTreeMap::new();
    for (at, container) in with_positions(&after.containers) {
        let key = container_key(container);
        let on = |endpoint: &Endpoint| (endpoint.network.clone(), endpoint.network_id.clone());
        let mut container = container.clone();
        let Some(old) = same.get(&at).map(|before_at| &before.containers[*before_at]) else {
            for endpoint in &container.endpoints {
                endpoint_marks.insert((key.clone(), on(endpoint)), Happened::Added);
            }
            called.insert(container.name.clone(), key.clone());
            container_marks.insert(key, Happened::Added);
            containers.push(container);
            continue;
        };
        let name = pair_name(old, &container);
        called.insert(name.clone(), key.clone());
        if marks.containers.contains(name.as_str()) {
            container_marks.insert(key.clone(), Happened::Changed);
        }
        let names = |of: &Container| -> BTreeSet<String> {
            of.endpoints.iter().map(|endpoint| endpoint.network.clone()).collect()
        };
        let (was_on, is_on) = (names(old), names(&container));
        for endpoint in &container.endpoints {
            if !was_on.contains(&endpoint.network) {
                endpoint_marks.insert((key.clone(), on(endpoint)), Happened::Added);
            } else if marks.endpoints.contains(&format!("{name} on {}", endpoint.network)) {
                endpoint_marks.insert((key.clone(), on(endpoint)), Happened::Changed);
            }
        }
        for endpoint in old.endpoints.iter().filter(|e| !is_on.contains(&e.network)) {
            let endpoint = moved(endpoint);
            endpoint_marks.insert((key.clone(), on(&endpoint)), Happened::Removed);
            container.endpoints.push(endpoint);
        }
        containers.push(container);
    }
    let owners = Owners::among(&before.containers);
    for (at, container) in with_positions(&before.containers) {
        if difference.containers.contains_key(&at) {
            continue;
        }
        let mut gone = container.clone();
        gone.id = gone_id(&gone.id, &gone.name);
        gone.endpoints = container.endpoints.iter().map(moved).collect();
        gone.network_mode = followed(&container.network_mode, &owners, after, difference);
        let key = container_key(&gone);
        for endpoint in &gone.endpoints {
            let on = (endpoint.network.clone(), endpoint.network_id.clone());
            endpoint_marks.insert((key.clone(), on), Happened::Removed);
        }
        called.insert(gone.name.clone(), key.clone());
        container_marks.insert(key, Happened::Removed);
        containers.push(gone);
    }
    let snapshot = Snapshot::new(after.engine.clone(), networks, containers, Vec::new());
    placed(snapshot, &container_marks, &network_marks, &endpoint_marks, &called)
}

/// Whose stack a container that is gone used: that of one which is still
/// there, perhaps under another id, or of one that is gone as well.
fn followed(
    mode: &NetworkMode,
    owners: &Owners,
    after: &Snapshot,
    difference: &Difference,
) -> NetworkMode {
    let NetworkMode::Container(owner) = mode else { return mode.clone() };
    NetworkMode::Container(match owners.called(owner) {
        Some((at, owner)) => match difference.containers.get(&at) {
            Some(now) => after.containers[*now].id.clone(),
            None => gone_id(&owner.id, &owner.name),
        },
        None => owner.clone(),
    })
}

/// The marks by position instead of by name and id.
fn placed(
    snapshot: Snapshot,
    containers: &BTreeMap<Key, Happened>,
    networks: &BTreeMap<Key, Happened>,
    endpoints: &BTreeMap<(Key, Key), Happened>,
    called: &BTreeMap<String, Key>,
) -> Overlay {
    let index = NetworkIndex::new(&snapshot.networks);
    let mut marked_endpoints = BTreeMap::new();
    for (at, container) in with_positions(&snapshot.containers) {
        for endpoint in &container.endpoints {
            let on = (endpoint.network.clone(), endpoint.network_id.clone());
            let network = index.find(&endpoint.network, &endpoint.network_id);
            if let (Some(network), Some(happened)) =
                (network, endpoints.get(&(container_key(container), on)))
            {
                marked_endpoints.insert((at, network), *happened);
            }
        }
    }
    let at: BTreeMap<Key, ContainerAt> =
        with_positions(&snapshot.containers).map(|(at, of)| (container_key(of), at)).into_map();
    let called = called.iter().filter_map(|(name, key)| Some((name.clone(), *at.get(key)?)));
    // The first of a name stays.
    let named = with_positions(&snapshot.networks).rev().map(|(at, of)| (of.name.clone(), at));
    Overlay {
        called: called.collect(),
        named: named.collect(),
        containers: by_place(&snapshot.containers, container_key, containers),
        networks: by_place(&snapshot.networks, network_key, networks),
        endpoints: marked_endpoints,
        snapshot,
    }
}

/// The marks of one list.
fn by_place<T: Listed>(
    list: &[T],
    key: fn(&T) -> Key,
    marks: &BTreeMap<Key, Happened>,
) -> BTreeMap<T::At, Happened> {
    with_positions(list).filter_map(|(at, item)| Some((at, *marks.get(&key(item))?))).into_map()
}

/// An id that nothing has that is still there. What is only planned has none
/// of its own.
fn gone_id(id: &str, name: &str) -> String {
    format!("gone {}", if id.is_empty() { name } else { id })
}

fn container_key(container: &Container) -> Key {
    (container.name.clone(), container.id.clone())
}

fn network_key(network: &Network) -> Key {
    (network.name.clone(), network.id.clone())
}

/// Names of the things of which a telling change is told.
struct Marks {
    containers: BTreeSet<String>,
    networks: BTreeSet<String>,
    endpoints: BTreeSet<String>,
}

impl Marks {
    fn of(difference: &Difference) -> Self {
        let names = |subject: Subject, endpoints: bool| {
            let changes = difference.telling().filter(|change| change.subject == subject);
            changes
                .filter(|change| {
                    let of_endpoint = change.kind == ChangeKind::Endpoint
                        || matches!(change.field, "fixed" | "gateway priority");
                    of_endpoint == endpoints
                })
                .map(|change| change.name.clone())
                .into_set()
        };
        Self {
            containers: names(Subject::Container, false),
            networks: names(Subject::Network, false),
            endpoints: names(Subject::Container, true),
        }
    }
}
