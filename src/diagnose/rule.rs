//! What a rule is: how it judges, and everything there is to say about it.

use super::case::Case;
use super::sight::Sight;
use crate::model::{Finding, Severity};

/// A rule: one bad thing that netmap knows to find.
pub struct Rule {
    /// Its name, after the bad thing.
    pub name: &'static str,
    /// How bad it is as a rule; a finding can be worse or milder.
    pub severity: Severity,
    /// The bad thing in half a sentence, for lists.
    pub summary: &'static str,
    /// What it means, for somebody who meets it for the first time.
    pub meaning: &'static str,
    /// What netmap goes by.
    pub seen: &'static str,
    /// What it looks like to the user.
    pub example: &'static str,
    /// How to fix it.
    pub fix: &'static str,
    /// What it can be mistaken for, or what can be mistaken for it.
    pub mistaken_for: &'static str,
    /// What it must have seen.
    pub needs: &'static [Sight],
    /// Judges.
    pub judge: fn(&Case) -> Judgement,
}

/// What a rule says of a case.
#[derive(Debug, Default)]
pub struct Judgement {
    /// What it found.
    pub findings: Vec<Finding>,
    /// What it could not look at and why, beyond what it needs as a rule.
    pub not_looked: Vec<String>,
}

impl Judgement {
    /// These findings.
    pub fn of(findings: impl IntoIterator<Item = Finding>) -> Self {
        Self { findings: findings.into_iter().collect(), not_looked: Vec::new() }
    }
}

impl Rule {
    /// A finding of this rule, of the rule's own severity.
    pub fn finding(
        &self,
        subjects: impl IntoIterator<Item = impl Into<String>>,
        summary: impl Into<String>,
    ) -> Finding {
        Finding {
            rule: self.name,
            severity: self.severity,
            subjects: subjects.into_iter().map(Into::into).collect(),
            summary: summary.into(),
            evidence: Vec::new(),
            fix: Vec::new(),
        }
    }
}
