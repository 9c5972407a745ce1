//! Names on the default bridge.

use std::collections::BTreeMap;

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, owned};
use crate::model::{ContainerAt, Evidence, Severity};

/// See `netmap explain default-bridge-no-names`.
pub const RULE: Rule = Rule {
    name: "default-bridge-no-names",
    severity: Severity::Error,
    summary: "a container is dialled by name on the default bridge, where names do not resolve",
    meaning: "A container that is started without `--network` lands on the network called \
        `bridge`. It carries packets, but nobody answers for names there: containers on it reach \
        one another by address only, and addresses change.",
    seen: "A container names another one (or looks for it on localhost), and the only network the \
        two share is the default bridge.",
    example: "`bad address 'db'`, `getaddrinfo ENOTFOUND db`, `Temporary failure in name resolution`",
    fix: "Make a network and put all of them on it: `docker network create app`, then \
        `docker network connect app NAME` for each. Containers may stay on the default bridge \
        beside it.",
    mistaken_for: "A name that is spelled wrong (wrong-name), or a container that does not run \
        (target-down): the message is the same.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let only_default_bridge = |a: ContainerAt, b: ContainerAt| {
        let shared = case.shared(a, b);
        !shared.is_empty() && shared.iter().all(|n| case.network(*n).is_default_bridge())
    };
    let groups: BTreeMap<ContainerAt, Vec<&Edge>> =
        case.obstructed(|edge, obstacle| match obstacle {
            Obstacle::DefaultBridge => edge.container(),
            // When it runs again its name will lead there no more than now.
            Obstacle::Down if case.once_it_runs(edge) == Some(Obstacle::DefaultBridge) => {
                edge.container()
            }
            // Were it not for localhost, the name would not lead there either.
            Obstacle::Localhost { peer, sure: true, .. }
                if only_default_bridge(edge.from, *peer) && !case.is_linked(edge.from, *peer) =>
            {
                Some(*peer)
            }
            _ => None,
        });
    Judgement::of(groups.into_iter().map(|(target, edges)| {
        let clients = case.clients(&edges);
        let name = case.name(target);
        let who = if clients.len() == 1 { clients[0].to_owned() } else { "the others".to_owned() };
        let mut finding = RULE.finding(
            [name].into_iter().chain(clients.iter().copied()),
            format!("{name} has no name that {who} could use"),
        );
        let by_name: Vec<&Edge> =
            edges.iter().copied().filter(|edge| edge.container() == Some(target)).collect();
        finding.evidence = case.signs(&by_name);
        let network = case.shared(edges[0].from, target).first().copied();
        let network = network.map_or("bridge", |network| &case.network(network).name);
        let all: Vec<&str> = [name].into_iter().chain(clients).collect();
        let (containers, network) = (owned(&all), network.to_owned());
        finding.evidence.push(Evidence::ShareOnly { containers, network });
        finding.fix = case.fix_names(target);
        finding
    }))
}
