//! Replacing names and addresses in a word and in prose.

use std::net::IpAddr;

use super::addresses::Addresses;
use super::names::Names;
use crate::model::{Part, Unread};

/// What replaces the names and addresses of one snapshot.
pub struct Redaction {
    pub names: Names,
    pub addresses: Addresses,
}

impl Redaction {
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

    /// Prose, with every name and address in it replaced. Whatever might be a
    /// host, a path or a number that tells something is left out.
    pub fn text(&self, text: &str) -> String {
        let is_part = |c: char| c.is_alphanumeric() || "_.-:/@".contains(c);
        let mut clean = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if !is_part(first) {
                clean.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let (token, after) = rest.split_at(end);
            let word = token.trim_end_matches(['.', ':']);
            clean.push_str(&self.token(word));
            clean.push_str(&token[word.len()..]);
            rest = after;
        }
        clean
    }

    fn token(&self, token: &str) -> String {
        if let Some(known) = self.names.known(token) {
            return known;
        }
        if let Ok(address) = token.parse::<IpAddr>() {
            return self.addresses.address(address).to_string();
        }
        let tells = token.contains(['.', '/', '@', ':'])
            || token.chars().filter(char::is_ascii_digit).count() > 5;
        if tells { "…".to_owned() } else { token.to_owned() }
    }
}
