//! Two networks with the same addresses.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::diagnose::detours::Detour;
use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{
    Driver, Evidence, Finding, HostObservation, Network, NetworkAt, RouteEntry, Severity, Step,
    Subnet,
};
use crate::order::OrderBy;

/// See `netmap explain subnet-overlap`.
pub const RULE: Rule = Rule {
    name: "subnet-overlap",
    severity: Severity::Warning,
    summary: "a container network has addresses that another network has too, or a route to elsewhere",
    meaning: "The engine chooses subnets without knowing your LAN or a VPN that comes up later. Where \
        the ranges overlap, packets for the LAN end up on a bridge, or the other way round. A tunnel in \
        a container does the same to that one: what is for its neighbours goes into the tunnel.",
    seen: "The subnets of two networks overlap, or a route of the host that is not the engine's own \
        overlaps a subnet, or a container's own routes lead its neighbours' addresses to another interface \
        than their network's.",
    example: "The office VPN or a machine of the LAN is gone since `docker compose up`",
    fix: "Re-create the network on another range, with `--subnet`; set `default-address-pools` to \
        ranges that nobody else uses. A tunnel can leave a range out (WireGuard: `AllowedIPs`).",
    mistaken_for: "A VPN that is down.",
    needs: &[Sight::Machine],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let subnets: Vec<(NetworkAt, IpNet)> = case
        .networks()
        // What others are made from has their addresses, and is no network itself.
        .filter(|network| !case.network(*network).config_only)
        .flat_map(|network| case.network(network).subnets.iter().map(move |s| (network, s.subnet)))
        .collect();
    let has = |network: &Network, subnet: IpNet| Evidence::Subnet {
        network: network.name.clone(),
        subnet,
    };
    let owners: Vec<(NetworkAt, &Network)> =
        subnets.iter().map(|(network, _)| (*network, case.network(*network))).collect();
    let disturb = |one: usize, other: usize| {
        let ((at, one), (other_at, other)) = (owners[one], owners[other]);
        // On two engines they are two ranges, and each has its own.
        let apart = one.node != other.node && !one.node.is_empty() && !other.node.is_empty();
        // Two slices of one LAN on the same or sibling interfaces.
        let beyond = one.driver.reaches_beyond() && other.driver.reaches_beyond();
        at != other_at && !apart && !beyond
    };
    for overlap in overlapping(&subnets, disturb) {
        let of = |at: usize| has(owners[at].1, subnets[at].1);
        let name = |at: usize| owners[at].1.name.as_str();
        let finding = match overlap {
            Overlap::Pair(nth, other) => {
                let (one, two) = (name(nth), name(other));
                let told = format!("{one} and {two} have overlapping addresses");
                let mut finding = RULE.finding([one, two], told);
                finding.evidence = vec![of(nth), of(other)];
                finding.fix = vec![recreate(owners[nth].1)];
                finding
            }
            Overlap::Crowd(crowd) => {
                let mut names: Vec<&str> = crowd.iter().map(|at| name(*at)).collect();
                names.dedup();
                let told = format!("{} have overlapping addresses", few(&names));
                let mut finding = RULE.finding(names, told);
                finding.evidence = crowd.iter().map(|at| of(*at)).collect();
                finding.fix = vec![advise(
                    "re-create them on ranges of their own: --subnet, or default-address-pools in \
                     daemon.json",
                )];
                finding
            }
        };
        findings.push(finding);
    }
    findings.extend(led_elsewhere(case));
    let Some(host) = &case.map.snapshot().host else { return Judgement::of(findings) };
    let routes = host.routes.as_deref().unwrap_or_default();
    for (network, subnet) in &subnets {
        let network = case.network(*network);
        if network.driver != Driver::Bridge {
            continue;
        }
        for route in routes.iter().filter(|r| !r.is_default() && overlap(&r.destination, subnet)) {
            if is_the_engines(case, host, route) {
                continue;
            }
            let mut finding = RULE.finding(
                [network.name.as_str()],
                format!("{} has addresses for which the host has a route of its own", network.name),
            );
            let (destination, interface) = (route.destination, route.interface.clone());
            finding.evidence =
                vec![has(network, *subnet), Evidence::HostRoute { destination, interface }];
            finding.fix = vec![recreate(network)];
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}

/// What containers send to their neighbours and their own routes lead elsewhere.
fn led_elsewhere(case: &Case) -> Vec<Finding> {
    let mut failing = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::Detour(detour) => Some((case.map.stack(edge.from)?, detour.clone())),
        _ => None,
    });
    for at in case.containers() {
        for detour in case.index.led_elsewhere(at) {
            failing.entry((at, detour.clone())).or_default();
        }
    }
    let told = failing.into_iter().map(|((at, Detour { network, destination, interface }), edges)| {
        let (name, on) = (case.name(at), &case.network(network).name);
        let mut finding = RULE.finding(
            [name, on.as_str()],
            format!("{name} sends what is for neighbours on {on} to its interface {interface}"),
        );
        if edges.iter().any(|edge| edge.evidently_fails()) {
            finding.severity = Severity::Error;
        }
        finding.evidence = case.signs(&edges);
        let container = name.to_owned();
        finding.evidence.extend(case.network(network).subnets.iter().map(|subnet| {
            Evidence::Subnet { network: on.clone(), subnet: subnet.subnet }
        }));
        let route = Evidence::OwnRoute { container, destination, interface: interface.clone() };
        finding.evidence.push(route);
        finding.fix = vec![
            advise(format!(
                "let what makes {interface} in {name} leave {destination} out (WireGuard: AllowedIPs), or:"
            )),
            recreate(case.network(network)),
        ];
        finding
    });
    told.collect()
}

