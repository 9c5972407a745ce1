//! What the readers of this folder read.

use crate::model::DropCause;

/// Rules read of one namespace. A host with 300 containers has about 3,000.
pub const MOST_RULES: usize = 50_000;

/// Something that throws packets away, and how many it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// What.
    pub cause: DropCause,
    /// How many.
    pub packets: u64,
}

impl Tally {
    /// So many were thrown away by this.
    pub fn new(cause: DropCause, packets: u64) -> Self {
        Self { cause, packets }
    }
}
