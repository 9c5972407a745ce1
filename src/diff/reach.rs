//! What differs in who reaches whom, where both snapshots hold a probe. What
//! one of the two could not measure is no difference.

use std::collections::BTreeMap;

use super::change::{ChangeKind, Changes, pair_name};
use super::same::Same;
use crate::model::{Attempt, By, ContainerAt, Measurement, Probe, Snapshot, with_positions};
use crate::order::Ordered;

/// What was tried: source, target, by name or address, what was sent.
type Tried = (ContainerAt, ContainerAt, By, Attempt);

/// Compares what was measured.
pub fn compare(same: &Same, changes: &mut Changes) {
    let (Some(mine), Some(theirs)) = (&same.before.probe, &same.after.probe) else { return };
    let mine = outcomes(same.before, mine);
    let theirs = outcomes(same.after, theirs);
    for ((from, to, by, attempt), before) in &mine {
        let (Some(from_now), Some(to_now)) = (same.containers.get(from), same.containers.get(to))
        else {
            continue;
        };
        let Some(after) = theirs.get(&(*from_now, *to_now, *by, *attempt)) else { continue };
        let name = |at: ContainerAt, now: ContainerAt| {
            pair_name(&same.before.containers[at], &same.after.containers[now])
        };
        let port = attempt.port().map(|port| format!(":{port}")).unwrap_or_default();
        let pair = format!("{} to {}{port}", name(*from, *from_now), name(*to, *to_now));
        let field = match by {
            By::Name => "by name",
            By::Address => "by address",
        };
        let (before, after) = (Some((*before).to_owned()), Some((*after).to_owned()));
        changes.note(ChangeKind::Reachability, &pair, field, before, after);
    }
}

/// What a measurement tried, if anything was measured.
fn tried(measurement: &Measurement, places: &BTreeMap<&str, ContainerAt>) -> Option<Tried> {
    let Measurement {
        from,
        to,
        by,
        attempt,
        outcome,
        // Addresses and the networks they are on move.
        network: _,
        target: _,
        leads_to: _,
        // How it was measured, and how long it took, differs every time.
        reason: _,
        latency: _,
        sent: _,
        received: _,
        method: _,
        series: _,
        full_size: _,
    } = measurement;
    outcome.got_through()?;
    let place = |name: &String| places.get(name.as_str()).copied();
    Some((place(from)?, place(to)?, *by, *attempt))
}

/// The outcome of everything that was tried and measured; of several
/// addresses the best, since one that answers is enough.
fn outcomes(of: &Snapshot, probe: &Probe) -> BTreeMap<Tried, &'static str> {
    let mut places: BTreeMap<&str, ContainerAt> = BTreeMap::new();
    for (at, container) in with_positions(&of.containers) {
        places.entry(&container.name).or_insert(at);
    }
    let mut best: BTreeMap<Tried, &Measurement> = BTreeMap::new();
    for measurement in &probe.measurements {
        let Some(tried) = tried(measurement, &places) else { continue };
        let known = best.entry(tried).or_insert(measurement);
        // Outcomes are in order of hope.
        if measurement.outcome < known.outcome {
            *known = measurement;
        }
    }
    best.into_iter().map(|(tried, measurement)| (tried, measurement.outcome.as_str())).into_map()
}
