//! What a container is given by hand about another one or a host: legacy links
//! and entries of its hosts file.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text;

/// A legacy link (`--link`): a name for another container. In JSON, and in
/// order, it is `TARGET:ALIAS`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// The container that it leads to, by name or id.
    pub target: String,
    /// The name that leads there.
    pub alias: String,
}

impl Link {
    /// The link written as `TARGET:ALIAS`, or as `TARGET` alone, which is its
    /// own alias.
    pub fn parse(text: &str) -> Self {
        let (target, alias) = text.split_once(':').unwrap_or((text, text));
        Self { target: target.to_owned(), alias: alias.to_owned() }
    }
}

/// `TARGET:ALIAS`, as `docker run --link` takes it.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.target, self.alias)
    }
}

impl Ord for Link {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        fn written(link: &Link) -> impl Iterator<Item = u8> {
            link.target.bytes().chain([b':']).chain(link.alias.bytes())
        }
        written(self).cmp(written(other))
    }
}

impl PartialOrd for Link {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for Link {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        text::parsed(from, Self::parse)
    }
}

/// A line added to a container's hosts file (`--add-host`). In JSON it is
/// `NAME:ADDRESS`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExtraHost {
    /// The name.
    pub name: String,
    /// Where it leads.
    pub address: HostAddress,
}

/// Where an added name leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostAddress {
    /// To this address.
    Ip(IpAddr),
    /// To the engine's machine, at the address that the engine puts there
    /// (`host-gateway`).
    Gateway,
    /// To something that is no address; empty where nothing is written.
    Other(String),
}

/// What stands for the address of the engine's machine.
const GATEWAY: &str = "host-gateway";

impl ExtraHost {
    /// The entry written as `NAME:ADDRESS` or `NAME=ADDRESS`, an IPv6 address
    /// in brackets or not.
    pub fn parse(text: &str) -> Self {
        let (name, address) = text.split_once([':', '=']).unwrap_or((text, ""));
        Self { name: name.to_owned(), address: HostAddress::parse(address) }
    }
}

impl HostAddress {
    /// The address written as `text`, IPv6 in brackets or not.
    pub fn parse(text: &str) -> Self {
        if text == GATEWAY {
            return Self::Gateway;
        }
        match text.trim_matches(['[', ']']).parse() {
            Ok(ip) => Self::Ip(ip),
            Err(_) => Self::Other(text.to_owned()),
        }
    }
}

impl fmt::Display for HostAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Gateway => f.write_str(GATEWAY),
            Self::Other(other) => f.write_str(other),
        }
    }
}

/// `NAME:ADDRESS`, as `docker run --add-host` takes it.
impl fmt::Display for ExtraHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.address)
    }
}

impl Serialize for ExtraHost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ExtraHost {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        text::parsed(from, Self::parse)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn links_of_old_snapshots() {
        for (json, target, alias) in
            [(r#""db:database""#, "db", "database"), (r#""db""#, "db", "db"), (r#""""#, "", "")]
        {
            let link: Link = serde_json::from_str(json).unwrap();
            assert_eq!((link.target.as_str(), link.alias.as_str()), (target, alias), "{json}");
        }
        assert_eq!(serde_json::to_string(&Link::parse("db:x")).unwrap(), r#""db:x""#);
        assert!(serde_json::from_str::<Link>("7").is_err());
    }

    #[test]
    fn links_stand_in_the_order_of_how_they_are_written() {
        let mut links = ["db:b", "db-2:a", "db:a"].map(Link::parse);
        links.sort();
        assert_eq!(links.map(|link| link.to_string()), ["db-2:a", "db:a", "db:b"]);
    }

    #[test]
    fn added_hosts_in_every_way_of_writing_them() {
        let ip = |text: &str| HostAddress::Ip(text.parse().unwrap());
        for (text, name, address, written) in [
            ("files:10.1.2.3", "files", ip("10.1.2.3"), "files:10.1.2.3"),
            ("files=10.1.2.3", "files", ip("10.1.2.3"), "files:10.1.2.3"),
            ("six:::1", "six", ip("::1"), "six:::1"),
            ("six=[fd00::7]", "six", ip("fd00::7"), "six:fd00::7"),
            (
                "host.docker.internal:host-gateway",
                "host.docker.internal",
                HostAddress::Gateway,
                "host.docker.internal:host-gateway",
            ),
            ("odd:somewhere", "odd", HostAddress::Other("somewhere".to_owned()), "odd:somewhere"),
            ("bare", "bare", HostAddress::Other(String::new()), "bare:"),
        ] {
            let host: ExtraHost = serde_json::from_value(text.into()).unwrap();
            assert_eq!((host.name.as_str(), &host.address), (name, &address), "{text}");
            assert_eq!(serde_json::to_value(&host).unwrap(), written, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            (target, alias) in ("[a-z0-9_.-]{0,8}", "[a-z0-9_.:-]{0,8}"),
            ip in any::<IpAddr>(),
            word in "[a-z.-]{0,6}|\\[[a-z]{1,3}\\]",
        ) {
            let link = Link { target: target.clone(), alias };
            prop_assert_eq!(Link::parse(&link.to_string()), link);
            for address in [HostAddress::Ip(ip), HostAddress::Gateway, HostAddress::parse(&word)] {
                let host = ExtraHost { name: target.clone(), address };
                let text = serde_json::to_string(&host).unwrap();
                prop_assert_eq!(serde_json::from_str::<ExtraHost>(&text).unwrap(), host);
            }
        }
    }
}
