//! What of a line is the program's own word. A record of JSON has it under some key,
//! escaped and beside what it says of itself; and who only informs may quote others.

use serde_json::{Map, Value};

use crate::order::OrderBy;

/// Objects within one another that are looked into.
const DEEPEST: usize = 6;

/// Texts of one record that are read.
const MOST_TEXTS: usize = 48;

/// Words of keys under which a program says what went wrong.
const TELLING: [&str; 26] = [
    "message",
    "msg",
    "error",
    "errors",
    "err",
    "exception",
    "exc",
    "reason",
    "cause",
    "causes",
    "stack",
    "stacktrace",
    "trace",
    "traceback",
    "thrown",
    "failure",
    "fault",
    "m",
    "mt",
    "x",
    "failed",
    "fails",
    "failing",
    "retry",
    "retrying",
    "code",
];

/// Words of keys under which an object within a record says whose it is.
const SAYS_WHO: [&str; 9] =
    ["service", "app", "application", "container", "pod", "job", "instance", "alertname", "sender"];

/// Words of keys that have a record's level.
const LEVELS: [&str; 6] = ["level", "lvl", "severity", "levelname", "loglevel", "l"];

/// Levels at which nothing of a program's own has failed for good.
const CALM: [&str; 7] = ["info", "information", "debug", "trace", "notice", "verbose", "silly"];

/// All other levels.
const LOUD: [&str; 11] = [
    "warn", "warning", "error", "err", "fatal", "critical", "crit", "severe", "panic", "emerg",
    "alert",
];

/// Words between what is quoted and the word that says why.
const BETWEEN: [&str; 8] = ["was", "is", "with", "by", "the", "a", "of", "as"];

/// The texts in which a line can complain, the best first.
pub fn readings(line: &str) -> Vec<String> {
    let begin = line.find("{\"").or_else(|| line.find("{ \""));
    let record = begin.and_then(|at| Some((at, object(&line[at..])?)));
    let Some((at, mut record)) = record else {
        return vec![if is_calm_line(line) { without_quotes(line) } else { line.to_owned() }];
    };
    let is_calm = level(&record).is_some_and(|level| is_calm(&level));
    clean(&mut record, is_calm, DEEPEST);
    let mut texts = Vec::new();
    leaves(&record, false, DEEPEST, &mut texts);
    texts.order_by_key(|(is_telling, _)| !is_telling);
    let whole = format!("{}{}", &line[..at], Value::Object(record));
    std::iter::once(whole).chain(texts.into_iter().map(|(_, text)| text)).collect()
}

/// The object that a text begins with.
fn object(text: &str) -> Option<Map<String, Value>> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next()?.ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// The level of a record: in words, or by number as pino and bunyan have it.
fn level(record: &Map<String, Value>) -> Option<String> {
    let named = |key: &str| words(key).last().is_some_and(|word| LEVELS.contains(&word.as_str()));
    let of_value = |value: &Value| match value {
        Value::String(level) => Some(level.to_ascii_lowercase()),
        Value::Number(number) => {
            number.as_u64().map(|number| if number <= 30 { "info" } else { "error" }.to_owned())
        }
        _ => None,
    };
    let own = record.iter().filter(|(key, _)| named(key)).find_map(|(_, value)| of_value(value));
    let nested = || {
        let log = record.get("log")?.as_object()?;
        log.get("level").and_then(of_value)
    };
    own.or_else(nested)
}

fn is_calm(level: &str) -> bool {
    CALM.iter().any(|calm| level.starts_with(calm))
}

/// Whether a line says at its beginning that it only informs.
fn is_calm_line(line: &str) -> bool {
    let words = line.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    let first = words.take(6).map(str::to_ascii_lowercase);
    let mut levels = first.filter_map(|word| {
        let is = |levels: &[&str]| levels.contains(&word.as_str());
        if is(&CALM) { Some(true) } else { is(&LOUD).then_some(false) }
    });
    levels.next().unwrap_or(false)
}

