//! The plain data netmap works on: what was observed, without any judgement.
//!
//! Everything here can be written to a snapshot file and read back, so each
//! command works the same on a live engine, on a file and in a test. Nothing
//! in this layer calls the engine, and nothing knows how it will be shown.

mod container;
mod decoded;
mod dial;
mod driver;
mod engine_facts;
mod evidence;
mod finding;
mod firewall;
mod fix;
mod flow;
mod gateway_mode;
mod host_ports;
mod ignore;
mod joined;
mod json;
pub mod keys;
mod known_names;
mod labels;
mod ladder;
mod link;
mod log_trouble;
mod matter;
mod moment;
mod names;
mod network;
mod observation;
mod packet_drop;
mod part;
mod plan;
mod port;
mod position;
mod reachability;
pub mod reference;
mod repeated;
mod resolver;
mod run_option;
#[cfg(test)]
mod schema_tests;
mod series;
mod sighting;
mod snapshot;
mod start_error;
mod swarm;
mod taken;
mod talk;
mod text;
mod unread;
mod visible;
mod why;
mod word;
pub mod words;

pub use container::{
    Compose, Container, Endpoint, FailedCheck, Health, NetworkMode, Pod, ServiceOf, State,
};
pub use decoded::{NotUtf8, decoded, in_utf8};
pub use dial::{Dial, Logged, OnWire, WrittenIn};
pub use driver::{Driver, Scope};
pub use engine_facts::{AddressPool, EngineFacts, EngineOfMap};
pub use evidence::Evidence;
pub use finding::{Because, Diagnosis, Finding, NotLooked, NotSeen, SetAside, Severity};
pub use firewall::{FirewallRule, RuleOwner, RuleTool, RuleVerdict, words as words_of_rule};
pub use fix::{
    Action, Applicability, Change, ComposeServices, Dialled, Edit, EditKind, Handle, Joining,
    Maker, Recreate, Setting, Settings, Step, Tool,
};
pub use flow::{Flow, FlowBasis, FlowOutcome, FlowProtocol, Flows, Hop, HopBy, Party};
pub use gateway_mode::{Family, GatewayMode, GatewayModes};
pub use host_ports::HostPorts;
pub use ignore::{Ignore, IgnoredBy};
pub use json::to_json;
pub use known_names::{KnownNames, Nearest};
pub use labels::{is_kept, is_proxy_port, kept_driver_options, kept_labels, without_user_info};
pub use ladder::{Basis, Ladder, Reach, Rung, RungKind, Status};
pub use link::{ExtraHost, HostAddress, Link};
pub use log_trouble::{LogTrouble, TroubleKind};
pub use matter::{ListensFrom, MachineMatter, NodesMatter};
pub use moment::Moment;
pub use names::{
    Distance, Natural, Wanted, is_slip, natural_order, nearest, nearest_called, nearest_of,
};
pub use network::{Isolate, Network, OfPodman, PODMAN_DEFAULT_NETWORK, Subnet, bridge_of};
pub use observation::{
    Attached, Backlog, Connection, HostObservation, HostsEntry, Listening, LogError, LogErrorKind,
    Means, Mtu, NetworkObservation, Observation, Progress, ResolvedName, RouteEntry, RulesOut,
};
pub use packet_drop::{DeadRoute, DropCause, DropSearch, DropSite, LostWay, PacketDrop, suspicion};
pub use part::Part;
pub use plan::{Fault, Form, Place, Plan, Refuser};
pub use port::{ExposedPort, Protocol, PublishedPort, RequestedPort};
pub use position::{
    ContainerAt, Listed, NetworkAt, PerAt, PerContainer, PerNetwork, Position, positions,
    with_positions,
};
pub use reachability::{Attempt, By, FullSize, Latency, Measurement, Outcome, Probe};
pub use reference::{
    Advertised, Flaw, FlawedPort, Keys, Notation, OnLoopback, Origin, Reference, ServerProgram,
};
pub use repeated::Repeated;
pub use resolver::ResolverSettings;
pub use run_option::{MadeWith, RunOption, Volumes};
pub use series::{Series, Try};
pub use sighting::{
    Ender, Ends, Look, Lookout, LookoutAt, Lookouts, Measures, Milestone, Owner, Sighting, Stage,
    Waiting,
};
pub use snapshot::{NetworkIndex, ReadError, SCHEMA, Snapshot, is_snapshot_name};
pub use start_error::{StartError, StartErrorKind};
pub use swarm::{
    Availability, EndpointMode, NodeState, PublishMode, Service, ServiceMode, ServiceNetwork,
    ServicePort, Swarm, SwarmNode, Task, TaskState, VirtualAddress,
};
pub use taken::Taken;
pub use talk::{Seen, Talk, TalkBasis, TalkVerdict};
pub use unread::Unread;
pub use visible::{is_plain, is_unsafe, visible};
pub use why::Why;
