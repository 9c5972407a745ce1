//! The plain data netmap works on: what was observed, without any judgement.
//!
//! Everything here can be written to a snapshot file and read back, so each
//! command works the same on a live engine, on a file and in a test. Nothing
//! in this layer calls the engine, and nothing knows how it will be shown.

mod container;
mod driver;
mod engine_facts;
mod evidence;
mod finding;
mod fix;
mod host_ports;
mod joined;
mod json;
pub mod keys;
mod labels;
mod ladder;
mod link;
mod log_trouble;
mod moment;
mod names;
mod network;
mod observation;
mod part;
mod plan;
mod port;
mod position;
mod reachability;
pub mod reference;
mod resolver;
mod run_option;
mod snapshot;
mod start_error;
mod swarm;
mod text;
mod unread;
mod why;
mod word;
pub mod words;

pub use container::{Compose, Container, Endpoint, Health, NetworkMode, State};
pub use driver::{Driver, Scope};
pub use engine_facts::{AddressPool, EngineFacts, EngineOfMap};
pub use evidence::{Dial, Evidence, ListensFrom, Logged, MachineMatter, NodesMatter, WrittenIn};
pub use finding::{Diagnosis, Finding, NotLooked, Severity};
pub use fix::{
    Action, Applicability, Change, ComposeServices, Dialled, Edit, EditKind, Handle, Joining,
    Maker, Recreate, Setting, Settings, Step, Tool,
};
pub use host_ports::HostPorts;
pub use json::{is_unsafe, to_json};
pub use labels::{kept_labels, without_user_info};
pub use ladder::{Basis, Ladder, Reach, Rung, RungKind, Status};
pub use link::{ExtraHost, HostAddress, Link};
pub use log_trouble::{LogTrouble, TroubleKind};
pub use moment::Moment;
pub use names::{natural_order, nearest, nearest_of};
pub use network::{Network, PODMAN_DEFAULT_NETWORK, Subnet};
pub use observation::{
    Attached, Connection, HostObservation, HostsEntry, Listening, LogError, LogErrorKind, Means,
    Mtu, NetworkObservation, Observation, Progress, ResolvedName, RouteEntry,
};
pub use part::Part;
pub use plan::{Fault, Place, Plan, Refuser};
pub use port::{ExposedPort, Protocol, PublishedPort, RequestedPort};
pub use position::{
    ContainerAt, Listed, NetworkAt, PerAt, PerContainer, PerNetwork, Position, positions,
    with_positions,
};
pub use reachability::{Attempt, By, Latency, Measurement, Outcome, Probe};
pub use reference::{Advertised, Flaw, Origin, Reference};
pub use resolver::ResolverSettings;
pub use run_option::{MadeWith, RunOption};
pub use snapshot::{NetworkIndex, ReadError, SCHEMA, Snapshot};
pub use start_error::{StartError, StartErrorKind};
pub use swarm::{
    Availability, EndpointMode, NodeState, PublishMode, Service, ServiceMode, ServiceNetwork,
    ServicePort, Swarm, SwarmNode, Task, TaskState, VirtualAddress,
};
pub use unread::Unread;
pub use why::Why;
