//! What the formats of `netmap check` show.

use crate::check::{Basis, CheckStatus, CheckVerdict};
use crate::render::fix;

/// The verdicts on a check file, for showing.
#[derive(Debug)]
pub struct CheckView<'a> {
    /// The check file, as it was named.
    pub file: &'a str,
    /// The verdicts, in the file's order.
    pub verdicts: &'a [CheckVerdict],
}

impl CheckView<'_> {
    /// How many verdicts have this status.
    pub fn count(&self, status: CheckStatus) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.status == status).count()
    }

    /// `lesson.yaml:7:12`.
    pub fn place(&self, verdict: &CheckVerdict) -> String {
        format!("{}:{}", self.file, verdict.place)
    }

    /// `5 passed, 2 of them predicted, 1 failed, 1 unknown`.
    pub fn summary(&self) -> String {
        let by_the_map = self
            .verdicts
            .iter()
            .filter(|verdict| verdict.status == CheckStatus::Pass && verdict.basis == Basis::Map)
            .count();
        let mut text = format!("{} passed", self.count(CheckStatus::Pass));
        if by_the_map > 0 {
            text.push_str(&format!(", {by_the_map} of them predicted"));
        }
        for (status, word) in [(CheckStatus::Fail, "failed"), (CheckStatus::Unknown, "unknown")] {
            if self.count(status) > 0 {
                text.push_str(&format!(", {} {word}", self.count(status)));
            }
        }
        text
    }
}

/// What the doctor found behind it: `frontend looks for Database on … (wrong-name)`.
pub fn cause(verdict: &CheckVerdict) -> Option<String> {
    verdict.cause.as_ref().map(|finding| format!("{} ({})", finding.summary, finding.rule))
}

/// The fix of what is behind it, a line each.
pub fn fix(verdict: &CheckVerdict) -> Vec<String> {
    verdict.cause.as_ref().map(|finding| fix::lines(&finding.fix)).unwrap_or_default()
}

/// What is seen, on one line.
pub fn observed(verdict: &CheckVerdict) -> String {
    verdict.observed.lines().collect::<Vec<_>>().join("; ")
}
