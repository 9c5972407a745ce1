//! Which labels and options of networks may be kept: people write secrets
//! into them.

use crate::order::Ordered;
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

/// The beginnings of the keys that Docker's own drivers know.
const DRIVER_OPTIONS: [&str; 3] =
    ["com.docker.network.bridge.", "com.docker.network.driver.", "com.docker.network.endpoint."];

/// Traefik's word for the port that a router leads to, which is behind a name
/// of the user's.
const PROXY_PORT: &str = ".loadbalancer.server.port";

/// The keys of options that drivers of networks which come with Docker and
/// Podman have, but for their beginnings below.
///
/// Sources: moby/moby, `libnetwork/drivers`, and containers/common,
/// `libnetwork/types/const.go`.
const OPTIONS: [&str; 16] = [
    "bclim",
    "com.docker.network.container_iface_prefix",
    "com.docker.network.driver.mtu",
    "com.docker.network.driver.overlay.vxlanid_list",
    "com.docker.network.host_ipv4",
    "com.docker.network.host_ipv6",
    "encrypted",
    "ipvlan_flag",
    "ipvlan_mode",
    "isolate",
    "macvlan_mode",
    "metric",
    "mode",
    "mtu",
    "no_default_route",
    "parent",
];

/// More of them, which belong to Docker's bridges.
const BRIDGE: &str = "com.docker.network.bridge.";
const BRIDGE_OPTIONS: [&str; 12] = [
    "default_bridge",
    "enable_icc",
    "enable_ip_masquerade",
    "enable_ip6_masquerade",
    "gateway_mode_ipv4",
    "gateway_mode_ipv6",
    "host_binding_ipv4",
    "host_binding_ipv6",
    "inhibit_ipv4",
    "name",
    "trusted_host_interfaces",
    "vlan",
];

/// What stands for a value that is not kept.
const NOT_KEPT: &str = "(not kept)";

/// Options of a network's driver with the values of those that netmap knows.
pub fn kept_options(given: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is_known = |key: &str| {
        OPTIONS.contains(&key)
            || key.strip_prefix(BRIDGE).is_some_and(|of| BRIDGE_OPTIONS.contains(&of))
    };
    let kept = |(key, value): (String, String)| match is_known(&key) || value.is_empty() {
        true => (key, value),
        false => (key, NOT_KEPT.to_owned()),
    };
    given.into_iter().map(kept).into_map()
}

/// Whether netmap has a use for the value of a label.
fn is_of_use(key: &str) -> bool {
    KINDS.iter().any(|kind| key.starts_with(kind)) || KEYS.contains(&key) || is_proxy_port(key)
}

/// Whether a label says on which port Traefik is to reach the container.
pub fn is_proxy_port(key: &str) -> bool {
    key.starts_with("traefik.") && key.ends_with(PROXY_PORT)
}

/// Labels with the values that netmap has a use for; of all others the keys
/// alone. People write secrets into labels, and reverse proxies keep password
/// hashes there.
pub fn kept_labels(given: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    kept(given, is_of_use)
}

/// Whether this is a value that was kept, and not what stands in for one.
pub fn is_kept(value: &str) -> bool {
    value != NOT_KEPT
}

/// An endpoint's driver options, likewise: a plugin may be given secrets.
pub fn kept_driver_options(
    given: impl IntoIterator<Item = (String, String)>,
) -> BTreeMap<String, String> {
    let is_dockers = |key: &str| DRIVER_OPTIONS.iter().any(|beginning| key.starts_with(beginning));
    kept(given, is_dockers)
}

fn kept(
    given: impl IntoIterator<Item = (String, String)>,
    is_of_use: impl Fn(&str) -> bool,
) -> BTreeMap<String, String> {
    given
        .into_iter()
        .map(|(key, value)| {
            let value = if !is_of_use(&key) && !value.is_empty() {
                NOT_KEPT.to_owned()
            } else if value.contains('@') {
                without_user_info(&value)
            } else {
                value
            };
            (key, value)
        })
        .into_map()
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
    fn options_that_nobody_knows_lose_their_value() {
        let given = [
            ("com.docker.network.bridge.enable_icc", "false"),
            ("com.docker.network.bridge.password", "abc"),
            ("parent", "eth0.7"),
            ("token", "abc"),
        ];
        let kept = kept_options(given.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
        let values: Vec<&str> = kept.values().map(String::as_str).collect();
        assert_eq!(values, ["false", "(not kept)", "eth0.7", "(not kept)"]);
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
