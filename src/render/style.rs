//! How text for a terminal is dressed: its width, and what colours mean.

use std::borrow::Cow;

use super::escape;

/// The dress of one output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns available.
    pub width: usize,
    /// Whether colour may be used. Nothing may depend on it.
    pub color: bool,
}

/// As many columns as nobody's lines need: the width of what no terminal shows.
pub const UNLIMITED: usize = 30_000;

/// A blank at which no line is broken. It is laid out like a letter, and
/// printed as an ordinary blank, so that whatever is copied can be pasted.
pub const GLUE: &str = "\u{a0}";

/// The text with blanks that no line is broken at.
pub fn glued(text: &str) -> String {
    text.replace(' ', GLUE)
}

/// The text as it is printed.
pub fn unglued(text: &str) -> String {
    text.replace(GLUE, " ")
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 80, color: false }
    }
}

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Plain,
    /// A heading or a container's name.
    Strong,
    /// A network.
    Network,
    /// Something that works.
    Good,
    /// Something that is broken.
    Bad,
    /// Something to look at.
    Warn,
    /// Less important than its surroundings.
    Quiet,
}

impl Style {
    /// The column at which a line ends that has something at the right margin.
    pub fn margin(&self) -> usize {
        if self.width >= UNLIMITED { Self::default().width } else { self.width }
    }

    /// A line with a title at the left and, quietly, where it comes from at the right
    /// margin; below each other where that is too narrow.
    pub fn heading(&self, title: &str, from: &str) -> String {
        let (title, from) = (self.paint(Role::Strong, title), self.paint(Role::Quiet, from));
        let used = width(&title) + width(&from);
        if used + 2 > self.width {
            return format!("{title}\n{from}\n");
        }
        let space = " ".repeat(self.margin().saturating_sub(used).max(2));
        format!("{}\n", format!("{title}{space}{from}").trim_end())
    }

    /// A sentence in lines that fit, the second and later ones indented.
    pub fn wrapped(&self, role: Role, sentence: &str, indent: usize) -> String {
        // What is glued stays together.
        let words = sentence.split(' ').filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(|word| self.paint(role, word)).collect();
        flow(&words, " ", indent, self.width)
    }

    /// Text of other people's making, safe for a terminal and dressed.
    pub fn paint(&self, role: Role, text: &str) -> String {
        let text = escape::terminal(text);
        let code = match role {
            Role::Plain => "",
            Role::Strong => "1",
            Role::Network => "36",
            Role::Good => "32",
            Role::Bad => "1;31",
            Role::Warn => "33",
            Role::Quiet => "2",
        };
        if self.color && !code.is_empty() && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.into_owned()
        }
    }
}

/// The text without the dress that [`Style::paint`] put on it.
pub fn undressed(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\u{1b}') {
        plain.push_str(&rest[..start]);
        let end = rest[start..].find('m').map_or(rest.len(), |end| start + end + 1);
        rest = &rest[end..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// How many columns a terminal needs for the text's longest line.
pub fn width(text: &str) -> usize {
    // Most text is no more than letters of one column each.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    undressed(text).lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0)
}

/// Lays out `parts` separated by `separator` in lines of at most `width`
/// columns, the second and later ones indented. A part longer than a line
/// stays whole.
pub fn flow(parts: &[String], separator: &str, indent: usize, available: usize) -> String {
    let mut text = String::new();
    let mut used = 0;
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        let needed = width(part) + if last { 0 } else { width(separator.trim_end()) };
        if at > 0 {
            if used + width(separator) + needed > available {
                text.push_str(separator.trim_end());
                text.push('\n');
                text.push_str(&" ".repeat(indent));
                used = indent;
            } else {
                text.push_str(separator);
                used += width(separator);
            }
        }
        text.push_str(part);
        used += width(part);
    }
    unglued(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_has_two_lines_where_one_is_too_narrow() {
        let heading = |width| {
            Style { width, ..Style::default() }.heading("12 containers · 132 ways", "Docker 26.1")
        };
        assert_eq!(heading(40), "12 containers · 132 ways     Docker 26.1\n");
        assert_eq!(heading(36), "12 containers · 132 ways\nDocker 26.1\n");
    }

    #[test]
    fn a_sentence_breaks_between_words_and_not_in_what_is_glued() {
        let narrow = Style { width: 24, ..Style::default() };
        let sentence = format!("Something is wrong: {}", glued("netmap doctor"));
        let wrapped = narrow.wrapped(Role::Plain, &sentence, 2);
        assert_eq!(wrapped, "Something is wrong:\n  netmap doctor");
    }
}
