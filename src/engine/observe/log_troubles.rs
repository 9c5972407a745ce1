//! Lines of a log that say why a program fails, beside network errors that
//! name a host. Their kind comes out; the line itself only where each of its
//! words is known to hold no secret.

use super::log_phrases::{HOSTLESS, TROUBLES};
use super::log_words::{is_about_a_request, readable};
use crate::model::TroubleKind;

/// Characters of a line that is shown.
const MOST_SHOWN: usize = 160;

/// What a line says went wrong, and the line where it can be shown.
pub fn trouble(line: &str) -> Option<(TroubleKind, Option<String>)> {
    let line = readable(line);
    let folded = line.to_ascii_lowercase();
    if is_about_a_request(&folded) {
        return None;
    }
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| folded.contains(phrase));
    let known = TROUBLES.iter().chain(&HOSTLESS).find(|(_, phrases)| says(phrases));
    let other = || {
        let mut words = folded.split(|c: char| !c.is_ascii_alphabetic());
        let first = words.find(|word| !word.is_empty())?;
        let is_bad = ["fatal", "panic", "error", "critical", "traceback"].contains(&first);
        is_bad.then_some(TroubleKind::Other)
    };
    let kind = known.map(|(kind, _)| *kind).or_else(other)?;
    let line = line.trim();
    let can_be_shown = line.chars().count() <= MOST_SHOWN && holds_no_secret(line);
    Some((kind, can_be_shown.then(|| line.to_owned())))
}

/// Whether every word of a line is one of the language's, a number, a path or
/// the name of a variable.
fn holds_no_secret(line: &str) -> bool {
    line.split_whitespace().all(|token| {
        let word = token.trim_matches(|c: char| ".,:;!?()[]{}<>\"'`*-".contains(c));
        word.is_empty() || is_word(word) || is_number(word) || is_path(word) || is_variable(word)
    })
}

fn is_word(word: &str) -> bool {
    let mut parts = word.split(['-', '/', ':']);
    parts.all(|part| WORDS.iter().any(|known| part.eq_ignore_ascii_case(known)))
}

/// A number of a few digits, a date, a time, an address.
fn is_number(word: &str) -> bool {
    let all = |c: char| c.is_ascii_digit() || ".:/-T#Z+,".contains(c);
    let mut runs = word.split(|c: char| !c.is_ascii_digit());
    word.chars().all(all) && runs.all(|digits| digits.len() <= 6)
}

