//! The ways to measure, one file each.
//!
//! - [`netns`] makes sockets inside the containers' network namespaces:
//!   nothing is needed in the container, and one time-out pays for all.
//! - [`script`] runs one shell script by exec in each container, with
//!   [`tools`] as the ladder below ping.
//! - [`argv`] runs plain `ping` by exec where there is no shell.

pub mod argv;
mod bare;
pub mod script;
mod tools;

#[cfg(target_os = "linux")]
mod dns;
#[cfg(target_os = "linux")]
mod echoes;
#[cfg(target_os = "linux")]
mod icmp;
#[cfg(target_os = "linux")]
pub mod namespaces;
#[cfg(target_os = "linux")]
pub mod netns;
#[cfg(target_os = "linux")]
mod resolve;
#[cfg(target_os = "linux")]
pub mod volley;

#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{namespaces, netns};

pub use namespaces::NamespaceHandle;

/// A way to measure that the user can ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Method {
    /// Namespaces where that works, else exec.
    #[default]
    Auto,
    /// Pings run by exec inside the containers.
    Exec,
    /// Sockets made inside the containers' network namespaces.
    Netns,
}

impl Method {
    /// All of them, in the order of the help text.
    pub const ALL: &[Self] = &[Self::Auto, Self::Exec, Self::Netns];

    /// The word for the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Exec => "exec",
            Self::Netns => "netns",
        }
    }

    /// What it does, for the help text.
    pub fn about(self) -> &'static str {
        match self {
            Self::Auto => "netns where that works, else exec",
            Self::Exec => "run the container's own ping, or whatever else it has that can connect",
            Self::Netns => "enter its network namespace: root on the engine's own Linux machine",
        }
    }
}
