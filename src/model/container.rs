//! A container, and its endpoints: where it meets its networks.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::keys::label;
use super::link::{ExtraHost, Link};
use super::log_trouble::TroubleKind;
use super::moment::{self, Moment};
use super::port::{ExposedPort, PublishedPort, RequestedPort};
use super::reference::{Advertised, FlawedPort, OnLoopback, Reference};
use super::run_option::MadeWith;
use super::start_error::StartError;
use crate::order::OrderBy;

/// A container's state, as the engine reports it.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Written in a compose file, and not made yet. Only a snapshot with a
    /// plan has such containers; the map takes them as if they ran.
    Planned,
    /// Made, never started.
    Created,
    /// Its processes run.
    Running,
    /// Its processes are frozen; the kernel still answers for it.
    Paused,
    /// Ended, and the engine is about to start it again.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// The engine failed to remove it.
    Dead,
    /// The engine said something netmap does not know, or nothing.
    #[default]
    #[serde(other)]
    Unknown,
}

impl State {
    /// The state named `text`, as the Engine API writes it.
    pub fn parse(text: &str) -> Self {
        match text {
            "planned" => Self::Planned,
            "created" => Self::Created,
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" | "stopping" => Self::Removing,
            "exited" | "stopped" => Self::Exited,
            "dead" => Self::Dead,
            _ => Self::Unknown,
        }
    }

    /// The Engine API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
        }
    }

    /// The state as what is said of a container: `has exited`, `is running`.
    pub fn predicate(self) -> &'static str {
        match self {
            Self::Planned => "is planned",
            Self::Created => "was never started",
            Self::Running => "is running",
            Self::Paused => "is paused",
            Self::Restarting => "is restarting",
            Self::Removing => "is being removed",
            Self::Exited => "has exited",
            Self::Dead => "is dead",
            Self::Unknown => "is in a state that nobody knows",
        }
    }

    /// Whether the container has a network stack of its own right now, or
    /// will have one when it is brought up as planned.
    pub fn has_network(self) -> bool {
        matches!(self, Self::Planned | Self::Running | Self::Paused)
    }

    /// Whether the container has ended, or never began, and is not about to run.
    pub fn is_stopped(self) -> bool {
        matches!(self, Self::Created | Self::Exited | Self::Dead | Self::Removing)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the container's health check says. A container without one has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// The check has not passed yet and is still given time.
    Starting,
    /// The last check passed.
    Healthy,
    /// The check failed as often as allowed.
    Unhealthy,
}

impl Health {
    /// The Engine API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Healthy => "healthy",
            Self::Unhealthy => "unhealthy",
        }
    }
}

/// What a run of a health check said went wrong.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCheck {
    /// What kind of trouble.
    pub trouble: TroubleKind,
    /// The line, where it consists of words that hold no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// Where a container gets its network stack from. In JSON it is the Engine
/// API's own string: `host`, `none`, `container:ID`, `default` or a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkMode {
    /// Its own stack; first connected to the network of this name
    /// (`default` and `bridge` mean the default bridge).
    Network(String),
    /// Its own stack, with a loopback interface and nothing else.
    None,
    /// The stack of the engine's machine.
    Host,
    /// The stack of another container, given by id or name.
    Container(String),
}

impl NetworkMode {
    /// The mode that the Engine API writes as `text`.
    pub fn parse(text: &str) -> Self {
        match text {
            "none" => Self::None,
            "host" => Self::Host,
            "" => Self::Network("default".to_owned()),
            _ => match text.strip_prefix("container:") {
                Some(owner) => Self::Container(owner.to_owned()),
                None => Self::Network(text.to_owned()),
            },
        }
    }

