//! A line for each difference: `+` for what is new, `-` for what is gone, `~`
//! for what is otherwise.

use super::view::{DiffView, side};
use crate::diff::{Change, Happened};
use crate::render::columns;
use crate::render::style::{GLUE, Role, Style, flow, glued, width};

/// Columns that the last cell needs to be readable.
const LEAST_TEXT: usize = 24;

/// Draws the table and what there is to say about it.
pub fn render(view: &DiffView, style: &Style) -> String {
    let title = format!("{} → {}", view.before.name, view.after.name);
    let mut text = style.wrapped(Role::Strong, &title, 2) + "\n";
    let changes = view.by_name();
    if !changes.is_empty() {
        text.push('\n');
        let rows: Vec<Vec<String>> = changes.iter().map(|change| row(change, style)).collect();
        let widest = |at: usize| rows.iter().map(|row| width(&row[at])).max().unwrap_or(0);
        if widest(0) + widest(1) + 4 + LEAST_TEXT <= style.width {
            text.push_str(&columns::table(&rows, style.width));
        } else {
            for (change, row) in changes.iter().zip(&rows) {
                let name = change.name.split(' ').map(|word| style.paint(Role::Strong, word));
                let parts: Vec<String> = [format!("{} ", row[0])].into_iter().chain(name).collect();
                text.push_str(&(flow(&parts, " ", 4, style.width) + "\n"));
                let described = narrower(style).wrapped(Role::Plain, &described(change), 2);
                text.extend(described.lines().map(|line| format!("    {line}\n")));
            }
        }
    }
    text.push('\n');
    for line in view.summary() {
        text.push_str(&(style.wrapped(Role::Plain, &line, 2) + "\n"));
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
    let kind = format!("{sign}{GLUE}{}", change.kind.as_str());
    let name = glued(&change.name);
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
