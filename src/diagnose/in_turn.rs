//! Fixes that are taken in turn: each was made for the setup as it was, and what
//! one has changed the next must not undo.

use std::collections::{HashMap, HashSet};

use super::steps::advise;
use crate::model::{Action, Finding, Handle, Maker, Network, Step};

/// Puts off each fix that re-creates a container which one before it changes:
/// the new one would be as the old one was before. The next look has the
/// commands. Where one before it creates the network of that name, another is
/// created, or that one is used by who has a container in common. Fixes that
/// several findings share are one.
pub fn take_turns(findings: &mut [Finding], networks: &[Network]) {
    let mut changed: HashSet<Handle> = HashSet::new();
    let mut created: Created = HashMap::new();
    let mut told: HashMap<Vec<Step>, Vec<Step>> = HashMap::new();
    for finding in findings {
        if let Some(known) = told.get(&finding.fix) {
            finding.fix.clone_from(known);
            continue;
        }
        let made = finding.fix.clone();
        let again: Vec<String> = made
            .iter()
            .filter_map(creates)
            .filter(|name| created.contains_key(*name))
            .map(str::to_owned)
            .collect();
        let is_late = |step: &Step| {
            recreated(step).is_some_and(|at| changed.contains(at) || !again.is_empty())
        };
        if made.iter().any(is_late) {
            finding.fix = made.iter().filter_map(put_off).collect();
        } else {
            again.iter().for_each(|name| tell_apart(&mut finding.fix, name, &created, networks));
        }
        // A finding is never without a way on.
        if finding.fix.is_empty() && !made.is_empty() {
            finding.fix.push(advise("fix what is above first, and ask netmap doctor again"));
        }
        for name in finding.fix.iter().filter_map(creates) {
            created.entry(name.to_owned()).or_default();
        }
        for (network, container) in finding.fix.iter().filter_map(connects) {
            if let Some(members) = created.get_mut(&network.name) {
                members.insert(container.clone());
            }
        }
        changed.extend(finding.fix.iter().filter_map(changed_by).cloned());
        told.insert(made, finding.fix.clone());
    }
}

/// The networks that fixes create, with who is connected to each.
type Created = HashMap<String, HashSet<Handle>>;

/// Has a fix use the network of this name that one before it creates, where they
/// have a container in common, or else create one of another name.
fn tell_apart(fix: &mut Vec<Step>, name: &str, created: &Created, networks: &[Network]) {
    let Some(members) = created.get(name) else { return };
    let is_member = |step: &Step| {
        connects(step).is_some_and(|(to, at)| to.name == name && members.contains(at))
    };
    if fix.iter().any(is_member) {
        fix.retain(|step| creates(step) != Some(name) && !is_member(step));
        return;
    }
    let is_free = |new: &String| {
        !created.contains_key(new) && networks.iter().all(|network| network.name != *new)
    };
    let new = (2..).map(|number| format!("{name}{number}")).find(is_free);
    rename(fix, name, &new.expect("numbers have no end"));
}

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

/// What a step of a fix that is put off comes to: what is different about each
/// container, for a person to know what is to come.
fn put_off(step: &Step) -> Option<Step> {
    let Action::Recreate(recreate) = &step.action else { return None };
    let mut step = step.clone();
    let mut recreate = recreate.clone();
    recreate.by = Maker::Later;
    // Without a change it only goes with another one.
    let is_told = !recreate.changes.is_empty();
    step.action = Action::Recreate(recreate);
    is_told.then_some(step)
}

#[cfg(test)]
#[path = "in_turn_tests.rs"]
mod tests;
