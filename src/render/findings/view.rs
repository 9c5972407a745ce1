//! What the formats of `netmap doctor` show.

use super::groups;
use crate::graph::{Comparison, Map, Selection};
use crate::model::{Diagnosis, Severity};

/// A diagnosis with how to show it.
#[derive(Debug)]
pub struct FindingsView<'a> {
    /// The diagnosis.
    pub diagnosis: &'a Diagnosis,
    /// Whether to show everything: each rule that was asked, every sign, and
    /// what could not be looked at.
    pub verbose: bool,
    /// The map that it is about.
    pub map: &'a Map<'a>,
    /// What a probe measured, beside what the map predicts, if there was one.
    pub comparison: Option<&'a Comparison<'a>>,
    /// What of the map was asked about, if not all of it.
    pub only: Option<&'a Selection>,
    /// The same in words, such as a project's name.
    pub scope: Option<String>,
    /// From which severity on a finding fails the run; `None` for never.
    pub fail_on: Option<Severity>,
    /// The command that shows it, to which `--verbose` may be added.
    pub command: String,
    /// Whether findings were told from those of a baseline.
    pub has_baseline: bool,
}

impl<'a> FindingsView<'a> {
    /// All of a diagnosis, as it is shown unless somebody asks for more.
    pub fn new(diagnosis: &'a Diagnosis, map: &'a Map<'a>) -> Self {
        Self {
            diagnosis,
            verbose: false,
            map,
            comparison: None,
            only: None,
            scope: None,
            fail_on: Some(Severity::Warning),
            command: "netmap doctor".to_owned(),
            has_baseline: false,
        }
    }

    /// Whether a finding so bad is a failure in a report of tests. A run that
    /// nothing fails has them all the same: the report is not the exit code.
    pub fn is_failure(&self, severity: Severity) -> bool {
        severity >= self.fail_on.unwrap_or(Severity::Warning)
    }
}

impl FindingsView<'_> {
    /// How many problems there are: errors and warnings.
    pub fn problems(&self) -> usize {
        groups::problems(self.diagnosis)
    }
}
