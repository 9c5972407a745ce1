//! A line of a log, prepared for all that is asked of it.

use super::log_found::Text;
use super::log_quoted::is_quoted;
use super::log_readings::readings;

/// Characters of a line that are read.
const LONGEST: usize = 2_000;

/// A line, and what of it is its program's own word.
pub struct Line {
    /// The line without colours and other control characters.
    pub whole: Text,
    /// The texts in which it can complain, the best first; none where it tells of
    /// somebody else.
    pub texts: Vec<Text>,
}

impl Line {
    pub fn read(line: &str) -> Self {
        let whole = Text::new(readable(line));
        let texts = match is_about_a_request(&whole.folded) || is_quoted(&whole) {
            true => Vec::new(),
            false => readings(&whole.text),
        };
        let texts = texts.into_iter().map(|text| Text::new(without_request(text))).collect();
        Self { whole, texts }
    }
}

/// The line without what a client asked for, in which its words stand: nginx's
/// `request: "…"`, and the object of Caddy's.
fn without_request(line: String) -> String {
    if let Some((before, _)) = line.split_once("\"request\":{") {
        return before.to_owned();
    }
    let asked = line.split_once(" request: \"");
    let Some((before, behind)) = asked else { return line };
    // A quote in it is escaped.
    behind
        .split_once("\", ")
        .map_or_else(|| before.to_owned(), |(_, rest)| format!("{before} {rest}"))
}

/// Whether the line is a web server's note of a request that it answered, in
/// which its client's words stand: `"GET / HTTP/1.1" 200 12`.
fn is_about_a_request(folded: &str) -> bool {
    folded.match_indices(" http/").any(|(at, _)| {
        let behind = folded[at..].split_once("\" ").map_or("", |(_, behind)| behind);
        let status = behind.split(' ').next().unwrap_or_default();
        status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The line's beginning without colours and other control characters.
fn readable(line: &str) -> String {
    let mut clean = String::new();
    let mut characters = line.chars().take(LONGEST).peekable();
    while let Some(c) = characters.next() {
        if c == '\u{1b}' {
            if characters.next_if_eq(&'[').is_some() {
                characters.find(|c| c.is_ascii_alphabetic());
            }
        } else if !c.is_control() || c == '\t' {
            clean.push(c);
        }
    }
    clean
}