    /// Podman's `pasta` or `slirp4netns`, where it is one of these: a stack of
    /// its own with a way out and no network, which is what a rootless Podman
    /// gives to who asks for none.
    pub fn user_mode(&self) -> Option<&'static str> {
        let Self::Network(name) = self else { return None };
        // Options follow a colon.
        let kind = name.split(':').next().unwrap_or_default();
        ["pasta", "slirp4netns"].into_iter().find(|known| *known == kind)
    }
}

impl fmt::Display for NetworkMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(name) => f.write_str(name),
            Self::None => f.write_str("none"),
            Self::Host => f.write_str("host"),
            Self::Container(owner) => write!(f, "container:{owner}"),
        }
    }
}

impl Default for NetworkMode {
    fn default() -> Self {
        Self::Network("default".to_owned())
    }
}

impl Serialize for NetworkMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NetworkMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::parse(&text))
    }
}

/// A container's connection to one network.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Endpoint {
    /// Name of the network.
    pub network: String,
    /// Id of the network; empty before a stopped container was ever started.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub network_id: String,
    /// IPv4 address, while the container has a network stack.
    #[serde(default)]
    pub ipv4: Option<Ipv4Addr>,
    /// Global IPv6 address, likewise.
    #[serde(default)]
    pub ipv6: Option<Ipv6Addr>,
    /// MAC address, likewise. ipvlan endpoints share their parent's and have none.
    #[serde(default)]
    pub mac: Option<String>,
    /// IPv4 gateway the engine set for this endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<Ipv4Addr>,
    /// IPv6 gateway, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_gateway: Option<Ipv6Addr>,
    /// Names given with `--network-alias` or by compose. Engines before 26 put
    /// the container's short id among them, and so do they here.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The names the engine says it answers for on this network. Empty on
    /// engines before 25, which did not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_names: Vec<String>,
    /// IPv4 address fixed with `--ip`, whether or not the container runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_ipv4: Option<Ipv4Addr>,
    /// IPv6 address fixed with `--ip6`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_ipv6: Option<Ipv6Addr>,
    /// Which network's gateway becomes the default route: the highest
    /// `gw-priority` does (engine 28 and newer).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_priority: Option<i64>,
    /// Addresses that hold within the network alone, which somebody asked for
    /// beside the endpoint's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link_local: Vec<IpAddr>,
    /// Driver options of this endpoint; of those that netmap has no use for
    /// only the keys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_options: BTreeMap<String, String>,
    /// Legacy links of this endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

impl Endpoint {
    /// The endpoint's addresses, IPv4 first.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.ipv4.map(IpAddr::V4).into_iter().chain(self.ipv6.map(IpAddr::V6))
    }

    /// How early Docker 28 looks at the endpoint for a way out, the smallest
    /// first; of those alike, the first by the name of the network.
    ///
    /// Source: moby, `daemon/libnetwork/sandbox.go`, `Endpoint.Less`.
    pub fn way_out_rank(&self, is_internal: bool) -> (Reverse<i64>, bool, Reverse<u8>) {
        let has = |gateway: bool| u8::from(!is_internal && gateway);
        let gateways = has(self.gateway.is_some()) + 2 * has(self.ipv6_gateway.is_some());
        (Reverse(self.gateway_priority.unwrap_or_default()), is_internal, Reverse(gateways))
    }

    /// The addresses that it was given by hand, IPv4 first.
    pub fn fixed_addresses(&self) -> impl Iterator<Item = IpAddr> {
        let (v4, v6) = (self.fixed_ipv4.map(IpAddr::V4), self.fixed_ipv6.map(IpAddr::V6));
        v4.into_iter().chain(v6)
    }
}

/// What compose wrote on a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Compose {
    /// Project (`com.docker.compose.project`); an empty one is none.
    #[serde(default, deserialize_with = "not_empty", skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Service (`com.docker.compose.service`); an empty one is none.
    #[serde(default, deserialize_with = "not_empty", skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Replica number of the service, from 1 (`com.docker.compose.container-number`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<u32>,
}

fn not_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(from)?.filter(|text| !text.is_empty()))
}

