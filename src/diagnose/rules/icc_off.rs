//! A network that keeps its members apart.

use crate::diagnose::case::Case;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, Driver, Severity};

/// See `netmap explain icc-off`.
pub const RULE: Rule = Rule {
    name: "icc-off",
    severity: Severity::Error,
    summary: "two containers that want to talk share only a network that keeps its members apart",
    meaning: "A bridge that was made with `enable_icc=false` lets its members out and keeps them \
        from one another. Names resolve there, so it looks like a firewall somewhere.",
    seen: "A container names another one, and every network the two share has inter-container \
        communication switched off, or is a macvlan in private mode.",
    example: "The name resolves, and the connection times out",
    mend: "Put both on a network of their own, or make this one anew without the option.",
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
        finding.evidence = case.say(&edges);
        finding.evidence.push(if case.network(network).driver == Driver::Macvlan {
            format!("{on} is a macvlan in private mode, whose members cannot reach one another")
        } else {
            format!("{on} was made with enable_icc=false, so its members cannot reach one another")
        });
        let from: Vec<ContainerAt> = edges.iter().map(|edge| edge.from).collect();
        let hosts: Vec<&str> = edges
            .iter()
            .filter(|edge| edge.host.parse::<std::net::IpAddr>().is_err())
            .map(|edge| &*edge.host)
            .collect();
        finding.fix = case.bring_together(to, &from, &hosts).0;
        finding
    }))
}
