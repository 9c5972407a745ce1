//! Swarm nodes that do not see one another.

use crate::diagnose::case::{Case, few};
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::graph::Agreement;
use crate::model::{Outcome, Severity};

/// See `netmap explain swarm-ports`.
pub const RULE: Rule = Rule {
    name: "swarm-ports",
    severity: Severity::Error,
    summary: "nodes of a swarm do not reach one another on the ports that overlay networks need",
    meaning: "An overlay network tunnels packets from node to node (UDP 4789), and the nodes tell one \
        another who is where (7946, TCP and UDP). Where a firewall between them lets only 2377 through, \
        the swarm looks well and its networks are in pieces.",
    seen: "The swarm counts a node as down or disconnected, or an overlay network's list of peers lacks a \
        node that is ready and runs something on it; with `--probe`, members do not answer.",
    example: "The service's name resolves, and only tasks on the same node answer",
    mend: "Open 7946/tcp, 7946/udp and 4789/udp between all nodes.",
    mistaken_for: "A node that is really down.",
    needs: &[Sight::Facts],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let snapshot = case.map.snapshot();
    if let Some(swarm) = &snapshot.engine.swarm {
        let away: Vec<String> = swarm
            .nodes
            .iter()
            .filter(|node| !node.state.is_empty() && node.state != "ready")
            .map(|node| format!("{} ({})", node.name, node.state))
            .collect();
        if !away.is_empty() {
            let mut finding = RULE.finding(
                [] as [&str; 0],
                format!(
                    "The swarm does not reach {} of its {} nodes",
                    away.len(),
                    swarm.nodes.len()
                ),
            );
            finding.evidence = vec![format!("Not ready: {}", few(&away))];
            finding.fix = vec![prose(
                "is the node up? If so, open 2377/tcp, 7946/tcp, 7946/udp and 4789/udp between all nodes",
            )];
            findings.push(finding);
        }
    }
    let rows = case.comparison.map_or(&[][..], |comparison| &comparison.rows);
    for network in case.networks().filter(|at| case.network(*at).driver == "overlay") {
        let name = &case.network(network).name;
        let silent: Vec<String> = rows
            .iter()
            .filter(|row| row.measurement.network.as_deref() == Some(name))
            .filter(|row| {
                row.agreement == Agreement::Fails && row.measurement.outcome == Outcome::Timeout
            })
            .map(|row| {
                format!("{} got no answer from {}", row.measurement.from, row.measurement.target)
            })
            .collect();
        if silent.is_empty() {
            continue;
        }
        let mut finding = RULE.finding(
            [name.as_str()],
            format!("Members of the overlay network {name} do not answer one another"),
        );
        finding.evidence = silent;
        finding.fix = vec![prose("open 7946/tcp, 7946/udp and 4789/udp between all nodes")];
        findings.push(finding);
    }
    Judgement::of(findings)
}
