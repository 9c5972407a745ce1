//! Going through all pairs of a crowd, which are as many as its square: those
//! of one kind are judged together.
//!
//! With a target most of the crowd has nothing in common, and those that are
//! alike are one group. So are those on networks of many that the target is
//! on, if they are alike and on the same of these. What is left are few, and each
//! is judged by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use foldhash::{HashMap, HashMapExt, HashSet};
use smallvec::SmallVec;

use super::tries::Tries;
use crate::graph::{Map, PairKind, PairKinds};
use crate::model::{ContainerAt, NetworkAt};
use crate::order::OrderBy;

/// More than so many on a network are judged in groups.
pub(super) const FEW: usize = 20;

/// For each target sources.
pub(super) type SourcesOf = HashMap<ContainerAt, BTreeSet<ContainerAt>>;

/// What was judged of each kind of pair so far.
pub(super) type Known<V> = HashMap<PairKind, V>;

/// All ordered pairs of the containers that quantifiers speak of, but for
/// those that share a network stack.
pub(super) struct Pairs<'a> {
    map: &'a Map<'a>,
    pub crowd: BTreeSet<ContainerAt>,
    kinds: Rc<PairKinds<'a, 'a>>,
    /// The crowd, by what its members are like.
    alike: BTreeMap<Like, Vec<ContainerAt>>,
    /// The networks with many of the crowd on them.
    rooms: HashMap<NetworkAt, Room>,
    /// Those of the crowd on each network.
    people: HashMap<NetworkAt, Vec<ContainerAt>>,
    /// How many of the crowd share a network stack.
    sharing: HashMap<ContainerAt, usize>,
    /// Those of the crowd on a host's network stack, by which that is.
    on_hosts: HashMap<ContainerAt, Vec<ContainerAt>>,
    /// The pairs that were measured, each of which is like no other.
    measured: SourcesOf,
    /// Pairs that are left out.
    but: Rc<SourcesOf>,
}

/// What a container is like, and its network stack if many share that: of a group
/// all or none are pairs with a target.
type Like = (usize, Option<ContainerAt>);

/// The networks of many that a container is on, and which of its endpoints is there.
type InRooms = SmallVec<[(NetworkAt, u16); 2]>;

/// A network with many of the crowd on it.
#[derive(Debug, Default)]
struct Room {
    /// Those that are alike and are in the same rooms.
    groups: BTreeMap<(Like, InRooms), Vec<ContainerAt>>,
    /// Those that are like no others to anybody they meet.
    singles: Vec<ContainerAt>,
}

/// The pairs with one target.
pub(super) struct Found<'p, 'a, V> {
    kinds: &'p PairKinds<'a, 'a>,
    to: ContainerAt,
    /// Sources that were judged by themselves.
    singles: Vec<(ContainerAt, V)>,
    groups: Vec<Group<'p, V>>,
    /// Who of the crowd is in no group.
    near: HashSet<ContainerAt>,
    /// The networks of many that the target is on.
    rooms: Vec<NetworkAt>,
    /// That of them with most on it.
    pub room: Option<NetworkAt>,
    /// How many pairs there are.
    pub pairs: usize,
}

/// Sources of which the same was judged.
struct Group<'p, V> {
    of: &'p [ContainerAt],
    place: Where,
    value: V,
}

/// Where a group of sources is, as the target has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// In the room with most in it.
    InTheRoom,
    /// In another room of the target's.
    InAnother,
    /// In none of them, which does not go for all that are listed.
    Outside,
}

impl<'a> Pairs<'a> {
    pub fn new(
        tries: &Tries<'a>,
        kinds: &Rc<PairKinds<'a, 'a>>,
        crowd: BTreeSet<ContainerAt>,
        but: &Rc<SourcesOf>,
    ) -> Self {
        let (map, kinds, but) = (tries.map, kinds.clone(), but.clone());
        let mut people: HashMap<NetworkAt, Vec<ContainerAt>> = HashMap::new();
        let mut sharing: HashMap<ContainerAt, usize> = HashMap::new();
        let mut on_hosts: HashMap<ContainerAt, Vec<ContainerAt>> = HashMap::new();
        for at in crowd.iter().copied() {
            for (network, _) in kinds.networks(at) {
                people.entry(network).or_default().push(at);
            }
            if let Some(stack) = kinds.stack(at) {
                *sharing.entry(stack).or_default() += 1;
                if map.on_host(at) {
                    on_hosts.entry(stack).or_default().push(at);
                }
            }
        }
        let many = people.iter().filter(|(_, people)| people.len() > FEW);
        let mut rooms: HashMap<NetworkAt, Room> =
            many.map(|(network, _)| (*network, Room::default())).collect();
        let mut alike: BTreeMap<Like, Vec<ContainerAt>> = BTreeMap::new();
        for at in crowd.iter().copied() {
            let stack = kinds.stack(at).filter(|stack| sharing[stack] > FEW);
            let like = (kinds.likeness(at), stack);
            alike.entry(like).or_default().push(at);
            let on: InRooms = kinds.networks(at).filter(|(on, _)| rooms.contains_key(on)).collect();
            for (network, _) in &on {
                let Some(room) = rooms.get_mut(network) else { continue };
                if kinds.is_linked(at) {
                    room.singles.push(at);
                } else {
                    room.groups.entry((like, on.clone())).or_default().push(at);
                }
            }
        }
        let measured = measured(tries, &crowd);
        Self { map, crowd, kinds, alike, rooms, people, sharing, on_hosts, measured, but }
    }

