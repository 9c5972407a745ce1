//! The engine's proxy makes a connection to a port of the machine two: one to
//! itself, and one from the machine to the container. They are one flow, and
//! the second half of it is no flow of the machine's.

use foldhash::{HashMap, HashMapExt};

use super::tally::{Kind, Tallies, Tally};
use crate::model::{FlowOutcome, FlowProtocol, HopBy, Party};

/// Which way a half goes, over whichever network: who began it, who was dialled and where,
/// and what came of it.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Way {
    client: Party,
    server: Party,
    protocol: FlowProtocol,
    port: Option<u16>,
    outcome: FlowOutcome,
}

impl Way {
    fn of(kind: &Kind) -> Self {
        let Kind { client, server, network: _, protocol, port, via: _, outcome } = kind;
        let (client, server) = (client.clone(), server.clone());
        Self { client, server, protocol: *protocol, port: *port, outcome: *outcome }
    }
}

/// Takes the proxy's own halves out of what the machine did.
pub fn join(tallies: &mut Tallies) {
    let is_proxied = |kind: &Kind| kind.via.is_some_and(|hop| hop.by == HopBy::Proxy);
    // What a proxy made of those that came to it.
    let mut seconds: HashMap<Way, Tally> = HashMap::new();
    for (first, half) in tallies.all.iter().filter(|(kind, _)| is_proxied(kind)) {
        let second = Way { client: Party::Host, ..Way::of(first) };
        match seconds.get_mut(&second) {
            Some(all) => all.add(half),
            None => drop(seconds.insert(second, half.clone())),
        }
    }
    let mut by_way: HashMap<Way, Vec<Kind>> = HashMap::new();
    for kind in tallies.all.keys().filter(|kind| kind.via.is_none() && kind.client == Party::Host) {
        by_way.entry(Way::of(kind)).or_default().push(kind.clone());
    }
    for (second, mut halves) in seconds {
        take(tallies, by_way.get(&second), &mut halves);
        // Whom the proxy could not hand on it took, and cut.
        if halves.cut() > 0 {
            for outcome in [FlowOutcome::Refused, FlowOutcome::Unanswered] {
                let second = Way { outcome, ..second.clone() };
                take(tallies, by_way.get(&second), &mut halves);
            }
        }
    }
}

/// Takes as many as these are out of one of those that went the same way.
fn take(tallies: &mut Tallies, same_way: Option<&Vec<Kind>>, halves: &mut Tally) {
    let mut kinds = same_way.into_iter().flatten();
    let Some(kind) = kinds.find(|kind| tallies.all.contains_key(*kind)) else { return };
    let Some(tally) = tallies.all.get_mut(kind) else { return };
    let before = tally.connections;
    tally.subtract(halves);
    halves.connections = halves.connections.saturating_sub(before);
    if tally.connections == 0 {
        tallies.all.remove(kind);
    }
}
