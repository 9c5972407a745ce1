//! Who should reach whom, read off the map alone.
//!
//! The rules are those of Docker's own drivers; each [`Reason`] says where its
//! rule comes from. What they do not settle is [`Verdict::Unknown`]: a guess
//! would make the measurement look wrong.

use std::net::IpAddr;

use super::host::host_on;
use super::reason::{Judged, Prediction, Reason, Route, Verdict};
use super::{Map, StackOwner};
use crate::model::keys::option;
use crate::model::{Container, ContainerAt, Driver, Endpoint, Network, NetworkAt, State};

impl Map<'_> {
    /// What should happen when container `a` sends to container `b`.
    pub fn predict(&self, a: ContainerAt, b: ContainerAt) -> Prediction {
        if let Some(judged) = self.not_even_there(a, b) {
            return Prediction { by_name: judged, by_address: judged, routes: Vec::new() };
        }
        let routes = self.routes(a, b);
        let by_address = best(routes.iter()).unwrap_or_else(|| self.no_route(a, b));
        let by_name = self.predict_name(a, b, &routes);
        Prediction { by_name, by_address, routes }
    }

    /// Reasons that settle everything before any network is looked at.
    fn not_even_there(&self, a: ContainerAt, b: ContainerAt) -> Option<Judged> {
        let state = |at: ContainerAt| self.container(at).state;
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
        let stack_gone = |at: ContainerAt| match self.stack_owner(at) {
            StackOwner::Itself => false,
            StackOwner::Missing => true,
            // The namespace lives on while a sidecar holds it, but its
            // interfaces went away with the owner.
            StackOwner::Other(owner) => !state(owner).has_network(),
        };
        (stack_gone(a) || stack_gone(b)).then(|| Judged::blocked(Reason::StackGone))
    }

    fn routes(&self, a: ContainerAt, b: ContainerAt) -> Vec<Route> {
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
    fn addresses(&self, container: ContainerAt, endpoint: &Endpoint) -> Vec<Option<IpAddr>> {
        let known: Vec<Option<IpAddr>> = endpoint.addresses().map(Some).collect();
        if known.is_empty() && self.is_planned(container) { vec![None] } else { known }
    }

    /// Why there is nothing to send packets to.
    fn no_route(&self, a: ContainerAt, b: ContainerAt) -> Judged {
        let networks = |at: ContainerAt| -> Vec<&Network> {
            self.stack(at)
                .into_iter()
                .flat_map(|owner| self.networks_of(owner))
                .map(|network| self.network(network))
                .filter(|network| !network.is_none())
                .collect()
        };
        let user_mode = |at: ContainerAt| {
            let engine = self.snapshot().engine_of(&self.container(at).node);
            let mode = self.stack(at).and_then(|at| self.container(at).network_mode.user_mode());
            engine.is_podman() && mode.is_some()
        };
        // That leads out to the host, at an address that Podman does not report.
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
        if self.on_host(b) {
            return if self.hides_bridges(b) {
                Judged::unknown(Reason::RootlessBridges)
            } else if networks(a).iter().all(|network| network.driver.reaches_beyond()) {
                Judged::blocked(Reason::MacvlanHost)
            } else if networks(a).iter().all(|network| network.is_isolated(true)) {
                Judged::blocked(Reason::BridgeWithoutHost)
            } else {
                Judged::unknown(Reason::HostAddressUntold)
            };
        }
        // The engine says it is on a network but gives no address: not yet,
        // or a driver that reports nothing.
        Judged::unknown(Reason::NoAddress)
    }

    /// What should happen to packets from the stack of `a` to an address that
    /// `b` has on `network`.
    fn judge_address(
        &self,
        a: ContainerAt,
        b: ContainerAt,
        network: NetworkAt,
        address: Option<IpAddr>,
    ) -> Judged {
        let on = self.network(network);
        if self.on_host(a) {
            if self.hides_bridges(a) {
                return Judged::blocked(Reason::RootlessBridges);
            }
            return match &on.driver {
                Driver::Bridge => host_on(on, address, Reason::HostOnBridge),
                Driver::Macvlan | Driver::Ipvlan => Judged::blocked(Reason::MacvlanHost),
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
    fn across(&self, a: ContainerAt, to: &Network, address: Option<IpAddr>) -> Judged {
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
        let filters_ipv6 = engine.is_docker() && engine.major().is_some_and(|v| v >= 27);
        let planned = self.is_planned(a);
        let leads_out = |network: &Network, endpoint: &Endpoint| match address {
            // Members of an overlay network get out by a bridge of which the
            // engine does not report (`docker_gwbridge`), with IPv4 only.
            _ if network.driver == Driver::Overlay => {
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
        let carried = |n: &Network| matches!(n.driver, Driver::Bridge | Driver::Overlay);
        let tunnelled = ways.iter().chain([&to]).any(|n| n.driver == Driver::Overlay);
        if tunnelled && carried(to) && ways.iter().all(|n| carried(n)) {
            return Judged::blocked(Reason::DifferentNetworks);
        }
        let all = |is: fn(&Driver) -> bool| ways.iter().chain([&to]).all(|n| is(&n.driver));
        let bridges_only = all(|driver| *driver == Driver::Bridge);
        if !bridges_only {
            return if all(Driver::joins_members) {
                Judged::unknown(Reason::OutsideDecides)
            } else {
                Judged::unknown(Reason::UnknownDriver)
            };
        }
        if to.is_routed() {
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

    fn predict_name(&self, a: ContainerAt, b: ContainerAt, routes: &[Route]) -> Judged {
        if self.share_stack(a, b) {
            // On the owner's networks the owner's name leads back to the
            // shared stack; a sidecar has no name anywhere. Podman writes all
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
                Judged::blocked(Reason::SidecarHasNoName)
            };
        }
        if self.on_host(a) {
            return Judged::blocked(Reason::HostKnowsNoNames);
        }
        if self.on_host(b) {
            return Judged::blocked(Reason::HostHasNoName);
        }
        if self.stack_owner(b) != StackOwner::Itself {
            return Judged::blocked(Reason::SidecarHasNoName);
        }
        let shared: Vec<Judged> = routes
            .iter()
            .filter(|route| {
                route.network.is_some_and(|network| {
                    self.is_on(a, network) && !self.network(network).is_default_bridge()
                })
            })
            .map(|route| route.judged)
            .collect();
        if let Some(first) = shared.first() {
            let agree = shared.iter().all(|judged| judged.verdict == first.verdict);
            return if agree { *first } else { Judged::unknown(Reason::DependsOnNetwork) };
        }
        let linked = self.stack(a).is_some_and(|owner| {
            self.container(owner)
                .links
                .iter()
                .any(|link| link.target == self.container(b).own_name())
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

    fn is_on(&self, container: ContainerAt, network: NetworkAt) -> bool {
        self.stack(container).is_some_and(|owner| self.networks_of(owner).any(|n| n == network))
    }

    fn names_resolve_for(&self, container: ContainerAt) -> bool {
        self.networks_of(container)
            .map(|network| self.network(network))
            .any(|network| !network.is_built_in())
    }
}

/// What should happen between two members of one network.
fn within(network: &Network, a: &Container, b: &Container) -> Judged {
    let macvlan_mode = network.option(option::MACVLAN_MODE);
    match &network.driver {
        Driver::Bridge if !network.icc => {
            let linked = |from: &Container, to: &Container| {
                from.links.iter().any(|link| link.target == to.own_name())
            };
            // A link opens the exposed ports between the two, and nothing else.
            if linked(a, b) || linked(b, a) {
                Judged::unknown(Reason::IccOff)
            } else {
                Judged::blocked(Reason::IccOff)
            }
        }
        Driver::Macvlan if macvlan_mode == Some("private") => {
            Judged::blocked(Reason::PrivateMacvlan)
        }
        Driver::Macvlan if macvlan_mode == Some("vepa") => Judged::unknown(Reason::OutsideDecides),
        driver if driver.joins_members() => Judged::reachable(Reason::SharedNetwork),
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