    /// What `judge` says of the pairs with a target. It judges one pair of each
    /// kind, and each that is like no other.
    pub fn with<V: Copy>(
        &self,
        to: ContainerAt,
        known: &mut Known<V>,
        judge: impl Fn(ContainerAt) -> V,
    ) -> Found<'_, 'a, V> {
        let networks = self.kinds.networks(to).map(|(network, _)| network);
        let is_room = |at: &NetworkAt| self.rooms.contains_key(at) && !self.kinds.is_linked(to);
        let rooms: Vec<NetworkAt> = networks.filter(is_room).collect();
        let room = rooms.iter().copied().max_by_key(|at| self.people[at].len());
        let near = self.near(to, &rooms);
        let mut judge_kind = |kind: Option<PairKind>, from: ContainerAt| match kind {
            Some(kind) => *known.entry(kind).or_insert_with(|| judge(from)),
            None => judge(from),
        };
        let mut in_order: Vec<ContainerAt> = near.iter().copied().collect();
        in_order.order();
        let singles = in_order.into_iter().filter(|from| self.is_pair(*from, to)).map(|from| {
            let kind = self.kinds.of(from, to).filter(|_| !self.is_measured(from, to));
            (from, judge_kind(kind, from))
        });
        let singles: Vec<(ContainerAt, V)> = singles.collect();
        let is_other =
            |from: &ContainerAt| !near.contains(from) && !self.kinds.share_stack(*from, to);
        let is_own = |(_, stack): &Like| stack.is_some() && *stack == self.kinds.stack(to);
        let mut groups = Vec::new();
        // How many of each likeness are in a room or near.
        let mut met: HashMap<Like, usize> = HashMap::new();
        for (number, network) in rooms.iter().enumerate() {
            for ((like, on), of) in &self.rooms[network].groups {
                // Who is in several of them was met in the first.
                if rooms[..number].iter().any(|before| on.iter().any(|(on, _)| on == before)) {
                    continue;
                }
                *met.entry(*like).or_default() += of.len();
                if is_own(like) {
                    continue;
                }
                if let Some(first) = of.iter().find(|from| is_other(from)) {
                    let value = judge_kind(self.kinds.of(*first, to), *first);
                    let in_the_room = on.iter().any(|(on, _)| Some(*on) == room);
                    let place = if in_the_room { Where::InTheRoom } else { Where::InAnother };
                    groups.push(Group { of, place, value });
                }
            }
        }
        let is_in = |at: ContainerAt| rooms.iter().any(|room| self.kinds.is_on(at, *room));
        for at in &near {
            let counted = is_in(*at) && !self.kinds.is_linked(*at);
            *met.entry(self.like(*at)).or_default() += usize::from(!counted);
        }
        for (like, of) in self.alike.iter().filter(|(like, _)| !is_own(like)) {
            if of.len() <= met.get(like).copied().unwrap_or_default() {
                continue;
            }
            if let Some(first) = of.iter().find(|from| is_other(from) && !is_in(**from)) {
                let kind = self.kinds.of_strangers(*first, to);
                let value = judge_kind(Some(kind), *first);
                groups.push(Group { of, place: Where::Outside, value });
            }
        }
        let pairs = self.crowd.len() - self.no_strangers(to, &near) + singles.len();
        Found { kinds: &self.kinds, to, singles, groups, near, rooms, room, pairs }
    }

    fn like(&self, at: ContainerAt) -> Like {
        let stack = self.kinds.stack(at);
        (self.kinds.likeness(at), stack.filter(|stack| self.sharing[stack] > FEW))
    }

    /// How many of the crowd are near or share the target's network stack.
    fn no_strangers(&self, to: ContainerAt, near: &HashSet<ContainerAt>) -> usize {
        let stack = self.kinds.stack(to);
        let sharing = stack.and_then(|stack| self.sharing.get(&stack)).copied().unwrap_or_default();
        let is_counted_twice = stack.is_some() && near.contains(&to);
        near.len() + sharing - usize::from(is_counted_twice)
    }

