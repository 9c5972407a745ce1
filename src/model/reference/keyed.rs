//! Hosts and ports behind keys: the connection strings of ADO.NET, ODBC, PDO,
//! libpq and Oracle, Go's for MySQL, and JSON. What stands behind other keys is
//! not looked at, and a text that is not of one piece is dropped whole.

use std::net::IpAddr;

use super::json::in_json;
use super::keys::{BESIDE, HOSTS, PORTS, folded, keys};
use super::notation::Notation;
use super::url::{Found, host_and_port, is_host, port_number};

/// Keys that only clients of SQL Server know.
const OF_SQL_SERVER: [&str; 5] = [
    "initialcatalog",
    "integratedsecurity",
    "trustedconnection",
    "trustservercertificate",
    "multipleactiveresultsets",
];

/// Ends of files that a `Data Source` may be.
const FILES: [&str; 5] = [".db", ".db3", ".sqlite", ".sqlite3", ".mdf"];

/// The hosts that a value names behind keys.
pub fn keyed(value: &str) -> Vec<Found> {
    let value = value.trim();
    // Most values are none of these.
    if !value.contains(['=', '(', '{', '[']) && !value.contains(": ") {
        return Vec::new();
    }
    if value.starts_with(['{', '[']) {
        // YAML's way to write an object into one line is no JSON.
        return in_json(value).unwrap_or_else(|| of_flow(value));
    }
    if let Some(found) = of_go(value) {
        return vec![found];
    }
    let described = described(value);
    if !described.is_empty() {
        return described;
    }
    let lists = [semicolons(value), blanks(value), of_query(value), lines(value)];
    lists.into_iter().flatten().map(|list| list.found()).find(|f| !f.is_empty()).unwrap_or_default()
}

/// `user:pass@tcp(db:3306)/shop`, as Go's driver for MySQL has it.
fn of_go(value: &str) -> Option<Found> {
    let at =
        value.rfind("@tcp(").map(|at| at + 1).or_else(|| value.starts_with("tcp(").then_some(0))?;
    let (address, rest) = value[at + 4..].split_once(')')?;
    let (host, port) = host_and_port(address)?;
    let notation = keys("tcp(", ":", false);
    (rest.is_empty() || rest.starts_with('/')).then(|| Found {
        scheme: Some("mysql".to_owned()),
        host,
        port,
        notation,
        flaw: None,
    })
}

/// `(HOST=db)(PORT=1521)`, as Oracle's descriptions have it.
fn described(value: &str) -> Vec<Found> {
    // A letter of another length in lower case would shift what stands behind.
    let folded = value.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, opening) in folded.match_indices("(host=").take(16) {
        let Some((host, rest)) = value[at + opening.len()..].split_once(')') else { continue };
        let port = rest.get(..6).filter(|key| key.eq_ignore_ascii_case("(port=")).map(|key| {
            let digits = rest[6..].split(')').next().unwrap_or_default();
            (key, digits.parse::<u16>().ok())
        });
        let key = &value[at..at + opening.len()];
        let notation = keys(key, &format!("){}", port.map_or("(PORT=", |(key, _)| key)), false);
        let host = host.trim();
        if is_host(host) {
            let (host, port) = (host.to_owned(), port.and_then(|(_, port)| port));
            let scheme = folded.contains("(protocol=").then(|| "oracle".to_owned());
            found.push(Found { scheme, host, port, notation, flaw: None });
        }
    }
    found
}

/// Keys and values in the order of a text.
struct List<'a> {
    pairs: Vec<(&'a str, &'a str)>,
    /// What a text that speaks of one client begins with: `mysql` of `mysql:host=db`.
    scheme: Option<&'static str>,
    /// What stands between two pairs.
    joint: &'static str,
    /// What stands between key and value.
    sign: char,
}

/// Begins of data source names that say whose they are.
const PREFIXES: [(&str, &str); 7] = [
    ("mysql:", "mysql"),
    ("pgsql:", "postgresql"),
    ("sqlsrv:", "sqlserver"),
    ("dblib:", "sqlserver"),
    ("odbc:", ""),
    ("dbi:", ""),
    ("jdbc:sqlserver://;", "sqlserver"),
];

