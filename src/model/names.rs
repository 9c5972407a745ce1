//! Guessing which name somebody meant, and putting names in order.

use std::cmp::Ordering;

/// The one of `known` that somebody most likely meant by `wanted`, if any is
/// close enough to be worth suggesting: it begins with that, holds it, or has
/// at most a third of its letters otherwise. Of equally near ones it is one that
/// begins with the same letter: fingers slip after it.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_called(wanted, known.into_iter().map(|name| (name, name)))
}

/// Like [`nearest`], where what a thing is called need not be its name: pairs
/// of the two, of which the name is returned.
pub fn nearest_called<'a>(
    wanted: &str,
    known: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Option<&'a str> {
    let wanted = Wanted::new(wanted);
    known
        .into_iter()
        .filter_map(|(called, name)| Some((wanted.distance(called)?, name)))
        .min()
        .map(|(_, name)| name)
}

/// What somebody wrote for a name, to be held against many.
#[derive(Debug)]
pub struct Wanted {
    folded: String,
    letters: usize,
    bag: Bag,
}

impl Wanted {
    /// Of a text that may be as long as it likes.
    pub fn new(wanted: &str) -> Self {
        // Comparing costs length times length, and names come from strangers.
        let folded = wanted.chars().take(100).collect::<String>().to_lowercase();
        Self { letters: folded.chars().count(), bag: bag_of(&folded), folded }
    }

    /// What counts of it, in lower case.
    pub(super) fn letters(&self) -> impl Iterator<Item = char> {
        self.folded.chars()
    }

    /// Whether it may be held against a name as long as this one.
    pub(super) fn is_short(name: &str) -> bool {
        name.len() <= 400
    }

    /// Whether this name may be meant, see [`nearest`].
    pub fn may_be(&self, name: &str) -> bool {
        self.distance(name).is_some()
    }

    /// How far a name is from it, see [`Distance`]. `None` for a name that is not meant.
    pub(super) fn distance(&self, name: &str) -> Option<Distance> {
        if !Self::is_short(name) {
            return None;
        }
        let name = name.to_lowercase();
        let begins = self.letters >= 2 && name.starts_with(&self.folded);
        let holds = || self.letters >= 3 && name.contains(&self.folded);
        let is_meant = begins || holds();
        let letters = name.chars().count();
        let is_near = |distance| is_meant || is_near(distance, self.letters, letters);
        if !is_near(at_least_between(self.bag, &name)) {
            return None;
        }
        let distance = strsim::osa_distance(&self.folded, &name);
        let begins_otherwise = self.folded.chars().next() != name.chars().next();
        is_near(distance).then_some((!begins, distance, begins_otherwise))
    }
}

/// How far a name is from the wanted one, the least first: whether it does not begin so,
/// how many letters are wrong, and whether the first one is among them.
pub type Distance = (bool, usize, bool);

/// How often each letter stands in a text; letters that share a place count together.
type Bag = [i16; 64];

fn bag_of(text: &str) -> Bag {
    let mut bag = [0; 64];
    for letter in text.chars() {
        bag[place_of(letter)] += 1;
    }
    bag
}

/// Where a letter is counted, which some share.
pub(super) fn place_of(letter: char) -> usize {
    letter as usize % 64
}

/// What the distance between two texts is at least, in time that grows with the length of
/// one: letters that only one of them has are wrong, wherever they stand. Of many names
/// that are held against many, nearly all are told apart by it.
fn at_least_between(mut bag: Bag, other: &str) -> usize {
    for letter in other.chars() {
        bag[place_of(letter)] -= 1;
    }
    let of_one: i16 = bag.iter().filter(|count| **count > 0).sum();
    let of_other: i16 = bag.iter().filter(|count| **count < 0).sum();
    usize::from(of_one.unsigned_abs().max(of_other.unsigned_abs()))
}

/// Whether one name may be another one with a letter or two wrong.
pub fn is_slip(wanted: &str, name: &str) -> bool {
    let folded = |text: &str| text.to_lowercase().chars().take(400).collect::<String>();
    let (wanted, name) = (folded(wanted), folded(name));
    let is_near = |distance| is_near(distance, wanted.chars().count(), name.chars().count());
    is_near(at_least_between(bag_of(&wanted), &name))
        && is_near(strsim::osa_distance(&wanted, &name))
}

/// Whether so many wrong letters are few for names of these lengths.
fn is_near(distance: usize, letters: usize, others: usize) -> bool {
    distance <= most_wrong(letters, others)
}

/// How many letters may be wrong between names of these lengths.
pub(super) fn most_wrong(letters: usize, others: usize) -> usize {
    let most = letters.max(others);
    // Of a name of one letter none may be: all of it would be wrong.
    (most / 3).max(usize::from(most > 1))
}

