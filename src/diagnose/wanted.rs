//! Wanted edges: who evidently wants to talk to whom. A setup shows it by the
//! hosts its configuration names, by the errors in its logs, and by the
//! connections it is trying. What nobody asks for is not wanted, and its being
//! impossible is by design.

use std::borrow::Cow;
use std::net::IpAddr;

use super::advertised::{Sent, may_send};
use super::former::Former;
use super::meant_port::meant_port;
use super::names::{Meaning, Names};
use crate::model::{
    ContainerAt, Flow, FlowOutcome, LogError, LogErrorKind, NetworkAt, Origin, Outcome, Progress,
    Protocol, Reference, Repeated, TroubleKind, reference,
};
use crate::order::OrderBy;

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
    /// It was seen on the wire, tried again and again and in vain.
    Tried(&'a Flow),
    /// It was tried just now, which ended so; with what the name led to.
    Measured(Outcome, Option<IpAddr>),
}

impl<'a> Sign<'a> {
    /// The variable that is set so.
    fn variable(&self) -> Option<&'a str> {
        match self {
            Self::Configured(reference) => reference.variable.as_deref(),
            _ => None,
        }
    }

    /// The protocol that it says is spoken. A log does not tell: a datagram can
    /// be refused as a connection can.
    fn protocol(&self) -> Option<Protocol> {
        match self {
            Self::Configured(reference) => reference.protocol(),
            Self::Logged(_) | Self::Measured(..) => None,
            Self::Connecting(_) | Self::Tried(_) => Some(Protocol::Tcp),
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

    /// What was seen of it on the wire, in vain.
    pub fn tried(&self) -> impl Iterator<Item = &'a Flow> {
        self.signs.iter().filter_map(|sign| match sign {
            Sign::Tried(flow) => Some(*flow),
            _ => None,
        })
    }

    /// How it was measured to end.
    pub fn measured(&self) -> impl Iterator<Item = (Outcome, Option<IpAddr>)> {
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
        let seen = |flow: &Flow| match flow.outcome {
            FlowOutcome::Refused => kind == LogErrorKind::Refused,
            FlowOutcome::Unanswered => kind == LogErrorKind::Timeout,
            _ => false,
        };
        self.logged().any(|error| error.kind == kind)
            || self.tried().any(seen)
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
            || self.tried().next().is_some()
            || self.is_connecting(Progress::Trying)
            || was_measured_to_fail
    }

    /// Whether only the health check names it.
    pub fn is_health_check(&self) -> bool {
        !self.signs.is_empty() && self.signs.iter().all(|sign| {
            matches!(sign, Sign::Configured(reference) if reference.origin == Origin::HealthCheck)
        })
    }

    /// The network and the containers to which it leads by turns ([`Names::by_turns`]).
    pub fn by_turns<'n>(&self, names: &'n Names) -> Option<(NetworkAt, &'n [ContainerAt])> {
        let fails = self.evidently_fails() || self.measured().next().is_some();
        names.by_turns(self.from, &self.host, self.port, self.protocol, fails)
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
    let former = Former::of(names);
    names.containers().flat_map(|from| edges_from(names, from, &former)).collect()
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

fn edges_from<'a>(names: &Names<'a>, from: ContainerAt, former: &Former) -> Vec<Edge<'a>> {
    let mut seen: Vec<Seen> = Vec::new();
    let mut add = |written: Cow<'a, str>, port: Option<u16>, sign: Sign<'a>| {
        seen.push(Seen { host: normalised(&written), port, written, sign });
    };
    for reference in &names.container(from).references {
        // That a start waits for another one says nothing about a connection,
        // what is for a browser is dialled by nobody here, and an empty value
        // says that there is nothing to dial.
        let is_dialled = !matches!(reference.origin, Origin::Compose | Origin::Browser)
            && !reference.host.is_empty();
        if is_dialled && !is_about_proxies(reference) {
            let host = Cow::Borrowed(reference.host.as_str());
            let port = reference.dialled_port().or_else(|| meant_port(names, from, reference));
            add(host, port, Sign::Configured(reference));
        }
    }
    for error in names.log_errors(from).filter(|error| !is_no_host(names, from, error)) {
        add(Cow::Borrowed(&error.host), error.port, Sign::Logged(error));
    }
    for connection in names.connections(from).unwrap_or_default() {
        let (host, port) = (connection.remote.ip(), connection.remote.port());
        add(Cow::Owned(host.to_string()), Some(port), Sign::Connecting(connection.progress));
    }
    for tried in names.tried(from) {
        add(Cow::Owned(tried.host.to_string()), tried.flow.port, Sign::Tried(tried.flow));
    }
    // Stable: the first to name a host says how it is written.
    seen.order_by(|a, b| (&a.host, a.port).cmp(&(&b.host, b.port)));
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
    part_by_variable(&mut edges);
    find_former_owners(names, former, &mut edges);
    join_resolved_addresses(names, &mut edges);
    join_handed_out(names, &mut edges);
    find_only_ports(names, &mut edges);
    edges
}