/// Takes out what is not the program's own word: what its client asked for, what it
/// calls itself; and where nothing has failed what it holds of others.
fn clean(record: &mut Map<String, Value>, is_calm: bool, depth: usize) {
    // The host in an error of Node stands beside what was to be done with it.
    let is_error = ["syscall", "code", "errno"].iter().any(|key| record.contains_key(*key));
    record.retain(|key, value| {
        let is_request = key == "request" && value.is_object();
        !(is_request || (key == "hostname" && !is_error))
    });
    for (key, value) in record.iter_mut() {
        let is_telling = is_telling(key);
        let items = match value {
            Value::Array(items) => items.as_mut_slice(),
            other => std::slice::from_mut(other),
        };
        for item in items {
            match item {
                Value::String(text) if is_calm => {
                    *text = match is_telling || !is_sentence(text) {
                        true => without_quotes(text),
                        false => String::new(),
                    };
                }
                // What is under the name of somebody is what that one says.
                Value::Object(inner) if is_calm && !is_telling && is_of_another(inner) => {
                    inner.clear();
                }
                // What belongs to an error is told by it.
                Value::Object(inner) if depth > 0 => {
                    clean(inner, is_calm && !is_telling, depth - 1);
                }
                _ => {}
            }
        }
    }
}

/// Whether an object within a record says who it is from.
fn is_of_another(object: &Map<String, Value>) -> bool {
    let names = |key: &String| words(key).iter().any(|word| SAYS_WHO.contains(&word.as_str()));
    object.iter().any(|(key, value)| value.is_string() && names(key))
}

/// The texts of a record, each with whether its key says that something went wrong.
/// A text may be a record itself.
fn leaves(
    record: &Map<String, Value>,
    is_telling_itself: bool,
    depth: usize,
    texts: &mut Vec<(bool, String)>,
) {
    for (key, value) in record {
        let is_telling = is_telling_itself || is_telling(key);
        let items = match value {
            Value::Array(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        for item in items {
            if depth == 0 || texts.len() >= MOST_TEXTS {
                return;
            }
            match item {
                Value::Object(inner) => leaves(inner, is_telling, depth - 1, texts),
                Value::String(text) => match object(text.trim_start()) {
                    Some(inner) => leaves(&inner, is_telling, depth - 1, texts),
                    None if is_sentence(text) => texts.push((is_telling, text.clone())),
                    None => {}
                },
                _ => {}
            }
        }
    }
}

/// Whether a text says something, and is no name, number or address.
fn is_sentence(text: &str) -> bool {
    text.split_whitespace().nth(2).is_some()
}

fn is_telling(key: &str) -> bool {
    words(key).iter().any(|word| TELLING.contains(&word.as_str()))
}

/// The words of a key, in lower case: of `errorMessage`, `error_message`, `@m`.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in key.chars().take(100) {
        if !c.is_ascii_alphanumeric() || (was_lower && c.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_lowercase());
        }
        was_lower = c.is_ascii_lowercase();
    }
    words
}

/// A text without the sentences that it quotes, unless the word before says that they
/// are about its own failure: `error="…"`, `failed: "…"`.
fn without_quotes(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    // One that is escaped is within what is quoted.
    let find = |text: &str, quotes: &[char]| {
        let mut found = text.match_indices(quotes).map(|(at, _)| at);
        found.find(|at| !text[..*at].ends_with('\\'))
    };
    while let Some(at) = find(rest, &['"', '\u{201c}', '`']) {
        let quote = rest[at..].chars().next().unwrap_or('"');
        let closing = if quote == '\u{201c}' { '\u{201d}' } else { quote };
        let inside = &rest[at + quote.len_utf8()..];
        let Some(end) = find(inside, &[closing]) else { break };
        let behind = end + closing.len_utf8();
        kept.push_str(&rest[..at]);
        if !is_sentence(&inside[..end]) || is_own(&kept) {
            kept.push_str(&rest[at..at + quote.len_utf8() + behind]);
        }
        rest = &inside[behind..];
    }
    kept + rest
}

