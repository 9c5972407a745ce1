//! Words of a shell, and sentences between them.

use crate::model::visible;

/// Text as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// A command of these words.
pub fn command(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// A line for people. It stays one line whatever is in it. Some shells take
/// what follows `#` at their prompt for a command: nothing in it is expanded.
pub fn prose(text: &str) -> String {
    let text = visible(text).replace('`', "'").replace('$', "\u{fffd}");
    format!("# {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_single_words() {
        assert_eq!(quoted("web_1.a-b"), "web_1.a-b");
        assert_eq!(quoted("my net"), "'my net'");
        assert_eq!(quoted("a'b; rm -rf /"), "'a'\\''b; rm -rf /'");
        assert_eq!(quoted("$(id)"), "'$(id)'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("~root"), "'~root'");
    }

    #[test]
    fn prose_stays_one_line() {
        assert_eq!(prose("a\nrm -rf /"), "# a\\nrm -rf /");
        assert_eq!(prose("a$(id)`id`"), "# a\u{fffd}(id)'id'");
    }
}
