//! A server that takes datagrams behind a port for connections, or the reverse.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{
    Change, ContainerAt, Evidence, Finding, NetworkMode, Protocol, PublishedPort, RequestedPort,
    Severity, State,
};

/// See `netmap explain wrong-protocol`.
pub const RULE: Rule = Rule {
    name: "wrong-protocol",
    severity: Severity::Error,
    summary: "a port is published or dialled with TCP, and the server there takes UDP, or the reverse",
    meaning: "TCP and UDP have ports of their own: 8125 of one is not 8125 of the other. `-p 8125:8125` \
        publishes TCP; what a client sends with UDP then reaches nobody, and nobody tells it so.",
    seen: "The container's socket table lacks the port for the protocol that is published or dialled, and \
        has it for the other one.",
    example: "`docker ps` shows `8125/tcp`, and no metric that is sent arrives",
    fix: "Name the protocol: `-p 8125:8125/udp`. A container's ports are fixed when it is made, so it \
        has to be re-created.",
    mistaken_for: "A server that does not run (published-port-nobody-listens). Where both protocols of a \
        port are published and the server takes one of them, nothing is wrong.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let published = case.containers().flat_map(|at| misdirected(case, at));
    let mut findings: Vec<Finding> = published
        .map(|(at, published, spoken)| published_for_another(case, at, published, spoken))
        .collect();
    let dialled = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::OtherProtocol(spoken) => Some((edge.container()?, edge.port?, *spoken)),
        _ => None,
    });
    findings.extend(
        dialled.into_iter().map(|((to, port, spoken), edges)| {
            dialled_with_another(case, to, port, spoken, &edges)
        }),
    );
    Judgement::of(findings)
}

/// The published ports of a container whose server speaks the other protocol,
/// with the one that it speaks; a port of the container once.
fn misdirected<'a>(
    case: &Case<'a>,
    at: ContainerAt,
) -> Vec<(ContainerAt, &'a PublishedPort, Protocol)> {
    let container = case.container(at);
    if container.state != State::Running || container.network_mode == NetworkMode::Host {
        return Vec::new();
    }
    let mut found: Vec<(ContainerAt, &PublishedPort, Protocol)> = Vec::new();
    for published in &container.published {
        let Some(spoken) = case.listens_otherwise(at, published.port, published.protocol) else {
            continue;
        };
        let is_there = |port: u16, protocol: Protocol| {
            container.published.iter().any(|p| p.port == port && p.protocol == protocol)
        };
        let is_known = found.iter().any(|(_, known, _)| known.port == published.port);
        if !is_there(published.port, spoken) && !is_known {
            found.push((at, published, spoken));
        }
    }
    found
}

fn published_for_another(
    case: &Case,
    at: ContainerAt,
    published: &PublishedPort,
    spoken: Protocol,
) -> Finding {
    let (container, name, port) = (case.container(at), case.name(at), published.port);
    let (meant, spoken_word) = (published.protocol.in_words(), spoken.in_words());
    let mut finding = RULE.finding(
        [name],
        format!(
            "{name} listens on {port} with {spoken_word}, and {port} is published for {meant} only"
        ),
    );
    finding.evidence.extend(published.host_port.map(|host_port| Evidence::LeadsTo {
        host_port,
        container: name.to_owned(),
        port,
    }));
    finding.evidence.push(Evidence::Speaks { container: name.to_owned(), port, protocol: spoken });
    let is_asked =
        |asked: &&RequestedPort| asked.port == port && asked.protocol == published.protocol;
    finding.fix = match container.requested.iter().find(is_asked) {
        Some(asked) => {
            let to = RequestedPort { protocol: spoken, ..asked.clone() };
            case.recreate(at, vec![Change::Publish { from: Some(asked.clone()), to: Some(to) }])
        }
        None => {
            vec![advise(format!("re-create {} with -p HOST-PORT:{port}/{spoken}", case.called(at)))]
        }
    };
    finding
}

fn dialled_with_another(
    case: &Case,
    to: ContainerAt,
    port: u16,
    spoken: Protocol,
    edges: &[&Edge],
) -> Finding {
    let (name, clients) = (case.name(to), case.clients(edges));
    let verb = if clients.len() == 1 { "dials" } else { "dial" };
    let meant = edges[0].protocol.unwrap_or_default().in_words();
    let spoken_word = spoken.in_words();
    let mut finding = RULE.finding(
        clients.iter().copied().chain([name]),
        format!(
            "{} {verb} port {port} of {name} with {meant}, where it takes {spoken_word}",
            few(&clients)
        ),
    );
    finding.evidence = case.signs(edges);
    finding.evidence.push(Evidence::Speaks { container: name.to_owned(), port, protocol: spoken });
    finding.fix = vec![advise(format!(
        "let {} speak {spoken_word} to {name}, or let {name} take {meant} as well",
        few(&case.all_called(edges))
    ))];
    finding
}
