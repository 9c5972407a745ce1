//! Addresses that a server hands out. A Kafka broker answers the first
//! connection with the address under which it is to be dialled from then on,
//! its advertised listener; members of a Redis cluster, Cassandra nodes and
//! others announce themselves likewise. Only host and port are kept.

use serde::{Deserialize, Serialize};

use super::url::bounded;
use super::{Notation, Origin, Reference, host_and_port};
use crate::order::OrderBy;

/// Addresses kept of one container.
const MOST: usize = 16;

/// Parts of a setting's name, in upper case, that say it holds such an address.
const WORDS: [&str; 6] = [
    "ADVERTISE",
    "ANNOUNCE",
    "BROADCAST_ADDRESS",
    "BROADCAST_RPC_ADDRESS",
    "PUBLISH_HOST",
    "VAULT_API_ADDR",
];

/// Parts of names of settings that are for a server's own kind.
const AMONG_SERVERS: [&str; 4] = ["PEER", "CONTROLLER", "ADVERTISE_RPC", "CLUSTER_ADVERTISE"];

/// Ends of a setting's name that say it holds a host.
const ENDS: [&str; 11] = [
    "IP",
    "ADDR",
    "ADDRESS",
    "ADDRESSES",
    "HOST",
    "HOSTNAME",
    "HOST_NAME",
    "LISTENERS",
    "URL",
    "URLS",
    "ADVERTISE",
];

/// An address that a server gives its clients to dial.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Advertised {
    /// The address, and where it is written. The scheme is as written: it is
    /// the name of a listener.
    #[serde(flatten)]
    pub reference: Reference,
    /// The port on which clients get it, where only those of one port do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_clients_of: Option<u16>,
    /// Whether each client is sent there, whatever it does: Kafka's are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_all: bool,
}

/// What a server's environment and command say that it hands out.
pub fn advertised<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    words: impl IntoIterator<Item = &'a str>,
) -> Vec<Advertised> {
    let variables: Vec<(&str, &str)> = variables.into_iter().take(2_000).collect();
    let mut found: Vec<Advertised> = Vec::new();
    for (name, value) in &variables {
        found.extend(of_setting(Origin::Environment, name, value, &bound(name, &variables)));
    }
    let words: Vec<&str> = parts(words).collect();
    for (at, word) in words.iter().enumerate() {
        let option = word.trim_start_matches('-');
        match option.split_once('=') {
            Some((name, value)) => found.extend(of_setting(Origin::Command, name, value, &[])),
            None if option != *word => {
                let value = words.get(at + 1).copied().unwrap_or_default();
                found.extend(of_setting(Origin::Command, option, value, &[]));
            }
            None => {}
        }
    }
    found.order();
    found.dedup();
    found.truncate(MOST);
    found
}

/// Whether environment or command make a server a member of a replica set, whose
/// records, kept in its data, say where clients are to go.
pub fn in_replica_set<'a>(names: impl IntoIterator<Item = &'a str>) -> bool {
    parts(names).any(|name| {
        let name = canonical(name.trim_start_matches('-').split('=').next().unwrap_or_default());
        name == "REPLSET" || name.contains("REPLICA_SET_NAME") || name.contains("REPLICA_SET_MODE")
    })
}

/// The words of a command, and those of a script that is one of them.
fn parts<'a>(words: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let parts = words.into_iter().take(1_000).flat_map(|word| bounded(word).split_whitespace());
    parts.take(4_000).map(|word| word.trim_matches(['"', '\'', ';']))
}

/// A name as environment variables have it: `advertise-kafka-addr` is
/// `ADVERTISE_KAFKA_ADDR`.
fn canonical(name: &str) -> String {
    name.chars().take(100).collect::<String>().to_ascii_uppercase().replace(['-', '.'], "_")
}

/// A listener's name, and the port that it is bound to.
type Bound<'a> = (&'a str, u16);

/// The listeners that a broker binds, beside the variable with those it advertises.
fn bound<'a>(advertised: &str, variables: &[(&str, &'a str)]) -> Vec<Bound<'a>> {
    let beside = advertised.replace("ADVERTISED_", "");
    let listeners = variables.iter().find(|(name, _)| *name == beside && *name != advertised);
    let listeners = listeners.map_or("", |(_, value)| bounded(value)).split(',');
    let listener = |text: &'a str| {
        let (name, address) = text.trim().split_once("://")?;
        Some((name, address.rsplit_once(':')?.1.parse().ok()?))
    };
    listeners.filter_map(listener).collect()
}

