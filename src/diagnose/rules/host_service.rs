//! Something on the host that a container wants.

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::Severity;
use crate::model::words::few;

/// See `netmap explain host-service`.
pub const RULE: Rule = Rule {
    name: "host-service",
    severity: Severity::Error,
    summary: "a container wants a program on the host and does not get there",
    meaning: "`localhost` in a container is the container. The host has the name \
        `host.docker.internal` on Docker Desktop only, unless the container is given it; and a \
        program on the host that listens on 127.0.0.1 does not take what comes from containers.",
    seen: "`host.docker.internal`, a gateway's address or localhost is dialled, and the name was not \
        added, or the host's own sockets lack the port or have it on loopback only.",
    example: "`getaddrinfo ENOTFOUND host.docker.internal`, `connect ECONNREFUSED 172.17.0.1:5432`",
    mend: "`--add-host host.docker.internal:host-gateway` (`extra_hosts` in compose), and let the \
        program on the host listen on the gateway's address or on 0.0.0.0.",
    mistaken_for: "A program that runs in another container: that is reached by its name.",
    needs: &[Sight::Machine, Sight::Facts],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| {
        let kind = match obstacle {
            Obstacle::MachineUnknown => Kind::Unknown,
            Obstacle::MachineOnLoopback => Kind::OnLoopback,
            Obstacle::MachineSilent => Kind::Silent,
            Obstacle::LocalhostMachine => Kind::Localhost,
            _ => return None,
        };
        Some((edge.host.clone(), edge.port, kind))
    });
    Judgement::of(groups.into_iter().map(|((host, port, kind), edges)| {
        let clients = case.clients(&edges);
        let port_text = port.map_or_else(|| "that port".to_owned(), |port| format!("port {port}"));
        let summary = match kind {
            Kind::Unknown => format!("{} cannot find the host by the name {host}", few(&clients)),
            Kind::OnLoopback => format!("The program on the host that {} want listens to the host only", few(&clients)),
            Kind::Silent => format!("{} want {port_text} of the host, where nothing listens", few(&clients)),
            Kind::Localhost => format!("{} look for a program of the host in themselves", few(&clients)),
        };
        let summary = if clients.len() == 1 {
            summary.replace(" want ", " wants ").replace(" look for ", " looks for ").replace("in themselves", "in itself")
        } else {
            summary
        };
        let mut finding = RULE.finding(clients.iter().copied(), summary);
        let fails = edges.iter().any(|edge| edge.evidently_fails());
        if !fails {
            finding.severity = Severity::Warning;
        }
        finding.evidence = case.say(&edges);
        finding.evidence.push(match kind {
            Kind::Unknown => format!("{host} is a name of Docker Desktop; here a container must be given it"),
            Kind::OnLoopback => format!("On the host, {port_text} is bound to a loopback address"),
            Kind::Silent => format!("Nothing on the host listens on {port_text}"),
            Kind::Localhost => format!("The host listens on {port_text}, but localhost is the container itself"),
        });
        let add = prose(format!(
            "make {} anew with --add-host host.docker.internal:host-gateway",
            few(&clients)
        ));
        finding.fix = match kind {
            Kind::Unknown => vec![add],
            Kind::OnLoopback => vec![prose(format!(
                "let the program on the host listen on the gateway's address or on 0.0.0.0, {port_text}"
            ))],
            Kind::Silent => vec![prose(format!("start the program on the host that is to listen on {port_text}"))],
            Kind::Localhost => vec![add, case.say_instead(&edges, "host.docker.internal", port)],
        };
        finding
    }))
}

/// What is wrong on the way to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Unknown,
    OnLoopback,
    Silent,
    Localhost,
}
