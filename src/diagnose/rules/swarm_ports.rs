//! Swarm nodes that do not see one another.

use crate::diagnose::{Case, Judgement, Rule, Sight, advise};
use crate::graph::{Agreement, Compared};
use crate::model::{
    Driver, Evidence, Finding, NetworkAt, NodesMatter, Outcome, Service, Severity, SwarmNode,
    TaskState,
};
use crate::order::OrderBy;

/// See `netmap explain swarm-ports`.
pub const RULE: Rule = Rule {
    name: "swarm-ports",
    severity: Severity::Error,
    summary: "nodes of a swarm do not reach one another on the ports that overlay networks need",
    meaning: "An overlay network tunnels packets from node to node (UDP 4789), and the nodes inform one \
        another who is where (7946, TCP and UDP). Where a firewall between them lets only 2377 through, \
        the swarm looks well and its networks are in pieces.",
    seen: "The swarm counts a node as down or disconnected, or an overlay network's list of peers lacks a \
        node that is ready and runs something on it; with `--probe`, members do not answer.",
    example: "The service's name resolves, and only tasks on the same node answer",
    fix: "Open 7946/tcp, 7946/udp and 4789/udp between all nodes.",
    mistaken_for: "A node that is really down.",
    needs: &[Sight::Facts],
    judge,
};

/// Whether a measurement is of packets that should have gone through the tunnel
/// of an overlay network from one node to another, and did not. What a map of
/// one engine has is all on one node; there only silence is a sign.
pub fn is_between_nodes(case: &Case, row: &Compared) -> bool {
    let named = row.measurement.network.as_deref();
    let overlay = |at: &NetworkAt| case.network(*at).driver == Driver::Overlay;
    let mut shared = case.shared(row.from, row.to).into_iter().filter(overlay);
    let on = match named {
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
        nodes.order();
        nodes.dedup();
        // Counted and not compared: a node's address need not be the one by
        // which it tunnels.
        if nodes.len() <= seen.peers.len() {
            continue;
        }
        let mut finding = RULE.finding(
            [seen.network.as_str()],
            format!("Nodes of the overlay network {} do not know of one another", seen.network),
        );
        let names = nodes.iter().map(|node| node.name.clone()).collect();
        let peers = seen.peers.iter().map(ToString::to_string).collect();
        finding.evidence = vec![
            Evidence::Nodes { nodes: names, matter: NodesMatter::RunTasks },
            Evidence::Nodes { nodes: peers, matter: NodesMatter::KnowOfOneAnother },
        ];
        finding.fix = vec![advise(OPEN)];
        findings.push(finding);
    }
    findings
}

const OPEN: &str = "open 7946/tcp, 7946/udp and 4789/udp between all nodes";

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let snapshot = case.map.snapshot();
    if let Some(swarm) = &snapshot.engine.swarm {
        let away = swarm.nodes.iter().filter(|node| node.is_away());
        let nodes: Vec<String> =
            away.map(|node| format!("{} ({})", node.name, node.state)).collect();
        if !nodes.is_empty() {
            let (away, all) = (nodes.len(), swarm.nodes.len());
            let mut finding = RULE.finding(
                [] as [&str; 0],
                format!("The swarm does not reach {away} of its {all} nodes"),
            );
            finding.evidence = vec![Evidence::Nodes { nodes, matter: NodesMatter::NotReady }];
            finding.fix = vec![advise(
                "is the node up? If so, open 2377/tcp, 7946/tcp, 7946/udp and 4789/udp between all nodes",
            )];
            findings.push(finding);
        }
    }
    findings.extend(unknown_peers(case));
    let rows = case.comparison.map_or(&[][..], |comparison| &comparison.rows);
    for network in case.networks().filter(|at| case.network(*at).driver == Driver::Overlay) {
        let name = &case.network(network).name;
        let silent: Vec<Evidence> = rows
            .iter()
            .filter(|row| row.measurement.network.as_deref() == Some(name))
            .filter(|row| is_between_nodes(case, row))
            .map(|row| Evidence::Measured {
                container: row.measurement.from.clone(),
                target: row.measurement.target.clone(),
                network: Some(name.clone()),
                outcome: row.measurement.outcome,
                why: row.measurement.reason.clone(),
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
        finding.fix = vec![advise(OPEN)];
        findings.push(finding);
    }
    Judgement::of(findings)
}
