//! Endpoints without a container.

use std::collections::{HashMap, HashSet};

use crate::diagnose::{Case, Judgement, Rule};
use crate::model::{Action, Applicability, Evidence, Handle, NetworkAt, Part, Severity};

/// See `netmap explain dangling-endpoint`.
pub const RULE: Rule = Rule {
    name: "dangling-endpoint",
    severity: Severity::Warning,
    summary: "a network keeps an endpoint of a container that no longer exists",
    meaning: "When an engine or a machine goes down hard, a network can keep the place of a container \
        that is gone. The name cannot be used on that network again, and the network not removed.",
    seen: "The network's own list of containers has one that the engine's list does not have.",
    example: "`endpoint with name web already exists in network front`, `network has active endpoints`",
    fix: "`docker network disconnect -f NETWORK NAME`.",
    mistaken_for: "A container that vanished while netmap looked: ask again.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let snapshot = case.map.snapshot();
    let mut judgement = Judgement::default();
    if snapshot.network_observations.is_empty() {
        if !case.is_planned() {
            judgement.not_looked.push("the networks' own lists of containers".to_owned());
        }
        return judgement;
    }
    let ids: HashSet<&str> = snapshot.containers.iter().map(|c| c.id.as_str()).collect();
    let vanished: HashSet<&str> = snapshot
        .unread
        .iter()
        .filter_map(|unread| match &unread.part {
            Part::Container { name, vanished: true } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    // Of several networks with one id, the first.
    let networks: HashMap<&str, NetworkAt> =
        case.networks().rev().map(|at| (case.network(at).id.as_str(), at)).collect();
    for seen in &snapshot.network_observations {
        let Some(network) = networks.get(seen.id.as_str()).copied() else { continue };
        for attached in &seen.attached {
            if ids.contains(attached.id.as_str())
                || attached.is_of_a_swarm()
                || vanished.contains(attached.name.as_str())
                || is_under_way(case, &attached.name)
            {
                continue;
            }
            let on = &case.network(network).name;
            let mut finding = RULE.finding(
                [on.as_str()],
                format!("{on} keeps a place for {}, which no longer exists", attached.name),
            );
            let id = attached.id.get(..12).unwrap_or(&attached.id).to_owned();
            finding.evidence = vec![Evidence::ListedByNetwork { id }];
            let (name, word) = (attached.name.clone(), attached.name.clone());
            let disconnect = Action::Disconnect {
                network: case.network_handle(network),
                container: Handle { name, word },
                force: true,
            };
            finding.fix = vec![case.network_step(network, disconnect, Applicability::Ask)];
            judgement.findings.push(finding);
        }
    }
    judgement
}

/// Whether a container of that name is there and just being started or ended,
/// while its network knows the endpoint and not yet, or not any more, whose.
fn is_under_way(case: &Case, name: &str) -> bool {
    let named = case.index.containers_named(name).iter();
    named.map(|at| case.container(*at).state).any(|state| !state.is_stopped())
}
