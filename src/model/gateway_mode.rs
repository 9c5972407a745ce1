//! How packets get in and out of a bridge, for each family of addresses.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::word::words;

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Family {
    /// The family that an address is of.
    pub fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::V4 } else { Self::V6 }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

words! {
    /// How packets of a family get in and out of a bridge (Docker 27 and newer).
    GatewayMode {
        /// Out with the host's address, in by the host's ports alone: what
        /// every bridge does where nothing else is said.
        Nat = "nat",
        /// The same, and in to every port from machines that know the way.
        NatUnprotected = "nat-unprotected",
        /// In and out with the container's own address; in to published ports.
        Routed = "routed",
        /// Neither in nor out: the host itself has no address there. Only an
        /// internal network can be so.
        Isolated = "isolated",
    }
}

/// The modes of a bridge, as far as it was made with any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GatewayModes {
    /// Of IPv4.
    #[serde(default, skip_serializing_if = "GatewayMode::is_untold")]
    pub ipv4: GatewayMode,
    /// Of IPv6.
    #[serde(default, skip_serializing_if = "GatewayMode::is_untold")]
    pub ipv6: GatewayMode,
}

impl GatewayModes {
    /// Whether it was made with none.
    pub fn is_untold(&self) -> bool {
        self.ipv4.is_untold() && self.ipv6.is_untold()
    }

    /// The mode of a family.
    pub fn of(&self, family: Family) -> &GatewayMode {
        let told = match family {
            Family::V4 => &self.ipv4,
            Family::V6 => &self.ipv6,
        };
        if told.is_untold() { &GatewayMode::Nat } else { told }
    }
}
