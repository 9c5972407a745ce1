//! Network errors in log lines. Only the host, the port and the kind of error
//! come out; the line goes no further.

use super::log_phrases::{
    AFTER, LOOKS_UP, LOOSE, NO_HOST, NO_HOST_ALONE, PHRASES, SURE, SURELY_AFTER,
};
use crate::model::LogErrorKind;
use crate::model::Origin;
use crate::model::reference::{host_and_port, in_value, is_host};

/// Characters of a line that are read.
const LONGEST: usize = 2_000;

/// Places of one phrase in a line that are looked at.
const MOST_MARKERS: usize = 4;

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

/// The network error that a line is about, if it is about one and names the host.
pub fn complaint(line: &str) -> Option<Complaint> {
    let line = readable(line);
    let folded = line.to_ascii_lowercase();
    if is_about_a_request(&folded) {
        return None;
    }
    let kind = PHRASES
        .iter()
        .find(|(_, phrases)| phrases.iter().any(|phrase| folded.contains(phrase)))
        .map(|(kind, _)| *kind)?;
    let behind = |marker: &&str, trust: Trust| {
        let mut found = folded.match_indices(*marker).take(MOST_MARKERS);
        let len = marker.len();
        found.find_map(|(at, _)| host_at(&line[at + len..], &folded[at + len..], trust))
    };
    if is_of_no_name(kind, &folded) {
        return Some(Complaint { kind, host: String::new(), port: None });
    }
    let (host, port) = SURE
        .iter()
        .find_map(|marker| behind(marker, Trust::Any))
        .or_else(|| host_before(&line, &folded, &SURELY_AFTER))
        .or_else(|| LOOSE.iter().find_map(|marker| behind(marker, Trust::Likely)))
        .or_else(|| host_before(&line, &folded, &AFTER))
        .or_else(|| host_of_url(&line))?;
    Some(Complaint { kind, host, port })
}

