//! What a log says more than once.

use std::time::Duration;

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
    /// not yet silent. Where the last came with others at once, it is as long before it
    /// as the first of these came after what was before.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub last_but_one: Option<Moment>,
}

/// Lines that follow one another as fast as this, in seconds, tell of one failure: a
/// traceback says its matter more than once.
const AT_ONCE: f64 = 0.3;

/// The longest pause before such lines, in seconds, that tells when the next are to come:
/// after a longer one they may be the beginning of something else.
const LONGEST_PAUSE: f64 = 60.0;

impl Repeated {
    /// One more line says so; `at` is when it was written, if it says when.
    pub fn add(&mut self, at: Option<Moment>) {
        if self.count == 0 {
            self.first = at;
        }
        self.count += 1;
        let Some(at) = at else { return };
        let pause = self.pause().filter(|pause| (AT_ONCE..LONGEST_PAUSE).contains(pause));
        let before = self.last.replace(at);
        let is_of_last = before.is_some_and(|before| at.since(before) < AT_ONCE);
        self.last_but_one = match pause.filter(|_| is_of_last) {
            Some(pause) => Some(at.before(Duration::from_secs_f64(pause))),
            None => before,
        };
    }

    /// Seconds from the last but one to the last.
    fn pause(&self) -> Option<f64> {
        self.last_but_one.zip(self.last).map(|(before, last)| last.since(before))
    }

    /// Seconds from the first to the last.
    pub fn span(&self) -> f64 {
        self.first.zip(self.last).map_or(0.0, |(first, last)| last.since(first))
    }

    /// Seconds from one to the next: on average, or as many as the last time
    /// where those were more.
    pub fn interval(&self) -> f64 {
        let usual = self.span() / f64::from(self.count.saturating_sub(1).max(1));
        self.pause().map_or(usual, |latest| latest.max(usual))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds after which the next is to come, of lines at these tenths of a second.
    fn interval(tenths: impl IntoIterator<Item = u64>) -> f64 {
        let begin = Moment::parse("2026-05-01T10:00:00Z").unwrap();
        let mut repeated = Repeated::default();
        let mut tenths: Vec<u64> = tenths.into_iter().collect();
        let end = *tenths.iter().max().unwrap();
        tenths.iter_mut().for_each(|at| *at = end - *at);
        for ago in tenths {
            repeated.add(Some(begin.before(Duration::from_millis(100 * ago))));
        }
        repeated.interval()
    }

    #[test]
    fn lines_at_once_tell_of_one_failure() {
        // A traceback of three lines every three seconds.
        let bursts = (0..6u64).flat_map(|n| [30 * n, 30 * n + 1, 30 * n + 2]);
        assert!((interval(bursts) - 3.0).abs() < 0.3);
        assert!((interval([0, 30, 60, 90]) - 3.0).abs() < 0.01, "one at a time");
        assert!(interval((0..300).map(|n| 2 * n)) < 0.3, "without end");
        // What was said long ago does not tell when the next is to come.
        let anew = [0].into_iter().chain((0..40).map(|n| 9_000 + n));
        assert!(interval(anew) < 60.0);
    }
}
