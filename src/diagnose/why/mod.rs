//! Can A reach B, and if not, which rung of the ladder fails: do both run, is
//! there a network between them, does the name resolve, does the address
//! answer, does the port. Each rung is what was measured; where nothing was,
//! it says so.

mod container;
mod elsewhere;
mod itself;

use std::net::IpAddr;

use super::case::Case;
use crate::error::{Error, Result};
use crate::graph::{Route, no_such};
use crate::model::{
    By, ContainerAt, Knock, Ladder, Measurement, NetworkAt, Outcome, Rung, State, Status, Why,
};

/// What somebody wants to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// What the host stands for.
    pub target: Target,
    /// Host as asked for.
    pub host: String,
    /// Port, if one was asked for.
    pub port: Option<u16>,
}

/// What a host stands for, seen from the container that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The container itself: `localhost`.
    Itself,
    /// The container at this position.
    Container(ContainerAt),
    /// No container here.
    Elsewhere,
}

impl Aim {
    /// Reads `db`, `db:5432`, `10.0.0.3:80`, `[fd00::3]:80` or a URL, as the
    /// container at `from` would understand it.
    pub fn parse(case: &Case, from: ContainerAt, text: &str) -> Result<Self> {
        if let Some(aim) = Self::told_apart(case, text) {
            return Ok(aim);
        }
        let (host, port) = host_and_port(text)?;
        let lower = host.to_lowercase();
        let address: Option<IpAddr> = host.parse().ok();
        let loopback = lower == "localhost" || address.is_some_and(|a| a.is_loopback());
        let target = if loopback {
            Target::Itself
        } else if let Some(address) = address {
            let owner = case.map.owner_of(from, address).map(|(container, _)| container);
            owner.map_or(Target::Elsewhere, Target::Container)
        } else {
            let named = || case.map.containers_named(&host).first().copied();
            match case.resolved(from, &host).or_else(named) {
                Some(container) => Target::Container(container),
                None if host.contains('.') => Target::Elsewhere,
                None => {
                    let names = case.map.snapshot().containers.iter().map(|c| c.name.as_str());
                    return Err(no_such("container", &host, names));
                }
            }
        };
        Ok(Self { target, host, port })
    }

    /// `web@worker` or `web@worker:80`: one of several engines' containers, as
    /// the map tells it apart from another. Elsewhere `@` ends a user's name.
    fn told_apart(case: &Case, text: &str) -> Option<Self> {
        let split = text.rsplit_once(':').and_then(|(head, port)| Some((head, port.parse().ok()?)));
        let ways = [(text, None)].into_iter().chain(split.map(|(head, port)| (head, Some(port))));
        ways.into_iter().find_map(|(name, port)| {
            let called = |at: &ContainerAt| {
                let container = case.container(*at);
                container.name == name && container.own_name() != name
            };
            let to = case.containers().find(called)?;
            let host = case.container(to).own_name().to_owned();
            Some(Self { target: Target::Container(to), host, port })
        })
    }

    fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// `db:5432`, as asked.
    fn label(&self) -> String {
        match self.port {
            Some(port) if self.host.contains(':') => format!("[{}]:{port}", self.host),
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>)> {
    let bad = || Error::Usage {
        what: format!("`{text}` names nothing that could be reached"),
        hint: Some("write it like db, db:5432, 10.0.0.3:80 or example.com".to_owned()),
    };
    // Of a URL only the host and the port count; the rest may be secret.
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or_default();
    if rest.parse::<IpAddr>().is_ok() {
        return Ok((rest.to_owned(), None));
    }
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| bad())?)),
        None => (rest, None),
    };
    let host = host.trim_matches(['[', ']']);
    if host.is_empty() || port == Some(0) {
        return Err(bad());
    }
    Ok((host.to_owned(), port))
}

/// Something to measure for a ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// By name or by address.
    pub by: By,
    /// The name or address.
    pub target: String,
    /// Position of the network on which the target has the address.
    pub network: Option<NetworkAt>,
    /// What to send.
    pub knock: Knock,
}

