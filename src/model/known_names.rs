//! Many names of which one is evidently meant, for who asks about many wrong ones:
//! what [`nearest`](super::nearest) finds by holding one name against all.

use crate::order::{OrderBy, Ordered};
use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};
use smallvec::SmallVec;

use super::names::{Distance, Wanted, most_wrong, place_of};

/// How far a name is from the wanted one, and the name; what is less is nearer. Equally
/// near ones are in the order of their letters.
pub type Nearest<'a> = (Distance, &'a str);

/// Names, sorted so that few of them are looked at to find the nearest.
#[derive(Debug, Default)]
pub struct KnownNames {
    /// By how many letters they have.
    by_length: BTreeMap<usize, Alike>,
    /// By three letters in a row, which names hold them: the number of letters, and the
    /// place in that list. In order.
    holding: HashMap<[char; 3], SmallVec<[(u32, u32); 2]>>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Known {
    /// In lower case.
    letters: Box<[char]>,
    name: Box<str>,
}

/// Names of one length, by their letters.
#[derive(Debug, Default)]
struct Alike {
    names: Vec<Known>,
    /// The letters of each name.
    each: Vec<u64>,
    /// Those of names that stand together: so many, and so many of these.
    together: [Vec<Letters>; 2],
}

/// How many names stand together, and how many of these groups.
const TOGETHER: usize = 16;

impl Alike {
    fn new(mut names: Vec<Known>) -> Self {
        names.order();
        names.dedup();
        let each: Vec<u64> = names.iter().map(|known| letters_of(&known.letters)).collect();
        let groups: Vec<Letters> = each
            .chunks(TOGETHER)
            .map(|group| Letters::of_any(group.iter().map(|bits| Letters::of(*bits))))
            .collect();
        let larger = groups.chunks(TOGETHER).map(|group| Letters::of_any(group.iter().copied()));
        Self { together: [larger.collect(), groups], names, each }
    }

    /// The places of the names that by their letters alone may have no more than so many
    /// wrong, each with how many that are at least.
    fn near(&self, wanted: u64, most: usize) -> Vec<(usize, usize)> {
        let mut near = Vec::new();
        let [larger, groups] = &self.together;
        let is_near = |letters: &Letters| letters.differ_from(wanted) <= most;
        let places = |group: usize, of: usize| {
            let begin = group * TOGETHER;
            begin..(begin + TOGETHER).min(of)
        };
        for large in (0..larger.len()).filter(|at| is_near(&larger[*at])) {
            for group in places(large, groups.len()).filter(|at| is_near(&groups[*at])) {
                let of_each = places(group, self.each.len())
                    .map(|at| (at, Letters::of(self.each[at]).differ_from(wanted)));
                near.extend(of_each.filter(|(_, wrong)| *wrong <= most));
            }
        }
        near
    }
}

/// Which letters stand somewhere in a name, in whatever order: a bit each, which several
/// letters share.
fn letters_of(name: &[char]) -> u64 {
    name.iter().fold(0, |bits, letter| bits | 1 << place_of(*letter))
}

/// The letters of a name, or of names. Of many names that have little in common nearly all
/// are told apart by it.
#[derive(Debug, Clone, Copy)]
struct Letters {
    /// In any of the names.
    any: u64,
    /// In each of them.
    all: u64,
}

impl Letters {
    fn of(name: u64) -> Self {
        Self { any: name, all: name }
    }

    fn of_any(names: impl Iterator<Item = Self>) -> Self {
        let none = Self { any: 0, all: u64::MAX };
        names
            .fold(none, |found, name| Self { any: found.any | name.any, all: found.all & name.all })
    }

