//! What becomes of packets for a network that the source is not on: by which
//! of its networks they leave, what the target's lets in, and whether answers
//! find their way back.
//!
//! The gateway modes of bridges are judged by what was measured on Docker
//! 28.5, from every kind of bridge to every other and in both families; see
//! `tests/engine/oddities.rs`.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::net::IpAddr;

use super::Map;
use super::reason::{Judged, Reason};
use crate::model::{
    ContainerAt, Driver, Endpoint, EngineFacts, Family, GatewayMode, Isolate, Network, NetworkAt,
    Protocol,
};
use crate::order::{OrderBy, Ordered};

/// What an engine makes of the gateway modes that a bridge was made with.
#[derive(PartialEq, Eq)]
enum Modes {
    /// It does not know them.
    Ignored,
    /// What the rules here are about.
    Ruled,
    /// Nobody has measured it.
    Untold,
}

impl Modes {
    fn of(engine: &EngineFacts) -> Self {
        match engine.major() {
            _ if engine.is_podman() => Self::Ignored,
            Some(version) if engine.is_docker() => match version.cmp(&27) {
                Ordering::Less => Self::Ignored,
                Ordering::Equal => Self::Untold,
                Ordering::Greater => Self::Ruled,
            },
            _ => Self::Untold,
        }
    }
}

/// A network that a container is on, with its endpoint there.
type Joined<'a> = (NetworkAt, &'a Network, &'a Endpoint);

fn has_gateway(endpoint: &Endpoint, family: Family) -> bool {
    match family {
        Family::V4 => endpoint.gateway.is_some(),
        Family::V6 => endpoint.ipv6_gateway.is_some(),
    }
}

impl<'a> Map<'a> {
    /// What should happen to packets of the stack `a` for an address of the
    /// stack `b` on a network that the source is not on.
    pub(super) fn across(
        &self,
        a: ContainerAt,
        b: ContainerAt,
        to: &Network,
        address: Option<IpAddr>,
    ) -> Judged {
        let from = self.joined(a);
        if from.is_empty() {
            return Judged::blocked(Reason::SourceHasNoNetwork);
        }
        if address.is_some_and(|address| lacks(&from, Family::of(address))) {
            return Judged::blocked(Reason::NoCommonFamily);
        }
        // Another network with the same addresses would catch the packet.
        let catches = |address| from.iter().any(|(_, network, _)| network.contains(address));
        if address.is_some_and(catches) {
            return Judged::unknown(Reason::OutsideDecides);
        }
        let ways = self.ways_out(a, &from, address.map(Family::of));
        if ways.is_empty() {
            return Judged::blocked(Reason::NoWayOut);
        }
        let all = |is: fn(&Driver) -> bool| ways.iter().chain([&to]).all(|n| is(&n.driver));
        if all(|driver| *driver == Driver::Bridge) {
            return self.between_bridges(a, b, &ways, to, address);
        }
        // No router outside has a way into an overlay network's tunnels, and
        // `docker_gwbridge` is kept apart from other bridges as they are.
        let carried = all(|driver| matches!(driver, Driver::Bridge | Driver::Overlay));
        if carried && to.gateway_modes.is_untold() {
            Judged::blocked(Reason::DifferentNetworks)
        } else if all(Driver::joins_members) {
            Judged::unknown(Reason::OutsideDecides)
        } else {
            Judged::unknown(Reason::UnknownDriver)
        }
    }

