//! A container network and its subnets.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::driver::{Driver, Scope};
use super::gateway_mode::{Family, GatewayMode, GatewayModes};
use super::keys::option;
use super::labels::kept_options;

/// Id of Podman's default network, the same everywhere.
///
/// Source: containers/common, `libnetwork/types/const.go` and
/// `libnetwork/util/util.go`: an id is the SHA-256 of the network's name.
pub const PODMAN_DEFAULT_NETWORK: &str =
    "2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9";

/// One range of addresses that a network hands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Subnet {
    /// The range, such as `172.18.0.0/16`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub subnet: IpNet,
    /// The router's address on the network. `None` where there is none, as on
    /// networks that were made without a gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<IpAddr>,
    /// The part of the range that the engine itself gives addresses from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub ip_range: Option<IpNet>,
}

/// What a network of Podman's has that no other has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OfPodman {
    /// From which others it is kept apart; absent where Podman was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isolate: Option<Isolate>,
    /// Whether names resolve on it.
    pub names: bool,
}

/// From which other networks Podman keeps one apart (podman-network-create(1)).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Isolate {
    /// From those that are strict.
    #[default]
    Off,
    /// From others that are kept apart.
    On,
    /// From all others.
    Strict,
}

impl Isolate {
    /// The option's value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "false",
            Self::On => "true",
            Self::Strict => "strict",
        }
    }
}

