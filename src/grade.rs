//! A class of snapshots against one check file: what comes of each assertion
//! for each student, and the first cause of what does not hold. Pure.

use std::collections::BTreeSet;

use crate::check::{CheckFile, CheckStatus, CheckVerdict, Evidence, evaluate};
use crate::diagnose::diagnose;
use crate::graph::{Comparison, Map};
use crate::model::{ContainerAt, Taken};

/// One snapshot of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graded {
    /// The file, as it was named or found.
    pub file: String,
    /// How the snapshot came to be, as far as it says so.
    pub taken: Taken,
    /// What came of it.
    pub result: GradeResult,
}

/// What came of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GradeResult {
    /// It was held against the check file.
    Held {
        /// What came of each assertion, in the file's order.
        statuses: Vec<CheckStatus>,
        /// What is behind the first that does not hold.
        first_cause: Option<String>,
    },
    /// It could not be read, or not be judged; the text says why.
    Unreadable(String),
}

impl Graded {
    /// How many assertions came to this; nothing where it could not be read.
    pub fn count(&self, status: CheckStatus) -> usize {
        match &self.result {
            GradeResult::Held { statuses, .. } => {
                statuses.iter().filter(|one| **one == status).count()
            }
            GradeResult::Unreadable(_) => 0,
        }
    }

    /// How it stands, at worst: `None` where it could not be read.
    pub fn standing(&self) -> Option<CheckStatus> {
        let GradeResult::Held { statuses, first_cause } = &self.result else { return None };
        let has = |status| statuses.contains(&status);
        Some(match () {
            () if has(CheckStatus::Fail) => CheckStatus::Fail,
            () if has(CheckStatus::Unknown) => CheckStatus::Unknown,
            // A plan that cannot be carried out, whatever it plans.
            () if first_cause.is_some() => CheckStatus::Fail,
            () => CheckStatus::Pass,
        })
    }
}

/// Holds a snapshot against a check file. `chosen` are the containers that its
/// quantifiers speak of.
pub fn grade(file: &CheckFile, map: &Map, chosen: &BTreeSet<ContainerAt>) -> GradeResult {
    let snapshot = map.snapshot();
    let probe = snapshot.probe.as_ref();
    let judged = |diagnosis| evaluate(file, &Evidence { map, probe, diagnosis, chosen });
    let passes = |verdict: &CheckVerdict| verdict.status == CheckStatus::Pass;
    // The doctor is asked only where it has something to explain.
    let mut verdicts = if file.asks_the_doctor() { Vec::new() } else { judged(None) };
    if verdicts.is_empty() || !verdicts.iter().all(passes) {
        let comparison = probe.map(|probe| Comparison::new(map, probe));
        verdicts = judged(Some(&diagnose(map, comparison.as_ref(), |_| true)));
    }
    let first_cause = first_cause(&verdicts);
    // What goes without saying stands before the file's own assertions.
    let unsaid = verdicts.len().saturating_sub(file.assertions.len());
    let statuses = verdicts.iter().skip(unsaid).map(|verdict| verdict.status).collect();
    GradeResult::Held { statuses, first_cause }
}

/// What the doctor says of the first that fails and of which it knows the
/// cause, else what is seen of the first that fails; the same of those that
/// are unknown where none fails.
fn first_cause(verdicts: &[CheckVerdict]) -> Option<String> {
    let are = |status| verdicts.iter().filter(move |verdict| verdict.status == status);
    let worst = if are(CheckStatus::Fail).next().is_some() {
        CheckStatus::Fail
    } else {
        CheckStatus::Unknown
    };
    let of_doctor = are(worst).find_map(|verdict| verdict.cause.as_ref());
    let of_doctor = of_doctor.map(|finding| format!("{} ({})", finding.summary, finding.rule));
    of_doctor.or_else(|| {
        let first = are(worst).next()?;
        let observed = first.observed.lines().collect::<Vec<_>>().join("; ");
        Some(format!("{}: {observed}", first.assertion))
    })
}

#[cfg(test)]
#[path = "grade_tests.rs"]
mod tests;
