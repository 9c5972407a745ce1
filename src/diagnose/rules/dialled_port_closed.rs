//! The right container, the wrong port.

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::Severity;
use crate::model::words::few;

/// See `netmap explain dialled-port-closed`.
pub const RULE: Rule = Rule {
    name: "dialled-port-closed",
    severity: Severity::Error,
    summary: "a container dials a port of another one on which nothing listens",
    meaning: "Name and network are right, and the other container is there; but it listens on \
        another port, or its server has not come up.",
    seen: "The socket table of the container that is dialled lacks the port.",
    example: "`connect ECONNREFUSED 172.18.0.3:80`",
    mend: "Dial the port that the server listens on; where it listens on none, its log says why.",
    mistaken_for: "A port as published on the host (host-port-between-containers), or a server that \
        listens on loopback only (loopback-bind).",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| {
        let Obstacle::NobodyListens(open) = obstacle else { return None };
        let (to, port) = (edge.container()?, edge.port?);
        // Told together with the port of the host that leads there.
        let published = case.container(to).published.iter().any(|p| p.port == port);
        (!published).then(|| (to, port, open.clone()))
    });
    Judgement::of(groups.into_iter().map(|((to, port, open), edges)| {
        let (name, clients) = (case.name(to), case.clients(&edges));
        let verb = if clients.len() == 1 { "dials" } else { "dial" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} port {port} of {name}, where nothing listens", few(&clients)),
        );
        finding.evidence = case.say(&edges);
        let ports: Vec<String> = open.iter().map(u16::to_string).collect();
        finding.evidence.push(if open.is_empty() {
            format!("{name} listens on no port at all")
        } else {
            format!("{name} listens on {}", few(&ports))
        });
        finding.fix = match open.as_slice() {
            [only] => vec![case.say_instead(&edges, &edges[0].host, Some(*only))],
            [] => vec![
                format!("{} logs --tail 20 {}", case.docker(), case.container_word(to)),
                prose("then mend what keeps its server from listening"),
            ],
            _ => vec![prose(format!("let {} use one of the ports {}", few(&clients), few(&ports)))],
        };
        finding
    }))
}
