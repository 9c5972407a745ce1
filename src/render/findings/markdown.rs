//! A diagnosis as Markdown, for an issue or a mail to the teacher.

use super::view::FindingsView;
use super::{evidence, groups, set_aside};
use crate::render::escape::{commands, markdown as safe};
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
            text.push_str(&format!("{}\n\n{}\n", group.title(), commands(&fix)));
        }
    }
    for aside in &view.diagnosis.set_aside {
        let finding = &aside.finding;
        text.push_str(&format!(
            "- {}, `{}`: {}. {}.\n",
            finding.severity,
            finding.rule,
            safe(&finding.summary),
            safe(&set_aside::why(aside))
        ));
    }
    if !view.diagnosis.set_aside.is_empty() {
        text.push('\n');
    }
    for note in view.diagnosis.not_looked.iter().filter(|_| view.verbose) {
        text.push_str(&format!("- could not look, `{}`: {}\n", note.rule, safe(&note.in_short())));
    }
    text.push_str(&safe(&groups::verdict(view.diagnosis)));
    text.push('\n');
    text
}
