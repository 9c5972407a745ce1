//! Trying a target: in which ways that is to be done, what was measured of
//! each, and what the map predicts where nothing was.

use std::collections::HashMap;

use super::verdict::{Basis, Question};
use super::who::Who;
use super::{Arrow, ArrowTarget, Manner};
use crate::graph::{Map, Reason, Verdict};
use crate::model::{
    Attempt, By, Container, ContainerAt, Listening, Measurement, NetworkAt, Outcome, Probe,
    Protocol,
};

/// What there is to know of tries: the map, and what was measured.
pub(super) struct Tries<'a> {
    pub map: &'a Map<'a>,
    who: &'a Who<'a>,
    pub measured: HashMap<Key<'a>, &'a Measurement>,
    /// How many containers each service of a project has.
    of_services: HashMap<Service<'a>, usize>,
}

/// A project's name and that of a service of it.
type Service<'a> = (Option<&'a str>, &'a str);

fn service(container: &Container) -> Option<Service<'_>> {
    Some((container.project(), container.compose.service.as_deref()?))
}

/// What tells one measurement from another: source, target, by name or
/// address, the name or address, what was sent.
type Key<'a> = (&'a str, &'a str, By, &'a str, Attempt);

/// One of the ways in which a target can be tried.
pub(super) struct Try {
    pub question: Question,
    /// What the map says of it, and why.
    pub predicted: Verdict,
    pub why: String,
    /// Whether the name resolves, by the map; `None` where it does not know.
    pub resolves: Option<bool>,
}

/// What came of a try.
pub(super) enum Seen {
    /// An answer came.
    Reached(Basis, String),
    /// The way is open, but nothing listens on the port.
    Refused(Basis, String),
    /// The way is open by the map, which knows nothing of ports.
    Open(String),
    /// No answer; how, where that was measured.
    Failed(Option<Outcome>, Basis, String),
    /// It is unknown.
    Unknown(Basis, String),
}

impl<'a> Tries<'a> {
    pub fn new(map: &'a Map<'a>, who: &'a Who<'a>, probe: Option<&'a Probe>) -> Self {
        let measurements = probe.into_iter().flat_map(|probe| &probe.measurements);
        let measured = measurements
            .map(|m| ((m.from.as_str(), m.to.as_str(), m.by, m.target.as_str(), m.attempt), m))
            .collect();
        let mut of_services = HashMap::new();
        for service in map.containers().filter_map(|at| service(map.container(at))) {
            *of_services.entry(service).or_default() += 1;
        }
        Self { map, who, measured, of_services }
    }

    /// The ways in which the target is to be tried.
    pub fn all(
        &self,
        from: ContainerAt,
        to: ContainerAt,
        target: &ArrowTarget,
        arrow: &Arrow,
    ) -> Vec<Try> {
        let attempt = target.port.map_or(Attempt::Icmp, Attempt::Tcp);
        let by_name = |name: &str| self.try_name(from, to, name, attempt);
        let written = self.asked_name(to, &target.name);
        match &arrow.manner {
            Manner::Name => vec![by_name(&written)],
            Manner::Any if arrow.wanted => vec![by_name(&written)],
            Manner::Any => {
                let mut tries = vec![by_name(&written)];
                tries.extend(self.try_addresses(from, to, attempt, None));
                tries
            }
            Manner::Address => self.try_addresses(from, to, attempt, None),
            Manner::Via(via) => match self.who.network(via) {
                Ok(network) => self.try_addresses(from, to, attempt, Some(network)),
                Err(_) => vec![by_name(&self.asked_name(to, via))],
            },
        }
    }

    /// The name that the source is to ask for: the one that is written if the
    /// target answers to it on some network, else its own. A name that copies of
    /// the target have as well leads to any of them, so each is asked for by its own.
    fn asked_name(&self, to: ContainerAt, written: &str) -> String {
        let own = &self.map.container(to).name;
        if own == written || !self.answers(to, written) || self.has_copies(to, written) {
            own.clone()
        } else {
            written.to_owned()
        }
    }

    /// Whether a container has a name on some network.
    fn answers(&self, at: ContainerAt, name: &str) -> bool {
        let container = self.map.container(at);
        container.endpoints.iter().any(|e| container.names_on(e).contains(&name))
    }

