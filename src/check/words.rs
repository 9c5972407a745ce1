//! What a claim says, in words: the text of an assertion, and what is
//! expected when it fails.

use super::{Arrow, ContainerClaim, Manner, NetworkClaim, PortClaim, Sources};
use crate::model::words::comma_separated;

impl NetworkClaim {
    /// The claim as the rest of a sentence that begins with the network.
    pub fn words(&self) -> String {
        match self {
            Self::Exists(true) => "exists".to_owned(),
            Self::Exists(false) => "does not exist".to_owned(),
            Self::Driver(driver) => format!("has the driver {driver}"),
            Self::Internal(true) => "is internal".to_owned(),
            Self::Internal(false) => "is not internal".to_owned(),
            Self::Icc(true) => "lets its members talk (icc)".to_owned(),
            Self::Icc(false) => "keeps its members apart (icc off)".to_owned(),
            Self::Ipv6(true) => "has IPv6".to_owned(),
            Self::Ipv6(false) => "has no IPv6".to_owned(),
            Self::Subnets(subnets) => {
                let subnets: Vec<String> = subnets.iter().map(ToString::to_string).collect();
                format!("has the subnet {}", joined(&subnets))
            }
            Self::Members { names, only: true } if names.is_empty() => "has no members".to_owned(),
            Self::Members { names, only: true } => format!("has no members but {}", joined(names)),
            Self::Members { names, only: false } => format!("has the members {}", joined(names)),
        }
    }
}

impl ContainerClaim {
    /// The claim as the rest of a sentence that begins with the container.
    pub fn words(&self) -> String {
        match self {
            Self::Exists(true) => "exists".to_owned(),
            Self::Exists(false) => "does not exist".to_owned(),
            Self::Running(true) => "runs".to_owned(),
            Self::Running(false) => "does not run".to_owned(),
            Self::State(state) => state.predicate().to_owned(),
            Self::Health(Some(health)) => format!("is {}", health.as_str()),
            Self::Health(None) => "has no health check".to_owned(),
            Self::On { networks, only: true } if networks.is_empty() => {
                "is on no network".to_owned()
            }
            Self::On { networks, only: true } => {
                format!("is on {} and no other network", joined(networks))
            }
            Self::On { networks, only: false } => format!("is on {}", joined(networks)),
            Self::Published { ports, only: true } if ports.is_empty() => {
                "publishes no port".to_owned()
            }
            Self::Published { ports, only } => {
                let ports: Vec<String> = ports.iter().map(PortClaim::words).collect();
                let tail = if *only { " and no other port" } else { "" };
                format!("publishes {}{tail}", joined(&ports))
            }
        }
    }
}

impl PortClaim {
    /// The port as `docker run -p` writes it.
    pub fn words(&self) -> String {
        let mut text = String::new();
        match self.host_ip {
            Some(std::net::IpAddr::V6(ip)) => text.push_str(&format!("[{ip}]:")),
            Some(ip) => text.push_str(&format!("{ip}:")),
            None => {}
        }
        match self.host_port {
            Some(port) => text.push_str(&format!("{port}:")),
            None if self.host_ip.is_some() => text.push(':'),
            None => {}
        }
        text.push_str(&self.port.to_string());
        if self.protocol != crate::model::Protocol::Tcp {
            text.push_str(&format!("/{}", self.protocol));
        }
        text
    }
}

impl Arrow {
    /// The arrow in words: `web reaches api on port 8080, by name`.
    pub fn words(&self) -> String {
        let crowd = if self.wanted { "everything" } else { "nothing" };
        let several = matches!(&self.from, Sources::Named(names) if names.len() > 1);
        let (from, named) = match &self.from {
            Sources::Named(names) => (joined(names), true),
            Sources::Everybody => (crowd.to_owned(), false),
            Sources::On(network) => (format!("{crowd} on {network}"), false),
            Sources::Outside(network) => (format!("{crowd} outside {network}"), false),
            Sources::AllBut(names) => (format!("{crowd} but {}", joined(names)), false),
        };
        let target = |target: &super::ArrowTarget| match target.port {
            Some(port) => format!("{} on port {port}", target.name),
            None => target.name.clone(),
        };
        let to: Vec<String> = self.to.iter().map(target).collect();
        let verb = match (self.wanted, named, several) {
            (false, true, true) => "do not reach",
            (false, true, false) => "does not reach",
            (true, _, true) => "reach",
            // `nothing` has said no already.
            _ => "reaches",
        };
        let how = match (&self.manner, self.wanted) {
            (Manner::Any, false) => ", by name or by address".to_owned(),
            (Manner::Any | Manner::Name, _) => ", by name".to_owned(),
            (Manner::Address, _) => ", by address".to_owned(),
            (Manner::Via(via), _) => format!(", via {via}"),
        };
        let class = self.class.map(|class| format!(" ({class})")).unwrap_or_default();
        format!("{from} {verb} {}{how}{class}", joined(&to))
    }
}

/// What was seen, of much the first eight; `none` where there is nothing.
pub(super) fn some_or_none(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { comma_separated(items, 8) }
}

fn joined(names: &[String]) -> String {
    names.join(", ")
}