/// Whether the line is a web server's note of a request that it answered, in
/// which its client's words stand: `"GET / HTTP/1.1" 200 12`.
pub(super) fn is_about_a_request(folded: &str) -> bool {
    folded.match_indices(" http/").any(|(at, _)| {
        let behind = folded[at..].split_once("\" ").map_or("", |(_, behind)| behind);
        let status = behind.split(' ').next().unwrap_or_default();
        status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// How sure it is that what stands behind a phrase is a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Whatever it looks like.
    Any,
    /// Unless it is a word of the sentence.
    Likely,
}

/// Whether the name that was looked up is empty.
fn is_of_no_name(kind: LogErrorKind, folded: &str) -> bool {
    let is_empty = |marker: &&str| {
        let Some(at) = folded.find(*marker) else { return false };
        let rest = folded[at + marker.len()..].trim_start_matches(['\\', ' ']);
        let quoted = ["\"\"", "\\\"\"", "''", "``", "\"\\\""].iter().any(|q| rest.starts_with(q));
        quoted
            || rest.starts_with(": no such host")
            || (*marker == "getaddrinfo for " && rest.starts_with("failed"))
    };
    // Go dials a port of nobody: `dial tcp :5432: connect: …`.
    folded.contains("dial tcp :")
        || (kind == LogErrorKind::NameNotFound && LOOKS_UP.iter().any(is_empty))
}

/// The host of the line's first URL.
fn host_of_url(line: &str) -> Option<(String, Option<u16>)> {
    let at = line.find("://")?;
    let start = line[..at].rfind(|c: char| !c.is_ascii_alphanumeric() && !"+.-".contains(c));
    let url = &line[start.map_or(0, |start| start + 1)..];
    let end = url.find(|c: char| c.is_whitespace() || "\"'`,()<>;]".contains(c));
    let reference =
        in_value(Origin::Log, "", &url[..end.unwrap_or(url.len())]).into_iter().next()?;
    Some((reference.host.clone(), reference.dialled_port()))
}

/// The line's beginning without colours and other control characters.
pub(super) fn readable(line: &str) -> String {
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
fn host_at(text: &str, folded: &str, trust: Trust) -> Option<(String, Option<u16>)> {
    if let Some(unset) = ["<no value>", "<nil>"].iter().find(|unset| folded.starts_with(**unset)) {
        return Some(((*unset).to_owned(), None));
    }
    let opening = |c: char| "\"'`([<\\".contains(c) || c.is_whitespace();
    // `[::1]:80` keeps its bracket.
    let skipped = text.find(|c: char| !opening(c)).unwrap_or(text.len());
    let v6 = text[..skipped].ends_with('[')
        && text[skipped..].split(']').next()?.matches(':').count() > 1;
    let start = if v6 { skipped - 1 } else { skipped };
    let end = |c: char| c.is_whitespace() || "\"'`,()<>;\\".contains(c) || (c == ']' && !v6);
    let token = text[start..].split(end).next()?;
    if token.contains("://") {
        // The way URLs are read knows what of them is secret.
        let reference = in_value(Origin::Log, "", token).into_iter().next()?;
        return Some((reference.host.clone(), reference.dialled_port()));
    }
    let behind = &text[start + token.len()..];
    // Kafka's clients: `node -1 (localhost/127.0.0.1:9092)`.
    if token.parse::<i64>().is_ok() && behind.starts_with(" (") {
        let at = start + token.len() + 2;
        return host_at(&text[at..], &folded[at..], trust);
    }
    let token = token.trim_end_matches(['.', ':', '?', '!', ']']).split('?').next()?;
    // Java's `localhost/127.0.0.1:9092`, and `/127.0.0.1:9092` without a name.
    let (token, resolved) = match token.split_once('/') {
        Some(("", address)) => (address, ""),
        Some(both) => both,
        None => (token, ""),
    };
    let (host, port) =
        host_and_port(token).or_else(|| bare_v6(token)).or_else(|| v6_alone(token))?;
    let quoted = text[..skipped].ends_with(['"', '\'', '`']);
    let word = host.to_ascii_lowercase();
    let alone = trust == Trust::Likely && !quoted && NO_HOST_ALONE.contains(&word.as_str());
    let no_host = port.is_none() && (alone || (!quoted && NO_HOST.contains(&word.as_str())));
    if no_host || token.contains('@') {
        return None;
    }
    let port = port
        .or_else(|| host_and_port(resolved).and_then(|(_, port)| port))
        .or_else(|| port_beside(behind))
        .or_else(|| port_after(&folded[start..]));
    Some((host, port))
}

/// Prisma's `` `db`:`5432` ``, and pymongo's `('db', 27017)`.
fn port_beside(behind: &str) -> Option<u16> {
    let quote = ['"', '\'', '`'];
    let rest = behind.strip_prefix(quote).unwrap_or(behind);
    let digits = rest.strip_prefix(':').or_else(|| rest.strip_prefix(", "))?;
    let digits = digits.strip_prefix(quote).unwrap_or(digits);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok().filter(|port| *port > 0)
}

/// Node writes `::1:5432`.
fn bare_v6(token: &str) -> Option<(String, Option<u16>)> {
    let (address, port) = token.rsplit_once(':')?;
    let address: std::net::Ipv6Addr = address.parse().ok()?;
    Some((address.to_string(), Some(port.parse().ok()?)))
}

/// An address of version 6 without a port.
fn v6_alone(token: &str) -> Option<(String, Option<u16>)> {
    Some((token.parse::<std::net::Ipv6Addr>().ok()?.to_string(), None))
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
fn host_before(line: &str, folded: &str, phrases: &[&str]) -> Option<(String, Option<u16>)> {
    phrases.iter().find_map(|phrase| {
        let before = &line[..folded.find(phrase)?];
        let token = before.rsplit(|c: char| c.is_whitespace() || "\"'`,()[]".contains(c)).next()?;
        // librdkafka's `kafka:9092/bootstrap`.
        let token = token.split('/').next()?;
        let (host, port) = host_and_port(token).or_else(|| bare_v6(token))?;
        // Or it is the kind of error that stands there.
        let folded = host.to_ascii_lowercase();
        let is_error = ["exception", "error", "errno"].iter().any(|end| folded.ends_with(end))
            || (port.is_none() && NO_HOST.contains(&folded.as_str()));
        (!is_error && (is_host(&host) || host.contains(':'))).then_some((host, port))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        match complaint(line) {
            Some(Complaint { kind, host, port: Some(port) }) => format!("{kind:?} {host} {port}"),
            Some(Complaint { kind, host, .. }) if host.is_empty() => format!("{kind:?} \"\""),
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
