//! Sorting that is compiled once.
//!
//! The sorts of the standard library are compiled anew for each type of thing and each
//! closure, some eight kilobytes every time: of the program's code they were a tenth. Here
//! places are sorted, always by the same code, and the things are put there afterwards.
//! clippy refuses the others (clippy.toml) but [`slice::sort_unstable`]: it is for numbers and
//! text, whose sorts are there once as well, and for what is sorted in many thousands.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// Puts things into an order. What is equal keeps its own.
pub trait OrderBy<T> {
    /// Like [`slice::sort`].
    fn order(&mut self)
    where
        T: Ord;

    /// Like [`slice::sort_by`].
    fn order_by(&mut self, compare: impl FnMut(&T, &T) -> Ordering);

    /// Like [`slice::sort_by_key`].
    fn order_by_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);

    /// Like [`slice::sort_by_cached_key`]: each key is made once.
    fn order_by_cached_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K);
}

impl<T> OrderBy<T> for [T] {
    fn order(&mut self)
    where
        T: Ord,
    {
        self.order_by(T::cmp);
    }

    fn order_by(&mut self, mut compare: impl FnMut(&T, &T) -> Ordering) {
        let places = places(self.len(), &mut |a, b| compare(&self[a], &self[b]));
        put(self, places);
    }

    fn order_by_key<K: Ord>(&mut self, mut key: impl FnMut(&T) -> K) {
        self.order_by(|a, b| key(a).cmp(&key(b)));
    }

    fn order_by_cached_key<K: Ord>(&mut self, key: impl FnMut(&T) -> K) {
        let keys: Vec<K> = self.iter().map(key).collect();
        let places = places(keys.len(), &mut |a, b| keys[a].cmp(&keys[b]));
        put(self, places);
    }
}

/// Collecting into maps and sets that is compiled once for each of them.
///
/// The standard library sorts first what is collected, by code of its own for each kind of
/// iterator: seven kilobytes, where inserting takes two that are there already.
pub trait Ordered: Iterator + Sized {
    /// Like collecting into a map: of equal keys the last has its value there.
    fn into_map<K: Ord, V>(mut self) -> BTreeMap<K, V>
    where
        Self: Iterator<Item = (K, V)>,
    {
        map(&mut self)
    }

    /// Like collecting into a set.
    fn into_set(mut self) -> BTreeSet<Self::Item>
    where
        Self::Item: Ord,
    {
        set(&mut self)
    }
}

impl<I: Iterator> Ordered for I {}

fn map<K: Ord, V>(entries: &mut dyn Iterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}

fn set<T: Ord>(things: &mut dyn Iterator<Item = T>) -> BTreeSet<T> {
    let mut set = BTreeSet::new();
    for thing in things {
        set.insert(thing);
    }
    set
}

/// The places of so many things in their order; none where they are in it already.
fn places(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    if (1..count).all(|at| compare(at - 1, at) != Ordering::Greater) {
        return Vec::new();
    }
    let mut places: Vec<usize> = (0..count).collect();
    #[cfg_attr(not(test), expect(clippy::disallowed_methods, reason = "this is the one place"))]
    places.sort_by(|a, b| compare(*a, *b));
    places
}

/// Puts at each place what was at the place that it names.
fn put<T>(things: &mut [T], mut places: Vec<usize>) {
    for start in 0..places.len() {
        let mut at = start;
        loop {
            let from = std::mem::replace(&mut places[at], at);
            if from == start {
                break;
            }
            things.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_collected_is_what_the_standard_library_collects() {
        let pairs = [(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e')];
        let map: BTreeMap<i32, char> = pairs.into_iter().collect();
        assert_eq!(pairs.into_iter().into_map(), map, "the last of equal keys has its value there");
        let set: BTreeSet<i32> = pairs.iter().map(|(key, _)| *key).collect();
        assert_eq!(pairs.iter().map(|(key, _)| *key).into_set(), set);
    }

    #[test]
    fn what_is_equal_keeps_its_order() {
        let mut things = ["bb", "a", "cc", "d", "ee", "f"];
        things.order_by_key(|thing| thing.len());
        assert_eq!(things, ["a", "d", "f", "bb", "cc", "ee"]);
        things.order();
        assert_eq!(things, ["a", "bb", "cc", "d", "ee", "f"]);
    }
}