    fn between_bridges(
        &self,
        a: ContainerAt,
        b: ContainerAt,
        ways: &[&Network],
        to: &Network,
        address: Option<IpAddr>,
    ) -> Judged {
        let engine = self.engine_of(a);
        let family = address.map_or(Family::V4, Family::of);
        if !to.internal {
            match (Modes::of(engine), to.gateway_mode(family)) {
                (Modes::Ignored, _)
                | (_, GatewayMode::Nat)
                | (Modes::Ruled, GatewayMode::NatUnprotected | GatewayMode::Isolated) => {}
                (Modes::Untold, _) | (_, GatewayMode::Other(_)) => {
                    return Judged::unknown(Reason::OutsideDecides);
                }
                (Modes::Ruled, GatewayMode::Routed) => {
                    return self.towards_routed(b, ways, to, family);
                }
            }
        }
        if family == Family::V6 && !filters_ipv6(engine) {
            return Judged::unknown(Reason::Ipv6NotFiltered);
        }
        // Nobody outside has a way into an internal network: its members have none back.
        if engine.is_podman() && !to.internal {
            // By which of them it leaves is not known.
            let mut judged = ways.iter().map(|from| podman_across(from, to));
            let first = judged.next().unwrap_or(Judged::unknown(Reason::PodmanMayRoute));
            let agree = judged.all(|other| other.verdict == first.verdict);
            return if agree { first } else { Judged::unknown(Reason::PodmanMayRoute) };
        }
        Judged::blocked(Reason::DifferentNetworks)
    }

    /// What should happen to packets that leave by other bridges for a routed one.
    fn towards_routed(
        &self,
        b: ContainerAt,
        ways: &[&Network],
        to: &Network,
        family: Family,
    ) -> Judged {
        if to.is_without_host(family) {
            return Judged::blocked(Reason::BridgeWithoutHost);
        }
        let obstacle = ways.iter().find_map(|way| self.between(way, b, family));
        obstacle.unwrap_or_else(|| Judged::reachable(Reason::RoutedNetwork))
    }

    /// What keeps packets that leave by a bridge from having answers of `b`.
    fn between(&self, way: &Network, b: ContainerAt, family: Family) -> Option<Judged> {
        if way.is_without_host(family) {
            return Some(Judged::blocked(Reason::BridgeWithoutHost));
        }
        let is_protected = match way.gateway_mode(family) {
            // Answers come to the host, which knows whose they are.
            GatewayMode::Nat | GatewayMode::NatUnprotected if way.masquerade => return None,
            GatewayMode::Nat => true,
            GatewayMode::NatUnprotected | GatewayMode::Routed => false,
            GatewayMode::Isolated | GatewayMode::Other(_) => {
                return Some(Judged::unknown(Reason::OutsideDecides));
            }
        };
        // Answers for the source's own address leave by the target's own way out.
        let Some((_, back, _)) = self.way_out(&self.joined(b), family) else {
            return Some(Judged::blocked(Reason::NoWayBack));
        };
        if back.driver != Driver::Bridge {
            return Some(Judged::unknown(Reason::OutsideDecides));
        }
        // The source's own network lets nobody but the host at its addresses.
        let is_trusted =
            back.bridge().is_some_and(|bridge| way.trusted_interfaces.contains(&bridge));
        let lost = back.is_without_host(family) || (is_protected && !is_trusted);
        lost.then(|| Judged::blocked(Reason::NoWayBack))
    }

    /// The TCP ports of a stack that its routed network lets in from others:
    /// Docker publishes on the network by which a container's packets leave.
    pub(super) fn open_ports(
        &self,
        b: ContainerAt,
        network: NetworkAt,
        family: Family,
    ) -> BTreeSet<u16> {
        let out = self.way_out(&self.joined(b), family);
        if out.is_none_or(|(at, ..)| at != network) {
            return BTreeSet::new();
        }
        let published = self.container(b).published.iter();
        published
            .filter(|port| port.host_port.is_none() && port.protocol == Protocol::Tcp)
            .filter(|port| Family::of(port.host_ip) == family)
            .map(|port| port.port)
            .into_set()
    }

    /// Whether the container's engine goes by the gateway modes of its bridges
    /// as is known here.
    pub(super) fn knows_modes(&self, container: ContainerAt) -> bool {
        Modes::of(self.engine_of(container)) == Modes::Ruled
    }

