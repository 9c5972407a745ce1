//! Wanted edges: who evidently wants to talk to whom. A setup shows it by the
//! hosts its configuration names, by the errors in its logs, and by the
//! connections it is trying. What nobody asks for is not wanted, and its being
//! impossible is by design.

use std::borrow::Cow;
use std::net::IpAddr;

use super::advertised::{Sent, may_send};
use super::names::{Meaning, Names};
use crate::model::{
    ContainerAt, LogError, LogErrorKind, Origin, Outcome, Progress, Protocol, Reference, reference,
};

/// Something a container evidently wants to reach.
#[derive(Debug, Clone)]
pub struct Edge<'a> {
    /// Position of the container that wants it.
    pub from: ContainerAt,
    /// Host as written.
    pub host: Cow<'a, str>,
    /// Port, if anything says one.
    pub port: Option<u16>,
    /// The protocol, if anything says one.
    pub protocol: Option<Protocol>,
    /// What is meant.
    pub target: Meaning,
    /// What shows that it is wanted. Empty only where nobody wants it, and
    /// somebody asks about it.
    pub signs: Vec<Sign<'a>>,
}

/// What shows that an edge is wanted.
#[derive(Debug, Clone, Copy)]
pub enum Sign<'a> {
    /// The configuration names it.
    Configured(&'a Reference),
    /// The log reports a failure.
    Logged(&'a LogError),
    /// The container is trying to connect right now, or is connected.
    Connecting(Progress),
    /// It was tried just now, which ended so; with what the name led to.
    Measured(Outcome, Option<IpAddr>),
}

impl Sign<'_> {
    /// The protocol that it says is spoken. A log does not tell: a datagram can
    /// be refused as a connection can.
    fn protocol(&self) -> Option<Protocol> {
        match self {
            Self::Configured(reference) => reference.protocol(),
            Self::Logged(_) | Self::Measured(..) => None,
            Self::Connecting(_) => Some(Protocol::Tcp),
        }
    }
}

impl<'a> Edge<'a> {
    /// The container that is meant, if it is one.
    pub fn container(&self) -> Option<ContainerAt> {
        match self.target {
            Meaning::Named(at) | Meaning::Addressed(at) => Some(at),
            _ => None,
        }
    }

    /// Whether the host is a name and no address.
    pub fn is_by_name(&self) -> bool {
        self.host.parse::<std::net::IpAddr>().is_err()
    }

    /// The places in the configuration that name it.
    pub fn configured(&self) -> impl Iterator<Item = &'a Reference> {
        self.signs.iter().filter_map(|sign| match sign {
            Sign::Configured(reference) => Some(*reference),
            _ => None,
        })
    }

    /// Whether a configuration names it, other than a health check.
    pub fn is_configured(&self) -> bool {
        self.configured().any(|reference| reference.origin != Origin::HealthCheck)
    }

    /// The failures that the log reports.
    pub fn logged(&self) -> impl Iterator<Item = &'a LogError> {
        self.signs.iter().filter_map(|sign| match sign {
            Sign::Logged(error) => Some(*error),
            _ => None,
        })
    }

    /// How it was measured to end.
    fn measured(&self) -> impl Iterator<Item = (Outcome, Option<IpAddr>)> {
        self.signs.iter().filter_map(|sign| match sign {
            Sign::Measured(outcome, led_to) => Some((*outcome, *led_to)),
            _ => None,
        })
    }

    /// The address that the name was measured to lead to.
    pub fn led_to(&self) -> Option<IpAddr> {
        self.measured().find_map(|(_, led_to)| led_to)
    }

    /// Whether the log reports a failure of this kind, or one was measured.
    pub fn fails_as(&self, kind: LogErrorKind) -> bool {
        let same = |outcome: Outcome| match outcome {
            Outcome::Refused => kind == LogErrorKind::Refused,
            Outcome::Timeout => kind == LogErrorKind::Timeout,
            Outcome::Unreachable => kind == LogErrorKind::Unreachable,
            Outcome::NameNotFound => kind == LogErrorKind::NameNotFound,
            Outcome::Reachable | Outcome::Unknown => false,
        };
        self.logged().any(|error| error.kind == kind)
            || self.measured().any(|(outcome, _)| same(outcome))
    }

    /// Whether there is a connection that has come this far.
    pub fn is_connecting(&self, progress: Progress) -> bool {
        self.signs.iter().any(|sign| matches!(sign, Sign::Connecting(now) if *now == progress))
    }

    /// Whether anything but the configuration shows that it fails.
    pub fn evidently_fails(&self) -> bool {
        let was_measured_to_fail = self.measured().any(|(outcome, _)| {
            outcome == Outcome::Refused || outcome.got_through() == Some(false)
        });
        self.logged().next().is_some()
            || self.is_connecting(Progress::Trying)
            || was_measured_to_fail
    }

    /// Whether only the health check names it.
    pub fn is_health_check(&self) -> bool {
        !self.signs.is_empty() && self.signs.iter().all(|sign| {
            matches!(sign, Sign::Configured(reference) if reference.origin == Origin::HealthCheck)
        })
    }

    /// `host:port`, as dialled.
    pub fn dialled(&self) -> String {
        match self.port {
            Some(port) if self.host.contains(':') => format!("[{}]:{port}", self.host),
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        }
    }
}

/// The wanted edges of all containers, in the containers' order.
pub fn edges<'a>(names: &Names<'a>) -> Vec<Edge<'a>> {
    names.containers().flat_map(|from| edges_from(names, from)).collect()
}

