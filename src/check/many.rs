//! One sight of many pairs: it fails with any of them, and is unknown with any.

use foldhash::{HashMap, HashSet};

use super::evaluate::{Basis, Sight, Status};
use super::facts::listed;
use crate::graph::Map;

/// What is seen of a pair.
pub(super) type OfPair = (usize, usize, Sight);

/// Most groups of pairs that are told apart.
const MOST: usize = 3;

/// How bad a status is: the worst first.
pub(super) fn badness(status: Status) -> u8 {
    match status {
        Status::Fail => 0,
        Status::Unknown => 1,
        Status::Pass => 2,
    }
}

/// One sight of all of these, with the names of whom it is about.
pub(super) fn combined(map: &Map, sights: Vec<OfPair>, subjects: &mut Vec<String>) -> Sight {
    let of = sights.len();
    let worst = sights.iter().map(|(.., sight)| sight.status).min_by_key(|s| badness(*s));
    let of_it = sights.into_iter().filter(|(.., sight)| Some(sight.status) == worst).collect();
    worst_of(map, of_it, of, subjects)
}

/// One sight of pairs, given those whose status is the worst and how many
/// pairs there are.
pub(super) fn worst_of(
    map: &Map,
    sights: Vec<OfPair>,
    of: usize,
    subjects: &mut Vec<String>,
) -> Sight {
    let Some((.., first)) = sights.first() else {
        return Sight::new(Status::Pass, Basis::Engine, "it speaks of no pair");
    };
    let status = first.status;
    let basis = sights.iter().map(|(.., sight)| sight.basis).max().unwrap_or(Basis::Engine);
    if status == Status::Pass && of > 1 {
        return all_pass(basis, of);
    }
    let mut told: HashSet<&str> = HashSet::default();
    for (from, to, _) in &sights {
        for name in [from, to].map(|at| map.container(*at).name.as_str()) {
            if told.insert(name) && !subjects.iter().any(|subject| subject == name) {
                subjects.push(name.to_owned());
            }
        }
    }
    match of {
        1 => first.clone(),
        _ => Sight::new(status, basis, in_words(map, &sights)),
    }
}

/// What is said of pairs that all are as they should be.
pub(super) fn all_pass(basis: Basis, pairs: usize) -> Sight {
    let how = if basis == Basis::Map { "by the map all" } else { "all" };
    Sight::new(Status::Pass, basis, format!("{how} {pairs} pairs"))
}

/// What is seen of many pairs: those of which the same is to be said together.
fn in_words(map: &Map, sights: &[OfPair]) -> String {
    let name = |at: usize| map.container(at).name.clone();
    let mut groups: Vec<(usize, &str, Vec<usize>)> = Vec::new();
    let mut known: HashMap<(usize, &str), usize> = HashMap::default();
    for (from, to, sight) in sights {
        let group = *known.entry((*to, &sight.observed)).or_insert_with(|| {
            groups.push((*to, &sight.observed, Vec::new()));
            groups.len() - 1
        });
        groups[group].2.push(*from);
    }
    let told: Vec<String> = groups
        .iter()
        .take(MOST)
        .map(|(to, observed, from)| {
            let from: Vec<String> = from.iter().map(|at| name(*at)).collect();
            format!("{} → {}: {observed}", listed(&from), name(*to))
        })
        .collect();
    let more: usize = groups.iter().skip(MOST).map(|(.., from)| from.len()).sum();
    let tail = match more {
        0 => String::new(),
        1 => "\nand 1 more pair".to_owned(),
        more => format!("\nand {more} more pairs"),
    };
    told.join("\n") + &tail
}
