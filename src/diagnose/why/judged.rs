//! The doctor's own fix of the one way that is asked about: what the rules say
//! of it when it is the only one, or else what the doctor says of the container
//! whose trouble it is.

use super::climb::Climb;
use crate::diagnose::{Case, Meaning, Obstacle, RULES, diagnose};
use crate::model::{Action, Evidence, Finding, Severity, State, Step};

/// The fix, where something that a rule knows stands in the way.
pub fn fix(climb: &Climb) -> Option<Vec<Step>> {
    let case = climb.case;
    let from_runs = case.container(climb.from).state.has_network();
    let known = climb.obstacle.as_ref().filter(|obstacle| **obstacle != Obstacle::Past);
    let of_way = known.and_then(|obstacle| of_way(climb, obstacle));
    let of_source = || (!from_runs).then(|| of_container(climb, climb.name())).flatten();
    let is_told = matches!(climb.edge.target, Meaning::Itself | Meaning::Outside);
    let of_no_peer = || is_told.then(|| told_of_way(climb)).flatten();
    let mut fix = of_way.or_else(of_source).or_else(of_no_peer)?;
    let starts = |step: &Step| match &step.action {
        Action::Recreate(recreate) => recreate.container.name == climb.name(),
        Action::Start { container } => container.name == climb.name(),
        _ => false,
    };
    // What is to be seen to first may have kept it from staying up.
    let is_ended = !from_runs && case.container(climb.from).state != State::Restarting;
    if is_ended && known.is_some() && !fix.iter().any(starts) {
        fix.push(case.start(climb.from));
    }
    Some(fix)
}

/// What the rules say of the way alone.
fn of_way(climb: &Climb, obstacle: &Obstacle) -> Option<Vec<Step>> {
    let (case, edge) = (climb.case, &climb.edge);
    let alone = Case::of_one(case.map, case.comparison, edge.clone(), Some(obstacle.clone()));
    let told = RULES.iter().flat_map(|rule| (rule.judge)(&alone).findings);
    let is_of_use = |finding: &Finding| is_about(climb, finding) && !finding.fix.is_empty();
    let finding = told.into_iter().find(is_of_use);
    let of_end = || {
        let at = match obstacle {
            Obstacle::Orphan(at) => *at,
            Obstacle::Down
            | Obstacle::Unhealthy
            | Obstacle::Hung { .. }
            | Obstacle::NobodyListens(_) => edge.container()?,
            _ => return None,
        };
        of_container(climb, case.name(at))
    };
    let mut fix = finding.map(|finding| finding.fix).or_else(of_end)?;
    if *obstacle == Obstacle::Down && alone.once_it_runs(edge).is_some() {
        let hosts = [climb.aim.host.as_str()];
        let together = case.bring_together(edge.container()?, &[climb.from], &hosts).steps;
        fix.extend(together.into_iter().filter(|step| !fix.contains(step)).collect::<Vec<Step>>());
    }
    Some(fix)
}

/// Whether a finding is about the way that is asked about.
fn is_about(climb: &Climb, finding: &Finding) -> bool {
    let (case, edge) = (climb.case, &climb.edge);
    finding.evidence.iter().any(|evidence| match evidence {
        Evidence::Dial(dial) => {
            dial.container == climb.name() && *dial.host == *edge.host && dial.port == edge.port
        }
        Evidence::CutOff { clients, .. } => {
            let to = edge.container().map(|to| case.name(to));
            clients.iter().any(|client| client == climb.name())
                && finding.subjects.iter().any(|subject| Some(&**subject) == to)
        }
        Evidence::Labelled { container, .. } => {
            let ends = [Some(climb.name()), edge.container().map(|to| case.name(to))];
            ends.contains(&Some(&**container))
                && ends.iter().all(|end| finding.subjects.iter().any(|it| Some(&**it) == *end))
        }
        _ => false,
    })
}

/// What the doctor says first of the way, among all that it says.
fn told_of_way(climb: &Climb) -> Option<Vec<Step>> {
    let findings = diagnose(climb.case.map, climb.case.comparison, |_| true).findings;
    findings.into_iter().find(|finding| is_about(climb, finding)).map(|finding| finding.fix)
}

/// What the doctor says first of a container.
fn of_container(climb: &Climb, name: &str) -> Option<Vec<Step>> {
    let findings = diagnose(climb.case.map, climb.case.comparison, |_| true).findings;
    let is_about = |finding: &Finding| {
        finding.severity > Severity::Info && finding.subjects.iter().any(|subject| subject == name)
    };
    findings.into_iter().find(is_about).map(|finding| finding.fix)
}
