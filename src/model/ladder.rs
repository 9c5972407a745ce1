//! The answer to "can A reach B, and if not, where does it fail": rungs from
//! the bottom up, each with how it came out.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fix::Step;
use super::packet_drop::PacketDrop;

/// One thing that must hold for A to reach B, from the bottom up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RungKind {
    /// Both run.
    Running,
    /// There is a network between them.
    Network,
    /// The name resolves.
    Name,
    /// Nothing throws the packets away. It is there only where they get no answer.
    Packets,
    /// The address answers.
    Address,
    /// Large packets get there as well as small ones. It is there only where
    /// that was tried.
    Size,
    /// Something listens on the port.
    Port,
}

impl RungKind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Network => "network",
            Self::Name => "name",
            Self::Packets => "packets",
            Self::Address => "address",
            Self::Size => "size",
            Self::Port => "port",
        }
    }
}

/// How a rung came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// Nobody could tell; the detail says why.
    Unknown,
    /// It does not apply here.
    Skipped,
}

impl Status {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A rung, and how it came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Which it is.
    pub rung: RungKind,
    /// How it came out.
    pub status: Status,
    /// What was seen, a sentence without full stop.
    pub detail: String,
    /// What belongs to it, a sentence each.
    pub notes: Vec<String>,
}

impl Rung {
    /// A rung without notes.
    pub fn new(rung: RungKind, status: Status, detail: impl Into<String>) -> Self {
        Self { rung, status, detail: detail.into(), notes: Vec::new() }
    }
}

/// What a ladder goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// What was tried.
    Measured,
    /// The map and what was seen, since nothing was tried.
    Map,
}

/// All rungs between two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// Name of the container that wants to reach.
    pub from: String,
    /// What it wants to reach, as asked: `db:5432`.
    pub to: String,
    /// What the rungs go by.
    pub basis: Basis,
    /// Map, wire and measurement in one sentence, where they contradict one another
    /// and it is known why.
    pub because: Option<String>,
    /// What throws the packets away, the most telling first.
    pub drops: Vec<PacketDrop>,
    /// From the bottom up; the first that fails is the answer.
    pub rungs: Vec<Rung>,
    /// What fixes the first rung that fails.
    pub fix: Vec<Step>,
    /// A command that shows the failure.
    pub see: Option<Step>,
}

/// Whether A reaches B.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// It does: everything holds, and the last thing was measured, or is what
    /// the map predicts.
    Reachable,
    /// It does not: something fails.
    Blocked,
    /// Nothing is known to fail, and it was not seen to work either.
    Unknown,
}

impl Ladder {
    /// The first rung that fails.
    pub fn obstacle(&self) -> Option<&Rung> {
        self.rungs.iter().find(|rung| rung.status == Status::Fail)
    }

    /// What all rungs come to.
    pub fn verdict(&self) -> Reach {
        let last = self.rungs.iter().rfind(|rung| rung.status != Status::Skipped);
        match (self.obstacle(), last.map(|rung| rung.status)) {
            (Some(_), _) => Reach::Blocked,
            (None, Some(Status::Pass)) => Reach::Reachable,
            (None, _) => Reach::Unknown,
        }
    }
}
