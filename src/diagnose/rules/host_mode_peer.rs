//! Containers on the host's own network stack.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, settled};
use crate::model::words::few;
use crate::model::{
    Change, ContainerAt, Evidence, Finding, ListensFrom, MachineMatter, NetworkMode, Protocol,
    Severity, Step,
};
use crate::order::OrderBy;

/// See `netmap explain host-mode-peer`.
pub const RULE: Rule = Rule {
    name: "host-mode-peer",
    severity: Severity::Error,
    summary: "a container on the host's network is dialled by name, dials others by name, or publishes ports",
    meaning: "A container with `--network host` is on no container network. It has no name there and \
        knows none, and its published ports are ignored: it is simply a program on the host.",
    seen: "A wanted connection with one end in host mode, or host mode and published ports together.",
    example: "`bad address 'metrics'`; `Published ports are discarded when using host network mode`",
    fix: "Give it a network like the others. Where it must stay on the host, others reach it as \
        `host.docker.internal` (with `--add-host host.docker.internal:host-gateway`), and it reaches \
        them by ports published on the host.",
    mistaken_for: "A wrong name (wrong-name): the message is the same.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::HostMode => edge.container(),
        _ => None,
    });
    let mut findings: Vec<Finding> =
        groups.into_iter().map(|(to, edges)| by_name(case, to, &edges)).collect();
    let by_localhost = case.obstructed(|_, obstacle| match obstacle {
        Obstacle::NotOnHost { peer, port } => Some((*peer, *port)),
        _ => None,
    });
    findings.extend(
        by_localhost
            .into_iter()
            .map(|((peer, port), edges)| not_published(case, peer, port, &edges)),
    );
    for at in case.containers() {
        let container = case.container(at);
        if container.network_mode == NetworkMode::Host && !container.requested.is_empty() {
            let ports: Vec<u16> = container.requested.iter().map(|asked| asked.port).collect();
            let mut finding = RULE.finding(
                [container.name.as_str()],
                format!(
                    "{} is on the host's network, so its published ports are ignored",
                    container.name
                ),
            );
            finding.severity = Severity::Warning;
            finding.evidence = vec![Evidence::AsksFor { ports, in_vain: false }];
            let asked = container.requested.iter().cloned();
            let without = asked.map(|asked| Change::Publish { from: Some(asked), to: None });
            finding.fix = case.recreate(at, without.collect());
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}

/// A name is dialled, and one of the two ends is on the host's network.
fn by_name(case: &Case, to: ContainerAt, edges: &[&Edge]) -> Finding {
    let (name, clients) = (case.name(to), case.clients(edges));
    let on_host = case.map.on_host(to);
    let who = few(&clients);
    let are = if clients.len() == 1 { "is" } else { "are" };
    let summary = match on_host {
        true => format!("{name} is on the host's network, where its name is not known to {who}"),
        false => format!("{who} {are} on the host's network, where the name {name} is not known"),
    };
    let mut finding = RULE.finding(clients.iter().copied().chain([name]), summary);
    finding.evidence = case.signs(edges);
    let mut ports: Vec<Option<u16>> = edges.iter().map(|edge| edge.port).collect();
    ports.order();
    ports.dedup();
    let of_port = |port: Option<u16>| {
        let edges: Vec<&Edge> = edges.iter().copied().filter(|edge| edge.port == port).collect();
        match port {
            Some(port) => case.go_by_localhost(to, port, &edges),
            // Where there is one port, it is that.
            None if has_one_port(case, to) => case.redial(&edges, "localhost", None),
            // Without a port nobody can tell which to publish.
            None => {
                let from: Vec<ContainerAt> = edges.iter().map(|edge| edge.from).collect();
                case.bring_together(to, &from, &[]).steps
            }
        }
    };
    finding.fix = match on_host {
        true => to_the_host(case, edges),
        false => settled(ports.into_iter().flat_map(of_port).collect()),
    };
    finding
}

/// Whether a container has one port, which the host has under the same number.
fn has_one_port(case: &Case, at: ContainerAt) -> bool {
    let container = case.container(at);
    let [asked, others @ ..] = &container.requested[..] else { return false };
    let is_same = asked.protocol == Protocol::Tcp && asked.host_port.one() == Some(asked.port);
    let is_alone = others.iter().all(|other| other.port == asked.port)
        && container.exposed.iter().all(|exposed| exposed.port == asked.port);
    is_same && is_alone
}

/// `localhost` is dialled on the host's network for a port that is not there.
fn not_published(case: &Case, peer: ContainerAt, port: u16, edges: &[&Edge]) -> Finding {
    let (name, clients) = (case.name(peer), case.clients(edges));
    let who = few(&clients);
    let dial = if clients.len() == 1 { "dials" } else { "dial" };
    let summary =
        format!("{who} {dial} port {port} of the host, where {name} has not published it");
    let mut finding = RULE.finding(clients.iter().copied().chain([name]), summary);
    finding.evidence = case.signs(edges);
    let (host, matter) = ("localhost".to_owned(), MachineMatter::NothingListens);
    finding.evidence.push(Evidence::OnMachine { host, port: Some(port), matter });
    let published = case.container(peer).published.iter().find(|p| p.port == port);
    let container = name.to_owned();
    finding.evidence.push(match published.and_then(|published| published.host_port) {
        Some(host_port) => Evidence::LeadsTo { host_port, container, port },
        None => Evidence::Listens { container, port, from: ListensFrom::Everybody },
    });
    finding.fix = settled(case.go_by_localhost(peer, port, edges));
    finding
}

/// Gives the clients the host's name, and lets them use it.
fn to_the_host(case: &Case, edges: &[&Edge]) -> Vec<Step> {
    let mut steps = Vec::new();
    for client in edges.iter().map(|edge| edge.from) {
        steps.extend(case.add_host(client));
    }
    steps.extend(case.redial_each(edges, |edge| ("host.docker.internal".to_owned(), edge.port)));
    settled(steps)
}
