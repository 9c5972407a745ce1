//! What shows that edges are wanted, as evidence.

use super::case::Case;
use super::tried::in_vain;
use super::wanted::Edge;
use crate::model::{
    ContainerAt, Dial, Evidence, LogErrorKind, Logged, OnWire, Progress, TroubleKind, WrittenIn,
};

impl Case<'_> {
    /// What shows that an edge is wanted: the place it is written in, and the
    /// most telling of what the log and the sockets show.
    pub fn sign(&self, edge: &Edge) -> Evidence {
        let written = edge.configured().min().map(|reference| WrittenIn {
            origin: reference.origin,
            name: reference.variable.clone(),
        });
        let log = edge.logged().min_by_key(|error| error.kind).map(|error| Logged {
            error: error.kind,
            seconds_ago: error.repeated.last.and_then(|last| self.seconds_ago(edge.from, last)),
        });
        let connection = [Progress::Trying, Progress::Open]
            .into_iter()
            .find(|progress| edge.is_connecting(*progress));
        let window_ms = self.map.snapshot().flows.as_ref().map_or(0, |flows| flows.window_ms);
        let wire = edge.tried().next().map(|flow| OnWire {
            outcome: flow.outcome,
            tries: in_vain(flow),
            window_ms,
        });
        Evidence::Dial(Dial {
            container: self.name(edge.from).to_owned(),
            host: edge.host.to_string(),
            port: edge.port,
            written,
            log,
            connection,
            wire,
        })
    }

    /// What shows that several containers want the same: the first in full,
    /// the others by name.
    pub fn signs(&self, edges: &[&Edge]) -> Vec<Evidence> {
        let Some(first) = edges.first() else { return Vec::new() };
        let others: Vec<&Edge> =
            edges.iter().copied().filter(|edge| edge.from != first.from).collect();
        let containers = self.clients(&others);
        let same =
            (!containers.is_empty()).then(|| Evidence::Same { containers: owned(&containers) });
        [self.sign(first)].into_iter().chain(same).collect()
    }

    /// What the log of a client of these says of a refusal, where it does not say whose it is.
    pub fn refusal_by_nobody(&self, edges: &[&Edge]) -> Option<Evidence> {
        let mut unnamed = edges.iter().filter(|edge| !edge.fails_as(LogErrorKind::Refused));
        let client = unnamed.find(|edge| self.is_refused(edge))?.from;
        let refusals = self.log_troubles(client).filter(|of| of.kind == TroubleKind::Refused);
        let line = refusals.max_by_key(|trouble| trouble.repeated.last);
        Some(Evidence::LastWords {
            container: self.name(client).to_owned(),
            trouble: TroubleKind::Refused,
            line: line.and_then(|trouble| trouble.line.clone()),
        })
    }

    /// What Compose calls a container, if Compose made it.
    pub fn sign_service(&self, at: ContainerAt) -> Option<Evidence> {
        let container = self.container(at);
        Some(Evidence::ComposeService {
            container: container.name.clone(),
            service: container.compose.service.clone()?,
            project: container.compose.project.clone(),
        })
    }

    /// The networks that a container is on.
    pub fn sign_networks(&self, at: ContainerAt) -> Evidence {
        let (container, networks) = (self.name(at).to_owned(), owned(&self.network_names(at)));
        Evidence::On { container, networks }
    }
}

/// Names as evidence holds them.
pub fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
