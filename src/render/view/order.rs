//! The order in which networks and containers are shown.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Map, Selection, StackOwner};
use crate::model::{ContainerAt, Natural, NetworkAt};
use crate::order::{OrderBy, Ordered};

/// Who is on more networks than this is counted once for all of them.
const MANY: usize = 8;

/// Orders networks so that those with many members in common are neighbours:
/// from the one with the smallest name on, always the one that shares most
/// with those before it. The host's stack comes last.
pub fn networks(map: &Map, chosen: &BTreeSet<NetworkAt>) -> Vec<NetworkAt> {
    by_shared(map, chosen, MANY)
}

/// What decides which network is next: most shared members first, then project and name.
type Key<'a> = (bool, Reverse<usize>, (bool, Option<Natural<&'a str>>), NetworkAt);

/// Networks that the same containers of many networks are on. These are shared by all of
/// them alike, and counted once.
#[derive(Default)]
struct Group<'a> {
    shared: usize,
    /// Those that wait, by what they share beyond that.
    waiting: BTreeSet<Key<'a>>,
}

impl<'a> Group<'a> {
    fn first(&self) -> Option<Key<'a>> {
        let (last, Reverse(shared), project, at) = *self.waiting.first()?;
        Some((last, Reverse(shared + self.shared), project, at))
    }
}

/// The networks that wait for their place.
struct Waiting<'a> {
    map: &'a Map<'a>,
    groups: Vec<Group<'a>>,
    /// The first of each group, with the group's number.
    firsts: BTreeSet<(Key<'a>, usize)>,
    /// Of each that waits the group, and what it shares beyond what that does.
    places: BTreeMap<NetworkAt, (usize, usize)>,
    /// The groups of each container that is on many networks.
    groups_of: BTreeMap<ContainerAt, Vec<usize>>,
}

impl<'a> Waiting<'a> {
    fn new(map: &'a Map<'a>, chosen: &BTreeSet<NetworkAt>, many: usize) -> Self {
        let is_on_many = |member: &ContainerAt| {
            let networks: Vec<NetworkAt> = map.networks_of(*member).collect();
            let different: BTreeSet<NetworkAt> = networks.iter().copied().into_set();
            networks.len() > many && different.len() == networks.len()
        };
        let on_many: BTreeSet<ContainerAt> = map.containers().filter(is_on_many).into_set();
        let mut numbers: BTreeMap<Vec<ContainerAt>, usize> = BTreeMap::new();
        let (groups, firsts) = (Vec::new(), BTreeSet::new());
        let (places, groups_of) = (BTreeMap::new(), BTreeMap::new());
        let mut waiting = Self { map, groups, firsts, places, groups_of };
        for network in chosen {
            let members = map.members(*network).iter().copied();
            let common: Vec<ContainerAt> = members.filter(|at| on_many.contains(at)).collect();
            let number = *numbers.entry(common).or_insert_with_key(|common| {
                let number = waiting.groups.len();
                for member in common {
                    waiting.groups_of.entry(*member).or_default().push(number);
                }
                waiting.groups.push(Group::default());
                number
            });
            let key = waiting.key(*network, 0);
            waiting.groups[number].waiting.insert(key);
            waiting.places.insert(*network, (number, 0));
        }
        let firsts = waiting.groups.iter().zip(0..);
        waiting.firsts = firsts.filter_map(|(group, at)| Some((group.first()?, at))).collect();
        waiting
    }

    fn key(&self, at: NetworkAt, shared: usize) -> Key<'a> {
        let network = self.map.network(at);
        let last = network.is_host() || network.is_none();
        let project = (network.project.is_none(), network.project.as_deref().map(Natural));
        // Their positions are those of their names.
        (last, Reverse(shared), project, at)
    }

    /// Changes a group, and its place with it.
    fn change(&mut self, number: usize, change: impl FnOnce(&mut Group<'a>)) {
        let group = &mut self.groups[number];
        let before = group.first();
        change(group);
        let after = group.first();
        if before != after {
            if let Some(key) = before {
                self.firsts.remove(&(key, number));
            }
            self.firsts.extend(after.map(|key| (key, number)));
        }
    }

    /// Takes out the next.
    fn take(&mut self) -> Option<NetworkAt> {
        let ((.., next), number) = *self.firsts.first()?;
        let (_, shared) = self.places.remove(&next)?;
        let key = self.key(next, shared);
        self.change(number, |group| _ = group.waiting.remove(&key));
        Some(next)
    }

    /// Counts a member that the others share with the one that was taken out.
    fn share(&mut self, member: ContainerAt) {
        if let Some(groups) = self.groups_of.get(&member).cloned() {
            for number in groups {
                self.change(number, |group| group.shared += 1);
            }
            return;
        }
        let map = self.map;
        for network in map.networks_of(member) {
            let Some((number, shared)) = self.places.get_mut(&network) else { continue };
            let (number, before) = (*number, *shared);
            *shared += 1;
            let (old, new) = (self.key(network, before), self.key(network, before + 1));
            self.change(number, |group| {
                group.waiting.remove(&old);
                group.waiting.insert(new);
            });
        }
    }
}

fn by_shared(map: &Map, chosen: &BTreeSet<NetworkAt>, many: usize) -> Vec<NetworkAt> {
    let mut waiting = Waiting::new(map, chosen, many);
    let mut ordered = Vec::with_capacity(chosen.len());
    while let Some(next) = waiting.take() {
        ordered.push(next);
        map.members(next).iter().for_each(|member| waiting.share(*member));
    }
    ordered
}

/// Orders containers by the first and last of their networks, so that the
/// grid reads like a staircase; sidecars follow the owner of their stack.
pub fn containers(map: &Map, selection: &Selection, networks: &[NetworkAt]) -> Vec<ContainerAt> {
    let rank: BTreeMap<NetworkAt, usize> =
        networks.iter().enumerate().map(|(rank, at)| (*at, rank)).into_map();
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
    owners.order_by_cached_key(|at| (place(*at), *at));
    owners
        .into_iter()
        .flat_map(|owner| {
            let sidecars =
                map.sidecars(owner).iter().copied().filter(|at| selection.containers.contains(at));
            std::iter::once(owner).chain(sidecars)
        })
        .collect()
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
