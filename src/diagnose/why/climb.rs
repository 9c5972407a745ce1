//! What the rungs have in common: what was measured, and the words for it.

use std::net::IpAddr;

use super::aim::{Aim, Destination};
use super::by_turns::{self, ByTurns, other_copy};
use crate::diagnose::{Case, Edge, Obstacle, Sign};
use crate::graph::Judged;
use crate::model::{
    Attempt, By, ContainerAt, Measurement, Outcome, Rung, RungKind, State, Status, Step, Why,
};

/// What the rungs look at.
pub struct Climb<'a> {
    pub case: &'a Case<'a>,
    pub from: ContainerAt,
    pub aim: &'a Aim,
    /// What was measured of the target.
    pub measured: Vec<&'a Measurement>,
    /// Those to which the name leads by turns, where that stands in the way.
    pub by_turns: Option<ByTurns<'a>>,
    /// Whether there is nothing to go by but the map and what was seen.
    pub is_by_map: bool,
    /// The same way as an edge, and what stands in its way: what the doctor
    /// would say of it.
    pub edge: Edge<'a>,
    pub obstacle: Option<Obstacle>,
}

impl<'a> Climb<'a> {
    pub fn new(
        case: &'a Case<'a>,
        from: ContainerAt,
        aim: &'a Aim,
        measured: &'a [Measurement],
    ) -> Self {
        let as_asked = measured.iter().filter(|m| aim.is_by(m.by));
        let signs = as_asked.filter(|m| m.attempt.port() == aim.port || m.leads_to.is_some());
        let signs = signs.map(|m| {
            let is_told = m.attempt.port() == aim.port && other_copy(case, from, aim, m).is_none();
            Sign::Measured(if is_told { m.outcome } else { Outcome::Unknown }, m.leads_to)
        });
        let (edge, obstacle) = case.judge(from, &aim.host, aim.port, signs);
        let is_by_map = measured.is_empty();
        let owners = by_turns::owners(case, from, aim);
        let by_turns = ByTurns { case, owners, measured, attempt: aim.attempt() };
        let is_ambiguous = matches!(obstacle, Some(Obstacle::Ambiguous(_)));
        let (by_turns, measured) = match aim.target {
            Destination::Container(to) if is_ambiguous || by_turns.is_uneven() => {
                let about = measured.iter().filter(|m| by_turns.is_about(to, m)).collect();
                (Some(by_turns), about)
            }
            // Of its copies it is enough that they are well, too.
            Destination::Container(to) => {
                let name = case.name(to);
                let about = measured.iter().filter(|m| m.by == By::Name || m.to == name);
                (None, about.collect())
            }
            _ => (None, measured.iter().collect()),
        };
        Self { case, from, aim, measured, by_turns, is_by_map, edge, obstacle }
    }

    /// Whether the target answered what was asked for, the way that it was
    /// asked for.
    pub fn arrived(&self) -> bool {
        if let Some(by_turns) = &self.by_turns {
            return by_turns.all_serve();
        }
        let as_asked = self.measured.iter().filter(|m| self.aim.is_by(m.by));
        let mut outcomes = as_asked.map(|m| (m.attempt, m.outcome));
        match self.aim.port {
            Some(port) => outcomes.any(|end| end == (Attempt::Tcp(port), Outcome::Reachable)),
            None => outcomes.any(|(_, outcome)| outcome.got_through() == Some(true)),
        }
    }

    /// Whether the target listens for the other family of addresses only.
    pub fn is_unheard(&self) -> bool {
        matches!(self.obstacle, Some(Obstacle::NoCommonFamily(_)))
    }

    /// What is sent to the target.
    pub fn attempt(&self) -> Attempt {
        self.aim.attempt()
    }

    /// What the map says of the address asked for, or else of the best there is.
    pub fn predicted(&self, to: ContainerAt) -> Judged {
        let prediction = self.case.map.predict(self.from, to);
        match self.aim.address() {
            Some(address) => prediction.of(By::Address, &address.to_string(), self.attempt()),
            None => prediction.by_address_for(self.attempt()),
        }
    }

