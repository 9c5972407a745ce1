//! A line for each assertion, and below those that do not hold what was
//! expected, what is, and how to fix it.

use super::view::{CheckView, cause, fix};
use crate::check::{Basis, CheckStatus, CheckVerdict};
use crate::model::Finding;
use crate::render::style::{Role, Style, flow, width};

/// Writes the verdicts in the file's order, and a summary.
pub fn render(view: &CheckView, style: &Style) -> String {
    let mut text = String::new();
    let mut explained: Vec<&Finding> = Vec::new();
    for verdict in view.verdicts {
        text.push_str(&line(view, verdict, style));
        if verdict.status != CheckStatus::Pass {
            // One cause of several failures is explained once.
            let again = verdict.cause.as_ref().is_some_and(|cause| explained.contains(&cause));
            text.push_str(&details(verdict, again, style));
            explained.extend(verdict.cause.as_ref().filter(|_| !again));
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    let role = match (view.count(CheckStatus::Fail), view.count(CheckStatus::Unknown)) {
        (0, 0) => Role::Good,
        (0, _) => Role::Warn,
        _ => Role::Bad,
    };
    let summary = words(&format!("{}.", view.summary()), role, style);
    text.push_str(&flow(&summary, " ", 2, style.width));
    text.push('\n');
    text
}

/// `✗ web -> db          lesson.yaml:9:5`: on the right where it stands, or,
/// where all is well, what the verdict rests on.
fn line(view: &CheckView, verdict: &CheckVerdict, style: &Style) -> String {
    let (sign, role) = match verdict.status {
        CheckStatus::Pass => ("✓", Role::Good),
        CheckStatus::Fail => ("✗", Role::Bad),
        CheckStatus::Unknown => ("?", Role::Warn),
    };
    let words = words(&verdict.assertion, Role::Strong, style);
    let mut text = format!(
        "{} {}",
        style.paint(role, sign),
        flow(&words, " ", 2, style.width.saturating_sub(2))
    );
    let right = match (verdict.status, verdict.basis) {
        (CheckStatus::Pass, Basis::Map) => "predicted".to_owned(),
        (CheckStatus::Pass, _) => String::new(),
        _ => view.place(verdict),
    };
    if !right.is_empty() {
        let last = text.lines().next_back().map_or(0, width);
        match style.margin().checked_sub(last + 2 + width(&right)) {
            None if style.width > style.margin() => text.push_str("  "),
            Some(gap) => text.push_str(&" ".repeat(gap + 2)),
            None => text.push_str("\n    "),
        }
        text.push_str(&style.paint(Role::Quiet, &right));
    }
    text.push('\n');
    text
}

fn details(verdict: &CheckVerdict, again: bool, style: &Style) -> String {
    let mut rows = Vec::new();
    // What the assertion says by itself is not said twice.
    if !verdict.assertion.ends_with(&verdict.expected) {
        rows.push(("expected", verdict.expected.clone()));
    }
    rows.push(("observed", verdict.observed.clone()));
    if again {
        rows.push(("doctor", "the same".to_owned()));
    } else {
        let told = cause(verdict).filter(|_| !verdict.is_about_findings);
        rows.extend(told.map(|cause| ("doctor", cause)));
        let fix = fix(verdict).into_iter().enumerate();
        rows.extend(fix.map(|(at, line)| (if at == 0 { "fix" } else { "" }, line)));
    }
    let mut text = String::new();
    for (label, value) in rows {
        const INDENT: usize = 14;
        let is_command = matches!(label, "fix" | "");
        let role = if is_command { Role::Strong } else { Role::Plain };
        let pad = " ".repeat(INDENT - 4 - label.len());
        text.push_str(&format!("    {}{pad}", style.paint(Role::Quiet, label)));
        // A command must stay one line, to be copied.
        let blocks: Vec<String> = if is_command {
            vec![style.paint(role, &value)]
        } else {
            let wide = style.width.saturating_sub(INDENT);
            value.lines().map(|line| flow(&words(line, role, style), " ", 2, wide)).collect()
        };
        let lines = blocks.iter().flat_map(|block| block.lines());
        text.push_str(&lines.collect::<Vec<_>>().join(&format!("\n{}", " ".repeat(INDENT))));
        text.push('\n');
    }
    text
}

fn words(text: &str, role: Role, style: &Style) -> Vec<String> {
    text.split_whitespace().map(|word| style.paint(role, word)).collect()
}
