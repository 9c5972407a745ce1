//! A ladder as Markdown, for an issue or a mail.

use super::LadderView;
use crate::model::{Reach, Status};
use crate::render::escape::{commands, markdown as safe};
use crate::render::fix;
use crate::render::style::Style;

/// Writes the rungs as a list, and the fix as a code block.
pub fn render(view: &LadderView, _style: &Style) -> String {
    let ladder = view.ladder;
    let verdict = match ladder.verdict() {
        Reach::Reachable => "reachable",
        Reach::Blocked => "blocked",
        Reach::Unknown => "unknown",
    };
    let mut text = format!("**{} → {}**: {verdict}\n\n", safe(&ladder.from), safe(&ladder.to));
    if let Some(because) = &ladder.because {
        text.push_str(&format!("{}\n\n", safe(because)));
    }
    for rung in &ladder.rungs {
        let sign = match rung.status {
            Status::Pass => "✓",
            Status::Fail => "✗",
            Status::Unknown => "?",
            Status::Skipped => "·",
        };
        text.push_str(&format!("- {sign} {}: {}\n", rung.rung.as_str(), safe(&rung.detail)));
        for note in &rung.notes {
            text.push_str(&format!("  - {}\n", safe(note)));
        }
    }
    if !ladder.fix.is_empty() {
        let fix = commands(&fix::lines(&ladder.fix));
        text.push_str(&format!("\n{}\n\n{fix}", super::text::aim(ladder)));
    }
    text
}
