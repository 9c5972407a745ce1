//! Who was seen to talk to whom, where a file asks about it. What was not seen
//! is not seen in the time that was looked, and says no more.

use std::collections::BTreeSet;

use super::verdict::{Assessment, Basis, CheckStatus};
use super::who::Who;
use super::{FlowClaim, FlowEnd, FlowTarget, Sources};
use crate::graph::Map;
use crate::model::words::comma_separated;
use crate::model::{Flow, Flows, Part, Party};
use crate::order::Ordered;

/// Flows that are named where they should not be.
const MOST: usize = 5;

/// Holds a claim against what was seen.
pub(super) fn judge(
    map: &Map,
    who: &Who,
    claim: &FlowClaim,
    subjects: &mut Vec<String>,
) -> Assessment {
    let unknown = |why: String| Assessment::new(CheckStatus::Unknown, Basis::Measured, why);
    let Some(flows) = &map.snapshot().flows else {
        return unknown("nobody looked at the flows".to_owned());
    };
    let judging = match Judging::new(map, who, flows, claim) {
        Ok(judging) => judging,
        Err(missing) => {
            return Assessment::new(CheckStatus::Fail, Basis::Engine, missing);
        }
    };
    subjects.extend(judging.clients.iter().flatten().cloned());
    if claim.wanted { judging.wanted() } else { judging.unwanted() }
}

/// A claim, with whom it means.
struct Judging<'a> {
    flows: &'a Flows,
    /// The names of those who begin; nothing for anybody.
    clients: Option<BTreeSet<String>>,
    /// For `only`, those who may.
    but: BTreeSet<String>,
    /// For each target the names of the containers that it means.
    targets: Vec<(BTreeSet<String>, &'a FlowTarget)>,
}

impl<'a> Judging<'a> {
    fn new(map: &Map, who: &Who, flows: &'a Flows, claim: &'a FlowClaim) -> Result<Self, String> {
        let named = |names: &[String]| -> Result<BTreeSet<String>, String> {
            let mut all = BTreeSet::new();
            for name in names {
                let found = who.containers(name)?;
                all.extend(found.into_iter().map(|at| map.container(at).name.clone()));
            }
            Ok(all)
        };
        let (clients, but) = match &claim.from {
            // Whoever is nobody's container counts, too.
            Sources::Everybody if !claim.wanted => (None, BTreeSet::new()),
            Sources::AllBut(names) if !claim.wanted => (None, named(names)?),
            from => {
                let (found, _) = who.sources(from)?;
                let names = found.into_iter().map(|at| map.container(at).name.clone());
                (Some(names.collect()), BTreeSet::new())
            }
        };
        let targets = claim.to.iter().map(|target| {
            let names = match &target.end {
                FlowEnd::Container(name) => named(std::slice::from_ref(name))?,
                FlowEnd::Internet | FlowEnd::Host => BTreeSet::new(),
            };
            Ok::<_, String>((names, target))
        });
        let targets = targets.collect::<Result<_, _>>()?;
        Ok(Self { flows, clients, but, targets })
    }

    fn leads_to(&self, flow: &Flow, (names, target): &(BTreeSet<String>, &FlowTarget)) -> bool {
        let end = match &target.end {
            FlowEnd::Container(_) => flow.server.containers().iter().any(|n| names.contains(n)),
            FlowEnd::Internet => flow.server.is_outside(),
            FlowEnd::Host => flow.server == Party::Host,
        };
        let fits_port = target.port.is_none_or(|port| flow.port == Some(port));
        end && fits_port && target.protocol.is_none_or(|protocol| flow.protocol == protocol)
    }

    /// Each of those who begin is to have been answered by each target.
    fn wanted(&self) -> Assessment {
        let mut missing = Vec::new();
        for client in self.clients.iter().flatten() {
            for target in &self.targets {
                let mut to = self.flows.flows.iter().filter(|flow| {
                    flow.client.containers().contains(client) && self.leads_to(flow, target)
                });
                let tried = to.clone().next().is_some();
                if !to.any(|flow| flow.outcome.is_answered()) {
                    let what = if tried { "was not answered by" } else { "was not seen with" };
                    missing.push((client.clone(), format!("{client} {what} {}", target.1.words())));
                }
            }
        }
        if missing.is_empty() {
            return Assessment::new(CheckStatus::Pass, Basis::Measured, self.seen());
        }
        let told: Vec<String> = missing.iter().map(|(_, told)| told.clone()).collect();
        let told = format!("{} {}", comma_separated(&told, MOST), self.window());
        let blind = missing.iter().map(|(client, _)| client).find(|client| self.is_blind(client));
        let status = if blind.is_some() { CheckStatus::Unknown } else { CheckStatus::Fail };
        Assessment::new(status, Basis::Measured, told + &self.blindness(blind))
    }

    /// Nobody is to have been seen with any target.
    fn unwanted(&self) -> Assessment {
        let begins = |flow: &Flow| match &self.clients {
            Some(clients) => flow.client.containers().iter().any(|name| clients.contains(name)),
            None => {
                let of = flow.client.containers();
                of.is_empty() || !of.iter().all(|name| self.but.contains(name))
            }
        };
        let seen: Vec<String> = self
            .flows
            .flows
            .iter()
            .filter(|flow| begins(flow))
            .filter(|flow| self.targets.iter().any(|target| self.leads_to(flow, target)))
            .map(|flow| format!("{} → {}:{}", flow.client, flow.server, flow.service()))
            .into_set()
            .into_iter()
            .collect();
        if !seen.is_empty() {
            let told = format!("seen: {}", comma_separated(&seen, MOST));
            return Assessment::new(CheckStatus::Fail, Basis::Measured, told);
        }
        let blind = match &self.clients {
            Some(clients) => clients.iter().find(|client| self.is_blind(client)).cloned(),
            None => self.blind().next().map(str::to_owned),
        };
        let status = if blind.is_some() { CheckStatus::Unknown } else { CheckStatus::Pass };
        let told = format!("not seen {}", self.window());
        Assessment::new(status, Basis::Measured, told + &self.blindness(blind.as_ref()))
    }

    /// The containers of which not all could be seen.
    fn blind(&self) -> impl Iterator<Item = &str> {
        self.flows.not_looked.iter().filter_map(|note| match &note.part {
            Part::Container { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    fn is_blind(&self, client: &str) -> bool {
        self.blind().any(|name| name == client)
    }

    fn blindness(&self, of: Option<&String>) -> String {
        of.map_or(String::new(), |name| format!("; not all of {name} could be seen"))
    }

    fn seen(&self) -> String {
        format!("seen {}", self.window())
    }

    fn window(&self) -> String {
        match self.flows.window_ms {
            0 => "in one look".to_owned(),
            ms => format!("in {} s", ms.div_ceil(1000)),
        }
    }
}

impl FlowTarget {
    /// `api:8080`, `db`, `the internet`.
    pub(super) fn words(&self) -> String {
        let end = match &self.end {
            FlowEnd::Container(name) => name.as_str(),
            FlowEnd::Internet => "the internet",
            FlowEnd::Host => "the host",
        };
        match (self.port, self.protocol) {
            (Some(port), Some(protocol)) => format!("{end}:{port}/{protocol}"),
            (Some(port), None) => format!("{end}:{port}"),
            (None, _) => end.to_owned(),
        }
    }
}
