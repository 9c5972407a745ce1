//! Test Anything Protocol, version 14 (testanything.org). What is unknown is
//! `not ok`: neither `SKIP` nor `TODO` would keep a harness from calling it fine.

use super::view::{CheckView, cause, fix, observed};
use crate::check::CheckStatus;
use crate::render::escape;
use crate::render::style::Style;

/// Writes the plan, and a test point with its diagnostics for each assertion.
pub fn render(view: &CheckView, _style: &Style) -> String {
    let mut text = format!("TAP version 14\n1..{}", view.verdicts.len());
    // A plan of nothing is a skipped file, and wants the reason.
    text.push_str(if view.verdicts.is_empty() { " # SKIP no assertions\n" } else { "\n" });
    for (at, verdict) in view.verdicts.iter().enumerate() {
        let ok = if verdict.status == CheckStatus::Pass { "ok" } else { "not ok" };
        text.push_str(&format!("{ok} {} - {}\n", at + 1, description(&verdict.assertion)));
        let mut rows = vec![
            ("status", verdict.status.as_str().to_owned()),
            ("basis", verdict.basis.as_str().to_owned()),
            ("at", view.place(verdict)),
            ("expected", verdict.expected.clone()),
            ("observed", observed(verdict)),
        ];
        rows.extend(cause(verdict).map(|cause| ("reason", cause)));
        text.push_str("  ---\n");
        for (key, value) in rows {
            text.push_str(&format!("  {key}: {}\n", quoted(&value)));
        }
        let fix = fix(verdict);
        if !fix.is_empty() {
            text.push_str("  fix:\n");
        }
        for line in fix {
            text.push_str(&format!("    - {}\n", quoted(&line)));
        }
        text.push_str("  ...\n");
    }
    text
}

/// `#` begins a directive, and a backslash escapes it.
fn description(text: &str) -> String {
    escape::terminal(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML scalar in double quotes, on one line.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escape::terminal(text).replace('\\', "\\\\").replace('"', "\\\""))
}