/// So many pairs of networks that lie in one are told of one by one: of a thousand with the
/// same subnet there would be half a million.
const MOST_PAIRS: usize = 50;

/// Subnets that overlap, by their places in the list.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Overlap {
    Pair(usize, usize),
    /// Those that lie in one, in order, each of which overlaps with another.
    Crowd(Vec<usize>),
}

impl Overlap {
    fn first(&self) -> (usize, usize) {
        match self {
            Self::Pair(one, other) => (*one, *other),
            Self::Crowd(crowd) => (crowd[0], crowd[0]),
        }
    }
}

/// The subnets that overlap and `disturb` one another. Of two that overlap one lies in the
/// other, so that in order of their first addresses only those are compared that are still
/// open.
fn overlapping<T>(subnets: &[(T, IpNet)], disturb: impl Fn(usize, usize) -> bool) -> Vec<Overlap> {
    let mut order: Vec<usize> = (0..subnets.len()).collect();
    order.order_by_key(|at| (subnets[*at].1.network(), subnets[*at].1.prefix_len()));
    let mut found = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    // Of those that lie in the first that is open.
    let (mut pairs, mut members) = (Vec::new(), BTreeSet::new());
    // Those of them that overlap with none so far.
    let mut alone: Vec<usize> = Vec::new();
    let mut close = |pairs: &mut Vec<(usize, usize)>, members: &mut BTreeSet<usize>| {
        let members = std::mem::take(members);
        match std::mem::take(pairs) {
            many if many.len() > MOST_PAIRS => {
                found.push(Overlap::Crowd(members.into_iter().collect()))
            }
            few => found.extend(few.into_iter().map(|(one, other)| Overlap::Pair(one, other))),
        }
    };
    for at in order {
        while open.last().is_some_and(|last| !subnets[*last].1.contains(&subnets[at].1)) {
            open.pop();
        }
        if open.is_empty() {
            close(&mut pairs, &mut members);
            alone.clear();
        }
        let disturbed = open.iter().rev().copied().find(|other| disturb(at, *other));
        members.extend(disturbed.into_iter().flat_map(|other| [at, other]));
        if pairs.len() <= MOST_PAIRS {
            let of_pairs = open.iter().copied().filter(|other| disturb(at, *other));
            pairs.extend(of_pairs.map(|other| (at.min(other), at.max(other))));
        }
        // Of many that are open nearly all overlap with an earlier one already.
        alone.retain(|other| {
            let overlaps = subnets[*other].1.contains(&subnets[at].1) && disturb(at, *other);
            members.extend(overlaps.then_some(*other));
            !overlaps
        });
        alone.extend(disturbed.is_none().then_some(at));
        open.push(at);
    }
    close(&mut pairs, &mut members);
    found.order_by_key(Overlap::first);
    found
}

fn overlap(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}

/// Whether a route is nobody's but the bridge's of a network with its
/// addresses: on the link itself, into the network's own range. The kernel
/// makes more than one of them, such as the one for all routers of a subnet
/// (its anycast address).
fn is_the_engines(case: &Case, host: &HostObservation, route: &RouteEntry) -> bool {
    let mut around = case.index.networks_around(route.destination.network()).into_iter();
    route.gateway.is_none()
        && around.any(|at| {
            let network = case.network(at);
            let holds = |subnet: &Subnet| subnet.subnet.contains(&route.destination);
            network.subnets.iter().any(holds) && is_bridge_of(case, host, network, &route.interface)
        })
}