/// A pod of Podman's: containers that share the network of one that Podman makes for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Pod {
    /// What it is called.
    pub name: String,
    /// Whether this container is the one whose network the others share. On its networks
    /// it has the name of the pod, and not its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_infra: bool,
}

/// A container as the engine describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Container {
    /// Name, without the leading slash of the Engine API.
    pub name: String,
    /// Engine's full id.
    pub id: String,
    /// Image reference it was made from.
    #[serde(default)]
    pub image: String,
    /// The program that it was started as, without its path, where that is a usual
    /// one such as `sh` or `node`. Nothing else of the command line is kept beside
    /// the hosts in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// State.
    pub state: State,
    /// What its health check says, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// What the last run of its health check said, where that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_check: Option<FailedCheck>,
    /// Exit code of a container that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// Whether the kernel ended it for want of memory.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub oom_killed: bool,
    /// What the engine said when it could not start it, without what it quotes
    /// of the command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_error: Option<StartError>,
    /// How often the engine has restarted it.
    #[serde(default)]
    pub restart_count: u64,
    /// When it last started.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub started_at: Option<Moment>,
    /// When it last ended.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub finished_at: Option<Moment>,
    /// When it was made.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "moment::or_none"
    )]
    pub created_at: Option<Moment>,
    /// Host name inside the container.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hostname: String,
    /// Where its network stack comes from.
    #[serde(default)]
    pub network_mode: NetworkMode,
    /// Its connections, one for each network. A container in another's stack
    /// has none of its own.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Ports forwarded from the host now, one entry for each host address.
    #[serde(default)]
    pub published: Vec<PublishedPort>,
    /// Ports it asks to have published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requested: Vec<RequestedPort>,
    /// Ports declared only.
    #[serde(default)]
    pub exposed: Vec<ExposedPort>,
    /// Compose project, service and replica.
    #[serde(flatten)]
    pub compose: Compose,
    /// Name of the swarm service whose task it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_of: Option<String>,
    /// Engine it is on, in a map of several; empty in a map of one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node: String,
    /// Its name on that engine, where the map has another for it because two
    /// engines have a container of that name, or because it holds the network of a
    /// pod. See [`Self::own_name()`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_name: Option<String>,
    /// Podman's pod that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<Pod>,
    /// Legacy links (`--link`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Entries added to its hosts file (`--add-host`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_hosts: Vec<ExtraHost>,
    /// DNS servers given with `--dns`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<String>,
    /// Hosts and ports that its environment, command and health check name,
    /// sorted. Nothing else of those is kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// The addresses that it hands out to its clients, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advertised: Vec<Advertised>,
    /// Whether it is a member of a replica set, whose own records say where
    /// clients are to go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_replica_set: bool,
    /// The server that its command starts on loopback, by all that the command tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_loopback: Option<OnLoopback>,
    /// The variables that hold a port with something around it, which a program may
    /// not take for one; sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flawed_ports: Vec<FlawedPort>,
    /// Labels, values of secret-looking keys left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What else it was made with. Absent where it was not asked, or is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_with: Option<MadeWith>,
    /// Id of its first process on the engine's machine, while it runs. It
    /// means nothing elsewhere and is not written to snapshots.
    #[serde(skip)]
    pub pid: Option<u32>,
    /// The file on the engine's machine that it says its log is in. Not
    /// written to snapshots either.
    #[serde(skip)]
    pub log_path: Option<PathBuf>,
}

/// Whose containers are copies of one another: a service of Compose's with its project, or one
/// of a swarm's.
pub type ServiceOf<'a> = (Option<&'a str>, &'a str);

impl Container {
    /// First twelve characters of the id, as docker prints it.
    pub fn short_id(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }

    /// Compose project, if compose made it.
    pub fn project(&self) -> Option<&str> {
        self.compose.project.as_deref()
    }