/// A network as the engine lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
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
    /// How packets get in and out of the bridge, where it was made with a mode
    /// (Docker 27 and newer).
    #[serde(default, skip_serializing_if = "GatewayModes::is_untold")]
    pub gateway_modes: GatewayModes,
    /// Interfaces of the host whose packets are let in to published ports at
    /// the container's own address, as if they came by way of the host's port
    /// (`com.docker.network.bridge.trusted_host_interfaces`, Docker 28).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_interfaces: Vec<String>,
    /// `com.docker.network.bridge.inhibit_ipv4=true`: the engine gives the
    /// bridge no IPv4 address.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inhibit_ipv4: bool,
    /// Whether an overlay network encrypts what it carries from node to node.
    #[serde(default, skip_serializing_if = "is_false")]
    pub encrypted: bool,
    /// No network that anybody could join: settings for others to be made from.
    #[serde(default, skip_serializing_if = "is_false")]
    pub config_only: bool,
    /// The config-only network that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_from: Option<String>,
    /// Largest packet in bytes, where the network was made with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u32>,
    /// Driver options. Of those that netmap does not know only the keys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Compose project that made it, from its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// What there is to say of it besides on a Podman.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub podman: Option<OfPodman>,
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
            gateway_modes: GatewayModes::default(),
            trusted_interfaces: Vec::new(),
            inhibit_ipv4: false,
            encrypted: false,
            config_only: false,
            config_from: None,
            mtu: None,
            options: BTreeMap::new(),
            podman: None,
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

    /// What its compose file calls it: its name without the project's in front.
    pub fn compose_name(&self) -> Option<&str> {
        self.name.strip_prefix(self.project.as_deref()?)?.strip_prefix('_')
    }

    /// Whether this is its name, on its own engine or in its compose file.
    pub fn is_called(&self, name: &str) -> bool {
        self.own_name() == name || self.compose_name() == Some(name)
    }

    /// Its id on its own engine: Podman makes ids of names, so that two
    /// networks may have the same one.
    pub fn own_id(&self) -> &str {
        self.own_id.as_deref().unwrap_or(&self.id)
    }

    /// Takes driver options over, and reads what some of them mean. Of those
    /// that netmap does not know the key alone is kept: some drivers are given
    /// passwords that way.
    pub fn set_options(&mut self, options: BTreeMap<String, String>) {
        self.options = kept_options(options);
        self.icc = self.option(option::ICC) != Some("false");
        self.masquerade = self.option(option::MASQUERADE) != Some("false");
        self.mtu = self.option(option::MTU).and_then(|mtu| mtu.parse().ok());
        self.read_newer_options();
    }

    /// Reads the options that earlier versions of netmap kept without reading.
    pub(super) fn read_newer_options(&mut self) {
        if let Some(mode) = self.option(option::GATEWAY_MODE_IPV4) {
            self.gateway_modes.ipv4 = GatewayMode::parse(mode);
        }
        if let Some(mode) = self.option(option::GATEWAY_MODE_IPV6) {
            self.gateway_modes.ipv6 = GatewayMode::parse(mode);
        }
        if let Some(trusted) = self.option(option::TRUSTED_INTERFACES) {
            let trusted = trusted.split(':').filter(|name| !name.is_empty());
            let trusted = trusted.map(str::to_owned).collect();
            self.trusted_interfaces = trusted;
        }
        self.inhibit_ipv4 |= self.option(option::INHIBIT_IPV4) == Some("true");
        // It counts by being there, whatever its value.
        self.encrypted |= self.driver == Driver::Overlay
            && self.option(option::ENCRYPTED).is_some_and(|value| value != "false");
    }

    /// The value of a driver option; [`keys::option`](super::keys::option) has the keys.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.options.get(key).map(String::as_str)
    }

    /// What Docker calls its bridge on the host; `None` for what has none.
    /// Podman has names of its own, and does not tell them.
    pub fn bridge(&self) -> Option<String> {
        if self.driver != Driver::Bridge {
            return None;
        }
        let named = self.option(option::BRIDGE_NAME).map(str::to_owned);
        named.or_else(|| bridge_of(&self.id))
    }

    /// How packets of a family get in and out of the bridge.
    pub fn gateway_mode(&self, family: Family) -> &GatewayMode {
        self.gateway_modes.of(family)
    }

    /// Whether it hands out addresses of a family, as far as is known.
    pub fn has_family(&self, family: Family) -> bool {
        match family {
            Family::V4 => self.ipv4,
            Family::V6 => self.ipv6,
        }
    }

    /// Whether the engine leaves its host without an address of a family on
    /// the bridge, and so without a way to its members.
    pub fn is_without_host(&self, family: Family) -> bool {
        *self.gateway_mode(family) == GatewayMode::Isolated
            || (family == Family::V4 && self.inhibit_ipv4)
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

    /// Whether the engine resolves its members' names for one another: the
    /// default bridge has no resolver, and of Podman's others only those with
    /// `dns_enabled`, which a macvlan network never is.
    pub fn has_names(&self) -> bool {
        !self.is_default_bridge() && self.podman.is_none_or(|of| of.names)
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
        flags.extend(self.gateway_flags());
        if self.inhibit_ipv4 {
            flags.push("host has no ipv4");
        }
        if !self.trusted_interfaces.is_empty() {
            flags.push("trusted interfaces");
        }
        match (self.ipv4, self.ipv6) {
            (true, true) => flags.push("ipv6"),
            (false, true) => flags.push("ipv6 only"),
            (false, false) => flags.push("no addresses"),
            (true, false) => {}
        }
        if self.encrypted {
            flags.push("encrypted");
        }
        if self.config_only {
            flags.push("config only");
        }
        if self.attachable && self.driver == Driver::Overlay {
            flags.push("attachable");
        }
        if self.ingress {
            flags.push("ingress");
        }
        if !self.has_names() {
            flags.push("no names");
        }
        match self.podman.and_then(|of| of.isolate) {
            Some(Isolate::On) => flags.push("isolate"),
            Some(Isolate::Strict) => flags.push("isolate strict"),
            Some(Isolate::Off) | None => {}
        }
        if self.unlisted {
            flags.push("not listed");
        }
        flags
    }

    /// The modes in which packets get in and out, where they are not those of
    /// every bridge; one word where both families are in the same.
    fn gateway_flags(&self) -> impl Iterator<Item = &'static str> {
        let families =
            [Family::V4, Family::V6].into_iter().filter(|family| self.has_family(*family));
        let modes: Vec<_> = families.map(|family| (family, self.gateway_mode(family))).collect();
        let differ = modes.iter().any(|(_, mode)| *mode != modes[0].1);
        let told = if differ { modes.len() } else { 1 };
        modes.into_iter().take(told).filter_map(move |(family, mode)| {
            let [plain, v4, v6] = match mode {
                GatewayMode::Nat => return None,
                GatewayMode::NatUnprotected => {
                    ["nat-unprotected", "ipv4 nat-unprotected", "ipv6 nat-unprotected"]
                }
                GatewayMode::Routed => ["routed", "ipv4 routed", "ipv6 routed"],
                GatewayMode::Isolated => ["isolated", "ipv4 isolated", "ipv6 isolated"],
                GatewayMode::Other(_) => {
                    ["unknown gateway mode", "unknown ipv4 mode", "unknown ipv6 mode"]
                }
            };
            Some(match family {
                _ if !differ => plain,
                Family::V4 => v4,
                Family::V6 => v6,
            })
        })
    }

    /// Whether `address` lies in one of the network's subnets.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.subnets.iter().any(|s| s.subnet.contains(&address))
    }
}

/// What Docker calls the bridge of a network with this id, if it is one: compose
/// files have a name in its place.
pub fn bridge_of(id: &str) -> Option<String> {
    let is_id = id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| format!("br-{}", &id[..12]))
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