/// What has to be measured from `from` before its ladder can be judged. A
/// container that does not run can measure nothing.
pub fn trials(case: &Case, from: ContainerAt, aim: &Aim) -> Vec<Trial> {
    if case.container(from).state != State::Running {
        return Vec::new();
    }
    let mut knocks = vec![Knock::Icmp];
    knocks.extend(aim.port.map(Knock::Tcp));
    let addresses: Vec<(String, Option<NetworkAt>)> = match (aim.target, aim.address()) {
        (_, Some(address)) => {
            let on = case.map.owner_of(from, address).map(|(_, network)| network);
            vec![(address.to_string(), on)]
        }
        (Target::Container(to), None) => {
            let routes = case.map.predict(from, to).routes.into_iter();
            routes
                .filter_map(|route: Route| Some((route.address?.to_string(), route.network)))
                .collect()
        }
        (Target::Itself, None) => vec![(IpAddr::from([127, 0, 0, 1]).to_string(), None)],
        (Target::Elsewhere, None) => Vec::new(),
    };
    let mut trials = Vec::new();
    for knock in knocks {
        if aim.address().is_none() && aim.target != Target::Itself {
            let (by, target) = (By::Name, aim.host.clone());
            trials.push(Trial { by, target, network: None, knock });
        }
        for (target, network) in &addresses {
            let (target, network) = (target.clone(), *network);
            trials.push(Trial { by: By::Address, target, network, knock });
        }
    }
    trials
}

/// The ladder from the container at `from` to what it aims at, by what was
/// measured.
pub fn ladder(case: &Case, from: ContainerAt, aim: &Aim, measured: &[Measurement]) -> Ladder {
    let climb = Climb { case, from, aim, measured };
    let mut ladder = Ladder {
        from: case.name(from).to_owned(),
        to: aim.label(),
        rungs: Vec::new(),
        fix: Vec::new(),
        see: None,
    };
    match aim.target {
        Target::Itself => itself::climb(&climb, &mut ladder),
        Target::Container(to) => container::climb(&climb, to, &mut ladder),
        Target::Elsewhere => elsewhere::climb(&climb, &mut ladder),
    }
    ladder
}

/// What the rungs look at.
struct Climb<'a> {
    case: &'a Case<'a>,
    from: ContainerAt,
    aim: &'a Aim,
    measured: &'a [Measurement],
}

