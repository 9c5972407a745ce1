//! Ports: published on the host, asked to be published, and merely exposed.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Deserializer, Serialize};

use super::host_ports::{HostPorts, host_ip};

/// Transport protocol of a port.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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

    /// Its name in a sentence: `TCP`.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A container port that can be reached from beyond its networks, now: through
/// a port of the host, or, where a network is routed, at its own address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PublishedPort {
    /// Container port.
    pub port: u16,
    /// Protocol.
    #[serde(default)]
    pub protocol: Protocol,
    /// Host address it is bound to: `0.0.0.0` and `::` are every address. In a
    /// snapshot, whatever is no address counts as every address, too, so that
    /// nobody takes the port for a hidden one.
    #[serde(deserialize_with = "host_ip::or_every")]
    pub host_ip: IpAddr,
    /// Host port. `None` where no port of the host leads to it, as on networks
    /// that Docker routes without translating addresses.
    #[serde(default, deserialize_with = "host_port_or_none")]
    pub host_port: Option<u16>,
}

impl PublishedPort {
    /// Whether any machine that reaches the host reaches this port too.
    pub fn is_on_every_address(&self) -> bool {
        self.host_ip.is_unspecified()
    }
}

fn host_port_or_none<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    Option::<u16>::deserialize(from).map(|port| port.filter(|port| *port > 0))
}

/// What the container's configuration asks the engine to publish. It differs
/// from what is published while the container is stopped, when the host port
/// is left to the engine, and on networks from which nothing can be published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequestedPort {
    /// Container port.
    pub port: u16,
    /// Protocol.
    #[serde(default)]
    pub protocol: Protocol,
    /// Host address asked for; `None` for every address, in JSON an empty
    /// string.
    #[serde(default, with = "host_ip")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub host_ip: Option<IpAddr>,
    /// Host port asked for.
    #[serde(default)]
    pub host_port: HostPorts,
}

impl RequestedPort {
    /// A TCP port of a container on the host's loopback address alone.
    pub fn on_loopback(host_port: u16, port: u16) -> Self {
        let host_ip = Some(Ipv4Addr::LOCALHOST.into());
        let host_port = HostPorts::One(host_port);
        Self { port, protocol: Protocol::Tcp, host_ip, host_port }
    }

    /// Whether it is asked for on every address of the host.
    pub fn is_on_every_address(&self) -> bool {
        self.host_ip.is_none_or(|ip| ip.is_unspecified())
    }

    /// What is published when this is granted: a port for each address of the
    /// host, or one for all of IPv4 and one for all of IPv6. `host_port` is
    /// the one that the engine took, if it took any.
    pub fn granted(&self, host_port: Option<u16>) -> impl Iterator<Item = PublishedPort> + use<> {
        let every = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        let (one, all) = match self.host_ip {
            Some(ip) => (Some(ip), None),
            None => (None, Some(every)),
        };
        let (port, protocol) = (self.port, self.protocol);
        one.into_iter().chain(all.into_iter().flatten()).map(move |host_ip| PublishedPort {
            port,
            protocol,
            host_ip,
            host_port,
        })
    }

    /// What `docker run -p` takes for it: `80`, `8080:80`,
    /// `127.0.0.1:8080:80/udp`, `[::1]::80`.
    pub fn as_option(&self) -> String {
        let ip = match self.host_ip {
            None => String::new(),
            Some(IpAddr::V4(ip)) => format!("{ip}:"),
            Some(IpAddr::V6(ip)) => format!("[{ip}]:"),
        };
        let host = match self.host_port {
            HostPorts::Any if ip.is_empty() => String::new(),
            ports => format!("{ports}:"),
        };
        let protocol = match self.protocol {
            Protocol::Tcp => String::new(),
            other => format!("/{other}"),
        };
        format!("{ip}{host}{}{protocol}", self.port)
    }
}

