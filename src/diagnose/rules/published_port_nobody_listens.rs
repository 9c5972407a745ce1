//! A published port behind which there is nothing.

use crate::diagnose::case::{Case, Listens, few};
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::wanted::Edge;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::{Health, NetworkMode, Protocol, Severity, State};

/// See `netmap explain published-port-nobody-listens`.
pub const RULE: Rule = Rule {
    name: "published-port-nobody-listens",
    severity: Severity::Error,
    summary: "a port is published, and nothing in the container listens on it",
    meaning: "`-p 8080:80` sends what comes to 8080 on to port 80 of the container. Docker's proxy \
        takes the connection whether or not anything listens there, so it opens and is cut.",
    seen: "The container's socket table lacks the container port of a published port.",
    example: "`Empty reply from server`, `connection reset by peer` in the browser",
    mend: "Publish the port that the server listens on: `-p 8080:3000`. A container's ports are \
        fixed when it is made, so it has to be made anew.",
    mistaken_for: "A server that is still starting: netmap waits with its judgement while a \
        container is only seconds old or its health check still says starting.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut judgement = Judgement::default();
    for at in case.containers() {
        let container = case.container(at);
        let looks = container.state == State::Running
            && container.network_mode != NetworkMode::Host
            && container.health != Some(Health::Starting);
        // What it waits for itself is the cause, and told of.
        if !looks || container.published.is_empty() || case.is_held_up(at) {
            continue;
        }
        let mut ports: Vec<(u16, Protocol)> = container
            .published
            .iter()
            .map(|published| (published.port, published.protocol))
            .collect();
        ports.dedup();
        let silent: Vec<u16> = ports
            .iter()
            .filter(|(port, protocol)| {
                *protocol != Protocol::Sctp && case.listens(at, *port) == Some(Listens::Not)
            })
            .map(|(port, _)| *port)
            .collect();
        let name = case.name(at);
        if silent.is_empty() {
            if case.is_young(at) && case.listening(at).is_some_and(<[_]>::is_empty) {
                judgement.not_looked.push(format!("{name} has only just started"));
            }
            continue;
        }
        let clients: Vec<&Edge> = case
            .edges_about(at)
            .filter(|(edge, obstacle)| {
                let here =
                    edge.container() == Some(at) && edge.port.is_some_and(|p| silent.contains(&p));
                here && matches!(obstacle, Some(Obstacle::NobodyListens(_)))
            })
            .map(|(edge, _)| edge)
            .collect();
        let open = case.open_ports(at);
        let told: Vec<String> = silent.iter().map(u16::to_string).collect();
        let mut finding = RULE.finding(
            [name].into_iter().chain(case.clients(&clients)),
            format!("{name} has port {} published, and nothing listens there", few(&told)),
        );
        if silent.len() < ports.len() {
            finding.severity = Severity::Warning;
        }
        for published in container.published.iter().filter(|p| silent.contains(&p.port)) {
            let Some(host_port) = published.host_port else { continue };
            let line = format!("Port {host_port} of the host leads to {}", published.port);
            if !finding.evidence.contains(&line) {
                finding.evidence.push(line);
            }
        }
        finding.evidence.extend(case.say(&clients));
        let others: Vec<String> = open
            .iter()
            .filter(|port| !ports.iter().any(|(published, _)| published == *port))
            .map(u16::to_string)
            .collect();
        finding.evidence.push(if others.is_empty() {
            format!("{name} listens on no other port either")
        } else {
            format!("{name} does listen on {}", few(&others))
        });
        let host_port =
            container.published.iter().find(|p| p.port == silent[0]).and_then(|p| p.host_port);
        finding.fix = match (others.as_slice(), host_port) {
            ([real], Some(host_port)) => vec![prose(format!(
                "make {name} anew with -p {host_port}:{real} instead of -p {host_port}:{}",
                silent[0]
            ))],
            ([], _) => vec![
                format!("{} logs --tail 20 {}", case.docker(), case.container_word(at)),
                prose("then mend what keeps the server from listening"),
            ],
            _ => vec![prose(format!(
                "make {name} anew with -p HOST-PORT:PORT, PORT one of {}",
                few(&others)
            ))],
        };
        judgement.findings.push(finding);
    }
    judgement
}
