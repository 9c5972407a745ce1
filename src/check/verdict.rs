//! What comes of an assertion, and what is asked to judge it.

use crate::model::{Attempt, By, ContainerAt, Finding, NetworkAt};
use crate::yaml::Spot;

/// Whether an assertion holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckStatus {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It is unknown.
    Unknown,
}

impl CheckStatus {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// What the engine says.
    Engine,
    /// What was measured.
    Measured,
    /// What the map predicts, at least in part.
    Map,
}

impl Basis {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Measured => "measured",
            Self::Map => "map",
        }
    }
}

/// What came of an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckVerdict {
    /// The assertion, as the file has it.
    pub assertion: String,
    /// Where it stands in the file.
    pub place: Spot,
    /// Whether it holds.
    pub status: CheckStatus,
    /// What it rests on.
    pub basis: Basis,
    /// What is to be, in words.
    pub expected: String,
    /// What is, in words; a line each for what differs from pair to pair.
    pub observed: String,
    /// Names of the containers and networks it is about, as far as they are there.
    pub subjects: Vec<String>,
    /// What the doctor found that is behind it, if it found something.
    pub cause: Option<Finding>,
    /// Whether what the doctor finds is what is asserted: it is observed already then.
    pub is_about_findings: bool,
}

/// Something that would have to be measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// From this container
    pub from: ContainerAt,
    /// to that one,
    pub to: ContainerAt,
    /// by name or by address:
    pub by: By,
    /// this name or address
    pub target: String,
    /// on this network,
    pub network: Option<NetworkAt>,
    /// sending this.
    pub attempt: Attempt,
}

/// What stands behind a verdict: status, basis, and what is seen, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assessment {
    pub status: CheckStatus,
    pub basis: Basis,
    pub observed: String,
}

impl Assessment {
    pub fn new(status: CheckStatus, basis: Basis, observed: impl Into<String>) -> Self {
        Self { status, basis, observed: observed.into() }
    }

    /// What the engine says of a thing that is so, or is not.
    pub fn fact(holds: bool, observed: impl Into<String>) -> Self {
        let status = if holds { CheckStatus::Pass } else { CheckStatus::Fail };
        Self::new(status, Basis::Engine, observed)
    }
}