/// A refusal that names no port is about the one port on which its server listens, where
/// that is on its own loopback: it is what every server does there that has not been told
/// otherwise. One that names nobody is about the server that its client is told to dial.
fn find_only_ports(names: &Names, edges: &mut [Edge]) {
    for edge in edges.iter_mut().filter(|edge| edge.port.is_none()) {
        let Some(to) = edge.container().filter(|to| *to != edge.from) else { continue };
        if names.is_refused(edge) {
            edge.port = names.only_port_on_loopback(to);
        }
    }
}

/// Whether what a line seems to name is a word of its sentence: what was refused
/// had been resolved, and nobody is called so.
fn is_no_host(names: &Names, from: ContainerAt, error: &LogError) -> bool {
    error.port.is_none()
        && matches!(error.kind, LogErrorKind::Refused | LogErrorKind::Unreachable)
        && names.meaning(from, &error.host) == Meaning::NobodysName
        && !names.container(from).references.iter().any(|known| known.host == error.host)
}

impl<'a> Names<'a> {
    /// What the log of a container complains of where what seemed to be a host is
    /// a word.
    pub fn hostless_errors(
        &self,
        at: ContainerAt,
    ) -> impl Iterator<Item = (Repeated, TroubleKind)> + use<'_, 'a> {
        let errors = self.log_errors(at).filter(move |error| is_no_host(self, at, error));
        errors.map(|error| match error.kind {
            LogErrorKind::Refused => (error.repeated, TroubleKind::Refused),
            _ => (error.repeated, TroubleKind::Unreachable),
        })
    }

    /// Whether the log of a client says that the other end of an edge without a port
    /// refuses it, or that somebody does whom the log does not name, and that end is what
    /// the client is told to dial.
    pub fn is_refused(&self, edge: &Edge) -> bool {
        let is_dialled = || edge.is_configured() && !edge.is_health_check();
        let by_nobody = || {
            self.log_troubles(edge.from).any(|trouble| trouble.kind == TroubleKind::Refused)
                || self.hostless_errors(edge.from).any(|(_, kind)| kind == TroubleKind::Refused)
        };
        edge.fails_as(LogErrorKind::Refused) || (is_dialled() && by_nobody())
    }

    /// Whether the log of a container says that a connection failed, and not to
    /// what.
    pub fn complains_without_host(&self, at: ContainerAt) -> bool {
        self.log_troubles(at).any(|trouble| trouble.kind.is_of_network())
            || self.hostless_errors(at).next().is_some()
    }
}

/// `HTTP_PROXY` and `NO_PROXY` say how to get somewhere, not where to.
fn is_about_proxies(reference: &Reference) -> bool {
    let variable = reference.variable.as_deref();
    variable.is_some_and(|variable| variable.to_ascii_uppercase().ends_with("_PROXY"))
}

/// A log that says only `ENOTFOUND db` is about the `db:5432` that the
/// environment names. Two variables that hold `localhost` may mean two servers.
fn join_signs_without_port(edges: &mut Vec<Edge>) {
    let (without, mut with): (Vec<Edge>, Vec<Edge>) =
        edges.drain(..).partition(|edge| edge.port.is_none());
    let mut apart = Vec::new();
    for mut lone in without {
        let host = normalised(&lone.host).into_owned();
        let is_itself = reference::is_loopback(&host);
        let (mut joined, mut is_apart) = (false, false);
        for edge in with.iter_mut().filter(|edge| *normalised(&edge.host) == *host) {
            let is_another = is_itself && edge.is_configured();
            let of_it = |sign: &&Sign| !(is_another && matches!(sign, Sign::Configured(_)));
            edge.signs.extend(lone.signs.iter().filter(of_it).copied());
            edge.protocol = edge.protocol.or(lone.protocol);
            joined = true;
            is_apart |= is_another;
        }
        if joined {
            lone.signs.retain(|sign| matches!(sign, Sign::Configured(_)));
        }
        if !joined || (is_apart && !lone.signs.is_empty()) {
            apart.push(lone);
        }
    }
    *edges = with;
    edges.append(&mut apart);
}

