//! Who should reach whom, read off the map alone.
//!
//! The rules are those of Docker's own drivers; each [`Reason`] says where its
//! rule comes from. What they do not settle is [`Verdict::Unknown`]: a guess
//! would make the measurement look wrong.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::host::host_on;
use super::reason::{Judged, Prediction, Reason, Route, Verdict};
use super::{Map, StackOwner};
use crate::model::keys::option;
use crate::model::{
    Container, ContainerAt, Driver, Endpoint, Family, GatewayMode, Network, NetworkAt, State,
};

impl Map<'_> {
    /// What should happen when container `a` sends to container `b`.
    pub fn predict(&self, a: ContainerAt, b: ContainerAt) -> Prediction {
        if let Some(judged) = self.not_even_there(a, b) {
            return Prediction { by_name: judged, by_address: judged, routes: Vec::new() };
        }
        let routes = self.routes(a, b);
        let by_address = best_of(&routes).unwrap_or_else(|| self.no_route(a, b));
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
            return vec![Route::new(None, address, judged)];
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
                self.addresses(stack_b, endpoint)
                    .into_iter()
                    .map(move |address| self.route(stack_a, stack_b, network, address))
            })
            .collect()
    }

    /// The way from the stack of `a` to an address that `b` has on `network`.
    fn route(
        &self,
        a: ContainerAt,
        b: ContainerAt,
        network: NetworkAt,
        address: Option<IpAddr>,
    ) -> Route {
        let judged = self.judge_address(a, b, network, address);
        let family = address.map_or(Family::V4, Family::of);
        let ports = match judged.reason {
            Reason::RoutedNetwork => Some(self.open_ports(b, network, family)),
            // What is published is open to other networks only.
            Reason::IccOffButPings => Some(BTreeSet::new()),
            _ => None,
        };
        Route { ports, ..Route::new(Some(network), address, judged) }
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
            } else if networks(a).iter().all(|network| is_without_host(network)) {
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
                let family = address.map_or(Family::V4, Family::of);
                let routed = self.knows_modes(a) && *on.gateway_mode(family) == GatewayMode::Routed;
                return within(on, routed, self.container(a), self.container(b));
            }
        }
        self.across(a, b, on, address)
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
        if self.was_renamed(b) {
            return Judged::blocked(Reason::RenamedMeanwhile);
        }
        let mut shared: Vec<Judged> = routes
            .iter()
            .filter(|route| {
                route.network.is_some_and(|network| {
                    self.is_on(a, network) && self.finds_names_on(a, network)
                })
            })
            .map(|route| route.judged)
            .collect();
        // Of the addresses that a name leads to, nobody takes one that it has
        // no way to.
        if shared.iter().any(|judged| judged.reason != Reason::NoCommonFamily) {
            shared.retain(|judged| judged.reason != Reason::NoCommonFamily);
        }
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
        match best_of(routes) {
            // Whatever carries packets between engines carries no names.
            None if self.are_apart(a, b) => Judged::blocked(Reason::DifferentNetworks),
            None => self.no_route(a, b),
            Some(by_address) if by_address.verdict == Verdict::Reachable && linked => {
                Judged::reachable(Reason::LegacyLink)
            }
            Some(Judged { verdict: Verdict::Reachable, .. }) => {
                Judged::blocked(self.why_nameless(a, routes))
            }
            // Routers outside may carry packets, but they carry no names.
            Some(Judged { verdict: Verdict::Unknown, .. }) => {
                Judged::blocked(Reason::DifferentNetworks)
            }
            Some(blocked) => blocked,
        }
    }

    /// Whether members of the network have names for this one. A Podman that was
    /// not asked which of its networks have names gives a container the gateway of
    /// each that has some for a name server; one that has none of these servers
    /// has no names on any.
    fn finds_names_on(&self, a: ContainerAt, network: NetworkAt) -> bool {
        let network = self.network(network);
        let untold = network.podman.is_some_and(|of| of.isolate.is_none());
        let servers = self.observation(a).and_then(|seen| seen.nameservers.as_deref());
        let asks_podman = |servers: &[IpAddr]| {
            let networks = self.stack(a).into_iter().flat_map(|owner| self.networks_of(owner));
            let mut subnets = networks.flat_map(|at| &self.network(at).subnets);
            subnets.any(|subnet| subnet.gateway.is_some_and(|it| servers.contains(&it)))
        };
        network.has_names() && (!untold || servers.is_none_or(asks_podman))
    }

    /// Whether a container of Podman's has another name since it started: until
    /// it starts again, the name servers have the old one. Its hosts file has the
    /// name from then.
    fn was_renamed(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        let names = self.observation(at).map(|seen| &seen.own_names[..]).unwrap_or_default();
        let is_its = |name: &String| name == container.own_name();
        self.snapshot().engine_of(&container.node).is_podman()
            && !names.is_empty()
            && container.held_pod().is_none()
            && !names.iter().any(is_its)
    }

    /// Why no name leads to what can be reached by these routes.
    fn why_nameless(&self, a: ContainerAt, routes: &[Route]) -> Reason {
        let mut shared = routes
            .iter()
            .filter_map(|route| route.network)
            .filter(|n| self.is_on(a, *n))
            .peekable();
        if shared.peek().is_none() {
            Reason::DifferentNetworks
        } else if shared.all(|network| self.network(network).is_default_bridge()) {
            Reason::DefaultBridgeHasNoNames
        } else {
            Reason::NetworkHasNoNames
        }
    }

    /// Whether what a container sends begins on a network, where it uses another one's as well.
    pub fn is_on(&self, container: ContainerAt, network: NetworkAt) -> bool {
        self.stack(container).is_some_and(|owner| self.networks_of(owner).any(|n| n == network))
    }

    fn names_resolve_for(&self, container: ContainerAt) -> bool {
        self.networks_of(container)
            .map(|network| self.network(network))
            .any(|network| !network.is_built_in())
    }
}

/// Whether an engine leaves its host without any address on a bridge.
fn is_without_host(network: &Network) -> bool {
    let families = [Family::V4, Family::V6].into_iter();
    families.filter(|family| network.has_family(*family)).all(|f| network.is_without_host(f))
}

/// What should happen between two members of one network, which may be routed.
fn within(network: &Network, routed: bool, a: &Container, b: &Container) -> Judged {
    let macvlan_mode = network.option(option::MACVLAN_MODE);
    match &network.driver {
        Driver::Bridge if !network.icc => {
            let linked = |from: &Container, to: &Container| {
                from.links.iter().any(|link| link.target == to.own_name())
            };
            // A link opens the exposed ports between the two, and nothing else.
            if linked(a, b) || linked(b, a) {
                Judged::unknown(Reason::IccOff)
            } else if routed {
                Judged::reachable(Reason::IccOffButPings)
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

fn best_of(routes: &[Route]) -> Option<Judged> {
    best(routes.iter().map(|route| route.judged))
}

/// The most hopeful of the routes' verdicts; of the hopeless ones rather that
/// which says what is in the way.
pub(super) fn best(routes: impl Iterator<Item = Judged>) -> Option<Judged> {
    let rank = |judged: &Judged| match judged.verdict {
        Verdict::Reachable => 0,
        Verdict::Unknown => 1,
        Verdict::Blocked if judged.reason != Reason::NoCommonFamily => 2,
        Verdict::Blocked => 3,
    };
    routes.min_by_key(rank)
}
