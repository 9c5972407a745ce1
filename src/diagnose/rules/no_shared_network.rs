//! Two containers that want to talk and share no network.

use crate::diagnose::case::Case;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, Severity};

/// See `netmap explain no-shared-network`.
pub const RULE: Rule = Rule {
    name: "no-shared-network",
    severity: Severity::Error,
    summary: "a container wants to reach another one and shares no network with it",
    meaning: "Containers reach one another only on a network that both are on. Compose gives each \
        project a network of its own, so two projects are apart until somebody joins them.",
    seen: "The environment, the command, the log or a connection attempt names the other container, \
        and the two have no network in common.",
    example: "`getaddrinfo ENOTFOUND db`, `bad address 'db'`; by address: a time-out",
    mend: "`docker network connect NETWORK CONTAINER`; in a compose file, name the other project's \
        network as `external: true`.",
    mistaken_for: "Separation that is meant: netmap tells only of ways that a container evidently \
        wants to go.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::NoSharedNetwork => edge.container(),
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|(target, edges)| {
        let clients = case.clients(&edges);
        let name = case.name(target);
        let verb = if clients.len() == 1 { "shares" } else { "share" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} no network with {name}, and {}", few(&clients), wants(&clients)),
        );
        finding.evidence = case.say(&edges);
        let first = edges[0].from;
        finding.evidence.push(format!(
            "{} is on {}; {name} is on {}",
            case.name(first),
            on(case, first),
            on(case, target)
        ));
        if let Some(path) = case.map.path(first, target)
            && let Some(between) = path.through.first()
        {
            finding.evidence.push(format!(
                "{} is on networks of both, but containers do not pass packets on",
                case.name(*between)
            ));
        }
        finding.fix = case.mend_names(target);
        finding
    }))
}

fn wants(clients: &[&str]) -> &'static str {
    if clients.len() == 1 { "wants to reach it" } else { "want to reach it" }
}

fn on(case: &Case, at: ContainerAt) -> String {
    let names = case.network_names(at);
    if names.is_empty() { "no network".to_owned() } else { few(&names) }
}
