//! What Podman's Docker-compatible socket says otherwise than Docker does,
//! put right after a scan. Each of these was seen on Podman 4.3.

use crate::model::{Network, PODMAN_DEFAULT_NETWORK};

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
