//! Which pairs of containers are predicted alike.
//!
//! What the map says of a pair follows from what the two are like and from
//! which networks they have in common, whatever their names and addresses. Of
//! a large setup most pairs have nothing in common at all. So whoever asks
//! about all pairs asks once for each kind of pair.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};
use ipnet::IpNet;
use smallvec::SmallVec;

use super::{Judged, Map, StackOwner};
use crate::model::keys::option;
use crate::model::{
    ContainerAt, Driver, Endpoint, GatewayModes, Network, NetworkAt, OfPodman, PerContainer, State,
    positions, with_positions,
};
use crate::order::Ordered;

/// A kind of pair: all pairs of one kind have the same [`Prediction`], but for
/// the addresses and the positions of networks in it.
///
/// [`Prediction`]: super::Prediction
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PairKind {
    /// Numbers of what source and target are like.
    like: (usize, usize),
    /// Each endpoint of the target's on a network that the source is on, and
    /// the source's there.
    shared: SmallVec<[(u16, u16); 2]>,
}

/// The kinds of all pairs of a map.
#[derive(Debug)]
pub struct PairKinds<'m, 'a> {
    map: &'m Map<'a>,
    sides: PerContainer<PairSide>,
    /// For each owner of a network stack, the networks in whose subnets it has
    /// an address that it has on another one. They are few, where there are any.
    strays: HashMap<ContainerAt, Vec<NetworkAt>>,
    /// For each container those that a link of its stack leads to, and those
    /// from whose stack one leads to it. They are few as well.
    linked: HashMap<ContainerAt, Vec<ContainerAt>>,
}

/// What a container is to its pairs.
#[derive(Debug)]
struct PairSide {
    /// The number of what it is like.
    likeness: usize,
    /// The owner of its network stack; `None` where that is gone.
    owner: Option<ContainerAt>,
    /// What it has in common with those that share its network stack, and with
    /// nobody else; `None` where that is gone.
    stack: Option<ContainerAt>,
    /// Whether a link leads from that owner to others.
    is_linked: bool,
    /// The networks that the stack is on, and the endpoints there. In order.
    on: SmallVec<[(NetworkAt, u16); 2]>,
}

/// Everything about a container that predictions depend on, but for its networks.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Likeness<'a> {
    state: State,
    node: &'a str,
    /// Whether it has a network stack of its own.
    owns: bool,
    /// `None` for one whose stack is gone.
    stack: Option<Stack<'a>>,
}

/// Likewise, of a network stack.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Stack<'a> {
    state: State,
    node: &'a str,
    user_mode: Option<&'static str>,
    on_host: bool,
    /// What becomes of packets to the host's addresses.
    to_host: Vec<Judged>,
    endpoints: Vec<Side<'a>>,
}

/// Likewise, of an endpoint and its network.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Side<'a> {
    /// Whether it has addresses of version 4 and 6, and gateways.
    addresses: [bool; 2],
    gateways: [bool; 2],
    gateway_priority: Option<i64>,
    /// `None` for a network that nobody knows.
    network: Option<NetworkLikeness<'a>>,
}

/// Likewise, of a network.
#[derive(Debug, PartialEq, Eq, Hash)]
struct NetworkLikeness<'a> {
    driver: &'a Driver,
    node: &'a str,
    macvlan_mode: Option<&'a str>,
    internal: bool,
    icc: bool,
    masquerade: bool,
    gateway_modes: &'a GatewayModes,
    inhibit_ipv4: bool,
    trusted: &'a [String],
    /// Its bridge, where another network trusts that.
    trusted_bridge: Option<String>,
    is_none: bool,
    is_default_bridge: bool,
    podman: Option<OfPodman>,
}

/// The interfaces that some network trusts; mostly none.
type Trusted<'a> = BTreeSet<&'a str>;

impl<'a> Likeness<'a> {
    fn of(map: &Map<'a>, at: ContainerAt, trusted: &Trusted) -> Self {
        let container = map.container(at);
        Self {
            state: container.state,
            node: &container.node,
            owns: map.stack_owner(at) == StackOwner::Itself,
            stack: map.stack(at).map(|owner| Stack::of(map, owner, trusted)),
        }
    }
}

impl<'a> Stack<'a> {
    fn of(map: &Map<'a>, owner: ContainerAt, trusted: &Trusted) -> Self {
        let container = map.container(owner);
        Self {
            state: container.state,
            node: &container.node,
            user_mode: container.network_mode.user_mode(),
            on_host: map.on_host(owner),
            to_host: map.routes_to_host(owner).iter().map(|route| route.judged).collect(),
            endpoints: map
                .endpoints(owner)
                .map(|(network, endpoint)| {
                    Side::of(network.map(|at| map.network(at)), endpoint, trusted)
                })
                .collect(),
        }
    }
}

