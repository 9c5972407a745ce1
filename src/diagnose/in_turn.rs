//! Fixes that are taken in turn: each was made for the setup as it was, and what
//! one has changed the next must not undo.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;

use super::steps::{advise, put_off};
use crate::model::{Action, Change, Finding, Handle, Maker, Network, RequestedPort, Step};

/// Puts off each fix that re-creates a container which one before it changes:
/// the new one would be as the old one was before; and each that publishes a port
/// of the host which one before it takes. The next look has the commands. Where
/// one before it creates the network of that name, another is created, or that one
/// is used by who has a container in common. Fixes that several findings share are
/// one, and so is one that does no more than another before it.
pub fn take_turns(findings: &mut [Finding], networks: &[Network]) {
    let mut before = Before::default();
    for finding in findings {
        if let Some(known) = before.told(&finding.fix) {
            finding.fix.clone_from(known);
            continue;
        }
        let made = std::mem::take(&mut finding.fix);
        let again: Vec<String> = made
            .iter()
            .filter_map(creates)
            .filter(|name| before.created.contains_key(*name))
            .map(str::to_owned)
            .collect();
        let is_late = |step: &Step| {
            recreated(step).is_some_and(|at| before.changed.contains(at) || !again.is_empty())
                || published(step).any(|port| before.has_port(port))
        };
        if made.iter().any(is_late) {
            finding.fix = made.iter().filter_map(put_off).collect();
        } else {
            finding.fix.clone_from(&made);
            again.iter().for_each(|name| before.tell_apart(&mut finding.fix, name, networks));
        }
        // A finding is never without a way on.
        if finding.fix.is_empty() && !made.is_empty() {
            finding.fix.push(advise("fix what is above first, and ask netmap doctor again"));
        }
        before.take(made, &finding.fix);
    }
}

/// What the fixes that are told already come to.
#[derive(Default)]
struct Before {
    /// The containers that they change.
    changed: HashSet<Handle>,
    created: Created,
    /// The last number that a name was given which fixes create again.
    numbers: HashMap<String, usize>,
    /// The ports of the host that they publish.
    ports: Vec<RequestedPort>,
    /// The fixes, as they were made and as they are told.
    told: Vec<(Vec<Step>, Vec<Step>)>,
    /// Where each stands there.
    whole: HashMap<Vec<Step>, usize>,
    /// Where the first that re-creates a container stands.
    by_recreated: HashMap<Handle, usize>,
}

impl Before {
    /// The same fix as it is told, or one that does all of it.
    fn told(&self, fix: &[Step]) -> Option<&Vec<Step>> {
        let first = || fix.iter().find_map(recreated).and_then(|at| self.by_recreated.get(at));
        let at = self.whole.get(fix).or_else(|| {
            first().filter(|at| fix.iter().all(|step| is_among(step, &self.told[**at].0)))
        })?;
        Some(&self.told[*at].1)
    }

    fn has_port(&self, wanted: &RequestedPort) -> bool {
        let every = |ip: Option<IpAddr>| ip.is_none_or(|ip| ip.is_unspecified());
        let meet = |a, b| every(a) || every(b) || a == b;
        self.ports.iter().any(|taken| {
            (taken.host_port, taken.protocol) == (wanted.host_port, wanted.protocol)
                && meet(taken.host_ip, wanted.host_ip)
        })
    }

    /// Has a fix use the network of this name that one before it creates, where they
    /// have a container in common, or else create one of another name.
    fn tell_apart(&mut self, fix: &mut Vec<Step>, name: &str, networks: &[Network]) {
        let Some(members) = self.created.get(name) else { return };
        let is_member = |step: &Step| {
            connects(step).is_some_and(|(to, at)| to.name == name && members.contains(at))
        };
        if fix.iter().any(is_member) {
            fix.retain(|step| creates(step) != Some(name) && !is_member(step));
            return;
        }
        let is_free = |new: &String| {
            !self.created.contains_key(new) && networks.iter().all(|network| network.name != *new)
        };
        // What was taken once stays so.
        let last = self.numbers.get(name).copied().unwrap_or(2);
        let mut names = (last..).map(|number| (number, format!("{name}{number}")));
        let (number, new) = names.find(|(_, new)| is_free(new)).expect("numbers have no end");
        self.numbers.insert(name.to_owned(), number);
        rename(fix, name, &new);
    }

