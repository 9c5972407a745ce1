//! The host that a line about a network error names, in whichever way its
//! program writes hosts.

use std::net::IpAddr;

use super::log_found::{List, Text};
use super::log_markers::{NO_HOST, NO_HOST_ALONE};
use crate::model::Origin;
use crate::model::reference::{host_and_port, in_value, is_host};

/// Places of one phrase in a line that are looked at.
const MOST_MARKERS: usize = 4;

/// A host, and a port where the line has one.
type Host = (String, Option<u16>);

/// The host that a line is about.
pub fn host_of(text: &Text) -> Option<Host> {
    let (line, folded) = (text.text.as_str(), text.folded.as_str());
    let behind = |list, trust| {
        text.places_by_phrase(list).find_map(|(at, marker)| {
            host_at(&line[at + marker.len()..], &folded[at + marker.len()..], trust)
        })
    };
    let before = |list| text.places_by_phrase(list).find_map(|(at, _)| host_before(&line[..at]));
    of_apache(line, folded)
        .or_else(|| of_port_on(line, folded))
        .or_else(|| behind(List::Sure, Trust::Any))
        .or_else(|| before(List::SurelyAfter))
        .or_else(|| in_guillemets(line, folded))
        .or_else(|| of_tuple(line, folded))
        .or_else(|| in_parentheses_at_end(line))
        .or_else(|| at_address(line))
        .or_else(|| behind(List::Loose, Trust::Likely))
        .or_else(|| before(List::After))
        .or_else(|| host_of_url(line))
}

/// The address that a name led to, where a line has it beside the name: Java's
/// `db/172.18.0.2`, libpq's `"db" (172.18.0.2)`, Apache's `172.18.0.2:80 (app)`.
pub fn led_to(line: &str, host: &str) -> Option<IpAddr> {
    if host.parse::<IpAddr>().is_ok() {
        return None;
    }
    let is_of_address = |c: char| c.is_ascii_hexdigit() || c == '.' || c == ':';
    let behind = |text: &str| {
        let end = text.find(|c| !is_of_address(c)).unwrap_or(text.len());
        let text = text[..end].trim_end_matches(':');
        let port_apart = || text.rsplit_once(':').and_then(|(address, _)| address.parse().ok());
        text.parse::<IpAddr>().ok().or_else(port_apart)
    };
    let before = |text: &str| {
        let text = text.strip_suffix(" (")?;
        let last = text.rsplit(|c| !is_of_address(c) && !"[]".contains(c)).next()?;
        let (address, _) = host_and_port(last)?;
        address.parse::<IpAddr>().ok()
    };
    let found = line.match_indices(host).take(MOST_MARKERS).find_map(|(at, _)| {
        let (left, right) = (&line[..at], &line[at + host.len()..]);
        let right = right.trim_start_matches(['"', '«', '»', '\u{a0}']);
        let address = right.strip_prefix('/').or_else(|| right.trim_start().strip_prefix('('));
        address.and_then(behind).or_else(|| before(left))
    });
    found.map(|address| address.to_canonical())
}

/// Whether something that is no part of a host stands before it, joined with an `@`,
/// and is taken for one: `ss@db`.
pub fn is_cut_by_password(line: &str, host: &str) -> bool {
    let begin = |c: char| c.is_whitespace() || "\"'`([{<=,".contains(c);
    let found = || line.match_indices(host).take(MOST_MARKERS);
    let is_cut = |at: usize| {
        let Some(before) = line[..at].strip_suffix('@') else { return false };
        let piece = before.rsplit(begin).next().unwrap_or_default();
        !piece.is_empty() && !piece.contains("://")
    };
    // MySQL's `'repl@primary:3306'`: it is the whole host where it stands alone as well.
    let is_alone = |at: usize, quote: char| {
        line[..at].ends_with(quote) && line[at + host.len()..].starts_with(quote)
    };
    found().any(|(at, _)| is_cut(at))
        && !found().any(|(at, _)| ['"', '\'', '`'].iter().any(|quote| is_alone(at, *quote)))
}

/// How sure it is that what stands behind a phrase is a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Whatever it looks like.
    Any,
    /// Unless it is a word of the sentence.
    Likely,
}

/// Apache's `attempt to connect to 172.18.0.2:80 (app:80) failed`.
fn of_apache(line: &str, folded: &str) -> Option<Host> {
    const BEGIN: &str = "attempt to connect to ";
    let at = folded.find(BEGIN)? + BEGIN.len();
    let (address, behind) = line[at..].split_once(" (")?;
    let (host, port) = host_and_port(behind.split_once(')')?.0)?;
    Some((host, port.or_else(|| host_and_port(address)?.1)))
}