/// Variables that hold `localhost` and no port may each mean another server: each is an
/// edge of its own, and all else that shows one is about any of them.
fn part_by_variable(edges: &mut Vec<Edge>) {
    let is_mixed = |edge: &mut Edge| {
        let mut variables = edge.configured().map(|known| known.variable.as_deref());
        let first = variables.next();
        edge.port.is_none()
            && reference::is_loopback(&edge.host)
            && variables.any(|other| Some(other) != first)
    };
    let mixed: Vec<Edge> = edges.extract_if(.., is_mixed).collect();
    for edge in mixed {
        let is_configured = |sign: &Sign| matches!(sign, Sign::Configured(_));
        let (mut known, seen): (Vec<Sign>, Vec<Sign>) =
            edge.signs.iter().copied().partition(is_configured);
        known.order_by(|a, b| a.variable().cmp(&b.variable()));
        edges.extend(known.chunk_by(|a, b| a.variable() == b.variable()).map(|alike| {
            let signs = [alike, &seen].concat();
            Edge { host: edge.host.clone(), signs, ..edge }
        }));
    }
}

/// An address that nobody has may be that of one that has just ended, and so
/// has none; a port of the machine may be that of one that would publish it. They
/// are about that one, as they were while it ran.
fn find_former_owners(names: &Names, former: &Former, edges: &mut [Edge]) {
    if former.is_empty() {
        return;
    }
    for at in 0..edges.len() {
        let edge = &edges[at];
        let target = match (edge.target, edge.port) {
            (Meaning::FreeAddress(network), port) if !edge.is_configured() => {
                let on_port = edges
                    .iter()
                    .filter(|other| port.is_none() || other.port.is_none() || other.port == port);
                let dials = on_port.filter_map(|other| match other.target {
                    Meaning::Named(to) => Some(to),
                    _ => None,
                });
                former.owner(names, network, port, dials).map(Meaning::Addressed)
            }
            (Meaning::Machine, Some(port)) => former.publisher(names, port).map(Meaning::Named),
            (Meaning::Itself, Some(port)) if names.map.on_host(edge.from) => {
                former.publisher(names, port).map(Meaning::Named)
            }
            _ => None,
        };
        let itself = [Meaning::Named(edge.from), Meaning::Addressed(edge.from)];
        if let Some(target) = target.filter(|target| !itself.contains(target)) {
            edges[at].target = target;
        }
    }
}

/// A log or a socket shows the address that a name led to: where the same
/// container is meant by name on the same port, it is one edge. So it is with
/// each of those to which the name leads by turns, with the machine, and with what
/// is outside where the same lines have both.
fn join_resolved_addresses(names: &Names, edges: &mut Vec<Edge>) {
    let named = edges.iter().filter(|edge| matches!(edge.target, Meaning::Named(_)));
    let by_turns: Vec<(Cow<str>, &[ContainerAt])> =
        named.filter_map(|edge| Some((edge.host.clone(), edge.by_turns(names)?.1))).collect();
    let mut at = 0;
    while at < edges.len() {
        let edge = &edges[at];
        let is_same = |other: &Edge| match edge.target {
            Meaning::Addressed(to) => {
                other.target == Meaning::Named(to)
                    || by_turns
                        .iter()
                        .any(|(host, owners)| *host == other.host && owners.contains(&to))
            }
            Meaning::Machine => other.target == Meaning::Machine && other.is_by_name(),
            Meaning::Outside => other.is_by_name() && is_of_same_lines(edge, other),
            _ => false,
        };
        let is_named = !edge.is_configured() && !edge.is_by_name();
        let by_name = edges.iter().position(|other| {
            is_named && is_same(other) && (other.port == edge.port || edge.port.is_none())
        });
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

/// Whether the lines of a log that one edge comes of are all the other's, too.
fn is_of_same_lines(edge: &Edge, other: &Edge) -> bool {
    let same = |a: &LogError, b: &LogError| (a.kind, &a.repeated) == (b.kind, &b.repeated);
    let mut lines = edge.logged().peekable();
    lines.peek().is_some() && lines.all(|line| other.logged().any(|twin| same(line, twin)))
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
