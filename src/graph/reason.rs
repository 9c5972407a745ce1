//! What a prediction says, and for what reason, in the words of the JSON
//! contract and of a sentence.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use crate::model::{Attempt, NetworkAt};

/// Whether packets should get through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// They should.
    Reachable,
    /// They should not.
    Blocked,
    /// The map does not say.
    Unknown,
}

impl Verdict {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a verdict is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Both are on one network of a driver that carries traffic.
    SharedNetwork,
    /// Both run in one network namespace and meet on localhost.
    SharedNamespace,
    /// The source is the host itself, which has an address on every bridge.
    HostOnBridge,
    /// The target is the host itself, whose address on the bridge is the gateway.
    HostIsGateway,
    /// A legacy `--link` puts the name into the source's hosts file.
    LegacyLink,
    /// The source does not run and sends nothing.
    SourceStopped,
    /// The target does not run: it has neither name nor address.
    TargetStopped,
    /// One of the two is between two starts.
    Restarting,
    /// The engine did not say what state one of the two is in.
    StateUnknown,
    /// The container in whose network namespace one of the two runs is gone.
    StackGone,
    /// The source has a loopback interface and no network (`--network none`).
    SourceHasNoNetwork,
    /// The target has none.
    TargetHasNoNetwork,
    /// The target has no address of this kind on this network.
    NoAddress,
    /// They share no network, and the engine keeps bridges apart with its
    /// `DOCKER-ISOLATION` firewall rules.
    DifferentNetworks,
    /// The source has no route elsewhere: its networks are internal, or give it
    /// no gateway.
    NoWayOut,
    /// They share no network, but the target's is in the gateway mode `routed`:
    /// pings get in, and TCP to ports that are published.
    RoutedNetwork,
    /// The target's network is such a one, and the port is not published on it.
    NotPublished,
    /// The target's network lets packets in, but answers would not come back:
    /// the source's sends them out with its own address, at which nobody from
    /// outside gets through.
    NoWayBack,
    /// The source has addresses of one family, and the target of the other.
    NoCommonFamily,
    /// The network was made with `enable_icc=false`: members are kept apart.
    IccOff,
    /// The same on a network in the gateway mode `routed`, where pings get
    /// through all the same.
    IccOffButPings,
    /// A macvlan network in private mode: members are kept apart.
    PrivateMacvlan,
    /// The kernel keeps a macvlan or ipvlan member from its own host.
    MacvlanHost,
    /// A rootless Podman has its bridges in a network namespace of its own,
    /// to which the host is as far away as the world outside.
    RootlessBridges,
    /// The target is on the host's stack, and the engine does not say which
    /// address the host has on the source's networks: Docker 26 does not say
    /// it of internal ones.
    HostAddressUntold,
    /// The engine gives its host no address on the bridge. In the gateway mode
    /// `isolated` nobody else does; with `inhibit_ipv4` somebody may.
    BridgeWithoutHost,
    /// The default bridge has no name service.
    DefaultBridgeHasNoNames,
    /// The network has no name service: of Podman's those made with
    /// `--disable-dns`, and all of macvlan.
    NetworkHasNoNames,
    /// A container on the host's stack resolves names as the host does, which
    /// knows no container names.
    HostKnowsNoNames,
    /// The target is on the host's stack, and the host has no name on container networks.
    HostHasNoName,
    /// The target has another name since it started. Podman's name servers have
    /// the old one until it starts again.
    RenamedMeanwhile,
    /// A container in another's namespace has no name of its own.
    SidecarHasNoName,
    /// Some of the networks on which the name could be looked up carry
    /// traffic and some do not: it depends on which answers.
    DependsOnNetwork,
    /// A driver netmap has no rules for.
    UnknownDriver,
    /// The two are on different networks of drivers that reach beyond the
    /// host; routers outside decide.
    OutsideDecides,
    /// IPv6 between different bridges: engines before 27 do not filter it
    /// unless told to (`--ip6tables`), and then the kernel's routing decides.
    Ipv6NotFiltered,
    /// Different bridges of a Podman: it keeps apart only networks that were
    /// made with `isolate`, as its Docker-compatible socket makes them and
    /// `podman network create` does not. Which are is not known here.
    PodmanMayRoute,
    /// Different bridges of a Podman that are not kept apart.
    PodmanRoutes,
}

