//! Ports: published on the host, asked to be published, and merely exposed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Transport protocol of a port.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP, what a port is when nothing else is said.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// The protocol named `text` (lower case, as the Engine API writes it).
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "tcp" => Some(Self::Tcp),
            "udp" => Some(Self::Udp),
            "sctp" => Some(Self::Sctp),
            _ => None,
        }
    }

    /// `tcp`, `udp` or `sctp`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A container port that the engine forwards from the host, now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PublishedPort {
    /// Container port.
    pub port: u16,
    /// Protocol.
    #[serde(default)]
    pub protocol: Protocol,
    /// Host address it is bound to: `0.0.0.0` and `::` are every address.
    pub host_ip: String,
    /// Host port.
    pub host_port: u16,
}

impl PublishedPort {
    /// Whether any machine that reaches the host reaches this port too.
    pub fn is_on_every_address(&self) -> bool {
        matches!(self.host_ip.as_str(), "0.0.0.0" | "::" | "")
    }
}

/// What the container's configuration asks the engine to publish. It differs
/// from what is published while the container is stopped, when the host port
/// is left to the engine, and on networks from which nothing can be published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestedPort {
    /// Container port.
    pub port: u16,
    /// Protocol.
    #[serde(default)]
    pub protocol: Protocol,
    /// Host address asked for; empty for every address.
    #[serde(default)]
    pub host_ip: String,
    /// Host port asked for: a number, a range such as `8000-8010`, or empty
    /// when the engine is to choose.
    #[serde(default)]
    pub host_port: String,
}

/// A port the image or the configuration declares. Declaring opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExposedPort {
    /// Container port.
    pub port: u16,
    /// Protocol.
    #[serde(default)]
    pub protocol: Protocol,
}
