//! One sight of many pairs: it fails with any of them, and is unknown with any.

use std::collections::HashSet;

use super::verdict::{Assessment, Basis, CheckStatus};
use super::words::some_or_none;
use crate::graph::Map;
use crate::model::ContainerAt;
use crate::model::words::count;

/// What is said where there is no pair at all.
pub(super) const NO_PAIR: &str = "it speaks of no pair";

/// Most groups of pairs that are told apart.
const MOST: usize = 3;

/// Pairs of which none is better than another: those that decide.
pub(super) struct Worst {
    pub status: CheckStatus,
    /// What the least certain of them rests on.
    pub basis: Basis,
    /// Sources and targets.
    pub pairs: Vec<(ContainerAt, ContainerAt)>,
    /// How many pairs there are in all.
    pub of: usize,
}

/// How bad a status is: the worst first.
pub(super) fn badness(status: CheckStatus) -> u8 {
    match status {
        CheckStatus::Fail => 0,
        CheckStatus::Unknown => 1,
        CheckStatus::Pass => 2,
    }
}

/// One sight of all of these, with the names of whom it is about.
pub(super) fn combined(
    map: &Map,
    mut sights: Vec<(ContainerAt, ContainerAt, Assessment)>,
    subjects: &mut Vec<String>,
) -> Assessment {
    let of = sights.len();
    let worst = sights.iter().map(|(.., sight)| sight.status).min_by_key(|s| badness(*s));
    let Some(status) = worst else {
        return Assessment::new(CheckStatus::Pass, Basis::Engine, NO_PAIR);
    };
    sights.retain(|(.., sight)| sight.status == status);
    let basis = sights.iter().map(|(.., sight)| sight.basis).max().unwrap_or(Basis::Engine);
    let pairs = sights.iter().map(|(from, to, _)| (*from, *to)).collect();
    Worst { status, basis, pairs, of }.told(map, |at, _| sights[at].2.clone(), subjects)
}

impl Worst {
    /// One sight of all pairs, with the names of whom it is about. `sight` is
    /// asked for that of a pair, given with its position, where it is to be told.
    pub fn told(
        self,
        map: &Map,
        sight: impl Fn(usize, (ContainerAt, ContainerAt)) -> Assessment,
        subjects: &mut Vec<String>,
    ) -> Assessment {
        if self.status == CheckStatus::Pass && self.of > 1 {
            let how = if self.basis == Basis::Map { "predicted: all" } else { "all" };
            return Assessment::new(self.status, self.basis, format!("{how} {} pairs", self.of));
        }
        let mut known: HashSet<String> = subjects.iter().cloned().collect();
        let mut told = HashSet::new();
        for at in self.pairs.iter().flat_map(|(from, to)| [*from, *to]) {
            if told.insert(at) {
                let name = &map.container(at).name;
                if known.insert(name.clone()) {
                    subjects.push(name.clone());
                }
            }
        }
        match self.of {
            1 => sight(0, self.pairs[0]),
            _ => Assessment::new(self.status, self.basis, self.in_words(map, sight)),
        }
    }

    /// What is seen of many pairs: those of which the same is to be said
    /// together.
    fn in_words(
        &self,
        map: &Map,
        sight: impl Fn(usize, (ContainerAt, ContainerAt)) -> Assessment,
    ) -> String {
        let name = |at: ContainerAt| map.container(at).name.clone();
        let mut groups: Vec<(ContainerAt, String, Vec<String>)> = Vec::new();
        let mut more = 0;
        for (at, (from, to)) in self.pairs.iter().enumerate() {
            let full = groups.len() == MOST;
            // Nothing that is told is about this target.
            if full && groups.iter().all(|(told, ..)| told != to) {
                more += 1;
                continue;
            }
            let observed = sight(at, (*from, *to)).observed;
            match groups.iter_mut().find(|group| group.0 == *to && group.1 == observed) {
                Some((.., sources)) => sources.push(name(*from)),
                None if full => more += 1,
                None => groups.push((*to, observed, vec![name(*from)])),
            }
        }
        let told: Vec<String> = groups
            .iter()
            .map(|(to, observed, from)| {
                format!("{} → {}: {observed}", some_or_none(from), name(*to))
            })
            .collect();
        let tail = match more {
            0 => String::new(),
            more => format!("\nand {}", count(more, "more pair")),
        };
        told.join("\n") + &tail
    }
}
