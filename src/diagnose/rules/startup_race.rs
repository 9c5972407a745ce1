//! A client that was faster than its server.

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::wanted::Edge;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{ContainerAt, LogErrorKind, Severity, State};

/// How long after a start an error still belongs to starting up, in seconds.
const START: f64 = 60.0;

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
    mend: "A health check on the server and `depends_on: … condition: service_healthy` on the client; \
        or a client that tries again.",
    mistaken_for: "A server that was restarted later: its clients' errors then lie between.",
    needs: &[Sight::Logs, Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| {
        let to = edge.container()?;
        (*obstacle == Obstacle::Past && raced(case, edge, to)).then_some(to)
    });
    Judgement::of(groups.into_iter().map(|(to, edges)| {
        let (name, clients) = (case.name(to), case.clients(&edges));
        let ended: Vec<ContainerAt> = edges
            .iter()
            .map(|edge| edge.from)
            .filter(|at| case.container(*at).state != State::Running)
            .collect();
        let verb = if ended.is_empty() { "dialled" } else { "gave up on" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} {name} before it was ready", few(&clients)),
        );
        finding.evidence = case.say(&edges);
        finding.evidence.push(format!("{name} is ready now, and has no health check to wait for"));
        if !ended.is_empty() {
            finding.severity = Severity::Error;
            for at in ended {
                finding.fix.push(format!("{} start {}", case.docker(), case.container_word(at)));
            }
        }
        finding.fix.push(prose(format!(
            "give {name} a health check (--health-cmd), and let {} try again, or wait for it \
            (depends_on with condition: service_healthy)",
            few(&clients)
        )));
        finding
    }))
}

/// Whether the failure was at the start of the client or of the server.
fn raced(case: &Case, edge: &Edge, to: ContainerAt) -> bool {
    let server = case.container(to);
    if server.health.is_some() || server.state != State::Running {
        return false;
    }
    let started = |at: ContainerAt| case.container(at).started_at;
    let (Some(client_start), Some(server_start)) = (started(edge.from), started(to)) else {
        return false;
    };
    let looked = case.seen(edge.from).and_then(|seen| seen.at);
    edge.logged().any(|error| {
        let at_start = matches!(
            error.kind,
            LogErrorKind::Refused | LogErrorKind::Failed | LogErrorKind::Reset
        );
        let (Some(first), Some(last)) = (error.first, error.last) else { return false };
        let over = looked.is_none_or(|looked| looked.since(last) >= 2.0)
            || case.container(edge.from).state != State::Running;
        at_start
            && over
            && first.since(client_start) <= START
            && first.since(server_start).abs() <= START
    })
}
