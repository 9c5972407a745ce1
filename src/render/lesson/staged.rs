//! What a lesson can teach: whatever the doctor would still find if the setup had
//! nothing but what a lesson's scripts make again.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use super::stand_in::{End, IDLE, dials, is_idle, ports};
use crate::diagnose::diagnose;
use crate::diagnose::rules::hardcoded_ip;
use crate::graph::Map;
use crate::lesson::{IMAGE, is_plain};
use crate::model::{
    Compose, Container, Diagnosis, Driver, Endpoint, EngineFacts, Finding, GatewayModes, Listening,
    LogError, Network, Observation, Protocol, Reference, Severity, Snapshot, State,
};

/// What of a diagnosis a lesson can teach, and what not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taught {
    /// The diagnosis with those problems alone that can be taught.
    pub diagnosis: Diagnosis,
    /// The other problems.
    pub others: Vec<Finding>,
}

/// Tells the problems of a map that a lesson can teach from those that it cannot.
pub fn taught(map: &Map, diagnosis: &Diagnosis) -> Taught {
    let staged = staged(map.snapshot());
    let again = diagnose(&Map::new(&staged), None, |_| true);
    // An address that leads where it should is another one in the lesson, and leads nowhere.
    let is_lost = |finding: &Finding| {
        finding.rule == hardcoded_ip::RULE.name && finding.severity < Severity::Error
    };
    let is_again = |finding: &Finding| {
        let is_about = |name: &String| finding.subjects.contains(name);
        let same =
            |other: &Finding| other.rule == finding.rule && other.subjects.iter().any(is_about);
        !is_lost(finding) && again.findings.iter().any(same)
    };
    let problems = diagnosis.findings.iter().filter(|finding| finding.severity > Severity::Info);
    let (findings, others) = problems.cloned().partition(is_again);
    Taught { diagnosis: Diagnosis { findings, ..diagnosis.clone() }, others }
}

/// The setup as a lesson's scripts would make it: bridges and stand-ins.
fn staged(whole: &Snapshot) -> Snapshot {
    let is_fit = |container: &&Container| is_plain(&container.name);
    let by_id: HashMap<&str, &Observation> =
        whole.observations.iter().map(|seen| (&*seen.id, seen)).collect();
    let seen = |container: &Container| by_id.get(&*container.id).copied();
    let originals = || whole.containers.iter().filter(is_fit);
    let networks = whole.networks.iter().filter(|network| is_plain(&network.name));
    let engine = EngineFacts {
        name: whole.engine.name.clone(),
        version: whole.engine.version.clone(),
        api_version: whole.engine.api_version.clone(),
        ..EngineFacts::default()
    };
    let mut staged = Snapshot::new(
        engine,
        networks.map(network).collect(),
        originals().map(|original| container(original, seen(original))).collect(),
        Vec::new(),
    );
    staged.observations =
        originals().filter_map(|original| observation(original, seen(original)?)).collect();
    staged.tidy();
    staged
}

/// A network: a bridge without options but those that the scripts give it.
fn network(original: &Network) -> Network {
    if original.is_built_in() {
        return original.clone();
    }
    Network {
        driver: Driver::Bridge,
        internal: original.internal,
        icc: original.icc,
        ipv4: true,
        unlisted: false,
        gateway_modes: GatewayModes::default(),
        node: original.node.clone(),
        ..Network::unlisted(&original.name, &original.id)
    }
}

fn container(original: &Container, seen: Option<&Observation>) -> Container {
    let state = match End::of(original) {
        End::Runs => State::Running,
        End::Failed(_) | End::Stopped => State::Exited,
    };
    let carried = original.references.iter().filter(|reference| dials(reference).is_some());
    let references: Vec<Reference> =
        carried.map(|reference| Reference { flaw: None, ..reference.clone() }).collect();
    // Why a program failed that dials nobody, nobody can tell but the program.
    let exit_code = match End::of(original) {
        End::Runs => None,
        End::Failed(code) if !references.is_empty() => Some(code),
        End::Failed(_) | End::Stopped => Some(0),
    };
    let stand_in = if is_idle(original, seen) { IDLE } else { "sh" };
    let endpoints = original.endpoints.iter().filter(|endpoint| is_plain(&endpoint.network));
    Container {
        name: original.name.clone(),
        id: original.id.clone(),
        image: IMAGE.to_owned(),
        program: Some(stand_in.to_owned()),
        state,
        exit_code,
        started_at: original.started_at,
        finished_at: original.finished_at,
        created_at: original.created_at,
        hostname: original.hostname.clone(),
        network_mode: original.network_mode.clone(),
        endpoints: endpoints.map(endpoint).collect(),
        published: original.published.clone(),
        requested: original.requested.clone(),
        exposed: original.exposed.clone(),
        compose: Compose::default(),
        references,
        ..Container::default()
    }
}

fn endpoint(original: &Endpoint) -> Endpoint {
    Endpoint {
        network: original.network.clone(),
        network_id: original.network_id.clone(),
        ipv4: original.ipv4,
        gateway: original.gateway,
        aliases: original.aliases.clone(),
        dns_names: original.dns_names.clone(),
        ..Endpoint::default()
    }
}

/// What is seen of a stand-in: where it listens, and that it dials in vain.
fn observation(original: &Container, seen: &Observation) -> Option<Observation> {
    let listening = ports(original, Some(seen)).into_iter().map(|(port, is_loopback_only)| {
        let address = if is_loopback_only { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        Listening { protocol: Protocol::Tcp, address: IpAddr::V4(address), port }
    });
    let is_dialled = |error: &&LogError| {
        let carried = original.references.iter().filter(|reference| dials(reference).is_some());
        let port =
            |reference: &Reference| error.port.is_some() && reference.dialled_port() == error.port;
        carried.into_iter().any(|reference| reference.host == error.host || port(reference))
    };
    let complaints = seen.log_errors.iter().flatten().filter(is_dialled);
    let is_looked_at = seen.listening.is_some();
    is_looked_at.then(|| Observation {
        container: seen.container.clone(),
        id: seen.id.clone(),
        how: seen.how,
        at: seen.at,
        network_namespace: seen.network_namespace,
        listening: Some(listening.collect()),
        nameservers: seen.nameservers.clone(),
        own_names: seen.own_names.clone(),
        connections: Some(Vec::new()),
        hosts: Some(Vec::new()),
        log_errors: Some(complaints.cloned().collect()),
        ..Observation::default()
    })
}
