//! Assertions about a setup: a check file is read into [`Assertion`]s, and
//! each is held against a map, what a probe measured, and what the doctor
//! found. Pure: [`questions`] says what would have to be measured, and
//! whoever can measure does it.
//!
//! - [`keys`] is the registry of the file's keys; reader, schema and
//!   documentation follow it.
//! - [`file`](mod@file) reads the YAML, [`sentence`] its sentences.
//! - [`evaluate`](mod@evaluate) judges, and [`verdict`] says what comes of it.

mod crowds;
mod evaluate;
mod facts;
mod file;
mod findings;
mod flows;
mod init;
pub mod keys;
mod many;
mod pairs;
mod schema;
mod seen;
mod sentence;
mod tries;
mod verdict;
mod ways;
mod who;
mod words;

use std::net::IpAddr;

use ipnet::IpNet;

use crate::model::{Driver, FlowProtocol, Health, Outcome, Protocol, State};
use crate::yaml::Spot;

pub use evaluate::{Evidence, evaluate, questions};
pub use file::{Complaint, read};
pub use init::{Narrowed, init};
pub use schema::schema;
pub use verdict::{Basis, CheckStatus, CheckVerdict, Question};

/// What a check file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CheckFile {
    /// Its assertions, in its order.
    pub assertions: Vec<Assertion>,
    /// Names and patterns of the containers that quantifiers speak of; empty
    /// for all.
    pub among: Vec<String>,
    /// Compose projects that they speak of, likewise.
    pub projects: Vec<String>,
}

impl CheckFile {
    /// Whether it asks what the doctor finds.
    pub fn asks_the_doctor(&self) -> bool {
        self.assertions.iter().any(|assertion| matches!(assertion.claim, Claim::Findings(_)))
    }

    /// Whether it asks who was seen to talk to whom.
    pub fn asks_for_flows(&self) -> bool {
        self.assertions.iter().any(|assertion| matches!(assertion.claim, Claim::Flows(_)))
    }

    /// A file that speaks of every pair of containers.
    pub fn isolated() -> Self {
        let place = Spot { file: 0, line: 1, column: 1 };
        let text = "default: isolated".to_owned();
        let assertions = vec![Assertion { text, place, claim: Claim::Isolated }];
        Self { assertions, ..Self::default() }
    }
}

/// One thing that is to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Assertion {
    /// The assertion as it is shown: a sentence, or `network back: internal`.
    pub text: String,
    /// Where it stands in the file.
    pub place: Spot,
    /// What it says.
    pub claim: Claim,
}

/// What an assertion says.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// Something about a network.
    Network(String, NetworkClaim),
    /// Something about a container.
    Container(String, ContainerClaim),
    /// Who resolves a name.
    Resolves {
        /// Who asks.
        from: Sources,
        /// The names asked for.
        names: Vec<String>,
        /// Whether they are to resolve.
        wanted: bool,
    },
    /// Who reaches whom.
    Reaches(Arrow),
    /// What the doctor may find.
    Findings(FindingsClaim),
    /// Who was seen to talk to whom.
    Flows(FlowClaim),
    /// Every pair that no arrow speaks of is isolated.
    Isolated,
}

/// What a network is to be.
#[derive(Debug, Clone, PartialEq)]
pub enum NetworkClaim {
    /// Whether it is there.
    Exists(bool),
    /// Its driver.
    Driver(Driver),
    /// Whether it is internal.
    Internal(bool),
    /// Whether its members may talk to one another.
    Icc(bool),
    /// Whether IPv6 is on.
    Ipv6(bool),
    /// Subnets that it has.
    Subnets(Vec<IpNet>),
    /// Containers on it; `only` when nobody else is to be.
    Members {
        /// Their names.
        names: Vec<String>,
        /// Whether others may be there, too.
        only: bool,
    },
}

/// What a container is to be.
#[derive(Debug, Clone, PartialEq)]
pub enum ContainerClaim {
    /// Whether it is there.
    Exists(bool),
    /// Whether it runs.
    Running(bool),
    /// Its state.
    State(State),
    /// What its health check says; `None` for having none.
    Health(Option<Health>),
    /// Networks it is on; `only` when there are to be no others.
    On {
        /// Their names.
        networks: Vec<String>,
        /// Whether it may be on others, too.
        only: bool,
    },
    /// Ports that are published; `only` when there are to be no others.
    Published {
        /// The ports.
        ports: Vec<PortClaim>,
        /// Whether others may be published, too.
        only: bool,
    },
}

/// A published port as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortClaim {
    /// Host address; any when there is none.
    pub host_ip: Option<IpAddr>,
    /// Host port; any when there is none.
    pub host_port: Option<u16>,
    /// Container port.
    pub port: u16,
    /// Protocol.
    pub protocol: Protocol,
}

/// Who an arrow begins at.
#[derive(Debug, Clone, PartialEq)]
pub enum Sources {
    /// Containers by name or pattern.
    Named(Vec<String>),
    /// All that run.
    Everybody,
    /// All that run on this network.
    On(String),
    /// All that run and are not on this network.
    Outside(String),
    /// All that run but these.
    AllBut(Vec<String>),
}

/// Who is to reach whom, or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    /// Where it begins.
    pub from: Sources,
    /// Where it leads.
    pub to: Vec<ArrowTarget>,
    /// Whether it is to lead there.
    pub wanted: bool,
    /// How the target is to be found.
    pub manner: Manner,
    /// How it is to fail, where that matters.
    pub class: Option<Outcome>,
}

/// Where an arrow leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrowTarget {
    /// Name or pattern.
    pub name: String,
    /// TCP port; a ping when there is none.
    pub port: Option<u16>,
}

/// How the target of an arrow is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Nothing is said: a wanted arrow goes by name, an unwanted one must
    /// fail in every way.
    Any,
    /// By the name that is written.
    Name,
    /// By any of its addresses.
    Address,
    /// Over this network, or by this other name of the target's.
    Via(String),
}

/// Who is to have been seen with whom, or not.
#[derive(Debug, Clone, PartialEq)]
pub struct FlowClaim {
    /// Who began.
    pub from: Sources,
    /// Who was dialled.
    pub to: Vec<FlowTarget>,
    /// Whether they are to have been seen.
    pub wanted: bool,
}

/// Whom a flow leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowTarget {
    /// Who.
    pub end: FlowEnd,
    /// Port; any when there is none.
    pub port: Option<u16>,
    /// What carries it; anything when nothing is said.
    pub protocol: Option<FlowProtocol>,
}

/// Who a flow of a check file leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowEnd {
    /// Containers by name or pattern.
    Container(String),
    /// Anything outside of the engine.
    Internet,
    /// The engine's machine.
    Host,
}

/// What the doctor may find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindingsClaim {
    /// No errors.
    NoErrors,
    /// Neither errors nor warnings.
    NoWarnings,
    /// Nothing.
    Nothing,
    /// Nothing by these rules.
    NoneOf(Vec<String>),
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod who_tests;
