//! What a log says went wrong, beside failures to reach a host.

use serde::{Deserialize, Serialize};

use super::repeated::Repeated;

/// What kind of trouble a line of a log tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// The server's own rules do not let it in.
    Barred,
    /// One side speaks TLS and the other does not, or does not trust it.
    Encryption,
    /// The server's certificate has not the name by which it is dialled.
    Certificate,
    /// Another protocol is spoken than the server there understands.
    Protocol,
    /// No server is behind the Unix socket that it dials, or it may not use it.
    Socket,
    /// The engine does not take the version of its API that it speaks.
    EngineApi,
    /// Memory is used up.
    OutOfMemory,
    /// The disk is full.
    DiskFull,
    /// A URL, a host or a port that it is given is none.
    MalformedAddress,
    /// Its configuration makes no sense.
    Configuration,
    /// A program is given an option or argument that it does not know.
    CommandLine,
    /// It has no name server to ask.
    NoResolver,
    /// A name was not found; the line does not say which.
    NameNotFound,
    /// A connection was refused; the line does not say by whom.
    Refused,
    /// A host cannot be reached; the line does not say which.
    Unreachable,
    /// There was no answer; the line does not say from whom.
    NoAnswer,
    /// A connection fails; the line says neither which nor why.
    NoConnection,
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
            Self::Barred => "not let in by the server's own rules",
            Self::Encryption => "the two do not agree on encryption",
            Self::Certificate => "the server's certificate is made for other names",
            Self::Protocol => "the two do not speak the same protocol",
            Self::Socket => "no server behind the Unix socket that it dials",
            Self::EngineApi => "the engine does not take the version of its API that it speaks",
            Self::OutOfMemory => "out of memory",
            Self::DiskFull => "no space left on the disk",
            Self::MalformedAddress => "a URL, a host or a port that it is given is malformed",
            Self::Configuration => "it does not understand its configuration",
            Self::CommandLine => "a program does not know an option that it is given",
            Self::NoResolver => "it is told no name server to ask",
            Self::NameNotFound => "name not found",
            Self::Refused => "connection refused",
            Self::Unreachable => "no route to it",
            Self::NoAnswer => "no answer",
            Self::NoConnection => "no connection",
            Self::Other => "an error that netmap does not know",
        }
    }

    /// Whether it is about a connection to something else.
    pub fn is_of_network(self) -> bool {
        matches!(
            self,
            Self::NoResolver
                | Self::NameNotFound
                | Self::Refused
                | Self::Unreachable
                | Self::NoAnswer
                | Self::NoConnection
                | Self::Socket
        )
    }

    /// Whether it says by itself what is wrong, whoever is dialled.
    pub fn is_telling(self) -> bool {
        self.is_of_server()
            || matches!(
                self,
                Self::Socket | Self::EngineApi | Self::NoResolver | Self::MalformedAddress
            )
    }

    /// Whether it is what a server made of a connection that came about.
    pub fn is_of_server(self) -> bool {
        matches!(
            self,
            Self::Authentication
                | Self::Barred
                | Self::Encryption
                | Self::Certificate
                | Self::Protocol
        )
    }
}

/// Trouble that a container's log tells of. Alike lines are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LogTrouble {
    /// What kind.
    pub kind: TroubleKind,
    /// The last such line, where it consists of words that hold no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Whether the program says it once, and it holds until the program says otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stands: bool,
    /// How often it says so, and when.
    #[serde(flatten)]
    pub repeated: Repeated,
}
