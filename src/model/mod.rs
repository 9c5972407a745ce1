//! The plain data netmap works on: what was observed, without any judgement.
//!
//! Everything here can be written to a snapshot file and read back, so each
//! command works the same on a live engine, on a file and in a test. Nothing
//! in this layer calls the engine, and nothing knows how it will be shown.

mod container;
mod engine_facts;
mod names;
mod network;
mod plan;
mod port;
mod reachability;
mod snapshot;

pub use container::{Compose, Container, Endpoint, Health, NetworkMode, State};
pub use engine_facts::EngineFacts;
pub use names::{nearest, nearest_of};
pub use network::{Network, Subnet};
pub use plan::{Place, Plan};
pub use port::{ExposedPort, Protocol, PublishedPort, RequestedPort};
pub use reachability::{By, Knock, Latency, Measurement, Outcome, Probe};
pub use snapshot::{NetworkIndex, ReadError, SCHEMA, Snapshot, Unread};
