//! Lines that say that all is well: a connection was made, or a server is there.

use super::log_calm::NOT;
use super::log_found::List;
use super::log_line::Line;

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
pub fn is_connected(line: &Line) -> bool {
    let (made, ready) = (says(line, List::Connected), says(line, List::Ready));
    let folded = line.whole.folded.as_str();
    let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    if !(made || ready) || has(&NOT) || has(&NOT_YET) {
        return false;
    }
    let begins = |at: usize| !folded[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    let names = |server: &&str| folded.match_indices(*server).take(4).any(|(at, _)| begins(at));
    (made && !has(&BY_A_CLIENT)) || (ready && SERVERS.iter().any(names))
}

/// Whether a line has whole words of a list.
fn says(line: &Line, list: List) -> bool {
    let folded = line.whole.folded.as_str();
    let is_letter = |c: char| c.is_ascii_alphabetic();
    line.whole.places(list).any(|(at, words)| {
        !folded[..at].ends_with(is_letter) && !folded[at + words.len()..].starts_with(is_letter)
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
            assert!(is_connected(&Line::read(line)), "{line}");
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
            assert!(!is_connected(&Line::read(line)), "{line}");
        }
    }
}
