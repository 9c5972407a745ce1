//! Text for terminals that show no more than ASCII. A sign becomes another of
//! the same width, so that columns stay columns.

use unicode_width::UnicodeWidthChar;

/// Signs that netmap writes, each with what stands for it.
const SIGNS: [(char, char); 27] = [
    ('·', '.'),
    ('→', '>'),
    ('↓', 'v'),
    ('⇄', '='),
    ('–', '-'),
    ('−', '-'),
    ('∼', '~'),
    ('×', 'x'),
    ('…', '.'),
    ('″', '"'),
    ('●', '*'),
    ('○', 'o'),
    ('✓', '+'),
    ('✗', 'X'),
    ('─', '-'),
    ('│', '|'),
    ('└', '`'),
    ('├', '|'),
    ('▁', '_'),
    ('▂', '.'),
    ('▃', '-'),
    ('▄', '='),
    ('▅', '+'),
    ('▆', '*'),
    ('▇', '%'),
    ('█', '#'),
    ('\u{a0}', ' '),
];

/// The text in ASCII: what has no sign of its own is a `?` for each column.
pub fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            plain.push(c);
        } else if let Some((_, sign)) = SIGNS.iter().find(|(sign, _)| *sign == c) {
            plain.push(*sign);
        } else {
            plain.extend(std::iter::repeat_n('?', c.width().unwrap_or(0)));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::style::width;

    #[test]
    fn signs_stay_apart_and_columns_stay_columns() {
        let text = "web  ·  ″  10.0.0.2 → 80  ● ○ ✗ ✓ – 漢ü\u{301}\n└─ api";
        let plain = ascii(text);
        assert_eq!(plain, "web  .  \"  10.0.0.2 > 80  * o X + - ???\n`- api");
        assert_eq!(width(&plain), width(text));
        // Those of one matrix are never taken for one another.
        let matrix: std::collections::BTreeSet<String> =
            ["·", "●", "○", "–", "✗", "!", "?"].into_iter().map(ascii).collect();
        assert_eq!(matrix.len(), 7);
    }
}