impl<'a> Climb<'a> {
    fn tries(&self, by: By, knock: Knock) -> impl Iterator<Item = &'a Measurement> {
        self.measured.iter().filter(move |m| m.by == by && m.knock == knock)
    }

    fn name(&self) -> &'a str {
        self.case.name(self.from)
    }

    /// Whether containers run, or why the first that does not keeps the
    /// ladder from standing.
    fn running(&self, containers: &[ContainerAt]) -> Rung {
        let down =
            containers.iter().copied().find(|at| !self.case.container(*at).state.has_network());
        let frozen =
            containers.iter().copied().find(|at| self.case.container(*at).state == State::Paused);
        let told: Vec<String> = containers
            .iter()
            .map(|at| format!("{} is {}", self.case.name(*at), self.case.container(*at).state))
            .collect();
        let status = match down.or(frozen) {
            None => Status::Pass,
            Some(at) if self.case.container(at).state == State::Unknown => Status::Unknown,
            Some(_) => Status::Fail,
        };
        Rung { rung: "running", status, detail: told.join(", "), notes: Vec::new() }
    }

    /// The rung of resolving the name, by what was measured. `None` where an
    /// address was asked for.
    fn resolving(&self) -> Rung {
        let host = &self.aim.host;
        let rung = |status: Status, detail: String| Rung {
            rung: "name",
            status,
            detail,
            notes: Vec::new(),
        };
        if self.aim.address().is_some() {
            return rung(Status::Skipped, format!("{host} is an address"));
        }
        let tries: Vec<&Measurement> = self.measured.iter().filter(|m| m.by == By::Name).collect();
        if let Some(led) = tries.iter().find_map(|m| Some((m.leads_to?, m.outcome))) {
            let (address, outcome) = led;
            let status = if outcome == Outcome::NameNotFound { Status::Fail } else { Status::Pass };
            let service = self.case.map.service_at(address).filter(|_| status == Status::Pass);
            if let Some(service) = service {
                let detail =
                    format!("{host} is {address}, which stands for all of {}", service.name);
                return rung(status, detail);
            }
            let whose = match self.case.map.owner_of(self.from, address) {
                Some((owner, _)) if status == Status::Fail => {
                    format!(", which is {}'s address", self.case.name(owner))
                }
                None if status == Status::Fail => ", which is nobody's address here".to_owned(),
                _ => String::new(),
            };
            return rung(status, format!("{host} is {address}{whose}"));
        }
        if let Some(failed) = tries.iter().find(|m| m.outcome == Outcome::NameNotFound) {
            let because = failed.reason.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
            let detail = format!("{} cannot resolve {host}{because}", self.name());
            return rung(Status::Fail, detail);
        }
        if tries.iter().any(|m| m.outcome.got_through() == Some(true)) {
            return rung(Status::Pass, format!("{host} resolves"));
        }
        rung(
            Status::Unknown,
            format!("whether {host} resolves was not measured: {}", why_not(&tries)),
        )
    }

    /// Whether anything had an answer, over ICMP or over TCP.
    fn answered(&self) -> bool {
        self.measured.iter().any(|m| m.outcome.got_through() == Some(true))
    }

    /// The virtual address that the name led to, if it gave no answer to a ping.
    fn silent_service(&self) -> Option<IpAddr> {
        let tries = self.tries(By::Name, Knock::Icmp);
        let silent = tries.filter(|m| m.outcome.got_through() == Some(false));
        silent
            .filter_map(|m| m.leads_to)
            .find(|address| self.case.map.service_at(*address).is_some())
    }

    /// The addresses by which the target was tried, and how each came out.
    fn answering(&self, silence: Status) -> Rung {
        let rung = |status: Status, detail: String| Rung {
            rung: "address",
            status,
            detail,
            notes: Vec::new(),
        };
        // What a name led to counts where there is no other address to try.
        let by_address: Vec<&Measurement> = self.tries(By::Address, Knock::Icmp).collect();
        let tries = if by_address.is_empty() {
            self.tries(By::Name, Knock::Icmp).filter(|m| m.leads_to.is_some()).collect()
        } else {
            by_address
        };
        let address = |m: &Measurement| m.leads_to.map_or(m.target.clone(), |led| led.to_string());
        let on =
            |m: &Measurement| m.network.as_deref().map(|n| format!(" on {n}")).unwrap_or_default();
        if let Some(reached) = tries.iter().find(|m| m.outcome == Outcome::Reachable) {
            let taken = reached.latency.map(|l| format!(" in {:.2} ms", l.avg as f64 / 1e3));
            let detail =
                format!("{}{} answers{}", address(reached), on(reached), taken.unwrap_or_default());
            let mut reached = rung(Status::Pass, detail);
            if let Some(address) = self.silent_service() {
                reached.notes.push(format!("{address} itself does not answer a ping"));
            }
            return reached;
        }
        if self.answered() {
            return rung(Status::Pass, "it answers over TCP, if not to a ping".to_owned());
        }
        let silent: Vec<String> = tries
            .iter()
            .filter(|m| m.outcome.got_through() == Some(false))
            .map(|m| match (m.outcome, &m.reason) {
                (Outcome::Unreachable, Some(why)) => format!("{}{}: {why}", address(m), on(m)),
                (Outcome::Unreachable, None) => format!("no way to {}{}", address(m), on(m)),
                _ => format!("no answer from {}{}", address(m), on(m)),
            })
            .collect();
        if !silent.is_empty() {
            return rung(silence, silent.join(", "));
        }
        if tries.is_empty() && !self.measured.is_empty() {
            return rung(Status::Skipped, "there is no address to try".to_owned());
        }
        rung(Status::Unknown, format!("not measured: {}", why_not(&tries)))
    }

    /// How connecting to the port came out, the best of all ways.
    fn connecting(&self, port: u16) -> Option<(Outcome, Option<&'a str>)> {
        let rank = |outcome: Outcome| match outcome {
            Outcome::Reachable => 0,
            Outcome::Refused => 1,
            Outcome::Unreachable => 2,
            Outcome::Timeout => 3,
            Outcome::NameNotFound => 4,
            Outcome::Unknown => 5,
        };
        let knock = Knock::Tcp(port);
        // Who dials a service gets to its tasks by its address, or not at all.
        let by_address = self.tries(By::Address, knock).filter(|_| self.silent_service().is_none());
        let tries = by_address.chain(self.tries(By::Name, knock));
        tries
            .map(|m| (m.outcome, m.reason.as_ref().map(Why::as_str)))
            .min_by_key(|(outcome, _)| rank(*outcome))
    }

    /// A command that shows what happens, run where it happens.
    fn see(&self, program: &str) -> String {
        format!("{} exec {} {program}", self.case.docker(), self.case.container_word(self.from))
    }
}

/// Why measurements came to nothing.
fn why_not(tries: &[&Measurement]) -> String {
    let told = tries.iter().find_map(|m| m.reason.as_ref()).map(Why::to_string);
    told.unwrap_or_else(|| "nothing was tried".to_owned())
}

#[cfg(test)]
mod tests;
