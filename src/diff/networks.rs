//! What differs between networks.

use std::collections::BTreeSet;

use super::same::Same;
use super::{Changes, Kind, listed, yes_no};
use crate::model::Network;
use crate::model::keys::option;

/// Options that the model has fields for, and those that name an interface of
/// the engine's machine, which is made up anew with the network.
const OTHERWISE_TOLD: &[&str] =
    &[option::ICC, option::MASQUERADE, option::BRIDGE_NAME, option::MTU];

/// Compares all networks.
pub fn compare(same: &Same, changes: &mut Changes) {
    let (gone, new) = same.lone_networks();
    // Every engine has its own three, and whoever does not tell of them.
    for network in gone.into_iter().filter(|network| !network.is_built_in()) {
        changes.note((Kind::Network, false), (&network.name, ""), Some(told(network)), None);
    }
    for network in new.into_iter().filter(|network| !network.is_built_in()) {
        changes.note((Kind::Network, false), (&network.name, ""), None, Some(told(network)));
    }
    for (before, after) in same.network_pairs() {
        pair(before, after, changes);
    }
}

/// A network in a few words: `bridge, internal, 10.1.0.0/24`.
fn told(network: &Network) -> String {
    let mut parts = vec![network.driver.to_string()];
    parts.extend(network.flags().iter().map(|flag| (*flag).to_owned()));
    parts.extend(network.subnets.iter().map(|subnet| subnet.subnet.to_string()));
    parts.join(", ")
}

fn pair(before: &Network, after: &Network, changes: &mut Changes) {
    // Of a network that no list named nothing is known but its members.
    if before.unlisted || after.unlisted {
        changes.setting(
            &before.name,
            "listed by the engine",
            yes_no(!before.unlisted),
            yes_no(!after.unlisted),
        );
        return;
    }
    let name = before.name.as_str();
    changes.setting(name, "driver", before.driver.to_string(), after.driver.to_string());
    changes.setting(name, "scope", before.scope.to_string(), after.scope.to_string());
    for (field, before, after) in [
        ("internal", before.internal, after.internal),
        ("icc", before.icc, after.icc),
        ("masquerade", before.masquerade, after.masquerade),
        ("ipv6", before.ipv6, after.ipv6),
        ("attachable", before.attachable, after.attachable),
        ("ingress", before.ingress, after.ingress),
    ] {
        changes.setting(name, field, yes_no(before), yes_no(after));
    }
    let mtu = |network: &Network| network.mtu.map_or("default".to_owned(), |mtu| mtu.to_string());
    changes.setting(name, "mtu", mtu(before), mtu(after));
    let options = |network: &Network| {
        let told =
            network.options.iter().filter(|(key, _)| !OTHERWISE_TOLD.contains(&key.as_str()));
        listed(told.map(|(key, value)| format!("{key}={value}")).collect())
    };
    changes.note((Kind::Flag, false), (name, "options"), options(before), options(after));
    let ranges = |network: &Network| {
        listed(network.subnets.iter().filter_map(|s| s.ip_range).map(|r| r.to_string()).collect())
    };
    changes.note((Kind::Address, false), (name, "range"), ranges(before), ranges(after));
    let subnets = |network: &Network| -> BTreeSet<String> {
        network.subnets.iter().map(|subnet| subnet.subnet.to_string()).collect()
    };
    let (mine, theirs) = (subnets(before), subnets(after));
    let only =
        |a: &BTreeSet<String>, b: &BTreeSet<String>| listed(a.difference(b).cloned().collect());
    let (gone, new) = (only(&mine, &theirs), only(&theirs, &mine));
    changes.note((Kind::Address, false), (name, "subnet"), gone, new);
    // A gateway that the engine chose itself is told or not, as it pleases.
    let gateways = |network: &Network| {
        listed(network.subnets.iter().filter_map(|s| s.gateway).map(|g| g.to_string()).collect())
    };
    changes.noise(Kind::Address, (name, "gateway"), gateways(before), gateways(after));
    let id = |network: &Network| Some(network.id.clone()).filter(|id| !id.is_empty());
    if let (Some(before), Some(after)) = (id(before), id(after)) {
        changes.noise(Kind::Id, (name, "network id"), Some(before), Some(after));
    }
}
