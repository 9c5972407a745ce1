//! What a log says more than once.

use serde::{Deserialize, Serialize};

use super::moment::{self, Moment};

/// How often a log says one thing, and when. In JSON its fields are those of
/// what is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Repeated {
    /// How many of the lines looked at say so.
    #[serde(default)]
    pub count: u32,
    /// When the first of them was written.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub first: Option<Moment>,
    /// When the last of them was written.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub last: Option<Moment>,
    /// When the one before the last was written: who waits longer each time is
    /// not yet silent.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub last_but_one: Option<Moment>,
}

impl Repeated {
    /// One more line says so; `at` is when it was written, if it says when.
    pub fn add(&mut self, at: Option<Moment>) {
        if self.count == 0 {
            self.first = at;
        }
        self.count += 1;
        if let Some(at) = at {
            self.last_but_one = self.last.replace(at);
        }
    }

    /// Seconds from the first to the last.
    pub fn span(&self) -> f64 {
        self.first.zip(self.last).map_or(0.0, |(first, last)| last.since(first))
    }

    /// Seconds from one to the next: on average, or as many as the last time
    /// where those were more.
    pub fn interval(&self) -> f64 {
        let usual = self.span() / f64::from(self.count.saturating_sub(1).max(1));
        let latest = self.last_but_one.zip(self.last).map(|(before, last)| last.since(before));
        latest.map_or(usual, |latest| latest.max(usual))
    }
}
