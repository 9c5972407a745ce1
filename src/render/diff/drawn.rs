//! A difference as marks on a map, for the picture formats.

use std::collections::BTreeMap;

use crate::diff::{Happened, Overlay};
use crate::render::view::{Change, Changes};

/// The marks of an overlay.
pub fn changes(overlay: &Overlay) -> Changes {
    Changes {
        containers: marked(&overlay.containers),
        networks: marked(&overlay.networks),
        endpoints: marked(&overlay.endpoints),
    }
}

/// The title of a drawn difference: of two paths, only where they differ.
pub fn title(before: &str, after: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (before.split('/').collect(), after.split('/').collect());
    let most = a.len().min(b.len()) - 1;
    let common = a.iter().zip(&b).take(most).take_while(|(a, b)| a == b).count();
    let from = |parts: &[&str], at: usize| parts[at.min(parts.len())..].join("/");
    // A file and its folder are enough, unless they are the same in both.
    let short = |parts: &[&str]| from(parts, common.max(parts.len().saturating_sub(2)));
    let (mut before, mut after) = (short(&a), short(&b));
    if before == after {
        (before, after) = (from(&a, common), from(&b, common));
    }
    format!("{before} → {after}")
}

fn marked<K: Copy + Ord>(happened: &BTreeMap<K, Happened>) -> BTreeMap<K, Change> {
    let change = |happened: &Happened| match happened {
        Happened::Added => Change::Added,
        Happened::Removed => Change::Removed,
        Happened::Changed => Change::Changed,
    };
    happened.iter().map(|(at, happened)| (*at, change(happened))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_short_and_tell_apart() {
        assert_eq!(title("/a/b/monday.json", "/a/b/today.json"), "monday.json → today.json");
        assert_eq!(title("/a/b/c/me.json", "/a/d/c/me.json"), "b/c/me.json → d/c/me.json");
        assert_eq!(title("a/me.json", "b/me.json"), "a/me.json → b/me.json");
        assert_eq!(title("me.json", "what runs now"), "me.json → what runs now");
    }
}
