//! What a prediction says, and for what reason, in the words of the JSON
//! contract and of a sentence.

use std::fmt;
use std::net::IpAddr;

use crate::model::NetworkAt;

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
    /// The source is on internal networks only: it has no route elsewhere.
    NoWayOut,
    /// The network was made with `enable_icc=false`: members are kept apart.
    IccOff,
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
    /// A container on the host's stack resolves names as the host does, which
    /// knows no container names.
    HostKnowsNoNames,
    /// The target is on the host's stack, and the host has no name on container networks.
    HostHasNoName,
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
    /// `podman network create` does not; that socket does not say which are.
    PodmanMayRoute,
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
            Self::IccOff => "icc-off",
            Self::PrivateMacvlan => "private-macvlan",
            Self::MacvlanHost => "macvlan-host",
            Self::RootlessBridges => "rootless-bridges",
            Self::HostAddressUntold => "host-address-untold",
            Self::BridgeWithoutHost => "bridge-without-host",
            Self::DefaultBridgeHasNoNames => "default-bridge-has-no-names",
            Self::HostKnowsNoNames => "host-knows-no-names",
            Self::HostHasNoName => "host-has-no-name",
            Self::SidecarHasNoName => "sidecar-has-no-name",
            Self::DependsOnNetwork => "depends-on-network",
            Self::UnknownDriver => "unknown-driver",
            Self::OutsideDecides => "outside-decides",
            Self::Ipv6NotFiltered => "ipv6-not-filtered",
            Self::PodmanMayRoute => "podman-may-route",
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
            Self::NoWayOut => "the source is on internal networks only and has no other route",
            Self::IccOff => "the network keeps its members apart (icc off)",
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
            Self::HostKnowsNoNames => {
                "the source uses the host's network, where container names do not resolve"
            }
            Self::HostHasNoName => "the target uses the host's network and has no name on others",
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
    /// What should happen.
    pub judged: Judged,
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