    /// The references to what it dials and to what it has others dial.
    pub fn all_references(&self) -> impl Iterator<Item = &Reference> {
        self.references.iter().chain(self.advertised.iter().map(|handed| &handed.reference))
    }

    /// Its image's name without tag and digest.
    pub fn repository(&self) -> &str {
        let image = self.image.split('@').next().unwrap_or_default();
        let slash = image.rfind('/').map_or(0, |slash| slash + 1);
        image[slash..].find(':').map_or(image, |colon| &image[..slash + colon])
    }

    /// Whether the two are copies of one thing: of one service, or without Compose
    /// of one image, of whatever version, started as one program.
    pub fn is_copy_of(&self, other: &Self) -> bool {
        let programs = self.program.as_ref().zip(other.program.as_ref());
        match (self.service_of(), other.service_of()) {
            (None, None) => {
                self.repository() == other.repository()
                    && programs.is_none_or(|(one, other)| one == other)
            }
            (one, of_other) => one == of_other,
        }
    }

    /// The service whose copy it is, if it is one of a service's: what `compose run` made
    /// stands beside them.
    pub fn service_of(&self) -> Option<ServiceOf<'_>> {
        if let Some(service) = &self.task_of {
            return Some((None, service));
        }
        let service = self.compose.service.as_deref().filter(|_| !self.is_one_off());
        Some((self.project(), service?))
    }

    /// Whether it is a proxy that finds what it serves by labels.
    pub fn reads_labels(&self) -> bool {
        self.repository().rsplit('/').next() == Some("traefik")
    }

    /// Whether `compose run` made it, which gives it none of its service's names.
    pub fn is_one_off(&self) -> bool {
        self.labels.get(label::ONE_OFF).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Its name on its own engine, by which that engine and the containers on
    /// it know it.
    pub fn own_name(&self) -> &str {
        self.own_name.as_deref().unwrap_or(&self.name)
    }

    /// The name that it has on its networks: its own, or that of the pod whose network it
    /// holds.
    pub fn network_name(&self) -> &str {
        self.held_pod().unwrap_or(self.own_name())
    }

    /// The pod whose network it holds for the others in it.
    pub fn held_pod(&self) -> Option<&str> {
        self.pod.as_ref().filter(|pod| pod.is_infra).map(|pod| pod.name.as_str())
    }

    /// A task's name without the task's id at its end, which is long and tells
    /// nothing: `web.1`. None for what is no task.
    pub fn task_name(&self) -> Option<&str> {
        let (name, id) = self.name.rsplit_once('.')?;
        let service = self.task_of.as_deref()?;
        let fits = name.strip_prefix(service).is_some_and(|rest| rest.starts_with('.'));
        (fits && id.len() > 20).then_some(name)
    }

    /// The names other members resolve this container by on the endpoint's
    /// network, best first: its own name (a pod's for who holds its network), then aliases, then generated ids.
    /// On the default bridge there are none.
    ///
    /// Engines from 25 on say which (`DNSNames`); for older ones it is the
    /// container's name and aliases, the short id among them.
    pub fn names_on<'a>(&'a self, endpoint: &'a Endpoint) -> Vec<&'a str> {
        let mut names = vec![self.network_name()];
        let told = endpoint.aliases.iter().chain(&endpoint.dns_names);
        for name in told.map(String::as_str) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let short = self.short_id();
        let hostname = self.hostname.as_str();
        let generated = |name: &str| name == short || (name == hostname && short.starts_with(name));
        names.order_by_key(|name| generated(name));
        names
    }

    /// The names of [`Self::names_on`] that a person chose: neither the
    /// container's own name nor generated from its id.
    pub fn chosen_names_on<'a>(&'a self, endpoint: &'a Endpoint) -> Vec<&'a str> {
        self.names_on(endpoint)
            .into_iter()
            .filter(|name| *name != self.network_name() && *name != self.short_id())
            .collect()
    }
}
