//! What could not be read.

use serde::{Deserialize, Serialize};

use super::names::natural_order;

/// Something that could not be read, and why. It is shown wherever the rest
/// is: a map with holes must not look whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// What: ``container `web` ``.
    pub what: String,
    /// Why: `gone before it could be inspected`.
    pub why: String,
}

impl Unread {
    /// Notes that `what` could not be read because of `why`.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

/// By what, numbers in it by their size: line 9 of a file before line 10.
impl Ord for Unread {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        natural_order(&self.what, &other.what)
            .then_with(|| (&self.what, &self.why).cmp(&(&other.what, &other.why)))
    }
}

impl PartialOrd for Unread {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
