//! Words of a shell, and sentences between them.

use crate::model::visible;
pub use crate::model::words::quoted;

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
    fn prose_stays_one_line() {
        assert_eq!(prose("a\nrm -rf /"), "# a\\nrm -rf /");
        assert_eq!(prose("a$(id)`id`"), "# a\u{fffd}(id)'id'");
    }
}
