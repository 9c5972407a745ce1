//! What there is to say about compose files, each with its place, while the
//! rest goes on: what Compose or the engine will refuse, and what netmap leaves
//! aside.

use std::collections::BTreeMap;

use super::interpolate::Remark;
use crate::error::{Error, Result};
use crate::model::words::count;
use crate::model::{Fault, Form, Place, Refuser, Unread, nearest};
use crate::order::OrderBy;
use crate::yaml::{Malformed, Node, Spot};

/// Most notes kept, and most faults. A file of another kind altogether has no
/// end of them.
const MOST: usize = 200;

/// The files read so far, and what there is to say about them.
#[derive(Debug, Default)]
pub struct Notes {
    /// Names of the files, by the number that a [`Spot`] has.
    pub files: Vec<String>,
    notes: Vec<Unread>,
    left_out: usize,
    faults: Vec<(Spot, Fault)>,
    /// Whether a part of the project was not read, so that what is not there may be in it.
    pub is_partial: bool,
    /// Variables without a value: where first, and how often.
    unset: BTreeMap<String, (Spot, usize)>,
}

impl Notes {
    /// The place for a spot.
    pub fn place(&self, spot: Spot) -> Place {
        let file = self.files.get(spot.file).cloned().unwrap_or_default();
        Place { file, line: spot.line, column: spot.column }
    }

    /// The error that something which Compose refuses ends the whole reading with.
    pub fn error(&self, spot: Spot, why: impl Into<String>) -> Error {
        Error::ComposeFile { place: self.place(spot), why: why.into(), hint: None }
    }

    /// The error of a file that is no YAML.
    pub fn malformed(&self, error: Malformed) -> Error {
        let Malformed { spot, why, hint } = error;
        Error::ComposeFile { place: self.place(spot), why, hint: Some(hint.to_owned()) }
    }

    /// The error that the whole reading ends with where netmap goes no further.
    pub fn limit(&self, spot: Spot, why: impl Into<String>) -> Error {
        Error::Compose { place: self.place(spot).to_string(), why: why.into(), hint: None }
    }

    /// Notes that `path` says something that is left aside, and why.
    pub fn add(&mut self, spot: Spot, path: &[&str], why: impl Into<String>) {
        if self.notes.len() >= MOST {
            self.left_out += 1;
            return;
        }
        let what = format!("{} `{}`", self.place(spot), path.join("."));
        self.notes.push(Unread::new(what, why));
    }

    /// Notes something that stands in no file.
    pub fn say(&mut self, what: String, why: String) {
        self.notes.push(Unread::new(what, why));
    }

    /// Notes that Compose refuses the file for what `path` says, and why.
    pub fn refused(&mut self, spot: Spot, path: &[&str], why: impl Into<String>) {
        self.refused_worded(spot, path, || (why.into(), None, None));
    }

    /// Notes that one of the two refuses what `path` says, with the form in which it would
    /// be taken.
    pub fn refused_form(
        &mut self,
        by: Refuser,
        spot: Spot,
        path: &[&str],
        why: String,
        form: Form,
    ) {
        self.fault(by, spot, path, || (why, None, Some(form)));
    }

    /// Notes the same, put in words only if the note is kept: to find out what
    /// was probably meant takes a look at all that could be.
    pub fn refused_worded(
        &mut self,
        spot: Spot,
        path: &[&str],
        words: impl FnOnce() -> (String, Option<String>, Option<Form>),
    ) {
        self.fault(Refuser::Compose, spot, path, words);
    }

    /// Notes that Compose refuses the file for what `path` names and there is not, unless
    /// that may be in a part that was not read.
    pub fn absent(
        &mut self,
        spot: Spot,
        path: &[&str],
        words: impl FnOnce() -> (String, Option<String>, Option<Form>),
    ) {
        if !self.is_partial {
            self.refused_worded(spot, path, words);
        }
    }

    /// What came of reading something that a file names at `spot`; nothing where Compose
    /// refuses that, which is noted.
    ///
    /// # Errors
    ///
    /// Where netmap itself goes no further.
    pub fn told<T>(&mut self, result: Result<T>, spot: Spot, path: &[&str]) -> Result<Option<T>> {
        let (place, why, hint) = match result {
            Err(Error::ComposeFile { place, why, hint }) => (place, why, hint),
            other => return other.map(Some),
        };
        let file = self.files.iter().position(|file| *file == place.file).unwrap_or_default();
        let at = Spot { file, line: place.line, column: place.column };
        // What is wrong with the other file as a whole stands there, and at no path of it.
        let path = if at.line == spot.line && self.place(spot) == place { path } else { &[] };
        let form = hint.map(|how| Form::Parsed { how });
        self.fault(Refuser::Compose, at, path, || (why, None, form));
        Ok(None)
    }

