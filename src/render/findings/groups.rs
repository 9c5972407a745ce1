//! Findings that one fix fixes, shown together.

use std::collections::HashMap;

use super::set_aside;
use crate::model::words::count;
use crate::model::{Diagnosis, Finding, Severity, Step};

/// Findings with the same fix, in the diagnosis' order.
pub struct Group<'a> {
    /// The findings, at least one.
    pub findings: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// What fixes all of them.
    pub fn fix(&self) -> &'a [Step] {
        self.findings.first().map_or(&[], |finding| &finding.fix)
    }

    /// The words above the fix.
    pub fn title(&self) -> &'static str {
        match self.findings.len() {
            1 => "To fix it:",
            2 => "To fix both:",
            _ => "To fix all of these:",
        }
    }
}

/// The findings of at least this severity, in groups; each group stands where
/// its first finding stands.
pub fn groups(diagnosis: &Diagnosis, keep: impl Fn(Severity) -> bool) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut by_fix: HashMap<&[Step], usize> = HashMap::new();
    for finding in diagnosis.findings.iter().filter(|finding| keep(finding.severity)) {
        let next = groups.len();
        let group = match finding.fix.as_slice() {
            [] => next,
            fix => *by_fix.entry(fix).or_insert(next),
        };
        match groups.get_mut(group) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group { findings: vec![finding] }),
        }
    }
    groups
}

/// The diagnosis in one sentence. It counts no rules: with each new one every
/// transcript would change.
pub fn verdict(diagnosis: &Diagnosis) -> String {
    let looked = format!(
        "{} and {}",
        count(diagnosis.containers, "container"),
        count(diagnosis.networks, "network")
    );
    const UNSEEN: &str = "not every rule could see all it needs";
    let aside = set_aside::count(diagnosis);
    let no = if aside.is_some() { "No other problems" } else { "No problems" };
    let verdict = match (problems(diagnosis), is_blind(diagnosis)) {
        (0, false) if diagnosis.containers == 0 => {
            format!("{no} found: there are no containers here.")
        }
        (0, false) => format!("{no} found in {looked}."),
        (0, true) => {
            format!("{no} found in {looked}, as far as could be seen: {UNSEEN}.")
        }
        (_, false) => format!("Looked at {looked}."),
        (_, true) => format!("Looked at {looked}; {UNSEEN}."),
    };
    verdict + &aside.map(|aside| format!(" {aside}")).unwrap_or_default()
}

/// Whether a rule that was asked could not see all it needs.
pub fn is_blind(diagnosis: &Diagnosis) -> bool {
    diagnosis.not_looked.iter().any(|note| diagnosis.rules.contains(&note.rule))
}

/// How many findings are more than good to know.
pub fn problems(diagnosis: &Diagnosis) -> usize {
    diagnosis.findings.iter().filter(|finding| finding.severity > Severity::Info).count()
}
