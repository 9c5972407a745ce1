//! Which part of a label may be kept: people write secrets into them.

use std::collections::BTreeMap;

/// The beginnings of keys whose values are of use: who made a container, what
/// of, and what it belongs to.
const KINDS: [&str; 9] = [
    "com.docker.compose.",
    "com.docker.stack.",
    "com.docker.swarm.",
    "io.kubernetes.container.",
    "io.kubernetes.pod.",
    "io.podman.compose.",
    "netmap.",
    "org.opencontainers.image.title",
    "org.opencontainers.image.version",
];

/// Whole keys, likewise.
const KEYS: [&str; 4] =
    ["PODMAN_SYSTEMD_UNIT", "traefik.docker.network", "traefik.swarm.network", "traefik.enable"];

/// Traefik's word for the port that a router leads to, which is behind a name
/// of the user's.
const PROXY_PORT: &str = ".loadbalancer.server.port";

/// Whether netmap has a use for the value of a label.
fn is_of_use(key: &str) -> bool {
    KINDS.iter().any(|kind| key.starts_with(kind)) || KEYS.contains(&key) || is_proxy_port(key)
}

fn is_proxy_port(key: &str) -> bool {
    key.starts_with("traefik.") && key.ends_with(PROXY_PORT)
}

/// Labels with the values that netmap has a use for; of all others the keys
/// alone. People write secrets into labels, and reverse proxies keep password
/// hashes there.
pub fn kept_labels(given: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    given
        .into_iter()
        .map(|(key, value)| {
            let value = if !is_of_use(&key) && !value.is_empty() {
                "(not kept)".to_owned()
            } else if value.contains('@') {
                without_user_info(&value)
            } else {
                value
            };
            (key, value)
        })
        .collect()
}

/// The text with `user:password@` taken out of any URL in it.
pub fn without_user_info(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        clean.push_str(head);
        let authority = tail.find(|c: char| "/?# \t\r\n\"'`".contains(c)).unwrap_or(tail.len());
        rest = match tail[..authority].rfind('@') {
            Some(user_info) => &tail[user_info + 1..],
            None => tail,
        };
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_info_leaves_urls_and_nothing_else_does() {
        assert_eq!(without_user_info("mongodb://u:p@db:27017/x"), "mongodb://db:27017/x");
        assert_eq!(without_user_info("a://u:p@h b://q@i/j@k"), "a://h b://i/j@k");
        assert_eq!(without_user_info("http://host/path"), "http://host/path");
        assert_eq!(without_user_info("mail me@home"), "mail me@home");
    }

    #[test]
    fn labels_that_nobody_has_a_use_for_lose_their_value() {
        let given = [
            ("traefik.http.middlewares.a.basicauth.users", "u:$apr1$x"),
            ("maintainer", "ann, who writes her token abc into it"),
            ("flag", ""),
            ("com.docker.compose.project", "shop"),
            ("traefik.docker.network", "edge"),
            ("traefik.http.services.shop.loadbalancer.server.port", "8000"),
        ];
        let kept = kept_labels(given.map(|(key, value)| (key.to_owned(), value.to_owned())));
        let values: Vec<&str> = kept.values().map(String::as_str).collect();
        assert_eq!(values, ["shop", "", "(not kept)", "edge", "(not kept)", "8000"]);
    }
}
