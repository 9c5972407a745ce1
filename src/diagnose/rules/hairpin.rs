//! Out to the host and back in.

use crate::diagnose::case::Case;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, Severity};

/// See `netmap explain hairpin`.
pub const RULE: Rule = Rule {
    name: "hairpin",
    severity: Severity::Error,
    summary: "a container reaches for a neighbour by way of the host and a published port",
    meaning: "A container that dials the host's address and a port published there goes out of its \
        network and back into another. Engines, firewalls and rootless setups differ in whether that \
        works; between neighbours there is no need for it.",
    seen: "The host's address, or host.docker.internal, is dialled with a port that another container \
        has published.",
    example: "`connect ETIMEDOUT 192.168.1.10:8080` from a container, while the browser gets there",
    mend: "Use the neighbour's name and its container port, on a network that both are on.",
    mistaken_for: "A firewall on the host. Where nothing failed yet, netmap says so at severity info.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|_, obstacle| match obstacle {
        Obstacle::Hairpin(peer, inside) => Some((*peer, *inside)),
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((peer, inside), edges)| {
        let (name, clients) = (case.name(peer), case.clients(&edges));
        let verb = if clients.len() == 1 { "reaches" } else { "reach" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} for {name} by way of the host", few(&clients)),
        );
        if !edges.iter().any(|edge| edge.evidently_fails()) {
            finding.severity = Severity::Info;
        }
        finding.evidence = case.say(&edges);
        let port = edges[0].port.unwrap_or(inside);
        finding.evidence.push(format!("Port {port} of the host leads to {name}:{inside}"));
        let from: Vec<ContainerAt> = edges.iter().map(|edge| edge.from).collect();
        let (mut commands, names) = case.bring_together(peer, &from, &[]);
        let name = names.first().map_or(name, String::as_str);
        commands.push(case.say_instead(&edges, name, Some(inside)));
        finding.fix = commands;
        finding
    }))
}