impl<'a> Side<'a> {
    fn of(network: Option<&'a Network>, endpoint: &Endpoint, trusted: &Trusted) -> Self {
        Self {
            addresses: [endpoint.ipv4.is_some(), endpoint.ipv6.is_some()],
            gateways: [endpoint.gateway.is_some(), endpoint.ipv6_gateway.is_some()],
            gateway_priority: endpoint.gateway_priority,
            network: network.map(|network| NetworkLikeness {
                driver: &network.driver,
                node: &network.node,
                macvlan_mode: network.option(option::MACVLAN_MODE),
                internal: network.internal,
                icc: network.icc,
                masquerade: network.masquerade,
                gateway_modes: &network.gateway_modes,
                inhibit_ipv4: network.inhibit_ipv4,
                trusted: &network.trusted_interfaces,
                trusted_bridge: network.bridge().filter(|bridge| trusted.contains(&**bridge)),
                is_none: network.is_none(),
                is_default_bridge: network.is_default_bridge(),
                podman: network.podman,
            }),
        }
    }
}

/// For each engine one of those on its host's network stack.
type Hosts<'a> = HashMap<&'a str, ContainerAt>;

impl PairSide {
    fn of<'a>(map: &Map<'a>, at: ContainerAt, likeness: usize, hosts: &mut Hosts<'a>) -> Self {
        let owner = map.stack(at);
        let of_host = |owner: ContainerAt| match map.on_host(owner) {
            true => *hosts.entry(&map.container(at).node).or_insert(owner),
            false => owner,
        };
        let stack = owner.map(of_host);
        let endpoints = owner.into_iter().flat_map(|owner| map.endpoints(owner)).zip(0..);
        let on = endpoints.filter_map(|((network, _), endpoint)| {
            let network = network.filter(|network| !map.network(*network).is_none());
            network.map(|network| (network, endpoint))
        });
        let mut on: SmallVec<[(NetworkAt, u16); 2]> = on.collect();
        on.sort_unstable();
        let is_linked = owner.is_some_and(|owner| !map.container(owner).links.is_empty());
        Self { likeness, owner, stack, is_linked, on }
    }
}

impl<'m, 'a> PairKinds<'m, 'a> {
    /// Sorts the containers of a map by what they are like; takes work in
    /// proportion to the map.
    pub fn new(map: &'m Map<'a>) -> Self {
        let (mut numbers, mut hosts) = (HashMap::new(), Hosts::new());
        let networks = map.snapshot().networks.iter();
        let trusted = networks.flat_map(|network| &network.trusted_interfaces);
        let trusted: Trusted = trusted.map(String::as_str).collect();
        let sides = positions(&map.snapshot().containers).map(|at| {
            let next = numbers.len();
            let likeness = *numbers.entry(Likeness::of(map, at, &trusted)).or_insert(next);
            PairSide::of(map, at, likeness, &mut hosts)
        });
        Self { map, sides: sides.collect(), strays: strays(map), linked: linked(map) }
    }

    /// The number of what a container is like.
    pub fn likeness(&self, container: ContainerAt) -> usize {
        self.sides[container].likeness
    }

    /// The networks that a container's stack is on, but for `none`, and which
    /// of its endpoints is there. In order.
    pub fn networks(&self, container: ContainerAt) -> impl Iterator<Item = (NetworkAt, u16)> {
        self.sides[container].on.chunk_by(|a, b| a.0 == b.0).map(|endpoints| endpoints[0])
    }

    /// Whether a container's stack is on a network.
    pub fn is_on(&self, container: ContainerAt, network: NetworkAt) -> bool {
        self.sides[container].on.iter().any(|(on, _)| *on == network)
    }

    /// Whether a link leads from a container's stack, so that its pairs on one
    /// network are like no other.
    pub fn is_linked(&self, container: ContainerAt) -> bool {
        self.sides[container].is_linked
    }

    /// [`Map::share_stack`], for who asks about many pairs.
    pub fn share_stack(&self, a: ContainerAt, b: ContainerAt) -> bool {
        self.sides[a].stack.is_some_and(|stack| self.sides[b].stack == Some(stack))
    }

