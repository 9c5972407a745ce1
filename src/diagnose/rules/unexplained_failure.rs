//! A failure that a log repeats, and that nothing explains.

use std::collections::BTreeMap;

use crate::diagnose::{Case, Edge, Judgement, Meaning, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, LogError, LogErrorKind, Severity, State};

/// See `netmap explain unexplained-failure`.
pub const RULE: Rule = Rule {
    name: "unexplained-failure",
    severity: Severity::Warning,
    summary: "a log says again and again that something cannot be reached, and nothing here explains it",
    meaning: "What a program reports is true whether or not netmap can tell why: the other end may be \
        outside of this engine, or the name may stand in a file that nobody else sees.",
    seen: "The log of a running container repeats that a name was not found, or a connection refused or \
        impossible, up to the moment of looking, and no other finding is about that container.",
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
    let mut by_client: BTreeMap<ContainerAt, Vec<(&Edge, &LogError)>> = BTreeMap::new();
    for (edge, obstacle) in case.edges() {
        let open = matches!(obstacle, None | Some(Obstacle::Past | Obstacle::WrongName(_)));
        let Some(error) = edge.logged().find(|error| goes_on(case, edge.from, error)) else {
            continue;
        };
        if open {
            by_client.entry(edge.from).or_default().push((edge, error));
        }
    }
    Judgement::of(by_client.into_iter().map(|(at, failing)| finding(case, at, &failing)))
}

/// Whether a running container is still failing: the attempts have gone on for
/// a while, and the next one is not overdue.
fn goes_on(case: &Case, at: ContainerAt, error: &LogError) -> bool {
    let telling = matches!(
        error.kind,
        LogErrorKind::NameNotFound | LogErrorKind::Refused | LogErrorKind::Unreachable
    );
    let looked = case.seen(at).and_then(|seen| seen.at);
    let (Some(first), Some(last), Some(looked)) = (error.first, error.last, looked) else {
        return false;
    };
    let span = last.since(first);
    let interval = span / f64::from(error.count.saturating_sub(1).max(1));
    let due = looked.since(last) <= 2.0 * interval + 1.0;
    telling
        && case.container(at).state == State::Running
        && error.count > 2
        && span >= LASTING
        && due
}

fn finding(case: &Case, at: ContainerAt, failing: &[(&Edge, &LogError)]) -> Finding {
    let name = case.name(at);
    let mut said: Vec<String> = failing
        .iter()
        .map(|(edge, error)| format!("{} ({})", edge.dialled(), error.kind.as_str()))
        .collect();
    said.dedup();
    let mut finding =
        RULE.finding([name], format!("{name} fails again and again to reach {}", few(&said)));
    finding.evidence = failing.iter().map(|(edge, _)| case.sign(edge)).collect();
    for (edge, _) in failing {
        match (edge.target, edge.port) {
            (Meaning::Itself, Some(port)) => {
                let containers = vec![name.to_owned()];
                finding.evidence.push(Evidence::IsItself { containers, port });
            }
            (Meaning::NobodysName, _) => {
                let networks = case.network_names(at).iter().map(|n| (*n).to_owned()).collect();
                let name = edge.host.to_string();
                finding.evidence.push(Evidence::NobodyCalled { name, networks });
            }
            _ => {}
        }
    }
    finding.fix = vec![
        case.logs(at),
        advise(format!("then look at where {} is told to dial that", case.called(at))),
    ];
    finding
}