/// Erlang's `unable to connect to epmd (port 4369) on rabbit1: nxdomain`.
fn of_port_on(line: &str, folded: &str) -> Option<Host> {
    const PORT: &str = " (port ";
    let at = folded.find(PORT)? + PORT.len();
    let port = number_at(&folded[at..])?;
    let host = line[at..].split_once(") on ")?.1.split_whitespace().next()?;
    let (host, _) = host_and_port(host.trim_end_matches([':', ',', '.']))?;
    Some((host, Some(port)))
}

/// libpq in other languages: `Server auf »db« (172.18.0.2), Port 5432`.
fn in_guillemets(line: &str, folded: &str) -> Option<Host> {
    let at = line.find(['«', '»'])? + '«'.len_utf8();
    let (host, port) = host_at(&line[at..], &folded[at..], Trust::Any)?;
    let by_number = || {
        let (_, behind) = line[at..].split_once("), ")?;
        number_at(behind.split_once(' ')?.1)
    };
    Some((host, port.or_else(by_number)))
}

/// Python's `('172.18.0.2', 5432)`.
fn of_tuple(line: &str, folded: &str) -> Option<Host> {
    folded.match_indices("('").take(MOST_MARKERS).find_map(|(at, opening)| {
        let (host, rest) = line[at + opening.len()..].split_once("', ")?;
        Some((host_and_port(host)?.0, Some(number_at(rest)?)))
    })
}

/// .NET's `Connection refused [::ffff:172.18.0.2]:80 (api:80)`, behind which
/// ` ---> ` tells what caused it.
fn in_parentheses_at_end(line: &str) -> Option<Host> {
    let outer = line.split(" --->").next().unwrap_or(line);
    let inside = outer.trim_end_matches([')', '.', ' ']).rsplit_once('(')?.1;
    host_and_port(inside).filter(|(_, port)| port.is_some())
}

/// `Can not connect to Ryuk at localhost:32768`: whatever it is that stands there.
fn at_address(line: &str) -> Option<Host> {
    const AT: &str = " at ";
    line.match_indices(AT).take(MOST_MARKERS).find_map(|(at, _)| {
        line[..at].rsplit_once(' ').filter(|(before, _)| before.ends_with(" to"))?;
        let token = line[at + AT.len()..].split_whitespace().next()?;
        let token = token.trim_matches(|c: char| "\"'`.,;:()".contains(c));
        host_and_port(token).filter(|(_, port)| port.is_some())
    })
}

/// The port that stands behind a host somewhere else in the line.
pub fn port_elsewhere(folded: &str, host: &str) -> Option<u16> {
    let host = format!("{}:", host.to_ascii_lowercase());
    folded.match_indices(&host).take(MOST_MARKERS).find_map(|(at, _)| {
        let begins =
            !folded[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c));
        number_at(&folded[at + host.len()..]).filter(|_| begins)
    })
}

/// The number that a text begins with, as a port.
pub fn number_at(text: &str) -> Option<u16> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok().filter(|port| *port > 0)
}

/// The host of the line's first URL.
fn host_of_url(line: &str) -> Option<Host> {
    let at = line.find("://")?;
    let scheme =
        line[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && !"+.-".contains(c)).next()?;
    let url = &line[at - scheme.len()..];
    let end = url.find(|c: char| c.is_whitespace() || "\"'`,()<>;]".contains(c));
    // A sentence may end behind it.
    let url = url[..end.unwrap_or(url.len())].trim_end_matches(['.', ':', '?', '!']);
    let reference = in_value(Origin::Log, "", url).into_iter().next()?;
    Some((reference.host.clone(), reference.dialled_port()))
}

