//! Going through all pairs of a crowd, which are as many as its square: those
//! of one kind are judged together.
//!
//! With a target most of the crowd has nothing in common, and those that are
//! alike are one group. So are those on a network of many that the target is
//! on, as far as they share no other network with it. What is left are few,
//! and each is judged by itself.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt, HashSet};

use super::many::{Worst, badness};
use super::tries::Tries;
use super::verdict::{Assessment, Basis, CheckStatus};
use crate::graph::{Map, PairKind, PairKinds};
use crate::model::{ContainerAt, NetworkAt};

/// More than so many on a network are judged in groups.
pub(super) const FEW: usize = 20;

/// For each target sources.
pub(super) type SourcesOf = HashMap<ContainerAt, BTreeSet<ContainerAt>>;

/// What was judged of each kind of pair so far.
pub(super) type Known<V> = HashMap<PairKind, V>;

/// All ordered pairs of the containers that quantifiers speak of, but for
/// those that share a network stack.
pub(super) struct Pairs<'w, 'a> {
    map: &'a Map<'a>,
    crowd: &'w BTreeSet<ContainerAt>,
    kinds: PairKinds<'a, 'a>,
    /// The crowd, by what its members are like.
    alike: BTreeMap<usize, Vec<ContainerAt>>,
    /// The networks with many of the crowd on them.
    rooms: HashMap<NetworkAt, Room>,
    /// Those of the crowd on the host's network stack.
    on_host: Vec<ContainerAt>,
    /// The pairs that were measured, each of which is like no other.
    measured: SourcesOf,
    /// Pairs that are left out.
    but: &'w SourcesOf,
}

/// A network with many of the crowd on it.
#[derive(Debug, Default)]
struct Room {
    people: usize,
    /// Those that are alike and meet others at the same endpoint of theirs.
    groups: BTreeMap<(usize, u16), Vec<ContainerAt>>,
    /// Those that are like no others to anybody they meet.
    singles: Vec<ContainerAt>,
}

/// The pairs with one target.
pub(super) struct Found<'p, 'a, V> {
    kinds: &'p PairKinds<'a, 'a>,
    /// Sources that were judged by themselves.
    singles: Vec<(ContainerAt, V)>,
    /// Groups of sources, and whether they are those of the room.
    groups: Vec<(&'p [ContainerAt], bool, V)>,
    /// Who of the crowd is in no group.
    near: HashSet<ContainerAt>,
    /// The network of many that the target is on.
    pub room: Option<NetworkAt>,
    /// How many pairs there are.
    pub pairs: usize,
}

impl<'w, 'a> Pairs<'w, 'a> {
    pub fn new(tries: &Tries<'a>, crowd: &'w BTreeSet<ContainerAt>, but: &'w SourcesOf) -> Self {
        let map = tries.map;
        let kinds = PairKinds::new(map);
        let mut alike: BTreeMap<usize, Vec<ContainerAt>> = BTreeMap::new();
        let mut rooms: HashMap<NetworkAt, Room> = HashMap::new();
        for at in crowd.iter().copied() {
            let likeness = kinds.likeness(at);
            alike.entry(likeness).or_default().push(at);
            for (network, endpoint) in kinds.networks(at) {
                let room = rooms.entry(network).or_default();
                room.people += 1;
                if kinds.is_linked(at) {
                    room.singles.push(at);
                } else {
                    room.groups.entry((likeness, endpoint)).or_default().push(at);
                }
            }
        }
        rooms.retain(|_, room| room.people > FEW);
        let on_host = crowd.iter().copied().filter(|at| map.on_host(*at)).collect();
        Self { map, crowd, kinds, alike, rooms, on_host, measured: measured(tries, crowd), but }
    }

