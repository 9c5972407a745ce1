//! The map: a graph of containers and networks over a snapshot, and what can
//! be read off it – shared networks, ways through others, islands, containers
//! that join what would otherwise be apart, and who should reach whom.
//!
//! Pure: a [`Map`] borrows a snapshot and never looks at the world.

mod across;
mod compare;
mod host;
#[cfg(test)]
pub mod looks;
mod names;
mod pair_kinds;
mod path;
mod predict;
mod reason;
mod select;
mod services;
mod silence;
mod structure;
mod swarm;

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::net::IpAddr;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use petgraph::graph::{NodeIndex, UnGraph};

pub use compare::{Agreement, Compared, Comparison, Mark, Surprise};
pub use pair_kinds::{PairKind, PairKinds};
pub use reason::{Judged, Prediction, Reason, Route, Verdict};
pub use select::{Chosen, Filter, Selection, Strangers, is_pattern, no_pattern, no_such, pattern};
pub use silence::{Extent, Silence, Ways, silences};
pub use structure::{Bridging, Path};
pub use swarm::ServiceName;

use names::Names;
use services::Services;

use crate::model::{
    Container, ContainerAt, Driver, Endpoint, Network, NetworkAt, NetworkIndex, NetworkMode,
    Observation, PerContainer, PerNetwork, Snapshot, State, Subnet, positions, with_positions,
};

/// A node of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A container with a network stack of its own.
    Container(ContainerAt),
    /// A network.
    Network(NetworkAt),
}

/// Where a container meets a network: its endpoint's position in the
/// container's list.
pub type EndpointAt = usize;

/// The graph of which containers are on which networks.
///
/// # Examples
///
/// ```
/// use netmap::graph::Map;
///
/// let snapshot = netmap::sample::read("no-shared-network")?;
/// let map = Map::new(&snapshot);
/// let at = |name: &str| map.containers().find(|at| map.container(*at).name == name).expect(name);
/// assert!(map.shared_networks(at("web"), at("db")).is_empty());
/// # Ok::<(), netmap::error::Error>(())
/// ```
#[derive(Debug)]
pub struct Map<'a> {
    snapshot: &'a Snapshot,
    /// Live endpoints only: a stopped container carries no traffic, and being
    /// on `none` joins nobody.
    graph: UnGraph<Node, EndpointAt>,
    container_nodes: PerContainer<Option<NodeIndex>>,
    /// For each container, the network of each of its endpoints.
    endpoint_networks: PerContainer<Vec<Option<NetworkAt>>>,
    /// For each container, the one whose network stack it uses.
    owners: PerContainer<StackOwner>,
    /// For each container, those that use its network stack.
    sidecars: BTreeMap<ContainerAt, Vec<ContainerAt>>,
    /// For each network, the containers with an endpoint on it, stopped ones too.
    members: PerNetwork<Vec<ContainerAt>>,
    /// For each network the gateways that its members have, each once; found out when
    /// somebody asks.
    gateways: PerNetwork<OnceCell<Vec<IpAddr>>>,
    /// Who has an address, and on which network; made when somebody asks.
    addresses: OnceCell<HashMap<IpAddr, Vec<(ContainerAt, NetworkAt)>>>,
    /// For each container the position of what was seen inside it; made when
    /// somebody asks.
    observations: OnceCell<PerContainer<Option<usize>>>,
    /// What the containers are called; made when somebody asks.
    names: OnceCell<Names>,
    /// What leads to the swarm's services; made when somebody asks.
    services: OnceCell<Services>,
}

/// Whose network stack a container uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StackOwner {
    /// Its own.
    Itself,
    /// That of the container at this position.
    Other(ContainerAt),
    /// That of a container which is not there (any more).
    Missing,
}

