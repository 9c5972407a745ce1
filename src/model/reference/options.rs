//! Hosts in options: `-Dspring.redis.host=cache`, `--db-host=db --db-port=5433`.

use super::keys::keys;
use super::name::{OWN_WORDS, before_host_word};
use super::notation::Notation;
use super::url::{Found, host_and_port, port_number};

/// The hosts that options name, each with an `=` or the word behind it.
pub fn in_options<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<Found> {
    let words: Vec<&str> = words.into_iter().take(4_000).collect();
    let with_next = words.iter().zip(words.iter().skip(1).copied().chain([""]));
    let options: Vec<(&str, &str)> = with_next
        .filter(|(word, _)| word.starts_with('-'))
        .filter_map(|(word, next)| {
            let behind =
                || (word.starts_with("--") && !next.starts_with('-')).then_some((*word, next));
            word.split_once('=').or_else(behind)
        })
        .collect();
    let found = options.iter().flat_map(|(name, text)| of_option(name, text, &options));
    found.take(super::MOST).collect()
}

fn of_option(name: &str, text: &str, options: &[(&str, &str)]) -> Vec<Found> {
    let bare = name.trim_start_matches('-');
    let Some(stem) = before_host_word(bare).filter(|stem| !stem.is_empty()) else {
        return Vec::new();
    };
    if OWN_WORDS.any_in(bare) || text.contains(['@', '/']) {
        return Vec::new();
    }
    let beside = format!("{}{stem}port", &name[..name.len() - bare.len()]);
    let beside = options.iter().find(|(other, _)| other.eq_ignore_ascii_case(&beside));
    let of_beside = beside.and_then(|(other, port)| Some((other, port_number(port)?)));
    let addresses: Vec<_> = text.split(',').take(16).filter_map(host_and_port).collect();
    let is_only = addresses.len() == 1 && !text.contains(',');
    let made = |(host, port): (String, Option<u16>)| {
        let before = format!("{name}=");
        let (port, notation) = match (port, of_beside) {
            _ if !is_only => (port, Notation::Other),
            (None, Some((other, port))) => (Some(port), keys(&before, &format!(" {other}="), true)),
            (port, _) => (port, keys(&before, ":", false)),
        };
        Found { scheme: None, host, port, notation, flaw: None }
    };
    addresses.into_iter().map(made).collect()
}
