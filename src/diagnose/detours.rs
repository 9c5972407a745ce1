//! Routes of a container's own that lead what is for its neighbours elsewhere: a tunnel in
//! it, such as a VPN's, takes a range in which a container network lies.

use std::cmp::Reverse;
use std::net::IpAddr;

use ipnet::IpNet;

use super::facts::Facts;
use crate::model::{ContainerAt, Endpoint, Network, NetworkAt, RouteEntry};
use crate::order::OrderBy;

/// A route that leads elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Detour {
    /// The network on which the addresses are.
    pub network: NetworkAt,
    /// The addresses that the route is for.
    pub destination: IpNet,
    /// The interface that it leads to.
    pub interface: String,
}

/// That of the routes which lead what a container sends elsewhere by which it sends to an
/// address.
pub fn of(facts: &Facts, led: &[Detour], from: ContainerAt, address: IpAddr) -> Option<Detour> {
    let led = led.iter().find(|detour| detour.destination.contains(&address))?;
    let routes = facts.of_stack(from, |seen| seen.routes.as_deref())?;
    taken(facts.map.network(led.network), led.network, routes, address)
}

/// Likewise to a container, if all its addresses on networks that both are on are led there.
pub fn to(
    facts: &Facts,
    led: &[Detour],
    from: ContainerAt,
    to: ContainerAt,
    shared: &[NetworkAt],
) -> Option<Detour> {
    let stack = facts.map.stack(to).filter(|_| !led.is_empty())?;
    let endpoints = shared.iter().filter_map(|network| facts.map.endpoint_on(stack, *network));
    let mut detours = endpoints.flat_map(Endpoint::addresses).map(|ip| of(facts, led, from, ip));
    let first = detours.next().flatten()?;
    detours.all(|other| other.is_some()).then_some(first)
}

/// The routes of a container that lead what is for some of its neighbours elsewhere.
/// `is_subnet` knows the subnets of networks: hardly any container has other routes.
pub fn all(facts: &Facts, from: ContainerAt, is_subnet: impl Fn(&IpNet) -> bool) -> Vec<Detour> {
    let Some(routes) = facts.seen(from).and_then(|seen| seen.routes.as_deref()) else {
        return Vec::new();
    };
    let is_odd = |route: &&RouteEntry| !route.is_default() && !is_subnet(&route.destination);
    let odd: Vec<&RouteEntry> = routes.iter().filter(is_odd).collect();
    if odd.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for at in facts.map.networks_of(from) {
        let network = facts.map.network(at);
        let lies_in = |route: &&RouteEntry| {
            network.subnets.iter().any(|subnet| subnet.subnet.contains(&route.destination))
        };
        if !odd.iter().any(lies_in) {
            continue;
        }
        let others = facts.map.members(at).iter().filter(|other| **other != from);
        let endpoints = others.filter_map(|other| facts.map.endpoint_on(*other, at));
        let addresses = endpoints.flat_map(Endpoint::addresses);
        found.extend(addresses.filter_map(|address| taken(network, at, routes, address)));
    }
    found.order();
    found.dedup();
    found
}

/// The route that is taken to an address of a network, where it is not the network's own.
fn taken(
    network: &Network,
    at: NetworkAt,
    routes: &[RouteEntry],
    address: IpAddr,
) -> Option<Detour> {
    let is_own = |route: &&RouteEntry| {
        let mut subnets = network.subnets.iter();
        route.gateway.is_none() && subnets.any(|subnet| subnet.subnet == route.destination)
    };
    let to = || routes.iter().filter(|route| route.destination.contains(&address));
    let taken = to().max_by_key(|r| (r.destination.prefix_len(), Reverse(r.metric)))?;
    let own = to().find(is_own)?;
    // What is thrown away has no interface: that is no other way.
    let leads = taken.interface != "*" && taken.interface != own.interface;
    (leads && !is_own(&taken)).then(|| Detour {
        network: at,
        destination: taken.destination,
        interface: taken.interface.clone(),
    })
}
