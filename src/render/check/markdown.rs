//! The verdicts as a table, for a report or a pull request.

use super::view::{CheckView, cause, fix, observed};
use crate::check::{Basis, CheckStatus};
use crate::model::Finding;
use crate::render::escape::{commands, markdown as safe};
use crate::render::style::Style;

/// Writes the table and the summary.
pub fn render(view: &CheckView, _style: &Style) -> String {
    let mut text = String::from("| | assertion | observed | place |\n|---|---|---|---|\n");
    for verdict in view.verdicts {
        let sign = match verdict.status {
            CheckStatus::Pass => "✓",
            CheckStatus::Fail => "✗",
            CheckStatus::Unknown => "?",
        };
        let mut observed = match (verdict.status, verdict.basis) {
            (CheckStatus::Pass, Basis::Map) => "predicted".to_owned(),
            (CheckStatus::Pass, _) => String::new(),
            _ => safe(&observed(verdict)),
        };
        if let Some(cause) = cause(verdict) {
            observed.push_str(&format!("<br>{}", safe(&cause)));
        }
        text.push_str(&format!(
            "| {sign} | {} | {observed} | {} |\n",
            safe(&verdict.assertion),
            safe(&view.place(verdict))
        ));
    }
    text.push_str(&format!("\n{}.\n", view.summary()));
    text.push_str(&fixes(view));
    text
}

/// The commands that fix it, below the table: in a cell they could not be
/// copied. One cause of several failures is fixed once.
fn fixes(view: &CheckView) -> String {
    let mut text = String::new();
    let mut fixed: Vec<&Finding> = Vec::new();
    for verdict in view.verdicts {
        let Some(finding) = verdict.cause.as_ref().filter(|cause| !fixed.contains(cause)) else {
            continue;
        };
        fixed.push(finding);
        let lines = fix(verdict);
        if !lines.is_empty() {
            let summary = safe(&finding.summary);
            text.push_str(&format!("\n{summary}. To fix it:\n\n{}", commands(&lines)));
        }
    }
    text
}
