//! What came of a check file: one file for each format, all listed below.

mod human;
mod json;
mod junit;
mod markdown;
mod tap;

use super::fix;
use super::format::{Draw, Format, Shown};
use crate::check::{Basis, Status, Verdict};

/// The verdicts on a check file, for showing.
#[derive(Debug)]
pub struct CheckView<'a> {
    /// The check file, as it was named.
    pub file: &'a str,
    /// The verdicts, in the file's order.
    pub verdicts: &'a [Verdict],
}

impl CheckView<'_> {
    /// How many verdicts have this status.
    pub fn count(&self, status: Status) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.status == status).count()
    }

    /// `lesson.yaml:7:12`.
    fn place(&self, verdict: &Verdict) -> String {
        format!("{}:{}", self.file, verdict.place)
    }

    /// `5 passed, 2 of them by the map, 1 failed, 1 unknown`.
    fn summary(&self) -> String {
        let by_the_map = self
            .verdicts
            .iter()
            .filter(|verdict| verdict.status == Status::Pass && verdict.basis == Basis::Map)
            .count();
        let mut text = format!("{} passed", self.count(Status::Pass));
        if by_the_map > 0 {
            text.push_str(&format!(", {by_the_map} of them by the map"));
        }
        for (status, word) in [(Status::Fail, "failed"), (Status::Unknown, "unknown")] {
            if self.count(status) > 0 {
                text.push_str(&format!(", {} {word}", self.count(status)));
            }
        }
        text
    }
}

/// What the doctor found behind it: `frontend looks for Database on ... (wrong-name)`.
fn cause(verdict: &Verdict) -> Option<String> {
    verdict.cause.as_ref().map(|finding| format!("{} ({})", finding.summary, finding.rule))
}

/// The fix of what is behind it, a line each.
fn fix(verdict: &Verdict) -> Vec<String> {
    verdict.cause.as_ref().map(|finding| fix::lines(&finding.fix)).unwrap_or_default()
}

/// What is seen, on one line.
fn observed(verdict: &Verdict) -> String {
    verdict.observed.lines().collect::<Vec<_>>().join("; ")
}

/// A new format is a file in this folder and a few lines here.
impl Shown for CheckView<'static> {
    type View<'a> = CheckView<'a>;
    const WHAT: &'static str = "a check";
    const FORMATS: &'static [Format<Self>] = &[
        Format {
            name: "human",
            extensions: &["txt"],
            about: "a line for each assertion, and why it fails",
            draw: Draw::<Self>::Text(human::render),
        },
        Format {
            name: "tap",
            extensions: &["tap"],
            about: "Test Anything Protocol, version 14",
            draw: Draw::<Self>::Text(tap::render),
        },
        Format {
            name: "junit",
            extensions: &["xml"],
            about: "JUnit XML, for CI",
            draw: Draw::<Self>::Text(junit::render),
        },
        Format {
            name: "json",
            extensions: &["json"],
            about: "everything, for scripts",
            draw: Draw::<Self>::Text(json::render),
        },
        Format {
            name: "markdown",
            extensions: &["md"],
            about: "a table, for a report",
            draw: Draw::<Self>::Text(markdown::render),
        },
    ];
}

#[cfg(test)]
mod tests;
