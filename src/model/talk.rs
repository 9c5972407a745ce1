//! Who talks to whom: an edge of a map that says more than being wired.

use serde::{Deserialize, Serialize};

use super::position::ContainerAt;

/// One container talks to another, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Talk {
    /// The client.
    pub from: ContainerAt,
    /// The server.
    pub to: ContainerAt,
    /// The port, where anything says one.
    pub port: Option<u16>,
    /// How it is known.
    pub basis: TalkBasis,
    /// Whether traffic was seen.
    pub seen: Seen,
    /// Whether it works.
    pub verdict: TalkVerdict,
}

/// How it is known that one container talks to another; the best comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TalkBasis {
    /// Traffic was seen, and nothing else says so.
    Observed,
    /// The setup says so: a variable, a command, a link, a proxy's label.
    Configured,
    /// Only the order of starts says so.
    Dependency,
}

impl TalkBasis {
    /// The word of the JSON contract and of pictures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Configured => "configured",
            Self::Dependency => "dependency",
        }
    }
}

/// Whether traffic was seen where somebody looked for it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Seen {
    /// Some was.
    Seen,
    /// None was in the time of the look, which says nothing of other times.
    NotSeen,
    /// Nobody looked, or nobody could look there.
    #[default]
    NotLooked,
}

/// Whether what one container has to say reaches the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TalkVerdict {
    /// There is no way, or it was measured shut.
    Blocked,
    /// It was measured open.
    Open,
    /// Nothing is known to be in its way.
    Unknown,
}

impl TalkVerdict {
    /// The word of the JSON contract and of pictures.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Open => "open",
            Self::Unknown => "unknown",
        }
    }
}
