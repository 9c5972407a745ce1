//! References in environment variables: URLs, `HOST:PORT`, lists of them, and
//! `X_HOST` with its `X_PORT`.

use super::url::{self, Extent, Found, bounded, host_and_port};
use super::words::Words;
use super::{Origin, Reference, speaks_of_secrets, tidy};

/// Ends of a variable's name that say it holds a host.
const HOST_WORDS: [&str; 14] = [
    "HOSTNAME", "HOSTS", "HOST", "SERVERS", "SERVER", "ADDRESS", "ADDR", "ENDPOINT", "BROKERS",
    "BROKER", "UPSTREAM", "BACKEND", "NODES", "PEER",
];

/// Parts of a variable's name that say it holds the container's own address,
/// or one for somebody's browser: nothing the container itself dials.
static OWN_WORDS: Words<21> = Words::new([
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
    "VITE_",
    "REACT_APP_",
    "NEXTAUTH_URL",
    "IMAGE",
]);

/// The references of a whole environment, as `(name, value)`. Values go no
/// further than this function.
pub fn in_environment<'a>(
    variables: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Reference> {
    let variables = variables.into_iter().filter(|(name, _)| !is_of_virtual_host(name));
    let variables: Vec<(&str, &str)> = variables.take(2_000).collect();
    let port_of = |name: &str| {
        let value = variables.iter().find(|(other, _)| *other == name)?.1;
        value.parse::<u16>().ok().filter(|port| *port > 0)
    };
    let mut references = Vec::new();
    for (name, value) in &variables {
        let mut of_value = in_value(Origin::Environment, name, value);
        // PGHOST and PGPORT, DB_HOST and DB_PORT.
        if let Some(stem) = HOST_WORDS.iter().find_map(|word| name.strip_suffix(word)) {
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
    if OWN_WORDS.any_in(name) {
        return Vec::new();
    }
    let make = |found: Found| Reference {
        origin,
        variable: Some(kept(name)),
        scheme: found.scheme,
        host: found.host,
        port: found.port,
        port_variable: None,
        is_whole: false,
    };
    let whole = value;
    let value = bounded(value);
    let upper = name.to_ascii_uppercase();
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
        let says_host = HOST_WORDS.iter().any(|word| upper.ends_with(word));
        // HOST and HOSTNAME alone are what the container calls itself.
        let own = matches!(upper.as_str(), "HOST" | "HOSTNAME" | "ADDRESS" | "ADDR");
        let secret = speaks_of_secrets(name) && !says_host;
        if !own && !secret {
            let wanted = |found: &Found| found.port.is_some() || says_host;
            found = elements(value).filter_map(plain).filter(wanted).map(make).collect();
        }
    }
    found.retain(|reference| !is_any_address(&reference.host));
    if let [only] = found.as_mut_slice() {
        only.is_whole = only.written() == whole;
    }
    tidy(found)
}

/// Whether a variable names a part of a message broker, `VHOST`, and no host.
fn is_of_virtual_host(name: &str) -> bool {
    name.to_ascii_uppercase().ends_with("VHOST")
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
