//! The way out that nobody expected.

use std::net::IpAddr;

use crate::diagnose::{Case, Judgement, Meaning, Rule, Sight, advise};
use crate::model::{
    Action, Applicability, ContainerAt, Evidence, NetworkAt, NetworkMode, Severity, Step,
};

/// See `netmap explain gateway-surprise`.
pub const RULE: Rule = Rule {
    name: "gateway-surprise",
    severity: Severity::Info,
    summary: "a container on several networks reaches the outside by another one than it was started on",
    meaning: "A container has one default route, however many networks it is on. Engines before 28 \
        choose it by rules of their own, mostly by the networks' names; replies and outbound traffic \
        leave by it.",
    seen: "Two or more of the container's networks have a gateway, and its default route leads to \
        another one than the network it was started with; reported where the two differ in kind, or \
        where something outside is not reached.",
    example: "A VPN or macvlan network is attached, and traffic goes out by the plain bridge",
    fix: "Engine 28 and newer: `docker network connect --gw-priority 1 NETWORK CONTAINER`. Before \
        that: one network with a gateway, the others `--internal`, or names in the wanted order.",
    mistaken_for: "A firewall that drops replies.",
    needs: &[Sight::Routes],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for at in case.containers().filter(|at| case.container(*at).state.has_network()) {
        let container = case.container(at);
        let with_gateway: Vec<NetworkAt> = case
            .map
            .endpoints(at)
            .filter(|(_, endpoint)| endpoint.gateway.is_some())
            .filter_map(|(network, _)| network)
            .filter(|network| !case.network(*network).internal)
            .collect();
        let NetworkMode::Network(started_on) = &container.network_mode else { continue };
        let Some(routes) = case.seen(at).and_then(|seen| seen.routes.as_deref()) else { continue };
        let default = routes
            .iter()
            .filter(|route| route.is_default() && matches!(route.gateway, Some(IpAddr::V4(_))))
            .min_by_key(|route| route.metric);
        let Some(gateway) = default.and_then(|route| route.gateway) else { continue };
        let chosen = container.endpoints.iter().any(|e| e.gateway_priority.is_some());
        let network_of = |gateway: IpAddr| {
            with_gateway.iter().copied().find(|network| case.network(*network).contains(gateway))
        };
        let Some(leaves_by) = network_of(gateway) else { continue };
        let is_start = |network: NetworkAt| case.network(network).name == *started_on;
        let expected = is_start(leaves_by)
            || (case.network(leaves_by).is_default_bridge() && started_on == "default");
        let start = with_gateway.iter().copied().find(|network| is_start(*network));
        let Some(start) = start.filter(|_| with_gateway.len() > 1 && !expected && !chosen) else {
            continue;
        };
        let outside_fails = case
            .edges_from(at)
            .any(|(edge, _)| edge.target == Meaning::Outside && edge.evidently_fails());
        if !outside_fails && with_gateway.iter().all(|n| is_like(case, *n, leaves_by)) {
            // Out is out: the two ways lead to the same.
            continue;
        }
        let on = &case.network(leaves_by).name;
        let mut finding = RULE.finding(
            [container.name.as_str(), on.as_str()],
            format!("{} goes out by {on}, and was started on {started_on}", container.name),
        );
        let networks = with_gateway.iter().map(|network| case.network(*network).name.clone());
        finding.evidence = vec![
            Evidence::Gateways { networks: networks.collect() },
            Evidence::DefaultRoute { gateway, network: on.clone() },
        ];
        finding.fix = prefer(case, at, start, leaves_by);
        findings.push(finding);
    }
    Judgement::of(findings)
}

/// Lets a container go out by another network.
fn prefer(case: &Case, at: ContainerAt, wanted: NetworkAt, now: NetworkAt) -> Vec<Step> {
    let name = &case.network(wanted).name;
    if case.map.snapshot().engine.major().is_none_or(|major| major < 28) {
        let now = &case.network(now).name;
        let advice = format!(
            "if it should be {name}: make {now} internal, or choose names in the wanted order"
        );
        return vec![advise(advice)];
    }
    let (network, container) = (case.network_handle(wanted), case.handle(at));
    let aliases = case.aliases_on(at, wanted);
    let leave =
        Action::Disconnect { network: network.clone(), container: container.clone(), force: false };
    let join = Action::Connect { network, container, aliases, priority: Some(1) };
    let mut steps = vec![advise(format!("if it should be {name}:"))];
    steps.extend([leave, join].map(|action| case.step(at, action, Applicability::Ask)));
    steps
}

/// Whether two networks lead out in the same way.
fn is_like(case: &Case, one: NetworkAt, other: NetworkAt) -> bool {
    let (one, other) = (case.network(one), case.network(other));
    one.driver == other.driver && one.masquerade == other.masquerade
}
