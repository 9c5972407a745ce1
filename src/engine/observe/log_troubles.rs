//! Lines of a log that say why a program fails, beside network errors that
//! name a host. Their kind comes out, and of the line itself the words that are
//! known to hold no secret.

use super::log_found::{List, Text};
use super::log_line::Line;
use super::log_troubles_phrases::{HOSTLESS, TROUBLES};
use super::log_vocabulary::WORDS;
use crate::model::TroubleKind;

/// Characters of a line that is shown.
const MOST_SHOWN: usize = 160;

/// Known words that a line with gaps must have for it to tell anything.
const LEAST_TELLING: usize = 3;

/// Words of a server that somebody has tried to log in to: mail, ssh.
const OF_A_CLIENT: [&str; 5] = ["sasl ", "rip=", "invalid user", "failed password for", "pam_"];

/// What a line says went wrong, and what of the line can be shown.
pub fn trouble(line: &Line) -> Option<(TroubleKind, Option<String>)> {
    line.texts.iter().find_map(trouble_of)
}

/// What one text says went wrong.
fn trouble_of(text: &Text) -> Option<(TroubleKind, Option<String>)> {
    let (line, folded) = (text.text.as_str(), text.folded.as_str());
    let mut kinds = TROUBLES.iter().chain(&HOSTLESS).map(|(kind, _)| *kind);
    let known = kinds.find(|kind| text.says(List::Trouble(*kind)));
    let known = known.filter(|kind| {
        *kind != TroubleKind::Authentication
            || !OF_A_CLIENT.iter().any(|word| folded.contains(word))
    });
    let line = line.trim();
    let other = || is_last_word(line, folded).then_some(TroubleKind::Other);
    let is_killed = folded.trim() == "killed";
    let kind = match known {
        Some(kind) => kind,
        // What a shell says of a program that got a signal which only the kernel
        // and people send.
        None if is_killed => TroubleKind::OutOfMemory,
        None => other()?,
    };
    // What is malformed there may be half of a password, be it a number.
    let shown = (kind != TroubleKind::MalformedAddress).then(|| gist(line)).flatten();
    Some((kind, shown))
}

/// Whether a line says of itself that something has failed: by its first word,
/// or by naming the type of an exception.
fn is_last_word(line: &str, folded: &str) -> bool {
    let mut words = folded.split(|c: char| !c.is_ascii_alphabetic());
    let first = words.find(|word| !word.is_empty()).unwrap_or_default();
    let is_bad = ["fatal", "panic", "error", "critical", "exception", "unhandled", "uncaught"];
    let named = line.split_whitespace().next().unwrap_or_default();
    let behind = line.rsplit(' ').next().unwrap_or_default();
    let is_named = named.ends_with(':') && is_type(trimmed(named));
    // Ruby has it at the end, in brackets.
    let is_last = behind.starts_with('(') && behind.ends_with(')') && is_type(trimmed(behind));
    is_bad.contains(&first) || is_named || is_last
}

/// What a line says, with nothing in it that could be a secret: every word of it
/// is one of the language's, a number, a path or the name of a variable or of a
/// type, and what is not is left out. `None` where too little is left.
fn gist(line: &str) -> Option<String> {
    const LEFT_OUT: &str = "…";
    let mut gist: Vec<&str> = Vec::new();
    let mut telling = 0;
    for token in line.split_whitespace() {
        let word = trimmed(token);
        let is_plain = is_word(word) || is_type(word);
        telling += usize::from(is_plain && !word.is_empty());
        if word.is_empty() || is_plain || is_number(word) || is_path(word) || is_variable(word) {
            gist.push(token);
        } else if gist.last() != Some(&LEFT_OUT) {
            gist.push(LEFT_OUT);
        }
    }
    let has_gap = gist.contains(&LEFT_OUT);
    let shown = gist.join(" ");
    let is_short = shown.chars().count() <= MOST_SHOWN;
    (is_short && (!has_gap || telling >= LEAST_TELLING)).then_some(shown)
}

/// A word without the marks around it.
fn trimmed(token: &str) -> &str {
    token.trim_matches(|c: char| ".,:;!?()[]{}<>\"'`*-".contains(c))
}

/// The type of an exception, a class with its packages, or the code of an error:
/// `KeyError`, `java.lang.IllegalStateException`, `ENOENT`.
fn is_type(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphabetic() || c == '.' || c == '_' || c == ':';
    if word.len() > 100 || !word.chars().all(plain) {
        return false;
    }
    let (packages, class) = word.rsplit_once('.').unwrap_or(("", word));
    let ends = |ending: &str| class.ends_with(ending);
    let named = ["Error", "Exception", "Interrupt", "Fault", "Failure"].into_iter().any(ends);
    let in_package = !packages.is_empty()
        && (ends("error") || class.starts_with(|c: char| c.is_ascii_uppercase()));
    let is_code = (4..=16).contains(&class.len())
        && class.starts_with('E')
        && class.chars().all(|c| c.is_ascii_uppercase());
    named || in_package || is_code
}

fn is_word(word: &str) -> bool {
    let mut parts = word.split(['-', '/', ':']);
    parts.all(|part| WORDS.binary_search(&part.to_ascii_lowercase().as_str()).is_ok())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn trouble(line: &str) -> Option<(TroubleKind, Option<String>)> {
        super::trouble(&Line::read(line))
    }

    #[test]
    fn the_words_are_sorted() {
        assert!(WORDS.is_sorted());
    }

    #[test]
    fn lines_are_classified_and_shown_where_they_hold_no_secret() {
        let text = include_str!("../../../tests/offline/log-troubles.txt");
        let mut wrong = Vec::new();
        for entry in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (expected, line) = entry.split_once(" | ").expect("EXPECTED | LINE");
            let said = match trouble(line) {
                Some((kind, Some(gist))) if gist == line => format!("{kind:?} shown"),
                Some((kind, Some(gist))) => format!("{kind:?} as {gist}"),
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
            let shown = trouble(line).and_then(|(_, gist)| gist).unwrap_or_default();
            for secret in ["hunter2", "9f8AEb7c6d5e4f3a2b1c", "sk-live", "1234567890123456"] {
                assert!(!shown.contains(secret), "{line}: {shown}");
            }
        }
    }
}
