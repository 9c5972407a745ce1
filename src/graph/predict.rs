//! Who should reach whom, read off the map alone.
//!
//! The rules are those of Docker's own drivers; each [`Reason`] says where its
//! rule comes from. What they do not settle is [`Verdict::Unknown`]: a guess
//! would make the measurement look wrong.

use std::net::IpAddr;

use super::reason::{Judged, Reason, Verdict};
use super::{Map, StackOwner};
use crate::model::{Container, Endpoint, Network, State};

/// One address of the target and what should happen to packets sent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Position of the network on which the target has the address. For a
    /// target on the host's stack it is the source's network, whose gateway
    /// the host is. `None` within one network stack.
    pub network: Option<usize>,
    /// The address; `None` for a planned container whose address the engine
    /// is yet to choose.
    pub address: Option<IpAddr>,
    /// What should happen.
    pub judged: Judged,
}

/// What should happen between two containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// When the source asks for the target by its name.
    pub by_name: Judged,
    /// The best of [`Self::routes`], or why there are none.
    pub by_address: Judged,
    /// Each address of the target, whether it should answer or not.
    pub routes: Vec<Route>,
}

impl Map<'_> {
    /// What should happen when container `a` sends to container `b`.
    pub fn predict(&self, a: usize, b: usize) -> Prediction {
        if let Some(judged) = self.not_even_there(a, b) {
            return Prediction { by_name: judged, by_address: judged, routes: Vec::new() };
        }
        let routes = self.routes(a, b);
        let by_address = best(routes.iter()).unwrap_or_else(|| self.no_route(a, b));
        let by_name = self.predict_name(a, b, &routes);
        Prediction { by_name, by_address, routes }
    }

    /// Reasons that settle everything before any network is looked at.
    fn not_even_there(&self, a: usize, b: usize) -> Option<Judged> {
        let state = |at: usize| self.container(at).state;
        let absent = |state: State, stopped: Reason| match state {
            State::Planned | State::Running | State::Paused => None,
            State::Restarting => Some(Judged::unknown(Reason::Restarting)),
            State::Unknown => Some(Judged::unknown(Reason::StateUnknown)),
            _ => Some(Judged::blocked(stopped)),
        };
        if let Some(judged) = absent(state(a), Reason::SourceStopped) {
            return Some(judged);
        }
        if let Some(judged) = absent(state(b), Reason::TargetStopped) {
            return Some(judged);
        }
        let stack_gone = |at: usize| match self.stack_owner(at) {
            StackOwner::Itself => false,
            StackOwner::Missing => true,
            // The namespace lives on while a rider holds it, but its
            // interfaces went away with the owner.
            StackOwner::Other(owner) => !state(owner).has_network(),
        };
        (stack_gone(a) || stack_gone(b)).then(|| Judged::blocked(Reason::StackGone))
    }

    fn routes(&self, a: usize, b: usize) -> Vec<Route> {
        let (Some(stack_a), Some(stack_b)) = (self.stack(a), self.stack(b)) else {
            return Vec::new();
        };
        if self.share_stack(a, b) {
            let address = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
            let judged = Judged::reachable(Reason::SharedNamespace);
            return vec![Route { network: None, address, judged }];
        }
        if self.on_host(b) {
            // Another engine's machine is not its containers' gateway, and no
            // more is that of a rootless Podman.
            let apart = self.are_apart(a, b) || self.hides_bridges(b);
            return if apart { Vec::new() } else { self.routes_to_host(stack_a) };
        }
        self.endpoints(stack_b)
            .filter_map(|(network, endpoint)| network.map(|network| (network, endpoint)))
            .filter(|(network, _)| !self.network(*network).is_none())
            // There its addresses are nobody's, or somebody else's.
            .filter(|(network, _)| !self.is_beyond(stack_a, *network))
            .flat_map(|(network, endpoint)| {
                self.addresses(stack_b, endpoint).into_iter().map(move |address| Route {
                    network: Some(network),
                    address,
                    judged: self.judge_address(stack_a, stack_b, network, address),
                })
            })
            .collect()
    }

    /// The addresses of an endpoint; `[None]` where it is planned to get one.
    fn addresses(&self, container: usize, endpoint: &Endpoint) -> Vec<Option<IpAddr>> {
        let known: Vec<Option<IpAddr>> = endpoint.addresses().map(Some).collect();
        if known.is_empty() && self.is_planned(container) { vec![None] } else { known }
    }

    pub(super) fn is_planned(&self, container: usize) -> bool {
        self.container(container).state == State::Planned
    }

    /// Why there is nothing to send packets to.
    fn no_route(&self, a: usize, b: usize) -> Judged {
        let networks = |at: usize| -> Vec<&Network> {
            self.stack(at)
                .into_iter()
                .flat_map(|owner| self.networks_of(owner))
                .map(|network| self.network(network))
                .filter(|network| !network.is_none())
                .collect()
        };
        let user_mode = |at: usize| {
            let engine = self.snapshot().engine_of(&self.container(at).node);
            let mode = self.stack(at).and_then(|at| self.container(at).network_mode.user_mode());
            engine.is_podman() && mode.is_some()
        };
        // That leads out to the host, at an address that Podman does not tell.
        if user_mode(a) && self.on_host(b) {
            return Judged::unknown(Reason::HostAddressUntold);
        }
        // Podman names no network for who is on the host's.
        if networks(a).is_empty() && !self.on_host(a) {
            return Judged::blocked(Reason::SourceHasNoNetwork);
        }
        if networks(b).is_empty() && !self.on_host(b) {
            return Judged::blocked(Reason::TargetHasNoNetwork);
        }
        if self.are_apart(a, b) {
            return Judged::unknown(Reason::OutsideDecides);
        }
        let beyond = |n: &&Network| matches!(n.driver.as_str(), "macvlan" | "ipvlan");
        if self.on_host(b) {
            return if self.hides_bridges(b) {
                Judged::unknown(Reason::RootlessBridges)
            } else if networks(a).iter().all(beyond) {
                Judged::blocked(Reason::MacvlanHost)
            } else {
                Judged::unknown(Reason::HostAddressUntold)
            };
        }
        // The engine says it is on a network but gives no address: not yet,
        // or a driver that does not tell.
        Judged::unknown(Reason::NoAddress)
    }

    /// What should happen to packets from the stack of `a` to an address that
    /// `b` has on `network`.
    fn judge_address(&self, a: usize, b: usize, network: usize, address: Option<IpAddr>) -> Judged {
        let on = self.network(network);
        if self.on_host(a) {
            if self.hides_bridges(a) {
                return Judged::blocked(Reason::RootlessBridges);
            }
            return match on.driver.as_str() {
                "bridge" => Judged::reachable(Reason::HostOnBridge),
                "macvlan" | "ipvlan" => Judged::blocked(Reason::MacvlanHost),
                _ => Judged::unknown(Reason::UnknownDriver),
            };
        }
        if let Some(own) = self.endpoint_on(a, network) {
            // Two planned containers will have addresses of the same kinds.
            let same_kind = |own: Option<IpAddr>| match (own, address) {
                (Some(own), Some(address)) => own.is_ipv4() == address.is_ipv4(),
                _ => true,
            };
            if self.addresses(a, own).into_iter().any(same_kind) {
                return within(on, self.container(a), self.container(b));
            }
        }
        self.across(a, on, address)
    }

    /// What should happen to packets for `address` on a network that the
    /// source is not on.
    fn across(&self, a: usize, to: &Network, address: Option<IpAddr>) -> Judged {
        let from: Vec<(&Network, &Endpoint)> = self
            .endpoints(a)
            .filter_map(|(network, endpoint)| Some((self.network(network?), endpoint)))
            .filter(|(network, _)| !network.is_none())
            .collect();
        if from.is_empty() {
            return Judged::blocked(Reason::SourceHasNoNetwork);
        }
        // Another network with the same addresses would catch the packet.
        if address.is_some_and(|address| from.iter().any(|(network, _)| network.contains(address)))
        {
            return Judged::unknown(Reason::OutsideDecides);
        }
        let engine = self.snapshot().engine_of(&self.container(a).node);
        let filters_ipv6 = engine.name == "Docker" && engine.major().is_some_and(|v| v >= 27);
        let planned = self.is_planned(a);
        let leads_out = |network: &Network, endpoint: &Endpoint| match address {
            // Members of an overlay network get out by a bridge of which the
            // engine does not tell (`docker_gwbridge`), with IPv4 only.
            _ if network.driver == "overlay" => {
                !network.internal && address.is_none_or(|address| address.is_ipv4())
            }
            // A planned endpoint is told its gateway when it is made.
            _ if planned => !network.internal,
            // Docker names a gateway for endpoints of internal networks, too,
            // but sets no IPv4 route to it.
            None | Some(IpAddr::V4(_)) => !network.internal && endpoint.gateway.is_some(),
            // Measured on 20.10: an internal network's members get an IPv6
            // default route, and it works.
            Some(IpAddr::V6(_)) => {
                endpoint.ipv6_gateway.is_some() && !(network.internal && filters_ipv6)
            }
        };
        let ways: Vec<&Network> = from
            .iter()
            .filter(|(network, endpoint)| leads_out(network, endpoint))
            .map(|(network, _)| *network)
            .collect();
        if ways.is_empty() {
            return Judged::blocked(Reason::NoWayOut);
        }
        // No router outside has a way into an overlay network's tunnels, and
        // `docker_gwbridge` is kept apart from other bridges as they are.
        let carried = |n: &Network| matches!(n.driver.as_str(), "bridge" | "overlay");
        let tunnelled = to.driver == "overlay" || ways.iter().any(|n| n.driver == "overlay");
        if tunnelled && carried(to) && ways.iter().all(|n| carried(n)) {
            return Judged::blocked(Reason::DifferentNetworks);
        }
        let bridges_only = ways.iter().all(|n| n.driver == "bridge") && to.driver == "bridge";
        if !bridges_only {
            let known = |n: &Network| {
                matches!(n.driver.as_str(), "bridge" | "overlay" | "macvlan" | "ipvlan")
            };
            return if known(to) && ways.iter().all(|n| known(n)) {
                Judged::unknown(Reason::OutsideDecides)
            } else {
                Judged::unknown(Reason::UnknownDriver)
            };
        }
        if is_routed(to) {
            return Judged::unknown(Reason::OutsideDecides);
        }
        if address.is_some_and(|address| address.is_ipv6()) && !filters_ipv6 {
            return Judged::unknown(Reason::Ipv6NotFiltered);
        }
        // Nobody outside has a way into an internal network: its members have none back.
        if engine.is_podman() && !to.internal {
            return Judged::unknown(Reason::PodmanMayRoute);
        }
        Judged::blocked(Reason::DifferentNetworks)
    }

    fn predict_name(&self, a: usize, b: usize, routes: &[Route]) -> Judged {
        if self.share_stack(a, b) {
            // On the owner's networks the owner's name leads back to the
            // shared stack; a rider has no name anywhere. Podman writes all
            // of their names into the hosts file that they share.
            let engine = self.snapshot().engine_of(&self.container(b).node);
            if engine.is_podman() && !self.on_host(b) {
                return Judged::reachable(Reason::SharedNamespace);
            }
            let named = self.stack_owner(b) == StackOwner::Itself
                && !self.on_host(b)
                && self.names_resolve_for(b);
            return if named {
                Judged::reachable(Reason::SharedNamespace)
            } else if self.on_host(b) {
                Judged::blocked(Reason::HostKnowsNoNames)
            } else if self.stack_owner(b) == StackOwner::Itself {
                Judged::blocked(Reason::DefaultBridgeHasNoNames)
            } else {
                Judged::blocked(Reason::RiderHasNoName)
            };
        }
        if self.on_host(a) {
            return Judged::blocked(Reason::HostKnowsNoNames);
        }
        if self.on_host(b) {
            return Judged::blocked(Reason::HostHasNoName);
        }
        if self.stack_owner(b) != StackOwner::Itself {
            return Judged::blocked(Reason::RiderHasNoName);
        }
        let shared: Vec<Judged> = routes
            .iter()
            .filter(|route| route.network.is_some_and(|n| self.is_on(a, n)))
            .map(|route| (route, self.network(route.network.unwrap_or_default())))
            .filter(|(_, network)| !network.is_default_bridge())
            .map(|(route, _)| route.judged)
            .collect();
        if let Some(first) = shared.first() {
            let agree = shared.iter().all(|judged| judged.verdict == first.verdict);
            return if agree { *first } else { Judged::unknown(Reason::DependsOnNetwork) };
        }
        let linked = self.stack(a).is_some_and(|owner| {
            self.container(owner)
                .links
                .iter()
                .any(|link| link.split(':').next() == Some(self.container(b).own_name()))
        });
        match best(routes.iter()) {
            // Whatever carries packets between engines carries no names.
            None if self.are_apart(a, b) => Judged::blocked(Reason::DifferentNetworks),
            None => self.no_route(a, b),
            Some(by_address) if by_address.verdict == Verdict::Reachable && linked => {
                Judged::reachable(Reason::LegacyLink)
            }
            Some(Judged { verdict: Verdict::Reachable, .. }) => {
                Judged::blocked(Reason::DefaultBridgeHasNoNames)
            }
            // Routers outside may carry packets, but they carry no names.
            Some(Judged { verdict: Verdict::Unknown, .. }) => {
                Judged::blocked(Reason::DifferentNetworks)
            }
            Some(blocked) => blocked,
        }
    }

    fn is_on(&self, container: usize, network: usize) -> bool {
        self.stack(container).is_some_and(|owner| self.networks_of(owner).any(|n| n == network))
    }

    fn names_resolve_for(&self, container: usize) -> bool {
        self.networks_of(container)
            .map(|network| self.network(network))
            .any(|network| !network.is_built_in())
    }
}

