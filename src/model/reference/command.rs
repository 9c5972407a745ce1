//! References in command lines: URLs, `HOST:PORT` words, and the host and
//! port that well-known clients take as arguments. Shell scripts given to
//! `sh -c` are read word by word, without understanding the shell.

use super::keyed::keyed;
use super::list;
use super::options::in_options;
use super::url::{self, Extent, Found, bounded, host_and_port, is_host};
use super::{Origin, Reference, is_any_address, is_dialled, tidy};

/// Clients that take `HOST PORT`, and options of Redis that do.
const HOST_THEN_PORT: [&str; 7] =
    ["nc", "ncat", "netcat", "telnet", "socat", "--replicaof", "--slaveof"];

/// Clients that take `HOST:PORT` or a URL, perhaps without a scheme.
const TAKES_ADDRESS: [&str; 7] =
    ["curl", "wget", "wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh", "dockerize"];

/// Clients that take only a host.
const TAKES_HOST: [&str; 4] = ["ping", "nslookup", "getent", "dig"];

/// Clients that take `-h HOST` and `-p PORT`, with the port they dial by themselves.
const WITH_OPTIONS: [(&str, u16); 9] = [
    ("psql", 5432),
    ("pg_isready", 5432),
    ("pg_dump", 5432),
    ("mysql", 3306),
    ("mysqladmin", 3306),
    ("mariadb", 3306),
    ("redis-cli", 6379),
    ("mongo", 27017),
    ("mongosh", 27017),
];

/// The references in a command, one word an element as the engine keeps it.
pub fn in_command<'a>(origin: Origin, words: impl IntoIterator<Item = &'a str>) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut listed: Vec<String> = Vec::new();
    let words: Vec<&str> = words.into_iter().take(1_000).map(bounded).collect();
    for word in &words {
        listed.extend(list::of_line(word));
        found.extend(url::urls(word, Extent::Line));
        // `--dsn=host=db port=5432`, or that as a word of its own.
        let option = word.strip_prefix('-').and_then(|option| option.split_once('='));
        found.extend(keyed(option.map_or(word, |(_, value)| value)));
    }
    let tokens = tokens_of(words);
    found.extend(in_options(tokens.iter().map(String::as_str)));
    // Of what a server is given.
    found.retain(|found| {
        !is_any_address(&found.host) || found.scheme.as_deref().is_some_and(is_dialled)
    });
    for (at, token) in tokens.iter().enumerate() {
        let program = token.rsplit('/').next().unwrap_or_default();
        let arguments = &tokens[at + 1..];
        let end = arguments.iter().position(|word| word == BREAK).unwrap_or(arguments.len());
        found.extend(of_program(program, &arguments[..end.min(40)]));
    }
    let make = |found: Found| Reference {
        origin,
        variable: None,
        scheme: found.scheme,
        is_listed: listed.contains(&found.host),
        host: found.host,
        port: found.port,
        port_variable: None,
        notation: found.notation,
        is_whole: false,
        flaw: found.flaw,
    };
    tidy(found.into_iter().map(make).collect())
}

/// Stands where one command of a script ends.
const BREAK: &str = ";";

/// The words of a command line and of the scripts in it, with a break where a command ends.
fn tokens_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for word in words {
        if word.contains(char::is_whitespace) {
            tokens.push(BREAK.to_owned());
            tokens.extend(tokens_of_script(word));
            tokens.push(BREAK.to_owned());
        } else {
            tokens.push(word.to_owned());
        }
    }
    tokens.truncate(4_000);
    tokens
}

/// The commands of a command line and of the scripts in it, each by its words.
pub(super) fn commands<'a>(words: impl IntoIterator<Item = &'a str>) -> Vec<Vec<String>> {
    let words = words.into_iter().take(1_000).map(bounded);
    let commands = tokens_of(words);
    let commands = commands.split(|word| word == BREAK).filter(|words| !words.is_empty());
    commands.map(<[String]>::to_vec).collect()
}

/// The words of a script, quotes dropped, with a break where a command ends.
fn tokens_of_script(script: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let flush = |word: &mut String, tokens: &mut Vec<String>| {
        if !word.is_empty() {
            tokens.push(std::mem::take(word));
        }
    };
    for c in script.chars() {
        match c {
            '"' | '\'' => {}
            ';' | '|' | '&' | '\n' | '(' | ')' | '{' | '}' | '`' | '<' | '>' => {
                flush(&mut word, &mut tokens);
                tokens.push(BREAK.to_owned());
            }
            c if c.is_whitespace() => flush(&mut word, &mut tokens),
            c => word.push(c),
        }
    }
    flush(&mut word, &mut tokens);
    tokens
}

fn of_program(program: &str, arguments: &[String]) -> Vec<Found> {
    let plain = Found::plain;
    if HOST_THEN_PORT.contains(&program) {
        // A listener names no peer.
        if arguments.iter().any(|word| is_short_option(word, 'l')) {
            return Vec::new();
        }
        return arguments
            .windows(2)
            .find_map(|pair| {
                let port = pair[1].parse::<u16>().ok().filter(|port| *port > 0)?;
                is_host(&pair[0]).then(|| vec![plain(&pair[0], Some(port))])
            })
            .unwrap_or_default();
    }
    if TAKES_ADDRESS.contains(&program) {
        // URLs with a scheme were found already.
        return arguments
            .iter()
            .filter(|word| !word.starts_with('-') && !word.contains("://") && !word.contains('@'))
            .filter_map(|word| host_and_port(word.split('/').next()?))
            .filter(|(_, port)| port.is_some())
            .map(|(host, port)| plain(&host, port))
            .collect();
    }
    if TAKES_HOST.contains(&program) {
        let last = arguments.last().filter(|word| is_host(word) && !word.contains(".."));
        let named = last.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
        return named.map(|host| vec![plain(host, None)]).unwrap_or_default();
    }
    let Some((_, usual)) = WITH_OPTIONS.iter().find(|(name, _)| *name == program) else {
        return Vec::new();
    };
    let option = |short: char, long: &str| option_of(arguments, short, long);
    let host = option('h', "--host").filter(|host| is_host(host));
    // MySQL's -P is the port; its -p is the password, and nobody's port here.
    let short = if matches!(program, "mysql" | "mysqladmin" | "mariadb") { 'P' } else { 'p' };
    let port = option(short, "--port").and_then(|port| port.parse().ok()).unwrap_or(*usual);
    host.map(|host| vec![plain(&host, Some(port))]).unwrap_or_default()
}

fn is_short_option(word: &str, letter: char) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains(letter)
}

/// The value of `-h VALUE`, `-hVALUE`, `--host VALUE` or `--host=VALUE`.
fn option_of(arguments: &[String], short: char, long: &str) -> Option<String> {
    let short = format!("-{short}");
    for (at, word) in arguments.iter().enumerate() {
        if *word == short || word == long {
            return arguments.get(at + 1).cloned();
        }
        if let Some(value) = word.strip_prefix(long).and_then(|rest| rest.strip_prefix('=')) {
            return Some(value.to_owned());
        }
        if let Some(value) = word.strip_prefix(&short).filter(|_| !word.starts_with("--")) {
            return Some(value.to_owned());
        }
    }
    None
}