    /// Whether running copies of a container share a name of its.
    fn has_copies(&self, of: ContainerAt, name: &str) -> bool {
        let container = self.map.container(of);
        // Most are the only ones, which needs no look at all that are on their networks.
        if service(container).is_some_and(|service| self.of_services.get(&service) == Some(&1)) {
            return false;
        }
        let is_copy = |at: ContainerAt| {
            let other = self.map.container(at);
            at != of
                && other.state.has_network()
                && other.is_copy_of(container)
                && self.answers(at, name)
        };
        let mut networks = self.map.stack(of).into_iter().flat_map(|at| self.map.networks_of(at));
        networks.any(|network| self.map.members(network).iter().any(|at| is_copy(*at)))
    }

    pub fn named(
        &self,
        from: ContainerAt,
        to: ContainerAt,
        name: &str,
        attempt: Attempt,
    ) -> Question {
        Question { from, to, by: By::Name, target: name.to_owned(), network: None, attempt }
    }

    pub fn try_name(
        &self,
        from: ContainerAt,
        to: ContainerAt,
        name: &str,
        attempt: Attempt,
    ) -> Try {
        let question = self.named(from, to, name, attempt);
        let prediction = self.map.predict(from, to);
        let own = prediction.by_name_for(attempt);
        if name == self.map.container(to).name {
            let resolves = resolves(own.reason);
            return Try { question, predicted: own.verdict, why: own.reason.to_string(), resolves };
        }
        // Another of its names counts on the networks where it has that name.
        let container = self.map.container(to);
        let mut predicted = None;
        for route in &prediction.routes {
            let Some(network) = route.network.filter(|n| self.is_on(from, *n)) else { continue };
            let has_it = self
                .map
                .endpoint_on(to, network)
                .is_some_and(|endpoint| container.names_on(endpoint).contains(&name));
            if has_it && !self.map.network(network).is_default_bridge() && !self.map.on_host(from) {
                let verdict = route.judged_for(attempt).verdict;
                predicted = Some(match predicted {
                    None => verdict,
                    Some(before) if before == verdict => verdict,
                    Some(_) => Verdict::Unknown,
                });
            }
        }
        match predicted {
            Some(predicted) => Try {
                question,
                predicted,
                why: format!("{name} is one of its names on a network they share"),
                resolves: Some(true),
            },
            None if own.verdict == Verdict::Blocked || !prediction.routes.is_empty() => Try {
                question,
                predicted: Verdict::Blocked,
                why: format!("on no network they share does it answer to {name}"),
                resolves: Some(false),
            },
            None => Try {
                question,
                predicted: own.verdict,
                why: own.reason.to_string(),
                resolves: resolves(own.reason),
            },
        }
    }

    pub fn is_on(&self, container: ContainerAt, network: NetworkAt) -> bool {
        self.map
            .stack(container)
            .is_some_and(|owner| self.map.networks_of(owner).any(|n| n == network))
    }

    /// A try for each address of the target, on one network or on all.
    fn try_addresses(
        &self,
        from: ContainerAt,
        to: ContainerAt,
        attempt: Attempt,
        on: Option<NetworkAt>,
    ) -> Vec<Try> {
        let prediction = self.map.predict(from, to);
        prediction
            .routes
            .iter()
            .filter(|route| on.is_none() || route.network == on)
            .map(|route| (route, route.judged_for(attempt)))
            .map(|(route, judged)| Try {
                question: Question {
                    from,
                    to,
                    by: By::Address,
                    // A planned container's address is yet to be chosen.
                    target: route
                        .address
                        .map_or_else(|| "its address".to_owned(), |address| address.to_string()),
                    network: route.network,
                    attempt,
                },
                predicted: judged.verdict,
                why: judged.reason.to_string(),
                resolves: None,
            })
            .collect()
    }