/// `Server=db;Port=3306;Pwd="a;b"`, perhaps with the client's name in front.
fn semicolons(value: &str) -> Option<List<'_>> {
    let prefix = PREFIXES.iter().find(|(prefix, _)| value.starts_with(prefix));
    let mut rest = prefix.map_or(value, |(prefix, _)| &value[prefix.len()..]);
    let mut pairs = Vec::new();
    while !rest.trim().is_empty() {
        let (key, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let closing = match behind.chars().next() {
            Some(quote @ ('"' | '\'')) => Some(quote),
            Some('{') => Some('}'),
            _ => None,
        };
        let (text, next) = match closing {
            Some(quote) => {
                let (text, next) = within(&behind[1..], quote)?;
                let next = next.trim_start();
                (text, next.strip_prefix(';').or_else(|| next.is_empty().then_some(next))?)
            }
            None => behind.split_once(';').unwrap_or((behind, "")),
        };
        pairs.push((key.trim(), text.trim()));
        rest = next;
    }
    let scheme = prefix.map(|(_, scheme)| *scheme);
    Some(List { pairs, scheme, joint: ";", sign: '=' })
}

/// The text up to a quote that is not doubled, and what follows.
fn within(text: &str, quote: char) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find(quote)?;
        let behind = &text[at + quote.len_utf8()..];
        if !behind.starts_with(quote) {
            return Some((&text[..at], behind));
        }
        from = at + 2 * quote.len_utf8();
    }
}

/// `host=db port=5432 password='it\'s'`, as libpq has it.
fn blanks(value: &str) -> Option<List<'_>> {
    let mut pairs = Vec::new();
    let mut rest = value;
    while !rest.trim().is_empty() {
        let (key, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let (text, next) = match behind.strip_prefix('\'') {
            Some(quoted) => {
                let (mut escaped, mut end) = (false, None);
                for (at, c) in quoted.char_indices() {
                    if c == '\'' && !escaped {
                        end = Some(at);
                        break;
                    }
                    escaped = c == '\\' && !escaped;
                }
                let end = end?;
                (&quoted[..end], &quoted[end + 1..])
            }
            None => {
                let end = behind.find(char::is_whitespace).unwrap_or(behind.len());
                behind.split_at(end)
            }
        };
        let key = key.trim();
        if !key.chars().all(|c| c.is_ascii_alphabetic() || c == '_') || text.contains(';') {
            return None;
        }
        pairs.push((key, text));
        rest = next;
    }
    let knows = |key: &str| pairs.iter().any(|(other, _)| *other == key);
    let is_libpq = knows("dbname") || knows("sslmode") || (knows("user") && knows("host"));
    Some(List {
        pairs: pairs.clone(),
        scheme: is_libpq.then_some("postgresql"),
        joint: " ",
        sign: '=',
    })
}

/// `postgresql:///shop?host=db&port=5432`: a URL that names its host behind.
fn of_query(value: &str) -> Option<List<'_>> {
    let (url, query) = value.split_once('?')?;
    let (scheme, _) = url.split_once("://")?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let scheme =
        ["postgresql", "postgres", "mysql"].into_iter().find(|known| scheme.starts_with(known))?;
    Some(List { pairs, scheme: Some(scheme), joint: "&", sign: '=' })
}

/// `host: db` and `port: 5432` in lines of their own, as YAML has them.
fn lines(value: &str) -> Option<List<'_>> {
    let mut pairs = Vec::new();
    for line in value.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.ends_with(':') || line == "-" {
            continue;
        }
        let (key, text) = line.split_once(": ")?;
        pairs.push((key.trim_start_matches(['-', ' ']), unquoted(text.trim())));
    }
    Some(List { pairs, scheme: None, joint: "\n", sign: ':' })
}

fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

