//! References in environment variables: URLs, `HOST:PORT`, lists of them, and
//! `X_HOST` with its `X_PORT`.

use super::url::{self, Extent, Found, bounded, host_and_port};
use super::words::Words;
use super::{Flaw, Origin, Reference, is_unset, speaks_of_secrets, tidy};

/// Ends of a variable's name that say it holds a host.
const HOST_WORDS: [&str; 14] = [
    "HOSTNAME", "HOSTS", "HOST", "SERVERS", "SERVER", "ADDRESS", "ADDR", "ENDPOINT", "BROKERS",
    "BROKER", "UPSTREAM", "BACKEND", "NODES", "PEER",
];

/// Parts of a variable's name that say it holds the container's own address,
/// or one for somebody's browser: nothing the container itself dials.
static OWN_WORDS: Words<19> = Words::new([
    "LISTEN",
    "BIND",
    "ADVERTISE",
    "ALLOWED",
    "TRUSTED",
    "VIRTUAL_HOST",
    "LETSENCRYPT",
    "PUBLIC",
    "EXTERNAL",
    "CALLBACK",
    "REDIRECT",
    "ORIGIN",
    "CORS",
    "SITE_URL",
    "ROOT_URL",
    "APP_URL",
    "SERVER_NAME",
    "NEXTAUTH_URL",
    "IMAGE",
]);

/// Begins of names of variables whose values go into a page: Vite's, Create
/// React App's, Next's, Vue's, Nuxt's, SvelteKit's and Astro's, Gatsby's,
/// Angular's and Expo's.
const OF_PAGES: [&str; 9] = [
    "VITE_",
    "REACT_APP_",
    "NEXT_PUBLIC_",
    "VUE_APP_",
    "NUXT_PUBLIC_",
    "PUBLIC_",
    "GATSBY_",
    "NG_APP_",
    "EXPO_PUBLIC_",
];

/// Parts of such a name that say that a server uses it after all.
static OF_SERVERS: Words<6> =
    Words::new(["PROXY", "INTERNAL", "SSR", "SERVER", "TARGET", "UPSTREAM"]);

/// Names that are written to a host's word without anything between.
const GLUED: [&str; 7] = ["PG", "DB", "MYSQL", "REDIS", "MONGO", "POSTGRES", "RABBITMQ"];

/// What stands before a word at the end of a name: `DB_` of `DB_HOST`, `db` of
/// `dbHost`. `VHOST` does not end with the word `HOST`.
fn before_word<'n>(name: &'n str, word: &str) -> Option<&'n str> {
    let at = name.len().checked_sub(word.len()).filter(|at| name.is_char_boundary(*at))?;
    let (stem, end) = name.split_at(at);
    if !end.eq_ignore_ascii_case(word) {
        return None;
    }
    let camel = end.starts_with(|c: char| c.is_ascii_uppercase())
        && stem.ends_with(|c: char| c.is_ascii_lowercase());
    let apart = !stem.ends_with(|c: char| c.is_ascii_alphanumeric());
    let last = stem.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let glued = GLUED.iter().any(|glued| glued.eq_ignore_ascii_case(last));
    (camel || apart || glued).then_some(stem)
}

/// What stands before the word for a host at the end of a variable's name.
fn before_host_word(name: &str) -> Option<&str> {
    HOST_WORDS.iter().find_map(|word| before_word(name, word))
}

/// Whether a variable's name says that it holds a host, and nothing else: no
/// list, no address with a port.
pub fn holds_host(name: &str) -> bool {
    ["HOST", "HOSTNAME"].iter().any(|word| before_word(name, word).is_some())
}

