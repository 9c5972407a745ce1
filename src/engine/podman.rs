//! What Podman's Docker-compatible socket says otherwise than Docker does,
//! put right where it is read. Each of these was seen on Podman 4.3, 5.4 or 5.8.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::model::{
    Container, Driver, Endpoint, EngineFacts, Isolate, Network, NetworkMode, OfPodman,
    PODMAN_DEFAULT_NETWORK, Pod,
};

/// The list of networks in Podman's own API, which is on the same socket and
/// has what the Docker-compatible one leaves out.
///
/// Podman 4 is not asked: its Docker-compatible list takes `isolate` out of what
/// it remembers of its networks, so that its own list is without it from then on,
/// and whom it starts later may be kept apart or not.
pub fn own_networks(facts: &EngineFacts) -> Option<&'static str> {
    facts.major().is_some_and(|major| major >= 5).then_some("/v5.0.0/libpod/networks/json")
}

/// A network in Podman's own words.
#[derive(Debug, Deserialize)]
pub struct OwnNetwork {
    id: String,
    dns_enabled: bool,
    options: Option<BTreeMap<String, String>>,
}

/// Adds to the networks what only Podman says of them, as far as it was asked.
pub fn add_own_words(own: &[OwnNetwork], networks: &mut [Network]) {
    let own: HashMap<&str, &OwnNetwork> =
        own.iter().map(|network| (network.id.as_str(), network)).collect();
    for network in networks {
        // Podman 4.3 says `dns_enabled` of macvlan as well, where nobody answers.
        let mut of = OfPodman { isolate: None, names: network.driver == Driver::Bridge };
        if let Some(own) = own.get(network.id.as_str()) {
            let isolate = own.options.as_ref().and_then(|options| options.get("isolate"));
            of.isolate = Some(match isolate.map(String::as_str) {
                Some("strict") => Isolate::Strict,
                // What Go's `strconv.ParseBool` takes.
                Some("true" | "1" | "t" | "T" | "TRUE" | "True") => Isolate::On,
                _ => Isolate::Off,
            });
            of.names &= own.dns_enabled;
        }
        network.podman = Some(of);
    }
}

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

/// The list of containers in Podman's own API, which says who is in a pod. All but what
/// holds a pod's network shares that of another container.
pub fn own_containers(containers: &[Container]) -> Option<&'static str> {
    let shares = |c: &Container| matches!(c.network_mode, NetworkMode::Container(_));
    let may_hold = |c: &Container| c.name.ends_with("-infra");
    let is_wanted = containers.iter().any(|c| shares(c) || may_hold(c));
    is_wanted.then_some("/v4.0.0/libpod/containers/json?all=true")
}

/// A container in Podman's own words.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OwnContainer {
    id: String,
    pod_name: Option<String>,
    is_infra: Option<bool>,
}

/// Adds to the containers in which pod they are. Who holds a pod's network is called on the
/// map as people call the pod: Podman made its own name up, `0123456789ab-infra`, and makes
/// up another one for the next.
pub fn add_pods(own: Vec<OwnContainer>, containers: &mut [Container]) {
    let mut own: HashMap<String, OwnContainer> =
        own.into_iter().map(|container| (container.id.clone(), container)).collect();
    for container in containers {
        let Some(own) = own.remove(&container.id) else { continue };
        let is_infra = own.is_infra.unwrap_or_default();
        let name = own.pod_name.filter(|name| !name.is_empty());
        container.pod = name.map(|name| Pod { name, is_infra });
        // A name is one container's or one pod's.
        if let Some(pod) = container.held_pod().map(str::to_owned) {
            container.own_name = Some(std::mem::replace(&mut container.name, pod));
        }
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
    fn what_keeps_networks_apart_is_in_podmans_own_words() {
        // As Podman 5.8 has them.
        let own = serde_json::json!([
            {"name": "a", "id": "1", "driver": "bridge", "dns_enabled": true, "options": {"isolate": "strict"}},
            {"name": "b", "id": "2", "driver": "macvlan", "dns_enabled": true, "options": null},
            {"name": "c", "id": "3", "driver": "bridge", "dns_enabled": false, "options": {"isolate": "true"}},
        ]);
        let of = |isolate, names| Some(OfPodman { isolate, names });
        let driver = |id: &str| if id == "2" { Driver::Macvlan } else { Driver::Bridge };
        let mut networks = ["1", "2", "3", "4"]
            .map(|id| Network { driver: driver(id), ..Network::unlisted(id, id) });
        let own: Vec<OwnNetwork> = serde_json::from_value(own).unwrap();
        add_own_words(&own, &mut networks);
        let told = networks.map(|network| network.podman);
        let told_of = |isolate, names| of(Some(isolate), names);
        assert_eq!(
            told,
            [
                told_of(Isolate::Strict, true),
                told_of(Isolate::Off, false),
                told_of(Isolate::On, false),
                of(None, true),
            ]
        );
    }

    #[test]
    fn who_is_in_a_pod_is_in_podmans_own_words() {
        // As Podman 4.3 has them.
        let own = serde_json::json!([
            {"Id": "1", "IsInfra": true, "Names": ["0123-infra"], "Pod": "0123", "PodName": "shop"},
            {"Id": "2", "IsInfra": false, "Names": ["web"], "Pod": "0123", "PodName": "shop"},
            {"Id": "3", "IsInfra": false, "Names": ["lone"], "Pod": "", "PodName": ""},
        ]);
        let named = |(id, name): (&str, &str)| Container {
            id: id.to_owned(),
            name: name.to_owned(),
            ..Container::default()
        };
        let all = [("1", "0123-infra"), ("2", "web"), ("3", "lone"), ("4", "new")];
        let mut containers = all.map(named);
        assert!(
            own_containers(&containers).is_some() && own_containers(&containers[1..]).is_none()
        );
        add_pods(serde_json::from_value(own).unwrap(), &mut containers);
        let names = containers.each_ref().map(|c| (c.name.as_str(), c.own_name()));
        let own = [("shop", "0123-infra"), ("web", "web"), ("lone", "lone"), ("new", "new")];
        assert_eq!(names, own);
        let pods = containers.map(|c| c.pod.map(|pod| (pod.name, pod.is_infra)));
        let shop = |is_infra| Some(("shop".to_owned(), is_infra));
        assert_eq!(pods, [shop(true), shop(false), None, None]);
    }

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