impl<'a> Map<'a> {
    /// Builds the map of a snapshot; time and memory grow with the number of
    /// containers, networks and endpoints together.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let index = NetworkIndex::new(&snapshot.networks);
        let owners = stack_owners(snapshot);
        let mut graph = UnGraph::with_capacity(
            snapshot.networks.len() + snapshot.containers.len(),
            snapshot.containers.len(),
        );
        let network_nodes: PerNetwork<NodeIndex> =
            positions(&snapshot.networks).map(|at| graph.add_node(Node::Network(at))).collect();
        let mut container_nodes = PerContainer::filled(&snapshot.containers, None);
        let mut endpoint_networks = PerContainer::default();
        let mut members = PerNetwork::filled(&snapshot.networks, Vec::new());
        let mut sidecars: BTreeMap<ContainerAt, Vec<ContainerAt>> = BTreeMap::new();
        for (at, container) in with_positions(&snapshot.containers) {
            let networks: Vec<Option<NetworkAt>> = container
                .endpoints
                .iter()
                .map(|endpoint| index.find(&endpoint.network, &endpoint.network_id))
                .collect();
            match owners[at] {
                StackOwner::Itself => {
                    let node = graph.add_node(Node::Container(at));
                    container_nodes[at] = Some(node);
                    for (endpoint, network) in networks.iter().enumerate() {
                        let Some(network) = *network else { continue };
                        members[network].push(at);
                        if container.state.has_network() && !snapshot.networks[network].is_none() {
                            graph.add_edge(node, network_nodes[network], endpoint);
                        }
                    }
                }
                StackOwner::Other(owner) => sidecars.entry(owner).or_default().push(at),
                StackOwner::Missing => {}
            }
            endpoint_networks.push(networks);
        }
        Self {
            snapshot,
            graph,
            container_nodes,
            endpoint_networks,
            owners,
            sidecars,
            members,
            gateways: snapshot.networks.iter().map(|_| OnceCell::new()).collect(),
            addresses: OnceCell::new(),
            observations: OnceCell::new(),
            names: OnceCell::new(),
            services: OnceCell::new(),
        }
    }

    /// What was seen inside the container at a position, if anybody looked.
    pub fn observation(&self, at: ContainerAt) -> Option<&'a Observation> {
        let observations = self.observations.get_or_init(|| {
            let seen = self.snapshot.observations.iter().enumerate();
            let by_id: HashMap<(&str, &str), usize> =
                seen.map(|(at, seen)| ((&*seen.id, &*seen.container), at)).collect();
            let containers = self.snapshot.containers.iter();
            containers.map(|c| by_id.get(&(&*c.id, &*c.name)).copied()).collect()
        });
        observations[at].map(|seen| &self.snapshot.observations[seen])
    }

    /// The snapshot the map was built over.
    pub fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    /// The graph itself: only live endpoints are edges.
    pub fn graph(&self) -> &UnGraph<Node, EndpointAt> {
        &self.graph
    }

    /// The positions of the snapshot's containers.
    pub fn containers(&self) -> impl DoubleEndedIterator<Item = ContainerAt> + Clone + use<> {
        positions(&self.snapshot.containers)
    }

    /// The positions of the snapshot's networks.
    pub fn networks(&self) -> impl DoubleEndedIterator<Item = NetworkAt> + Clone + use<> {
        positions(&self.snapshot.networks)
    }

    /// Whether somebody made a network or is on it. Every engine has some of which
    /// neither is so, and nobody counts them.
    pub fn is_somebodys(&self, network: NetworkAt) -> bool {
        let is_made = || {
            let network = self.network(network);
            !network.is_built_in() && !network.is_the_swarms()
        };
        !self.network(network).is_none() && (!self.members(network).is_empty() || is_made())
    }

    /// The container at a position of the snapshot's list.
    pub fn container(&self, at: ContainerAt) -> &'a Container {
        #[cfg(test)]
        looks::note();
        &self.snapshot.containers[at]
    }

    /// The network at a position of the snapshot's list.
    pub fn network(&self, at: NetworkAt) -> &'a Network {
        #[cfg(test)]
        looks::note();
        &self.snapshot.networks[at]
    }

    /// Whose network stack the container at this position uses.
    pub fn stack_owner(&self, container: ContainerAt) -> StackOwner {
        self.owners[container]
    }

    /// The container whose endpoints carry this one's traffic: itself, or the
    /// one in whose network namespace it runs. `None` when that one is gone.
    pub fn stack(&self, container: ContainerAt) -> Option<ContainerAt> {
        match self.owners[container] {
            StackOwner::Itself => Some(container),
            StackOwner::Other(owner) => Some(owner),
            StackOwner::Missing => None,
        }
    }

    /// The containers that run in this one's network namespace.
    pub fn sidecars(&self, container: ContainerAt) -> &[ContainerAt] {
        self.sidecars.get(&container).map_or(&[], Vec::as_slice)
    }

    /// The containers on a network, by name; stopped ones too, sidecars not:
    /// they have no endpoint of their own.
    pub fn members(&self, network: NetworkAt) -> &[ContainerAt] {
        &self.members[network]
    }

    /// The endpoints of a container, each with the position of its network.
    pub fn endpoints(
        &self,
        container: ContainerAt,
    ) -> impl DoubleEndedIterator<Item = (Option<NetworkAt>, &'a Endpoint)> {
        #[cfg(test)]
        looks::note();
        self.endpoint_networks[container]
            .iter()
            .copied()
            .zip(&self.snapshot.containers[container].endpoints)
    }

    /// A container's endpoint on a network.
    pub fn endpoint_on(&self, container: ContainerAt, network: NetworkAt) -> Option<&'a Endpoint> {
        self.endpoints(container).find(|(on, _)| *on == Some(network)).map(|(_, endpoint)| endpoint)
    }

    /// The positions of the networks a container is on through its own
    /// endpoints, in name order.
    pub fn networks_of(&self, container: ContainerAt) -> impl Iterator<Item = NetworkAt> {
        self.endpoint_networks[container].iter().filter_map(|n| *n)
    }

    /// The gateway of one of a network's subnets: as the network was made, or
    /// else as its members have it. Engines leave out of the network's own
    /// description a gateway that they chose themselves.
    pub fn gateway(&self, network: NetworkAt, subnet: &Subnet) -> Option<IpAddr> {
        let reported = || {
            self.gateways[network].get_or_init(|| {
                let members = self.members(network).iter();
                let endpoints = members.filter_map(|member| self.endpoint_on(*member, network));
                let of_each = endpoints.flat_map(|endpoint| {
                    let v4 = endpoint.gateway.map(IpAddr::V4);
                    v4.into_iter().chain(endpoint.ipv6_gateway.map(IpAddr::V6))
                });
                let mut known = HashSet::new();
                of_each.filter(|gateway| known.insert(*gateway)).collect()
            })
        };
        let is_inside = |gateway: &&IpAddr| subnet.subnet.contains(*gateway);
        subnet.gateway.or_else(|| reported().iter().find(is_inside).copied())
    }

    /// The containers called `name`: by name (on its own engine, if none has
    /// it on the map), by full id, or by a beginning
    /// of the id that is at least four characters long. Services, compose's and
    /// a swarm's, and tasks without their ids (`web.1`) count when no container
    /// has that name.
    pub fn containers_named(&self, name: &str) -> Vec<ContainerAt> {
        self.names().containers_named(self.snapshot, name)
    }

    /// The containers of a service's tasks, those with a network stack first.
    pub fn tasks_of(&self, service: &str) -> &[ContainerAt] {
        self.names().tasks_of(service)
    }

    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::new(self.snapshot))
    }

    fn services(&self) -> &Services {
        self.services.get_or_init(|| Services::new(self.snapshot.engine.swarm.as_ref()))
    }

    /// The container that has this address now, with the network it has it
    /// on, as a container sees it: another engine's own networks may have the
    /// same addresses and are not meant.
    pub fn owner_of(&self, from: ContainerAt, address: IpAddr) -> Option<(ContainerAt, NetworkAt)> {
        let owners = self.addresses.get_or_init(|| {
            let mut owners: HashMap<IpAddr, Vec<(ContainerAt, NetworkAt)>> = HashMap::new();
            for at in self.containers() {
                for (network, endpoint) in self.endpoints(at) {
                    let Some(network) = network else { continue };
                    for address in endpoint.addresses() {
                        owners.entry(address).or_default().push((at, network));
                    }
                }
            }
            // What the engine gave to somebody comes first.
            for at in self.containers() {
                for (network, address) in self.own_given(at) {
                    owners.entry(address).or_default().push((at, network));
                }
            }
            owners
        });
        // Several containers can have one address, each on a network of its own.
        let claim = owners.get(&address)?.iter();
        claim.copied().find(|(_, network)| !self.is_beyond(from, *network))
    }

    /// The addresses that a container has given itself on networks of its own, with these:
    /// a virtual one, which moves from one container to another. In a swarm the engine gives
    /// those of services to containers, and they are nobody's own.
    pub fn own_given(&self, at: ContainerAt) -> Vec<(NetworkAt, IpAddr)> {
        let seen = self.observation(at).filter(|_| self.container(at).state.has_network());
        let others = seen.map_or(&[][..], |seen| &seen.other_addresses);
        let networks: Vec<NetworkAt> = match others.is_empty() {
            true => Vec::new(),
            false => self.endpoints(at).filter_map(|(network, _)| network).collect(),
        };
        let on = |address: IpAddr| {
            let mut networks = networks.iter().copied().filter(|network| {
                let network = self.network(*network);
                network.driver != Driver::Overlay && network.contains(address)
            });
            networks.next().map(|network| (network, address))
        };
        others.iter().filter_map(|address| on(*address)).collect()
    }

    /// Whether a network is the own of another engine than the container's.
    pub fn is_beyond(&self, container: ContainerAt, network: NetworkAt) -> bool {
        let (here, there) = (&self.container(container).node, &self.network(network).node);
        !there.is_empty() && here != there
    }

    /// Whether two containers are on different engines.
    pub fn are_apart(&self, a: ContainerAt, b: ContainerAt) -> bool {
        self.container(a).node != self.container(b).node
    }

    /// Whether two containers have one network stack between them, and so
    /// reach each other on localhost.
    pub fn share_stack(&self, a: ContainerAt, b: ContainerAt) -> bool {
        let both_on_host = self.on_host(a) && self.on_host(b) && !self.are_apart(a, b);
        both_on_host || self.stack(a).is_some_and(|owner| self.stack(b) == Some(owner))
    }

    /// Whether the container uses the network stack of the engine's machine.
    pub fn on_host(&self, container: ContainerAt) -> bool {
        self.stack(container)
            .is_some_and(|owner| self.container(owner).network_mode == NetworkMode::Host)
    }

    /// Whether the container is yet to be made.
    pub(super) fn is_planned(&self, container: ContainerAt) -> bool {
        self.container(container).state == State::Planned
    }
}

