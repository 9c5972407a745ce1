//! Two containers that want to talk and share no network.

use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight};
use crate::model::words::few;
use crate::model::{Evidence, Severity};

/// See `netmap explain no-shared-network`.
pub const RULE: Rule = Rule {
    name: "no-shared-network",
    severity: Severity::Error,
    summary: "a container tries to reach another one and shares no network with it",
    meaning: "Containers reach one another only on a network that both are on. Compose gives each \
        project a network of its own, so two projects are apart until somebody joins them.",
    seen: "The environment, the command, the log or a connection attempt names the other container, \
        and the two have no network in common.",
    example: "`getaddrinfo ENOTFOUND db`, `bad address 'db'`; by address: a time-out",
    fix: "`docker network connect NETWORK CONTAINER`; in a compose file, name the other project's \
        network as `external: true`.",
    mistaken_for: "Separation that is meant: netmap reports only what a container evidently \
        tries to reach.",
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
        let (shares, tries) = match clients.len() {
            1 => ("shares", "tries"),
            _ => ("share", "try"),
        };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {shares} no network with {name}, and {tries} to reach it", few(&clients)),
        );
        finding.evidence = case.signs(&edges);
        let first = edges[0].from;
        finding.evidence.extend([first, target].map(|at| case.sign_networks(at)));
        let path = case.map.path(first, target);
        let between = path.as_ref().and_then(|path| path.through.first());
        finding.evidence.extend(
            between.map(|between| Evidence::Between { container: case.name(*between).to_owned() }),
        );
        finding.fix = case.fix_names(target);
        finding
    }))
}
