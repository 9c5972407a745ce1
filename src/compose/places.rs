//! Where each part of a plan is written.

use std::collections::BTreeMap;

use super::merge;
use super::notes::Notes;
use crate::model::Place;
use crate::yaml::{Node, Spot, Value};

/// Keys of a service whose entries have places of their own.
const LISTED: [&str; 9] = [
    "depends_on",
    "dns",
    "environment",
    "expose",
    "external_links",
    "extra_hosts",
    "links",
    "networks",
    "ports",
];
/// Keys of a service that have a place.
const SINGLE: [&str; 7] =
    ["command", "container_name", "entrypoint", "healthcheck", "hostname", "image", "network_mode"];

/// Where each part of services and networks is written.
pub fn places(notes: &Notes, tree: &Node) -> BTreeMap<String, Place> {
    let mut places = BTreeMap::new();
    let mut put = |path: &[&str], spot: Spot| {
        places.insert(path.join("."), notes.place(spot));
    };
    for section in ["services", "networks"] {
        for (name, entry) in tree.get(section).and_then(Node::map).into_iter().flatten() {
            put(&[section, name], entry.key);
            for (key, inner) in entry.value.map().into_iter().flatten() {
                let listed = section == "services" && LISTED.contains(&key.as_str());
                if listed || section == "networks" || SINGLE.contains(&key.as_str()) {
                    put(&[section, name, key], inner.key);
                }
                if !listed {
                    continue;
                }
                let node = match key.as_str() {
                    "environment" => merge::pairs(inner.value.clone()),
                    "networks" | "depends_on" => merge::names(inner.value.clone()),
                    _ => inner.value.clone(),
                };
                match &node.value {
                    Value::Map(map) => {
                        for (inside, entry) in map {
                            put(&[section, name, key, inside], entry.key);
                        }
                    }
                    Value::List(items) => {
                        for (at, item) in items.iter().enumerate() {
                            put(&[section, name, key, &at.to_string()], item.spot);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    places
}