/// Resolves each `container:X` to its owner, through chains and safe against
/// circles, which only a made-up snapshot can hold.
fn stack_owners(snapshot: &Snapshot) -> PerContainer<StackOwner> {
    let containers = &snapshot.containers;
    fn owner(container: &Container) -> Option<(&str, &str)> {
        match &container.network_mode {
            NetworkMode::Container(owner) => Some((&container.node, owner)),
            _ => None,
        }
    }
    /// Who is called by a word.
    #[derive(Default)]
    struct Called {
        by_id: Option<ContainerAt>,
        by_name: Option<ContainerAt>,
    }
    // Few are owners: only what they are called by is looked for. An id is
    // nobody else's, whoever has it for a name.
    let mut known: HashMap<(&str, &str), Called> =
        containers.iter().filter_map(owner).map(|owner| (owner, Called::default())).collect();
    if !known.is_empty() {
        for (at, container) in with_positions(containers) {
            if let Some(called) = known.get_mut(&(&*container.node, &*container.id)) {
                called.by_id = Some(at);
            }
            if let Some(called) = known.get_mut(&(&*container.node, container.own_name())) {
                called.by_name.get_or_insert(at);
            }
        }
    }
    let points_to = |at: ContainerAt| {
        let called = &known[&owner(&containers[at])?];
        Some(called.by_id.or(called.by_name))
    };
    positions(containers)
        .map(|start| {
            let mut at = start;
            // A chain is at most one hop in practice; eight ends every circle.
            for _ in 0..8 {
                match points_to(at) {
                    None if at == start => return StackOwner::Itself,
                    None => return StackOwner::Other(at),
                    Some(None) => return StackOwner::Missing,
                    Some(Some(next)) => at = next,
                }
            }
            StackOwner::Missing
        })
        .collect()
}

#[cfg(test)]
mod tests;
