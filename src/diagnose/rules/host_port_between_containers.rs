//! A published port used where the container's own belongs.

use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight};
use crate::model::words::few;
use crate::model::{Evidence, Severity};

/// See `netmap explain host-port-between-containers`.
pub const RULE: Rule = Rule {
    name: "host-port-between-containers",
    severity: Severity::Error,
    summary: "a container dials another one by the port that is published on the host",
    meaning: "`-p 5433:5432` makes the server reachable as port 5433 of the host. Among containers \
        there is no host in between: they reach it on its own port, 5432.",
    seen: "The port that is dialled is one that the other container has published on the host, and \
        inside it is another number.",
    example: "`db:5433` is refused while `psql -p 5433` on the host works",
    fix: "Use the container port: `db:5432`.",
    mistaken_for: "A server that does not run: the message is the same, connection refused.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::HostPort(inside) => Some((edge.container()?, edge.port?, *inside)),
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((to, port, inside), edges)| {
        let (name, clients) = (case.name(to), case.clients(&edges));
        let verb = if clients.len() == 1 { "dials" } else { "dial" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} {name} by its port on the host, {port}", few(&clients)),
        );
        finding.evidence = case.signs(&edges);
        if case.published_as(to, port, edges[0].protocol).is_some() {
            let container = name.to_owned();
            finding.evidence.push(Evidence::LeadsTo { host_port: port, container, port: inside });
            finding.evidence.push(Evidence::NothingListens { container: name.to_owned(), port });
        }
        finding.fix = case.redial_each(&edges, |edge| (case.name_for(edge, to), Some(inside)));
        finding
    }))
}
