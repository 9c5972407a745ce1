//! What differs between networks.

use std::collections::BTreeSet;

use super::change::{Aspect, ChangeKind, Changes, in_full, yes_no};
use super::same::Same;
use crate::model::keys::option;
use crate::model::{Network, Subnet};

/// Options that the model has fields for, and those that name an interface of
/// the engine's machine, which changes when the network is re-created.
const OTHERWISE_TOLD: &[&str] =
    &[option::ICC, option::MASQUERADE, option::BRIDGE_NAME, option::MTU];

/// Compares all networks.
pub fn compare(same: &Same, changes: &mut Changes) {
    let (gone, new) = same.lone_networks();
    // Every engine has its own three, and some do not list them.
    for network in gone.into_iter().filter(|network| !network.is_built_in()) {
        changes.note(ChangeKind::Network, &network.name, "", Some(described(network)), None);
    }
    for network in new.into_iter().filter(|network| !network.is_built_in()) {
        changes.note(ChangeKind::Network, &network.name, "", None, Some(described(network)));
    }
    for (before, after) in same.network_pairs() {
        pair(before, after, changes);
    }
}

/// A network in a few words: `bridge, internal, 10.1.0.0/24`.
fn described(network: &Network) -> String {
    let mut parts = vec![network.driver.to_string()];
    parts.extend(network.flags().iter().map(|flag| (*flag).to_owned()));
    parts.extend(network.subnets.iter().map(|subnet| subnet.subnet.to_string()));
    parts.join(", ")
}

fn pair(before: &Network, after: &Network, changes: &mut Changes) {
    // Of a network that no list named nothing is known but its members.
    if before.unlisted || after.unlisted {
        let listed = |network: &Network| {
            [Aspect::setting("listed by the engine", yes_no(!network.unlisted))]
        };
        changes.compare(&before.name, listed(before), listed(after));
        return;
    }
    changes.compare(&before.name, aspects(before), aspects(after));
    let subnets = |network: &Network| -> BTreeSet<String> {
        network.subnets.iter().map(|subnet| subnet.subnet.to_string()).collect()
    };
    let (mine, theirs) = (subnets(before), subnets(after));
    let only =
        |a: &BTreeSet<String>, b: &BTreeSet<String>| in_full(a.difference(b).cloned().collect());
    let (gone, new) = (only(&mine, &theirs), only(&theirs, &mine));
    changes.note(ChangeKind::Address, &before.name, "subnet", gone, new);
}

/// What is compared of a network that both sides list. Every field is named
/// here, so that one which is added to the model cannot be overlooked.
fn aspects(network: &Network) -> [Aspect; 17] {
    let Network {
        id,
        driver,
        scope,
        internal,
        subnets,
        ipv4,
        ipv6,
        attachable,
        ingress,
        icc,
        masquerade,
        mtu,
        options,
        podman,
        config_only,
        config_from,
        // Each of them is one of the options.
        gateway_modes: _,
        trusted_interfaces: _,
        inhibit_ipv4: _,
        encrypted: _,
        // What the two are recognised by.
        name: _,
        own_name: _,
        own_id: _,
        node: _,
        // Whose it is changes nothing on it, and is one of its labels.
        project: _,
        // Compose writes some of them again each time, and none connects anything.
        labels: _,
        // The two are listed.
        unlisted: _,
    } = network;
    let mut ranges = Vec::new();
    let mut gateways = Vec::new();
    // Subnets are compared one by one.
    for Subnet { subnet: _, gateway, ip_range } in subnets {
        ranges.extend(ip_range.map(|range| range.to_string()));
        gateways.extend(gateway.map(|gateway| gateway.to_string()));
    }
    let options = options.iter().filter(|(key, _)| !OTHERWISE_TOLD.contains(&key.as_str()));
    let options = in_full(options.map(|(key, value)| format!("{key}={value}")).collect());
    let isolate = podman.and_then(|of| of.isolate).map(|isolate| isolate.as_str().to_owned());
    let id = Some(id.clone()).filter(|id| !id.is_empty());
    [
        Aspect::setting("driver", driver),
        Aspect::setting("scope", scope),
        Aspect::setting("internal", yes_no(*internal)),
        Aspect::setting("icc", yes_no(*icc)),
        Aspect::setting("masquerade", yes_no(*masquerade)),
        Aspect::setting("ipv4", yes_no(*ipv4)),
        Aspect::setting("ipv6", yes_no(*ipv6)),
        Aspect::setting("attachable", yes_no(*attachable)),
        Aspect::setting("ingress", yes_no(*ingress)),
        Aspect::setting("config only", yes_no(*config_only)),
        Aspect::new(ChangeKind::Flag, "config from", config_from.clone()),
        Aspect::setting("mtu", mtu.map_or("default".to_owned(), |mtu| mtu.to_string())),
        Aspect::new(ChangeKind::Flag, "options", options),
        Aspect::new(ChangeKind::Flag, "isolate", isolate).where_told(),
        Aspect::new(ChangeKind::Address, "range", in_full(ranges)),
        // One that the engine chose itself is reported or not, as it pleases.
        Aspect::new(ChangeKind::Address, "gateway", in_full(gateways)).noise(),
        Aspect::new(ChangeKind::Id, "network id", id).noise().where_told(),
    ]
}
