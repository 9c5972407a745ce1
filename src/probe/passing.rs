//! The packets of a way as rules meet them, as far as that is known: the engine's
//! machine may change where they go to and, between networks, where they come from.

use std::net::IpAddr;

use crate::engine::{Packet, Side, Through};
use crate::graph::Map;
use crate::model::{ContainerAt, DropSite, Endpoint, Family, LostWay, NetworkAt};

/// What is sent on a way and what answers it, as they come through a place.
pub fn passing(map: &Map<'_>, way: &LostWay, site: &DropSite) -> [Packet; 2] {
    let ends = Ends::of(map, way);
    let (from, to) = match site {
        DropSite::Machine(_) => ends.on_the_machine(),
        DropSite::Container(name) => ends.in_a_container(name),
    };
    let packets = Packet::and_answer(Family::of(way.address), way.attempt, from, to);
    packets.map(|packet| packet.coming(ends.through(site)))
}

/// The ends of a way.
struct Ends<'m> {
    map: &'m Map<'m>,
    way: &'m LostWay,
    client: ContainerAt,
    /// The network on which the address is the server's own.
    network: Option<NetworkAt>,
    /// Whether the client is on it, so that nothing is changed in between.
    together: bool,
}

impl<'m> Ends<'m> {
    fn of(map: &'m Map<'m>, way: &'m LostWay) -> Self {
        let stack = |at: ContainerAt| map.stack(at).unwrap_or(at);
        let client = stack(way.from);
        let has_it = |endpoint: &Endpoint| endpoint.addresses().any(|own| own == way.address);
        let endpoints = way.to.map(|to| map.endpoints(stack(to))).into_iter().flatten();
        let network = endpoints.filter(|(_, end)| has_it(end)).find_map(|(network, _)| network);
        let together = network.is_some_and(|at| map.endpoint_on(client, at).is_some());
        Self { map, way, client, network, together }
    }

    /// Where packets go through the machine: what is dialled there may be a port that
    /// leads elsewhere.
    fn on_the_machine(&self) -> (Side, Side) {
        let to = self.network.map(|_| self.way.address).into_iter().collect();
        let networks = self.networks().map(|(network, _)| network);
        let from = Side { addresses: self.own_addresses(), interfaces: self.bridges(networks) };
        let behind = self.bridges([self.network].into_iter());
        (from, Side { addresses: to, interfaces: behind })
    }

    /// At one of the ends: in the client's nothing is changed yet, and to the server's
    /// they come from the client only where nothing stands in between.
    fn in_a_container(&self, name: &str) -> (Side, Side) {
        let is_client_s = self.map.container(self.client).name == name;
        let from = if is_client_s || self.together { self.own_addresses() } else { Vec::new() };
        let is_known = is_client_s || self.network.is_some();
        let to = is_known.then_some(self.way.address).into_iter().collect();
        let side = |addresses| Side { addresses, interfaces: Vec::new() };
        (side(from), side(to))
    }

    /// By which of a namespace's hooks they come. What a server is sent it may send on, and what
    /// a port of the machine is sent may be for a program there, as Docker's proxy.
    fn through(&self, site: &DropSite) -> Through {
        match site {
            DropSite::Machine(_) if self.map.on_host(self.client) => Through::Here,
            DropSite::Machine(_) if self.network.is_some() => Through::Between,
            DropSite::Container(name) if self.map.container(self.client).name == *name => {
                Through::Here
            }
            _ => Through::Any,
        }
    }

    /// The client's networks that packets may come from.
    fn networks(&self) -> impl Iterator<Item = (Option<NetworkAt>, &'m Endpoint)> {
        let endpoints = self.map.endpoints(self.client);
        endpoints.filter(|(network, _)| !self.together || *network == self.network)
    }

    /// The addresses that packets may come from; none where it may be any.
    fn own_addresses(&self) -> Vec<IpAddr> {
        if self.way.address.is_loopback() {
            return Vec::new();
        }
        let own = self.networks().flat_map(|(_, endpoint)| endpoint.addresses());
        own.filter(|own| own.is_ipv4() == self.way.address.is_ipv4()).collect()
    }