    fn engine_of(&self, container: ContainerAt) -> &'a EngineFacts {
        self.snapshot().engine_of(&self.container(container).node)
    }

    /// The networks that a stack is on and that join anybody, in name order.
    fn joined(&self, stack: ContainerAt) -> Vec<Joined<'a>> {
        let known =
            |(at, endpoint): (Option<NetworkAt>, _)| at.map(|at| (at, self.network(at), endpoint));
        let endpoints = self.endpoints(stack).filter_map(known);
        endpoints.filter(|(_, network, _)| !network.is_none()).collect()
    }

    /// The networks by which packets of a stack may leave.
    fn ways_out(
        &self,
        a: ContainerAt,
        from: &[Joined<'a>],
        family: Option<Family>,
    ) -> Vec<&'a Network> {
        let engine = self.engine_of(a);
        let planned = self.is_planned(a);
        let tunnelled = from.iter().any(|(_, network, _)| network.driver == Driver::Overlay);
        if let (Modes::Ruled, Some(family), false, false) =
            (Modes::of(engine), family, planned, tunnelled)
        {
            return self.way_out(from, family).map(|(_, network, _)| network).into_iter().collect();
        }
        let leads_out = |(_, network, endpoint): &&Joined| match family {
            // Members of an overlay network get out by a bridge of which the
            // engine does not report (`docker_gwbridge`), with IPv4 only.
            _ if network.driver == Driver::Overlay => {
                !network.internal && family != Some(Family::V6)
            }
            // A planned endpoint is told its gateway when it is made.
            _ if planned => !network.internal,
            // Docker names a gateway for endpoints of internal networks, too,
            // but sets no IPv4 route to it.
            None | Some(Family::V4) => !network.internal && endpoint.gateway.is_some(),
            // Measured on 20.10: an internal network's members get an IPv6
            // default route, and it works.
            Some(Family::V6) => {
                endpoint.ipv6_gateway.is_some() && !(network.internal && filters_ipv6(engine))
            }
        };
        from.iter().filter(leads_out).map(|(_, network, _)| *network).collect()
    }

    /// The network whose gateway is a stack's default route, on Docker 28: of
    /// those with the highest priority the first by name that has gateways of
    /// both families, or else the first with one of this.
    ///
    /// Source: moby, `daemon/libnetwork/sandbox.go`, `getGatewayEndpoint`; and
    /// measured.
    fn way_out(&self, joined: &[Joined<'a>], family: Family) -> Option<Joined<'a>> {
        let [v4, v6] = [Family::V4, Family::V6].map(|family| {
            move |(_, network, endpoint): &&Joined| {
                !network.internal && has_gateway(endpoint, family)
            }
        });
        let mut best_first: Vec<&Joined> = joined.iter().collect();
        best_first.order_by_key(|(_, network, endpoint)| endpoint.way_out_rank(network.internal));
        let both = best_first.iter().find(|joined| v4(joined) && v6(joined));
        let one = || {
            best_first.iter().find(|joined| match family {
                Family::V4 => v4(joined),
                Family::V6 => v6(joined),
            })
        };
        both.or_else(one).map(|joined| **joined)
    }
}

/// Whether an engine keeps IPv6 of different bridges apart.
fn filters_ipv6(engine: &EngineFacts) -> bool {
    engine.is_docker() && engine.major().is_some_and(|version| version >= 27)
}

/// What should happen between two bridges of a Podman. Measured on Podman
/// 4.3 and 5.8.
fn podman_across(from: &Network, to: &Network) -> Judged {
    let isolate = |network: &Network| network.podman?.isolate;
    match isolate(from).zip(isolate(to)) {
        None => Judged::unknown(Reason::PodmanMayRoute),
        Some((Isolate::Strict, _) | (_, Isolate::Strict) | (Isolate::On, Isolate::On)) => {
            Judged::blocked(Reason::DifferentNetworks)
        }
        Some(_) => Judged::reachable(Reason::PodmanRoutes),
    }
}

/// Whether a stack has addresses, and none of a family. Elsewhere than on
/// bridges, somebody outside may have given it one.
fn lacks(from: &[Joined], family: Family) -> bool {
    let hands_out_no_other = |network: &Network| match network.driver {
        Driver::Bridge => true,
        Driver::Overlay => family == Family::V6,
        _ => false,
    };
    let mut addresses = from.iter().flat_map(|(.., endpoint)| endpoint.addresses()).peekable();
    from.iter().all(|(_, network, _)| hands_out_no_other(network))
        && addresses.peek().is_some()
        && addresses.all(|address| Family::of(address) != family)
}

#[cfg(test)]
#[path = "across_tests.rs"]
mod tests;
