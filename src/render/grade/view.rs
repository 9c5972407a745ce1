//! What the formats of `netmap grade` show.

use std::collections::BTreeSet;

use crate::check::CheckStatus;
use crate::grade::{GradeResult, Graded};
use crate::model::words::count;
use crate::order::Ordered;

/// A class and what came of it, for showing.
#[derive(Debug)]
pub struct GradeView<'a> {
    /// The check file, as it was named.
    pub file: &'a str,
    /// Its assertions, in its order.
    pub assertions: Vec<&'a str>,
    /// The snapshots.
    pub rows: &'a [Graded],
}

impl GradeView<'_> {
    /// What each snapshot is called: the file's own name where no two are the
    /// same, else with its folders.
    pub fn names(&self) -> Vec<&str> {
        let own = |row: &Graded| row.file.rsplit('/').next().unwrap_or_default().len();
        let short: Vec<&str> =
            self.rows.iter().map(|row| &row.file[row.file.len() - own(row)..]).collect();
        let different: BTreeSet<&str> = short.iter().copied().into_set();
        if different.len() == short.len() {
            short
        } else {
            self.rows.iter().map(|row| row.file.as_str()).collect()
        }
    }

    /// How many snapshots stand so; `None` counts those that could not be read.
    pub fn standing(&self, standing: Option<CheckStatus>) -> usize {
        self.rows.iter().filter(|row| row.standing() == standing).count()
    }

    /// How many snapshots came to this at an assertion.
    pub fn came_to(&self, assertion: usize, status: CheckStatus) -> usize {
        let at = |row: &Graded| match &row.result {
            GradeResult::Held { statuses, .. } => statuses.get(assertion).copied(),
            GradeResult::Unreadable(_) => None,
        };
        self.rows.iter().filter(|row| at(row) == Some(status)).count()
    }

    /// `failed 12, unknown 1`, of an assertion; empty where it holds for all.
    pub fn trouble(&self, assertion: usize) -> String {
        let kinds = [(CheckStatus::Fail, "failed"), (CheckStatus::Unknown, "unknown")];
        let parts = kinds.into_iter().filter_map(|(status, word)| {
            let number = self.came_to(assertion, status);
            (number > 0).then(|| format!("{word} {number}"))
        });
        parts.collect::<Vec<_>>().join(", ")
    }

    /// `300 snapshots: 240 pass, 52 fail, 3 are unknown, 5 cannot be read`.
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        let mut part = |standing, one: &str, more: &str| {
            let number = self.standing(standing);
            if number > 0 {
                parts.push(format!("{number} {}", if number == 1 { one } else { more }));
            }
        };
        part(Some(CheckStatus::Pass), "passes", "pass");
        part(Some(CheckStatus::Fail), "fails", "fail");
        part(Some(CheckStatus::Unknown), "is unknown", "are unknown");
        part(None, "cannot be read", "cannot be read");
        format!("{}: {}", count(self.rows.len(), "snapshot"), parts.join(", "))
    }
}

/// `4 of 6`; empty where nothing could be read.
pub fn passed(row: &Graded) -> String {
    match &row.result {
        GradeResult::Held { statuses, .. } => {
            format!("{} of {}", row.count(CheckStatus::Pass), statuses.len())
        }
        GradeResult::Unreadable(_) => String::new(),
    }
}

/// What is behind it: the first cause, or why it cannot be read. Empty where
/// all is well.
pub fn cause(row: &Graded) -> String {
    match &row.result {
        GradeResult::Held { first_cause, .. } => first_cause.clone().unwrap_or_default(),
        GradeResult::Unreadable(why) => format!("cannot be read: {why}"),
    }
}

/// What came of each assertion; nothing for what could not be read.
pub fn statuses(row: &Graded) -> &[CheckStatus] {
    match &row.result {
        GradeResult::Held { statuses, .. } => statuses,
        GradeResult::Unreadable(_) => &[],
    }
}

/// The sign of a status.
pub fn sign(status: CheckStatus) -> &'static str {
    match status {
        CheckStatus::Pass => "✓",
        CheckStatus::Fail => "✗",
        CheckStatus::Unknown => "?",
    }
}
