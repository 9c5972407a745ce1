//! A ladder for a terminal: the verdict, each rung with its sign, what fixes
//! the first that fails, and how to see it oneself.

use crate::model::{Basis, Ladder, Reach, Rung, RungKind, Status};
use crate::render::fix;
use crate::render::style::{Role, Style, flow, width};

/// Columns before a note.
const INDENT: usize = 6;

/// Writes the ladder.
pub fn render(ladder: &Ladder, style: &Style) -> String {
    let way = format!("{} → {}", ladder.from, ladder.to);
    let mut text = format!("{}   {}\n\n", style.paint(Role::Strong, &way), verdict(ladder, style));
    let label = ladder.rungs.iter().map(|rung| width(rung.rung.as_str())).max().unwrap_or(0);
    for rung in &ladder.rungs {
        let (sign, role) = dress(rung.status);
        text.push_str(&format!("  {} ", style.paint(role, sign)));
        let pad = " ".repeat(label.saturating_sub(width(rung.rung.as_str())));
        text.push_str(&format!("{}{pad}  ", style.paint(Role::Quiet, rung.rung.as_str())));
        wrapped(&mut text, &rung.detail, label + INDENT, role_of_detail(rung), style);
        for note in &rung.notes {
            text.push_str(&" ".repeat(label + INDENT));
            wrapped(&mut text, note, label + INDENT, Role::Quiet, style);
        }
    }
    if !ladder.fix.is_empty() {
        text.push_str(&format!("\n{}\n", style.paint(Role::Strong, "If they should talk:")));
        for line in fix::lines(&ladder.fix) {
            let role = if line.starts_with('#') { Role::Plain } else { Role::Good };
            text.push_str(&format!("  {}\n", style.paint(role, &line)));
        }
    }
    if let Some(see) = &ladder.see {
        text.push_str(&format!("\n{}\n", style.paint(Role::Strong, "See for yourself:")));
        text.push_str(&format!("  {}\n", style.paint(Role::Plain, &fix::line(see))));
    }
    text
}

fn verdict(ladder: &Ladder, style: &Style) -> String {
    match (ladder.verdict(), ladder.obstacle()) {
        (Reach::Blocked, Some(rung)) => {
            style.paint(Role::Bad, &format!("blocked at: {}", what(rung)))
        }
        (Reach::Reachable, _) if ladder.basis == Basis::Map => {
            style.paint(Role::Good, "reachable by the map; nothing was measured")
        }
        (Reach::Reachable, _) => style.paint(Role::Good, "reachable"),
        _ => style.paint(Role::Warn, "unknown"),
    }
}

/// A rung's name in words that stand alone.
fn what(rung: &Rung) -> &'static str {
    match rung.rung {
        RungKind::Running => "not running",
        RungKind::Network => "shared network",
        other => other.as_str(),
    }
}

fn dress(status: Status) -> (&'static str, Role) {
    match status {
        Status::Pass => ("✓", Role::Good),
        Status::Fail => ("✗", Role::Bad),
        Status::Unknown => ("?", Role::Warn),
        Status::Skipped => ("·", Role::Quiet),
    }
}

fn role_of_detail(rung: &Rung) -> Role {
    match rung.status {
        Status::Fail => Role::Strong,
        Status::Skipped => Role::Quiet,
        Status::Pass | Status::Unknown => Role::Plain,
    }
}

/// A sentence in lines, the second and later ones indented.
fn wrapped(text: &mut String, sentence: &str, indent: usize, role: Role, style: &Style) {
    let words: Vec<String> = sentence.split(' ').map(|word| style.paint(role, word)).collect();
    text.push_str(&flow_from(&words, indent, style.width));
    text.push('\n');
}

/// [`flow`], begun `indent` columns into the line.
fn flow_from(words: &[String], indent: usize, available: usize) -> String {
    let lead = std::iter::once("\u{a0}".repeat(indent.saturating_sub(1)));
    let words: Vec<String> = lead.chain(words.iter().cloned()).collect();
    let text = flow(&words, " ", indent, available);
    text.chars().skip(indent).collect()
}