    /// Their bridges on the machine; none unless all of them are known.
    fn bridges(&self, networks: impl Iterator<Item = Option<NetworkAt>>) -> Vec<String> {
        networks
            .map(|network| bridge(self.map, network?))
            .collect::<Option<_>>()
            .unwrap_or_default()
    }
}

/// A network's bridge on the machine, where its name is known.
pub fn bridge(map: &Map<'_>, network: NetworkAt) -> Option<String> {
    let network = map.network(network);
    let is_podman = map.snapshot().engine_of(&network.node).is_podman();
    network.bridge().filter(|_| !is_podman)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Attempt, Snapshot};

    /// web is on two networks, db on one of them, and far on a third.
    fn snapshot() -> Snapshot {
        let network = |name: &str, bridge: &str| {
            json!({"name": name, "id": name, "driver": "bridge",
                "options": {"com.docker.network.bridge.name": bridge}})
        };
        let container = |name: &str, ends: &[(&str, &str)]| {
            let ends: Vec<_> = ends
                .iter()
                .map(|(network, address)| {
                    json!({"network": network, "network_id": network, "ipv4": address})
                })
                .collect();
            json!({"name": name, "id": name, "state": "running", "endpoints": ends})
        };
        let text = json!({
            "schema": "netmap/1",
            "engine": {"name": "Docker", "version": "28.0.1"},
            "networks": [network("far", "br-f"), network("net", "br-n"), network("other", "br-o")],
            "containers": [
                container("db", &[("net", "10.0.0.2")]),
                container("far", &[("far", "10.0.9.2")]),
                container("web", &[("net", "10.0.0.3"), ("other", "10.0.1.3")]),
            ],
        });
        Snapshot::read(text.to_string().as_bytes()).expect("a snapshot")
    }

    /// Where packets come from and go to by what is known in a place.
    fn known(to: &str, address: &str, site: &DropSite) -> String {
        let snapshot = snapshot();
        let map = Map::new(&snapshot);
        let at = |name: &str| map.containers_named(name).first().copied();
        let way = LostWay {
            from: at("web").expect("web"),
            to: at(to),
            host: to.to_owned(),
            address: address.parse().expect("an address"),
            attempt: Attempt::Tcp(80),
        };
        let [packet, _] = passing(&map, &way, site);
        format!("{packet:?}")
    }

    #[test]
    fn what_is_changed_on_the_way_is_not_taken_for_known() {
        let (machine, own) =
            (DropSite::Machine(String::new()), DropSite::Container("web".to_owned()));
        let there = |name: &str| DropSite::Container(name.to_owned());
        let side = |addresses: &str, interfaces: &str| {
            format!("Side {{ addresses: [{addresses}], interfaces: [{interfaces}] }}")
        };
        let on_net = (side("10.0.0.3", "\"br-n\""), side("10.0.0.2", "\"br-n\""));
        let any = || side("", "");
        for (to, address, site, through, (from, to_side)) in [
            ("db", "10.0.0.2", &machine, "Between", on_net),
            ("db", "10.0.0.2", &there("db"), "Any", (side("10.0.0.3", ""), side("10.0.0.2", ""))),
            (
                "far",
                "10.0.9.2",
                &machine,
                "Between",
                (side("10.0.0.3, 10.0.1.3", "\"br-n\", \"br-o\""), side("10.0.9.2", "\"br-f\"")),
            ),
            // Between networks the machine may put its own address in place of web's.
            ("far", "10.0.9.2", &there("far"), "Any", (any(), side("10.0.9.2", ""))),
            (
                "far",
                "10.0.9.2",
                &own,
                "Here",
                (side("10.0.0.3, 10.0.1.3", ""), side("10.0.9.2", "")),
            ),
            // A port of the machine's leads elsewhere.
            (
                "nobody",
                "192.0.2.7",
                &machine,
                "Any",
                (side("10.0.0.3, 10.0.1.3", "\"br-n\", \"br-o\""), any()),
            ),
            ("web", "127.0.0.1", &own, "Here", (any(), side("127.0.0.1", ""))),
        ] {
            let packet = known(to, address, site);
            let expected = format!("from: {from}, to: {to_side}");
            assert!(packet.contains(&expected), "{to} {site:?}:\n{packet}\n{expected}");
            let expected = format!("through: {through}");
            assert!(packet.contains(&expected), "{to} {site:?}:\n{packet}\n{expected}");
        }
    }
}
