//! Writing JSON that may be read in a terminal.

use std::fmt::Write as _;

use serde::Serialize;

use super::visible::is_unsafe;

/// A value as JSON, indented, with a newline at its end. What is unsafe in a
/// name is written as `\uXXXX`, which any reader takes for the same name.
pub fn to_json(value: &impl Serialize) -> String {
    let mut text =
        serde_json::to_string_pretty(value).expect("plain data always serialises to JSON");
    text.push('\n');
    // As nearly all text is, and quickly told; the newlines are the layout's.
    if text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\n')) {
        return text;
    }
    // Outside of strings JSON has none of these but the newlines of its layout.
    let is_escaped = |c: char| c != '\n' && is_unsafe(c);
    let mut safe = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        if is_escaped(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_json_acts_on_a_terminal_and_it_reads_back_the_same() {
        let hostile =
            ["\u{1b}[31m", "\u{9b}2J", "\u{7f}", "\u{202e}abc", "\u{e0041}", "a\nb\"\\", "é漢😀"];
        let text = to_json(&hostile);
        assert!(!text.contains(|c: char| c != '\n' && is_unsafe(c)), "{text:?}");
        assert!(text.contains("é漢😀"), "{text}");
        let read: Vec<String> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, hostile);
    }
}
