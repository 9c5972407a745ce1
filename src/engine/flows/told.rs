//! What the kernel told.

use crate::model::{LookoutAt, Sighting};

/// What was told since somebody listened last.
#[derive(Debug, Default)]
pub struct Told {
    /// The connections.
    pub seen: Vec<Sighting>,
    /// Where more was told than there was room for.
    pub lost: Vec<LookoutAt>,
}