/// An edge that nobody is known to want.
pub fn edge<'a>(names: &Names<'a>, from: ContainerAt, host: &str, port: Option<u16>) -> Edge<'a> {
    let target = names.meaning(from, host);
    let host = Cow::Owned(host.to_owned());
    Edge { from, host, port, protocol: None, target, signs: Vec::new() }
}

/// All spellings of the loopback are one host.
pub(super) fn normalised<'a>(host: &Cow<'a, str>) -> Cow<'a, str> {
    if reference::is_loopback(host) {
        return Cow::Borrowed("localhost");
    }
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(host.to_ascii_lowercase());
    }
    host.clone()
}

/// A sign and the host that it is about.
struct Seen<'a> {
    host: Cow<'a, str>,
    port: Option<u16>,
    written: Cow<'a, str>,
    sign: Sign<'a>,
}

fn edges_from<'a>(names: &Names<'a>, from: ContainerAt) -> Vec<Edge<'a>> {
    let mut seen: Vec<Seen> = Vec::new();
    let mut add = |written: Cow<'a, str>, port: Option<u16>, sign: Sign<'a>| {
        seen.push(Seen { host: normalised(&written), port, written, sign });
    };
    for reference in &names.container(from).references {
        // That a start waits for another one says nothing about a connection,
        // and what is for a browser is dialled by nobody here.
        let is_dialled = !matches!(reference.origin, Origin::Compose | Origin::Browser);
        if is_dialled && !is_about_proxies(reference) {
            let host = Cow::Borrowed(reference.host.as_str());
            add(host, reference.dialled_port(), Sign::Configured(reference));
        }
    }
    for error in names.log_errors(from) {
        add(Cow::Borrowed(&error.host), error.port, Sign::Logged(error));
    }
    for connection in names.connections(from).unwrap_or_default() {
        let (host, port) = (connection.remote.ip(), connection.remote.port());
        add(Cow::Owned(host.to_string()), Some(port), Sign::Connecting(connection.progress));
    }
    // Stable: the first to name a host says how it is written.
    seen.sort_by(|a, b| (&a.host, a.port).cmp(&(&b.host, b.port)));
    let mut edges: Vec<Edge> = seen
        .chunk_by(|a, b| (&a.host, a.port) == (&b.host, b.port))
        .map(|alike| {
            let (host, port) = (alike[0].written.clone(), alike[0].port);
            let signs = alike.iter().map(|seen| seen.sign).collect();
            let target = names.meaning(from, &host);
            let protocol = alike.iter().find_map(|seen| seen.sign.protocol());
            Edge { from, host, port, protocol, target, signs }
        })
        .collect();
    join_signs_without_port(&mut edges);
    join_resolved_addresses(&mut edges);
    join_handed_out(names, &mut edges);
    edges
}

/// `HTTP_PROXY` and `NO_PROXY` say how to get somewhere, not where to.
fn is_about_proxies(reference: &Reference) -> bool {
    let variable = reference.variable.as_deref();
    variable.is_some_and(|variable| variable.to_ascii_uppercase().ends_with("_PROXY"))
}

/// A log that says only `ENOTFOUND db` is about the `db:5432` that the
/// environment names.
fn join_signs_without_port(edges: &mut Vec<Edge>) {
    let (without, mut with): (Vec<Edge>, Vec<Edge>) =
        edges.drain(..).partition(|edge| edge.port.is_none());
    for lone in without {
        let host = normalised(&lone.host);
        let mut joined = false;
        for edge in with.iter_mut().filter(|edge| normalised(&edge.host) == host) {
            edge.signs.extend(lone.signs.iter().copied());
            edge.protocol = edge.protocol.or(lone.protocol);
            joined = true;
        }
        if !joined {
            with.push(lone);
        }
    }
    *edges = with;
}

/// A log or a socket shows the address that a name led to: where the same
/// container is meant by name on the same port, it is one edge.
fn join_resolved_addresses(edges: &mut Vec<Edge>) {
    let mut at = 0;
    while at < edges.len() {
        let edge = &edges[at];
        let by_name = match edge.target {
            Meaning::Addressed(to) if !edge.is_configured() => edges.iter().position(|other| {
                other.target == Meaning::Named(to)
                    && (other.port == edge.port || edge.port.is_none())
            }),
            _ => None,
        };
        match by_name {
            Some(named) => {
                let signs = std::mem::take(&mut edges[at].signs);
                let protocol = edges[at].protocol;
                edges[named].signs.extend(signs);
                edges[named].protocol = edges[named].protocol.or(protocol);
                edges.remove(at);
            }
            None => at += 1,
        }
    }
}

/// A log shows where a server has sent its client: that is the edge to the
/// server which the configuration names.
fn join_handed_out(names: &Names, edges: &mut Vec<Edge>) {
    let mut at = 0;
    while at < edges.len() {
        let edge = &edges[at];
        let (client, port, target) = (edge.from, edge.port, edge.target);
        let sent = Sent { client, host: &edge.host, port, target };
        let by_log = edge.logged().next().is_some() && !edge.is_configured();
        let sender = |asked: &Edge| {
            let server = asked.container().filter(|_| asked.is_configured());
            server.is_some_and(|server| may_send(names, server, asked.port, &sent))
        };
        let by_server = edges.iter().position(sender).filter(|_| by_log);
        match by_server {
            Some(server) => {
                let signs = std::mem::take(&mut edges[at].signs);
                edges[server].signs.extend(signs);
                edges.remove(at);
            }
            None => at += 1,
        }
    }
}
