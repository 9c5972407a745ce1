//! Findings that one fix fixes, shown together.

use std::collections::HashMap;

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

/// The diagnosis in one sentence.
pub fn verdict(diagnosis: &Diagnosis) -> String {
    let looked = format!(
        "{} and {}",
        count(diagnosis.containers, "container"),
        count(diagnosis.networks, "network")
    );
    let blind = blind_rules(diagnosis);
    let rules = count(diagnosis.rules.len(), "rule");
    let unseen = match blind {
        0 => String::new(),
        blind => format!("; {blind} of them could not see all they need"),
    };
    if problems(diagnosis) == 0 {
        let as_far = if blind > 0 { ", as far as could be seen" } else { "" };
        format!("No problems found in {looked}{as_far}: asked {rules}{unseen}.")
    } else {
        format!("Looked at {looked}, asked {rules}{unseen}.")
    }
}

/// How many of the rules that were asked could not see all they need.
pub fn blind_rules(diagnosis: &Diagnosis) -> usize {
    let asked = diagnosis.not_looked.iter().filter(|note| diagnosis.rules.contains(&note.rule));
    let mut blind: Vec<&str> = asked.map(|note| note.rule).collect();
    blind.dedup();
    blind.len()
}

/// How many findings are more than good to know.
pub fn problems(diagnosis: &Diagnosis) -> usize {
    diagnosis.findings.iter().filter(|finding| finding.severity > Severity::Info).count()
}