impl Reason {
    /// The kebab-case word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SharedNetwork => "shared-network",
            Self::SharedNamespace => "shared-namespace",
            Self::HostOnBridge => "host-on-bridge",
            Self::HostIsGateway => "host-is-gateway",
            Self::LegacyLink => "legacy-link",
            Self::SourceStopped => "source-stopped",
            Self::TargetStopped => "target-stopped",
            Self::Restarting => "restarting",
            Self::StateUnknown => "state-unknown",
            Self::StackGone => "stack-gone",
            Self::SourceHasNoNetwork => "source-has-no-network",
            Self::TargetHasNoNetwork => "target-has-no-network",
            Self::NoAddress => "no-address",
            Self::DifferentNetworks => "different-networks",
            Self::NoWayOut => "no-way-out",
            Self::RoutedNetwork => "routed-network",
            Self::NotPublished => "not-published",
            Self::NoWayBack => "no-way-back",
            Self::NoCommonFamily => "no-common-family",
            Self::IccOff => "icc-off",
            Self::IccOffButPings => "icc-off-but-pings",
            Self::PrivateMacvlan => "private-macvlan",
            Self::MacvlanHost => "macvlan-host",
            Self::RootlessBridges => "rootless-bridges",
            Self::HostAddressUntold => "host-address-untold",
            Self::BridgeWithoutHost => "bridge-without-host",
            Self::DefaultBridgeHasNoNames => "default-bridge-has-no-names",
            Self::NetworkHasNoNames => "network-has-no-names",
            Self::HostKnowsNoNames => "host-knows-no-names",
            Self::HostHasNoName => "host-has-no-name",
            Self::RenamedMeanwhile => "renamed-meanwhile",
            Self::SidecarHasNoName => "sidecar-has-no-name",
            Self::DependsOnNetwork => "depends-on-network",
            Self::UnknownDriver => "unknown-driver",
            Self::OutsideDecides => "outside-decides",
            Self::Ipv6NotFiltered => "ipv6-not-filtered",
            Self::PodmanMayRoute => "podman-may-route",
            Self::PodmanRoutes => "podman-routes",
        }
    }

    /// The reason as the end of a sentence a person reads.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SharedNetwork => "both are on the same network",
            Self::SharedNamespace => "both use one network stack and meet on localhost",
            Self::HostOnBridge => "the source uses the host's network, which reaches every bridge",
            Self::HostIsGateway => "the target uses the host's network; the gateway is the host",
            Self::LegacyLink => "a legacy link puts the name into the source's hosts file",
            Self::SourceStopped => "the source is not running",
            Self::TargetStopped => "the target is not running, so it has neither name nor address",
            Self::Restarting => "one of them is restarting",
            Self::StateUnknown => "the engine does not say whether both run",
            Self::StackGone => "the container whose network stack it uses is gone",
            Self::SourceHasNoNetwork => "the source is on no network",
            Self::TargetHasNoNetwork => "the target is on no network",
            Self::NoAddress => "the target has no address there",
            Self::DifferentNetworks => "they share no network, and the engine keeps networks apart",
            Self::NoWayOut => {
                "the source has no way out: its networks are internal, or give it no gateway"
            }
            Self::RoutedNetwork => {
                "the target's network is routed, and lets in pings and what goes to published ports"
            }
            Self::NotPublished => {
                "the target's network is routed, and lets in only what goes to published ports"
            }
            Self::NoWayBack => {
                "the source's network does not masquerade, and no answer finds its way back"
            }
            Self::NoCommonFamily => {
                "one of them has only IPv4 addresses, and the other only IPv6 addresses"
            }
            Self::IccOff => "the network keeps its members apart (icc off)",
            Self::IccOffButPings => {
                "the network keeps its members apart (icc off), but for pings, since it is routed"
            }
            Self::PrivateMacvlan => "the network keeps its members apart (private macvlan)",
            Self::MacvlanHost => {
                "members of macvlan and ipvlan networks cannot reach their own host"
            }
            Self::RootlessBridges => {
                "a rootless Podman keeps its networks out of the host's sight, and the host out of theirs"
            }
            Self::HostAddressUntold => {
                "the target uses the host's network, whose address there the engine does not report"
            }
            Self::BridgeWithoutHost => "the engine gives the host no address on that bridge",
            Self::DefaultBridgeHasNoNames => "names do not resolve on the default bridge",
            Self::NetworkHasNoNames => "names do not resolve on the network that they share",
            Self::HostKnowsNoNames => {
                "the source uses the host's network, where container names do not resolve"
            }
            Self::HostHasNoName => "the target uses the host's network and has no name on others",
            Self::RenamedMeanwhile => {
                "the target was renamed while it ran, and Podman knows it by its old name until it is restarted"
            }
            Self::SidecarHasNoName => {
                "the target uses another container's network and has no name of its own"
            }
            Self::DependsOnNetwork => "it depends on which network the name is looked up on",
            Self::UnknownDriver => "netmap has no rules for the network's driver",
            Self::OutsideDecides => "they share no network, and routers outside the host decide",
            Self::Ipv6NotFiltered => {
                "this engine does not filter IPv6 between networks; the host's routing decides"
            }
            Self::PodmanMayRoute => {
                "they share no network, and Podman keeps apart only networks made with `isolate`"
            }
            Self::PodmanRoutes => {
                "they share no network, and Podman carries packets between these, which are not made with `isolate`"
            }
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