    /// What `judge` says of the pairs with a target. It judges one pair of each
    /// kind, and each that is like no other.
    pub fn with<V: Copy>(
        &self,
        to: ContainerAt,
        known: &mut Known<V>,
        judge: impl Fn(ContainerAt) -> V,
    ) -> Found<'_, 'a, V> {
        let rooms = self.kinds.networks(to).filter_map(|(network, _)| {
            Some((network, self.rooms.get(&network).filter(|_| !self.kinds.is_linked(to))?))
        });
        let room = rooms.max_by_key(|(_, room)| room.people);
        let near = self.near(to, room);
        let mut judge_kind = |kind: Option<PairKind>, from: ContainerAt| match kind {
            Some(kind) => *known.entry(kind).or_insert_with(|| judge(from)),
            None => judge(from),
        };
        let mut in_order: Vec<ContainerAt> = near.iter().copied().collect();
        in_order.sort_unstable();
        let singles = in_order.into_iter().filter(|from| self.is_pair(*from, to)).map(|from| {
            let kind = self.kinds.of(from, to).filter(|_| !self.is_measured(from, to));
            (from, judge_kind(kind, from))
        });
        let singles: Vec<(ContainerAt, V)> = singles.collect();
        let mut groups = Vec::new();
        for group in room.into_iter().flat_map(|(_, room)| room.groups.values()) {
            if let Some(first) = group.iter().find(|from| !near.contains(from)) {
                groups.push((&group[..], true, judge_kind(self.kinds.of(*first, to), *first)));
            }
        }
        for group in self.strangers(room, &near) {
            let outside = |from: &&ContainerAt| !near.contains(from) && !self.is_in(room, **from);
            if let Some(first) = group.iter().find(outside) {
                let kind = self.kinds.of_strangers(*first, to);
                groups.push((group, false, judge_kind(Some(kind), *first)));
            }
        }
        Found {
            kinds: &self.kinds,
            pairs: self.crowd.len() - near.len() + singles.len(),
            singles,
            groups,
            near,
            room: room.map(|(network, _)| network),
        }
    }

    fn is_pair(&self, from: ContainerAt, to: ContainerAt) -> bool {
        from != to
            && !self.kinds.share_stack(from, to)
            && self.but.get(&to).is_none_or(|but| !but.contains(&from))
    }

    fn is_measured(&self, from: ContainerAt, to: ContainerAt) -> bool {
        self.measured.get(&to).is_some_and(|measured| measured.contains(&from))
    }

    fn is_in(&self, room: Option<(NetworkAt, &Room)>, at: ContainerAt) -> bool {
        room.is_some_and(|(network, _)| self.kinds.is_on(at, network))
    }

    /// Those of the crowd that are in no group: the target itself, who has
    /// more in common with it than the room, and whose pairs with it are
    /// measured or left out.
    fn near(&self, to: ContainerAt, room: Option<(NetworkAt, &Room)>) -> HashSet<ContainerAt> {
        let mut near: HashSet<ContainerAt> = HashSet::default();
        near.extend(self.kinds.acquainted(to, room.map(|(network, _)| network)));
        near.extend(room.into_iter().flat_map(|(_, room)| &room.singles));
        if self.map.on_host(to) {
            near.extend(&self.on_host);
        }
        near.extend([&self.measured, self.but].into_iter().filter_map(|of| of.get(&to)).flatten());
        near.retain(|at| self.crowd.contains(at));
        near
    }

    /// The groups with anybody in them who is neither near nor in the room.
    fn strangers(
        &self,
        room: Option<(NetworkAt, &Room)>,
        near: &HashSet<ContainerAt>,
    ) -> impl Iterator<Item = &[ContainerAt]> {
        let mut known: HashMap<usize, usize> = HashMap::new();
        for ((likeness, _), group) in room.into_iter().flat_map(|(_, room)| &room.groups) {
            *known.entry(*likeness).or_default() += group.len();
        }
        for at in near {
            let counted = self.is_in(room, *at) && !self.kinds.is_linked(*at);
            *known.entry(self.kinds.likeness(*at)).or_default() += usize::from(!counted);
        }
        let has_others = move |likeness: &usize, group: &Vec<ContainerAt>| {
            group.len() > known.get(likeness).copied().unwrap_or_default()
        };
        self.alike.iter().filter(move |(at, group)| has_others(at, group)).map(|(_, g)| &g[..])
    }

