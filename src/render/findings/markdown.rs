//! A diagnosis as Markdown, for an issue or a mail to the teacher.

use super::view::FindingsView;
use super::{evidence, groups};
use crate::render::escape::{markdown as safe, terminal};
use crate::render::fix;
use crate::render::style::Style;

/// Writes the findings with their fixes, and the verdict.
pub fn render(view: &FindingsView, _style: &Style) -> String {
    let mut text = String::new();
    for group in groups::groups(view.diagnosis, |_| true) {
        for finding in &group.findings {
            text.push_str(&format!(
                "### {}: {}\n\n`{}`\n\n",
                finding.severity,
                safe(&finding.summary),
                finding.rule
            ));
            for evidence in &finding.evidence {
                text.push_str(&format!("- {}\n", safe(&evidence::sentence(evidence))));
            }
            if !finding.evidence.is_empty() {
                text.push('\n');
            }
        }
        let fix = fix::lines(group.fix());
        if !fix.is_empty() {
            let longest = fix.iter().map(|line| backticks(line)).max().unwrap_or_default();
            let fence = "`".repeat(longest.max(2) + 1);
            text.push_str(&format!("{}\n\n{fence}sh\n", group.title()));
            for line in &fix {
                text.push_str(&terminal(line));
                text.push('\n');
            }
            text.push_str(&format!("{fence}\n\n"));
        }
    }
    for note in view.diagnosis.not_looked.iter().filter(|_| view.verbose) {
        text.push_str(&format!("- could not look, `{}`: {}\n", note.rule, safe(&note.why)));
    }
    text.push_str(&safe(&groups::verdict(view.diagnosis)));
    text.push('\n');
    text
}

/// The longest run of backticks, which a fence must outdo.
fn backticks(line: &str) -> usize {
    line.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
