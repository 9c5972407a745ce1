//! Two networks with the same addresses.

use ipnet::IpNet;

use crate::diagnose::{Case, Judgement, Rule, Sight, advise};
use crate::model::keys::option;
use crate::model::{Driver, Evidence, Network, NetworkAt, RouteEntry, Severity, Step};

/// See `netmap explain subnet-overlap`.
pub const RULE: Rule = Rule {
    name: "subnet-overlap",
    severity: Severity::Warning,
    summary: "a container network has addresses that another network or the host's own routes have too",
    meaning: "The engine chooses subnets without knowing your LAN or a VPN that comes up later. Where \
        the ranges overlap, packets for the LAN end up on a bridge, or the other way round.",
    seen: "The subnets of two networks overlap, or a route of the host that is not the engine's own \
        overlaps a subnet.",
    example: "The office VPN or a machine of the LAN is gone since `docker compose up`",
    fix: "Re-create the network on another range, with `--subnet`; set `default-address-pools` to \
        ranges that nobody else uses.",
    mistaken_for: "A VPN that is down.",
    needs: &[Sight::Machine],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let subnets: Vec<(NetworkAt, IpNet)> = case
        .networks()
        .flat_map(|network| case.network(network).subnets.iter().map(move |s| (network, s.subnet)))
        .collect();
    let has = |network: &Network, subnet: IpNet| Evidence::Subnet {
        network: network.name.clone(),
        subnet,
    };
    for (nth, other) in overlapping(&subnets) {
        let ((at, subnet), (other_at, other_subnet)) = (subnets[nth], subnets[other]);
        let (one, other) = (case.network(at), case.network(other_at));
        // On two engines they are two ranges, and each has its own.
        let apart = one.node != other.node && !one.node.is_empty() && !other.node.is_empty();
        // Two slices of one LAN on the same or sibling interfaces.
        let beyond = one.driver.reaches_beyond() && other.driver.reaches_beyond();
        if at == other_at || apart || beyond {
            continue;
        }
        let mut finding = RULE.finding(
            [one.name.as_str(), other.name.as_str()],
            format!("{} and {} have overlapping addresses", one.name, other.name),
        );
        finding.evidence = vec![has(one, subnet), has(other, other_subnet)];
        finding.fix = vec![recreate(one)];
        findings.push(finding);
    }
    let host = case.map.snapshot().host.as_ref();
    let routes = host.and_then(|host| host.routes.as_deref()).unwrap_or_default();
    for (network, subnet) in &subnets {
        let network = case.network(*network);
        if network.driver != Driver::Bridge {
            continue;
        }
        for route in routes.iter().filter(|r| !r.is_default() && overlap(&r.destination, subnet)) {
            if is_the_engines(case, route) {
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

/// The pairs that overlap, by their places in the list. Of two subnets that
/// do one lies in the other, so that in order of their first addresses only
/// those are compared that are still open.
fn overlapping<T>(subnets: &[(T, IpNet)]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..subnets.len()).collect();
    order.sort_by_key(|at| (subnets[*at].1.network(), subnets[*at].1.prefix_len()));
    let mut open: Vec<usize> = Vec::new();
    let mut pairs = Vec::new();
    for at in order {
        while open.last().is_some_and(|last| !subnets[*last].1.contains(&subnets[at].1)) {
            open.pop();
        }
        pairs.extend(open.iter().map(|other| (at.min(*other), at.max(*other))));
        open.push(at);
    }
    pairs.sort_unstable();
    pairs
}

fn overlap(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}

/// Whether a route is one that the engine made for a bridge of its own: for
/// exactly one of its subnets, on the link itself, by a bridge's interface.
fn is_the_engines(case: &Case, route: &RouteEntry) -> bool {
    let bridge = |network: &Network| {
        let named = network.option(option::BRIDGE_NAME);
        let short = network.id.get(..12).unwrap_or_default();
        named.is_some_and(|name| *name == route.interface)
            || route.interface == format!("br-{short}")
            || (route.interface.starts_with("podman") && network.driver == Driver::Bridge)
    };
    route.gateway.is_none()
        && case.networks().map(|at| case.network(at)).any(|network| {
            network.subnets.iter().any(|s| s.subnet.trunc() == route.destination.trunc())
                && bridge(network)
        })
}

fn recreate(network: &Network) -> Step {
    advise(format!(
        "re-create {} on another range: --subnet, or default-address-pools in daemon.json",
        network.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(overlapping(&subnets), slow);
    }
}
