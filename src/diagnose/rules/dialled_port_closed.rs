//! The right container, the wrong port.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, Severity};

/// See `netmap explain dialled-port-closed`.
pub const RULE: Rule = Rule {
    name: "dialled-port-closed",
    severity: Severity::Error,
    summary: "a container dials a port of another one on which nothing listens",
    meaning: "Name and network are right, and the other container is there; but it listens on \
        another port, or its server has not come up.",
    seen: "The socket table of the container that is dialled lacks the port.",
    example: "`connect ECONNREFUSED 172.18.0.3:80`",
    fix: "Dial the port that the server listens on; where it listens on none, its log says why.",
    mistaken_for: "A port as published on the host (host-port-between-containers), or a server that \
        listens on loopback only (loopback-bind).",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| {
        let Obstacle::NobodyListens(open) = obstacle else { return None };
        let (to, port) = (edge.container()?, edge.port?);
        // Reported together with the port of the host that leads there.
        let published = case.container(to).published.iter().any(|p| p.port == port);
        // Reported with what it waits for, or with the one that would listen.
        let explained = case.is_held_up(to) || case.lost_listener(to, port).is_some();
        (!published && !explained).then(|| (to, port, open.clone()))
    });
    let of_copies = case.obstructed(|edge, obstacle| {
        let Obstacle::Ambiguous(_) = obstacle else { return None };
        let (_, silent) = case.silent_copies(edge)?;
        let of_service = |at: &ContainerAt| case.container(*at).compose.service.is_some();
        silent.iter().all(of_service).then_some((edge.port?, silent))
    });
    let of_copies = of_copies
        .into_iter()
        .map(|((port, silent), edges)| of_replicas(case, port, &silent, &edges));
    Judgement::of(of_copies.chain(groups.into_iter().map(|((to, port, open), edges)| {
        let (name, clients) = (case.name(to), case.clients(&edges));
        let verb = if clients.len() == 1 { "dials" } else { "dial" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} port {port} of {name}, where nothing listens", few(&clients)),
        );
        finding.evidence = case.signs(&edges);
        let (container, ports) = (name.to_owned(), open.clone());
        finding.evidence.push(Evidence::OpenPorts { container, ports, besides: false });
        finding.fix = match open.as_slice() {
            [only] => case.redial_each(&edges, |edge| (case.name_for(edge, to), Some(*only))),
            [] => {
                let cause = advise("then fix what keeps its server from listening");
                vec![case.logs(to), cause]
            }
            several => {
                let ports: Vec<String> = several.iter().map(u16::to_string).collect();
                let clients = few(&case.all_called(&edges));
                vec![advise(format!("let {clients} use one of the ports {}", few(&ports)))]
            }
        };
        finding
    })))
}

/// Replicas of a service that do not listen where the others do: the name leads to one
/// or the other.
fn of_replicas(case: &Case, port: u16, silent: &[ContainerAt], edges: &[&Edge]) -> Finding {
    let (names, clients) = (case.names_of(silent.iter().copied()), case.clients(edges));
    let (verb, is) = (if clients.len() == 1 { "is" } else { "are" }, few(&names));
    let mut finding = RULE.finding(
        clients.iter().copied().chain(names.iter().copied()),
        format!(
            "Nothing in {is} listens on {port}, and {} {verb} sent there by turns",
            few(&clients)
        ),
    );
    finding.evidence = case.signs(edges);
    for at in silent {
        let (container, ports) = (case.name(*at).to_owned(), case.open_ports(*at));
        finding.evidence.push(Evidence::OpenPorts { container, ports, besides: false });
    }
    let text = "Other replicas of the service answer by the same name";
    finding.evidence.push(Evidence::Remark { text });
    finding.fix = silent.iter().map(|at| case.logs(*at)).collect();
    finding.fix.push(advise("then fix what keeps that replica from listening"));
    finding
}
