//! A failure that a log repeats, and that nothing explains.

use crate::diagnose::{Case, Edge, Judgement, Meaning, Obstacle, Rule, Sight, advise, owned};
use crate::model::words::few;
use crate::model::{
    ContainerAt, Evidence, Finding, Health, LogError, LogErrorKind, Moment, Severity, State,
};

/// See `netmap explain unexplained-failure`.
pub const RULE: Rule = Rule {
    name: "unexplained-failure",
    severity: Severity::Warning,
    summary: "a container fails at something again and again, and nothing here explains it",
    meaning: "What a program reports is true whether or not netmap can tell why: the other end may be \
        outside of this engine, or the name may stand in a file that nobody else sees.",
    seen: "The log of a running container repeats that a name was not found, or a connection refused or \
        impossible, up to the moment of looking, or its health check fails, and no other finding is \
        about that container.",
    example: "`connect ECONNREFUSED 127.0.0.1:5432` once a second, with no database anywhere",
    fix: "Look at what the program is configured to dial: the log names it.",
    mistaken_for: "A server that is still starting: netmap waits until the attempts go on for longer \
        than that.",
    needs: &[Sight::Logs],
    judge,
};

/// How long attempts must have gone on, in seconds.
const LASTING: f64 = 5.0;

fn judge(case: &Case) -> Judgement {
    let running = |at: &ContainerAt| case.container(*at).state == State::Running;
    Judgement::of(case.containers().filter(running).filter_map(|at| finding(case, at)))
}

fn finding(case: &Case, at: ContainerAt) -> Option<Finding> {
    let name = case.name(at);
    let failing: Vec<(&Edge, &LogError)> = failing(case, at).collect();
    let mut said: Vec<String> = failing
        .iter()
        .map(|(edge, error)| format!("{} ({})", edge.dialled(), error.kind.as_str()))
        .collect();
    said.dedup();
    let troubles = case.log_troubles(at).filter(|trouble| {
        trouble.kind.is_of_network()
            && goes_on(case, at, trouble.count, trouble.first, trouble.last)
    });
    let trouble = troubles.max_by_key(|trouble| trouble.last);
    let mut finding = match (said.is_empty(), trouble) {
        (false, _) => {
            RULE.finding([name], format!("{name} fails again and again to reach {}", few(&said)))
        }
        (true, Some(trouble)) => {
            let kind = trouble.kind.as_str();
            RULE.finding([name], format!("{name} says again and again: {kind}, and not of what"))
        }
        (true, None) => {
            let is_unhealthy = case.container(at).health == Some(Health::Unhealthy);
            // It may be so for another's sake, with whom that is told.
            let is_cause = is_unhealthy && !case.is_unhealthy_for_another(at);
            return is_cause.then(|| unhealthy(case, at));
        }
    };
    finding.evidence = failing.iter().map(|(edge, _)| case.sign(edge)).collect();
    for (edge, _) in &failing {
        match (edge.target, edge.port) {
            (Meaning::Itself, Some(port)) => {
                let containers = vec![name.to_owned()];
                finding.evidence.push(Evidence::IsItself { containers, port });
            }
            (Meaning::NobodysName, _) => {
                let (name, networks) = (edge.host.to_string(), owned(&case.network_names(at)));
                finding.evidence.push(Evidence::NobodyCalled { name, networks });
            }
            _ => {}
        }
    }
    let dialled = advise(format!("then look at what {} is told to dial", case.called(at)));
    finding.fix = vec![case.logs(at), dialled];
    Some(finding)
}

/// One whose health check fails, which nobody else is the worse for.
fn unhealthy(case: &Case, at: ContainerAt) -> Finding {
    let name = case.name(at);
    let mut finding = RULE.finding([name], format!("{name} is unhealthy: its health check fails"));
    let check = case.look(&["inspect", "-f", "{{json .State.Health}}"], at);
    finding.fix = vec![case.logs(at), check];
    finding
}

/// What a container still fails to reach, and nothing that is known stands in
/// the way.
fn failing<'c, 'a>(
    case: &'c Case<'a>,
    at: ContainerAt,
) -> impl Iterator<Item = (&'c Edge<'a>, &'a LogError)> {
    let unexplained = case.edges_from(at).filter(|(_, obstacle)| {
        matches!(obstacle, None | Some(Obstacle::Past | Obstacle::WrongName(_)))
    });
    unexplained.filter_map(move |(edge, _)| {
        let still = edge.logged().find(|error| {
            let telling = matches!(
                error.kind,
                LogErrorKind::NameNotFound | LogErrorKind::Refused | LogErrorKind::Unreachable
            );
            telling && goes_on(case, at, error.count, error.first, error.last)
        });
        still.map(|error| (edge, error))
    })
}

/// Whether complaints go on: for a while already, and the next one is not
/// overdue.
fn goes_on(
    case: &Case,
    at: ContainerAt,
    count: u32,
    first: Option<Moment>,
    last: Option<Moment>,
) -> bool {
    let looked = case.seen(at).and_then(|seen| seen.at);
    let (Some(first), Some(last), Some(looked)) = (first, last, looked) else { return false };
    let span = last.since(first);
    let interval = span / f64::from(count.saturating_sub(1).max(1));
    count > 2 && span >= LASTING && looked.since(last) <= 2.0 * interval + 1.0
}
