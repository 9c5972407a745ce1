//! The way out that nobody expected.

use std::net::IpAddr;

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::wanted::Target;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{NetworkAt, NetworkMode, Severity};

/// See `netmap explain gateway-surprise`.
pub const RULE: Rule = Rule {
    name: "gateway-surprise",
    severity: Severity::Info,
    summary: "a container on several networks goes out by another one than it was started on",
    meaning: "A container has one default route, however many networks it is on. Engines before 28 \
        choose it by rules of their own, mostly by the networks' names; replies and outbound traffic \
        leave by it.",
    seen: "Two or more of the container's networks have a gateway, and its default route leads to \
        another one than the network it was started with; told where the two differ in kind, or \
        where something outside is not reached.",
    example: "A VPN or macvlan network is attached, and traffic goes out by the plain bridge",
    mend: "Engine 28 and newer: `docker network connect --gw-priority 1 NETWORK CONTAINER`. Before \
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
        let expected = case.network(leaves_by).name == *started_on
            || (case.network(leaves_by).is_default_bridge() && started_on == "default");
        let started_has = with_gateway.iter().any(|n| case.network(*n).name == *started_on);
        if with_gateway.len() < 2 || expected || chosen || !started_has {
            continue;
        }
        let outside_fails = case
            .edges_from(at)
            .any(|(edge, _)| edge.target == Target::Outside && edge.evidently_fails());
        if !outside_fails && with_gateway.iter().all(|n| is_like(case, *n, leaves_by)) {
            // Out is out: the two ways lead to the same.
            continue;
        }
        let on = &case.network(leaves_by).name;
        let mut finding = RULE.finding(
            [container.name.as_str(), on.as_str()],
            format!("{} goes out by {on}, and was started on {started_on}", container.name),
        );
        let names: Vec<&str> =
            with_gateway.iter().map(|network| case.network(*network).name.as_str()).collect();
        finding.evidence = vec![
            format!("{} have a gateway each", few(&names)),
            format!("Its default route leads to {gateway}, on {on}"),
        ];
        let newer = case.map.snapshot().engine.major().is_some_and(|major| major >= 28);
        finding.fix = vec![prose(if newer {
            format!(
                "if it should be {started_on}: {docker} network disconnect {started_on} {name} && \
                {docker} network connect --gw-priority 1 {started_on} {name}",
                docker = case.docker(),
                name = case.container_word(at)
            )
        } else {
            format!(
                "if it should be {started_on}: make {on} internal, or choose names in the wanted order"
            )
        })];
        findings.push(finding);
    }
    Judgement::of(findings)
}

/// Whether two networks lead out in the same way.
fn is_like(case: &Case, one: NetworkAt, other: NetworkAt) -> bool {
    let (one, other) = (case.network(one), case.network(other));
    one.driver == other.driver && one.masquerade == other.masquerade
}
