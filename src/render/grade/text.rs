//! A table for a terminal. Assertions go by numbers, and the list above the
//! table says which is which and how many it fails for.

use super::view::{GradeView, cause, passed, sign, statuses};
use crate::check::CheckStatus;
use crate::grade::Graded;
use crate::render::columns;
use crate::render::style::{GLUE, Role, Style, flow};

/// Assertions that stand together without a blank.
const GROUP: usize = 5;

/// Characters of a note or a cause that are shown.
const MOST: usize = 160;

/// Writes the list of assertions, the table, and the summary.
pub fn render(view: &GradeView, style: &Style) -> String {
    let mut text = legend(view, style);
    if !view.rows.is_empty() {
        text.push_str(&columns::table(&rows(view, style), style.width));
        text.push('\n');
    }
    let role = if view.standing(Some(CheckStatus::Pass)) == view.rows.len() {
        Role::Good
    } else {
        Role::Strong
    };
    text.push_str(&style.paint(role, &format!("{}.", view.summary())));
    text.push('\n');
    text
}

fn legend(view: &GradeView, style: &Style) -> String {
    let widest = view.assertions.len().to_string().len();
    let mut text = String::new();
    for (at, assertion) in view.assertions.iter().enumerate() {
        let number = format!("{:>widest$}", at + 1);
        let mut words: Vec<String> =
            assertion.split_whitespace().map(|word| style.paint(Role::Plain, word)).collect();
        let trouble = view.trouble(at);
        if !trouble.is_empty() {
            words.push(style.paint(Role::Warn, &format!("({trouble})")));
        }
        let words = flow(&words, " ", widest + 2, style.width.saturating_sub(widest + 2));
        text.push_str(&format!("{}  {words}\n", style.paint(Role::Quiet, &number)));
    }
    text.push('\n');
    text
}

fn rows(view: &GradeView, style: &Style) -> Vec<Vec<String>> {
    let has_notes = view.rows.iter().any(|row| row.taken.note.is_some());
    let mut headings = vec!["snapshot".to_owned()];
    headings.extend(has_notes.then(|| "note".to_owned()));
    headings.extend([
        numbers(view.assertions.len()),
        "passed".to_owned(),
        "first cause".to_owned(),
    ]);
    let headings = headings.iter().map(|heading| style.paint(Role::Quiet, heading)).collect();
    let mut rows: Vec<Vec<String>> = vec![headings];
    for (row, name) in view.rows.iter().zip(view.names()) {
        let mut cells = vec![style.paint(Role::Strong, name)];
        cells.extend(has_notes.then(|| {
            style.paint(Role::Plain, &shortened(row.taken.note.as_deref().unwrap_or_default()))
        }));
        cells.push(grouped(statuses(row).iter().map(|status| painted(*status, style))));
        cells.push(style.paint(Role::Plain, &passed(row).replace(' ', GLUE)));
        cells.push(style.paint(role(row), &shortened(&cause(row))));
        rows.push(cells);
    }
    rows
}

/// What stands above the columns: `12345`, and where digits do not do, the first
/// and last number of each group, as `6··10`.
fn numbers(of: usize) -> String {
    if of < 10 {
        return grouped((1..=of).map(|number| number.to_string()));
    }
    let groups = (1..=of).step_by(GROUP).map(|first| {
        let last = (first + GROUP - 1).min(of);
        let (begin, end) = (first.to_string(), last.to_string());
        let room = last + 1 - first;
        // Where both do not fit with something between, the first tells enough.
        let end = if room > begin.len() + end.len() { end } else { String::new() };
        let dots = "·".repeat(room.saturating_sub(begin.len() + end.len()));
        format!("{begin}{dots}{end}")
    });
    groups.collect::<Vec<_>>().join(between(of))
}

/// Where so many stand side by side, they stay on one line.
const BESIDE: usize = 15;

/// What stands between groups of so many cells.
fn between(cells: usize) -> &'static str {
    if cells > BESIDE { " " } else { GLUE }
}

/// Cells of one column each, in groups; where there are many, a line may break between two.
fn grouped(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    let groups: Vec<String> = cells.chunks(GROUP).map(<[String]>::concat).collect();
    groups.join(between(cells.len()))
}

fn painted(status: CheckStatus, style: &Style) -> String {
    let role = match status {
        CheckStatus::Pass => Role::Good,
        CheckStatus::Fail => Role::Bad,
        CheckStatus::Unknown => Role::Warn,
    };
    style.paint(role, sign(status))
}

fn role(row: &Graded) -> Role {
    if row.standing().is_none() { Role::Warn } else { Role::Plain }
}

/// What others wrote, not longer than a few lines.
fn shortened(text: &str) -> String {
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let head: String = text.chars().take(MOST).collect();
    format!("{head}…")
}
