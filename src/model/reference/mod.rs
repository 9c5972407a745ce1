//! A host and port that somebody's configuration names: what a container
//! evidently wants to reach. Only what is needed to find the other end is
//! kept – the variable's name, scheme, host and port. User names, passwords,
//! paths and everything else of the text are dropped by the parsers here, and
//! text that could be read in two ways is dropped whole.

mod advertised;
mod command;
mod environment;
mod file;
mod flaw;
mod flawed_port;
mod json;
mod keyed;
mod keys;
mod known_servers;
mod list;
mod name;
mod notation;
mod on_loopback;
mod options;
mod url;
mod words;

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::port::Protocol;
use crate::order::OrderBy;

pub use advertised::{Advertised, advertised, in_replica_set};
pub use command::in_command;
pub use environment::{in_environment, in_value};
pub use file::in_file;
pub use flaw::{Flaw, is_left_over, is_unset};
pub use flawed_port::{FlawedPort, flawed_ports};
pub use known_servers::ServerProgram;
pub use name::{holds_host, server_ports, whose_host};
pub use notation::{Keys, Notation};
pub use on_loopback::{OnLoopback, on_loopback};
pub use url::{host_and_port, is_host};
use words::Words;

/// References kept of one container; a configuration that names more is no
/// configuration people read.
pub const MOST: usize = 64;

/// Where a reference was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// An environment variable.
    Environment,
    /// An environment variable that goes into a page: what it holds is dialled
    /// by browsers, and not by the container.
    Browser,
    /// The command or the entry point.
    Command,
    /// The health check's command.
    HealthCheck,
    /// A network error in the container's log.
    Log,
    /// A compose file's `depends_on` or `links`.
    Compose,
    /// A label.
    Label,
    /// Something that a newer netmap knows.
    #[serde(other)]
    Other,
}

impl Origin {
    /// The place for people: the name of the variable, label or key, where it
    /// has one, or else `its command`, `its log`.
    pub fn place(self, name: Option<&str>) -> &str {
        match (name, self) {
            (Some(name), _) => name,
            (None, Self::Environment | Self::Browser) => "its environment",
            (None, Self::Command) => "its command",
            (None, Self::HealthCheck) => "its health check",
            (None, Self::Log) => "its log",
            (None, Self::Compose) => "its compose file",
            (None, Self::Label) => "its labels",
            (None, Self::Other) => "its configuration",
        }
    }
}

/// A host, and mostly a port, that a configuration names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reference {
    /// Where it was found.
    pub origin: Origin,
    /// The environment variable (or label, or compose key) it was found in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The scheme, in lower case: a URL's, such as `redis` or `jdbc:postgresql`,
    /// or that of the protocol which a connection string is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// Host as written: a name, or an address without brackets.
    pub host: String,
    /// Port as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The environment variable that the port was taken from, where it is not
    /// written beside the host: `DB_PORT` beside `DB_HOST`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port_variable: Option<String>,
    /// How host and port are written.
    #[serde(default, skip_serializing_if = "Notation::is_address")]
    pub notation: Notation,
    /// Whether the variable holds nothing but this: scheme, host and port, as
    /// they stand here. Only then can its whole value be written again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_whole: bool,
    /// Whether it stands in a list of hosts, of which most clients take any.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_listed: bool,
    /// What is wrong with the value. Host and port are what is meant by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaw: Option<Flaw>,
}

impl Reference {
    /// The port that is dialled: as written, or else the scheme's usual one.
    pub fn dialled_port(&self) -> Option<u16> {
        self.port.or_else(|| usual_port(self.scheme.as_deref()?))
    }

    /// Whether it is a URL of the web.
    pub fn is_web(&self) -> bool {
        matches!(self.scheme.as_deref(), Some("http" | "https" | "ws" | "wss"))
    }

    /// The protocol below the scheme's own, where the scheme says one.
    pub fn protocol(&self) -> Option<Protocol> {
        let scheme = self.scheme.as_deref()?;
        let mut parts = scheme.split(['+', '-', '.']);
        let says = |word: &str| scheme.contains(word);
        if says("udp") || parts.any(|part| UDP_SCHEMES.contains(&part)) {
            return Some(Protocol::Udp).filter(|_| !says("tcp"));
        }
        (says("tcp") || usual_port(scheme).is_some()).then_some(Protocol::Tcp)
    }

