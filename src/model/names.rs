//! Guessing which name somebody meant, and putting names in order.

use std::cmp::Ordering;

/// The one of `known` that is closest to `wanted`, if any is close enough to
/// be worth suggesting: at most a third of its letters differ.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing costs length times length, and names come from strangers.
    let wanted: String = wanted.chars().take(100).collect();
    let folded = wanted.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.len() <= 400)
        .map(|name| (strsim::osa_distance(&folded, &name.to_lowercase()), name))
        .filter(|(distance, name)| {
            let longest = wanted.chars().count().max(name.chars().count());
            *distance <= (longest / 3).max(1)
                || (folded.len() >= 3 && name.to_lowercase().contains(&folded))
        })
        .min_by(|a, b| a.cmp(b))
        .map(|(_, name)| name)
}

/// [`nearest`], as the tail of an error's hint: `did you mean ...?`
pub fn nearest_of(wanted: &str, known: &[String]) -> Option<String> {
    nearest(wanted, known.iter().map(String::as_str)).map(str::to_owned)
}

/// The order of texts in which runs of digits count by their size.
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (in_a, in_b) = (digits(a), digits(b));
        if in_a > 0 && in_b > 0 {
            let number = |text: &str| text.trim_start_matches('0').to_owned();
            let (left, right) = (number(&a[..in_a]), number(&b[..in_b]));
            let order = left.len().cmp(&right.len()).then_with(|| left.cmp(&right));
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
    fn numbers_in_names_count_by_their_size() {
        let mut names = ["f:10:1", "f:9:12", "f:9:2", "a", "f:009:3", "f"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["a", "f", "f:9:2", "f:009:3", "f:9:12", "f:10:1"]);
    }

    #[test]
    fn nothing_close_is_no_suggestion() {
        assert_eq!(nearest("redis", ["mongo", "web"]), None);
        assert_eq!(nearest("redis", []), None);
    }
}
