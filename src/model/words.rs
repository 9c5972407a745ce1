//! Numbers and lists in words, as every layer says them.

use std::fmt::Display;

/// Names that [`few`] shows of many.
const FEW: usize = 4;

/// `1 container`, `2 containers`, `3 tries`.
pub fn count<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    if number == N::from(1) { format!("1 {noun}") } else { format!("{number} {}", plural(noun)) }
}

/// Words with a capital letter in front.
pub fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Words with the full stop that ends a sentence, unless they have one: what a program
/// said may end as sentences do, or as what goes on in the next line does.
pub fn full_stop(words: &str) -> String {
    let words = words.trim_end_matches([':', ',']);
    if words.ends_with(['.', '!', '?', '…']) { words.to_owned() } else { format!("{words}.") }
}

/// Text as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// The plural of a noun that has a regular one.
fn plural(noun: &str) -> String {
    let after_vowel = |stem: &str| stem.ends_with(['a', 'e', 'i', 'o', 'u']);
    match noun.strip_suffix('y') {
        Some(stem) if !after_vowel(stem) => format!("{stem}ies"),
        _ if ["s", "x", "z", "ch", "sh"].iter().any(|end| noun.ends_with(end)) => {
            format!("{noun}es")
        }
        _ => format!("{noun}s"),
    }
}

/// The names of a sentence: `a`, `a and b`, `a, b and c`; of more than `most`
/// the first of them and how many are left, `a, b and 7 more`. A single one
/// that would be left is named, since that takes no more room. The text is
/// empty where there are none.
pub fn listed<T: AsRef<str>>(items: &[T], most: usize) -> String {
    in_a_row(items, most, " and ")
}

/// Names of which one is meant: `a or b`, and of many as [`few`] has them.
pub fn either<T: AsRef<str>>(names: &[T]) -> String {
    in_a_row(names, FEW, " or ")
}

/// The values of a field: like [`listed`], with a comma before the last one
/// too, `a, b, c`.
pub fn comma_separated<T: AsRef<str>>(items: &[T], most: usize) -> String {
    in_a_row(items, most, ", ")
}

fn in_a_row<T: AsRef<str>>(items: &[T], most: usize, before_last: &str) -> String {
    let most = most.max(1);
    let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    match items.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [head @ .., last] if items.len() <= most.saturating_add(1) => {
            format!("{}{before_last}{last}", head.join(", "))
        }
        many => format!("{} and {} more", many[..most].join(", "), many.len() - most),
    }
}

/// [`listed`] for a sentence, in which four of many are enough, and which says
/// `nothing` where there are none.
pub fn few<T: AsRef<str>>(names: &[T]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { listed(names, FEW) }
}

/// A span of time, as far as it matters: `250 ms`, `30 s`, `5 min`, `3 h`.
pub fn span(seconds: f64) -> String {
    match seconds {
        ..1.0 => format!("{:.0} ms", seconds * 1e3),
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.0} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_single_words() {
        assert_eq!(quoted("web_1.a-b"), "web_1.a-b");
        assert_eq!(quoted("my net"), "'my net'");
        assert_eq!(quoted("a'b; rm -rf /"), "'a'\\''b; rm -rf /'");
        assert_eq!(quoted("$(id)"), "'$(id)'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("~root"), "'~root'");
    }

    #[test]
    fn nouns_have_their_plural() {
        assert_eq!(count(1_usize, "container"), "1 container");
        assert_eq!(count(0_usize, "container"), "0 containers");
        assert_eq!(count(2_u64, "ordered pair"), "2 ordered pairs");
        for (noun, plural) in [
            ("try", "tries"),
            ("key", "keys"),
            ("alias", "aliases"),
            ("prefix", "prefixes"),
            ("match", "matches"),
            ("address", "addresses"),
            ("name", "names"),
        ] {
            assert_eq!(count(3_u32, noun), format!("3 {plural}"));
            assert_eq!(count(1_u32, noun), format!("1 {noun}"));
        }
    }

    #[test]
    fn lists_read_like_speech() {
        assert_eq!(listed(&["a"; 0], 3), "");
        assert_eq!(listed(&["a"], 3), "a");
        assert_eq!(listed(&["a", "b"], 3), "a and b");
        assert_eq!(listed(&["a", "b", "c"], 3), "a, b and c");
        assert_eq!(listed(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(listed(&["a", "b", "c"], 2), "a, b and c", "one more is named");
        assert_eq!(listed(&["a", "b", "c"], 1), "a and 2 more");
        assert_eq!(listed(&["a", "b", "c"], 0), "a and 2 more", "one is always shown");
        assert_eq!(listed(&["a", "b"], usize::MAX), "a and b");
    }

    #[test]
    fn values_stand_between_commas() {
        assert_eq!(comma_separated(&["a", "b"], 3), "a, b");
        assert_eq!(comma_separated(&["a", "b", "c", "d"], 3), "a, b, c, d");
        assert_eq!(comma_separated(&["a", "b", "c", "d"], 2), "a, b and 2 more");
    }

    #[test]
    fn a_few_are_four_or_all_five() {
        assert_eq!(few(&["a"; 0]), "nothing");
        assert_eq!(few(&["a", "b", "c", "d", "e"]), "a, b, c, d and e");
        assert_eq!(few(&["a", "b", "c", "d", "e", "f"]), "a, b, c, d and 2 more");
    }
}
