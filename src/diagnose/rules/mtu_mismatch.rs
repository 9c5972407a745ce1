//! Packets that are too large for the way.

use std::collections::BTreeMap;

use crate::diagnose::{Case, Judgement, Rule, Sight, advise, owned};
use crate::model::keys::label;
use crate::model::{ContainerAt, Driver, Evidence, NetworkAt, Severity, Step};

/// See `netmap explain mtu-mismatch`.
pub const RULE: Rule = Rule {
    name: "mtu-mismatch",
    severity: Severity::Warning,
    summary: "containers send larger packets than the host's way out carries",
    meaning: "A bridge carries packets of 1500 bytes unless configured otherwise. On a host behind a VPN, a \
        tunnel or in many clouds the way out carries less, and where routers keep silent about it, \
        large packets are lost without a word.",
    seen: "The interface of a container with a way out has a larger MTU than the interface of the host's \
        default route.",
    example: "Pings and small requests pass; TLS handshakes and downloads hang",
    fix: "Make the network with the way's own MTU: \
        `docker network create -o com.docker.network.driver.mtu=1400 NETWORK`.",
    mistaken_for: "A firewall or a slow server. Proof: `ping -M do -s 1472 HOST` from the container fails \
        and a smaller one passes.",
    needs: &[Sight::Mtus, Sight::Machine],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let Some(host) = case.map.snapshot().host.as_ref() else { return Judgement::default() };
    let routes = host.routes.as_deref().unwrap_or_default();
    let way_out = routes
        .iter()
        .filter(|route| route.is_default() && route.gateway.is_some())
        .min_by_key(|route| route.metric);
    let Some(way_out) = way_out else { return Judgement::default() };
    let mtus = host.mtus.as_deref().unwrap_or_default();
    let of_way_out = mtus.iter().find(|mtu| mtu.interface == way_out.interface);
    let Some(host_mtu) = of_way_out.map(|mtu| mtu.mtu) else {
        let why = format!("the packet size of {} on the engine's machine", way_out.interface);
        return Judgement { not_looked: vec![why], ..Judgement::default() };
    };
    let mut by_network: BTreeMap<NetworkAt, Vec<(ContainerAt, u32)>> = BTreeMap::new();
    for at in case.containers() {
        let Some(seen) = case.seen(at) else { continue };
        let leads_out = |network: &NetworkAt| {
            let network = case.network(*network);
            network.driver == Driver::Bridge && !network.internal
        };
        let networks: Vec<NetworkAt> = case.map.networks_of(at).filter(leads_out).collect();
        // With several networks an interface's name does not say which it is on.
        let ([network], Some(mtus)) = (networks.as_slice(), seen.mtus.as_deref()) else { continue };
        let largest = mtus.iter().map(|mtu| mtu.mtu).max();
        if let Some(mtu) = largest.filter(|mtu| *mtu > host_mtu) {
            by_network.entry(*network).or_default().push((at, mtu));
        }
    }
    Judgement::of(by_network.into_iter().map(|(network, members)| {
        let on = &case.network(network).name;
        let names = case.names_of(members.iter().map(|(at, _)| *at));
        let mtu = members.iter().map(|(_, mtu)| *mtu).max().unwrap_or_default();
        let mut finding = RULE.finding(
            [on.as_str()].into_iter().chain(names.iter().copied()),
            format!("{on} carries packets of {mtu} bytes, and the host's way out only {host_mtu}"),
        );
        let interface = way_out.interface.clone();
        finding.evidence = vec![
            Evidence::LargestPacket { containers: owned(&names), mtu },
            Evidence::HostLargestPacket { interface, mtu: host_mtu },
        ];
        finding.fix = vec![recreate(case, network, host_mtu)];
        finding
    }))
}

/// Packets keep the size that the network was created with.
pub fn recreate(case: &Case, network: NetworkAt, mtu: u32) -> Step {
    let (network, docker) = (case.network(network), case.tool().as_str());
    let name = &network.name;
    advise(if case.map.snapshot().engine.is_podman() && network.is_default_bridge() {
        format!("put them on a network of their own: podman network create -o mtu={mtu}")
    } else if network.is_default_bridge() {
        format!(
            "set \"mtu\": {mtu} in daemon.json, restart the engine, and re-create the containers"
        )
    } else if network.labels.contains_key(label::NETWORK) {
        format!(
            "in the compose file give the network of {name} the driver_opts \
             com.docker.network.driver.mtu: \"{mtu}\"; then {docker} compose down, and up"
        )
    } else {
        format!(
            "re-create the network {name} with -o com.docker.network.driver.mtu={mtu}, then its containers"
        )
    })
}