/// Whether what is quoted behind a text is about a failure of its own.
fn is_own(before: &str) -> bool {
    let mut words = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    let word = words.find(|word| !BETWEEN.contains(&word.to_ascii_lowercase().as_str()));
    word.is_some_and(|word| TELLING.contains(&word.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_whole_and_by_its_texts() {
        let line = r#"web | {"hostname":"3f2a","level":"error","err":{"why":"could not connect to \"db\""},"tags":["a b c"]}"#;
        let told = readings(line);
        assert!(told[0].starts_with("web | {") && !told[0].contains("3f2a"), "{told:?}");
        assert_eq!(told[1..], ["could not connect to \"db\"", "a b c"]);
        // The host of an error of Node is no name of its own.
        let node = r#"{"code":"ENOTFOUND","hostname":"db","syscall":"getaddrinfo"}"#;
        assert_eq!(readings(node), [node]);
        let nested = r#"{"payload":"{\"msg\":\"lost it for good\"}"}"#;
        assert_eq!(readings(nested)[1..], ["lost it for good"]);
    }

    #[test]
    fn who_informs_quotes_others() {
        for (line, expected) in [
            ("INFO sent \"a b c\" on", "INFO sent  on"),
            ("level=info msg=\"a b c\" body=\"d e f\"", "level=info msg=\"a b c\" body="),
            ("[info] failed: \"a b c\"", "[info] failed: \"a b c\""),
            ("INFO last error was `a b c`", "INFO last error was `a b c`"),
            ("INFO host \"db\" is there", "INFO host \"db\" is there"),
            ("ERROR sent \"a b c\" on", "ERROR sent \"a b c\" on"),
            ("sent \"a b c\" on", "sent \"a b c\" on"),
            ("INFO open \"a b c", "INFO open \"a b c"),
            (r#"level=info err="a \"b\" c d""#, r#"level=info err="a \"b\" c d""#),
            (r#"level=info body="a \"b\" c d" on"#, "level=info body= on"),
        ] {
            assert_eq!(readings(line), [expected], "{line}");
        }
        let record =
            r#"{"level":30,"msg":"sent `d e f`","body":"a b c","id":"x","err":{"at":"g h i"}}"#;
        let told = readings(record);
        assert!(!told[0].contains("a b c") && !told[0].contains("d e f"), "{told:?}");
        assert!(told[0].contains("g h i") && told[0].contains("\"id\":\"x\""), "{told:?}");
    }

    #[test]
    fn who_informs_of_others_says_nothing_of_its_own() {
        for line in [
            r#"{"level":"info","msg":"alert","alert":{"service":"orders","error":"a b c"}}"#,
            r#"{"level":"info","msg":"alerts","alerts":[{"alertname":"Down","message":"a b c"}]}"#,
            r#"{"level":30,"msg":"sent on","lines":["a b c","d e f"]}"#,
            r#"{"level":"info","message":"sent on","events":[{"text":"a b c"}]}"#,
        ] {
            let told = readings(line);
            assert!(told.iter().all(|text| !text.contains("a b c")), "{line}: {told:?}");
        }
        for line in [
            r#"{"level":"info","msg":"once more","ctx":{"host":"db","error":"a b c"}}"#,
            r#"{"level":"info","msg":"once more","err":{"service":"db","text":"a b c"}}"#,
            r#"{"level":"warn","msg":"alert","alert":{"service":"orders","error":"a b c"}}"#,
            r#"{"level":"info","service":"web","error":"a b c"}"#,
            r#"{"level":"info","msg":"once more","errors":["a b c"]}"#,
        ] {
            let told = readings(line);
            assert!(told.iter().any(|text| text.contains("a b c")), "{line}: {told:?}");
        }
    }

    #[test]
    fn what_is_no_record_is_read_as_it_stands() {
        for line in ["{\"a\":", "{}", "a {\"b", "{\"a\": [{\"b\": 1}]", ""] {
            assert_eq!(readings(line), [line]);
        }
        let deep = "{\"a\":".repeat(200) + "1" + &"}".repeat(200);
        assert!(!readings(&deep).is_empty());
    }
}
