//! Everything that can stop netmap from doing its job.
//!
//! A variant carries data; its message is worded here, its hint in `hint`, and
//! neither anywhere else. All of these end the program with exit code 2.

mod hint;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::model::{ReadError, SCHEMA};

/// The error that another library or the operating system gave for it.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why netmap could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine did not take the connection.
    #[error("cannot reach the container engine at {address}: {}", without_number(why))]
    Unreachable {
        /// Where netmap looked, and what made it look there.
        address: String,
        /// The operating system's or the library's word.
        why: String,
        /// What kind of failure it is, for the hint.
        kind: Unreachable,
        /// What it came from.
        source: Option<Source>,
    },
    /// The engine took the connection and did not answer in time.
    #[error("the engine at {address} did not answer `{call}` within {}", seconds(*.after))]
    Deadline {
        /// Where the engine is.
        address: String,
        /// The call, such as `list containers`.
        call: &'static str,
        /// How long netmap waited.
        after: Duration,
    },
    /// The engine answered with an error.
    #[error("the engine at {address} answered `{call}` with {status}: {message}")]
    Refused {
        /// Where the engine is.
        address: String,
        /// The call.
        call: &'static str,
        /// HTTP status.
        status: u16,
        /// The engine's message.
        message: String,
    },
    /// The engine's answer made no sense.
    #[error("the engine at {address} gave an answer to `{call}` that cannot be read: {why}")]
    Garbled {
        /// Where the engine is.
        address: String,
        /// The call.
        call: &'static str,
        /// What is wrong with it.
        why: String,
        /// What it came from.
        source: Option<Source>,
    },
    /// An engine address that cannot be used.
    #[error("cannot use the engine address `{address}` from {origin}: {why}")]
    BadAddress {
        /// The address.
        address: String,
        /// Where it was given: `--host`, `DOCKER_HOST`, a context.
        origin: String,
        /// What is wrong with it.
        why: String,
    },
    /// `--context` or its relatives name a context that is not there.
    #[error("there is no docker context `{name}` (asked for by {origin})")]
    NoSuchContext {
        /// Its name.
        name: String,
        /// Who asked for it.
        origin: String,
        /// Contexts that are there.
        known: Vec<String>,
    },
    /// `--host` and `--context` at once.
    #[error("--host and --context both name an engine")]
    HostAndContext,
    /// A docker configuration file that cannot be read.
    #[error("cannot read docker's configuration `{}`: {why}", path.display())]
    BadConfig {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
        /// What it came from.
        source: Option<Source>,
    },
    /// TLS was asked for and cannot be had.
    #[error("cannot use TLS for {address}: {}", without_number(why))]
    Tls {
        /// The engine's address.
        address: String,
        /// What is missing.
        why: String,
        /// What it came from.
        source: Option<Source>,
    },
    /// The way over ssh could not be had.
    #[error("cannot reach the container engine at {address}: {why}")]
    Ssh {
        /// The engine's address.
        address: String,
        /// ssh's own word, or what was found at the other end.
        why: String,
    },
    /// Measuring from network namespaces was asked for and cannot be done.
    #[error("cannot enter the containers' network namespaces: {why}")]
    CannotEnter {
        /// What stands in the way.
        why: String,
    },
    /// A snapshot that cannot be read.
    #[error("cannot read the snapshot `{}`: {}", path.display(), error)]
    Snapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        error: ReadError,
    },
    /// Another file that cannot be read.
    #[error("{}: cannot read it: {}", path.display(), plain(error))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's word.
        #[source]
        error: std::io::Error,
    },
    /// A compose file that cannot be read.
    #[error("{place}: {why}")]
    Compose {
        /// The file, with line and column where there are any.
        place: String,
        /// What is wrong there.
        why: String,
        /// What to do about it, where there is something to say.
        hint: Option<String>,
    },
    /// A compose file that Compose refuses as a whole.
    #[error("{place}: {why}")]
    ComposeFile {
        /// Where it goes wrong.
        place: crate::model::Place,
        /// What is wrong there.
        why: String,
        /// What to do about it, where there is something to say.
        hint: Option<String>,
    },
    /// A check file that cannot be read, or says what cannot be understood.
    #[error("{}", complaint(path, problems.first()))]
    CheckFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, in its order.
        problems: Vec<Problem>,
    },
    /// A file of findings that cannot be read as one.
    #[error("cannot read the findings `{}`: {why}", path.display())]
    Baseline {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A name on the command line that nothing has.
    #[error("there is no {kind} `{name}`")]
    NoSuchName {
        /// `container`, `network`, `project`, or `container or network`.
        kind: &'static str,
        /// The name asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
        /// Some of the names there are.
        known: Vec<String>,
    },
    /// An option whose value makes no sense.
    #[error("{what}")]
    Usage {
        /// What is wrong.
        what: String,
        /// What to do instead.
        hint: Option<String>,
    },
    /// An output file whose extension names no format.
    #[error("the extension of `{}` names no format of {what}", path.display())]
    NoSuchFormat {
        /// The file.
        path: PathBuf,
        /// What was to be shown: `a map`, `findings`.
        what: &'static str,
        /// The extensions that do: `.txt`, `.json`.
        known: Vec<String>,
    },
    /// The output file could not be written; what was there is as it was.
    #[error("cannot write `{}`: {}", path.display(), plain(error))]
    Write {
        /// The file.
        path: PathBuf,
        /// The operating system's word.
        #[source]
        error: std::io::Error,
    },
    /// The `docker` command failed.
    #[error("docker failed: {said}")]
    Docker {
        /// Its last words.
        said: String,
    },
    /// A picture could not be made.
    #[error("cannot draw the picture: {why}")]
    Draw {
        /// What is wrong.
        why: String,
        /// What it came from.
        source: Option<Source>,
    },
    /// Graphviz was needed and is not there.
    #[error("cannot find Graphviz's `dot`, which {what} needs")]
    NoDot {
        /// What was to be drawn.
        what: &'static str,
    },
    /// Graphviz failed.
    #[error("Graphviz's `dot` failed: {why}")]
    Dot {
        /// Its last words.
        why: String,
    },
    /// Something in the operating system that has no better variant.
    #[error("{what}: {}", plain(error))]
    System {
        /// What was tried.
        what: String,
        /// The operating system's word.
        #[source]
        error: std::io::Error,
    },
}

