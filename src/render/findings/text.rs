//! A diagnosis for a terminal: plain words first, the rule's name at the
//! margin, one fix for one cause.

use super::evidence;
use super::groups::{self, Group};
use super::set_aside;
use super::view::FindingsView;
use crate::model::words::{count, full_stop};
use crate::model::{Because, Diagnosis, Finding, NotLooked, SetAside, Severity};
use crate::render::style::{GLUE, Role, Style, glued, unglued, width};
use crate::render::{escape, fix};

/// Columns before the words: the width of `warning` and two spaces.
const INDENT: usize = 9;

/// Sentences about one finding unless everything is to be shown.
const MOST_EVIDENCE: usize = 6;

/// Writes the findings, what could not be looked at, and the verdict.
pub fn render(view: &FindingsView, style: &Style) -> String {
    let diagnosis = view.diagnosis;
    let mut text = String::new();
    let problems = groups::problems(diagnosis);
    if problems > 0 {
        text.push_str(&style.paint(Role::Strong, &count(problems, "problem")));
        text.push_str("\n\n");
    }
    for group in groups::groups(diagnosis, |severity| severity > Severity::Info) {
        show(&mut text, &group, view, style);
    }
    let notes = groups::groups(diagnosis, |severity| severity == Severity::Info);
    if !notes.is_empty() {
        text.push_str(&style.paint(Role::Strong, "Good to know"));
        text.push_str("\n\n");
        for group in &notes {
            if view.verbose {
                show(&mut text, group, view, style);
            } else {
                group.findings.iter().for_each(|finding| headline(&mut text, finding, style));
            }
        }
        if !view.verbose {
            text.push('\n');
        }
    }
    aside(&mut text, view, style);
    if view.verbose {
        asked(&mut text, diagnosis, style);
    }
    wrapped(&mut text, &groups::verdict(diagnosis), 0, Role::Plain, style);
    // A command ends its line, so that it can be copied.
    let mut next = |what: &str, command: &str| {
        wrapped(&mut text, &format!("{what}: {}", glued(command)), 0, Role::Plain, style);
    };
    if !view.verbose && (groups::is_blind(diagnosis) || !notes.is_empty()) {
        next("More", &format!("{} --verbose", view.command));
    }
    if let Some(first) = diagnosis.findings.first() {
        next("What a finding means", &format!("netmap explain {}", first.rule));
    }
    text
}

fn role(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::Bad,
        Severity::Warning => Role::Warn,
        Severity::Info => Role::Quiet,
    }
}

/// Severity, summary, and the rule's name at the right margin, where there is
/// room for it.
fn headline(text: &mut String, finding: &Finding, style: &Style) {
    let severity = finding.severity.as_str();
    text.push_str(&style.paint(role(finding.severity), severity));
    text.push_str(&" ".repeat(INDENT - severity.len()));
    let lines = lines(&finding.summary, style.width.saturating_sub(INDENT));
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            text.push_str(&" ".repeat(INDENT));
        }
        text.push_str(&style.paint(Role::Strong, line));
        if at == last {
            let used = INDENT + width(line);
            let rule = width(finding.rule);
            if used + rule + 2 <= style.width {
                text.push_str(&" ".repeat(style.margin().saturating_sub(used + rule).max(2)));
            } else {
                text.push('\n');
                text.push_str(&" ".repeat(style.width.saturating_sub(rule).max(INDENT)));
            }
            text.push_str(&style.paint(Role::Quiet, finding.rule));
        }
        text.push('\n');
    }
}

fn show(text: &mut String, group: &Group, view: &FindingsView, style: &Style) {
    for finding in &group.findings {
        headline(text, finding, style);
        // A single one that would be left takes no more room than to say so.
        let all = view.verbose || finding.evidence.len() == MOST_EVIDENCE + 1;
        let shown = if all { finding.evidence.len() } else { MOST_EVIDENCE };
        for evidence in finding.evidence.iter().take(shown) {
            let sentence = full_stop(&evidence::sentence(evidence));
            wrapped(text, &sentence, INDENT, Role::Plain, style);
        }
        if finding.evidence.len() > shown {
            let more = format!("And {} more.", finding.evidence.len() - shown);
            wrapped(text, &more, INDENT, Role::Quiet, style);
        }
        text.push('\n');
    }
    if group.fix().is_empty() {
        return;
    }
    let indent = " ".repeat(INDENT);
    text.push_str(&format!("{indent}{}\n", style.paint(Role::Good, group.title())));
    for line in fix::lines(group.fix()) {
        match line.strip_prefix("# ") {
            Some(prose) => {
                let room = style.width.saturating_sub(INDENT + 4);
                for part in lines(&with_values(prose), room) {
                    let part = style.paint(Role::Quiet, &format!("# {part}"));
                    text.push_str(&format!("{indent}  {part}\n"));
                }
            }
            // Whole, however long: it is to be pasted.
            None => text.push_str(&format!("{indent}  {}\n", escape::terminal(&line))),
        }
    }
    text.push('\n');
}