    /// The kind of a pair that does not share a network stack; `None` for one
    /// that is like no other.
    pub fn of(&self, from: ContainerAt, to: ContainerAt) -> Option<PairKind> {
        let (source, target) = (&self.sides[from], &self.sides[to]);
        // Which of two networks catches a packet depends on its address, and a
        // link leads to one container and no other.
        let strays = target.owner.and_then(|owner| self.strays.get(&owner));
        let is_stray = |network: &NetworkAt| source.on.iter().any(|(on, _)| on == network);
        let is_caught = strays.is_some_and(|strays| strays.iter().any(is_stray));
        if is_caught || source.is_linked || target.is_linked {
            return None;
        }
        let mut mine = source.on.iter().copied().peekable();
        let shared = target.on.iter().filter_map(|(network, theirs)| {
            while mine.next_if(|(on, _)| on < network).is_some() {}
            mine.peek().filter(|(on, _)| on == network).map(|(_, mine)| (*theirs, *mine))
        });
        Some(PairKind { like: (source.likeness, target.likeness), shared: shared.collect() })
    }

    /// The kind of a pair of which the source is not
    /// [acquainted](Self::acquainted) with the target.
    pub fn of_strangers(&self, from: ContainerAt, to: ContainerAt) -> PairKind {
        PairKind { like: (self.likeness(from), self.likeness(to)), shared: SmallVec::new() }
    }

    /// What a container has in common with those that [share its network
    /// stack](Self::share_stack), and with nobody else; `None` where that is gone.
    pub fn stack(&self, container: ContainerAt) -> Option<ContainerAt> {
        self.sides[container].stack
    }

    /// The containers that have something in common with this one, itself
    /// among them: those on its networks, but for some of these, those on networks
    /// that take its addresses for their own, and those at the other end of a
    /// link. In no order, some of them twice, and without those that only share its
    /// network stack.
    pub fn acquainted(
        &self,
        container: ContainerAt,
        but: &[NetworkAt],
    ) -> impl Iterator<Item = ContainerAt> {
        let owner = self.sides[container].owner;
        let strays = owner.and_then(|owner| self.strays.get(&owner)).into_iter().flatten().copied();
        let networks = self.networks(container).map(|(network, _)| network);
        let networks = networks.filter(|network| !but.contains(network)).chain(strays);
        let members = networks.flat_map(|network| self.map.members(network).iter().copied());
        let ends = owner.into_iter().chain([container]).filter_map(|at| self.linked.get(&at));
        let owners = members.chain(owner).chain(ends.flatten().copied());
        let users = owners.flat_map(move |at| {
            let sidecars = (Some(at) != owner).then(|| self.map.sidecars(at));
            [at].into_iter().chain(sidecars.into_iter().flatten().copied())
        });
        users.chain([container])
    }
}

/// For each container the other ends of its links, whichever way they lead.
fn linked(map: &Map) -> HashMap<ContainerAt, Vec<ContainerAt>> {
    let mut linked: HashMap<ContainerAt, Vec<ContainerAt>> = HashMap::new();
    let of_container = |at| map.container(at).links.iter().map(move |link| (at, &*link.target));
    let links: Vec<(ContainerAt, &str)> =
        positions(&map.snapshot().containers).flat_map(of_container).collect();
    if links.is_empty() {
        return linked;
    }
    let mut called: HashMap<&str, Vec<ContainerAt>> = HashMap::new();
    for at in positions(&map.snapshot().containers) {
        called.entry(map.container(at).own_name()).or_default().push(at);
    }
    for (from, target) in links {
        for to in called.get(target).into_iter().flatten() {
            linked.entry(from).or_default().push(*to);
            linked.entry(*to).or_default().push(from);
        }
    }
    linked
}

/// For each owner of a network stack, the networks in whose subnets it has an
/// address that it has on another one.
fn strays(map: &Map) -> HashMap<ContainerAt, Vec<NetworkAt>> {
    let mut subnets: HashMap<IpNet, Vec<NetworkAt>> = HashMap::new();
    for (at, network) in with_positions(&map.snapshot().networks) {
        for subnet in &network.subnets {
            subnets.entry(subnet.subnet.trunc()).or_default().push(at);
        }
    }
    let lengths: BTreeSet<(bool, u8)> =
        subnets.keys().map(|net| (net.addr().is_ipv4(), net.prefix_len())).into_set();
    let mut strays: HashMap<ContainerAt, Vec<NetworkAt>> = HashMap::new();
    for container in positions(&map.snapshot().containers) {
        for (on, endpoint) in map.endpoints(container) {
            for address in endpoint.addresses() {
                let of_kind = lengths.iter().filter(|(v4, _)| *v4 == address.is_ipv4());
                let around = of_kind
                    .filter_map(|(_, length)| IpNet::new(address, *length).ok())
                    .filter_map(|net| subnets.get(&net.trunc()))
                    .flatten()
                    .filter(|network| Some(**network) != on);
                for network in around {
                    strays.entry(container).or_default().push(*network);
                }
            }
        }
    }
    strays
}

#[cfg(test)]
#[path = "pair_kinds_tests.rs"]
mod tests;
