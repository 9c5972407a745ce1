//! Network errors in log lines, as Node, Python, Go, Java, PHP, Ruby, nginx,
//! psql, curl, busybox and the C library word them. Only the host, the port
//! and the kind of error come out; the line goes no further.

use crate::model::LogErrorKind;
use crate::model::Origin;
use crate::model::reference::{host_and_port, in_value, is_host};

/// Characters of a line that are read.
const LONGEST: usize = 2_000;

/// What a line says went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// Kind of error.
    pub kind: LogErrorKind,
    /// Host or address.
    pub host: String,
    /// Port, if the line has it.
    pub port: Option<u16>,
}

/// Phrases (in lower case) for each kind, the tellingest first.
const PHRASES: [(LogErrorKind, &[&str]); 7] = [
    (
        LogErrorKind::NameNotFound,
        &[
            "enotfound",
            "eai_again",
            "name or service not known",
            "could not translate host name",
            "no such host",
            "name resolution",
            "unknownhostexception",
            "bad address",
            "host not found",
            "name does not resolve",
            "nodename nor servname",
            "getaddrinfo failed",
            "could not resolve host",
            "could not be resolved",
            "unable to resolve",
            "unknown mysql server host",
            "no address associated with",
            "unknown host",
        ],
    ),
    (
        LogErrorKind::Refused,
        &[
            "econnrefused",
            "connection refused",
            "actively refused",
            "errno 111",
            "(111)",
            "error 111 ",
        ],
    ),
    (
        LogErrorKind::Unreachable,
        &["ehostunreach", "enetunreach", "no route to host", "is unreachable", "host unreachable"],
    ),
    (
        LogErrorKind::Timeout,
        &[
            "etimedout",
            "timed out",
            "timeout expired",
            "i/o timeout",
            "connection timeout",
            "connect timeout",
        ],
    ),
    (LogErrorKind::Reset, &["econnreset", "connection reset by peer", "empty reply from server"]),
    (LogErrorKind::InvalidHost, &["invalid host", "invalid http_host", "invalid hostname"]),
    (
        LogErrorKind::Failed,
        &[
            "failed to connect to",
            "can't connect to",
            "cannot connect to",
            "could not connect to",
            "unable to connect to",
            "could not be established",
        ],
    ),
];

/// Phrases after which the host stands, the surest first.
const MARKERS: [&str; 44] = [
    "connect to server ",
    "econnrefused ",
    "etimedout ",
    "ehostunreach ",
    "enetunreach ",
    "econnreset ",
    "enotfound ",
    "eai_again ",
    "lookup ",
    "dial tcp ",
    "dial udp ",
    "in upstream ",
    "upstream: ",
    "mysql server host ",
    "server at ",
    "server on ",
    "host name ",
    "on host ",
    "host=",
    "http_host header: ",
    "bad address ",
    "resolve host: ",
    "resolve host ",
    "resolve hostname ",
    "unknownhostexception: ",
    "unknown host ",
    "getaddrinfo for ",
    "to remote host ",
    "remote host ",
    "connect to host ",
    "open tcp connection to ",
    "connect(2) for ",
    "redis at ",
    "address=",
    "connection to node -1 (",
    "connection to ",
    "connecting to ",
    "connect to ",
    "contacting ",
    "invalid host ",
    "invalid hostname ",
    "opening socket to ",
    "host: ",
    "for ",
];

/// Words that stand after a marker and are no host.
const NO_HOST: [&str; 26] = [
    "upstream",
    "the",
    "server",
    "remote",
    "host",
    "node",
    "database",
    "a",
    "an",
    "mysql",
    "redis",
    "mongodb",
    "postgres",
    "peer",
    "client",
    "backend",
    "broker",
    "bootstrap",
    "header",
    "name",
    "address",
    "failed",
    "https",
    "http",
    "this",
    "more",
];

/// The network error that a line is about, if it is about one and names the host.
pub fn complaint(line: &str) -> Option<Complaint> {
    let line = readable(line);
    let folded = line.to_ascii_lowercase();
    let kind = PHRASES
        .iter()
        .find(|(_, phrases)| phrases.iter().any(|phrase| folded.contains(phrase)))
        .map(|(kind, _)| *kind)?;
    let (host, port) = MARKERS
        .iter()
        .find_map(|marker| {
            let at = folded.find(marker)? + marker.len();
            host_at(&line[at..], &folded[at..])
        })
        .or_else(|| host_before(&line, &folded))?;
    Some(Complaint { kind, host, port })
}

/// The line's beginning without colours and other control characters.
fn readable(line: &str) -> String {
    let mut clean = String::new();
    let mut characters = line.chars().take(LONGEST).peekable();
    while let Some(c) = characters.next() {
        if c == '\u{1b}' {
            if characters.next_if_eq(&'[').is_some() {
                characters.find(|c| c.is_ascii_alphabetic());
            }
        } else if !c.is_control() || c == '\t' {
            clean.push(c);
        }
    }
    clean
}

