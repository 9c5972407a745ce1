//! Which phrases of the lists a text holds, found in one look at it: a log has hundreds
//! of lines, the lists have hundreds of phrases, and nearly every line has none of them.

use std::sync::LazyLock;

use super::log_calm::is_complaint;
use super::log_good_phrases::{CONNECTED, READY};
use super::log_markers::{AFTER, LOOSE, SURE, SURELY_AFTER};
use super::log_phrases::{DENIED, PHRASES};
use super::log_quoted_phrases::{MEANT, PRINTED, SHIPPED};
use super::log_troubles_phrases::{HOSTLESS, TROUBLES};
use crate::model::{LogErrorKind, TroubleKind};
use crate::order::OrderBy;

/// Places of one phrase in a text that are looked at.
const MOST_PLACES: usize = 4;

/// Letters that a phrase has at least, by which it is looked for.
const BEGIN: usize = 4;

/// A list of phrases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Of a network error, beside which a host stands.
    Network(LogErrorKind),
    /// That a name server said no.
    Denied,
    /// Of other trouble.
    Trouble(TroubleKind),
    /// That a connection was made.
    Connected,
    /// That another program waits for connections.
    Ready,
    /// Keys of a line that was shipped.
    Shipped,
    /// Keys before what another program said.
    Printed,
    /// Of a failure that is meant to be.
    Meant,
    /// Behind which a host stands, whatever it looks like.
    Sure,
    /// Behind which a host may stand.
    Loose,
    /// Before which a host stands, whatever else there is.
    SurelyAfter,
    /// Before which a host stands.
    After,
}

/// A text, the same in lower case, and where in it the lists' phrases stand.
pub struct Text {
    /// As it was written.
    pub text: String,
    /// In lower case, where letters have it in ASCII: places are the same in both.
    pub folded: String,
    found: Vec<Found>,
}

/// A place of a phrase, in bytes of the text.
struct Found {
    at: usize,
    list: List,
    /// The phrase's place in its list.
    nth: usize,
    phrase: &'static str,
}

impl Text {
    /// Looks for all phrases.
    pub fn new(text: String) -> Self {
        let folded = text.to_ascii_lowercase();
        Self { found: INDEX.find(&folded), folded, text }
    }

    /// Where phrases of a list stand.
    pub fn places(&self, list: List) -> impl Iterator<Item = (usize, &'static str)> {
        let of_list = move |found: &&Found| found.list == list;
        self.found.iter().filter(of_list).map(|found| (found.at, found.phrase))
    }

    /// The same in the order of the list.
    pub fn places_by_phrase(&self, list: List) -> impl Iterator<Item = (usize, &'static str)> {
        let mut found: Vec<&Found> = self.found.iter().filter(|one| one.list == list).collect();
        found.order_by_key(|one| one.nth);
        found.into_iter().map(|one| (one.at, one.phrase))
    }

    /// Whether a phrase of a list stands in it.
    pub fn has(&self, list: List) -> bool {
        self.places(list).next().is_some()
    }

    /// Whether it says that something went wrong in words of a list.
    pub fn says(&self, list: List) -> bool {
        self.places(list).any(|(at, phrase)| is_complaint(&self.folded, phrase, at))
    }
}

static INDEX: LazyLock<Index> = LazyLock::new(Index::new);

/// The phrases by their first letters.
struct Index {
    /// A bit for each number that the first letters of a phrase are made to.
    begins: Box<[u64; 1 << 10]>,
    /// Sorted by their first letters.
    phrases: Vec<Phrase>,
}

/// A phrase of a list.
struct Phrase {
    begin: [u8; BEGIN],
    list: List,
    nth: usize,
    phrase: &'static str,
}

impl Index {
    fn new() -> Self {
        let mut lists: Vec<(List, &'static [&str])> = vec![
            (List::Denied, &DENIED[..]),
            (List::Connected, &CONNECTED[..]),
            (List::Ready, &READY[..]),
            (List::Shipped, &SHIPPED[..]),
            (List::Printed, &PRINTED[..]),
            (List::Meant, &MEANT[..]),
            (List::Sure, &SURE[..]),
            (List::Loose, &LOOSE[..]),
            (List::SurelyAfter, &SURELY_AFTER[..]),
            (List::After, &AFTER[..]),
        ];
        lists.extend(PHRASES.iter().map(|(kind, phrases)| (List::Network(*kind), *phrases)));
        let troubles = TROUBLES.iter().chain(&HOSTLESS);
        lists.extend(troubles.map(|(kind, phrases)| (List::Trouble(*kind), *phrases)));
        let mut index = Self { begins: Box::new([0; 1 << 10]), phrases: Vec::new() };
        for (list, phrases) in lists {
            for (nth, phrase) in phrases.iter().enumerate() {
                let begin = *phrase.as_bytes().first_chunk().expect("a test looks at them all");
                let (word, bit) = Self::place(begin);
                index.begins[word] |= bit;
                index.phrases.push(Phrase { begin, list, nth, phrase });
            }
        }
        index.phrases.order_by_key(|phrase| phrase.begin);
        index
    }

    /// The bit of four letters. Of what is in a log, one in a hundred has that of a phrase.
    fn place(begin: [u8; BEGIN]) -> (usize, u64) {
        let hash = (u32::from_le_bytes(begin).wrapping_mul(0x9E37_79B1) >> 16) as usize;
        (hash >> 6, 1 << (hash & 63))
    }

    fn find(&self, folded: &str) -> Vec<Found> {
        let bytes = folded.as_bytes();
        let mut found: Vec<Found> = Vec::new();
        for (at, begin) in bytes.windows(BEGIN).enumerate() {
            let begin: [u8; BEGIN] = begin.try_into().expect("so long they are");
            let (word, bit) = Self::place(begin);
            if self.begins[word] & bit == 0 {
                continue;
            }
            let first = self.phrases.partition_point(|one| one.begin < begin);
            let alike = self.phrases[first..].iter().take_while(|one| one.begin == begin);
            for &Phrase { list, nth, phrase, .. } in alike {
                let is_same = |one: &&Found| one.list == list && one.nth == nth;
                if bytes[at..].starts_with(phrase.as_bytes())
                    && found.iter().filter(is_same).count() < MOST_PLACES
                {
                    found.push(Found { at, list, nth, phrase });
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_found_where_it_stands() {
        for Phrase { list, phrase, .. } in &INDEX.phrases {
            let text = Text::new(format!("é {phrase} ×"));
            assert!(text.places(*list).any(|place| place == (3, *phrase)), "{phrase}");
            assert!(phrase.len() >= BEGIN && phrase.to_ascii_lowercase() == *phrase, "{phrase}");
        }
    }

    #[test]
    fn some_places_of_a_phrase_are_enough() {
        let text = Text::new("ENOTFOUND ".repeat(100));
        assert_eq!(
            text.places(List::Denied).map(|(at, _)| at).collect::<Vec<_>>(),
            [0, 10, 20, 30]
        );
        assert!(!text.has(List::Connected));
    }
}
