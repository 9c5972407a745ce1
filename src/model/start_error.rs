//! Why an engine could not start a container.

use serde::{Deserialize, Serialize};

/// What is in the way, as far as netmap knows the words for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartErrorKind {
    /// A port of the host is taken.
    PortTaken,
    /// An address is taken.
    AddressTaken,
    /// A network is not there.
    NoNetwork,
    /// The container whose network stack it is to share does not run.
    NoSharedStack,
    /// Something else.
    Other,
}

/// What the engine said when it could not start a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct StartError {
    /// What is in the way.
    pub kind: StartErrorKind,
    /// In the engine's words.
    pub said: String,
}

impl StartError {
    /// Recognises what the engine said.
    pub fn parse(said: String) -> Self {
        const PORTS: [&str; 3] =
            ["port is already allocated", "address already in use", "ports are not available"];
        let kind = if PORTS.iter().any(|words| said.contains(words)) {
            StartErrorKind::PortTaken
        } else {
            StartErrorKind::Other
        };
        Self { kind, said }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Now { kind: StartErrorKind, said: String },
    Before(String),
}

impl From<Written> for StartError {
    fn from(written: Written) -> Self {
        match written {
            Written::Now { kind, said } => Self { kind, said },
            Written::Before(said) => Self::parse(said),
        }
    }
}
