//! What was tried on the wire, again and again, and came to nothing: the best
//! evidence there is that somebody wants it.

use std::net::IpAddr;

use foldhash::{HashMap, HashMapExt, HashSet};

use crate::graph::Map;
use crate::model::{Flow, FlowOutcome, FlowProtocol, Flows, Party};

/// Fewer tries may be one person's, or the tail of what is over.
const AGAIN: u64 = 3;

/// How many of a flow's connections came to nothing: nobody answered, or the
/// server ended them without a word. Short ones in which something was said are
/// what requests look like, however many there are.
pub fn in_vain(flow: &Flow) -> u64 {
    match flow.outcome {
        FlowOutcome::Refused | FlowOutcome::Unanswered => flow.connections,
        _ if flow.is_cut() => flow.cut,
        _ => 0,
    }
}

/// Tries of one container's.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// They, as they were seen.
    pub flow: &'a Flow,
    /// The address that was dialled.
    pub host: IpAddr,
}

/// For each container, by name, what it tried while somebody listened.
pub fn all<'a>(map: &Map<'a>) -> HashMap<&'a str, Vec<Tried<'a>>> {
    let mut all: HashMap<&str, Vec<Tried>> = HashMap::new();
    if let Some(flows) = &map.snapshot().flows {
        // One that was answered as well has a server that comes and goes.
        let way = |flow: &'a Flow| (&flow.client, &flow.server, flow.port);
        let is_served = |flow: &&Flow| flow.outcome.is_answered() && in_vain(flow) == 0;
        let answered = flows.flows.iter().filter(is_served);
        let answered: HashSet<_> = answered.map(way).collect();
        let failing = flows.flows.iter().filter(|flow| is_failing(flows, flow));
        for flow in failing.filter(|flow| !answered.contains(&way(flow))) {
            let (Party::Container { name }, Some(host)) = (&flow.client, dialled(map, flow)) else {
                continue;
            };
            all.entry(name).or_default().push(Tried { flow, host });
        }
    }
    all
}

/// Whether it failed while somebody listened. What the kernel remembers of
/// before may be netmap's own doing, or anybody's.
fn is_failing(flows: &Flows, flow: &Flow) -> bool {
    let is_now = flows.window_ms > 0 && flows.began.is_some_and(|began| flow.last_seen >= began);
    let is_plain = flow.protocol == FlowProtocol::Tcp && flow.via.is_empty();
    is_now && is_plain && in_vain(flow) >= AGAIN
}

/// The address that was dialled; nothing where it can only be guessed.
fn dialled(map: &Map<'_>, flow: &Flow) -> Option<IpAddr> {
    match &flow.server {
        Party::Container { name } => {
            let at = *map.containers_named(name).first()?;
            let network = flow.network.as_deref()?;
            let endpoints = map.endpoints(map.stack(at)?);
            let mut on_it =
                endpoints.filter(|(at, _)| at.is_some_and(|at| map.network(at).name == network));
            on_it.find_map(|(_, endpoint)| endpoint.addresses().next())
        }
        Party::Unknown { address } | Party::Outside { address: Some(address) } => Some(*address),
        _ => None,
    }
}
