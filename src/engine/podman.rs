//! What Podman's Docker-compatible socket says otherwise than Docker does,
//! put right where it is read. Each of these was seen on Podman 4.3, 5.4 or 5.8.

use crate::model::{Container, Endpoint, Network, NetworkMode, PODMAN_DEFAULT_NETWORK};

/// The name that Podman itself has for its default network. Its list of
/// networks calls it `bridge`, as Docker would, while its containers say
/// `podman`, name and id alike, so that the two would never meet.
pub fn call_networks_as_containers_do(networks: &mut [Network]) {
    for network in networks {
        if network.id == PODMAN_DEFAULT_NETWORK && network.name == "bridge" {
            network.name = "podman".to_owned();
        }
    }
}

/// Podman 5 puts a container's mode among its networks where it has none: it
/// is on `host` or `none`, by this name and id, and without address.
/// Podman's list has no such networks, and it lets nobody make one.
///
/// Its list of containers says nothing else of their modes. Who is known from
/// that list only has the mode from there.
pub fn leave_out_what_is_no_network(networks: &[Network], containers: &mut [Container]) {
    let is_mode = |endpoint: &Endpoint| {
        endpoint.network == endpoint.network_id
            && endpoint.addresses().next().is_none()
            && !networks.iter().any(|network| network.name == endpoint.network)
    };
    for container in containers {
        let untold = container.network_mode == NetworkMode::default();
        if let Some(mode) = container.endpoints.iter().find(|e| untold && is_mode(e)) {
            container.network_mode = NetworkMode::parse(&mode.network);
        }
        let mode = container.network_mode.to_string();
        container.endpoints.retain(|endpoint| endpoint.network != mode || !is_mode(endpoint));
    }
}

/// The status of an answer as Docker would have it. Podman finds a container
/// first and looks into it then; for one that went in between it answers 500.
pub fn status(status: u16, message: &str) -> u16 {
    if status == 500 && message.ends_with("no such container") { 404 } else { status }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_no_network_and_a_network_without_address_stays_one() {
        let on = |network: &str, mode: &str, ipv4: Option<&str>| Container {
            network_mode: NetworkMode::parse(mode),
            endpoints: vec![Endpoint {
                network: network.to_owned(),
                network_id: network.to_owned(),
                ipv4: ipv4.map(|address| address.parse().unwrap()),
                ..Endpoint::default()
            }],
            ..Container::default()
        };
        let networks = [Network::unlisted("net", "0123")];
        let mut containers = [
            on("host", "host", None),
            on("none", "none", None),
            on("net", "net", None),
            on("net", "bridge", Some("10.89.0.2")),
            on("gone", "gone", Some("10.89.0.2")),
            on("other", "bridge", None),
            // As the list of containers has them.
            on("host", "", None),
            on("net", "", None),
        ];
        leave_out_what_is_no_network(&networks, &mut containers);
        let left: Vec<usize> = containers.iter().map(|c| c.endpoints.len()).collect();
        assert_eq!(left, [0, 0, 1, 1, 1, 1, 0, 1]);
        let modes = [&containers[6], &containers[7]].map(|c| c.network_mode.to_string());
        assert_eq!(modes, ["host", "default"]);
    }
}