/// A path such as people write, and no text that only has a slash in it.
fn is_path(word: &str) -> bool {
    let plain = |part: &str| {
        let odd = part.chars().any(|c| c.is_ascii_digit())
            && part.chars().any(|c| c.is_ascii_uppercase());
        part.len() <= 24
            && !odd
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    let rooted = word.starts_with('/') || word.starts_with("./");
    rooted && word.len() <= 120 && word.split('/').all(plain)
}

/// The name of a variable: `DB_HOST`.
fn is_variable(word: &str) -> bool {
    let word = word.trim_start_matches('$');
    let name = |c: char| c.is_ascii_uppercase() || c == '_';
    word.len() <= 40 && word.contains('_') && word.chars().all(name)
}

/// Words of error messages.
const WORDS: &[&str] = &[
    "a",
    "abort",
    "aborted",
    "aborting",
    "access",
    "address",
    "again",
    "all",
    "allocate",
    "allowed",
    "already",
    "an",
    "and",
    "any",
    "app",
    "application",
    "are",
    "argument",
    "arguments",
    "as",
    "at",
    "attempt",
    "authentication",
    "available",
    "bad",
    "be",
    "because",
    "been",
    "before",
    "bind",
    "binding",
    "but",
    "by",
    "can",
    "can't",
    "cannot",
    "caused",
    "certificate",
    "change",
    "check",
    "client",
    "closed",
    "code",
    "command",
    "config",
    "configuration",
    "configured",
    "connect",
    "connection",
    "container",
    "core",
    "corrupt",
    "could",
    "couldn't",
    "create",
    "created",
    "critical",
    "daemon",
    "data",
    "database",
    "default",
    "denied",
    "device",
    "did",
    "directive",
    "directory",
    "disk",
    "does",
    "doesn't",
    "down",
    "driver",
    "due",
    "dumped",
    "during",
    "emerg",
    "empty",
    "enough",
    "entry",
    "env",
    "environment",
    "err",
    "error",
    "errors",
    "exception",
    "exec",
    "executable",
    "exist",
    "existing",
    "exists",
    "exit",
    "exited",
    "exiting",
    "expected",
    "failed",
    "failure",
    "fatal",
    "fault",
    "file",
    "files",
    "find",
    "folder",
    "for",
    "format",
    "found",
    "from",
    "full",
    "give",
    "has",
    "have",
    "heap",
    "home",
    "host",
    "i/o",
    "id",
    "if",
    "image",
    "import",
    "in",
    "initialize",
    "initialized",
    "input",
    "install",
    "installed",
    "instead",
    "into",
    "invalid",
    "io",
    "is",
    "isn't",
    "it",
    "its",
    "java",
    "javascript",
    "key",
    "kill",
    "killed",
    "left",
    "level",
    "library",
    "limit",
    "line",
    "listen",
    "listening",
    "load",
    "loading",
    "lock",
    "locked",
    "log",
    "main",
    "memory",
    "mkdir",
    "missing",
    "mode",
    "module",
    "mount",
    "mounted",
    "must",
    "mysql",
    "name",
    "named",
    "needs",
    "network",
    "nginx",
    "no",
    "node",
    "not",
    "null",
    "object",
    "of",
    "on",
    "one",
    "only",
    "open",
    "opening",
    "operation",
    "option",
    "options",
    "or",
    "out",
    "panic",
    "parameter",
    "parse",
    "path",
    "permission",
    "permitted",
    "port",
    "postgres",
    "process",
    "program",
    "provided",
    "python",
    "read",
    "read-only",
    "reason",
    "redis",
    "refused",
    "required",
    "resource",
    "root",
    "run",
    "running",
    "runtime",
    "seconds",
    "segmentation",
    "server",
    "service",
    "set",
    "setting",
    "sh",
    "shared",
    "should",
    "shutting",
    "signal",
    "socket",
    "space",
    "specified",
    "specify",
    "stack",
    "start",
    "started",
    "starting",
    "startup",
    "stopped",
    "such",
    "syntax",
    "system",
    "temporarily",
    "temporary",
    "terminated",
    "terminating",
    "that",
    "the",
    "there",
    "this",
    "timeout",
    "to",
    "too",
    "try",
    "type",
    "unable",
    "unavailable",
    "unbound",
    "undefined",
    "unexpected",
    "unhandled",
    "uninitialized",
    "unknown",
    "unrecognized",
    "use",
    "used",
    "user",
    "uses",
    "using",
    "value",
    "variable",
    "variables",
    "volume",
    "warning",
    "was",
    "while",
    "with",
    "without",
    "write",
    "writing",
    "wrong",
    "you",
    "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_classified_and_shown_where_they_hold_no_secret() {
        let text = include_str!("../../../tests/offline/log-troubles.txt");
        let mut wrong = Vec::new();
        for entry in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (expected, line) = entry.split_once(" | ").expect("EXPECTED | LINE");
            let said = match trouble(line) {
                Some((kind, Some(_))) => format!("{kind:?} shown"),
                Some((kind, None)) => format!("{kind:?}"),
                None => String::new(),
            };
            if said != expected.trim() {
                wrong.push(format!("{line}\n  {said} instead of {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn secrets_are_never_shown() {
        for line in [
            "fatal: wrong password hunter2",
            "error: DB_PASSWORD=hunter2 is not set",
            "fatal: cannot open /run/9f8AEb7c6d5e4f3a2b1c",
            "error: invalid key sk-live-1234",
            "fatal: connect to postgres://app:hunter2@db/shop failed",
            "error: 1234567890123456",
        ] {
            assert_eq!(trouble(line).and_then(|(_, line)| line), None, "{line}");
        }
    }
}
