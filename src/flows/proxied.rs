//! The engine's proxy makes a connection to a port of the machine two: one to
//! itself, and one from the machine to the container. They are one flow, and
//! the second half of it is no flow of the machine's.

use super::tally::{Kind, Tallies, Tally};
use crate::model::{FlowOutcome, HopBy, Party};

/// Takes the proxy's own halves out of what the machine did.
pub fn join(tallies: &mut Tallies) {
    let is_proxied = |kind: &Kind| kind.via.is_some_and(|hop| hop.by == HopBy::Proxy);
    let firsts: Vec<Kind> = tallies.all.keys().filter(|kind| is_proxied(kind)).cloned().collect();
    let mut seconds: Vec<(Kind, Tally)> = Vec::new();
    for first in firsts {
        let second = Kind { client: Party::Host, via: None, ..first.clone() };
        let half = &tallies.all[&first];
        match seconds.iter_mut().find(|(kind, _)| is_same_way(kind, &second)) {
            Some((_, all)) => all.add(half),
            None => seconds.push((second, half.clone())),
        }
    }
    for (second, mut halves) in seconds {
        take(tallies, &second, &mut halves);
        // Whom the proxy could not hand on it took, and cut.
        if halves.cut() > 0 {
            for outcome in [FlowOutcome::Refused, FlowOutcome::Unanswered] {
                take(tallies, &Kind { outcome, ..second.clone() }, &mut halves);
            }
        }
    }
}

/// Takes as many of these as there are out of those that went the same way.
fn take(tallies: &mut Tallies, second: &Kind, halves: &mut Tally) {
    let found = tallies.all.keys().find(|kind| is_same_way(kind, second)).cloned();
    let Some(kind) = found else { return };
    let Some(tally) = tallies.all.get_mut(&kind) else { return };
    let before = tally.connections;
    tally.subtract(halves);
    halves.connections = halves.connections.saturating_sub(before);
    if tally.connections == 0 {
        tallies.all.remove(&kind);
    }
}

/// Whether two lead from the machine to one port of one container and went
/// alike, over whatever network.
fn is_same_way(a: &Kind, b: &Kind) -> bool {
    let key = |kind: &Kind| (kind.protocol, kind.port, kind.outcome, kind.via.is_none());
    a.client == b.client && a.server == b.server && key(a) == key(b)
}
