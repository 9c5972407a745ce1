//! Reading what programs inside containers print when they connect. Exit codes
//! come first; words are read only where the codes leave it open, and words
//! that say nothing known are an unknown outcome, never a blocked way.

use std::net::IpAddr;
use std::time::Duration;

use super::Answer;
use crate::model::{Latency, Outcome, Why};

/// What a ping's exit code and output say.
///
/// busybox and iputils both end with 0 when an answer came. Without one
/// busybox ends with 1 whatever the cause, iputils with 1 for no answer and 2
/// for everything else.
pub fn ping(code: i64, output: &str) -> Answer {
    let (sent, received) = (counted(output, &["transmitted"]), counted(output, &["received"]));
    let answer = Answer {
        sent: sent.unwrap_or(1),
        received: received.unwrap_or(u32::from(code == 0)),
        latency: round_trip(output),
        leads_to: pinged(output),
        ..Answer::of(Outcome::Reachable)
    };
    if code == 0 {
        return answer;
    }
    if let Some(failure) = failure(output) {
        return Answer { leads_to: answer.leads_to, ..failure };
    }
    // It printed its statistics, so it ran its course and nothing came back.
    if received == Some(0) {
        let outcome = if counted(output, &["errors"]).is_some_and(|errors| errors > 0) {
            Outcome::Unreachable
        } else {
            Outcome::Timeout
        };
        return Answer { outcome, latency: None, ..answer };
    }
    if code == TIMED_OUT {
        // The first line with the address comes as soon as the name is resolved.
        let resolved = output.contains("PING");
        let outcome = if resolved { Outcome::Timeout } else { Outcome::NameNotFound };
        let answer = Answer { received: 0, latency: None, outcome, ..answer };
        return if resolved { answer } else { answer.because(Why::NameServersSilent) };
    }
    never_ran(code, output)
}

/// How `timeout` ends when it had to end a program (timeout(1)). One that
/// somebody else ended, with 143 or 137, could have had an answer yet.
pub const TIMED_OUT: i64 = 124;

/// What the exit code of a TCP attempt and output say.
///
/// Some programs cannot be given a time to wait for a connection. Ended for
/// that, they leave open whether a name was not resolved or its address was
/// silent; either way there was no answer.
pub fn tcp(code: i64, output: &str) -> Answer {
    if let Some(failure) = failure(output) {
        return failure;
    }
    let words = output.to_lowercase();
    let connected = ["connected", "succeeded", " open", "empty reply", "server returned error"];
    if code == 0 || connected.iter().any(|word| words.contains(word)) {
        return Answer { received: 1, ..Answer::of(Outcome::Reachable) };
    }
    if code == TIMED_OUT {
        return Answer::of(Outcome::Timeout);
    }
    never_ran(code, output)
}

/// Ends that the words tell, whatever the program.
fn failure(output: &str) -> Option<Answer> {
    let words = output.to_lowercase();
    let says = |list: &[&str]| list.iter().any(|word| words.contains(word));
    if says(&["refused"]) {
        return Some(Answer { received: 1, ..Answer::of(Outcome::Refused) });
    }
    if says(NAME_WORDS) {
        return Some(Answer::of(Outcome::NameNotFound));
    }
    if says(&["sendto: operation not permitted", "sendmsg: operation not permitted"]) {
        return Some(Answer::of(Outcome::Unreachable).because(Why::OwnFirewall));
    }
    // What may not be sent, where a socket could be had.
    let sending = ["sendto: permission", "sendmsg: permission", "do you want to ping broadcast"];
    let connecting = says(&["can't connect"]) && says(&["permission denied"]);
    if says(&sending) || connecting {
        return Some(Answer::of(Outcome::Unreachable).because(Why::Prohibited));
    }
    if says(&["permission denied", "operation not permitted", "are you root"]) {
        return Some(Answer::unknown(Why::PingForbidden));
    }
    let no_source_address =
        ["cannot assign requested address", "address not available", "eaddrnotavail"];
    if says(&no_source_address) {
        return Some(Answer::of(Outcome::Unreachable).because(Why::NoSourceAddress));
    }
    if says(&["no route to host", "unreachable", "ehostunreach", "enetunreach"]) {
        let reason = if says(&["network is unreachable", "network unreachable", "enetunreach"]) {
            Why::NoRoute
        } else {
            Why::EndsBefore
        };
        return Some(Answer::of(Outcome::Unreachable).because(reason));
    }
    // Of an option, programs say it with the option behind it.
    if words.lines().any(|line| line.trim_end().ends_with(": invalid argument")) {
        return Some(Answer::of(Outcome::Unreachable).because(Why::BlackHole));
    }
    says(&["timed out", "timeout", "etimedout"]).then(|| Answer::of(Outcome::Timeout))
}

/// How resolvers and the programs above them say that a name is unknown
/// (busybox, iputils, glibc, musl, curl, node, php).
const NAME_WORDS: &[&str] = &[
    "bad address",
    "unknown host",
    "name or service not known",
    "nodename nor servname",
    "name does not resolve",
    "temporary failure in name resolution",
    "try again",
    "could not resolve",
    "unable to resolve",
    "no address associated",
    "enotfound",
    "eai_again",
    "getaddrinfo",
    "name resolution",
    "no such host",
    "bad hostname",
];

fn never_ran(code: i64, output: &str) -> Answer {
    let words: String = output.trim().chars().take(120).collect();
    match (code, words.is_empty()) {
        (126, _) => Answer::unknown(Why::ProgramForbidden),
        (127, _) => Answer::unknown(Why::NoProgram),
        (137 | 143, _) => Answer::unknown(Why::Ended),
        (_, true) => Answer::unknown(format!("the program ended with {code} and no word")),
        (_, false) => Answer::unknown(format!("the program ended with {code}: {words}")),
    }
}

/// The number in front of one of `nouns`: `3 packets received`, `3 received`, `+1 errors`.
fn counted(output: &str, nouns: &[&str]) -> Option<u32> {
    let line = output.lines().find(|line| line.contains("transmitted"))?;
    let part = line.split(',').find(|part| nouns.iter().any(|noun| part.contains(noun)))?;
    let digits: String = part
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// The address in `PING db (10.0.0.3): 56 data bytes` and its relatives.
pub fn pinged(output: &str) -> Option<IpAddr> {
    let line = output.lines().find(|line| line.starts_with("PING "))?;
    line.split(['(', ')']).find_map(|part| part.parse().ok())
}

/// `min/avg/max` in milliseconds, with `/mdev` behind it from iputils.
fn round_trip(output: &str) -> Option<Latency> {
    let line = output.lines().find(|line| line.contains("min/avg/max"))?;
    let numbers = line.split_once('=')?.1.trim();
    let mut micros = numbers.split(['/', ' ']).map(|number| {
        let milliseconds: f64 = number.parse().ok()?;
        let trip = Duration::try_from_secs_f64(milliseconds / 1000.0).ok()?;
        u64::try_from(trip.as_micros()).ok()
    });
    Some(Latency { min: micros.next()??, avg: micros.next()??, max: micros.next()?? })
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