    /// Scheme, host and port as in a value of a variable: `redis://cache:6379`,
    /// `Server=db;Port=3306`.
    pub fn written(&self) -> String {
        let mut text = String::new();
        let port = self.port.filter(|_| self.port_variable.is_none());
        // A string takes whatever is written to it.
        let _ = self.notation.write(&mut text, self.scheme.as_deref(), &self.host, port);
        text
    }

    /// The host as an address, where it is one.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Whether the host means the container itself: `localhost` or a loopback address.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Where it was found, for people: `MONGO_URL`, `its command`, `its log`.
    pub fn place(&self) -> &str {
        self.origin.place(self.variable.as_deref())
    }
}

/// `host:port`, IPv6 addresses in brackets; the host alone without port.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dialled_port() {
            Some(port) if self.host.contains(':') => write!(f, "[{}]:{port}", self.host),
            Some(port) => write!(f, "{}:{port}", self.host),
            None => f.write_str(&self.host),
        }
    }
}

/// Whether a host means the machine itself to who dials it: so does `0.0.0.0`.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.eq_ignore_ascii_case("localhost")
        || host.eq_ignore_ascii_case("ip6-localhost")
        || host.parse::<IpAddr>().is_ok_and(|own| own.is_loopback() || own.is_unspecified())
}

/// Whether a host is what a server binds to, and a client hardly ever dials.
fn is_any_address(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok_and(|address| address.is_unspecified())
}

/// Whether a scheme is that of a server which a program dials, and hardly one that it
/// is itself: whoever writes `http://0.0.0.0:80` mostly says where to listen.
fn is_dialled(scheme: &str) -> bool {
    usual_port(scheme).is_some() && !matches!(scheme, "http" | "https" | "ws" | "wss")
}

/// Schemes of protocols that are spoken over UDP unless they say otherwise.
const UDP_SCHEMES: [&str; 6] = ["coap", "gelf", "quic", "statsd", "syslog", "tftp"];

/// Whether a host looks like a container's id, short or whole.
pub fn is_container_id(host: &str) -> bool {
    (host.len() == 12 || host.len() == 64) && host.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The port a client dials for a scheme when none is written: the first part of
/// it that is known says which, as in `jdbc:mysql:loadbalance` and `postgresql+asyncpg`.
fn usual_port(scheme: &str) -> Option<u16> {
    // Which hosts and ports those are, the name's records say.
    if scheme.ends_with("+srv") {
        return None;
    }
    port_of(scheme).or_else(|| scheme.split([':', '+']).find_map(port_of))
}

fn port_of(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "postgres" | "postgresql" | "pgsql" | "pg" => 5432,
        "mysql" | "mariadb" | "mysql2" => 3306,
        "mongodb" => 27017,
        "redis" | "rediss" => 6379,
        "redis-sentinel" | "redis+sentinel" => 26379,
        "amqp" => 5672,
        "amqps" => 5671,
        "mqtt" => 1883,
        "nats" => 4222,
        "kafka" => 9092,
        "pulsar" => 6650,
        "memcached" => 11211,
        "sqlserver" | "mssql" => 1433,
        "oracle" => 1521,
        "clickhouse" => 9000,
        "cassandra" => 9042,
        "etcd" => 2379,
        "bolt" | "neo4j" => 7687,
        "ldap" => 389,
        "ldaps" => 636,
        "smtp" => 25,
        "smtps" => 465,
        "ftp" => 21,
        "sftp" | "ssh" => 22,
        _ => return None,
    })
}

/// Whether a name of a variable, label or option says that what it holds is a
/// secret.
pub fn speaks_of_secrets(name: &str) -> bool {
    static WORDS: Words<14> = Words::new([
        "pass",
        "pwd",
        "secret",
        "token",
        "auth",
        "credential",
        "apikey",
        "api_key",
        "api-key",
        "private",
        "access_key",
        "accesskey",
        "salt",
        "cookie",
    ]);
    // Some letters beyond ASCII have a plain one in lower case.
    let folded = if name.is_ascii() { Cow::from(name) } else { name.to_lowercase().into() };
    WORDS.any_in(&folded) || folded.get(folded.len().saturating_sub(3)..).is_some_and(is_key)
}

fn is_key(end: &str) -> bool {
    end.eq_ignore_ascii_case("key")
}

/// Sorted, each once, and no more than [`MOST`].
fn tidy(mut references: Vec<Reference>) -> Vec<Reference> {
    references.order();
    references.dedup();
    references.truncate(MOST);
    references
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod keyed_tests;
