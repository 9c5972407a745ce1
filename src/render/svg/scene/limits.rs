//! How much a card says at most.

use super::line::{Line, LineRole};

/// Widest that a card's text may make it.
pub const WIDEST: i32 = 180;
/// How many lines of one kind a card has at most.
pub const MOST: usize = 4;

/// At most [`MOST`] lines, the last of which says how many more there are.
pub fn limited<'a>(texts: impl ExactSizeIterator<Item = &'a str>, role: LineRole) -> Vec<Line> {
    let number = texts.len();
    let shown = if number > MOST { MOST - 1 } else { number };
    let mut lines: Vec<Line> =
        texts.take(shown).flat_map(|text| Line::wrapped(role, text, WIDEST, 2)).collect();
    if number > shown {
        lines.push(Line::new(role, &format!("and {} more", number - shown)));
    }
    lines
}
