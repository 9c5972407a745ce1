//! Which container and which network of one snapshot is which of the other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::{Container, Network, Snapshot};

/// Two snapshots and what in them is the same.
#[derive(Debug)]
pub struct Same<'a> {
    pub before: &'a Snapshot,
    pub after: &'a Snapshot,
    /// Positions in the one by those in the other.
    pub containers: BTreeMap<usize, usize>,
    pub networks: BTreeMap<usize, usize>,
}

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
fn matched<'a, T>(
    before: &'a [T],
    after: &'a [T],
    identities: &[Identity<'a, T>],
    rank: impl Fn(&'a T) -> (Option<u32>, &'a str, &'a str),
) -> BTreeMap<usize, usize> {
    let mut pairs: BTreeMap<usize, usize> = BTreeMap::new();
    let mut taken = vec![false; after.len()];
    for identity in identities {
        let mut groups: BTreeMap<Vec<&str>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for (at, item) in before.iter().enumerate().filter(|(at, _)| !pairs.contains_key(at)) {
            if let Some(key) = identity(item) {
                groups.entry(key).or_default().0.push(at);
            }
        }
        for (at, item) in after.iter().enumerate().filter(|(at, _)| !taken[*at]) {
            if let Some(key) = identity(item) {
                groups.entry(key).or_default().1.push(at);
            }
        }
        for (mine, theirs) in groups.into_values() {
            for (a, b) in paired(before, after, mine, theirs, &rank) {
                pairs.insert(a, b);
                taken[b] = true;
            }
        }
    }
    pairs
}

/// Pairs those that one identity calls the same, which are several only for
/// replicas and for twins: the most alike first.
fn paired<'a, T>(
    before: &'a [T],
    after: &'a [T],
    mut mine: Vec<usize>,
    mut theirs: Vec<usize>,
    rank: &impl Fn(&'a T) -> (Option<u32>, &'a str, &'a str),
) -> Vec<(usize, usize)> {
    let (of_mine, of_theirs) = (|a: usize| rank(&before[a]), |b: usize| rank(&after[b]));
    let mut pairs = Vec::new();
    let (mine, theirs) = (&mut mine, &mut theirs);
    pair_equals(&mut pairs, (mine, theirs), |a| Some(of_mine(a)), |b| Some(of_theirs(b)));
    pair_equals(&mut pairs, (mine, theirs), |a| of_mine(a).0, |b| of_theirs(b).0);
    pair_equals(&mut pairs, (mine, theirs), |a| Some(of_mine(a).1), |b| Some(of_theirs(b).1));
    // Numbered ones that differ in their number are different ones.
    let unnumbered = |(replica, ..): (Option<u32>, &str, &str)| replica.is_none().then_some(());
    pair_equals(
        &mut pairs,
        (mine, theirs),
        |a| unnumbered(of_mine(a)),
        |b| unnumbered(of_theirs(b)),
    );
    pairs
}

/// Moves those that have a key in common from the two lists to the pairs, the
/// first of each first.
fn pair_equals<K: Ord>(
    pairs: &mut Vec<(usize, usize)>,
    (mine, theirs): (&mut Vec<usize>, &mut Vec<usize>),
    key_of_mine: impl Fn(usize) -> Option<K>,
    key_of_theirs: impl Fn(usize) -> Option<K>,
) {
    let mut free: BTreeMap<K, VecDeque<usize>> = BTreeMap::new();
    for b in theirs.iter().copied() {
        if let Some(key) = key_of_theirs(b) {
            free.entry(key).or_default().push_back(b);
        }
    }
    let mut taken = BTreeSet::new();
    mine.retain(|a| {
        let found = key_of_mine(*a).and_then(|key| free.get_mut(&key)?.pop_front());
        pairs.extend(found.map(|b| (*a, b)));
        taken.extend(found);
        found.is_none()
    });
    theirs.retain(|b| !taken.contains(b));
}

fn lone<'a, T>(
    before: &'a [T],
    after: &'a [T],
    pairs: &BTreeMap<usize, usize>,
) -> (Vec<&'a T>, Vec<&'a T>) {
    let mut taken = vec![false; after.len()];
    for at in pairs.values() {
        taken[*at] = true;
    }
    let gone = before.iter().enumerate().filter(|(at, _)| !pairs.contains_key(at));
    let new = after.iter().enumerate().filter(|(at, _)| !taken[*at]);
    (gone.map(|(_, item)| item).collect(), new.map(|(_, item)| item).collect())
}
