//! A line for each difference: `+` for what is new, `-` for what is gone, `~`
//! for what is otherwise.

use super::view::{DiffView, side};
use crate::diff::{Change, Happened};
use crate::render::columns;
use crate::render::style::{Role, Style, flow, width};

/// Columns that the last cell needs to be readable.
const LEAST_TEXT: usize = 24;

/// Draws the table and what there is to say about it.
pub fn render(view: &DiffView, style: &Style) -> String {
    let title = format!("{} → {}", view.before.name, view.after.name);
    let mut text = wrapped(&title, Role::Strong, 2, style);
    let changes = view.changes();
    if !changes.is_empty() {
        text.push('\n');
        let rows: Vec<Vec<String>> = changes.iter().map(|change| row(change, style)).collect();
        let widest = |at: usize| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0);
        if widest(0) + widest(1) + 4 + LEAST_TEXT <= style.width {
            text.push_str(&columns::table(&rows, style.width));
        } else {
            for (change, row) in changes.iter().zip(&rows) {
                text.push_str(&format!("{}  {}\n", row[0], row[1]));
                let described = wrapped(&described(change), Role::Plain, 2, &narrower(style));
                text.extend(described.lines().map(|line| format!("    {line}\n")));
            }
        }
    }
    text.push('\n');
    for line in view.summary() {
        text.push_str(&wrapped(&line, Role::Plain, 2, style));
    }
    text
}

/// Sign and kind, where, and how it was and is.
fn row(change: &Change, style: &Style) -> Vec<String> {
    let (sign, role) = match change.happened {
        Happened::Added => ("+", Role::Good),
        Happened::Removed => ("-", Role::Bad),
        Happened::Changed => ("~", Role::Warn),
    };
    let role = if change.noise { Role::Quiet } else { role };
    // Blanks that a line is not to be broken at.
    let kind = format!("{sign}\u{a0}{}", change.kind.as_str());
    let name = change.name.replace(' ', "\u{a0}");
    vec![
        style.paint(role, &kind),
        style.paint(Role::Strong, &name),
        style.paint(Role::Plain, &described(change)),
    ]
}

/// `internal: no → yes`, or what there is now, or was.
fn described(change: &Change) -> String {
    let field = match change.field {
        "" => String::new(),
        field => format!("{field}: "),
    };
    let sides = match change.happened {
        Happened::Added => side(&change.after).to_owned(),
        Happened::Removed => side(&change.before).to_owned(),
        Happened::Changed => format!("{} → {}", side(&change.before), side(&change.after)),
    };
    field + &sides
}

fn narrower(style: &Style) -> Style {
    Style { width: style.width.saturating_sub(4), ..*style }
}

fn wrapped(line: &str, role: Role, indent: usize, style: &Style) -> String {
    let words: Vec<String> = line.split_whitespace().map(|word| style.paint(role, word)).collect();
    flow(&words, " ", indent, style.width) + "\n"
}
