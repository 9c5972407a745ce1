//! Lines that hold the words of an error and report none: counters that stand
//! at zero, settings, and what went well in the end.

/// Words for what went well.
const WELL: [&str; 8] = [
    "succeeded",
    "successfully",
    "reconnected",
    "connected to ",
    "connected after ",
    "connection established",
    "recovered",
    "is up, reason",
];

/// Words before these that turn them into their opposite.
pub const NOT: [&str; 9] =
    ["not ", "n't ", "fail", "unable", "never", "cannot", "before ", "until ", "error"];

/// Whether a phrase for what went wrong, at a place of a line in lower case, says that
/// something did.
pub fn is_complaint(folded: &str, phrase: &str, at: usize) -> bool {
    let behind = &folded[at + phrase.len()..];
    let is_setting = phrase.ends_with("timeout") && is_set(behind);
    !(is_of_none(behind) || is_setting || went_well(&folded[..at]))
}

/// Whether a counter that stands at zero goes on so: `connection refused=0`,
/// `timed out: 0`.
fn is_of_none(behind: &str) -> bool {
    let value = behind.trim_start_matches(['=', ':', ' ', '"', '\'']);
    let rest = value.strip_prefix('0').filter(|_| value.len() < behind.len());
    rest.is_some_and(|rest| {
        !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || ".:/".contains(c))
    })
}

/// Whether a setting goes on so: `connect timeout=30`, `connection timeout 5s`.
fn is_set(behind: &str) -> bool {
    let value = behind.trim_start_matches(['=', ':', ' ', '"', '.']);
    value.len() < behind.len() && value.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether what comes before an error's words says that it is over.
fn went_well(before: &str) -> bool {
    WELL.iter().any(|well| {
        let Some(at) = before.find(well) else { return false };
        let begins = !before[..at].ends_with(|c: char| c.is_ascii_alphabetic());
        begins && !NOT.iter().any(|not| before[..at].contains(not))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_settings_and_good_news_are_no_trouble() {
        let says = |line: &str| {
            ["connection refused", "timed out", "connect timeout"].iter().any(|phrase| {
                line.match_indices(phrase).any(|(at, _)| is_complaint(line, phrase, at))
            })
        };
        for line in [
            "stats: connection refused=0 timed out: 0",
            "timed out 0 times",
            "connect timeout = 30",
            "connect timeout 5s",
            "retry succeeded after connection refused",
            "connected to db:5432 after 3 attempts (connection refused)",
        ] {
            assert!(!says(line), "{line}");
        }
        for line in [
            "connection refused: 0.0.0.0:80",
            "connection refused=3",
            "connect timeout: db:5432",
            "timed out 05 times",
            "not connected to db:5432: connection refused",
            "disconnected to make room: connection refused",
            "could not be reached successfully: connection refused",
            "fails, connection refused=0, connection refused",
        ] {
            assert!(says(line), "{line}");
        }
    }
}