/// Something wrong with a file that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `7:12`, where it has a place.
    pub place: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub hint: Option<String>,
}

/// Kinds of [`Error::Unreachable`], which differ in what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreachable {
    /// No such socket: the engine is not started, or not installed.
    Missing,
    /// The socket is there and the user may not use it.
    Forbidden,
    /// Nothing accepts connections there.
    Refused,
    /// The socket is there, and whoever has it takes no more connections: it hangs.
    Busy,
    /// Anything else.
    Other,
}

/// `lesson.yaml:7:12: what is wrong with it`.
fn complaint(path: &Path, problem: Option<&Problem>) -> String {
    let path = path.display();
    match problem {
        Some(Problem { place: Some(place), what, .. }) => format!("{path}:{place}: {what}"),
        Some(Problem { what, .. }) => format!("{path}: {what}"),
        None => format!("{path} cannot be read"),
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => f.write_str(&plain(error)),
            Self::TooLarge(limit) => write!(f, "it is larger than {} MB", limit >> 20),
            Self::Empty => write!(f, "it is empty"),
            Self::NoObject => write!(f, "it is no snapshot: that begins with {{"),
            Self::Malformed(error) if error.is_eof() => {
                write!(f, "it is not whole: it ends in the middle, in line {}", error.line())
            }
            Self::Malformed(error) => write!(f, "it is damaged or no snapshot: {error}"),
            Self::NotASnapshot(None) => write!(f, "it has no `schema` field and is no snapshot"),
            Self::NotASnapshot(Some(schema)) => {
                write!(f, "its schema is `{schema}`, not `{SCHEMA}`")
            }
            Self::Newer(schema) => {
                write!(f, "its schema `{schema}` is newer than this netmap, which knows `{SCHEMA}`")
            }
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Malformed(error) => Some(error),
            Self::TooLarge(_)
            | Self::Empty
            | Self::NoObject
            | Self::NotASnapshot(_)
            | Self::Newer(_) => None,
        }
    }
}

/// The operating system's word, without its number: that tells people nothing.
pub fn plain(error: &std::io::Error) -> String {
    without_number(&error.to_string()).to_owned()
}

/// The same of a text.
fn without_number(said: &str) -> &str {
    said.rfind(" (os error ").map_or(said, |at| &said[..at])
}

/// A duration as people write it: `10 s`, `0.5 s`.
fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

#[cfg(test)]
#[path = "error_tests.rs"]
mod tests;
