//! What throws packets away: a rule of a firewall, a route, a setting of the
//! kernel, a queue. What the kernel counts of each is compared before and after
//! packets whose number is known.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use serde::Serialize;

use super::firewall::{FirewallRule, RuleVerdict};
use super::position::ContainerAt;
use super::reachability::Attempt;
use super::unread::Unread;
use super::visible::visible;
use super::words::{count, few};

/// Whose network namespace something is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "in", content = "name", rename_all = "kebab-case")]
pub enum DropSite {
    /// The engine's, which its machine has; with its name in a map of several.
    Machine(String),
    /// That of a container.
    Container(String),
}

impl DropSite {
    /// `on the engine's machine`, `in web's network namespace`.
    pub fn place(&self) -> String {
        match self {
            Self::Machine(node) if node.is_empty() => "on the engine's machine".to_owned(),
            Self::Machine(node) => format!("on the machine of {node}"),
            Self::Container(name) => format!("in {name}'s network namespace"),
        }
    }
}

/// A route that leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DeadRoute {
    /// It throws packets away without a word.
    Blackhole,
    /// It says that they are forbidden.
    Prohibit,
    /// It says that there is no way.
    Unreachable,
}

impl DeadRoute {
    /// As `ip route` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blackhole => "blackhole",
            Self::Prohibit => "prohibit",
            Self::Unreachable => "unreachable",
        }
    }
}

/// What throws packets away.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum DropCause {
    /// A rule of a firewall, or the policy of one of its chains.
    Rule(FirewallRule),
    /// A route.
    Route {
        /// Its kind.
        kind: DeadRoute,
        /// Where it leads to.
        #[cfg_attr(test, schemars(with = "String"))]
        destination: IpNet,
    },
    /// Packets come in by another interface than the way back goes out
    /// (`rp_filter`).
    ReversePath,
    /// Nothing is forwarded (`ip_forward`).
    NotForwarded,
    /// There is no route.
    NoRoute,
    /// A rule of routing (`ip rule`) leads packets elsewhere.
    Misrouted {
        /// Where they come from.
        from: IpAddr,
        /// Where they belong.
        to: IpAddr,
        /// The interface that they leave by; none where there is no way for them.
        interface: Option<String>,
    },
    /// Nobody answers to an address on its network.
    NoNeighbour {
        /// The address.
        address: IpAddr,
        /// The interface to its network.
        interface: String,
    },
    /// An interface is switched off.
    Down {
        /// The interface: a bridge, or an end of a container's cable.
        interface: String,
    },
    /// The cable of a container is not on its network's bridge.
    Unplugged {
        /// The container.
        container: String,
        /// The machine's end of the cable.
        interface: String,
        /// The bridge.
        bridge: String,
    },
    /// The bridge of a network is gone.
    NoBridge {
        /// Its name.
        bridge: String,
    },
    /// The table of connections is full.
    ConntrackFull,
    /// A program has more connections waiting than it asked room for.
    ListenQueueFull,
    /// What came in had a wrong checksum.
    Checksum,
    /// A queueing discipline of an interface (`tc`).
    Queue {
        /// The interface.
        interface: String,
        /// Its kind: `netem`, `clsact`.
        kind: String,
    },
    /// The interface itself, or a program on it (XDP).
    Interface {
        /// The interface.
        interface: String,
    },
}

impl DropCause {
    /// Whether what is sent arrives, and the answers to it are lost.
    pub fn loses_answers(&self) -> bool {
        matches!(self, Self::Misrouted { interface: Some(_), .. })
    }
}

/// `rule 7 of DOCKER-USER drops it`: after `because`.
impl fmt::Display for DropCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(rule) => rule.fmt(f),
            Self::Route { kind, destination } => {
                write!(f, "a route of the type {} to {destination} throws it away", kind.as_str())
            }
            Self::ReversePath => f.write_str(
                "rp_filter drops what comes in by another interface than answers go out by",
            ),
            Self::NotForwarded => f.write_str("the machine forwards nothing (ip_forward is off)"),
            Self::NoRoute => f.write_str("there is no route to where it goes"),
            Self::Misrouted { from, to, interface: Some(interface) } => {
                let interface = visible(interface);
                write!(
                    f,
                    "a rule of routing sends the answers from {from} to {to} out by {interface}"
                )
            }
            Self::Misrouted { from, to, interface: None } => {
                write!(f, "rules of routing leave no way from {from} to {to}")
            }
            Self::NoNeighbour { address, interface } => {
                write!(f, "nobody answers to {address} on {}", visible(interface))
            }
            Self::Down { interface } => {
                write!(f, "the interface {} is switched off", visible(interface))
            }
            Self::Unplugged { container, interface, bridge } => {
                let (interface, bridge) = (visible(interface), visible(bridge));
                write!(
                    f,
                    "the interface {interface}, which leads to {container}, is not on the bridge {bridge}"
                )
            }
            Self::NoBridge { bridge } => {
                write!(f, "the bridge {} of their network is gone", visible(bridge))
            }
            Self::ConntrackFull => f.write_str("the kernel's table of connections is full"),
            Self::ListenQueueFull => {
                f.write_str("the program does not take up what waits for it: its queue is full")
            }
            Self::Checksum => f.write_str("it arrives with a wrong checksum"),
            Self::Queue { interface, kind } => {
                let (kind, interface) = (visible(kind), visible(interface));
                match &*kind {
                    // They queue nothing, and are there for filters alone.
                    "clsact" | "ingress" => write!(f, "a filter of tc on {interface} drops it"),
                    _ => write!(f, "the queueing discipline {kind} of {interface} drops it"),
                }
            }
            Self::Interface { interface } => {
                write!(f, "the interface {} drops it", visible(interface))
            }
        }
    }
}