/// The host that a text begins with, quoted or bracketed or not, and the port
/// after it, in whichever of the usual ways.
fn host_at(text: &str, folded: &str, trust: Trust) -> Option<Host> {
    if let Some(unset) = ["<no value>", "<nil>"].iter().find(|unset| folded.starts_with(**unset)) {
        return Some(((*unset).to_owned(), None));
    }
    let opening = |c: char| "\"'`‘’([<\\«»".contains(c) || c.is_whitespace();
    // `[::1]:80` keeps its bracket.
    let skipped = text.find(|c: char| !opening(c)).unwrap_or(text.len());
    let v6 = text[..skipped].ends_with('[')
        && text[skipped..].split(']').next()?.matches(':').count() > 1;
    let start = if v6 { skipped - 1 } else { skipped };
    let end = |c: char| c.is_whitespace() || "\"'`‘’,()<>;\\«»".contains(c) || (c == ']' && !v6);
    let mut token = text[start..].split(end).next()?;
    if token.contains("://[") {
        token = text[start..].split(|c: char| c != ']' && end(c)).next()?;
    }
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
    // What stands before it may be half of a password.
    let token = token.rsplit_once('@').map_or(token, |(_, host)| host);
    // Java's `localhost/127.0.0.1:9092`, and `/127.0.0.1:9092` without a name.
    let (token, resolved) = match token.split_once('/') {
        Some(("", address)) => (address, ""),
        Some(both) => both,
        None => (token, ""),
    };
    // Postfix's `mailhog[172.18.0.5]:25`.
    let bracketed = token.split_once('[').filter(|(name, _)| !name.is_empty());
    let (token, behind) = bracketed.map_or((token, behind), |(name, _)| {
        (name, text[start..].split_once(']').map_or(behind, |(_, behind)| behind))
    });
    let (host, port) =
        host_and_port(token).or_else(|| bare_v6(token)).or_else(|| v6_alone(token))?;
    let quoted = text[..skipped].ends_with(['"', '\'', '`']);
    let word = host.to_ascii_lowercase();
    let alone = trust == Trust::Likely && !quoted && NO_HOST_ALONE.contains(&word.as_str());
    let is_code = host.starts_with("EAI_");
    let is_word = is_code || alone || (!quoted && NO_HOST.contains(&word.as_str()));
    let no_host = port.is_none() && is_word;
    if no_host {
        return None;
    }
    let port = port
        // Squid's `upstream/8118`.
        .or_else(|| resolved.parse().ok())
        .or_else(|| host_and_port(resolved).and_then(|(_, port)| port))
        .or_else(|| port_beside(behind))
        .or_else(|| port_after(&folded[start..]));
    Some((host, port))
}

/// Whether a word is in capitals.
fn is_shouted(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Prisma's `` `db`:`5432` ``, and pymongo's `('db', 27017)`.
fn port_beside(behind: &str) -> Option<u16> {
    let quote = ['"', '\'', '`'];
    let rest = behind.strip_prefix(quote).unwrap_or(behind);
    // Java's `cache/<unresolved>:6379`.
    let rest = rest.strip_prefix("<unresolved>").unwrap_or(rest);
    let digits = rest.strip_prefix(':').or_else(|| rest.strip_prefix(", "))?;
    number_at(digits.strip_prefix(quote).unwrap_or(digits))
}

/// Node writes `::1:5432`.
fn bare_v6(token: &str) -> Option<Host> {
    let (address, port) = token.rsplit_once(':')?;
    let address: std::net::Ipv6Addr = address.parse().ok()?;
    Some((address.to_string(), Some(port.parse().ok()?)))
}

/// An address of version 6 without a port.
fn v6_alone(token: &str) -> Option<Host> {
    Some((token.parse::<std::net::Ipv6Addr>().ok()?.to_string(), None))
}

/// `port 5432`, `port=5432`, within the next few words.
fn port_after(folded: &str) -> Option<u16> {
    let near: String = folded.chars().take(120).collect();
    let at = near.find("port")? + 4;
    number_at(near[at..].trim_start_matches([' ', '=', ':', '"', '\'']))
}

/// `db:27017: [Errno 111] Connection refused`, `nc: db: Host not found`: the
/// host stands before what is wrong with it.
fn host_before(text: &str) -> Option<Host> {
    let before = text.trim_end_matches(['"', '\'']);
    let apart = |c: char| c.is_whitespace() || "\"'`,()[]".contains(c);
    let token = before.rsplit(apart).next()?;
    // librdkafka's `kafka:9092/bootstrap`, and Java's `kafka/172.18.0.2:9092`.
    let (token, behind) = token.split_once('/').unwrap_or((token, ""));
    let (host, port) = host_and_port(token).or_else(|| bare_v6(token))?;
    let port = port.or_else(|| host_and_port(behind)?.1);
    // Or it is the kind of error that stands there.
    let folded = host.to_ascii_lowercase();
    let is_error = ["exception", "error", "errno"].iter().any(|end| folded.ends_with(end))
        || (port.is_none() && NO_HOST.contains(&folded.as_str()))
        // Redis calls the one that it copies `MASTER`.
        || (is_shouted(&host) && NO_HOST_ALONE.contains(&folded.as_str()));
    (!is_error && (is_host(&host) || host.contains(':'))).then_some((host, port))
}
