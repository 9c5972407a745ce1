//! What came of one way over time, try after try.

use serde::{Deserialize, Serialize};

/// One try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Try {
    /// Milliseconds since the first one.
    pub at_ms: u64,
    /// Its round trip in microseconds; none without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trip_us: Option<u64>,
}

/// Tries of one way at a steady pace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Series {
    /// Milliseconds from one try to the next, as asked for.
    pub interval_ms: u64,
    /// How much two answers in a row differ, as a mean, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_us: Option<u64>,
    /// The latest tries.
    pub tries: Vec<Try>,
    /// How many came before these, and are in nothing but the sums.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

// serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}
