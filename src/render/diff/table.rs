//! A line for each difference: `+` for what is new, `-` for what is gone, `~`
//! for what is otherwise.

use super::{DiffView, kind, side};
use crate::diff::Happened;
use crate::render::columns;
use crate::render::style::{Role, Style, flow};

/// Draws the table and what there is to say about it.
pub fn render(view: &DiffView, style: &Style) -> String {
    let title = format!("{} → {}", view.before, view.after);
    let mut text = wrapped(&title, Role::Strong, style);
    let changes = view.changes();
    if !changes.is_empty() {
        let headings = ["", "what", "where", "before", "after"];
        let mut rows: Vec<Vec<String>> =
            vec![headings.map(|heading| style.paint(Role::Quiet, heading)).to_vec()];
        rows.extend(changes.iter().map(|change| {
            let (sign, role) = match change.happened {
                Happened::Added => ("+", Role::Good),
                Happened::Removed => ("-", Role::Bad),
                Happened::Changed => ("~", Role::Warn),
            };
            let role = if change.noise { Role::Quiet } else { role };
            vec![
                style.paint(role, sign),
                style.paint(role, &kind(change)),
                style.paint(Role::Strong, &change.name),
                style.paint(Role::Plain, side(&change.before)),
                style.paint(Role::Plain, side(&change.after)),
            ]
        }));
        text.push('\n');
        text.push_str(&columns::table(&rows, style.width));
    }
    text.push('\n');
    for line in view.summary() {
        text.push_str(&wrapped(&line, Role::Plain, style));
    }
    text
}

fn wrapped(line: &str, role: Role, style: &Style) -> String {
    let words: Vec<String> = line.split_whitespace().map(|word| style.paint(role, word)).collect();
    flow(&words, " ", 2, style.width) + "\n"
}
