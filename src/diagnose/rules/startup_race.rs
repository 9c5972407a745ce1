//! A client that was faster than its server.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, LogErrorKind, Severity, State};

/// See `netmap explain startup-race`.
pub const RULE: Rule = Rule {
    name: "startup-race",
    severity: Severity::Warning,
    summary: "a container dialled its server before that was ready",
    meaning: "Started is not ready: a database takes seconds until it listens. Compose starts in \
        order but waits for readiness only where there is a health check and a condition.",
    seen: "The log has a refusal within a minute of the start, the server listens now, and it has no \
        health check.",
    example: "`connection refused` or `the database system is starting up` once, right after the start",
    fix: "A health check on the server and `depends_on: … condition: service_healthy` on the client; \
        or a client that tries again.",
    mistaken_for: "A server that was restarted later: its clients' errors then lie between.",
    needs: &[Sight::Logs, Sight::Sockets],
    judge,
};

/// How long after a start an error still belongs to starting up, in seconds.
const START: f64 = 60.0;

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| {
        let to = edge.container()?;
        (*obstacle == Obstacle::Past && raced(case, edge, to)).then_some(to)
    });
    Judgement::of(groups.into_iter().map(|(to, edges)| {
        let (name, clients) = (case.name(to), case.clients(&edges));
        let ended = |at: &ContainerAt| case.container(*at).state != State::Running;
        let mut ended: Vec<ContainerAt> =
            edges.iter().map(|edge| edge.from).filter(ended).collect();
        ended.dedup();
        let verb = if ended.is_empty() { "dialled" } else { "gave up on" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} {name} before it was ready", few(&clients)),
        );
        finding.evidence = case.signs(&edges);
        finding.evidence.push(Evidence::ReadyNow { container: name.to_owned() });
        if !ended.is_empty() {
            finding.severity = Severity::Error;
            finding.fix.extend(ended.into_iter().map(|at| case.start(at)));
        }
        finding.fix.push(advise(format!(
            "give {} a health check (--health-cmd), and let {} try again, or wait for it \
             (depends_on with condition: service_healthy)",
            case.called(to),
            few(&case.all_called(&edges))
        )));
        finding
    }))
}

/// The containers that ended since their server was not ready.
pub fn gave_up(case: &Case) -> Vec<ContainerAt> {
    let raced = case.edges().filter(|(edge, obstacle)| {
        let past = *obstacle == Some(&Obstacle::Past);
        past && edge.container().is_some_and(|to| raced(case, edge, to))
    });
    raced.map(|(edge, _)| edge.from).collect()
}

/// Whether the failure was at the start of the client or of the server.
fn raced(case: &Case, edge: &Edge, to: ContainerAt) -> bool {
    let (client, server) = (case.container(edge.from), case.container(to));
    if server.health.is_some() || server.state != State::Running {
        return false;
    }
    let (Some(client_start), Some(server_start)) = (client.started_at, server.started_at) else {
        return false;
    };
    let looked = case.seen(edge.from).and_then(|seen| seen.at);
    edge.logged().any(|error| {
        let at_start = matches!(
            error.kind,
            LogErrorKind::Refused | LogErrorKind::Failed | LogErrorKind::Reset
        );
        let (Some(first), Some(last)) = (error.first, error.last) else { return false };
        let over =
            looked.is_none_or(|looked| looked.since(last) >= 2.0) || client.state != State::Running;
        let early = first.since(client_start) <= START && first.since(server_start).abs() <= START;
        at_start && over && early
    })
}
