//! Judging some containers alone, after looking into no more than that takes.

use std::collections::BTreeSet;

use super::{Case, diagnose_about, needed};
use crate::graph::{Filter, Map, Selection};
use crate::model::{Finding, Observation, Snapshot};
use crate::sample::{self, SAMPLES};
use crate::testing::town::town;

/// What is known of a container before anybody has looked into it: what its log says.
fn outside(seen: &Observation) -> Observation {
    Observation {
        container: seen.container.clone(),
        id: seen.id.clone(),
        at: seen.at,
        log_errors: seen.log_errors.clone(),
        log_troubles: seen.log_troubles.clone(),
        log_connected: seen.log_connected,
        ..Observation::default()
    }
}

fn asked(map: &Map, name: &str) -> Selection {
    let filter = Filter { names: vec![name.to_owned()], stopped: true, ..Filter::default() };
    map.select(&filter).expect("it is there")
}

/// What is found about one container with the insides of those alone that this
/// takes, and how many these are.
fn found_by_few(snapshot: &Snapshot, name: &str) -> (Vec<Finding>, usize) {
    let mut known = snapshot.clone();
    known.observations = snapshot.observations.iter().map(outside).collect();
    let mut looked: BTreeSet<String> = BTreeSet::new();
    loop {
        let needed: BTreeSet<String> = {
            let map = Map::new(&known);
            let is_looked = |at| looked.contains(&map.container(at).id);
            let needed = needed(&Case::new(&map, None), &asked(&map, name), is_looked).into_iter();
            needed.map(|at| map.container(at).id.clone()).collect()
        };
        if needed.is_subset(&looked) {
            break;
        }
        for (known, seen) in known.observations.iter_mut().zip(&snapshot.observations) {
            if needed.contains(&seen.id) {
                known.clone_from(seen);
            }
        }
        looked.extend(needed);
    }
    let map = Map::new(&known);
    let mut found = diagnose_about(&map, None, &asked(&map, name), |_| true);
    found.findings.sort_by(|a, b| (a.rule, &a.subjects).cmp(&(b.rule, &b.subjects)));
    (found.findings, looked.len())
}

fn found_by_all(snapshot: &Snapshot, name: &str) -> Vec<Finding> {
    let map = Map::new(snapshot);
    let mut found = diagnose_about(&map, None, &asked(&map, name), |_| true);
    found.findings.sort_by(|a, b| (a.rule, &a.subjects).cmp(&(b.rule, &b.subjects)));
    found.findings
}

/// Of how many containers the insides were known, for each one that was asked about.
fn looked_into(what: &str, snapshot: &Snapshot, every: usize) -> Vec<usize> {
    let names = snapshot.containers.iter().map(|container| &*container.name).step_by(every);
    names
        .map(|name| {
            let (found, looked) = found_by_few(snapshot, name);
            assert_eq!(found, found_by_all(snapshot, name), "{what}: {name}");
            looked
        })
        .collect()
}

#[test]
fn what_is_found_of_some_takes_no_look_into_all() {
    for name in SAMPLES.iter().flat_map(|sample| sample.names()) {
        let snapshot = sample::read(&name).expect("a sample");
        looked_into(&name, &snapshot, 1);
    }
    // Where hardly a project is without something odd.
    let looked = looked_into("the town", &town(100, 12), 9);
    assert!(looked.iter().all(|looked| (20..70).contains(looked)), "{looked:?}");
}

/// All samples on machines of one map: what strangers do brings nobody in.
#[test]
fn who_has_nothing_to_do_with_it_is_not_looked_into() {
    let samples = SAMPLES.iter().flat_map(|sample| sample.names());
    let samples = samples.map(|name| (sample::read(&name).expect("a sample"), name));
    let live = samples.filter(|(snapshot, _)| snapshot.plan.is_none());
    let all =
        Snapshot::join(live.map(|(snapshot, name)| (name.replace('/', "."), snapshot)).collect());
    let looked = looked_into("all samples", &all, 11);
    let few = looked.iter().filter(|looked| **looked <= 5).count();
    assert!(all.containers.len() > 300 && 10 * few > 9 * looked.len(), "{looked:?}");
}