/// Something that was found to throw the packets away.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PacketDrop {
    /// Where.
    pub site: DropSite,
    /// What.
    #[serde(flatten)]
    pub cause: DropCause,
    /// The numbers of packets that were sent, of which each moved its counter
    /// by just as many. Empty for what is known without counting.
    pub counted: Vec<u32>,
}

/// That rules which do not count are under suspicion, the first of them and so many more: a
/// sentence without a capital letter. Nothing where there are none.
pub fn suspicion(uncounted: &[PacketDrop], more: usize) -> Option<String> {
    let said: Vec<String> = uncounted.iter().map(ToString::to_string).collect();
    let said = match more {
        _ if said.is_empty() => return None,
        0 => few(&said),
        more => format!("{} and {more} more", said.join(", ")),
    };
    Some(format!("some rules that drop have no counter, so that it may be one of them: {said}"))
}

/// `rule 7 of DOCKER-USER drops it: `-s … -j DROP``, with the place where it is
/// not the machine.
impl fmt::Display for PacketDrop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)?;
        if self.site != DropSite::Machine(String::new()) {
            write!(f, " {}", self.site.place())?;
        }
        match &self.cause {
            DropCause::Rule(rule) if !rule.text.is_empty() => {
                write!(f, ": `{}`", visible(&rule.text))
            }
            _ => Ok(()),
        }
    }
}

impl PacketDrop {
    /// How it was told from all others.
    pub fn proof(&self) -> Option<String> {
        let counted: Vec<String> = self.counted.iter().map(u32::to_string).collect();
        let what = match &self.cause {
            DropCause::Rule(FirewallRule { verdict: RuleVerdict::Rewrite, .. }) => "connections",
            _ => "packets",
        };
        (!counted.is_empty()).then(|| {
            format!("its counter moved by just the {what} that were sent: {}", few(&counted))
        })
    }

    /// The rule, if it is one.
    pub fn rule(&self) -> Option<&FirewallRule> {
        match &self.cause {
            DropCause::Rule(rule) => Some(rule),
            _ => None,
        }
    }
}

/// A way on which packets are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostWay {
    /// Who sends.
    pub from: ContainerAt,
    /// Who is to get it; `None` for a host that is no container here.
    pub to: Option<ContainerAt>,
    /// The name of whoever is to get it.
    pub host: String,
    /// The address.
    pub address: IpAddr,
    /// What is sent.
    pub attempt: Attempt,
}

/// A search for what throws the packets of one way away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DropSearch {
    /// Name of the container that sends.
    pub from: String,
    /// Name of the container that is to get it; the host asked for where it is none.
    pub to: String,
    /// The address that was tried.
    pub address: IpAddr,
    /// What was sent.
    pub attempt: Attempt,
    /// What was found, the most telling first.
    pub found: Vec<PacketDrop>,
    /// How many rules were read.
    pub rules: usize,
    /// In how many network namespaces.
    pub namespaces: usize,
    /// Rules that may do it and cannot be told by counting, since they have no
    /// counter.
    pub uncounted: Vec<(DropSite, FirewallRule)>,
    /// What could not be looked at, and why.
    pub not_looked: Vec<Unread>,
}

impl DropSearch {
    /// A search of which nothing has come yet.
    pub fn new(from: &str, way: &LostWay) -> Self {
        Self {
            from: from.to_owned(),
            to: way.host.clone(),
            address: way.address,
            attempt: way.attempt,
            found: Vec::new(),
            rules: 0,
            namespaces: 0,
            uncounted: Vec::new(),
            not_looked: Vec::new(),
        }
    }

    /// What was looked at, and what was not, for a search without a result.
    pub fn scope(&self) -> String {
        format!(
            "{} in {} were read, and no counter moved by what was sent",
            count(self.rules, "rule"),
            count(self.namespaces, "network namespace")
        )
    }
}
