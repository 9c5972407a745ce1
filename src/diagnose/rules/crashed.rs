//! A container that ended with a failure.

use std::collections::BTreeSet;

use super::{malformed_host, outside_names, startup_race};
use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight};
use crate::model::{ContainerAt, Evidence, Finding, Moment, Progress, Severity, State};
use crate::order::Ordered;

/// See `netmap explain crashed`.
pub const RULE: Rule = Rule {
    name: "crashed",
    severity: Severity::Error,
    summary: "a container has ended with a failure, or ends again and again",
    meaning: "A container lives as long as its first process. When that ends with a code other than 0, \
        it has failed; with a restart policy the engine starts it again, and waits longer each \
        time.",
    seen: "The exit code, the engine's word that the kernel ended it for want of memory, or a restart \
        count that grows; and what the log says last. Where that is for want of another container, \
        the rule that knows the cause reports it.",
    example: "`docker ps` says `Restarting (1) 3 seconds ago`, `docker ps -a` says `Exited (1)`",
    fix: "Read the end of its log (`docker logs NAME`), and fix what it speaks of; to start it alone \
        is of no use.",
    mistaken_for: "A network that does not work: to the others an ended container has neither name nor \
        address.",
    needs: &[Sight::Logs],
    judge,
};

/// How long ago a container may have ended for it to be more than a warning,
/// in seconds: one that ended days ago is missed by nobody.
const RECENT: u64 = 24 * 60 * 60;

fn judge(case: &Case) -> Judgement {
    let reported: BTreeSet<ContainerAt> = case
        .edges()
        .filter_map(|(edge, obstacle)| match obstacle? {
            Obstacle::Down => edge.container(),
            Obstacle::Namesake(own) => Some(*own),
            _ => None,
        })
        .chain(startup_race::gave_up(case))
        .chain(outside_names::blamed(case).into_iter().map(|(at, _)| at))
        .into_set();
    let is_ours = |at: &ContainerAt| {
        case.has_crashed(*at)
            && !reported.contains(at)
            && case.container(*at).start_error.is_none()
            && !case.is_orphan(*at)
            && !got_through(case, *at)
            && case.trouble_of(*at).is_none()
            && !malformed_host::has_no_port(case, *at)
    };
    Judgement::of(case.containers().filter(is_ours).map(|at| finding(case, at)))
}

fn finding(case: &Case, at: ContainerAt) -> Finding {
    let (name, container) = (case.name(at), case.container(at));
    let words = case.last_words(at);
    let cause = match &words {
        Some(Evidence::LastWords { trouble, .. }) => format!(": {}", trouble.as_str()),
        Some(Evidence::LastComplaint { error, host, .. }) => {
            format!(": {} ({host})", error.as_str())
        }
        _ => String::new(),
    };
    let mut finding = RULE.finding([name], format!("{name} {}{cause}", case.state_of(at)));
    let ago = container.finished_at.and_then(|end| case.seconds_ago(at, end));
    if !case.is_looping(at) && ago.is_some_and(|ago| ago > RECENT) {
        finding.severity = Severity::Warning;
    }
    finding.evidence.extend(words);
    finding.evidence.extend(case.who_has_its_port(at));
    let host_port = container.requested.iter().find_map(|asked| asked.host_port.one());
    finding.evidence.extend(
        host_port
            .map(|host_port| Evidence::DoesNotAnswer { container: name.to_owned(), host_port }),
    );
    finding.fix = case.bring_back(at);
    if comes_back(case, at) {
        finding.severity = Severity::Warning;
        let text =
            "What it looked for is there by now, and the engine starts it again within a minute";
        finding.evidence.push(Evidence::Remark { text });
        finding.fix = vec![case.restart(at)];
    }
    finding
}

/// What a container did not reach, with what is in the way now.
type Missed<'c, 'a> = Vec<(&'c Edge<'a>, Option<&'c Obstacle>)>;

/// What a container that ends again and again did not reach when it ended last, by the
/// last words in its log, and when it said so; of words without a host all that it is told
/// to dial.
fn missed<'c, 'a>(case: &'c Case<'a>, at: ContainerAt) -> Option<(Moment, Missed<'c, 'a>)> {
    let is_of_network = match case.last_words(at) {
        Some(Evidence::LastComplaint { .. }) => true,
        Some(Evidence::LastWords { trouble, .. }) => trouble.is_of_network(),
        _ => false,
    };
    let errors = case.log_errors(at).filter_map(|error| error.repeated.last);
    let troubles = case.log_troubles(at).filter(|trouble| trouble.kind.is_of_network());
    let last = errors.chain(troubles.filter_map(|trouble| trouble.repeated.last)).max()?;
    let logged = case.edges_from(at).filter(|(edge, _)| edge.logged().next().is_some());
    let mut edges: Missed = logged.collect();
    if edges.is_empty() {
        let is_told = |edge: &Edge| edge.is_configured() && edge.container().is_some();
        edges.extend(case.edges_from(at).filter(|(edge, _)| is_told(edge)));
    }
    (is_of_network && case.is_looping(at) && !edges.is_empty()).then_some((last, edges))
}

/// Whether that is there by now, and the container has hardly had the time to find it.
fn comes_back(case: &Case, at: ContainerAt) -> bool {
    /// How long after the start of a server its clients may find it not ready, in seconds.
    const READY: f64 = 10.0;
    missed(case, at).is_some_and(|(last, edges)| {
        edges.iter().all(|(edge, obstacle)| {
            let is_clear = matches!(obstacle, None | Some(Obstacle::Past));
            let server = edge.container().filter(|_| is_clear);
            let runs = |to: &ContainerAt| {
                case.container(*to).state == State::Running && !case.is_looping(*to)
            };
            let start = server.filter(runs).and_then(|to| case.container(to).started_at);
            start.is_some_and(|start| last.since(start) <= READY)
        })
    })
}

/// Whether it runs, and is connected to all that it had not reached.
fn got_through(case: &Case, at: ContainerAt) -> bool {
    case.container(at).state == State::Running
        && missed(case, at).is_some_and(|(_, edges)| {
            edges.iter().all(|(edge, _)| edge.is_connecting(Progress::Open))
        })
}