/// A verdict with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

impl Judged {
    pub(super) fn reachable(reason: Reason) -> Self {
        Self { verdict: Verdict::Reachable, reason }
    }

    pub(super) fn blocked(reason: Reason) -> Self {
        Self { verdict: Verdict::Blocked, reason }
    }

    pub(super) fn unknown(reason: Reason) -> Self {
        Self { verdict: Verdict::Unknown, reason }
    }

    /// What should happen to a connection where this happens to a ping, and no
    /// port is open.
    pub(super) fn without_ports(self) -> Self {
        match self.reason {
            Reason::RoutedNetwork => Self::blocked(Reason::NotPublished),
            Reason::IccOffButPings => Self::blocked(Reason::IccOff),
            _ => self,
        }
    }
}

/// One address of the target and what should happen to packets sent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Position of the network on which the target has the address. For a
    /// target on the host's stack it is the source's network, whose gateway
    /// the host is. `None` within one network stack.
    pub network: Option<NetworkAt>,
    /// The address; `None` for a planned container whose address the engine
    /// is yet to choose.
    pub address: Option<IpAddr>,
    /// What should happen to a ping.
    pub judged: Judged,
    /// The TCP ports to which it leads alone; `None` where it leads to all
    /// if it is open.
    pub ports: Option<BTreeSet<u16>>,
}

impl Route {
    pub(super) fn new(network: Option<NetworkAt>, address: Option<IpAddr>, judged: Judged) -> Self {
        Self { network, address, judged, ports: None }
    }

    /// What should happen to this.
    pub fn judged_for(&self, attempt: Attempt) -> Judged {
        let Some(port) = attempt.port() else { return self.judged };
        let is_open = self.ports.as_ref().is_none_or(|open| open.contains(&port));
        if is_open { self.judged } else { self.judged.without_ports() }
    }
}

/// What should happen between two containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// When the source asks for the target by its name.
    pub by_name: Judged,
    /// The best of [`Self::routes`], or why there are none.
    pub by_address: Judged,
    /// Each address of the target, whether it should answer or not.
    pub routes: Vec<Route>,
}
