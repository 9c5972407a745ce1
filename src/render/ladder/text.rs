//! A ladder for a terminal: the verdict, each rung with its sign, what fixes
//! the first that fails, and how to see it oneself.

use super::LadderView;
use crate::model::{Basis, Ladder, Reach, Rung, RungKind, Status};
use crate::render::fix;
use crate::render::style::{GLUE, Role, Style, flow, width};

/// Columns before a note.
const INDENT: usize = 6;

/// Writes the ladder.
pub fn render(view: &LadderView, style: &Style) -> String {
    let ladder = view.ladder;
    let way = format!("{} → {}", ladder.from, ladder.to);
    let mut text = format!("{}   {}\n\n", style.paint(Role::Strong, &way), verdict(ladder, style));
    if let Some(because) = &ladder.because {
        let words: Vec<String> = because.split(' ').map(str::to_owned).collect();
        text.push_str(&flow(&words, " ", 0, style.width));
        text.push_str("\n\n");
    }
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
        text.push_str(&format!("\n{}\n", style.paint(Role::Strong, aim(ladder))));
        for line in fix::lines(&ladder.fix) {
            match line.strip_prefix("# ") {
                Some(said) => remark(&mut text, said, style),
                // A command stays on its line, to be copied.
                None => text.push_str(&format!("  {}\n", style.paint(Role::Good, &line))),
            }
        }
    }
    if let Some(see) = &ladder.see {
        text.push_str(&format!("\n{}\n", style.paint(Role::Strong, "See for yourself:")));
        text.push_str(&format!("  {}\n", style.paint(Role::Plain, &fix::line(see))));
    }
    text
}

/// What a person has to do, in lines that a shell takes for comments.
fn remark(text: &mut String, said: &str, style: &Style) {
    const MARKS: usize = 6;
    let words: Vec<String> = said.split(' ').map(str::to_owned).collect();
    let laid_out = flow(&words, " ", 0, style.width.saturating_sub(MARKS));
    for (at, line) in laid_out.lines().enumerate() {
        let mark = if at == 0 { "# " } else { "#   " };
        text.push_str(&format!("  {}\n", style.paint(Role::Plain, &format!("{mark}{line}"))));
    }
}

/// What the fix of a ladder is for.
pub fn aim(ladder: &Ladder) -> &'static str {
    match ladder.verdict() {
        Reach::Reachable => "If it is to work, and to stay so:",
        Reach::Blocked | Reach::Unknown => "If they should talk:",
    }
}

fn verdict(ladder: &Ladder, style: &Style) -> String {
    let role = match ladder.verdict() {
        Reach::Blocked => Role::Bad,
        Reach::Reachable => Role::Good,
        Reach::Unknown => Role::Warn,
    };
    style.paint(role, &verdict_words(ladder))
}

/// What a ladder comes to: `blocked at: shared network`.
pub fn verdict_words(ladder: &Ladder) -> String {
    match (ladder.verdict(), ladder.obstacle()) {
        (Reach::Blocked, Some(rung)) if rung.rung == RungKind::Size => {
            "reachable for small packets only".to_owned()
        }
        (Reach::Blocked, Some(rung)) => match rung.rung {
            RungKind::Running => "blocked: not running".to_owned(),
            RungKind::Packets => "blocked: packets are dropped".to_owned(),
            RungKind::Network => "blocked at: shared network".to_owned(),
            other => format!("blocked at: {}", other.as_str()),
        },
        (Reach::Reachable, _) if ladder.basis == Basis::Map => {
            "reachable by the map; nothing was measured".to_owned()
        }
        (Reach::Reachable, _) => "reachable".to_owned(),
        _ => "unknown".to_owned(),
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
    // The first word stays beside what is there already, however long it is.
    let mut words = words.to_vec();
    if let Some(first) = words.first_mut() {
        first.insert_str(0, &GLUE.repeat(indent));
    }
    let text = flow(&words, " ", indent, available);
    text.chars().skip(indent).collect()
}
