//! The right container, by its address on a network where the client is not.

use std::net::IpAddr;

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise, settled};
use crate::model::keys::label;
use crate::model::words::few;
use crate::model::{Change, ContainerAt, Evidence, Finding, NetworkAt, Severity, Step};

/// See `netmap explain address-on-other-network`.
pub const RULE: Rule = Rule {
    name: "address-on-other-network",
    severity: Severity::Error,
    summary: "a container dials another one by its address on a network where it is not itself",
    meaning: "A container has an address on each of its networks, and bridges pass nothing from one to \
        another. A proxy that asks the engine for its targets may take any of them.",
    seen: "The log, a connection under way or the configuration names an address of a container on a \
        network where the client is not, while the two share another network.",
    example: "`504 Gateway Timeout`, only for the app that has a database",
    fix: "Let the client use the name, or tell the proxy which network to take: for Traefik the label \
        `traefik.docker.network` on the target.",
    mistaken_for: "Two containers that share no network at all (no-shared-network); a firewall.",
    needs: &[Sight::Sockets, Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::OtherNetwork(network) => {
            Some((edge.container()?, *network, edge.host.clone(), edge.port))
        }
        _ => None,
    });
    Judgement::of(
        groups.into_iter().map(|((to, network, ..), edges)| finding(case, to, network, &edges)),
    )
}

fn finding(case: &Case, to: ContainerAt, network: NetworkAt, edges: &[&Edge]) -> Finding {
    let clients = case.clients(edges);
    let (name, on) = (case.name(to), &case.network(network).name);
    let (dials, is) = match clients.len() {
        1 => ("dials", "is"),
        _ => ("dial", "are"),
    };
    let who = few(&clients);
    let mut finding = RULE.finding(
        clients.iter().copied().chain([name, on.as_str()]),
        format!("{who} {dials} {name} by its address on {on}, where {who} {is} not"),
    );
    finding.evidence = case.signs(edges);
    let first = edges[0].from;
    let shared = case.shared(first, to);
    let stack = case.map.stack(to).unwrap_or(to);
    for network in [network].iter().chain(shared.first()) {
        let endpoint = case.map.endpoint_on(stack, *network);
        let addresses: Vec<IpAddr> = endpoint.map(|e| e.addresses().collect()).unwrap_or_default();
        let (container, network) = (name.to_owned(), case.network(*network).name.clone());
        finding.evidence.push(Evidence::AddressesOn { container, network, addresses });
    }
    finding.evidence.push(case.sign_networks(first));
    finding.fix = fix(case, to, &shared, edges);
    finding
}

fn fix(case: &Case, to: ContainerAt, shared: &[NetworkAt], edges: &[&Edge]) -> Vec<Step> {
    let Some(network) = shared.first() else { return Vec::new() };
    let network = case.network(*network).name.clone();
    let by_traefik = |at: ContainerAt| case.container(at).reads_labels();
    let labelled = case.container(to).labels.keys().any(|key| key.starts_with("traefik."));
    let found_by_itself = edges.iter().all(|edge| !edge.is_configured());
    if found_by_itself && (labelled || edges.iter().any(|edge| by_traefik(edge.from))) {
        let change = Change::Label { key: label::TRAEFIK_NETWORK.to_owned(), value: network };
        return case.recreate(to, vec![change]);
    }
    let name = case.bring_together(to, &[edges[0].from], &[]).name().to_owned();
    let mut steps = case.redial(edges, &name, None);
    if found_by_itself {
        let clients = few(&case.all_called(edges));
        steps = vec![advise(format!(
            "let {clients} use the name {name}, or the address on {network}: a proxy that finds \
             its targets by itself has a setting or a label for the network"
        ))];
    }
    settled(steps)
}
