//! The verdicts as a table, for a report or a pull request.

use super::view::{CheckView, cause, fix, observed};
use crate::check::{Basis, CheckStatus};
use crate::render::escape::markdown as safe;
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
        for more in cause(verdict).into_iter().chain(fix(verdict)) {
            observed.push_str(&format!("<br>{}", safe(&more)));
        }
        text.push_str(&format!(
            "| {sign} | {} | {observed} | {} |\n",
            safe(&verdict.assertion),
            safe(&view.place(verdict))
        ));
    }
    text.push_str(&format!("\n{}.\n", view.summary()));
    text
}