/// The host that a text begins with, quoted or bracketed or not, and the port
/// after it, in whichever of the usual ways.
fn host_at(text: &str, folded: &str) -> Option<(String, Option<u16>)> {
    let opening = |c: char| "\"'`([<".contains(c) || c.is_whitespace();
    // `[::1]:80` keeps its bracket.
    let skipped = text.find(|c: char| !opening(c)).unwrap_or(text.len());
    let v6 = text[..skipped].ends_with('[')
        && text[skipped..].split(']').next()?.matches(':').count() > 1;
    let start = if v6 { skipped - 1 } else { skipped };
    let end = |c: char| c.is_whitespace() || "\"'`,()<>;".contains(c) || (c == ']' && !v6);
    let token = text[start..].split(end).next()?;
    if token.contains("://") {
        // The way URLs are read knows what of them is secret.
        let reference = in_value(Origin::Log, "", token).into_iter().next()?;
        return Some((reference.host.clone(), reference.dialled_port()));
    }
    let token = token.trim_end_matches(['.', ':', '?', '!', ']']).split('?').next()?;
    // Java's `localhost/127.0.0.1:9092`.
    let (token, resolved) = token.split_once('/').unwrap_or((token, ""));
    let (host, port) = host_and_port(token).or_else(|| bare_v6(token))?;
    let no_host = port.is_none() && NO_HOST.contains(&host.to_ascii_lowercase().as_str());
    if no_host || token.contains('@') {
        return None;
    }
    let port = port
        .or_else(|| host_and_port(resolved).and_then(|(_, port)| port))
        .or_else(|| port_after(&folded[start..]));
    Some((host, port))
}

/// Node writes `::1:5432`.
fn bare_v6(token: &str) -> Option<(String, Option<u16>)> {
    let (address, port) = token.rsplit_once(':')?;
    let address: std::net::Ipv6Addr = address.parse().ok()?;
    Some((address.to_string(), Some(port.parse().ok()?)))
}

/// `port 5432`, `port=5432`, within the next few words.
fn port_after(folded: &str) -> Option<u16> {
    let near: String = folded.chars().take(120).collect();
    let at = near.find("port")? + 4;
    let digits = near[at..].trim_start_matches([' ', '=', ':', '"', '\'']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok().filter(|port| *port > 0)
}

/// `db:27017: [Errno 111] Connection refused`, `nc: db: Host not found`: the
/// host stands before what is wrong with it.
fn host_before(line: &str, folded: &str) -> Option<(String, Option<u16>)> {
    const AFTER: [&str; 8] = [
        ": [errno",
        ": connection refused",
        ": name or service not known",
        ": host not found",
        " could not be resolved",
        ": no such host",
        ": temporary failure in name",
        ": unknown host",
    ];
    AFTER.iter().find_map(|phrase| {
        let before = &line[..folded.find(phrase)?];
        let token = before.rsplit(|c: char| c.is_whitespace() || "\"'`,()[]".contains(c)).next()?;
        let (host, port) = host_and_port(token).or_else(|| bare_v6(token))?;
        // Or it is the kind of error that stands there.
        let folded = host.to_ascii_lowercase();
        let is_error = folded.ends_with("exception") || folded.ends_with("error");
        (!is_error && (is_host(&host) || host.contains(':'))).then_some((host, port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        match complaint(line) {
            Some(Complaint { kind, host, port: Some(port) }) => format!("{kind:?} {host} {port}"),
            Some(Complaint { kind, host, port: None }) => format!("{kind:?} {host}"),
            None => String::new(),
        }
    }

    #[test]
    fn wordings_of_the_common_languages_and_tools() {
        let text = include_str!("../../../tests/offline/log-lines.txt");
        let (mut read, mut wrong) = (0, Vec::new());
        for entry in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (expected, line) = entry.split_once(" | ").expect("EXPECTED | LINE");
            if said(line) != expected.trim() {
                wrong.push(format!("{line}\n  {} instead of {expected}", said(line)));
            }
            read += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(read >= 50, "{read}");
    }

    #[test]
    fn colours_and_controls_do_not_hide_the_words() {
        assert_eq!(
            said("\u{1b}[31mError:\u{1b}[0m connect ECONNREFUSED \u{7}127.0.0.1:5432"),
            "Refused 127.0.0.1 5432"
        );
    }

    #[test]
    fn endless_and_binary_lines_do_no_harm() {
        let _ = complaint(&"econnrefused ".repeat(1_000_000));
        for line in
            ["\u{0}\u{1b}[", "ECONNREFUSED ", "dial tcp [", "host=", "ünï ECONNREFUSED ünï:1"]
        {
            let _ = complaint(line);
        }
    }
}