    /// How many letters at least are wrong between one of the names and another one with
    /// these letters.
    fn differ_from(self, other: u64) -> usize {
        let (missing, added) = (other & !self.any, self.all & !other);
        missing.count_ones().max(added.count_ones()) as usize
    }
}

impl KnownNames {
    /// Of these names, each of which may come several times.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_length: BTreeMap<usize, Vec<Known>> = BTreeMap::new();
        for name in names.into_iter().filter(|name| Wanted::is_short(name)) {
            let letters: Box<[char]> = name.to_lowercase().chars().collect();
            by_length.entry(letters.len()).or_default().push(Known { letters, name: name.into() });
        }
        let by_length: BTreeMap<usize, Alike> =
            by_length.into_iter().map(|(length, names)| (length, Alike::new(names))).into_map();
        let mut holding: HashMap<[char; 3], SmallVec<[(u32, u32); 2]>> = HashMap::new();
        for (length, list) in &by_length {
            for (known, place) in list.names.iter().zip(0..) {
                for three in threes(&known.letters) {
                    let places = holding.entry(three).or_default();
                    let here = (*length as u32, place);
                    if places.last() != Some(&here) {
                        places.push(here);
                    }
                }
            }
        }
        Self { by_length, holding }
    }

    /// The nearest of those that `fits`, if any is close enough.
    pub fn nearest(&self, wanted: &Wanted, fits: impl Fn(&str) -> bool) -> Option<Nearest<'_>> {
        let letters: Vec<char> = wanted.letters().collect();
        if let Some((distance, known)) = self.beginning(&letters, &fits) {
            return Some(((false, distance, false), &*known.name));
        }
        let holding = self.holding(&letters, &fits);
        let distance = |length: usize| length.abs_diff(letters.len());
        let longest = self.by_length.keys().next_back().copied().unwrap_or_default();
        let most =
            holding.map_or(most_wrong(letters.len(), longest), |((distance, _), _)| distance);
        let mut walk = Walk::new(&letters);
        // With how many wrong letters names of a length count, and which of them may.
        let lists = self.by_length.iter().filter_map(|(length, list)| {
            let most = most.min(most_wrong(letters.len(), *length));
            let own = letters_of(&letters);
            (distance(*length) <= most)
                .then(|| (distance(*length)..=most, list, list.near(own, most)))
        });
        let lists: Vec<_> = lists.collect();
        // The more letters may be wrong, the more names are looked at.
        let near = (0..=most).find_map(|wrong| {
            let lists = lists.iter().filter(|(count, ..)| count.contains(&wrong));
            let found = lists.filter_map(|(_, list, near)| walk.first(list, near, wrong, &fits));
            let (otherwise, first) = found.min()?;
            Some(((wrong, otherwise), first))
        });
        let best = holding.into_iter().chain(near).min();
        best.map(|((distance, otherwise), known)| ((true, distance, otherwise), &*known.name))
    }

    /// The first of the shortest names that begin so.
    fn beginning(&self, wanted: &[char], fits: impl Fn(&str) -> bool) -> Option<(usize, &Known)> {
        if wanted.len() < 2 {
            return None;
        }
        self.by_length.range(wanted.len()..).find_map(|(length, list)| {
            let begin = list.names.partition_point(|known| &*known.letters < wanted);
            let mut names =
                list.names[begin..].iter().take_while(|k| k.letters.starts_with(wanted));
            Some((length - wanted.len(), names.find(|known| fits(&known.name))?))
        })
    }

    /// The first of the shortest names that hold it, one that begins alike before others;
    /// with how many letters are wrong, and whether the first one is.
    fn holding(
        &self,
        wanted: &[char],
        fits: impl Fn(&str) -> bool,
    ) -> Option<((usize, bool), &Known)> {
        // Whoever holds it holds every three of its letters: the rarest tell most.
        let places = threes(wanted).map(|three| self.holding.get(&three));
        let rarest = places.min_by_key(|places| places.map_or(0, |places| places.len()))??;
        let known = |(length, place): &(u32, u32)| {
            &self.by_length[&(*length as usize)].names[*place as usize]
        };
        let holds = |known: &Known| known.letters.windows(wanted.len()).any(|part| part == wanted);
        let first = |places: &[(u32, u32)]| {
            places.iter().map(known).find(|known| holds(known) && fits(&known.name))
        };
        let shortest = first(rarest)?;
        let place = |place: &(u32, u32)| (place.0 as usize, known(place).letters.first());
        let of_place = (shortest.letters.len(), wanted.first());
        let begin = rarest.partition_point(|other| place(other) < of_place);
        let end = rarest.partition_point(|other| place(other) <= of_place);
        let begins_alike = first(&rarest[begin..end]);
        let distance = (of_place.0 - wanted.len(), begins_alike.is_none());
        Some((distance, begins_alike.unwrap_or(shortest)))
    }
}

