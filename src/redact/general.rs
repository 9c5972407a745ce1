//! What is made more general: words of engines and configurations that are
//! one of a few are kept, and all others are as good as none.

use super::redaction::Redaction;
use crate::model::keys::{label, option};
use crate::model::{Container, Driver, Reference};
use crate::order::Ordered;
use std::collections::BTreeMap;

/// Options of networks that the prediction depends on, and what they may say;
/// numbers stay as well.
const OPTIONS: [(&str, &[&str]); 12] = [
    (option::DEFAULT_BRIDGE, SWITCH),
    (option::ICC, SWITCH),
    (option::MASQUERADE, SWITCH),
    (option::GATEWAY_MODE_IPV4, GATEWAY_MODES),
    (option::GATEWAY_MODE_IPV6, GATEWAY_MODES),
    (option::INHIBIT_IPV4, SWITCH),
    (option::ENCRYPTED, SWITCH),
    (option::MTU, &[]),
    (option::IPVLAN_MODE, &["l2", "l3", "l3s"]),
    (option::MACVLAN_MODE, MACVLAN_MODES),
    (option::PODMAN_MODE, MACVLAN_MODES),
    (option::PODMAN_MTU, &[]),
];
const SWITCH: &[&str] = &["true", "false", "1", "0"];
const GATEWAY_MODES: &[&str] = &["nat", "nat-unprotected", "routed", "isolated"];
const MACVLAN_MODES: &[&str] = &["bridge", "private", "vepa", "passthru", "l2", "l3", "l3s"];

/// Schemes, and parts of them, that many programs have.
const SCHEMES: [&str; 55] = [
    "amqp",
    "amqps",
    "asyncpg",
    "bolt",
    "clickhouse",
    "coap",
    "ftp",
    "gelf",
    "grpc",
    "http",
    "https",
    "jdbc",
    "kafka",
    "ldap",
    "ldaps",
    "mariadb",
    "memcached",
    "mongodb",
    "mqtt",
    "mssql",
    "mysql",
    "mysql2",
    "mysqldb",
    "nats",
    "neo4j",
    "oracle",
    "pdo",
    "postgres",
    "postgresql",
    "psycopg",
    "psycopg2",
    "pymysql",
    "pyamqp",
    "quic",
    "r2dbc",
    "redis",
    "rediss",
    "s3",
    "sentinel",
    "sftp",
    "smtp",
    "smtps",
    "sqlserver",
    "srv",
    "ssh",
    "ssl",
    "statsd",
    "syslog",
    "tcp",
    "tftp",
    "tls",
    "udp",
    "unix",
    "ws",
    "wss",
];

/// What measures, as netmap has it.
const METHODS: [&str; 9] =
    ["netns", "ping", "nc", "busybox", "bash", "python3", "perl", "curl", "wget"];

const SYSTEMS: [&str; 4] = ["linux", "windows", "darwin", "freebsd"];
const PROCESSORS: [&str; 9] =
    ["amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64", "x86_64", "aarch64"];

/// The word, if it is one of these.
fn known(word: &str, words: &[&str]) -> Option<String> {
    words.contains(&word).then(|| word.to_owned())
}

/// Which engine it is, if it is one of those that netmap knows.
pub fn engine_name(name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    known(name, &["Docker", "Podman"]).unwrap_or_else(|| "engine".to_owned())
}

/// The operating system that an engine is built for.
pub fn system(name: &str) -> String {
    known(name, &SYSTEMS).unwrap_or_default()
}

/// The processor that an engine is built for.
pub fn processor(name: &str) -> String {
    known(name, &PROCESSORS).unwrap_or_default()
}

/// What the engine's machine calls its system: whether that is Docker Desktop.
pub fn operating_system(name: &str) -> String {
    known(name, &["Docker Desktop"]).unwrap_or_else(|| "another system".to_owned())
}

/// What a node of a swarm is there for.
pub fn role(name: &str) -> String {
    known(name, &["manager", "worker"]).unwrap_or_default()
}

/// What measured something.
pub fn method(name: &str) -> String {
    let other = || if name.is_empty() { String::new() } else { "other".to_owned() };
    known(name, &METHODS).unwrap_or_else(other)
}

/// An option of a network, if the prediction depends on it.
pub fn network_option(key: &str, value: &str) -> Option<String> {
    let (_, may) = OPTIONS.iter().find(|(known, _)| *known == key)?;
    let is_number = value.parse::<u16>().is_ok();
    let kept = if is_number { Some(value.to_owned()) } else { known(value, may) };
    Some(kept.unwrap_or_else(|| "other".to_owned()))
}

/// The only label that the map depends on: whether `compose run` made it.
pub fn labels(container: &Container) -> BTreeMap<String, String> {
    let kept = container.is_one_off().then(|| (label::ONE_OFF.to_owned(), "True".to_owned()));
    kept.into_iter().into_map()
}

/// The scheme of a reference without the parts that not many programs have, or
/// another one for the same port and protocol.
pub fn scheme(reference: &Reference) -> Option<String> {
    let scheme = reference.scheme.as_deref()?;
    let marks = [':', '+', '-', '.'];
    let mut kept = String::new();
    for part in scheme.split_inclusive(marks) {
        let word = part.trim_end_matches(marks);
        if SCHEMES.contains(&word) {
            kept.push_str(part);
        }
    }
    let kept = kept.trim_end_matches(marks).to_owned();
    let same = Reference { scheme: Some(kept), ..reference.clone() };
    let is_alike = |other: &Reference| {
        (other.dialled_port(), other.protocol()) == (reference.dialled_port(), reference.protocol())
    };
    if same.scheme.as_deref() != Some("") && is_alike(&same) {
        return same.scheme;
    }
    Some(reference.protocol().map_or("scheme", |protocol| protocol.as_str()).to_owned())
}

impl Redaction {
    /// A network's driver: one that netmap does not know goes by a number.
    pub(super) fn driver(&self, driver: &Driver) -> Driver {
        match driver {
            Driver::Other(name) if !name.is_empty() => Driver::Other(self.names.driver(name)),
            known => known.clone(),
        }
    }
}