    /// The pairs that decide whether all are as they should be, in order of
    /// source and target; `None` if there is no pair.
    pub fn worst(&self, judge: impl Fn(ContainerAt, ContainerAt) -> Assessment) -> Option<Worst> {
        let (mut known, mut of) = (Known::default(), 0);
        let mut by_badness: BTreeMap<u8, Worst> = BTreeMap::new();
        for to in self.crowd.iter().copied() {
            let found = self.with(to, &mut known, |from| {
                let sight = judge(from, to);
                (sight.status, sight.basis)
            });
            of += found.pairs;
            for value in found.values().collect::<BTreeSet<(CheckStatus, Basis)>>() {
                let (status, basis) = value;
                let empty = || Worst { status, basis, pairs: Vec::new(), of: 0 };
                let worst = by_badness.entry(badness(status)).or_insert_with(empty);
                worst.basis = worst.basis.max(basis);
                // Of those that are as they should be one will do.
                let most = match status {
                    CheckStatus::Pass => usize::from(worst.pairs.is_empty()),
                    CheckStatus::Fail | CheckStatus::Unknown => found.pairs,
                };
                if most > 0 {
                    let sources = found.sources(true, |of_it| of_it == value).into_iter();
                    worst.pairs.extend(sources.take(most).map(|from| (from, to)));
                }
            }
        }
        let mut worst = by_badness.into_values().next()?;
        worst.pairs.sort_unstable();
        Some(Worst { of, ..worst })
    }
}

impl<V: Copy + PartialEq> Found<'_, '_, V> {
    /// Everything that was judged of a pair or a group.
    pub fn values(&self) -> impl Iterator<Item = V> {
        let singles = self.singles.iter().map(|(_, value)| *value);
        singles.chain(self.groups.iter().map(|(.., value)| *value))
    }

    /// Whether this was judged of all pairs with those in the room, if there is one.
    pub fn fills_the_room(&self, value: V) -> bool {
        let Some(room) = self.room else { return false };
        let singles = self.singles.iter().filter(|(from, _)| self.kinds.is_on(*from, room));
        let groups = self.groups.iter().filter(|(_, in_room, _)| *in_room);
        let values = singles.map(|(_, of)| *of).chain(groups.map(|(.., of)| *of));
        values.into_iter().all(|of| of == value)
    }

    /// The sources of the pairs of which something that fits was judged, in
    /// order: of all, or of those not in the room.
    pub fn sources(&self, in_room: bool, fits: impl Fn(V) -> bool) -> Vec<ContainerAt> {
        let is_there = |at: ContainerAt| self.room.is_some_and(|room| self.kinds.is_on(at, room));
        let singles =
            self.singles.iter().filter(|(from, of)| fits(*of) && (in_room || !is_there(*from)));
        let mut sources: Vec<ContainerAt> = singles.map(|(from, _)| *from).collect();
        for (group, of_room, of) in &self.groups {
            if fits(*of) && (in_room || !of_room) {
                let others = group.iter().copied().filter(|at| !self.near.contains(at));
                sources.extend(others.filter(|at| *of_room || !is_there(*at)));
            }
        }
        sources.sort_unstable();
        sources
    }
}

/// For each target the sources from which it was measured.
fn measured(tries: &Tries, crowd: &BTreeSet<ContainerAt>) -> SourcesOf {
    let mut measured = SourcesOf::new();
    if tries.measured.is_empty() {
        return measured;
    }
    let mut named: HashMap<&str, Vec<ContainerAt>> = HashMap::new();
    for at in crowd {
        named.entry(&tries.map.container(*at).name).or_default().push(*at);
    }
    for (from, to, ..) in tries.measured.keys() {
        for to in named.get(to).into_iter().flatten() {
            measured.entry(*to).or_default().extend(named.get(from).into_iter().flatten());
        }
    }
    measured
}
