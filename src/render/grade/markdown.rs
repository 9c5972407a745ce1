//! The table as Markdown, for a report.

use super::view::{GradeView, cause, passed, sign, statuses};
use crate::render::escape::markdown as safe;
use crate::render::style::Style;

/// Writes the list of assertions, the table, and the summary.
pub fn render(view: &GradeView, _style: &Style) -> String {
    let mut text = String::new();
    for (at, assertion) in view.assertions.iter().enumerate() {
        let trouble = view.trouble(at);
        let trouble = if trouble.is_empty() { trouble } else { format!(" ({trouble})") };
        text.push_str(&format!("{}. {}{trouble}\n", at + 1, safe(assertion)));
    }
    let numbers: String = (1..=view.assertions.len()).map(|n| format!(" {n} |")).collect();
    let rules = "---|".repeat(view.assertions.len());
    text.push_str(&format!("\n| snapshot | note |{numbers} passed | first cause |\n"));
    text.push_str(&format!("|---|---|{rules}---|---|\n"));
    for (row, name) in view.rows.iter().zip(view.names()) {
        let signs = statuses(row).iter().map(|status| sign(*status));
        let signs = signs.chain(std::iter::repeat(" ")).take(view.assertions.len());
        let signs: String = signs.map(|sign| format!(" {sign} |")).collect();
        text.push_str(&format!(
            "| {} | {} |{signs} {} | {} |\n",
            safe(name),
            safe(row.taken.note.as_deref().unwrap_or_default()),
            passed(row),
            safe(&cause(row))
        ));
    }
    text.push_str(&format!("\n{}.\n", view.summary()));
    text
}
