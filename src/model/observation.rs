//! What was seen from inside a container, beyond what the engine says of it.
//!
//! Each part is there or not: a part that is absent was not looked at, which
//! never means that there was nothing. Plain data; reading it is `engine`'s work.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::log_trouble::LogTrouble;
use super::moment::{self, Moment};
use super::port::Protocol;
use super::repeated::Repeated;
use super::resolver::ResolverSettings;
use super::unread::Unread;
use super::words::count;

/// How netmap looked inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Means {
    /// Files of `/proc` on the engine's machine, without entering the container.
    Proc,
    /// A command run inside the container.
    Exec,
}

/// What was seen of one container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Observation {
    /// Name of the container.
    pub container: String,
    /// Its full id.
    pub id: String,
    /// How netmap looked inside; absent when it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<Means>,
    /// When it looked.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub at: Option<Moment>,
    /// The number by which the machine's kernel tells its network namespace from
    /// others; absent where it was not looked at from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_namespace: Option<u64>,
    /// Sockets that wait for others: TCP ports in state LISTEN, bound UDP
    /// ports. Docker's own resolver on 127.0.0.11 is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listening: Option<Vec<Listening>>,
    /// Its TCP ports at which connections wait for a program that takes none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backlog: Vec<Backlog>,
    /// TCP connections that it began, being tried or open, toward addresses
    /// other than loopback's, each other end once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<Vec<Connection>>,
    /// Its routing table, without the loopback's and link-local routes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routes: Option<Vec<RouteEntry>>,
    /// Addresses of its interfaces beside those that the engine gave it, such as a virtual
    /// one, which a program moves from one container to another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_addresses: Vec<IpAddr>,
    /// Its interfaces' largest packets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtus: Option<Vec<Mtu>>,
    /// The servers of its `/etc/resolv.conf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nameservers: Option<Vec<IpAddr>>,
    /// The search domains there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub search: Vec<String>,
    /// How many dots a name must have there to be asked for as it is before it
    /// is asked for in the search domains; absent where the file does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ndots: Option<u8>,
    /// What names lead to that may lead elsewhere than the engine's resolver
    /// says: asked for as the container's programs ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolved: Vec<ResolvedName>,
    /// The names that its `/etc/hosts` has for its own addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own_names: Vec<String>,
    /// Its `/etc/hosts`, without the lines about itself and loopback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosts: Option<Vec<HostsEntry>>,
    /// Network errors in the last lines of its log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_errors: Option<Vec<LogError>>,
    /// What else went wrong by the last lines of its log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_troubles: Vec<LogTrouble>,
    /// When its log last said that a connection was made; absent where none of its
    /// last lines says so.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub log_connected: Option<Moment>,
    /// What could not be looked at, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<Unread>,
}

impl Observation {
    /// How the container resolves names; `None` where nobody looked.
    pub fn resolver(&self) -> Option<ResolverSettings> {
        let servers = self.nameservers.clone()?;
        let usual = ResolverSettings::default();
        let ndots = self.ndots.unwrap_or(usual.ndots);
        Some(ResolverSettings { servers, search: self.search.clone(), ndots })
    }
}

/// A name, and what it led a container to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ResolvedName {
    /// The name, as the container has it.
    pub name: String,
    /// The address; absent where there is no such name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

/// A socket that waits for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Listening {
    /// Protocol.
    pub protocol: Protocol,
    /// Address it is bound to; `0.0.0.0` and `::` are every address.
    pub address: IpAddr,
    /// Port.
    pub port: u16,
}

impl Listening {
    /// Whether only the container itself can reach it.
    pub fn is_loopback_only(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => address.is_loopback(),
            IpAddr::V6(address) => {
                address.is_loopback()
                    || address.to_ipv4_mapped().is_some_and(|address| address.is_loopback())
            }
        }
    }
}

/// Connections that the kernel has accepted at a port, and no program has taken: none of them for
/// three seconds, in which a server that is well has taken some.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Backlog {
    /// Port.
    pub port: u16,
    /// How many they are.
    pub waiting: usize,
    /// How many of them have an end that says no more (CLOSE_WAIT): mostly its client has given up.
    #[serde(default)]
    pub given_up: usize,
    /// Addresses that they come from, each once. Sorted.
    #[serde(default)]
    pub clients: Vec<IpAddr>,
}

impl Backlog {
    /// `3 connections of web wait for more than three seconds at port 80 of api, and the client of
    /// one has given up`.
    pub fn waits(&self, of: &str, whose: &str) -> String {
        let port = self.port;
        let wait = if self.waiting == 1 { "waits" } else { "wait" };
        let given_up = match (self.given_up, self.waiting) {
            (0, _) => String::new(),
            (1, 1) => ", and its client has given up".to_owned(),
            (some, all) if some == all => ", and their clients have given up".to_owned(),
            (1, _) => ", and the client of one has given up".to_owned(),
            (some, _) => format!(", and the clients of {some} have given up"),
        };
        let connections = count(self.waiting, "connection");
        format!(
            "{connections}{of} {wait} for more than three seconds at port {port} of {whose}{given_up}"
        )
    }
}

/// How far a TCP connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// The first packet is out and unanswered (SYN_SENT).
    Trying,
    /// Both ends agreed (ESTABLISHED).
    Open,
}

/// A TCP connection that the container began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Connection {
    /// How far it has come.
    pub progress: Progress,
    /// The other end.
    pub remote: SocketAddr,
}

