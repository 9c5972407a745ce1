//! What a compose file says that netmap does not understand, or that Compose
//! itself would complain about: named with its place, while the rest goes on.

use std::collections::BTreeMap;

use super::interpolate::Remark;
use crate::error::Error;
use crate::model::words::count;
use crate::model::{Place, Unread, nearest};
use crate::yaml::{Node, Spot};

/// Most notes kept. A file of another kind altogether has no end of them.
const MOST: usize = 200;

/// The files read so far, and what there is to say about them.
#[derive(Debug, Default)]
pub struct Notes {
    /// Names of the files, by the number that a [`Spot`] has.
    pub files: Vec<String>,
    notes: Vec<Unread>,
    left_out: usize,
    /// Variables without a value: where first, and how often.
    unset: BTreeMap<String, (Spot, usize)>,
}

impl Notes {
    /// The place for a spot.
    pub fn place(&self, spot: Spot) -> Place {
        let file = self.files.get(spot.file).cloned().unwrap_or_default();
        Place { file, line: spot.line, column: spot.column }
    }

    /// The error that something at a spot ends the whole reading with.
    pub fn error(&self, spot: Spot, why: impl Into<String>) -> Error {
        Error::Compose { place: self.place(spot).to_string(), why: why.into(), hint: None }
    }

    /// Notes that `path` says something that is left aside, and why.
    pub fn add(&mut self, spot: Spot, path: &[&str], why: impl Into<String>) {
        self.add_worded(spot, path, || why.into());
    }

    /// Notes the same, put in words only if the note is kept: to find out what
    /// was probably meant takes a look at all that could be.
    pub fn add_worded(&mut self, spot: Spot, path: &[&str], why: impl FnOnce() -> String) {
        if self.notes.len() >= MOST {
            self.left_out += 1;
            return;
        }
        let what = format!("{} `{}`", self.place(spot), path.join("."));
        self.notes.push(Unread::new(what, why()));
    }

    /// Notes a value of the wrong kind.
    pub fn wrong_kind(&mut self, node: &Node, path: &[&str], wanted: &str) {
        self.add(node.spot, path, format!("this is {}, and {wanted} was expected", node.kind()));
    }

    /// Notes each key that is not `known`, with the one that was probably meant.
    pub fn unknown_keys(&mut self, node: &Node, path: &[&str], known: &[&str]) {
        for (key, entry) in node.map().into_iter().flatten() {
            if known.contains(&key.as_str()) || key.starts_with("x-") {
                continue;
            }
            let why = || match nearest(key, known.iter().copied()) {
                Some(meant) => format!("there is no such key; did you mean `{meant}`?"),
                None => "there is no such key".to_owned(),
            };
            self.add_worded(entry.key, &[path, &[key]].concat(), why);
        }
    }

    /// Notes what came up when a value's variables were filled in.
    pub fn remark(&mut self, spot: Spot, path: &[&str], remark: Remark) {
        match remark {
            Remark::Unset(name) => self.unset.entry(name).or_insert((spot, 0)).1 += 1,
            Remark::Required(name, message) => {
                let tail = if message.is_empty() { String::new() } else { format!(": {message}") };
                let why = format!("the variable `{name}` is required and not set{tail}");
                self.add(spot, path, why);
            }
            Remark::NoVariable(text) => {
                let why = format!("`{text}` is no variable; write $$ for a dollar sign");
                self.add(spot, path, why);
            }
            Remark::TooLong => {
                self.add(spot, path, "it grows too long with its variables filled in")
            }
        }
    }

    /// All notes.
    pub fn finish(mut self) -> Vec<Unread> {
        for (name, (spot, times)) in std::mem::take(&mut self.unset) {
            let more = match times {
                1 => String::new(),
                times => format!(", here and in {} more", count(times - 1, "value")),
            };
            let what = format!("{} `${name}`", self.place(spot));
            self.notes.push(Unread::new(what, format!("not set, so taken as empty{more}")));
        }
        if self.left_out > 0 {
            let why = format!("{} more things that are not understood", self.left_out);
            self.notes.push(Unread::new("the rest", why));
        }
        self.notes
    }
}
