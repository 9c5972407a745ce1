//! A name to which several containers answer that have nothing in common. What it
//! led to just now says nothing of the next time, so it is judged by all of them.

use super::aim::{Aim, Destination};
use crate::diagnose::{Case, Listens};
use crate::model::words::few;
use crate::model::{
    Attempt, By, ContainerAt, Measurement, Outcome, Protocol, Rung, RungKind, Status,
};

/// Those to which the name that is asked for leads by turns, be they copies of one thing.
pub fn owners<'c>(case: &'c Case, from: ContainerAt, aim: &Aim) -> &'c [ContainerAt] {
    if aim.address().is_some() || !matches!(aim.target, Destination::Container(_)) {
        return &[];
    }
    let copies = || aim.port.and_then(|_| case.copies(from, &aim.host));
    case.ambiguous(from, &aim.host).or_else(copies).map_or(&[], |(_, owners)| owners)
}

/// The copy of the one that is asked for to which the name led this time. A name
/// of several leads to any of them, so that it led to another is no fault; whether
/// that one answers was not tried.
pub fn other_copy(
    case: &Case,
    from: ContainerAt,
    aim: &Aim,
    measured: &Measurement,
) -> Option<ContainerAt> {
    let led = measured.leads_to.filter(|_| measured.outcome == Outcome::NameNotFound)?;
    let (owner, _) = case.map.owner_of(from, led)?;
    let is_clear = case.ambiguous(from, &aim.host).is_none();
    (is_clear && case.answering(from, &aim.host).contains(&owner)).then_some(owner)
}

/// What is known of them.
pub struct ByTurns<'a> {
    pub case: &'a Case<'a>,
    pub owners: &'a [ContainerAt],
    pub measured: &'a [Measurement],
    /// What is sent.
    pub attempt: Attempt,
}

impl ByTurns<'_> {
    /// Whether a measurement is about this one of them.
    pub fn is_about(&self, owner: ContainerAt, measured: &Measurement) -> bool {
        match measured.by {
            By::Address => measured.to == self.case.name(owner),
            // Whose answer it is, is chance; that there is none is not.
            By::Name => measured.outcome == Outcome::NameNotFound && measured.leads_to.is_none(),
        }
    }

    /// Whether each of them gives what is asked for.
    pub fn all_serve(&self) -> bool {
        self.owners.iter().all(|owner| self.serves(*owner) == Some(true))
    }

    /// Whether some of them give what is asked for and others do not.
    pub fn is_uneven(&self) -> bool {
        let serves = |wanted| self.owners.iter().any(|owner| self.serves(*owner) == Some(wanted));
        serves(true) && serves(false)
    }

    /// The rung of their name. It fails unless each of them serves.
    pub fn name(&self, host: &str) -> Rung {
        let named = |of: &[ContainerAt]| few(&self.case.names_of(of.iter().copied()));
        let detail = format!("{host} leads to {} by turns", named(self.owners));
        let status = if self.all_serve() { Status::Pass } else { Status::Fail };
        let mut rung = Rung::new(RungKind::Name, status, detail);
        let on_port = self.attempt.port().map(|port| format!(" on {port}")).unwrap_or_default();
        for (serves, answering) in [(true, "answering"), (false, "not answering")] {
            let same = self.owners.iter().copied().filter(|at| self.serves(*at) == Some(serves));
            let same: Vec<ContainerAt> = same.collect();
            if !same.is_empty() {
                rung.notes.push(format!("{answering}{on_port}: {}", named(&same)));
            }
        }
        rung
    }

    /// Whether one of them gives what is asked for; `None` where nobody can tell.
    fn serves(&self, owner: ContainerAt) -> Option<bool> {
        let tries = self.measured.iter().filter(|m| {
            m.by == By::Address && m.attempt == self.attempt && self.is_about(owner, m)
        });
        let mut ends = tries.map(|m| m.outcome).filter(|end| *end != Outcome::Unknown).peekable();
        if ends.peek().is_some() {
            return Some(ends.any(|end| end == Outcome::Reachable));
        }
        let listens = self.case.listens(owner, self.attempt.port()?, Some(Protocol::Tcp))?;
        Some(listens == Listens::Openly)
    }
}