    fn tries(&self, by: By, attempt: Attempt) -> impl Iterator<Item = &'a Measurement> {
        let measured = self.measured.iter().copied();
        measured.filter(move |m| m.by == by && m.attempt == attempt)
    }

    pub fn name(&self) -> &'a str {
        self.case.name(self.from)
    }

    /// Whether containers run, or why the first that does not keeps the
    /// ladder from standing.
    pub fn running(&self, containers: &[ContainerAt]) -> Rung {
        let down =
            containers.iter().copied().find(|at| !self.case.container(*at).state.has_network());
        let frozen =
            containers.iter().copied().find(|at| self.case.container(*at).state == State::Paused);
        let states: Vec<String> = containers
            .iter()
            .map(|at| {
                format!("{} {}", self.case.name(*at), self.case.container(*at).state.predicate())
            })
            .collect();
        let status = match down.or(frozen) {
            None => Status::Pass,
            Some(at) if self.case.container(at).state == State::Unknown => Status::Unknown,
            Some(_) => Status::Fail,
        };
        Rung::new(RungKind::Running, status, states.join(", "))
    }

    /// The rung of resolving the name, by what was measured. `None` where an
    /// address was asked for.
    pub fn resolving(&self) -> Rung {
        let host = &self.aim.host;
        let rung = |status: Status, detail: String| Rung::new(RungKind::Name, status, detail);
        if self.aim.address().is_some() {
            return rung(Status::Skipped, format!("{host} is an address"));
        }
        let tries: Vec<&Measurement> =
            self.measured.iter().copied().filter(|m| m.by == By::Name).collect();
        if let Some(led) = tries.iter().find_map(|m| Some((*m, m.leads_to?))) {
            let (measured, address) = led;
            if let Some(owner) = self.other_copy(measured) {
                let owner = self.case.name(owner);
                let all = self.case.answering(self.from, host).len();
                let detail = format!(
                    "{host} is {address}, which is {owner}'s address: {all} answer to that name"
                );
                return rung(Status::Pass, detail);
            }
            let outcome = measured.outcome;
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

    /// The copy of the target to which its name led this time.
    fn other_copy(&self, measured: &Measurement) -> Option<ContainerAt> {
        other_copy(self.case, self.from, self.aim, measured)
    }

    /// Whether its name led to a copy of the target.
    pub fn led_to_copy(&self) -> bool {
        self.measured.iter().any(|m| m.by == By::Name && self.other_copy(m).is_some())
    }

    /// Whether anything had an answer, over ICMP or over TCP.
    pub fn answered(&self) -> bool {
        self.measured.iter().any(|m| m.outcome.got_through() == Some(true))
    }

    /// The virtual address that the name led to, if it gave no answer to a ping.
    fn silent_service(&self) -> Option<IpAddr> {
        let tries = self.tries(By::Name, Attempt::Icmp);
        let silent = tries.filter(|m| m.outcome.got_through() == Some(false));
        silent
            .filter_map(|m| m.leads_to)
            .find(|address| self.case.map.service_at(*address).is_some())
    }

    /// The addresses by which the target was tried, and how each came out.
    pub fn answering(&self, silence: Status) -> Rung {
        let rung = |status: Status, detail: String| Rung::new(RungKind::Address, status, detail);
        // What a name led to counts where there is no other address to try.
        let by_address: Vec<&Measurement> = self.tries(By::Address, Attempt::Icmp).collect();
        let tries = if by_address.is_empty() {
            self.tries(By::Name, Attempt::Icmp).filter(|m| m.leads_to.is_some()).collect()
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
    pub fn connecting(&self, port: u16) -> Option<(Outcome, Option<&'a Why>)> {
        let rank = |outcome: Outcome| match outcome {
            Outcome::Reachable => 0,
            Outcome::Refused => 1,
            Outcome::Unreachable => 2,
            Outcome::Timeout => 3,
            Outcome::NameNotFound => 4,
            Outcome::Unknown => 5,
        };
        let attempt = Attempt::Tcp(port);
        // Who dials a service gets to its tasks by its address, or not at all.
        let by_address =
            self.tries(By::Address, attempt).filter(|_| self.silent_service().is_none());
        let tries = by_address.chain(self.tries(By::Name, attempt));
        let tries = tries.map(|m| (m.outcome, m.reason.as_ref()));
        let (outcome, why) = tries.min_by_key(|(outcome, _)| rank(*outcome))?;
        // A program that connects is told the same of a host that is not there and of
        // one that a firewall keeps it from; the answer to a ping says which it is.
        let is_kept = |why: &&Why| matches!(why, Why::FirewallOnTheWay | Why::RejectedOnTheWay);
        let kept = || self.measured.iter().filter_map(|m| m.reason.as_ref()).find(is_kept);
        let nobody = why.filter(|why| **why == Why::NobodyThere);
        Some((outcome, nobody.and_then(|_| kept()).or(why)))
    }

    /// A command by which the container that asks connects.
    pub fn connect(&self) -> Step {
        let host = &self.aim.host;
        match self.aim.port {
            Some(port) => self.inside(&["nc", "-w", "1", host, &port.to_string()]),
            None => self.inside(&["ping", "-c1", host]),
        }
    }

    /// A command run inside the container that asks.
    pub fn inside(&self, words: &[&str]) -> Step {
        self.case.inside(self.from, words)
    }
}

/// Why measurements came to nothing.
fn why_not(tries: &[&Measurement]) -> String {
    let reported = tries.iter().find_map(|m| m.reason.as_ref());
    reported.map_or_else(|| "nothing was tried".to_owned(), ToString::to_string)
}