impl List<'_> {
    fn has(&self, known: &[&str]) -> bool {
        self.pairs.iter().any(|(key, _)| known.contains(&folded(key).as_str()))
    }

    /// The scheme of the protocol that is spoken, as far as the keys say it.
    fn spoken(&self, comma: bool) -> Option<String> {
        let npgsql = || {
            let first = self.pairs.first().map(|(key, _)| folded(key));
            self.joint == ";" && self.has(&["username"]) && first.as_deref() == Some("host")
        };
        let of_keys = || match () {
            () if comma || self.has(&OF_SQL_SERVER) => Some("sqlserver"),
            () if npgsql() => Some("postgresql"),
            () => None,
        };
        let scheme = self.scheme.filter(|scheme| !scheme.is_empty()).or_else(of_keys);
        scheme.map(str::to_owned)
    }

    /// The hosts of the list.
    fn found(&self) -> Vec<Found> {
        if self.scheme.is_none() && !self.has(&BESIDE) && !self.has(&PORTS) {
            return Vec::new();
        }
        let of = |known: &[&str]| {
            self.pairs
                .iter()
                .find(|(key, text)| known.contains(&folded(key).as_str()) && !text.is_empty())
        };
        let Some((key, text)) = of(&HOSTS) else { return Vec::new() };
        let port = of(&PORTS);
        let (many, ports) = (text.split(','), port.map_or("", |(_, port)| port));
        let second = text.split(',').nth(1).map(str::trim);
        if second.is_some_and(|second| !second.bytes().all(|byte| byte.is_ascii_digit())) {
            // Several, with a port for each or one for all.
            let ports: Vec<&str> = ports.split(',').collect();
            let port =
                |at: usize| ports.get(at).or(ports.first()).and_then(|port| port_number(port));
            let each = many.take(16).enumerate().filter_map(|(at, host)| {
                let (host, own) = host_and_port(host.trim())?;
                let port = own.or_else(|| port(at));
                Some(Found {
                    scheme: self.spoken(false),
                    host,
                    port,
                    notation: Notation::Other,
                    flaw: None,
                })
            });
            return each.collect();
        }
        self.one(key, text, port.copied()).into_iter().collect()
    }

    fn one(&self, key: &str, text: &str, port: Option<(&str, &str)>) -> Option<Found> {
        let begin = ["tcp:", "//"].into_iter().find(|begin| text.starts_with(begin));
        let begin = begin.unwrap_or_default();
        let text = &text[begin.len()..];
        let lowered = text.to_ascii_lowercase();
        if FILES.iter().any(|end| lowered.ends_with(end)) || text.starts_with('/') {
            return None;
        }
        let before = format!("{key}{}{begin}", self.sign);
        let made = |host: &str, port: Option<u16>, notation: Notation, comma: bool| {
            let is_host = is_host(host) || host.parse::<IpAddr>().is_ok();
            let scheme = self.spoken(comma);
            is_host.then(|| Found { scheme, host: host.to_owned(), port, notation, flaw: None })
        };
        // An instance's name in the midst is nobody's to write.
        let (host, instance) = text.split_once('\\').unwrap_or((text, ""));
        if let Some((host, port)) = text.split_once(',') {
            let plain = instance.is_empty();
            let notation = if plain { keys(&before, ",", false) } else { Notation::Other };
            return made(host.split('\\').next()?.trim(), Some(port_number(port)?), notation, true);
        }
        if let Some((host, rest)) = host.split_once(':')
            && let Some(port) = port_number(rest.split('/').next()?)
        {
            return made(host, Some(port), keys(&before, ":", false), false);
        }
        let sql_server = self.spoken(false).as_deref() == Some("sqlserver");
        let notation = match port {
            _ if !instance.is_empty() || self.joint == "\n" => Notation::Other,
            Some((key, _)) => keys(&before, &format!("{}{key}{}", self.joint, self.sign), true),
            None if sql_server && self.joint == ";" => keys(&before, ",", false),
            None => {
                let key =
                    if key.starts_with(|c: char| c.is_ascii_uppercase()) { "Port" } else { "port" };
                keys(&before, &format!("{}{key}{}", self.joint, self.sign), false)
            }
        };
        made(host, port.and_then(|(_, port)| port_number(port)), notation, false)
    }
}

/// `{host: db, port: 5432}`, without anything in it that is nested or quoted.
fn of_flow(value: &str) -> Vec<Found> {
    let inner = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let Some(inner) = inner.filter(|inner| !inner.contains(['{', '[', '"', '\''])) else {
        return Vec::new();
    };
    let pairs: Option<Vec<(&str, &str)>> = inner
        .split(',')
        .map(|pair| pair.split_once(':').map(|(key, text)| (key.trim(), text.trim())))
        .collect();
    let Some(pairs) = pairs else { return Vec::new() };
    List { pairs, scheme: None, joint: ", ", sign: ':' }.found()
}