    fn is_pair(&self, from: ContainerAt, to: ContainerAt) -> bool {
        from != to
            && !self.kinds.share_stack(from, to)
            && self.but.get(&to).is_none_or(|but| !but.contains(&from))
    }

    fn is_measured(&self, from: ContainerAt, to: ContainerAt) -> bool {
        self.measured.get(&to).is_some_and(|measured| measured.contains(&from))
    }

    /// Those of the crowd that are in no group: the target itself, who has
    /// more in common with it than the rooms, and whose pairs with it are
    /// measured or left out.
    fn near(&self, to: ContainerAt, rooms: &[NetworkAt]) -> HashSet<ContainerAt> {
        let mut near: HashSet<ContainerAt> = HashSet::default();
        let networks: Vec<NetworkAt> =
            self.kinds.networks(to).map(|(network, _)| network).collect();
        near.extend(self.kinds.acquainted(to, &networks));
        let others = networks.iter().filter(|network| !rooms.contains(network));
        near.extend(others.filter_map(|network| self.people.get(network)).flatten());
        near.extend(rooms.iter().flat_map(|room| &self.rooms[room].singles));
        if self.map.on_host(to) {
            let own = self.kinds.stack(to);
            let others = self.on_hosts.iter().filter(|(stack, _)| Some(**stack) != own);
            near.extend(others.flat_map(|(_, on_host)| on_host));
        }
        near.extend([&self.measured, &self.but].into_iter().filter_map(|of| of.get(&to)).flatten());
        near.retain(|at| {
            self.crowd.contains(at) && (*at == to || !self.kinds.share_stack(*at, to))
        });
        near
    }
}

impl<V: Copy + PartialEq> Found<'_, '_, V> {
    /// Everything that was judged of a pair or a group.
    pub fn values(&self) -> impl Iterator<Item = V> {
        let singles = self.singles.iter().map(|(_, value)| *value);
        singles.chain(self.groups.iter().map(|group| group.value))
    }

    /// Whether this was judged of all pairs with those in the room, if there is one.
    pub fn fills_the_room(&self, value: V) -> bool {
        let Some(room) = self.room else { return false };
        let singles = self.singles.iter().filter(|(from, _)| self.kinds.is_on(*from, room));
        let groups = self.groups.iter().filter(|group| group.place == Where::InTheRoom);
        let values = singles.map(|(_, of)| *of).chain(groups.map(|group| group.value));
        values.into_iter().all(|of| of == value)
    }

    /// The sources of the pairs of which something that fits was judged, in
    /// order: of all, or of those not in the room.
    pub fn sources(&self, in_room: bool, fits: impl Fn(V) -> bool) -> Vec<ContainerAt> {
        let is_there = |at: ContainerAt| self.room.is_some_and(|room| self.kinds.is_on(at, room));
        let singles =
            self.singles.iter().filter(|(from, of)| fits(*of) && (in_room || !is_there(*from)));
        let mut sources: Vec<ContainerAt> = singles.map(|(from, _)| *from).collect();
        for group in self.groups.iter().filter(|group| fits(group.value)) {
            if in_room || group.place != Where::InTheRoom {
                let others = group.of.iter().copied().filter(|at| self.is_of(group, *at));
                sources.extend(others);
            }
        }
        sources.order();
        sources
    }

    /// A source of the pairs of which this was judged.
    pub fn any(&self, value: V) -> Option<ContainerAt> {
        let mut singles = self.singles.iter().filter(|(_, of)| *of == value).map(|(from, _)| *from);
        let mut groups = self.groups.iter().filter(|group| group.value == value);
        let first = |group: &Group<V>| group.of.iter().copied().find(|at| self.is_of(group, *at));
        singles.next().or_else(|| groups.find_map(first))
    }

    /// Whether one that is listed in a group is of it.
    fn is_of(&self, group: &Group<V>, at: ContainerAt) -> bool {
        let is_in = || self.rooms.iter().any(|room| self.kinds.is_on(at, *room));
        !self.near.contains(&at)
            && !self.kinds.share_stack(at, self.to)
            && (group.place != Where::Outside || !is_in())
    }
}

/// For each target the sources from which it was measured.
fn measured(tries: &Tries, crowd: &BTreeSet<ContainerAt>) -> SourcesOf {
    let mut measured = SourcesOf::new();
    if tries.measured.is_empty() {
        return measured;
    }
    let mut named: HashMap<&str, Vec<ContainerAt>> = HashMap::new();
    for at in tries.map.containers() {
        named.entry(&tries.map.container(at).name).or_default().push(at);
    }
    for (from, to, ..) in tries.measured.keys() {
        for to in named.get(to).into_iter().flatten() {
            let from = named.get(from).into_iter().flatten().filter(|from| crowd.contains(from));
            measured.entry(*to).or_default().extend(from);
        }
    }
    measured
}
