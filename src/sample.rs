//! The recorded setups of `samples/`, carried in the program, so that every
//! command can be tried without an engine and without this repository.
//!
//! `build.rs` collects them: a folder with a `snapshot.json` is a sample.

use std::io::Read;

use crate::error::{Error, Result};
use crate::model::{Snapshot, nearest};

/// What stands before a sample's name where a file is asked for.
pub const PREFIX: &str = "sample:";

/// A recorded setup.
#[derive(Debug)]
pub struct Sample {
    /// Its name, which is its folder's path in `samples/`.
    pub name: &'static str,
    /// What it shows, in a line.
    pub title: &'static str,
    snapshot: &'static [u8],
    fixed: Option<&'static [u8]>,
    near: Option<&'static [u8]>,
}

/// All samples, by name.
pub const SAMPLES: &[Sample] = include!(concat!(env!("OUT_DIR"), "/samples.rs"));

impl Sample {
    /// Whether nothing is wrong in it.
    pub fn is_healthy(&self) -> bool {
        self.name.starts_with("healthy-") || self.name == "module-5/network"
    }

    /// Whether it is a lesson of the course.
    pub fn is_lesson(&self) -> bool {
        self.name.starts_with("lessons/")
    }

    /// The names that ask for its recordings.
    pub fn names(&self) -> impl Iterator<Item = String> + use<> {
        self.recordings().map(|(name, _)| name)
    }

    /// A command that shows what it is about.
    pub fn command(&self) -> String {
        let command = if self.is_healthy() { "show" } else { "doctor" };
        format!("netmap {command} --from {PREFIX}{}", self.name)
    }

    /// Its recordings: each with the name that asks for it, and the snapshot's
    /// text, deflated.
    fn recordings(&self) -> impl Iterator<Item = (String, &'static [u8])> + use<> {
        let beside = |what: &str| format!("{}/{what}", self.name);
        let broken = Some((self.name.to_owned(), self.snapshot));
        let fixed = self.fixed.map(|text| (beside("fixed"), text));
        let near = self.near.map(|text| (beside("near"), text));
        [broken, fixed, near].into_iter().flatten()
    }
}

/// Reads the recording of that name: a sample's own, or `NAME/fixed` and
/// `NAME/near` where it has them.
///
/// # Errors
///
/// [`Error::NoSuchName`], with the nearest name there is.
///
/// # Examples
///
/// ```
/// let broken = netmap::sample::read("wrong-name")?;
/// assert!(broken.containers.iter().any(|container| container.name == "web"));
/// assert!(netmap::sample::read("wrong-nam").is_err());
/// # Ok::<(), netmap::error::Error>(())
/// ```
pub fn read(name: &str) -> Result<Snapshot> {
    let mut recordings = SAMPLES.iter().flat_map(Sample::recordings);
    let Some((_, text)) = recordings.find(|(known, _)| known == name) else {
        return Err(no_such(name));
    };
    let text = inflate(text).expect("build.rs deflated it");
    Snapshot::read(&*text)
        .map_err(|error| Error::Snapshot { path: format!("{PREFIX}{name}").into(), error })
}

/// What was deflated by `build.rs`.
///
/// # Errors
///
/// When it is not what was deflated.
pub fn inflate(deflated: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    flate2::read::DeflateDecoder::new(deflated).read_to_end(&mut text)?;
    Ok(text)
}

fn no_such(name: &str) -> Error {
    let all: Vec<String> = SAMPLES.iter().flat_map(Sample::names).collect();
    Error::NoSuchName {
        kind: "sample",
        name: name.to_owned(),
        nearest: nearest(name, all.iter().map(String::as_str)).map(str::to_owned),
        known: SAMPLES.iter().map(|sample| sample.name.to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_can_be_read_and_says_what_it_shows() {
        assert!(SAMPLES.len() > 50, "{} samples", SAMPLES.len());
        for sample in SAMPLES {
            assert!(sample.title.len() > 8, "{}: `{}`", sample.name, sample.title);
            for name in sample.names() {
                let snapshot = read(&name).expect("a sample that netmap recorded");
                let planned = snapshot.plan.is_some();
                assert!(planned || !snapshot.engine.name.is_empty(), "{name}");
            }
        }
    }

    #[test]
    fn a_slip_in_a_name_gets_the_name_that_was_meant() {
        for (wrong, meant) in [
            ("modul-5", "module-5"),
            ("wrong-name/fixd", "wrong-name/fixed"),
            ("hairpn", "hairpin"),
        ] {
            let hint = read(wrong).expect_err("there is none").hint().expect("a hint");
            assert_eq!(hint, format!("did you mean `{meant}`?"));
        }
    }
}