    /// Notes that one of the two refuses what `path` says, and why.
    pub fn refused_by(&mut self, by: Refuser, spot: Spot, path: &[&str], why: impl Into<String>) {
        self.fault(by, spot, path, || (why.into(), None, None));
    }

    /// Notes that Compose takes what `path` says and the engine does not, and why.
    pub fn refused_by_engine(&mut self, spot: Spot, path: &[&str], why: impl Into<String>) {
        self.refused_by(Refuser::Engine, spot, path, why);
    }

    /// Notes a fault; the words come with the key that was meant, if one was, and
    /// with the form in which the value would be taken.
    fn fault(
        &mut self,
        by: Refuser,
        spot: Spot,
        path: &[&str],
        why: impl FnOnce() -> (String, Option<String>, Option<Form>),
    ) {
        if self.faults.len() >= MOST {
            self.left_out += 1;
            return;
        }
        let (why, meant, form) = why();
        let fault = Fault {
            by,
            place: self.place(spot),
            path: path.join("."),
            service: match path {
                ["services", service, ..] => Some((*service).to_owned()),
                _ => None,
            },
            why: why.clone(),
            meant,
            form,
        };
        // Each step of laying files over one another finds it again.
        if self.faults.iter().all(|(_, known)| *known != fault) {
            self.faults.push((spot, fault));
            self.add(spot, path, why);
        }
    }

    /// Notes a value of the wrong kind.
    pub fn wrong_kind(&mut self, node: &Node, path: &[&str], wanted: &str) {
        self.wrong_form(node, path, wanted, None);
    }

    /// Likewise, with the form in which it would be taken, if there is one.
    pub fn wrong_form(&mut self, node: &Node, path: &[&str], wanted: &str, form: Option<Form>) {
        let why = || format!("this is {}, and {wanted} was expected", node.kind());
        self.fault(Refuser::Compose, node.spot, path, || (why(), None, form));
    }

    /// Notes that there is no such key at a place, with the one of `known` that
    /// was probably meant, or with where it belongs.
    pub fn unknown_key<'k>(
        &mut self,
        spot: Spot,
        path: &[&str],
        known: impl IntoIterator<Item = &'k str>,
        home: Option<&str>,
    ) {
        let key = path.last().copied().unwrap_or_default();
        let known: Vec<&str> = known.into_iter().collect();
        // `network` is a key of `build`, and in a service a slip of `networks`.
        let is_slip = known.iter().any(|other| differ_in_number(key, other));
        if let Some(home) = home.filter(|_| !is_slip) {
            let why = format!("it stands in the wrong place; it belongs {home}");
            return self.refused(spot, path, why);
        }
        self.fault(Refuser::Compose, spot, path, || match nearest(key, known) {
            Some(meant) => {
                let why = format!("there is no such key; did you mean `{meant}`?");
                (why, Some(meant.to_owned()), None)
            }
            None => ("there is no such key".to_owned(), None, None),
        });
    }

    /// Whether a key right under `path` was probably meant to be `key`.
    pub fn is_meant(&self, path: &[&str], key: &str) -> bool {
        let path = path.join(".");
        self.faults.iter().any(|(_, fault)| {
            let under = fault.path.rsplit_once('.').map(|(under, _)| under);
            fault.meant.as_deref() == Some(key) && under == Some(&path)
        })
    }

    /// Notes what came up when a value's variables were filled in.
    pub fn remark(&mut self, spot: Spot, path: &[&str], remark: Remark) {
        match remark {
            Remark::Unset(name) => self.unset.entry(name).or_insert((spot, 0)).1 += 1,
            Remark::Required(name, message) => {
                let tail = if message.is_empty() {
                    String::new()
                } else {
                    format!("; the file says: {message}")
                };
                let why = format!("the variable `{name}` is required and not set{tail}");
                self.refused(spot, path, why);
            }
            Remark::NoVariable => {
                let why = "`${` begins no variable here; write $$ for a dollar sign";
                self.refused(spot, path, why);
            }
            Remark::TooLong => {
                self.add(spot, path, "it grows too long with its variables filled in")
            }
        }
    }

    /// All notes, and all that is refused, in the order of the files.
    pub fn finish(mut self) -> (Vec<Unread>, Vec<Fault>) {
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
        self.notes.order();
        self.faults.order_by_key(|(spot, _)| *spot);
        (self.notes, self.faults.into_iter().map(|(_, fault)| fault).collect())
    }
}

/// Whether two keys differ in an `s` at the end alone.
fn differ_in_number(a: &str, b: &str) -> bool {
    a.strip_suffix('s') == Some(b) || b.strip_suffix('s') == Some(a)
}
