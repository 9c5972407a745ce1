//! The differences as a table, for a report or a pull request.

use super::view::{DiffView, kind, side};
use crate::diff::Happened;
use crate::render::escape::markdown as safe;
use crate::render::style::Style;

/// Writes the table and what there is to say about it.
pub fn render(view: &DiffView, _style: &Style) -> String {
    let mut text = format!("{} → {}\n", safe(view.before.name), safe(view.after.name));
    let changes = view.by_name();
    if !changes.is_empty() {
        text.push_str("\n| | what | where | before | after |\n|---|---|---|---|---|\n");
        for change in changes {
            let sign = match change.happened {
                Happened::Added => "+",
                Happened::Removed => "−",
                Happened::Changed => "∼",
            };
            text.push_str(&format!(
                "| {sign} | {} | {} | {} | {} |\n",
                kind(change),
                safe(&change.name),
                safe(side(&change.before)),
                safe(side(&change.after))
            ));
        }
    }
    for line in view.summary() {
        text.push_str(&format!("\n{}\n", safe(&line)));
    }
    text
}
