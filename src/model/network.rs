//! A container network and its subnets.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::driver::{Driver, Scope};
use super::keys::option;

/// Id of Podman's default network, the same everywhere.
///
/// Source: containers/common, `libnetwork/types/const.go` and
/// `libnetwork/util/util.go`: an id is the SHA-256 of the network's name.
pub const PODMAN_DEFAULT_NETWORK: &str =
    "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9";

/// One range of addresses that a network hands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// The range, such as `172.18.0.0/16`.
    pub subnet: IpNet,
    /// The router's address on the network. `None` where there is none, as on
    /// networks that were made without a gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<IpAddr>,
    /// The part of the range that the engine itself gives addresses from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_range: Option<IpNet>,
}

/// A network as the engine lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Name. Docker lets two networks have the same name; the id tells them apart.
    pub name: String,
    /// Engine's id (Podman reports the name here in places).
    pub id: String,
    /// Driver.
    pub driver: Driver,
    /// How far it is known.
    #[serde(default)]
    pub scope: Scope,
    /// Made with `--internal`: nothing gets in or out but its members.
    #[serde(default)]
    pub internal: bool,
    /// Every subnet, IPv4 and IPv6, in the engine's order.
    #[serde(default)]
    pub subnets: Vec<Subnet>,
    /// Whether IPv4 is switched on, as it is unless somebody has it switched off.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub ipv4: bool,
    /// Whether IPv6 is switched on.
    #[serde(default)]
    pub ipv6: bool,
    /// Whether containers outside a swarm service may join a swarm network.
    #[serde(default)]
    pub attachable: bool,
    /// The swarm's own network for published ports.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ingress: bool,
    /// Inter-container communication: `false` when the bridge was made with
    /// `com.docker.network.bridge.enable_icc=false`, so that members can reach
    /// the outside but not one another.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub icc: bool,
    /// `false` when `com.docker.network.bridge.enable_ip_masquerade=false`:
    /// packets leave with the container's own address.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub masquerade: bool,
    /// Largest packet in bytes, where the network was made with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// Driver options as given; none of them is a secret.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Compose project that made it, from its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Labels, values of secret-looking keys left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Engine whose own it is, in a map of several; empty for one that they
    /// share, and in a map of one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node: String,
    /// Its name on that engine, where the map has another for it because two
    /// engines have a network of that name. See [`Self::own_name()`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_name: Option<String>,
    /// Its id on that engine, likewise. See [`Self::own_id()`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_id: Option<String>,
    /// Set when no list named this network and it is known only from a
    /// container that says it is on it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unlisted: bool,
}

impl Network {
    /// A network of which nothing is known but that containers are on it.
    pub fn unlisted(name: &str, id: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: id.to_owned(),
            driver: Driver::Unknown,
            scope: Scope::default(),
            internal: false,
            subnets: Vec::new(),
            ipv4: true,
            ipv6: false,
            attachable: false,
            ingress: false,
            icc: true,
            masquerade: true,
            mtu: None,
            options: BTreeMap::new(),
            project: None,
            labels: BTreeMap::new(),
            node: String::new(),
            own_name: None,
            own_id: None,
            unlisted: true,
        }
    }

    /// Its name on its own engine.
    pub fn own_name(&self) -> &str {
        self.own_name.as_deref().unwrap_or(&self.name)
    }

    /// Its id on its own engine: Podman makes ids of names, so that two
    /// networks may have the same one.
    pub fn own_id(&self) -> &str {
        self.own_id.as_deref().unwrap_or(&self.id)
    }

    /// Takes driver options over, and reads what some of them mean.
    pub fn set_options(&mut self, options: BTreeMap<String, String>) {
        self.options = options;
        self.icc = self.option(option::ICC) != Some("false");
        self.masquerade = self.option(option::MASQUERADE) != Some("false");
        self.mtu = self.option(option::MTU).and_then(|mtu| mtu.parse().ok());
    }

    /// The value of a driver option; [`keys::option`](super::keys::option) has the keys.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.get(key).map(String::as_str)
    }

    /// Whether packets get in and out of the bridge otherwise than with
    /// translated addresses (gateway modes other than `nat`).
    pub fn is_routed(&self) -> bool {
        let modes = [option::GATEWAY_MODE_IPV4, option::GATEWAY_MODE_IPV6];
        modes.into_iter().filter_map(|key| self.option(key)).any(|mode| mode != "nat")
    }

    /// Whether the engine keeps its host off the bridge: in the gateway mode
    /// `isolated` of the address family, which only an internal network can be
    /// in (Docker 28).
    pub fn is_isolated(&self, ipv4: bool) -> bool {
        let mode = if ipv4 { option::GATEWAY_MODE_IPV4 } else { option::GATEWAY_MODE_IPV6 };
        self.option(mode) == Some("isolated")
    }

    /// The engine's default bridge, the one network without names: every
    /// Docker has it under this name, every Podman under one id.
    ///
    /// Source: `docker network inspect bridge` carries the option
    /// `com.docker.network.bridge.default_bridge=true`, and no other network
    /// may be called `bridge`.
    pub fn is_default_bridge(&self) -> bool {
        self.driver == Driver::Bridge
            && (self.option(option::DEFAULT_BRIDGE) == Some("true")
                || self.own_name() == "bridge"
                || self.own_id() == PODMAN_DEFAULT_NETWORK)
    }

    /// The host's own network stack, not a network between containers.
    pub fn is_host(&self) -> bool {
        self.driver == Driver::Host
    }

    /// The network of containers that have none.
    pub fn is_none(&self) -> bool {
        self.driver == Driver::Null
    }

    /// One of the three every Docker engine makes by itself.
    pub fn is_built_in(&self) -> bool {
        self.is_default_bridge() || self.is_host() || self.is_none()
    }

    /// One that every node of a swarm has by itself. Of the second the engine
    /// does not report which containers are on it: all that are on an overlay
    /// network are.
    pub fn is_the_swarms(&self) -> bool {
        self.ingress || self.own_name() == "docker_gwbridge"
    }

    /// What sets this network apart from a plain one, in words fit for a label.
    pub fn flags(&self) -> Vec<&'static str> {
        let mut flags = Vec::new();
        if self.internal {
            flags.push("internal");
        }
        if !self.icc {
            flags.push("icc off");
        }
        if !self.masquerade {
            flags.push("no masquerade");
        }
        if self.ipv6 {
            flags.push("ipv6");
        }
        if self.attachable && self.driver == Driver::Overlay {
            flags.push("attachable");
        }
        if self.ingress {
            flags.push("ingress");
        }
        if self.is_default_bridge() {
            flags.push("no names");
        }
        if self.unlisted {
            flags.push("not listed");
        }
        flags
    }

    /// Whether `address` lies in one of the network's subnets.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.subnets.iter().any(|s| s.subnet.contains(&address))
    }
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_true(value: &bool) -> bool {
    *value
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature serde asks for
fn is_false(value: &bool) -> bool {
    !*value
}
