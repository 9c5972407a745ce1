//! Replacing names and addresses in a word and in prose.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::addresses::Addresses;
use super::moments::Moments;
use super::names::Names;
use super::ways::Ways;
use crate::model::{Part, Snapshot, Unread};

/// The words of netmap's own sentences, and of those that it recognises.
const WORDS: &str = include_str!("words.txt");

/// What stands for words of others.
const LEFT_OUT: &str = "…";

/// What replaces the names, addresses and times of one snapshot.
pub struct Redaction {
    pub names: Names,
    pub addresses: Addresses,
    pub moments: Moments,
    pub ways: Ways,
    own_words: BTreeSet<&'static str>,
}

impl Redaction {
    /// Finds all that is to be replaced in a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self {
            names: Names::of(snapshot),
            addresses: Addresses::of(snapshot),
            moments: Moments::of(snapshot),
            ways: Ways::of(snapshot),
            own_words: WORDS.split_whitespace().collect(),
        }
    }

    pub fn unread(&self, unread: &Unread) -> Unread {
        let part = match &unread.part {
            Part::Container { name, vanished } => {
                Part::Container { name: self.names.word(name), vanished: *vanished }
            }
            Part::Network { name } => Part::Network { name: self.names.network(name) },
            other => other.clone(),
        };
        Unread { what: self.text(&unread.what), why: self.text(&unread.why), part }
    }

    pub fn word_or_address(&self, text: &str) -> String {
        match text.parse::<IpAddr>() {
            Ok(address) => self.addresses.address(address).to_string(),
            Err(_) => self.names.word(text),
        }
    }

    /// Prose of which only netmap's own words are left. Names and addresses in
    /// it are replaced, and all else that others wrote is left out.
    pub fn text(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        for piece in pieces(text) {
            let kept = match piece {
                Piece::Word(word) => self.token(word),
                Piece::Mark(mark) => is_mark(mark).then(|| mark.to_string()),
            };
            match kept {
                Some(kept) => clean.push_str(&kept),
                // However much it is.
                None if clean.trim_end().ends_with(LEFT_OUT) => {
                    clean.truncate(clean.trim_end().len());
                }
                None => clean.push_str(LEFT_OUT),
            }
        }
        clean
    }

    /// What is left of a word.
    fn token(&self, token: &str) -> Option<String> {
        if let Some(known) = self.names.known(token) {
            return Some(known);
        }
        if let Ok(address) = token.parse::<IpAddr>() {
            return Some(self.addresses.address(address).to_string());
        }
        let is_own = self.own_words.contains(token) || is_http_error(token);
        is_own.then(|| token.to_owned())
    }
}

/// A part of prose.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'t> {
    /// A word, a name, an address, a path, a number.
    Word(&'t str),
    /// What stands between two of these.
    Mark(char),
}

/// Takes prose apart.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let is_part = |c: char| c.is_alphanumeric() || "_-.:/@'".contains(c);
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        // A full stop or a colon behind a word is no part of it.
        let word = rest[..end].trim_end_matches(['.', ':', '\'']);
        if word.is_empty() {
            // All of them at once: who tries each looks at all that follow.
            let marks = end.max(first.len_utf8());
            pieces.extend(rest[..marks].chars().map(Piece::Mark));
            rest = &rest[marks..];
        } else {
            pieces.push(Piece::Word(word));
            rest = &rest[word.len()..];
        }
    }
    pieces
}

/// Whether it only separates words.
fn is_mark(mark: char) -> bool {
    " ,;:.()`\"'".contains(mark)
}

/// Whether it is the status of an HTTP answer that is an error.
fn is_http_error(token: &str) -> bool {
    token.len() == 3 && token.parse().is_ok_and(|status| (400..600).contains(&status))
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    /// It would take hours if each of them looked at all that follow.
    #[test]
    fn many_marks_in_a_row_are_taken_apart_at_once() {
        let apart = pieces(&format!("a{}! b", ".".repeat(1_000_000))).len();
        assert_eq!(apart, 1_000_004);
        let marks = [':', '.', '!'].map(Piece::Mark);
        let apart = pieces("é:.!.:'x");
        assert_eq!(apart[0], Piece::Word("é"));
        assert_eq!(apart[1..4], marks);
        assert_eq!(apart[4..], [Piece::Word(".:'x")]);
    }
}