    pub fn measurement(&self, question: &Question) -> Option<&'a Measurement> {
        let from = self.map.container(question.from).name.as_str();
        let to = self.map.container(question.to).name.as_str();
        let key = (from, to, question.by, question.target.as_str(), question.attempt);
        self.measured.get(&key).copied()
    }

    /// What came of a try: as measured, else as predicted.
    pub fn seen(&self, attempt: &Try) -> Seen {
        let what = match attempt.question.by {
            By::Name => format!("the name {}", attempt.question.target),
            By::Address => attempt.question.target.clone(),
        };
        let port = match attempt.question.attempt {
            Attempt::Tcp(port) => format!(" port {port}"),
            Attempt::Icmp => String::new(),
        };
        let mut but = String::new();
        if let Some(measured) = self.measurement(&attempt.question) {
            let reason = measured.reason.as_ref().map(|reason| format!(" ({reason})"));
            let reason = reason.unwrap_or_default();
            let said = |words: &str| format!("{what}{port}: {words}{reason}");
            match measured.outcome {
                Outcome::Reachable => return Seen::Reached(Basis::Measured, said("answered")),
                Outcome::Refused => {
                    return Seen::Refused(Basis::Measured, said("refused, nothing listens there"));
                }
                Outcome::Timeout => return failed(measured.outcome, said("no answer")),
                Outcome::Unreachable => return failed(measured.outcome, said("no way there")),
                Outcome::NameNotFound => {
                    let leads = measured.leads_to.map(|address| {
                        let to = &self.map.container(attempt.question.to).name;
                        format!("{what} leads to {address}, which is no address of {to}")
                    });
                    let said = leads.unwrap_or_else(|| format!("{what} does not resolve"));
                    return failed(measured.outcome, said);
                }
                Outcome::Unknown => {
                    but = format!("; not measured{reason}");
                }
            }
        }
        let by_the_map = format!("{what}: {} (predicted){but}", attempt.why);
        match (attempt.predicted, attempt.question.attempt) {
            (Verdict::Reachable, Attempt::Icmp) => Seen::Reached(Basis::Map, by_the_map),
            (Verdict::Reachable, Attempt::Tcp(port)) => {
                self.at_the_port(attempt.question.to, port, by_the_map)
            }
            (Verdict::Blocked, _) => {
                let class = (attempt.resolves == Some(false)).then_some(Outcome::NameNotFound);
                Seen::Failed(class, Basis::Map, by_the_map)
            }
            (Verdict::Unknown, _) => Seen::Unknown(Basis::Map, by_the_map),
        }
    }

    /// What becomes of a connection over a way that is open, by what listens.
    fn at_the_port(&self, to: ContainerAt, port: u16, by_the_map: String) -> Seen {
        let Some(sockets) = self.listening(to) else { return Seen::Open(by_the_map) };
        let on_port: Vec<&Listening> = sockets
            .iter()
            .filter(|socket| socket.protocol == Protocol::Tcp && socket.port == port)
            .collect();
        if on_port.is_empty() {
            Seen::Refused(Basis::Map, format!("{by_the_map}; nothing listens on port {port}"))
        } else if on_port.iter().all(|socket| socket.is_loopback_only()) {
            let words = "it listens on its own localhost only";
            Seen::Refused(Basis::Map, format!("{by_the_map}; on port {port} {words}"))
        } else {
            Seen::Reached(Basis::Map, format!("{by_the_map}; it listens on port {port}"))
        }
    }

    /// The sockets that listen in a container's network stack, where somebody
    /// looked.
    fn listening(&self, container: ContainerAt) -> Option<&'a [Listening]> {
        let stack = self.map.stack(container).unwrap_or(container);
        let seen = |at: ContainerAt| self.map.observation(at)?.listening.as_deref();
        seen(container).or_else(|| seen(stack))
    }
}

fn failed(outcome: Outcome, words: String) -> Seen {
    Seen::Failed(Some(outcome), Basis::Measured, words)
}

/// Whether the name resolves, whatever becomes of the packets then; `None`
/// where the map does not know.
fn resolves(reason: Reason) -> Option<bool> {
    match reason {
        Reason::SharedNetwork
        | Reason::SharedNamespace
        | Reason::LegacyLink
        | Reason::IccOff
        | Reason::IccOffButPings
        | Reason::PrivateMacvlan
        | Reason::DependsOnNetwork => Some(true),
        Reason::SourceStopped
        | Reason::TargetStopped
        | Reason::StackGone
        | Reason::SourceHasNoNetwork
        | Reason::TargetHasNoNetwork
        | Reason::DifferentNetworks
        | Reason::NoWayOut
        | Reason::NoWayBack
        | Reason::NoCommonFamily
        | Reason::RoutedNetwork
        | Reason::NotPublished
        | Reason::MacvlanHost
        | Reason::BridgeWithoutHost
        | Reason::RootlessBridges
        | Reason::DefaultBridgeHasNoNames
        | Reason::NetworkHasNoNames
        | Reason::HostKnowsNoNames
        | Reason::HostHasNoName
        | Reason::RenamedMeanwhile
        | Reason::SidecarHasNoName => Some(false),
        Reason::Restarting
        | Reason::StateUnknown
        | Reason::NoAddress
        | Reason::HostAddressUntold
        | Reason::UnknownDriver
        | Reason::OutsideDecides
        | Reason::Ipv6NotFiltered
        | Reason::PodmanMayRoute
        | Reason::PodmanRoutes
        | Reason::HostOnBridge
        | Reason::HostIsGateway => None,
    }
}
