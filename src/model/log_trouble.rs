//! What a log says went wrong, beside failures to reach a host.

use serde::{Deserialize, Serialize};

use super::moment::{self, Moment};

/// What kind of trouble a line of a log tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleKind {
    /// A variable or setting that must be there is not.
    MissingVariable,
    /// A module, class or library that must be there is not.
    MissingModule,
    /// A file or folder that must be there is not.
    FileNotFound,
    /// A program cannot be run: it is not there, or for another machine.
    Executable,
    /// It may not do something.
    Permission,
    /// What it wants to listen on is taken.
    AddressInUse,
    /// Its user or password is not accepted.
    Authentication,
    /// Memory is used up.
    OutOfMemory,
    /// The disk is full.
    DiskFull,
    /// Its configuration or arguments make no sense.
    Configuration,
    /// A name was not found; the line does not say which.
    NameNotFound,
    /// A connection was refused; the line does not say by whom.
    Refused,
    /// A host cannot be reached; the line does not say which.
    Unreachable,
    /// Something else.
    #[serde(other)]
    Other,
}

impl TroubleKind {
    /// What it is, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingVariable => "a variable or setting is missing",
            Self::MissingModule => "a module or library is missing",
            Self::FileNotFound => "a file or folder is not there",
            Self::Executable => "a program cannot be run",
            Self::Permission => "permission denied",
            Self::AddressInUse => "the address that it wants to listen on is in use",
            Self::Authentication => "user or password not accepted",
            Self::OutOfMemory => "out of memory",
            Self::DiskFull => "no space left on the disk",
            Self::Configuration => "its configuration makes no sense",
            Self::NameNotFound => "name not found",
            Self::Refused => "connection refused",
            Self::Unreachable => "no route to it",
            Self::Other => "an error that netmap does not know",
        }
    }

    /// Whether it is about a connection to something else.
    pub fn is_of_network(self) -> bool {
        matches!(self, Self::NameNotFound | Self::Refused | Self::Unreachable)
    }
}

/// Trouble that a container's log tells of. Alike lines are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LogTrouble {
    /// What kind.
    pub kind: TroubleKind,
    /// The last such line, where it consists of words that hold no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// How many of the lines looked at say so.
    #[serde(default)]
    pub count: u32,
    /// When the first of them was written.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub first: Option<Moment>,
    /// When the last of them was written.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub last: Option<Moment>,
}
