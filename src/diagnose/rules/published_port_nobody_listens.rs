//! A published port behind which there is nothing.

use std::cell::OnceCell;

use super::outside_names;
use crate::diagnose::{Case, Edge, Judgement, Listens, Obstacle, Rule, Sight, advise, settled};
use crate::model::words::few;
use crate::model::{
    Change, ContainerAt, Evidence, Finding, Health, NetworkMode, Protocol, RequestedPort, Severity,
    State, Step,
};

/// See `netmap explain published-port-nobody-listens`.
pub const RULE: Rule = Rule {
    name: "published-port-nobody-listens",
    severity: Severity::Error,
    summary: "a port is published, and nothing in the container listens on it",
    meaning: "`-p 8080:80` sends what comes to 8080 on to port 80 of the container. Docker's proxy \
        accepts the connection whether or not anything listens there, so it opens and is cut.",
    seen: "The container's socket table lacks the container port of a published port.",
    example: "`Empty reply from server`, `connection reset by peer` in the browser",
    fix: "Publish the port that the server listens on: `-p 8080:3000`. A container's ports are \
        fixed when it is made, so it has to be re-created.",
    mistaken_for: "A server that is still starting: netmap waits with its judgement while a \
        container is only seconds old or its health check still says starting.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut judgement = Judgement::default();
    let blamed = OnceCell::new();
    let name_servers = || blamed.get_or_init(|| outside_names::blamed(case));
    for at in case.containers() {
        let container = case.container(at);
        let looks = container.state == State::Running
            && container.network_mode != NetworkMode::Host
            && container.health != Some(Health::Starting);
        // What it waits for itself, or what ends it, is the cause, and reported.
        let caused = case.is_held_up(at) || case.is_looping(at);
        if !looks || container.published.is_empty() || caused {
            continue;
        }
        let mut ports: Vec<(u16, Protocol)> = container
            .published
            .iter()
            .map(|published| (published.port, published.protocol))
            .collect();
        ports.dedup();
        let silent: Vec<(u16, Protocol)> = ports
            .iter()
            .filter(|(port, protocol)| {
                *protocol != Protocol::Sctp
                    && case.listens(at, *port, Some(*protocol)) == Some(Listens::Not)
                    // It listens with the other protocol: see wrong-protocol.
                    && case.listens_otherwise(at, *port, *protocol).is_none()
                    && case.lost_listener(at, *port).is_none()
                    // Told of with those who ask it for names.
                    && !(*protocol == Protocol::Udp && name_servers().contains(&(at, *port)))
            })
            .copied()
            .collect();
        if !silent.is_empty() {
            judgement.findings.push(finding(case, at, &ports, &silent));
        } else if case.is_young(at) && case.listening(at).is_some_and(<[_]>::is_empty) {
            judgement.not_looked.push(format!("{} has only just started", case.name(at)));
        }
    }
    judgement
}

fn finding(
    case: &Case,
    at: ContainerAt,
    ports: &[(u16, Protocol)],
    silent: &[(u16, Protocol)],
) -> Finding {
    let (container, name) = (case.container(at), case.name(at));
    let clients: Vec<&Edge> = case
        .edges_about(at)
        .filter(|(edge, obstacle)| {
            let is_silent = |port: u16| silent.iter().any(|(silent, _)| *silent == port);
            let here = edge.container() == Some(at) && edge.port.is_none_or(is_silent);
            here && matches!(obstacle, Some(Obstacle::NobodyListens(_)))
        })
        .map(|(edge, _)| edge)
        .collect();
    let mut numbers: Vec<String> = silent.iter().map(|(port, _)| port.to_string()).collect();
    numbers.dedup();
    let mut finding = RULE.finding(
        [name].into_iter().chain(case.clients(&clients)),
        format!("{name} has port {} published, and nothing listens there", few(&numbers)),
    );
    if silent.len() < ports.len() {
        finding.severity = Severity::Warning;
    }
    for published in container.published.iter().filter(|p| silent.contains(&(p.port, p.protocol))) {
        let Some(host_port) = published.host_port else { continue };
        let (container, port) = (name.to_owned(), published.port);
        let leads = Evidence::LeadsTo { host_port, container, port };
        if !finding.evidence.contains(&leads) {
            finding.evidence.push(leads);
        }
    }
    finding.evidence.extend(case.signs(&clients));
    let protocol = silent[0].1;
    let open = case.open_ports_of(at, protocol);
    let is_free = |port: &&u16| !ports.contains(&(**port, protocol));
    let others: Vec<u16> = open.iter().filter(is_free).copied().collect();
    // What it listens on may be published already.
    let (of, listed) = (name.to_owned(), if others.is_empty() { open } else { others.clone() });
    finding.evidence.push(Evidence::OpenPorts { container: of, ports: listed, besides: true });
    finding.evidence.extend(case.last_words(at).filter(|_| others.is_empty()));
    finding.fix = publish_instead(case, at, silent[0], &others);
    if let [real] = others.as_slice() {
        // Who dials it from another container goes by no published port.
        finding
            .fix
            .extend(case.redial_each(&clients, |edge| (case.name_for(edge, at), Some(*real))));
        finding.fix = settled(finding.fix);
    }
    finding
}

/// Publishes the port that the server does listen on.
fn publish_instead(
    case: &Case,
    at: ContainerAt,
    silent: (u16, Protocol),
    others: &[u16],
) -> Vec<Step> {
    let mut asked = case.container(at).requested.iter();
    let asked = asked.find(|asked| (asked.port, asked.protocol) == silent);
    match (others, asked) {
        ([real], Some(asked)) => {
            let to = RequestedPort { port: *real, ..asked.clone() };
            let change = Change::Publish { from: Some(asked.clone()), to: Some(to) };
            case.recreate(at, vec![change])
        }
        ([], _) => case.why_deaf(&case.may_listen(at, Some(silent.0))),
        (several, _) => {
            let ports: Vec<String> = several.iter().map(u16::to_string).collect();
            vec![advise(format!(
                "re-create {} with -p HOST-PORT:PORT, where PORT is one of {}",
                case.called(at),
                few(&ports)
            ))]
        }
    }
}
