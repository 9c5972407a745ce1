//! Going through all pairs of a crowd, which are as many as its square: those
//! of one kind are judged together, and only those that matter are looked at
//! one by one.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};

use super::evaluate::{Basis, Sight, Status};
use super::many::{Worst, badness};
use super::ways::Ways;
use crate::graph::{Map, PairKind, PairKinds};

/// For each target sources.
pub(super) type SourcesOf = HashMap<usize, BTreeSet<usize>>;

/// What was judged of each kind of pair so far.
pub(super) type Known<V> = HashMap<PairKind, V>;

/// All ordered pairs of the containers that quantifiers speak of, but for
/// those that share a network stack.
pub(super) struct Pairs<'w, 'a> {
    map: &'a Map<'a>,
    crowd: &'w BTreeSet<usize>,
    /// For each container whether it is in the crowd.
    in_crowd: Vec<bool>,
    kinds: PairKinds<'a, 'a>,
    /// The crowd, sorted by what its members are like.
    alike: Vec<Vec<usize>>,
    /// Those of it on the host's network stack.
    on_host: Vec<usize>,
    /// The pairs that were measured, each of which is like no other.
    measured: SourcesOf,
    /// Pairs that are left out.
    but: &'w SourcesOf,
}

/// The pairs with one target.
pub(super) struct Found<V> {
    /// The sources of those that are worth a look, in order, and what was
    /// judged of them.
    pub worth: Vec<(usize, V)>,
    /// One of the sources.
    pub any: Option<usize>,
    /// How many pairs there are.
    pub pairs: usize,
}

impl<'w, 'a> Pairs<'w, 'a> {
    pub fn new(ways: &Ways<'a>, crowd: &'w BTreeSet<usize>, but: &'w SourcesOf) -> Self {
        let map = ways.map;
        let kinds = PairKinds::new(map);
        let mut alike: HashMap<usize, Vec<usize>> = HashMap::new();
        for at in crowd {
            alike.entry(kinds.likeness(*at)).or_default().push(*at);
        }
        let alike = alike.into_values().collect();
        let on_host = crowd.iter().copied().filter(|at| map.on_host(*at)).collect();
        let all = 0..map.snapshot().containers.len();
        let in_crowd = all.map(|at| crowd.contains(&at)).collect();
        let measured = measured(ways, crowd);
        Self { map, crowd, in_crowd, kinds, alike, on_host, measured, but }
    }

    /// The pairs with a target, and those of them that `judge` finds something
    /// `worth` a look of. It judges one pair of each kind, and each that is
    /// like no other.
    pub fn with<V: Copy>(
        &self,
        to: usize,
        known: &mut Known<V>,
        judge: impl Fn(usize) -> V,
        mut worth: impl FnMut(V) -> bool,
    ) -> Found<V> {
        let near = self.near(to);
        let mut is_near = vec![false; self.in_crowd.len()];
        near.iter().for_each(|at| is_near[*at] = true);
        let mut found =
            Found { worth: Vec::new(), any: None, pairs: self.crowd.len() - near.len() };
        let but = self.but.get(&to);
        let is_pair = |from: &usize| {
            *from != to
                && !self.kinds.share_stack(*from, to)
                && but.is_none_or(|but| !but.contains(from))
        };
        let measured = self.measured.get(&to);
        for from in near.iter().copied().filter(is_pair) {
            found.pairs += 1;
            found.any = Some(from);
            let is_measured = measured.is_some_and(|measured| measured.contains(&from));
            let value = match self.kinds.of(from, to).filter(|_| !is_measured) {
                Some(kind) => *known.entry(kind).or_insert_with(|| judge(from)),
                None => judge(from),
            };
            found.worth.extend(worth(value).then_some((from, value)));
        }
        for alike in &self.alike {
            let strangers = alike.iter().copied().filter(|from| !is_near[*from]);
            let Some(first) = strangers.clone().next() else { continue };
            found.any = Some(first);
            let kind = self.kinds.of_strangers(first, to);
            let value = *known.entry(kind).or_insert_with(|| judge(first));
            if worth(value) {
                found.worth.extend(strangers.map(|from| (from, value)));
            }
        }
        found.worth.sort_unstable_by_key(|(from, _)| *from);
        found
    }

    /// The pairs that decide whether all are as they should be, in order of
    /// source and target; `None` if there is no pair.
    pub fn worst(&self, judge: impl Fn(usize, usize) -> Sight) -> Option<Worst> {
        let (mut known, mut basis) = (Known::default(), Basis::Engine);
        let (mut of, mut any, mut wrong) = (0, None, Vec::new());
        for to in self.crowd.iter().copied() {
            let judged = |from| {
                let sight = judge(from, to);
                (sight.status, sight.basis)
            };
            let found = self.with(to, &mut known, judged, |(status, of)| {
                basis = basis.max(of);
                status != Status::Pass
            });
            of += found.pairs;
            any = found.any.map(|from| (from, to)).or(any);
            wrong.extend(found.worth.into_iter().map(|(from, judged)| (judged, (from, to))));
        }
        let status = wrong.iter().map(|((status, _), _)| *status).min_by_key(|s| badness(*s));
        let Some(status) = status else {
            return any.map(|pair| Worst { status: Status::Pass, basis, pairs: vec![pair], of });
        };
        wrong.retain(|((of_it, _), _)| *of_it == status);
        let basis = wrong.iter().map(|((_, basis), _)| *basis).max().unwrap_or(basis);
        let mut pairs: Vec<(usize, usize)> = wrong.into_iter().map(|(_, pair)| pair).collect();
        pairs.sort_unstable();
        Some(Worst { status, basis, pairs, of })
    }

    /// Those of the crowd that are no strangers to a target, itself among them:
    /// it has something in common with them, or their pairs are measured or
    /// left out.
    fn near(&self, to: usize) -> Vec<usize> {
        let mut near = self.kinds.acquainted(to);
        if self.map.on_host(to) {
            near.extend(&self.on_host);
        }
        near.extend([&self.measured, self.but].into_iter().filter_map(|of| of.get(&to)).flatten());
        near.retain(|at| self.in_crowd[*at]);
        near.sort_unstable();
        near.dedup();
        near
    }
}

/// For each target the sources from which it was measured.
fn measured(ways: &Ways, crowd: &BTreeSet<usize>) -> SourcesOf {
    let mut measured = SourcesOf::new();
    if ways.measured.is_empty() {
        return measured;
    }
    let mut named: HashMap<&str, Vec<usize>> = HashMap::new();
    for at in crowd {
        named.entry(&ways.map.container(*at).name).or_default().push(*at);
    }
    for (from, to, ..) in ways.measured.keys() {
        for to in named.get(to).into_iter().flatten() {
            measured.entry(*to).or_default().extend(named.get(from).into_iter().flatten());
        }
    }
    measured
}
