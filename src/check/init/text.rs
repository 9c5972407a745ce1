//! How names and sentences are written into a check file.

/// Whether an engine would take the text as a name. A snapshot from a
/// stranger may hold others, which a sentence cannot be made of.
pub(super) fn is_ordinary(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        && !matches!(name, "nothing" | "everything")
}

/// The text as a YAML scalar, in quotes where plain text would be taken for
/// something else. Ordinary names and sentences made of them come in.
pub(super) fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.- >,".contains(c))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    // In a flow list a comma would part it.
    if plain && (!text.contains(',') || text.contains(" -> ")) {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