fn of_setting(origin: Origin, name: &str, value: &str, bound: &[Bound]) -> Vec<Advertised> {
    let upper = canonical(name);
    let is_one = WORDS.iter().any(|word| upper.contains(word))
        && !AMONG_SERVERS.iter().any(|word| upper.contains(word))
        && ENDS.iter().any(|end| upper.ends_with(end));
    if !is_one || value.contains('@') {
        return Vec::new();
    }
    let elements = bounded(value).split([',', ';']).map(str::trim).take(MOST);
    let for_all = upper.contains("KAFKA") || upper.contains("LISTENERS");
    let read = |element| of_element(origin, name, element, bound);
    elements.filter_map(read).map(|read| Advertised { for_all, ..read }).collect()
}

/// Whether a word can be the name of a listener or a scheme; what is none may be
/// a piece of anything.
fn is_listener(word: &str) -> bool {
    let may_be = |c: char| c.is_ascii_alphanumeric() || "_-.+".contains(c);
    (1..=40).contains(&word.len()) && word.chars().all(may_be)
}

fn of_element(origin: Origin, name: &str, element: &str, bound: &[Bound]) -> Option<Advertised> {
    let (scheme, address) = match element.split_once("://") {
        Some((scheme, rest)) if is_listener(scheme) => {
            (Some(scheme), rest.split(['/', '?']).next()?)
        }
        Some(_) => return None,
        None => (None, element),
    };
    let (host, port) = host_and_port(address)?;
    if port.is_none() && matches!(&*host.to_ascii_lowercase(), "true" | "false" | "yes" | "no") {
        return None;
    }
    let of_listener = bound.iter().find(|(listener, _)| Some(*listener) == scheme);
    Some(Advertised {
        reference: Reference {
            origin,
            variable: Some(name.chars().take(100).collect()),
            scheme: scheme.map(str::to_owned),
            host,
            port,
            port_variable: None,
            notation: Notation::Address,
            is_whole: false,
            is_listed: false,
            flaw: None,
        },
        to_clients_of: of_listener.map(|(_, port)| *port).or(port.filter(|_| scheme.is_some())),
        for_all: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], words: &[&str]) -> Vec<String> {
        let found = advertised(variables.iter().copied(), words.iter().copied());
        let text = |a: &Advertised| {
            let scheme = a.reference.scheme.as_deref().unwrap_or("-");
            let of = a.to_clients_of.map_or("-".to_owned(), |port| port.to_string());
            format!("{} {scheme} {} to {of}", a.reference.place(), a.reference)
        };
        found.iter().map(text).collect()
    }

    #[test]
    fn listeners_go_with_the_ports_they_are_bound_to() {
        let kafka = [
            ("KAFKA_LISTENERS", "IN://:29092,OUT://0.0.0.0:9094,CONTROLLER://:9093"),
            ("KAFKA_ADVERTISED_LISTENERS", "IN://kafka:29092,OUT://localhost:9092"),
        ];
        assert_eq!(
            read(&kafka, &[]),
            [
                "KAFKA_ADVERTISED_LISTENERS IN kafka:29092 to 29092",
                "KAFKA_ADVERTISED_LISTENERS OUT localhost:9092 to 9094",
            ]
        );
        let alone = [("KAFKA_CFG_ADVERTISED_LISTENERS", "PLAINTEXT://localhost:9092")];
        assert_eq!(
            read(&alone, &[]),
            ["KAFKA_CFG_ADVERTISED_LISTENERS PLAINTEXT localhost:9092 to 9092"]
        );
    }

    #[test]
    fn options_and_announced_hosts_are_read_and_switches_are_not() {
        let variables = [
            ("REDIS_CLUSTER_ANNOUNCE_IP", "127.0.0.1"),
            ("REDIS_CLUSTER_ANNOUNCE_PORT", "6379"),
            ("NEO4J_server_bolt_advertised__address", "localhost:7687"),
            ("SERVICE_ADVERTISE_ADDRESS", "true"),
            ("ETCD_INITIAL_ADVERTISE_PEER_URLS", "http://localhost:2380"),
            ("ADVERTISE_URL", "http://user:secret@host:80"),
        ];
        let words = ["start", "--advertise-kafka-addr", "in://redpanda:9092,out://localhost:19092"];
        assert_eq!(
            read(&variables, &words),
            [
                "NEO4J_server_bolt_advertised__address - localhost:7687 to -",
                "REDIS_CLUSTER_ANNOUNCE_IP - 127.0.0.1 to -",
                "advertise-kafka-addr in redpanda:9092 to 9092",
                "advertise-kafka-addr out localhost:19092 to 19092",
            ]
        );
        assert_eq!(
            read(&[], &["sh -c 'redis-server --cluster-announce-ip=10.0.0.9'"]),
            ["cluster-announce-ip - 10.0.0.9 to -"]
        );
        assert!(in_replica_set(["sh", "-c", "exec mongod --replSet rs0"]));
        assert!(in_replica_set(["MONGODB_REPLICA_SET_NAME"]));
        assert!(!in_replica_set(["mongod", "--bind_ip_all"]));
    }
}