/// [`nearest`], as the tail of an error's hint: `did you mean ...?`
pub fn nearest_of(wanted: &str, known: &[String]) -> Option<String> {
    nearest(wanted, known.iter().map(String::as_str)).map(str::to_owned)
}

/// The order of texts in which runs of digits count by their size: the one in which
/// names are shown. Only the same text is equal.
pub fn natural_order(a: &str, b: &str) -> Ordering {
    by_numbers(a, b).then_with(|| a.cmp(b))
}

/// The same, where `7` and `007` are equal.
fn by_numbers(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (in_a, in_b) = (digits(a), digits(b));
        if in_a > 0 && in_b > 0 {
            let (left, right) =
                (a[..in_a].trim_start_matches('0'), b[..in_b].trim_start_matches('0'));
            let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (&a[in_a..], &b[in_b..]);
            continue;
        }
        let (mut rest_a, mut rest_b) = (a.chars(), b.chars());
        match (rest_a.next(), rest_b.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) if left != right => return left.cmp(&right),
            _ => (a, b) = (rest_a.as_str(), rest_b.as_str()),
        }
    }
}

/// A name that stands in [`natural_order`], for keys of maps and of sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Natural<T>(pub T);

impl<T: AsRef<str> + Eq> Ord for Natural<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        natural_order(self.0.as_ref(), other.0.as_ref())
    }
}

impl<T: AsRef<str> + Eq> PartialOrd for Natural<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What stands before `@ENGINE` at the end of a name.
pub(super) fn before_engine<'n>(name: &'n str, node: &str) -> Option<&'n str> {
    name.strip_suffix(node)?.strip_suffix('@').filter(|_| !node.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_seen_through() {
        assert_eq!(nearest("mongp", ["mongo", "web"]), Some("mongo"));
        assert_eq!(nearest("bakc", ["front", "back"]), Some("back"));
        assert_eq!(nearest("survey", ["survey_container", "mongo"]), Some("survey_container"));
    }

    #[test]
    fn what_begins_so_comes_before_what_merely_looks_so() {
        let known = ["shop-web-1", "shop-svc10-1", "shop-svc1-1", "ship"];
        assert_eq!(nearest("shop-svc1", known), Some("shop-svc1-1"));
        assert_eq!(nearest("SHOP", known), Some("shop-web-1"));
        assert_eq!(nearest("shp", known), Some("ship"));
        assert_eq!(nearest("s", known), None);
        assert_eq!(nearest("svc1", known), Some("shop-svc1-1"));
    }

    #[test]
    fn the_name_is_suggested_of_what_is_called_so() {
        let known = [("database", "shop-database-1"), ("web", "shop-web-1")];
        assert_eq!(nearest_called("databse", known), Some("shop-database-1"));
        assert_eq!(nearest_called("data", known), Some("shop-database-1"));
        assert_eq!(nearest_called("mongo", known), None);
    }

    #[test]
    fn what_is_counted_first_is_never_more_than_the_distance() {
        let texts =
            ["mongo", "ogmno", "mongp", "", "shop-database-1", "漢字とかな", "é", "a", "mm"];
        for one in texts {
            for other in texts {
                let (bound, distance) =
                    (at_least_between(bag_of(one), other), strsim::osa_distance(one, other));
                assert!(bound <= distance, "{one} {other}: {bound} > {distance}");
            }
        }
        assert_eq!(at_least_between(bag_of("mongo"), "redis"), 5);
    }

    #[test]
    fn numbers_in_names_count_by_their_size() {
        let mut names = ["f:10:1", "f:9:12", "f:9:2", "a", "f:009:3", "f"];
        names.sort_by_key(|name| Natural(*name));
        assert_eq!(names, ["a", "f", "f:9:2", "f:009:3", "f:9:12", "f:10:1"]);
        assert_eq!(natural_order("web7", "web007"), Ordering::Greater);
    }

    #[test]
    fn nothing_close_is_no_suggestion() {
        assert_eq!(nearest("redis", ["mongo", "web"]), None);
        assert_eq!(nearest("redis", []), None);
        assert_eq!(nearest("d", ["a", "b"]), None);
        assert_eq!(nearest("dv", ["db", "web"]), Some("db"));
    }

    #[test]
    fn of_equally_near_names_the_one_that_begins_alike_is_meant() {
        assert_eq!(nearest("wb", ["db", "web"]), Some("web"));
        assert_eq!(nearest("Wb", ["db", "web"]), Some("web"));
        assert_eq!(nearest("bb", ["db", "web"]), Some("db"));
        assert_eq!(nearest("cache", ["bache", "cachf"]), Some("cachf"));
    }
}
