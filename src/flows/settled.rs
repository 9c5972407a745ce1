//! Connections that have been counted already. The kernel remembers them for a
//! while, and each look sees them again.

use std::hash::BuildHasher;
use std::hash::Hash;

use foldhash::HashSet;
use foldhash::fast::FixedState;

use crate::model::Moment;

/// Seconds for which the kernel remembers what is over, and some more.
const REMEMBERED: f64 = 150.0;

/// Connections that are known to have been counted.
const MOST: usize = 500_000;

/// What has been counted, by a number for each: those of the last minutes.
#[derive(Debug, Default)]
pub struct Settled {
    recent: HashSet<u64>,
    before: HashSet<u64>,
    since: Option<Moment>,
}

impl Settled {
    /// Notes that a connection has been counted.
    pub fn insert(&mut self, key: &impl Hash, now: Moment) {
        let since = *self.since.get_or_insert(now);
        if now.since(since) > REMEMBERED || self.recent.len() >= MOST {
            self.before = std::mem::take(&mut self.recent);
            self.since = Some(now);
        }
        self.recent.insert(number(key));
    }

    /// Whether it has been.
    pub fn contains(&self, key: &impl Hash) -> bool {
        let number = number(key);
        self.recent.contains(&number) || self.before.contains(&number)
    }
}

fn number(key: &impl Hash) -> u64 {
    FixedState::default().hash_one(key)
}
