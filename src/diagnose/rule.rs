//! What a rule is: how it judges, and everything there is to tell about it.

use super::case::Case;
use crate::model::{Finding, Severity};

/// Something that a rule must have seen to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// The sockets of each running container.
    Sockets,
    /// The log of each container.
    Logs,
    /// The routes of each running container.
    Routes,
    /// The hosts file of each running container.
    Hosts,
    /// The size of the largest packet of each running container's interfaces.
    Mtus,
    /// The engine's facts about itself.
    Facts,
    /// The routes and sockets of the engine's machine.
    Machine,
    /// A probe: measured reachability.
    Probe,
}

impl Sight {
    /// What it is, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sockets => "the sockets",
            Self::Logs => "the log",
            Self::Routes => "the routes",
            Self::Hosts => "the hosts file",
            Self::Mtus => "the packet sizes",
            Self::Facts => "the engine's facts about itself",
            Self::Machine => "the engine's machine",
            Self::Probe => "measured reachability",
        }
    }
}

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
    /// How to mend it.
    pub mend: &'static str,
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