    /// Takes in one more, as it was made and as it is told.
    fn take(&mut self, made: Vec<Step>, fix: &[Step]) {
        for name in fix.iter().filter_map(creates) {
            self.created.entry(name.to_owned()).or_default();
        }
        for (network, container) in fix.iter().filter_map(connects) {
            if let Some(members) = self.created.get_mut(&network.name) {
                members.insert(container.clone());
            }
        }
        self.changed.extend(fix.iter().filter_map(changed_by).cloned());
        self.ports.extend(fix.iter().flat_map(published).cloned());
        let at = self.told.len();
        for container in fix.iter().filter_map(recreated) {
            self.by_recreated.entry(container.clone()).or_insert(at);
        }
        self.whole.insert(made.clone(), at);
        self.told.push((made, fix.to_vec()));
    }
}

/// Whether a step is one of these, or one of them does what it does and more.
fn is_among(step: &Step, others: &[Step]) -> bool {
    let Action::Recreate(wanted) = &step.action else { return others.contains(step) };
    others.iter().any(|other| match &other.action {
        Action::Recreate(done) => {
            (&done.container, &done.by) == (&wanted.container, &wanted.by)
                && wanted.changes.iter().all(|change| done.changes.contains(change))
        }
        _ => false,
    })
}

/// The ports of the host that a step has a container publish which it has not
/// published already.
fn published(step: &Step) -> impl Iterator<Item = &RequestedPort> {
    let recreate = match &step.action {
        Action::Recreate(recreate) if recreated(step).is_some() => Some(recreate),
        _ => None,
    };
    recreate.into_iter().flat_map(|recreate| &recreate.changes).filter_map(|change| match change {
        Change::Publish { from, to: Some(to) } => {
            let had = from.as_ref().is_some_and(|from| from.host_port == to.host_port);
            Some(to).filter(|to| !had && to.host_port.one().is_some())
        }
        _ => None,
    })
}

/// The networks that fixes create, with who is connected to each.
type Created = HashMap<String, HashSet<Handle>>;

/// The network that a step creates.
fn creates(step: &Step) -> Option<&str> {
    match &step.action {
        Action::CreateNetwork { network } => Some(&network.name),
        _ => None,
    }
}

/// The network and the container that a step connects.
fn connects(step: &Step) -> Option<(&Handle, &Handle)> {
    match &step.action {
        Action::Connect { network, container, .. } => Some((network, container)),
        _ => None,
    }
}

/// Gives the network that a fix creates another name.
fn rename(fix: &mut [Step], old: &str, new: &str) {
    for step in fix {
        let (Action::CreateNetwork { network } | Action::Connect { network, .. }) =
            &mut step.action
        else {
            continue;
        };
        if network.name == old {
            *network = Handle { name: new.to_owned(), word: new.to_owned() };
        }
    }
}

/// The container that a step makes again by commands.
fn recreated(step: &Step) -> Option<&Handle> {
    match &step.action {
        Action::Recreate(recreate) => match recreate.by {
            Maker::Hand(_) | Maker::Compose(_) => Some(&recreate.container),
            Maker::Other { .. } | Maker::Later => None,
        },
        _ => None,
    }
}

/// The container that another one, made from what is known of it, would not be
/// like any more once a step is taken.
fn changed_by(step: &Step) -> Option<&Handle> {
    match &step.action {
        Action::Connect { container, .. } | Action::Disconnect { container, .. } => Some(container),
        _ => recreated(step),
    }
}

#[cfg(test)]
#[path = "in_turn_tests.rs"]
mod tests;
