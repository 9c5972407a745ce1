//! The host's network stack as seen from its containers, and the other way round.

use std::net::IpAddr;

use super::Map;
use super::reason::{Judged, Reason, Route};
use crate::model::{ContainerAt, Driver, Family, Network};
use crate::order::OrderBy;

/// What should happen between the host and an address on a bridge, which the
/// host mostly has an address on, too.
pub(super) fn host_on(bridge: &Network, address: Option<IpAddr>, reason: Reason) -> Judged {
    if bridge.is_without_host(address.map_or(Family::V4, Family::of)) {
        Judged::blocked(Reason::BridgeWithoutHost)
    } else {
        Judged::reachable(reason)
    }
}

impl Map<'_> {
    /// Whether the container's engine has its bridges out of its host's sight.
    pub(super) fn hides_bridges(&self, container: ContainerAt) -> bool {
        self.snapshot().engine_of(&self.container(container).node).hides_bridges()
    }

    /// The host answers on the gateway address of each bridge the source is on.
    pub(super) fn routes_to_host(&self, a: ContainerAt) -> Vec<Route> {
        let mut routes = Vec::new();
        for (network, endpoint) in self.endpoints(a) {
            let Some(network) = network else { continue };
            let on = self.network(network);
            // An internal network's endpoints are given no gateway, but its
            // bridge has the subnet's gateway address all the same.
            let gateways: Vec<IpAddr> = on.subnets.iter().filter_map(|s| s.gateway).collect();
            let of_endpoint = endpoint
                .gateway
                .map(IpAddr::V4)
                .into_iter()
                .chain(endpoint.ipv6_gateway.map(IpAddr::V6));
            let mut addresses: Vec<IpAddr> = of_endpoint.chain(gateways).collect();
            addresses.order();
            addresses.dedup();
            let usable = |address: &IpAddr| match address {
                IpAddr::V4(_) => endpoint.ipv4.is_some(),
                IpAddr::V6(_) => endpoint.ipv6.is_some(),
            };
            let mut usable: Vec<Option<IpAddr>> =
                addresses.into_iter().filter(usable).map(Some).collect();
            if usable.is_empty() && self.is_planned(a) {
                usable.push(None);
            }
            for address in usable {
                let judged = match &on.driver {
                    Driver::Bridge => host_on(on, address, Reason::HostIsGateway),
                    // There the gateway is a router outside, not the host.
                    // An overlay network's is nobody at all.
                    Driver::Macvlan | Driver::Ipvlan | Driver::Overlay => continue,
                    _ => Judged::unknown(Reason::UnknownDriver),
                };
                routes.push(Route::new(Some(network), address, judged));
            }
        }
        routes
    }
}
