//! What Podman's Docker-compatible socket says otherwise than Docker does,
//! put right after a scan. Each of these was seen on Podman 4.3 or 5.4.

use crate::model::{Container, Network, PODMAN_DEFAULT_NETWORK};

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
pub fn leave_out_what_is_no_network(networks: &[Network], containers: &mut [Container]) {
    for container in containers {
        let mode = container.network_mode.to_string();
        container.endpoints.retain(|endpoint| {
            endpoint.network != mode
                || endpoint.network_id != mode
                || endpoint.addresses().next().is_some()
                || networks.iter().any(|network| network.name == mode)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Endpoint, NetworkMode};

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
        ];
        leave_out_what_is_no_network(&networks, &mut containers);
        let left: Vec<usize> = containers.iter().map(|c| c.endpoints.len()).collect();
        assert_eq!(left, [0, 0, 1, 1, 1, 1]);
    }
}
