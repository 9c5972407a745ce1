//! A container whose network stack went away with another one.

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::wanted::Edge;
use crate::diagnose::{Judgement, Rule};
use crate::graph::StackOwner;
use crate::model::Severity;
use crate::model::words::few;

/// See `netmap explain namespace-orphan`.
pub const RULE: Rule = Rule {
    name: "namespace-orphan",
    severity: Severity::Error,
    summary: "a container uses the network of another one that is gone, stopped or restarted",
    meaning: "With `--network container:vpn` a container has no network of its own and uses that of \
        vpn. When vpn stops, the interfaces go with it; when it starts again it gets new ones, and \
        the others keep the empty rest. When vpn is made anew, they cannot even start.",
    seen: "The network mode names a container that is not there, does not run, or started later than \
        the one that uses its network.",
    example: "`network is unreachable` for everything; `cannot join network of a non running \
        container`",
    mend: "Restart those that use its network after it; make them anew when it was made anew.",
    mistaken_for: "A broken network: only the containers that share one stack are cut off.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for at in case.containers().filter(|at| case.is_orphan(*at) && case.matters(*at)) {
        let name = case.name(at);
        let (docker, word) = (case.docker(), case.container_word(at));
        let mut finding = match case.map.stack_owner(at) {
            StackOwner::Other(owner) => {
                let owner_name = case.name(owner);
                let owner_word = case.container_word(owner);
                if case.container(owner).state.has_network() {
                    let mut finding = RULE.finding(
                        [name, owner_name],
                        format!("{name} has lost its network when {owner_name} was restarted"),
                    );
                    finding.evidence = vec![format!(
                        "{name} uses {owner_name}'s network, and {owner_name} started later"
                    )];
                    finding.fix = vec![format!("{docker} restart {word}")];
                    finding
                } else {
                    let mut finding = RULE.finding(
                        [name, owner_name],
                        format!("{name} has no network: it uses that of {owner_name}, which does not run"),
                    );
                    finding.evidence =
                        vec![format!("{owner_name} is {}", case.container(owner).state)];
                    finding.fix = vec![
                        format!("{docker} start {owner_word}"),
                        format!("{docker} restart {word}"),
                    ];
                    finding
                }
            }
            _ => {
                let mut finding = RULE.finding(
                    [name],
                    format!("{name} has no network: the container whose network it used is gone"),
                );
                finding.evidence = vec![format!(
                    "Its network mode is `{}`",
                    short(&case.container(at).network_mode.to_string())
                )];
                finding.fix = vec![prose(format!(
                    "make {name} anew with --network container:NAME, NAME that of the new container"
                ))];
                finding
            }
        };
        let waiting: Vec<&Edge> = case
            .edges_about(at)
            .filter(|(edge, obstacle)| *obstacle == Some(&Obstacle::Orphan(at)) && edge.from != at)
            .map(|(edge, _)| edge)
            .collect();
        let clients = case.clients(&waiting);
        if !clients.is_empty() {
            finding.evidence.push(format!("{} cannot reach it for that reason", few(&clients)));
        }
        findings.push(finding);
    }
    Judgement::of(findings)
}

/// `container:` with twelve characters of the id.
fn short(mode: &str) -> String {
    mode.chars().take("container:".len() + 12).collect()
}
