//! The host's side of a port: its addresses, and which ports of it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text;

/// The ports of the host that may lead to a container port. In JSON a string:
/// empty, `8080` or `8000-8010`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostPorts {
    /// Whichever the engine chooses.
    #[default]
    Any,
    /// This one.
    One(u16),
    /// A free one from the first to the last.
    Range(u16, u16),
}

impl HostPorts {
    /// The ports written as nothing, `8080` or `8000-8010`. `None` for what
    /// is no port, and for a range that ends before it begins.
    pub fn parse(text: &str) -> Option<Self> {
        if matches!(text, "" | "0") {
            return Some(Self::Any);
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.parse().ok()?, last.parse().ok()?) {
            (0, _) => None,
            (first, last) if first == last => Some(Self::One(first)),
            (first, last) => (first < last).then_some(Self::Range(first, last)),
        }
    }

    /// The port, where it can be only one.
    pub fn one(self) -> Option<u16> {
        match self {
            Self::One(port) => Some(port),
            Self::Any | Self::Range(..) => None,
        }
    }

    /// The first and the last that it may be.
    pub fn bounds(self) -> (u16, u16) {
        match self {
            Self::Any => (1, u16::MAX),
            Self::One(port) => (port, port),
            Self::Range(first, last) => (first, last),
        }
    }

    /// Whether a port is among them.
    pub fn contains(self, port: u16) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => one == port,
            Self::Range(first, last) => (first..=last).contains(&port),
        }
    }
}

/// Nothing, `8080` or `8000-8010`.
impl fmt::Display for HostPorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => Ok(()),
            Self::One(port) => port.fmt(f),
            Self::Range(first, last) => write!(f, "{first}-{last}"),
        }
    }
}

impl Serialize for HostPorts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What is no port leaves the choice to the engine.
impl<'de> Deserialize<'de> for HostPorts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        text::parsed(from, |text| Self::parse(text).unwrap_or_default())
    }
}

/// An address of the host in JSON, where an empty string is every address.
pub(super) mod host_ip {
    use std::net::{IpAddr, Ipv4Addr};

    use serde::{Deserializer, Serializer};

    use crate::model::text;

    #[allow(clippy::ref_option)] // the signature serde asks for
    pub fn serialize<S: Serializer>(ip: &Option<IpAddr>, serializer: S) -> Result<S::Ok, S::Error> {
        match ip {
            None => serializer.serialize_str(""),
            Some(ip) => serializer.collect_str(ip),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<IpAddr>, D::Error> {
        text::parsed(from, |text| text.parse().ok())
    }

    /// The address, or `0.0.0.0` for what is none.
    pub fn or_every<'de, D: Deserializer<'de>>(from: D) -> Result<IpAddr, D::Error> {
        Ok(deserialize(from)?.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_the_host_as_people_write_them() {
        for (text, ports, one) in [
            ("", HostPorts::Any, None),
            ("8080", HostPorts::One(8080), Some(8080)),
            ("8000-8010", HostPorts::Range(8000, 8010), None),
        ] {
            assert_eq!(HostPorts::parse(text), Some(ports), "{text}");
            assert_eq!((ports.to_string().as_str(), ports.one()), (text, one));
        }
        assert_eq!(HostPorts::parse("0"), Some(HostPorts::Any));
        assert_eq!(HostPorts::parse("80-80"), Some(HostPorts::One(80)));
        for text in ["banana", "0-9", "90-80", "80-", "-80", "65536", "80:80"] {
            assert_eq!(HostPorts::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_range_holds_both_its_ends() {
        let range = HostPorts::Range(8000, 8010);
        assert!(range.contains(8000) && range.contains(8010) && !range.contains(8011));
        assert!(HostPorts::Any.contains(1) && !HostPorts::One(2).contains(1));
    }
}
