//! The engine's proxy makes a connection to a port of the machine two: one to
//! itself, and one from the machine to the container. They are one flow, and
//! the second half of it is no flow of the machine's.

use super::tally::{Kind, Tallies};
use crate::model::{HopBy, Party};

/// Takes the proxy's own halves out of what the machine did.
pub fn join(tallies: &mut Tallies) {
    let is_proxied = |kind: &Kind| kind.via.is_some_and(|hop| hop.by == HopBy::Proxy);
    let firsts: Vec<Kind> = tallies.all.keys().filter(|kind| is_proxied(kind)).cloned().collect();
    let mut seconds: Vec<(Kind, u64, u64)> = Vec::new();
    for first in firsts {
        let second = Kind { client: Party::Host, via: None, ..first.clone() };
        let (connections, open) = {
            let tally = &tallies.all[&first];
            (tally.connections, tally.open)
        };
        match seconds.iter_mut().find(|(kind, ..)| same_way(kind, &second)) {
            Some((_, all, all_open)) => {
                *all += connections;
                *all_open += open;
            }
            None => seconds.push((second, connections, open)),
        }
    }
    for (second, connections, open) in seconds {
        let found = tallies.all.keys().find(|kind| same_way(kind, &second)).cloned();
        let Some(kind) = found else { continue };
        let Some(tally) = tallies.all.get_mut(&kind) else { continue };
        tally.connections = tally.connections.saturating_sub(connections);
        tally.open = tally.open.saturating_sub(open).min(tally.connections);
        if tally.connections == 0 {
            tallies.all.remove(&kind);
        }
    }
}

/// Whether two lead from the machine to one port of one container and went
/// alike, over whatever network.
fn same_way(a: &Kind, b: &Kind) -> bool {
    let key = |kind: &Kind| (kind.protocol, kind.port, kind.outcome, kind.via.is_none());
    a.client == b.client && a.server == b.server && key(a) == key(b)
}