/// The references of a whole environment, as `(name, value)`. Values go no
/// further than this function.
pub fn in_environment<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Reference> {
    let variables: Vec<(&str, &str)> = variables.into_iter().take(2_000).collect();
    let port_of = |name: &str| {
        let value = variables.iter().find(|(other, _)| *other == name)?.1;
        let value = Flaw::of_value(value).map_or(value, |(_, inner)| inner);
        value.parse::<u16>().ok().filter(|port| *port > 0)
    };
    let mut references = Vec::new();
    for (name, value) in &variables {
        let mut of_value = in_value(Origin::Environment, name, value);
        // PGHOST and PGPORT, DB_HOST and DB_PORT.
        if let Some(stem) = before_host_word(name) {
            let beside = format!("{stem}PORT");
            let port = port_of(&beside);
            let lacks_port = |r: &&mut Reference| r.scheme.is_none() && r.port.is_none();
            for reference in of_value.iter_mut().filter(lacks_port) {
                reference.port = port;
                reference.port_variable = port.map(|_| kept(&beside));
            }
        }
        references.append(&mut of_value);
    }
    tidy(references)
}

/// The references in one value that goes by a name: an environment variable,
/// a label.
pub fn in_value(origin: Origin, name: &str, value: &str) -> Vec<Reference> {
    let upper = name.to_ascii_uppercase();
    let of_page = origin == Origin::Environment
        && OF_PAGES.iter().any(|begin| upper.starts_with(begin))
        && !OF_SERVERS.any_in(name);
    if OWN_WORDS.any_in(name) && !of_page {
        return Vec::new();
    }
    let says_host = before_host_word(name).is_some();
    let says_url = ["URL", "URI", "DSN"].iter().any(|word| before_word(name, word).is_some());
    let flawed = Flaw::of_value(value).filter(|_| says_host || says_url);
    let (flaw, value) = flawed.map_or((None, value), |(flaw, value)| (Some(flaw), value));
    let make = |found: Found| Reference {
        origin: if of_page { Origin::Browser } else { origin },
        variable: Some(kept(name)),
        scheme: found.scheme,
        host: found.host,
        port: found.port,
        port_variable: None,
        is_whole: false,
        flaw: None,
    };
    let whole = value;
    let value = bounded(value);
    if upper == "NO_PROXY" {
        // A list of hosts that are not to go through the proxy.
        let any = |element: &str| {
            (element == "*").then(|| Found { scheme: None, host: "*".to_owned(), port: None })
        };
        return tidy(
            elements(value).filter_map(|e| any(e).or_else(|| plain(e))).map(make).collect(),
        );
    }
    let mut found: Vec<Reference> = url::urls(value, Extent::Value).into_iter().map(make).collect();
    if found.is_empty() && !value.contains("://") && !value.contains('@') {
        // HOST and HOSTNAME alone are what the container calls itself.
        let own = matches!(upper.as_str(), "HOST" | "HOSTNAME" | "ADDRESS" | "ADDR");
        let secret = speaks_of_secrets(name) && !says_host;
        if !own && !secret {
            let wanted = |found: &Found| found.port.is_some() || says_host;
            found = elements(value).filter_map(plain).filter(wanted).map(make).collect();
            if says_host && found.is_empty() && !value.is_empty() && is_unset(value) {
                found.push(make(Found { scheme: None, host: value.to_owned(), port: None }));
            }
        }
    }
    found.retain(|reference| !is_any_address(&reference.host));
    if of_page {
        found.retain(|reference| reference.is_web());
    }
    if let [only] = found.as_mut_slice() {
        let is_all = only.written() == whole;
        only.is_whole = is_all && flaw.is_none();
        // Most programs forgive a blank behind a path.
        only.flaw = flaw.filter(|flaw| *flaw == Flaw::Quotes || is_all);
    }
    tidy(found)
}

/// As much of a variable's name as is kept.
fn kept(name: &str) -> String {
    name.chars().take(100).collect()
}

fn elements(value: &str) -> impl Iterator<Item = &str> {
    value.split([',', ';', ' ', '\t', '\n']).map(str::trim).filter(|e| !e.is_empty()).take(200)
}

fn plain(text: &str) -> Option<Found> {
    let text = text.strip_prefix("*.").or_else(|| text.strip_prefix('.')).unwrap_or(text);
    host_and_port(text).map(|(host, port)| Found { scheme: None, host, port })
}

/// What a server binds to, and no client dials.
fn is_any_address(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_unspecified())
}
