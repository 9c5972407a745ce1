//! Hosts and ports out of URLs and `HOST:PORT` texts, without the secrets
//! beside them.

use std::net::IpAddr;

/// A host that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Scheme in lower case, for a URL.
    pub scheme: Option<String>,
    /// The host.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
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
/// what looks like its host may be the user and half of the password.
pub(super) fn urls(text: &str, extent: Extent) -> Vec<Found> {
    let text = bounded(text);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("://").map(|at| from + at) {
        let tail = &text[at + 3..];
        let segment = match extent {
            Extent::Value => tail.find("://").unwrap_or(tail.len()),
            Extent::Line => {
                let line = tail.find('\n').unwrap_or(tail.len());
                tail.find("://").unwrap_or(tail.len()).min(line)
            }
        };
        let segment = &tail[..segment];
        if let Some(scheme) = scheme_before(&text[from..at]) {
            found.extend(authority(&scheme, segment));
        }
        from = at + 3;
    }
    found
}

/// Schemes behind which no host stands: paths on the machine itself, whatever
/// follows, and buckets, images and secrets.
const NO_NETWORK: [&str; 27] = [
    "file", "unix", "npipe", "fd", "jar", "data", "sqlite", "sqlite3", "memory", "s3", "s3a",
    "s3n", "gs", "gcs", "oss", "cos", "b2", "az", "azblob", "abfs", "abfss", "wasb", "wasbs",
    "docker", "oci", "arn", "ssm",
];

/// The scheme at the end of a text: `jdbc:postgresql` of that.
fn scheme_before(text: &str) -> Option<String> {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
    let start = text.trim_end_matches(is_scheme).len();
    let scheme = text[start..].to_ascii_lowercase();
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.len() <= 24;
    let is_network = !NO_NETWORK.contains(&scheme.as_str());
    let driver = ["jdbc:", "r2dbc:"].into_iter().find(|driver| text[..start].ends_with(driver));
    (fits && is_network).then(|| driver.unwrap_or_default().to_owned() + &scheme)
}

fn authority(scheme: &str, segment: &str) -> Vec<Found> {
    let ends = |c: char| c.is_whitespace() || "/?#;\"'`<>(){}|\\^".contains(c);
    let end = segment.find(ends).unwrap_or(segment.len());
    let (authority, rest) = segment.split_at(end);
    if rest.contains('@') {
        return Vec::new();
    }
    let hosts = authority.rsplit('@').next().unwrap_or_default();
    hosts
        .split(',')
        .filter_map(host_and_port)
        .map(|(host, port)| Found { scheme: Some(scheme.to_owned()), host, port })
        .collect()
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

fn port_number(text: &str) -> Option<u16> {
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
