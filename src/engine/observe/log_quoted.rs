//! Lines that hold what somebody else says: a program that ships the logs of
//! others, and tests that are about failures.

use super::log_found::{List, Text};

/// How a line of a test begins that went as it should.
const PASSED: [&str; 6] = ["\u{2713}", "\u{2714}", "\u{221a}", "pass ", "pass:", "--- pass"];

/// Whether a line holds what another program says, or what a test wants to see.
pub fn is_quoted(line: &Text) -> bool {
    let begin = line.folded.trim_start();
    is_shipped(line)
        || line.has(List::Printed)
        || line.has(List::Meant)
        || PASSED.iter().any(|passed| begin.starts_with(passed))
        || is_tap(begin)
}

/// Whether a line has a key of one that was shipped: JSON with blanks before or behind
/// its colons, or without; and as Ruby has it.
fn is_shipped(line: &Text) -> bool {
    line.folded.contains('{')
        && line.places(List::Shipped).any(|(at, key)| {
            let behind = line.folded[at + key.len()..].trim_start_matches(' ');
            let value = behind.strip_prefix(':').or_else(|| behind.strip_prefix("=>"));
            let is_key = !key.ends_with('"') || value.is_some();
            // What else is called a stream is no log's.
            let is_log = |value: &str| value.trim_start_matches(' ').starts_with("\"std");
            is_key && (key != "\"stream\"" || value.is_some_and(is_log))
        })
}

/// Whether a line is that of a test in TAP which is over: `ok 3 - …`.
fn is_tap(line: &str) -> bool {
    let number = line.strip_prefix("ok ").map(|rest| rest.split(' ').next().unwrap_or_default());
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_told_from_what_a_program_says_itself() {
        for line in [
            r#"{"container_name":"orders","message":"connect econnrefused orders-db:5432","stream":"stderr"}"#,
            r#"2026-11-28 docker.orders: {"container_id":"ab","log":"error: connect econnrefused db:5432"}"#,
            r#"{"agent":{"type":"filebeat"},"log":{"file":{"path":"/var/lib/docker/containers/ab/ab-json.log"}},"message":"enotfound db"}"#,
            r#"{"log":"connect econnrefused db:5432\n","stream":"stderr","time":"2026-11-28t07:00:00z"}"#,
            r#"{"@timestamp":"2026","@metadata":{"beat":"filebeat"},"message":"enotfound db"}"#,
            r#"[0] docker.1: [[1764300000.1, {}], {"log"=>"enotfound db", "container_name"=>"/orders"}]"#,
            r#"[0] tail.0: [1764300000.1, {"log"=>"enotfound db"}]"#,
            r#"       "message" => "error: getaddrinfo enotfound db","#,
            "  \u{2713} tells of connect econnrefused api:1 (4 ms)",
            "ok 12 - refuses: connect econnrefused api:1",
            "--- pass: testrefused dial tcp api:1: connection refused",
            "pass src/client.test.js econnrefused api:1",
            "info checks failover: connect econnrefused api:1, as expected",
        ] {
            assert!(is_quoted(&Text::new(line.to_owned())), "{line}");
        }
        for line in [
            r#"{"level":"error","service":"orders","msg":"connect econnrefused orders-db:5432"}"#,
            "info connect econnrefused api:1, trying again",
            "not ok 3 - connect econnrefused api:1",
            "ok, trying again: connect econnrefused api:1",
            r#"{"log.level":"error","message":"lookup es: no such host","service.name":"filebeat"}"#,
            r#"{"log":{"level":"error"},"message":"connect econnrefused db:5432"}"#,
            "password for db: connect econnrefused db:5432",
        ] {
            assert!(!is_quoted(&Text::new(line.to_owned())), "{line}");
        }
    }
}
