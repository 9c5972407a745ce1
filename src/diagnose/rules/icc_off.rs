//! A network that keeps its members apart.

use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, Driver, Evidence, Severity};

/// See `netmap explain icc-off`.
pub const RULE: Rule = Rule {
    name: "icc-off",
    severity: Severity::Error,
    summary: "two containers that try to talk share only a network that keeps its members apart",
    meaning: "A bridge that was made with `enable_icc=false` lets its members out and keeps them \
        from one another. Names resolve there, so it looks like a firewall somewhere.",
    seen: "A container names another one, and every network the two share has inter-container \
        communication switched off, or is a macvlan in private mode.",
    example: "The name resolves, and the connection times out",
    fix: "Put both on a network of their own, or re-create this one without the option.",
    mistaken_for: "A firewall (firewall-drop): both look like silence.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::Apart(network) => Some((edge.container()?, *network)),
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((to, network), edges)| {
        let (name, clients) = (case.name(to), case.clients(&edges));
        let on = &case.network(network).name;
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name, on.as_str()]),
            format!("{on} keeps {} and {name} apart", few(&clients)),
        );
        finding.evidence = case.signs(&edges);
        let macvlan = case.network(network).driver == Driver::Macvlan;
        finding.evidence.push(Evidence::KeepsApart { network: on.clone(), macvlan });
        let from: Vec<ContainerAt> = edges.iter().map(|edge| edge.from).collect();
        let hosts: Vec<&str> =
            edges.iter().filter(|edge| edge.is_by_name()).map(|edge| &*edge.host).collect();
        finding.fix = case.bring_together(to, &from, &hosts).steps;
        finding
    }))
}
