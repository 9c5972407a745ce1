//! Swarm nodes that do not see one another.

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::graph::{Agreement, Compared};
use crate::model::words::few;
use crate::model::{Driver, Finding, NetworkAt, Outcome, Service, Severity, SwarmNode, TaskState};

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

/// Whether a measurement is of packets that should have gone through the tunnel
/// of an overlay network from one node to another, and did not. What a map of
/// one engine has is all on one node; there only silence is a sign.
pub fn is_between_nodes(case: &Case, row: &Compared) -> bool {
    let told = row.measurement.network.as_deref();
    let overlay = |at: &NetworkAt| case.network(*at).driver == Driver::Overlay;
    let mut shared = case.shared(row.from, row.to).into_iter().filter(overlay);
    let on = match told {
        Some(name) => shared.any(|at| case.network(at).name == name),
        // By its name: on whichever they share.
        None => shared.next().is_some(),
    };
    let several = !case.map.snapshot().engines.is_empty();
    let silent = match row.measurement.outcome {
        Outcome::Timeout => true,
        // Its own node's engine has not heard where the address is.
        Outcome::Unreachable => several,
        _ => false,
    };
    let crossed = !several || case.map.are_apart(row.from, row.to);
    on && crossed && silent && row.agreement == Agreement::Fails
}

/// Overlay networks on which more nodes run tasks than their engines know of.
fn unknown_peers(case: &Case) -> Vec<Finding> {
    let snapshot = case.map.snapshot();
    let Some(swarm) = &snapshot.engine.swarm else { return Vec::new() };
    let mut findings = Vec::new();
    for seen in snapshot.network_observations.iter().filter(|seen| !seen.peers.is_empty()) {
        let on = |service: &&Service| service.networks.iter().any(|on| on.network_id == seen.id);
        let tasks = swarm.services.iter().filter(on).flat_map(|service| &service.tasks);
        let running = tasks.filter(|task| task.state == TaskState::Running);
        let mut nodes: Vec<&SwarmNode> =
            running.filter_map(|task| swarm.node_with(&task.node)).collect();
        nodes.retain(|node| !node.is_away());
        nodes.sort();
        nodes.dedup();
        // Counted and not compared: a node's address need not be the one by
        // which it tunnels.
        if nodes.len() <= seen.peers.len() {
            continue;
        }
        let names: Vec<&str> = nodes.iter().map(|node| node.name.as_str()).collect();
        let peers: Vec<String> = seen.peers.iter().map(ToString::to_string).collect();
        let mut finding = RULE.finding(
            [seen.network.as_str()],
            format!("Nodes of the overlay network {} do not know of one another", seen.network),
        );
        finding.evidence = vec![
            format!("Tasks on it run on {}", few(&names)),
            format!("The nodes that know of one another there: {}", few(&peers)),
        ];
        finding.fix = vec![prose(OPEN)];
        findings.push(finding);
    }
    findings
}

const OPEN: &str = "open 7946/tcp, 7946/udp and 4789/udp between all nodes";

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let snapshot = case.map.snapshot();
    if let Some(swarm) = &snapshot.engine.swarm {
        let away: Vec<String> = swarm
            .nodes
            .iter()
            .filter(|node| node.is_away())
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
    findings.extend(unknown_peers(case));
    let rows = case.comparison.map_or(&[][..], |comparison| &comparison.rows);
    for network in case.networks().filter(|at| case.network(*at).driver == Driver::Overlay) {
        let name = &case.network(network).name;
        let silent: Vec<String> = rows
            .iter()
            .filter(|row| row.measurement.network.as_deref() == Some(name))
            .filter(|row| is_between_nodes(case, row))
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
        finding.fix = vec![prose(OPEN)];
        findings.push(finding);
    }
    Judgement::of(findings)
}