/// A line of a routing table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RouteEntry {
    /// Addresses it is for; `0.0.0.0/0` and `::/0` are the default route.
    #[cfg_attr(test, schemars(with = "String"))]
    pub destination: IpNet,
    /// The router, unless the addresses are on the link itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<IpAddr>,
    /// Interface.
    pub interface: String,
    /// Lower ones are taken first.
    #[serde(default)]
    pub metric: u32,
}

impl RouteEntry {
    /// Whether it is the default route of its address family.
    pub fn is_default(&self) -> bool {
        self.destination.prefix_len() == 0
    }
}

/// The largest packet of an interface.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mtu {
    /// Interface.
    pub interface: String,
    /// Bytes.
    pub mtu: u32,
}

/// A line of a hosts file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HostsEntry {
    /// Address.
    pub address: IpAddr,
    /// Names that lead to it.
    pub names: Vec<String>,
}

/// What kind of network error a log line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LogErrorKind {
    /// Connection refused: the way is open, nothing listens.
    Refused,
    /// No answer.
    Timeout,
    /// No route, or network or host unreachable.
    Unreachable,
    /// The name could not be resolved.
    NameNotFound,
    /// The connection was cut.
    Reset,
    /// The program itself finds the host's name ill-formed.
    InvalidHost,
    /// A piece of a user or a password was taken for the beginning of the host.
    Unescaped,
    /// Some failure to connect; the line does not say which.
    #[serde(other)]
    Failed,
}

impl LogErrorKind {
    /// What happened, as the end of `the log says: …`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "connection refused",
            Self::Timeout => "no answer",
            Self::Unreachable => "no route to it",
            Self::NameNotFound => "name not found",
            Self::Reset => "connection cut",
            Self::InvalidHost => "invalid host name",
            Self::Unescaped => "part of a user or password taken for the host",
            Self::Failed => "connection failed",
        }
    }
}

/// A network error in a container's log. The line itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LogError {
    /// What kind.
    pub kind: LogErrorKind,
    /// Host or address that was dialled.
    pub host: String,
    /// Port, where the line says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Whether a name server has said that there is no such name, and not that it
    /// could not tell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub denied: bool,
    /// How often it says so, and when.
    #[serde(flatten)]
    pub repeated: Repeated,
}

/// What was seen of the engine's machine itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HostObservation {
    /// Sockets that wait for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listening: Option<Vec<Listening>>,
    /// Routing table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routes: Option<Vec<RouteEntry>>,
    /// The machine's own addresses, as far as its routing tables tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
    /// Its interfaces' largest packets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtus: Option<Vec<Mtu>>,
    /// Of its sockets those that keep a published port, and at which connections wait that
    /// no program has taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untaken: Vec<Listening>,
}

/// What a network itself says about its members.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NetworkObservation {
    /// Name of the network.
    pub network: String,
    /// Its full id.
    pub id: String,
    /// The containers it lists on this engine, by name.
    #[serde(default)]
    pub attached: Vec<Attached>,
    /// Of an overlay network the nodes that the engine knows to be on it, this
    /// one among them, by their addresses. Sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<IpAddr>,
    /// Of a bridge that leads out, what the rules of its machine's firewall do with what
    /// goes out; absent where they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules_out: Option<RulesOut>,
}

/// What the rules of a firewall do with what goes out of a bridge, by IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RulesOut {
    /// None of them accepts it, and what none accepts is dropped.
    KeptIn,
    /// None of them gives it an address of the machine's, and so no answer comes back.
    NotMasqueraded,
    /// firewalld drops or rejects it: its zones forward nothing from there.
    Firewalld,
    /// Another table of nftables drops or rejects it.
    Nftables,
    /// It gets out, as far as the rules tell.
    Open,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

impl RulesOut {
    /// Whether nothing gets out, or no answer comes back.
    pub fn keeps_in(self) -> bool {
        self.lacks_engines() || matches!(self, Self::Firewalld | Self::Nftables)
    }

    /// Whether that is for want of rules that engines make.
    pub fn lacks_engines(self) -> bool {
        matches!(self, Self::KeptIn | Self::NotMasqueraded)
    }

    /// What they do with what goes out of networks, with a small letter.
    pub fn sentence(self, networks: &str) -> String {
        match self {
            Self::KeptIn => format!(
                "the machine's firewall drops in FORWARD what no rule accepts, and none accepts what \
                 goes out of {networks}"
            ),
            Self::NotMasqueraded => format!(
                "no rule of the machine's firewall gives what goes out of {networks} the machine's \
                 address (masquerade), so no answer comes back"
            ),
            Self::Firewalld => {
                format!("by its zones firewalld forwards nothing that comes from {networks}")
            }
            Self::Nftables => {
                format!("rules of nftables drop or reject what goes out of {networks}")
            }
            Self::Open => format!("what goes out of {networks} is let through"),
            Self::Other => format!("what becomes of what goes out of {networks} is not known"),
        }
    }
}

/// A container in a network's own list.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Attached {
    /// Name.
    pub name: String,
    /// Full id, or what the engine puts in its place for its own sandboxes.
    pub id: String,
}

impl Attached {
    /// Whether it is one of the swarm's own sandboxes, which are no containers.
    pub fn is_of_a_swarm(&self) -> bool {
        let id = ["ingress-", "lb-"].iter().any(|begin| self.id.starts_with(begin));
        id || self.name.starts_with("gateway_") || self.name.ends_with("-endpoint")
    }
}
