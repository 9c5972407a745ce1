//! Hosts and ports out of URLs and `HOST:PORT` texts, without the secrets
//! beside them.

use std::net::IpAddr;

use super::Flaw;
use super::keys::keys;
use super::notation::Notation;

/// A host that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Scheme in lower case, for a URL.
    pub scheme: Option<String>,
    /// The host.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// How the two are written.
    pub notation: Notation,
    /// What is wrong with what stands before them.
    pub flaw: Option<Flaw>,
}

impl Found {
    /// `HOST:PORT`, or the host alone.
    pub fn plain(host: &str, port: Option<u16>) -> Self {
        Self { scheme: None, host: host.to_owned(), port, notation: Notation::Address, flaw: None }
    }
}

/// Longest text that is read; what comes after is not looked at.
pub(super) const LONGEST: usize = 16 << 10;

/// The beginning of a text, cut at a character.
pub(super) fn bounded(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// How far a password may reach when it is written into a URL as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// The text is one value: up to the next URL.
    Value,
    /// The text is a script: up to the next URL or the end of the line.
    Line,
}

/// The hosts of every URL in the text. User names and passwords go; a URL in
/// which an `@` stands where a password could have put it is left out, since
/// what looks like its host may be the user and half of the password, unless
/// nothing else can be meant.
pub(super) fn urls(text: &str, extent: Extent) -> Vec<Found> {
    let text = bounded(text);
    // Lines of a file are no one value.
    let extent = if text.contains('\n') { Extent::Line } else { extent };
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("//").map(|at| from + at) {
        if let Some(scheme) = scheme_before(&text[from..at]) {
            let tail = &text[at + 2..];
            let begin = &text[..at].trim_end_matches(|c| is_of_scheme(c) || c == ':');
            found.extend(match quoted(begin, tail) {
                Some(Some(quoted)) => authority(&scheme, quoted, quoted),
                // A part of it may stand behind what looks like its end.
                Some(None) => Vec::new(),
                None => {
                    let segment = &tail[..end_of_segment(tail, extent)];
                    authority(&scheme, segment, within(segment, extent))
                }
            });
        }
        from = at + 2;
    }
    found.extend(of_oracle(text));
    found
}

/// What may be of a URL: up to the next one, at most to the end of the line.
fn end_of_segment(tail: &str, extent: Extent) -> usize {
    let line = match extent {
        Extent::Value => tail.len(),
        Extent::Line => tail.find('\n').unwrap_or(tail.len()),
    };
    tail.find("://").map_or(line, |next| begin_of_scheme(tail, next).min(line))
}

/// The URL that stands in quotes, from its `//` on; `Some(None)` where the quote
/// that ends it may be a part of it.
fn quoted<'t>(before: &str, tail: &'t str) -> Option<Option<&'t str>> {
    let quote = before.chars().next_back().filter(|c| "\"'`".contains(*c))?;
    let end = tail.find(quote)?;
    let (url, behind) = (&tail[..end], &tail[end + quote.len_utf8()..]);
    let is_over = |c: char| c.is_whitespace() || ",;)}]".contains(c);
    let is_end = behind.is_empty() || behind.starts_with(is_over);
    Some((is_end && !url.ends_with('\\') && !url.contains('\n')).then_some(url))
}

/// As much of a segment as is one word of a script, where it is one.
fn within(segment: &str, extent: Extent) -> &str {
    let ends_word = |c: char| c.is_whitespace() || "\"'`;|&<>()".contains(c);
    match extent {
        Extent::Value => segment,
        Extent::Line => &segment[..segment.find(ends_word).unwrap_or(segment.len())],
    }
}

/// `jdbc:oracle:thin:user/pass@db:1521:XE`, which is no URL.
fn of_oracle(text: &str) -> Option<Found> {
    const BEGIN: &str = "jdbc:oracle:";
    let at = text.find(BEGIN)?;
    let rest = &text[at..];
    let rest = &rest
        [..rest.find(|c: char| c.is_whitespace() || "\"'`;".contains(c)).unwrap_or(rest.len())];
    let (driver, address) = rest.rsplit_once('@')?;
    let plain = address.strip_prefix("//").unwrap_or(address);
    let mut parts = plain.split([':', '/', '?']);
    let host = parts.next().filter(|host| is_host(host))?;
    let port = parts.next().filter(|_| plain[host.len()..].starts_with(':')).and_then(port_number);
    // User and password may stand before it.
    let driver =
        if driver.matches(':').count() == 3 && driver.ends_with(':') { driver } else { "" };
    let slashes = &address[..address.len() - plain.len()];
    let scheme = Some("jdbc:oracle".to_owned());
    let notation = keys(&format!("{driver}@{slashes}"), ":", false);
    Some(Found { scheme, host: host.to_owned(), port, notation, flaw: None })
}

/// Where the scheme that ends there begins, or the comma before it.
fn begin_of_scheme(text: &str, end: usize) -> usize {
    text[..end].trim_end_matches(is_of_scheme).trim_end_matches(':').len()
}

fn is_of_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-')
}

