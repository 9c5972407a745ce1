//! That a container wants to reach something, and what shows it.

use serde::Serialize;

use super::flow::FlowOutcome;
use super::observation::{LogErrorKind, Progress};
use super::reference::Origin;

/// A container that wants to reach something, with the most telling of what
/// shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Dial {
    /// The container.
    pub container: String,
    /// The host, as dialled.
    pub host: String,
    /// The port, if anything says one.
    pub port: Option<u16>,
    /// Where the configuration has it, if it does.
    pub written: Option<WrittenIn>,
    /// What its log says, if it says anything.
    pub log: Option<Logged>,
    /// How far a connection has come, if there is one.
    pub connection: Option<Progress>,
    /// What was seen of it on the wire, if anything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wire: Option<OnWire>,
}

/// What was seen on the wire of tries that came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OnWire {
    /// What came of them. Those that were answered were ended by who was dialled,
    /// which had said nothing.
    pub outcome: FlowOutcome,
    /// How many there were.
    pub tries: u64,
    /// Milliseconds that somebody listened.
    pub window_ms: u64,
}

/// Where a container's configuration names a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WrittenIn {
    /// Which part of it.
    pub origin: Origin,
    /// The variable, label or key.
    pub name: Option<String>,
}

impl WrittenIn {
    /// The place for people: `MONGO_URL`, `its command`.
    pub fn place(&self) -> &str {
        self.origin.place(self.name.as_deref())
    }
}

/// An error that a log reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Logged {
    /// Its kind.
    pub error: LogErrorKind,
    /// How old the last such line was when netmap looked, in seconds; `None`
    /// where that is not known.
    pub seconds_ago: Option<u64>,
}