/// Each three letters in a row.
fn threes(letters: &[char]) -> impl Iterator<Item = [char; 3]> {
    letters.windows(3).map(|three| [three[0], three[1], three[2]])
}

/// More than any distance.
const FAR: u16 = u16::MAX / 2;

/// Going through sorted names of one length. Those that begin alike are held against
/// the wanted one together, up to where they part or are too far from it already.
struct Walk<'w> {
    wanted: &'w [char],
    /// For each beginning of the present name, how many letters at least are wrong between
    /// it and each beginning of the wanted one; of those that may matter.
    rows: Vec<Vec<u16>>,
    /// How many rows were worked out.
    steps: usize,
}

impl<'w> Walk<'w> {
    fn new(wanted: &'w [char]) -> Self {
        Self { wanted, rows: vec![(0..).take(wanted.len() + 1).collect()], steps: 0 }
    }

    /// The first of those that fit and have so many letters wrong, and whether its first
    /// letter is among them: those come last. `near` are those that may.
    fn first<'k>(
        &mut self,
        list: &'k Alike,
        near: &[(usize, usize)],
        wrong: usize,
        fits: impl Fn(&str) -> bool,
    ) -> Option<(bool, &'k Known)> {
        let initial = self.wanted.first();
        let begin = near.partition_point(|(at, _)| list.names[*at].letters.first() < initial);
        let end = near.partition_point(|(at, _)| list.names[*at].letters.first() <= initial);
        let mut first = |near| self.first_of(list, near, wrong, &fits);
        if let Some(known) = first(&near[begin..end]) {
            return Some((false, known));
        }
        let otherwise = first(&near[..begin]).or_else(|| first(&near[end..]));
        otherwise.map(|known| (true, known))
    }

    fn first_of<'k>(
        &mut self,
        list: &'k Alike,
        near: &[(usize, usize)],
        wrong: usize,
        fits: impl Fn(&str) -> bool,
    ) -> Option<&'k Known> {
        let (mut passed, mut worked_out) = (0, 0);
        let mut before: &[char] = &[];
        for (at, least) in near {
            if *at < passed || *least > wrong {
                continue;
            }
            let known = &list.names[*at];
            let letters = &known.letters;
            let pairs = before.iter().zip(letters);
            worked_out = pairs.take_while(|(a, b)| a == b).count().min(worked_out);
            while worked_out < letters.len() && self.may_end(worked_out, letters.len(), wrong) {
                worked_out += 1;
                self.step(letters, worked_out, wrong);
            }
            if worked_out < letters.len() {
                let alike = |other: &Known| other.letters[..worked_out] == letters[..worked_out];
                passed = at + 1 + list.names[at + 1..].partition_point(alike);
            } else if usize::from(self.rows[worked_out][self.wanted.len()]) == wrong
                && fits(&known.name)
            {
                return Some(known);
            }
            before = letters;
        }
        None
    }

    /// Whether a name of that length that begins so may have so many letters wrong.
    fn may_end(&self, worked_out: usize, length: usize, wrong: usize) -> bool {
        let (left, last) = (length - worked_out, self.wanted.len());
        let row = &self.rows[worked_out];
        (worked_out.saturating_sub(wrong)..=last.min(worked_out + wrong))
            .any(|at| usize::from(row[at]) + left.abs_diff(last - at) <= wrong)
    }

    /// Works out the row of the beginning of that length: what is wrong are letters that are
    /// missing, added or others, and two next to one another that changed places.
    fn step(&mut self, letters: &[char], length: usize, most: usize) {
        self.steps += 1;
        let (wanted, last) = (self.wanted, self.wanted.len());
        if self.rows.len() == length {
            self.rows.push(vec![FAR; last + 1]);
        }
        let (before, rest) = self.rows.split_at_mut(length);
        let (above, row) = (&before[length - 1], &mut rest[0]);
        row.fill(FAR);
        if length <= most {
            row[0] = length as u16;
        }
        for at in length.saturating_sub(most).max(1)..=last.min(length + most) {
            let other = u16::from(wanted[at - 1] != letters[length - 1]);
            let mut wrong = (above[at - 1] + other).min(above[at] + 1).min(row[at - 1] + 1);
            let crosses = length > 1
                && at > 1
                && wanted[at - 1] == letters[length - 2]
                && wanted[at - 2] == letters[length - 1];
            if crosses {
                wrong = wrong.min(before[length - 2][at - 2] + 1);
            }
            row[at] = wrong.min(FAR);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By holding the wanted name against each.
    fn the_slow_way<'a>(
        wanted: &Wanted,
        names: &[&'a str],
        fits: impl Fn(&str) -> bool,
    ) -> Option<Nearest<'a>> {
        let fitting = names.iter().filter(|name| fits(name));
        let near = fitting.filter_map(|name| Some((wanted.distance(name)?, *name)));
        near.min_by_key(|(distance, name)| (*distance, name.to_lowercase(), *name))
    }

    proptest! {
        #[test]
        fn the_nearest_is_the_one_that_holding_it_against_all_finds(
            names in prop::collection::vec("[a-cA-Dé0-2-]{0,9}", 0..30),
            wanted in "[a-cA-Dé0-2-]{0,9}",
            left_out in "[a-c0-2-]",
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let (known, wanted) = (KnownNames::new(names.iter().copied()), Wanted::new(&wanted));
            let some = |name: &str| !name.ends_with(&*left_out);
            prop_assert_eq!(known.nearest(&wanted, |_| true), the_slow_way(&wanted, &names, |_| true));
            prop_assert_eq!(known.nearest(&wanted, some), the_slow_way(&wanted, &names, some));
        }
    }

    proptest! {
        #[test]
        fn names_are_passed_over_together(
            names in prop::collection::vec("[a-z]{7,10}|svc-[0-9]{4}", 0..600),
            wanted in "[a-z]{7,10}|svc-[0-9]{4}",
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let (known, wanted) = (KnownNames::new(names.iter().copied()), Wanted::new(&wanted));
            prop_assert_eq!(known.nearest(&wanted, |_| true), the_slow_way(&wanted, &names, |_| true));
        }
    }

    #[test]
    fn names_of_any_length_are_held_against_one_another() {
        let long = "x".repeat(500);
        let names = [&long[..], &long[..400], &long[..120], "İstanbul", "istanbul", ""];
        let known = KnownNames::new(names);
        for wanted in ["", "x", &long[..99], &long[..100], &long, "İstanbu", "ISTANBUL"] {
            let wanted = Wanted::new(wanted);
            let slow = the_slow_way(&wanted, &names, |_| true);
            assert_eq!(known.nearest(&wanted, |_| true), slow, "{wanted:?}");
        }
    }

    /// Counted are rows, and no seconds.
    #[test]
    fn ten_times_as_many_names_take_hardly_more_work() {
        let steps = |names: usize, wanted: &str| {
            let names: Vec<String> = (0..names).map(|at| format!("svc-{at:05}")).collect();
            let known = KnownNames::new(names.iter().map(String::as_str));
            let letters: Vec<char> = wanted.chars().collect();
            let mut walk = Walk::new(&letters);
            let list = &known.by_length[&9];
            let near = list.near(letters_of(&letters), 3);
            let first = |wrong| walk.first(list, &near, wrong, |_| true);
            let found = (0..=3).find_map(first).map(|(_, known)| known.name.to_string());
            (found, walk.steps)
        };
        for (wanted, name) in [
            ("nobody-00042", None),
            ("svx-00042", Some("svc-00042")),
            ("svc-0004x", Some("svc-00040")),
            ("zzz-zzzzz", None),
        ] {
            let ((few, small), (many, large)) = (steps(500, wanted), steps(5000, wanted));
            assert_eq!(few.as_deref(), name);
            assert_eq!(many.as_deref(), name);
            assert!(large < 4 * small.max(20), "{wanted}: {large} rows, and {small}");
        }
    }
}
