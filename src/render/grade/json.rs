//! The contract `netmap-grade/1`.

use serde::Serialize;

use super::view::{GradeView, statuses};
use crate::check::CheckStatus;
use crate::grade::{GradeResult, Graded};
use crate::model::{Moment, to_json};
#[cfg(test)]
use crate::render::schemas;
use crate::render::style::Style;

/// What came of a class.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'a> {
    /// Always `netmap-grade/1`.
    schema: &'static str,
    /// The check file, as it was named.
    file: &'a str,
    /// A row for each snapshot.
    rows: Vec<Row<'a>>,
    summary: Summary,
}

/// A snapshot.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    /// The file, as it was named or found.
    file: &'a str,
    /// What whoever took it wanted said.
    note: Option<&'a str>,
    /// When it was taken.
    time: Option<Moment>,
    /// The version of the netmap that took it.
    netmap: Option<&'a str>,
    /// What came of each assertion; empty for what cannot be read.
    results: Vec<Result<'a>>,
    /// What is behind the first that does not hold.
    first_cause: Option<&'a str>,
    /// Why it cannot be read.
    unreadable: Option<&'a str>,
}

/// An assertion.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Result<'a> {
    assertion: &'a str,
    #[cfg_attr(test, schemars(extend("enum" = ["pass", "fail", "unknown"])))]
    status: &'static str,
}

/// How many snapshots stand how.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    /// All assertions hold.
    pass: usize,
    /// One fails.
    fail: usize,
    /// None fails, and one is unknown.
    unknown: usize,
    /// It cannot be read.
    unreadable: usize,
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Document<'_>>(name)
}

/// Writes the document.
pub fn render(view: &GradeView, _style: &Style) -> String {
    let standing = |status| view.standing(Some(status));
    to_json(&Document {
        schema: "netmap-grade/1",
        file: view.file,
        rows: view.rows.iter().map(|graded| row(view, graded)).collect(),
        summary: Summary {
            pass: standing(CheckStatus::Pass),
            fail: standing(CheckStatus::Fail),
            unknown: standing(CheckStatus::Unknown),
            unreadable: view.standing(None),
        },
    })
}

fn row<'a>(view: &'a GradeView, graded: &'a Graded) -> Row<'a> {
    let results = view.assertions.iter().zip(statuses(graded));
    let (first_cause, unreadable) = match &graded.result {
        GradeResult::Held { first_cause, .. } => (first_cause.as_deref(), None),
        GradeResult::Unreadable(why) => (None, Some(why.as_str())),
    };
    Row {
        file: &graded.file,
        note: graded.taken.note.as_deref(),
        time: graded.taken.at,
        netmap: graded.taken.netmap.as_deref(),
        results: results.map(|(assertion, s)| Result { assertion, status: s.as_str() }).collect(),
        first_cause,
        unreadable,
    }
}
