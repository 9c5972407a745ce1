//! Flows out of what the kernel says of single connections: whose addresses
//! they are, which of them are one and the same seen in several places, and
//! how many went alike. Pure, and of bounded size however much is seen.

mod advise;
mod collector;
mod connection;
mod heard;
mod proxied;
mod settled;
mod tally;
#[cfg(test)]
mod tests;
mod who;

pub use advise::{Advice, Idle, Planned, Reach, Talk, advise};
pub use collector::Collector;
pub use who::Who;
