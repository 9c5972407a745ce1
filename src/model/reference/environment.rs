//! References in environment variables: URLs, `HOST:PORT`, lists of them, and
//! `X_HOST` with its `X_PORT`.

use super::keyed::keyed;
use super::list;
use super::name::{OWN_WORDS, before_host_word, before_word, names_server};
use super::options::in_options;
use super::url::{self, Extent, Found, bounded, host_and_port};
use super::words::Words;
use super::{
    Flaw, Origin, Reference, is_any_address, is_dialled, is_unset, speaks_of_secrets, tidy,
};

/// Begins of names of variables whose values go into a page: Vite's, Create
/// React App's, Next's, Vue's, Nuxt's, SvelteKit's and Astro's, Gatsby's,
/// Angular's and Expo's, Storybook's, Snowpack's, Preact's and Bun's.
const OF_PAGES: [&str; 14] = [
    "VITE_",
    "REACT_APP_",
    "NEXT_PUBLIC_",
    "VUE_APP_",
    "NUXT_PUBLIC_",
    "PUBLIC_",
    "GATSBY_",
    "NG_APP_",
    "EXPO_PUBLIC_",
    "STORYBOOK_",
    "SNOWPACK_PUBLIC_",
    "PREACT_APP_",
    "NUXT_ENV_",
    "BUN_PUBLIC_",
];

/// Ends of such a name that say that a host and a port are one, also without
/// a scheme: a title may look like them.
const OF_PAGES_ENDS: [&str; 11] = [
    "HOST", "HOSTNAME", "ORIGIN", "BASE", "ENDPOINT", "BACKEND", "URL", "URI", "API", "ADDRESS",
    "WS",
];

/// Parts of such a name that say that a server uses it after all.
static OF_SERVERS: Words<6> =
    Words::new(["PROXY", "INTERNAL", "SSR", "SERVER", "TARGET", "UPSTREAM"]);

/// The references of a whole environment, as `(name, value)`. Values go no
/// further than this function.
pub fn in_environment<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Reference> {
    let variables: Vec<(&str, &str)> = variables.into_iter().take(2_000).collect();
    // `dbPort` beside `dbHost`, `redis.port` beside `redis.host`.
    let port_of = |name: &str| {
        let named = |(other, _): &&(&str, &str)| other.eq_ignore_ascii_case(name);
        let (name, value) = variables.iter().find(named)?;
        let value = Flaw::of_value(value).map_or(*value, |(_, inner)| inner);
        value.parse::<u16>().ok().filter(|port| *port > 0).map(|port| (kept(name), port))
    };
    let is_set = |name: &str| variables.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let mut references = Vec::new();
    for (name, value) in &variables {
        // `DB_BACKEND=postgresql` is a kind, and `DB_HOST` is where it runs.
        let of_kind = before_word(name, "BACKEND").filter(|_| host_and_port(value).is_some());
        if of_kind.is_some_and(|stem| is_set(&format!("{stem}HOST")) && !value.contains(':')) {
            continue;
        }
        let mut of_value = in_value(Origin::Environment, name, value);
        // PGHOST and PGPORT, DB_HOST and DB_PORT.
        if let Some(stem) = before_host_word(name) {
            let beside = port_of(&format!("{stem}PORT"));
            let lacks_port = |r: &&mut Reference| r.scheme.is_none() && r.port.is_none();
            for reference in of_value.iter_mut().filter(lacks_port) {
                reference.port = beside.as_ref().map(|(_, port)| *port);
                reference.port_variable = beside.as_ref().map(|(name, _)| name.clone());
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
        notation: found.notation,
        is_whole: false,
        is_listed: false,
        flaw: found.flaw,
    };
    let whole = value;
    let value = bounded(value);
    if upper == "NO_PROXY" {
        // A list of hosts that are not to go through the proxy.
        let any = |element: &str| (element == "*").then(|| Found::plain("*", None));
        return tidy(
            elements(value).filter_map(|e| any(e).or_else(|| plain(e))).map(make).collect(),
        );
    }
    let mut found: Vec<Reference> = url::urls(value, Extent::Value).into_iter().map(make).collect();
    // JSON may hold URLs and more; a connection string is the whole value.
    if found.is_empty() || value.starts_with(['{', '[']) {
        found.extend(keyed(value).into_iter().map(make));
    }
    if value.starts_with('-') {
        found.extend(in_options(value.split_whitespace()).into_iter().map(make));
    }
    if found.is_empty() && !value.contains("://") && !value.contains('@') {
        // HOST and HOSTNAME alone are what the container calls itself.
        let own = matches!(upper.as_str(), "HOST" | "HOSTNAME" | "HOST_NAME" | "ADDRESS" | "ADDR");
        let secret = speaks_of_secrets(name) && !says_host;
        if !own && !secret {
            let wanted = |found: &Found| found.port.is_some() || says_host;
            found = elements(value).filter_map(plain).filter(wanted).map(make).collect();
            if says_host && found.is_empty() && is_unset(value) {
                found.push(make(Found::plain(value, None)));
            }
        }
    }
    found.retain(|reference| {
        let is_dialled = || match &reference.scheme {
            Some(scheme) => is_dialled(scheme),
            None => says_host && names_server(name),
        };
        !is_any_address(&reference.host) || is_dialled()
    });
    if of_page {
        let says = OF_PAGES_ENDS.iter().any(|end| before_word(name, end).is_some());
        found.retain(|reference| reference.is_web() || (reference.scheme.is_none() && says));
    }
    let listed = list::of_value(value);
    for reference in &mut found {
        reference.is_listed = listed.contains(&reference.host);
    }
    if let [only] = found.as_mut_slice() {
        let is_all = only.notation.is_address() && only.written() == whole;
        only.is_whole = is_all && flaw.is_none();
        // Most programs forgive a blank behind a path.
        only.flaw = flaw.filter(|flaw| *flaw == Flaw::Quotes || is_all).or(only.flaw);
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
    // `//redis:6379`: a URL that leaves its scheme to who reads it.
    let text = text.strip_prefix("//").filter(|text| text.contains(':')).unwrap_or(text);
    // `zookeeper:2181/kafka`; of `registry:5000/app:1` it is an image.
    let text = match text.split_once('/') {
        Some((address, path)) if address.contains(':') && !path.contains(':') => address,
        _ => text,
    };
    host_and_port(text).map(|(host, port)| Found::plain(&host, port))
}
