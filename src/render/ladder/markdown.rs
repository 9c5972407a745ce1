//! A ladder as Markdown, for an issue or a mail.

use crate::model::{Ladder, Reach, Status};
use crate::render::escape::{markdown as safe, terminal};
use crate::render::fix;
use crate::render::style::Style;

/// Writes the rungs as a list, and the fix as a code block.
pub fn render(ladder: &Ladder, _style: &Style) -> String {
    let verdict = match ladder.verdict() {
        Reach::Reachable => "reachable",
        Reach::Blocked => "blocked",
        Reach::Unknown => "unknown",
    };
    let mut text = format!("**{} → {}**: {verdict}\n\n", safe(&ladder.from), safe(&ladder.to));
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
        // Indented, so that nothing in a name can end the block.
        text.push_str("\nIf they should talk:\n\n");
        for line in fix::lines(&ladder.fix) {
            text.push_str(&format!("    {}\n", terminal(&line)));
        }
    }
    text
}
