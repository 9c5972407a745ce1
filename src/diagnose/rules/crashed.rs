//! A container that ended with a failure.

use std::collections::BTreeSet;

use super::{malformed_host, outside_names, startup_race};
use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight};
use crate::model::{ContainerAt, Evidence, Finding, Severity};

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
        .collect();
    let is_ours = |at: &ContainerAt| {
        case.has_crashed(*at)
            && !reported.contains(at)
            && case.container(*at).start_error.is_none()
            && !case.is_orphan(*at)
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
    finding
}