/// Schemes behind which no host stands: paths on the machine itself, whatever
/// follows, and buckets, images and secrets.
const NO_NETWORK: [&str; 27] = [
    "file", "unix", "npipe", "fd", "jar", "data", "sqlite", "sqlite3", "memory", "s3", "s3a",
    "s3n", "gs", "gcs", "oss", "cos", "b2", "az", "azblob", "abfs", "abfss", "wasb", "wasbs",
    "docker", "oci", "arn", "ssm",
];

/// The scheme at the end of a text, before `//`: `jdbc:postgresql` of
/// `jdbc:postgresql:`, and all of `jdbc:mariadb:sequential`, with colon or not.
fn scheme_before(text: &str) -> Option<String> {
    let whole = text.trim_end_matches(|c| is_of_scheme(c) || c == ':').len();
    let whole = text[whole..].to_ascii_lowercase();
    if ["jdbc:", "r2dbc:"].iter().any(|driver| whole.starts_with(driver)) {
        let scheme = whole.trim_end_matches(':');
        let sure = whole.ends_with(':') || scheme.matches(':').count() > 1;
        return (sure && scheme.len() <= 40).then(|| scheme.to_owned());
    }
    let text = text.strip_suffix(':')?;
    let start = text.trim_end_matches(is_of_scheme).len();
    let scheme = text[start..].to_ascii_lowercase();
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.len() <= 24;
    (fits && !NO_NETWORK.contains(&scheme.as_str())).then_some(scheme)
}

/// What ends the part of a URL that names the host.
fn ends_authority(c: char) -> bool {
    c.is_whitespace() || "/?#;\"'`<>(){}|\\^".contains(c)
}

/// The hosts of a URL that is as long as `segment`, and at least as long as `word`.
fn authority(scheme: &str, segment: &str, word: &str) -> Vec<Found> {
    let end = segment.find(ends_authority).unwrap_or(segment.len());
    let (authority, rest) = segment.split_at(end);
    let (hosts, flaw) = if rest.contains('@') {
        let is_all = !segment[word.len()..].contains('@');
        let unescaped = behind_unescaped(authority, word).filter(|_| is_all);
        let Some(hosts) = unescaped else { return Vec::new() };
        (hosts, Some(Flaw::Unescaped))
    } else {
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let is_misread = user.contains('@') || has_loose_percent(user);
        (hosts, is_misread.then_some(Flaw::Unescaped))
    };
    let of_host = |(host, port): (String, _)| {
        let scheme = Some(scheme.to_owned());
        Found { scheme, flaw, ..Found::plain(&host, port) }
    };
    hosts.split(',').filter_map(host_and_port).map(of_host).collect()
}

/// The hosts of a URL whose user or password ends its first part too early:
/// `user:pa` of `user:pa#ss@db:5432/app`. What could be a host with its port is one,
/// and what could be two hosts is none.
fn behind_unescaped<'t>(authority: &str, segment: &'t str) -> Option<&'t str> {
    let is_of_user = !authority.contains('@') && authority.contains(':');
    if !is_of_user || host_and_port(authority).is_some() {
        return None;
    }
    let hosts = |at: usize| {
        let behind = &segment[at + 1..];
        let hosts = &behind[..behind.find(ends_authority).unwrap_or(behind.len())];
        hosts.split(',').all(|host| host_and_port(host).is_some()).then_some(hosts)
    };
    let (last, _) = segment.rmatch_indices('@').next()?;
    let mut before = segment[..last].match_indices('@').take(MOST_OF_A_PASSWORD + 1);
    let is_only = before.by_ref().take(MOST_OF_A_PASSWORD).all(|(at, _)| hosts(at).is_none());
    hosts(last).filter(|_| is_only && before.next().is_none())
}

/// Most `@` of a password that are looked at.
const MOST_OF_A_PASSWORD: usize = 8;

/// Whether a `%` stands there that begins no escape.
fn has_loose_percent(user: &str) -> bool {
    user.match_indices('%').any(|(at, _)| {
        let digits = user.as_bytes().get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Reads `host`, `host:port`, `[v6]` or `[v6]:port`. Anything else, such as a
/// port that is no number, is nothing.
pub fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, rest) = rest.split_once(']')?;
        let address: IpAddr = address.split('%').next()?.parse().ok()?;
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port_number(port)?),
            None if rest.is_empty() => None,
            None => return None,
        };
        return Some((address.to_string(), port));
    }
    match text.split_once(':') {
        Some((host, port)) => {
            Some((is_host(host).then(|| host.to_owned())?, Some(port_number(port)?)))
        }
        None => is_host(text).then(|| (text.to_owned(), None)),
    }
}

/// A text that is a port's number, blanks around it or not.
pub(super) fn port_number(text: &str) -> Option<u16> {
    let text = text.trim();
    // `parse` would take a sign.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port > 0)
}

/// Whether the text could be a host's name or IPv4 address. A name that is
/// all digits is a number.
pub fn is_host(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let numeric = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    !text.is_empty()
        && text.len() <= 253
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.')
        && text.chars().all(inner)
        && (!numeric || text.parse::<IpAddr>().is_ok())
}
