//! Lines that hold what somebody else says: a program that ships the logs of
//! others, and tests that are about failures.

/// Keys and paths of a line that was shipped: where it was read.
const SHIPPED: [&str; 13] = [
    "\"stream\":\"std",
    "\"@metadata\":",
    "\"_container_name\":",
    "\"container_name\":",
    "\"container_id\":",
    "\"container.name\":",
    "\"container.id\":",
    "\"docker.container",
    "\"kubernetes\":",
    "\"pod_name\":",
    "\"source_type\":",
    "\"log.file.path\":",
    "/var/lib/docker/containers/",
];

/// How fluent-bit and Logstash print the text of a record.
const PRINTED: [&str; 4] =
    ["{\"log\"=>\"", "\"message\"=>\"", "\"message\" => \"", "\"event\" => {\"original\""];

/// How a line of a test begins that went as it should.
const PASSED: [&str; 6] = ["\u{2713}", "\u{2714}", "\u{221a}", "pass ", "pass:", "--- pass"];

/// Words of a line about a failure that is meant to be.
const MEANT: [&str; 4] = ["as expected", "expected error", "expected failure", "simulat"];

/// Whether a line, in lower case, holds what another program says, or what a test
/// wants to see.
pub fn is_quoted(folded: &str) -> bool {
    let line = folded.trim_start();
    // JSON with blanks before or behind its colons, or without; and as Ruby has it.
    let has = |key: &&str| {
        let as_written = |sign: &str| line.contains(&key.replacen(':', sign, 1));
        line.contains(*key) || [": ", " :", " : ", "=>", " => "].into_iter().any(as_written)
    };
    let is_shipped = line.contains('{') && SHIPPED.iter().any(has)
        || PRINTED.iter().any(|key| line.contains(key));
    is_shipped
        || PASSED.iter().any(|begin| line.starts_with(begin))
        || is_tap(line)
        || MEANT.iter().any(|words| line.contains(words))
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
            assert!(is_quoted(line), "{line}");
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
            assert!(!is_quoted(line), "{line}");
        }
    }
}
