//! What the doctor found: judged where a file asks about it, and brought to
//! bear on whatever else does not hold.

use super::FindingsClaim;
use super::verdict::{Assessment, Basis, CheckStatus};
use super::who::Who;
use crate::model::{Diagnosis, Finding, Severity};

/// Judges a claim about findings. Without a diagnosis nothing can be said.
pub(super) fn judge(
    claim: &FindingsClaim,
    diagnosis: Option<&Diagnosis>,
    who: &Who,
    subjects: &mut Vec<String>,
) -> Assessment {
    let Some(diagnosis) = diagnosis else {
        return Assessment::new(CheckStatus::Unknown, Basis::Engine, "the doctor was not asked");
    };
    if let Some(missing) = who.nobody() {
        return Assessment::fact(false, missing);
    }
    let meant = |finding: &&Finding| match claim {
        FindingsClaim::NoErrors => finding.severity == Severity::Error,
        FindingsClaim::NoWarnings => finding.severity >= Severity::Warning,
        FindingsClaim::Nothing => true,
        FindingsClaim::NoneOf(rules) => rules.iter().any(|rule| rule == finding.rule),
    };
    let of_ours = diagnosis.findings.iter().filter(|finding| who.lets_in(finding));
    let found: Vec<&Finding> = of_ours.filter(meant).collect();
    if !found.is_empty() {
        subjects.extend(found.iter().flat_map(|finding| finding.subjects.iter().cloned()));
        let told: Vec<String> =
            found.iter().map(|finding| format!("{}: {}", finding.rule, finding.summary)).collect();
        return Assessment::fact(false, told.join("\n"));
    }
    let blind: Vec<String> = match claim {
        FindingsClaim::NoneOf(rules) => rules
            .iter()
            .filter_map(|rule| {
                let not_looked = diagnosis.not_looked.iter().find(|not| not.rule == rule)?;
                Some(format!("{rule} could not look: {}", not_looked.in_short()))
            })
            .collect(),
        _ => Vec::new(),
    };
    if !blind.is_empty() {
        return Assessment::new(CheckStatus::Unknown, Basis::Engine, blind.join("\n"));
    }
    let mut rules: Vec<&str> = diagnosis.not_looked.iter().map(|not| not.rule).collect();
    rules.dedup();
    let observed = match rules.len() {
        0 => "nothing found".to_owned(),
        _ => format!("nothing found; could not look: {}", rules.join(", ")),
    };
    Assessment::fact(true, observed)
}

/// The finding that most likely explains why something about these containers
/// and networks is not as it should be: one about all of them if there is
/// one, else an error about the first.
pub(super) fn behind<'d>(diagnosis: &'d Diagnosis, subjects: &[String]) -> Option<&'d Finding> {
    let about = |finding: &Finding, subject: &String| finding.subjects.contains(subject);
    let worth_telling = || diagnosis.findings.iter().filter(|f| f.severity >= Severity::Warning);
    let first = subjects.first()?;
    worth_telling().find(|finding| subjects.iter().all(|subject| about(finding, subject))).or_else(
        || {
            let last = subjects.last().unwrap_or(first);
            let errors = || worth_telling().filter(|f| f.severity == Severity::Error);
            errors().find(|f| about(f, first)).or_else(|| errors().find(|f| about(f, last)))
        },
    )
}