/// Whether an interface of the host is a network's bridge.
fn is_bridge_of(case: &Case, host: &HostObservation, network: &Network, interface: &str) -> bool {
    if network.bridge().is_some_and(|name| name == interface) {
        return true;
    }
    // Podman does not tell what it calls its bridges, and somebody may have
    // chosen a name. Where one is up, the machine has the gateway's address.
    let is_up = || {
        let mut gateways = network.subnets.iter().filter_map(|subnet| subnet.gateway);
        gateways.any(|gateway| host.addresses.contains(&gateway))
    };
    let podman = case.map.snapshot().engine.is_podman() && network.driver == Driver::Bridge;
    podman && (interface.starts_with("podman") || is_up())
}

fn recreate(network: &Network) -> Step {
    advise(format!(
        "re-create the network {} with another range: --subnet, or default-address-pools in daemon.json",
        network.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Map;
    use crate::model::Snapshot;

    #[test]
    fn the_pairs_that_overlap_are_those_that_comparing_all_finds() {
        let texts = [
            "10.0.0.0/8",
            "10.1.0.0/16",
            "10.1.2.0/24",
            "10.2.0.0/16",
            "10.1.0.0/16",
            "11.0.0.0/8",
            "fd00::/16",
            "fd00:1::/64",
            "0.0.0.0/0",
            "192.168.0.0/24",
        ];
        let subnets: Vec<((), IpNet)> =
            texts.iter().map(|text| ((), text.parse().unwrap())).collect();
        let all = (0..subnets.len()).flat_map(|a| (a + 1..subnets.len()).map(move |b| (a, b)));
        let slow: Vec<(usize, usize)> =
            all.filter(|(a, b)| overlap(&subnets[*a].1, &subnets[*b].1)).collect();
        assert!(slow.len() > 10);
        let slow: Vec<Overlap> = slow.into_iter().map(|(a, b)| Overlap::Pair(a, b)).collect();
        assert_eq!(overlapping(&subnets, |_, _| true), slow);
    }

    #[test]
    fn of_many_with_the_same_addresses_all_are_told_at_once() {
        let subnets: Vec<((), IpNet)> = (0..100)
            .map(|at| ((), if at % 2 == 0 { "10.0.0.0/8" } else { "11.0.0.0/8" }.parse().unwrap()))
            .chain([((), "10.1.0.0/16".parse().unwrap())])
            .collect();
        // One of them is a slice of another engine's.
        let disturb = |one, other| one != 2 && other != 2;
        let even = (0..=100).step_by(2).filter(|at| *at != 2).collect();
        let odd = (1..100).step_by(2).collect();
        let found = overlapping(&subnets, disturb);
        assert_eq!(found, [Overlap::Crowd(even), Overlap::Crowd(odd)]);
    }

    /// A network with IPv4 and IPv6 on an engine, and a route of the host.
    fn overlaps(engine: &str, destination: &str, gateway: Option<&str>, interface: &str) -> bool {
        let snapshot: Snapshot = serde_json::from_value(serde_json::json!({
            "schema": "netmap/1",
            "engine": {"name": engine, "version": "5.8"},
            "networks": [{"name": "net", "id": "ab".repeat(32), "driver": "bridge", "subnets": [
                {"subnet": "10.1.0.0/24", "gateway": "10.1.0.1"},
                {"subnet": "fd00:1::/64", "gateway": "fd00:1::1"},
            ]}],
            "containers": [],
            "host": {"addresses": ["10.1.0.1"], "routes": [{
                "destination": destination, "gateway": gateway, "interface": interface, "metric": 0,
            }]},
        }))
        .unwrap();
        let map = Map::new(&snapshot);
        !judge(&Case::new(&map, None)).findings.is_empty()
    }

    #[test]
    fn what_leads_to_the_networks_own_bridge_is_no_route_of_somebody_else() {
        let bridge = "br-abababababab";
        for own in ["10.1.0.0/24", "fd00:1::/64", "fd00:1::/128"] {
            assert!(!overlaps("Docker", own, None, bridge), "{own}");
            assert!(overlaps("Docker", own, None, "tun0"), "{own}");
            assert!(overlaps("Docker", own, Some("10.9.9.9"), bridge), "{own}");
            assert!(!overlaps("Podman", own, None, "chosen"), "{own}");
        }
        assert!(overlaps("Docker", "10.0.0.0/8", None, bridge));
        assert!(overlaps("Docker", "fd00:1::/65", None, "br-"));
        assert!(!overlaps("Docker", "fd00:2::/64", None, "tun0"));
    }
}
