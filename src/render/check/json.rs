//! The contract `netmap-check/1`.

use crate::model::to_json;
#[cfg(test)]
use crate::render::schemas;
use serde::Serialize;

use super::view::{CheckView, cause, fix, observed};
use crate::check::CheckStatus;
use crate::render::style::Style;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Report<'a> {
    schema: &'static str,
    file: &'a str,
    results: Vec<Result<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Result<'a> {
    /// The assertion, as the file has it.
    assertion: &'a str,
    #[cfg_attr(test, schemars(extend("enum" = ["pass", "fail", "unknown"])))]
    status: &'static str,
    expected: &'a str,
    observed: String,
    /// `engine`, `measured` or `map`.
    #[cfg_attr(test, schemars(extend("enum" = ["engine", "measured", "map"])))]
    basis: &'static str,
    /// Where it stands in the file.
    line: u32,
    column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    fix: Vec<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    pass: usize,
    fail: usize,
    unknown: usize,
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Report<'_>>(name)
}

/// Writes everything.
pub fn render(view: &CheckView, _style: &Style) -> String {
    let results = view.verdicts.iter().map(|verdict| Result {
        assertion: &verdict.assertion,
        status: verdict.status.as_str(),
        expected: &verdict.expected,
        observed: observed(verdict),
        basis: verdict.basis.as_str(),
        line: verdict.place.line,
        column: verdict.place.column,
        reason: cause(verdict),
        fix: fix(verdict),
    });
    let report = Report {
        schema: "netmap-check/1",
        file: view.file,
        results: results.collect(),
        summary: Summary {
            pass: view.count(CheckStatus::Pass),
            fail: view.count(CheckStatus::Fail),
            unknown: view.count(CheckStatus::Unknown),
        },
    };
    to_json(&report)
}
