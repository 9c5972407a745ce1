//! What came of a check file: one file for each format, all listed in
//! [`CHECK_FORMATS`].

mod human;
mod json;
mod junit;
mod markdown;
mod tap;

use super::style::Style;
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

/// What is seen, on one line.
fn observed(verdict: &Verdict) -> String {
    verdict.observed.lines().collect::<Vec<_>>().join("; ")
}

/// A way to show what came of a check.
pub struct CheckFormat {
    /// The word for `--format`.
    pub name: &'static str,
    /// File name extensions that ask for it, without dot.
    pub extensions: &'static [&'static str],
    /// What it is good for, for the help text.
    pub about: &'static str,
    /// Makes it.
    pub draw: fn(&CheckView, &Style) -> String,
}

/// Every format of `netmap check`, in the order of the help text. A new one is
/// a file in this folder and a line here.
pub const CHECK_FORMATS: &[CheckFormat] = &[
    CheckFormat {
        name: "human",
        extensions: &["txt"],
        about: "a line for each assertion, and why it fails",
        draw: human::render,
    },
    CheckFormat {
        name: "tap",
        extensions: &["tap"],
        about: "Test Anything Protocol, version 14",
        draw: tap::render,
    },
    CheckFormat {
        name: "junit",
        extensions: &["xml"],
        about: "JUnit XML, for CI",
        draw: junit::render,
    },
    CheckFormat {
        name: "json",
        extensions: &["json"],
        about: "everything, for scripts",
        draw: json::render,
    },
    CheckFormat {
        name: "markdown",
        extensions: &["md"],
        about: "a table, for a report",
        draw: markdown::render,
    },
];

#[cfg(test)]
mod tests;
