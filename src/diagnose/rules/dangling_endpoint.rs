//! Endpoints without a container.

use std::collections::{HashMap, HashSet};

use crate::diagnose::case::Case;
use crate::diagnose::mend::quoted;
use crate::diagnose::{Judgement, Rule};
use crate::model::{NetworkAt, Part, Severity};

/// See `netmap explain dangling-endpoint`.
pub const RULE: Rule = Rule {
    name: "dangling-endpoint",
    severity: Severity::Warning,
    summary: "a network keeps an endpoint of a container that is not there any more",
    meaning: "When an engine or a machine goes down hard, a network can keep the place of a container \
        that is gone. The name cannot be used on that network again, and the network not removed.",
    seen: "The network's own list of containers has one that the engine's list does not have.",
    example: "`endpoint with name web already exists in network front`, `network has active endpoints`",
    mend: "`docker network disconnect -f NETWORK NAME`.",
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
    // Of several networks with one id, the first.
    let networks: HashMap<&str, NetworkAt> =
        case.networks().rev().map(|at| (case.network(at).id.as_str(), at)).collect();
    for seen in &snapshot.network_observations {
        let Some(network) = networks.get(seen.id.as_str()).copied() else { continue };
        for attached in &seen.attached {
            if ids.contains(attached.id.as_str()) {
                continue;
            }
            // The swarm's own sandboxes are no containers.
            let swarms = attached.id.starts_with("ingress-")
                || attached.id.starts_with("lb-")
                || attached.name.starts_with("gateway_")
                || attached.name.ends_with("-endpoint");
            let vanished = snapshot.unread.iter().any(|note| match &note.part {
                Part::Container { name, .. } => *name == attached.name,
                _ => false,
            });
            if swarms || vanished {
                continue;
            }
            let on = &case.network(network).name;
            let mut finding = RULE.finding(
                [on.as_str()],
                format!("{on} keeps a place for {}, which is not there any more", attached.name),
            );
            finding.evidence = vec![format!(
                "The network lists {}, and the engine has no such container",
                attached.id.get(..12).unwrap_or(&attached.id)
            )];
            finding.fix = vec![format!(
                "{} network disconnect -f {} {}",
                case.docker(),
                case.network_word(network),
                quoted(&attached.name)
            )];
            judgement.findings.push(finding);
        }
    }
    judgement
}