/// Whether routers outside may lead into a bridge.
pub(super) fn is_routed(network: &Network) -> bool {
    network.options.iter().any(|(key, value)| {
        key.starts_with("com.docker.network.bridge.gateway_mode") && value != "nat"
    })
}

/// What should happen between two members of one network.
fn within(network: &Network, a: &Container, b: &Container) -> Judged {
    match network.driver.as_str() {
        "bridge" if !network.icc => {
            let linked = |from: &Container, to: &Container| {
                from.links.iter().any(|link| link.split(':').next() == Some(to.own_name()))
            };
            // A link opens the exposed ports between the two, and nothing else.
            if linked(a, b) || linked(b, a) {
                Judged::unknown(Reason::IccOff)
            } else {
                Judged::blocked(Reason::IccOff)
            }
        }
        "macvlan" if network.options.get("macvlan_mode").is_some_and(|m| m == "private") => {
            Judged::blocked(Reason::PrivateMacvlan)
        }
        "macvlan" if network.options.get("macvlan_mode").is_some_and(|m| m == "vepa") => {
            Judged::unknown(Reason::OutsideDecides)
        }
        "bridge" | "overlay" | "macvlan" | "ipvlan" => Judged::reachable(Reason::SharedNetwork),
        _ => Judged::unknown(Reason::UnknownDriver),
    }
}

/// The most hopeful of the routes' verdicts.
pub(super) fn best<'a>(routes: impl Iterator<Item = &'a Route>) -> Option<Judged> {
    let rank = |verdict: Verdict| match verdict {
        Verdict::Reachable => 0,
        Verdict::Unknown => 1,
        Verdict::Blocked => 2,
    };
    routes.map(|route| route.judged).min_by_key(|judged| rank(judged.verdict))
}
