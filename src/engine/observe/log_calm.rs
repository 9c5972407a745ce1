//! Lines that hold the words of an error and report none: counters that stand
//! at zero, settings, and what went well in the end; and lines that say so.

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
const NOT: [&str; 9] =
    ["not ", "n't ", "fail", "unable", "never", "cannot", "before ", "until ", "error"];

/// Words for a connection that was made.
const CONNECTED: [&str; 8] = [
    "connected",
    "reconnected",
    "connection established",
    "connection has been established",
    "connection successful",
    "connection succeeded",
    "connection is ok",
    "connection ok",
];

/// Words for another program that waits for connections, where the line says which.
const READY: [&str; 7] =
    ["is up", "is ready", "is available", "is reachable", "is alive", "is online", "started"];

/// What such a program is called.
const SERVERS: [&str; 13] = [
    "database", "postgres", "mysql", "mariadb", "mongo", "redis", "rabbit", "kafka", "elastic",
    "broker", "queue", "cache", "db",
];

/// Words of a server that somebody has come to.
const BY_A_CLIENT: [&str; 6] = ["client", "user", "socket", "session", "peer", "from "];

/// Words for what has not happened yet.
const NOT_YET: [&str; 4] = ["waiting", "when ", "once ", "if "];

/// Whether a line that complains of nothing says that a connection which the
/// program wanted was made, or that the server which it waited for is there.
pub fn is_connected(line: &str) -> bool {
    let folded = line.to_ascii_lowercase();
    if NOT.iter().chain(&NOT_YET).any(|not| folded.contains(not)) {
        return false;
    }
    let begins = |at: usize| !folded[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    let says = |words: &&str| {
        let ends =
            |at: usize| !folded[at + words.len()..].starts_with(|c: char| c.is_ascii_alphabetic());
        folded.match_indices(*words).take(4).any(|(at, _)| begins(at) && ends(at))
    };
    let names = |server: &&str| folded.match_indices(*server).take(4).any(|(at, _)| begins(at));
    let made = CONNECTED.iter().any(says) && !BY_A_CLIENT.iter().any(|word| folded.contains(word));
    made || (READY.iter().any(says) && SERVERS.iter().any(names))
}

/// Whether a line, in lower case, says that something went wrong in one of these
/// words.
pub fn says(folded: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        let mut found = folded.match_indices(phrase).take(4);
        found.any(|(at, _)| {
            let behind = &folded[at + phrase.len()..];
            let is_setting = phrase.ends_with("timeout") && is_set(behind);
            !(is_of_none(behind) || is_setting || went_well(&folded[..at]))
        })
    })
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
    fn connections_that_were_made_are_told_from_those_that_were_not() {
        for line in [
            "Connected to MongoDB",
            "MongoDB connected: shop-db",
            "Connection has been established successfully.",
            "[db] connection established",
            "Redis reconnected after 4 attempts",
            "wait-for-it.sh: db:5432 is available after 3 seconds",
            "PostgreSQL started",
            "Postgres is up - executing command",
        ] {
            assert!(is_connected(line), "{line}");
        }
        for line in [
            "Not connected to MongoDB",
            "MongoDB disconnected",
            "Postgres is unavailable - sleeping",
            "waiting for db: is up?",
            "when the database is ready, the worker begins",
            "client connected from 172.18.0.5",
            "User connected: 17",
            "Server is ready on port 3000",
            "Server started",
            "could not be connected to db",
            "feedback is available",
        ] {
            assert!(!is_connected(line), "{line}");
        }
    }

    #[test]
    fn counters_settings_and_good_news_are_no_trouble() {
        let phrases = ["connection refused", "timed out", "connect timeout"];
        for line in [
            "stats: connection refused=0 timed out: 0",
            "timed out 0 times",
            "connect timeout = 30",
            "connect timeout 5s",
            "retry succeeded after connection refused",
            "connected to db:5432 after 3 attempts (connection refused)",
        ] {
            assert!(!says(line, &phrases), "{line}");
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
            assert!(says(line, &phrases), "{line}");
        }
    }
}