/// The text with each option and its value on one line.
fn with_values(text: &str) -> String {
    let mut text_with = String::with_capacity(text.len());
    let mut after_option = false;
    for word in text.split_inclusive(' ') {
        if after_option {
            text_with.pop();
            text_with.push_str(GLUE);
        }
        text_with.push_str(word);
        after_option = word.starts_with('-')
            && word.ends_with(' ')
            && word.trim_end().ends_with(|c: char| c.is_ascii_alphanumeric());
    }
    text_with
}

/// What somebody wants ignored, each with the reason. What a baseline has is
/// only counted, in the verdict, unless everything is to be shown.
fn aside(text: &mut String, view: &FindingsView, style: &Style) {
    let shown: Vec<&SetAside> = view
        .diagnosis
        .set_aside
        .iter()
        .filter(|aside| view.verbose || aside.because != Because::Known)
        .collect();
    if shown.is_empty() {
        return;
    }
    text.push_str(&style.paint(Role::Strong, "Set aside"));
    text.push_str("\n\n");
    for aside in shown {
        headline(text, &aside.finding, style);
        let why = format!("{}.", set_aside::why(aside));
        wrapped(text, &why, INDENT, Role::Quiet, style);
    }
    text.push('\n');
}

/// Each rule that was asked, and what it said.
fn asked(text: &mut String, diagnosis: &Diagnosis, style: &Style) {
    text.push_str(&style.paint(Role::Strong, "What was looked at"));
    text.push_str("\n\n");
    let widest = diagnosis.rules.iter().map(|rule| rule.len()).max().unwrap_or_default();
    for rule in &diagnosis.rules {
        let found = diagnosis.findings.iter().filter(|finding| finding.rule == *rule).count();
        let notes: Vec<String> = diagnosis
            .not_looked
            .iter()
            .filter(|note| note.rule == *rule)
            .map(NotLooked::in_short)
            .collect();
        let (role, said) = match (found, notes.is_empty()) {
            (0, true) => (Role::Good, "nothing found".to_owned()),
            (0, false) => (Role::Warn, format!("could not look: {}", notes.join("; "))),
            (_, true) => (Role::Bad, format!("{found} found")),
            (_, false) => {
                (Role::Bad, format!("{found} found; could not look: {}", notes.join("; ")))
            }
        };
        let beside = widest + 4;
        text.push_str("  ");
        text.push_str(rule);
        // On a narrow terminal below the name, else beside it.
        let indent = if style.width < beside + 24 {
            text.push_str("\n    ");
            4
        } else {
            text.push_str(&" ".repeat(beside - 2 - rule.len()));
            beside
        };
        for (at, line) in lines(&said, style.width.saturating_sub(indent)).iter().enumerate() {
            if at > 0 {
                text.push_str(&" ".repeat(indent));
            }
            text.push_str(&style.paint(role, line));
            text.push('\n');
        }
    }
    text.push('\n');
}

fn wrapped(text: &mut String, sentence: &str, indent: usize, role: Role, style: &Style) {
    for line in lines(sentence, style.width.saturating_sub(indent)) {
        text.push_str(&" ".repeat(indent));
        text.push_str(&style.paint(role, &line));
        text.push('\n');
    }
}

/// The text in lines of at most `available` columns, broken at spaces; a word
/// longer than a line stays whole.
pub fn lines(text: &str, available: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in escape::terminal(text).split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last_mut().expect("there is always a last line");
        let needed = width(word);
        if line.is_empty() {
            line.push_str(word);
            used = needed;
        } else if used + 1 + needed <= available.max(20) {
            line.push(' ');
            line.push_str(word);
            used += 1 + needed;
        } else {
            lines.push(word.to_owned());
            used = needed;
        }
    }
    lines.iter().map(|line| unglued(line)).collect()
}
