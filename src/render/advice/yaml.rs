//! Names as YAML takes them.

use crate::render::escape;

/// A name that is plain as it stands, or in quotes.
pub fn name(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    // Words that would be read as something else than text.
    let is_taken = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        .contains(&&*text.to_ascii_lowercase());
    if begins && !is_taken && text.chars().all(is_plain) {
        return text.to_owned();
    }
    let safe = escape::terminal(text).replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{safe}\"")
}

/// Names in a list on one line.
pub fn names<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<String> = names.iter().map(|text| name(text.as_ref())).collect();
    format!("[{}]", names.join(", "))
}