/// A port the image or the configuration declares. Declaring opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExposedPort {
    /// Container port.
    pub port: u16,
    /// Protocol.
    #[serde(default)]
    pub protocol: Protocol,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn published(json: &str) -> serde_json::Result<PublishedPort> {
        serde_json::from_str(json)
    }

    #[test]
    fn published_ports_of_old_and_new_snapshots() {
        for (json, ip, host_port) in [
            (r#"{"port":80,"host_ip":"","host_port":8080}"#, "0.0.0.0", Some(8080)),
            (r#"{"port":80,"host_ip":"::","host_port":8080}"#, "::", Some(8080)),
            (r#"{"port":80,"host_ip":"::1","host_port":0}"#, "::1", None),
            (r#"{"port":80,"host_ip":"127.0.0.1","host_port":null}"#, "127.0.0.1", None),
            (r#"{"port":80,"host_ip":"127.0.0.1"}"#, "127.0.0.1", None),
            (r#"{"port":80,"host_ip":"a\u001bb","host_port":1}"#, "0.0.0.0", Some(1)),
        ] {
            let port = published(json).unwrap();
            assert_eq!((port.host_ip, port.host_port), (ip.parse().unwrap(), host_port), "{json}");
        }
        for json in [
            r#"{"port":80,"host_ip":"127.0.0.1","host_port":65536}"#,
            r#"{"port":80,"host_ip":"127.0.0.1","host_port":"80"}"#,
            r#"{"port":80,"host_ip":7,"host_port":80}"#,
            r#"{"port":80,"host_port":80}"#,
        ] {
            assert!(published(json).is_err(), "{json}");
        }
        let routed = published(r#"{"port":80,"host_ip":"0.0.0.0"}"#).unwrap();
        let text = r#"{"port":80,"protocol":"tcp","host_ip":"0.0.0.0","host_port":null}"#;
        assert_eq!(serde_json::to_string(&routed).unwrap(), text);
    }

    #[test]
    fn requested_ports_of_old_and_new_snapshots() {
        for (json, ip, host_port) in [
            (r#"{"port":80}"#, None, HostPorts::Any),
            (r#"{"port":80,"host_ip":"","host_port":""}"#, None, HostPorts::Any),
            (r#"{"port":80,"host_ip":"::1","host_port":"81"}"#, Some("::1"), HostPorts::One(81)),
            (r#"{"port":80,"host_port":"8000-8010"}"#, None, HostPorts::Range(8000, 8010)),
            (r#"{"port":80,"host_ip":"here","host_port":"there"}"#, None, HostPorts::Any),
        ] {
            let port: RequestedPort = serde_json::from_str(json).unwrap();
            let ip = ip.map(|ip| ip.parse().unwrap());
            assert_eq!((port.host_ip, port.host_port), (ip, host_port), "{json}");
        }
        let text = r#"{"port":80,"protocol":"udp","host_ip":"","host_port":"8000-8010"}"#;
        let port: RequestedPort = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&port).unwrap(), text);
    }

    #[test]
    fn a_requested_port_is_written_as_docker_takes_it() {
        for (ip, host_port, protocol, option) in [
            ("", "", "tcp", "80"),
            ("", "", "sctp", "80/sctp"),
            ("", "8080", "tcp", "8080:80"),
            ("", "8000-8010", "tcp", "8000-8010:80"),
            ("127.0.0.1", "8080", "udp", "127.0.0.1:8080:80/udp"),
            ("127.0.0.1", "", "tcp", "127.0.0.1::80"),
            ("0.0.0.0", "8080", "tcp", "0.0.0.0:8080:80"),
            ("::1", "8080", "tcp", "[::1]:8080:80"),
        ] {
            let port = RequestedPort {
                port: 80,
                protocol: Protocol::parse(protocol).unwrap(),
                host_ip: ip.parse().ok(),
                host_port: HostPorts::parse(host_port).unwrap(),
            };
            assert_eq!(port.as_option(), option);
        }
    }

    #[test]
    fn what_is_asked_for_on_every_address_is_published_in_both_families() {
        let asked = |ip: &str| RequestedPort {
            port: 80,
            protocol: Protocol::Tcp,
            host_ip: ip.parse().ok(),
            host_port: HostPorts::Any,
        };
        let ips = |ip: &str| asked(ip).granted(Some(8080)).map(|port| port.host_ip.to_string());
        assert_eq!(ips("").collect::<Vec<_>>(), ["0.0.0.0", "::"]);
        assert_eq!(ips("127.0.0.1").collect::<Vec<_>>(), ["127.0.0.1"]);
    }

    proptest! {
        #[test]
        fn ports_are_read_as_they_were_written(
            (port, host, more) in any::<(u16, u16, u16)>(),
            (ip, asked) in any::<(IpAddr, Option<IpAddr>)>(),
        ) {
            let host_port = Some(host).filter(|port| *port > 0);
            let protocol = Protocol::Udp;
            let published = PublishedPort { port, protocol, host_ip: ip, host_port };
            let text = serde_json::to_string(&published).unwrap();
            prop_assert_eq!(serde_json::from_str::<PublishedPort>(&text).unwrap(), published);
            let ports = match (host, more) {
                (0, _) => HostPorts::Any,
                (low, high) if low < high => HostPorts::Range(low, high),
                (one, _) => HostPorts::One(one),
            };
            let requested = RequestedPort { port, protocol, host_ip: asked, host_port: ports };
            let text = serde_json::to_string(&requested).unwrap();
            prop_assert_eq!(serde_json::from_str::<RequestedPort>(&text).unwrap(), requested);
        }
    }
}
