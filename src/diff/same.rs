//! Which container and which network of one snapshot is which of the other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::{
    Container, ContainerAt, Listed, Network, NetworkAt, PerAt, Snapshot, with_positions,
};

/// Two snapshots and what in them is the same.
#[derive(Debug)]
pub struct Same<'a> {
    pub before: &'a Snapshot,
    pub after: &'a Snapshot,
    /// Positions in the second by those in the first.
    pub containers: BTreeMap<ContainerAt, ContainerAt>,
    pub networks: BTreeMap<NetworkAt, NetworkAt>,
}

/// One of a list, with its position there.
type Item<'a, T> = (<T as Listed>::At, &'a T);

/// Those of the first list and those of the second.
type Both<'a, T> = (Vec<Item<'a, T>>, Vec<Item<'a, T>>);

/// Somebody's identity, as far as one way of telling goes.
type Identity<'a, T> = fn(&'a T) -> Option<Vec<&'a str>>;

impl<'a> Same<'a> {
    pub fn new(before: &'a Snapshot, after: &'a Snapshot) -> Self {
        let of_containers: [Identity<Container>; 3] = [
            |container| {
                let compose = &container.compose;
                Some(vec![compose.project.as_deref()?, compose.service.as_deref()?])
            },
            |container| Some(vec![&container.name]),
            |container| (!container.id.is_empty()).then(|| vec![container.id.as_str()]),
        ];
        let of_networks: [Identity<Network>; 1] = [|network| Some(vec![&network.name])];
        // Replicas of a service are told apart by their number, and those
        // without one by their name.
        let rank = |container: &'a Container| {
            (container.compose.replica, container.name.as_str(), container.id.as_str())
        };
        Self {
            before,
            after,
            containers: matched(&before.containers, &after.containers, &of_containers, rank),
            networks: matched(&before.networks, &after.networks, &of_networks, |network| {
                (None, network.name.as_str(), network.id.as_str())
            }),
        }
    }

    /// The pairs of containers that are the same one.
    pub fn container_pairs(&self) -> impl Iterator<Item = (&'a Container, &'a Container)> {
        let (before, after) = (self.before, self.after);
        self.containers.iter().map(move |(a, b)| (&before.containers[*a], &after.containers[*b]))
    }

    /// The pairs of networks that are the same one.
    pub fn network_pairs(&self) -> impl Iterator<Item = (&'a Network, &'a Network)> {
        let (before, after) = (self.before, self.after);
        self.networks.iter().map(move |(a, b)| (&before.networks[*a], &after.networks[*b]))
    }

    /// The containers that only the one has, and those that only the other has.
    pub fn lone_containers(&self) -> (Vec<&'a Container>, Vec<&'a Container>) {
        lone(&self.before.containers, &self.after.containers, &self.containers)
    }

    /// Likewise for networks.
    pub fn lone_networks(&self) -> (Vec<&'a Network>, Vec<&'a Network>) {
        lone(&self.before.networks, &self.after.networks, &self.networks)
    }
}

/// Matches the items of two lists: by the first identity all that have it,
/// by the next those that are left, and so on. Treats both lists alike.
fn matched<'a, T: Listed>(
    before: &'a [T],
    after: &'a [T],
    identities: &[Identity<'a, T>],
    rank: impl Fn(&'a T) -> (Option<u32>, &'a str, &'a str),
) -> BTreeMap<T::At, T::At> {
    let mut pairs: BTreeMap<T::At, T::At> = BTreeMap::new();
    let mut taken = PerAt::filled(after, false);
    for identity in identities {
        let mut groups: BTreeMap<Vec<&str>, Both<T>> = BTreeMap::new();
        for (at, item) in with_positions(before).filter(|(at, _)| !pairs.contains_key(at)) {
            if let Some(key) = identity(item) {
                groups.entry(key).or_default().0.push((at, item));
            }
        }
        for (at, item) in with_positions(after).filter(|(at, _)| !taken[*at]) {
            if let Some(key) = identity(item) {
                groups.entry(key).or_default().1.push((at, item));
            }
        }
        for (mine, theirs) in groups.into_values() {
            for (a, b) in paired(mine, theirs, &rank) {
                pairs.insert(a, b);
                taken[b] = true;
            }
        }
    }
    pairs
}

/// Pairs those that one identity calls the same, which are several only for
/// replicas and for twins: the most alike first.
fn paired<'a, T: Listed>(
    mine: Vec<Item<'a, T>>,
    theirs: Vec<Item<'a, T>>,
    rank: &impl Fn(&'a T) -> (Option<u32>, &'a str, &'a str),
) -> Vec<(T::At, T::At)> {
    let mut pairs = Vec::new();
    let mut both = (mine, theirs);
    pair_equals(&mut pairs, &mut both, |item| Some(rank(item)));
    pair_equals(&mut pairs, &mut both, |item| rank(item).0);
    pair_equals(&mut pairs, &mut both, |item| Some(rank(item).1));
    // Numbered ones that differ in their number are different ones.
    pair_equals(&mut pairs, &mut both, |item| rank(item).0.is_none().then_some(()));
    pairs
}

/// Moves those that have a key in common from the two lists to the pairs, the
/// first of each first.
fn pair_equals<'a, T: Listed, K: Ord>(
    pairs: &mut Vec<(T::At, T::At)>,
    (mine, theirs): &mut Both<'a, T>,
    key: impl Fn(&'a T) -> Option<K>,
) {
    let mut free: BTreeMap<K, VecDeque<T::At>> = BTreeMap::new();
    for (at, item) in theirs.iter() {
        if let Some(key) = key(item) {
            free.entry(key).or_default().push_back(*at);
        }
    }
    let mut taken = BTreeSet::new();
    mine.retain(|(at, item)| {
        let found = key(item).and_then(|key| free.get_mut(&key)?.pop_front());
        pairs.extend(found.map(|found| (*at, found)));
        taken.extend(found);
        found.is_none()
    });
    theirs.retain(|(at, _)| !taken.contains(at));
}

fn lone<'a, T: Listed>(
    before: &'a [T],
    after: &'a [T],
    pairs: &BTreeMap<T::At, T::At>,
) -> (Vec<&'a T>, Vec<&'a T>) {
    let mut taken = PerAt::filled(after, false);
    for at in pairs.values() {
        taken[*at] = true;
    }
    let gone = with_positions(before).filter(|(at, _)| !pairs.contains_key(at));
    let new = with_positions(after).filter(|(at, _)| !taken[*at]);
    (gone.map(|(_, item)| item).collect(), new.map(|(_, item)| item).collect())
}
