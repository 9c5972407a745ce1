//! The order in which networks and containers are shown.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Map, Selection, StackOwner};
use crate::model::{ContainerAt, Natural, NetworkAt};

/// Orders networks so that those with many members in common are neighbours:
/// from the one with the smallest name on, always the one that shares most
/// with those before it. The host's stack comes last.
pub fn networks(map: &Map, chosen: &BTreeSet<NetworkAt>) -> Vec<NetworkAt> {
    let key = |at: NetworkAt, shared: usize| {
        let network = map.network(at);
        let last = network.is_host() || network.is_none();
        // Most shared members first, then project and name.
        let project = (network.project.is_none(), network.project.as_deref().map(Natural));
        // Their positions are those of their names.
        (last, Reverse(shared), project, at)
    };
    let mut shared: BTreeMap<NetworkAt, usize> =
        chosen.iter().map(|network| (*network, 0)).collect();
    let mut waiting: BTreeSet<_> = chosen.iter().map(|network| key(*network, 0)).collect();
    let mut ordered = Vec::with_capacity(chosen.len());
    while let Some((.., next)) = waiting.pop_first() {
        shared.remove(&next);
        ordered.push(next);
        for member in map.members(next) {
            for other in map.networks_of(*member) {
                if let Some(shared) = shared.get_mut(&other) {
                    waiting.remove(&key(other, *shared));
                    *shared += 1;
                    waiting.insert(key(other, *shared));
                }
            }
        }
    }
    ordered
}

/// Orders containers by the first and last of their networks, so that the
/// grid reads like a staircase; sidecars follow the owner of their stack.
pub fn containers(map: &Map, selection: &Selection, networks: &[NetworkAt]) -> Vec<ContainerAt> {
    let rank: BTreeMap<NetworkAt, usize> =
        networks.iter().enumerate().map(|(rank, at)| (*at, rank)).collect();
    let place = |at: ContainerAt| {
        let ranks = || map.networks_of(at).filter_map(|network| rank.get(&network).copied());
        let none = networks.len();
        (ranks().min().unwrap_or(none), ranks().max().unwrap_or(none))
    };
    let mut owners: Vec<ContainerAt> = selection
        .containers
        .iter()
        .copied()
        .filter(|at| !matches!(map.stack_owner(*at), StackOwner::Other(owner) if selection.containers.contains(&owner)))
        .collect();
    owners.sort_by_cached_key(|at| (place(*at), *at));
    owners
        .into_iter()
        .flat_map(|owner| {
            let sidecars =
                map.sidecars(owner).iter().copied().filter(|at| selection.containers.contains(at));
            std::iter::once(owner).chain(sidecars)
        })
        .collect()
}
