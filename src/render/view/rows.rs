//! A container as a row of a template: in words what is in parts elsewhere, as
//! docker's users know it from `docker ps`.

use std::collections::HashMap;

use serde_json::Value;

use super::{View, words};
use crate::model::ContainerAt;
use crate::render::format::Row;

/// Adds networks, addresses, ports and the state in words to each row.
pub fn complete(view: &View<'_>, rows: &mut Vec<Row>) {
    let by_id: HashMap<&str, ContainerAt> =
        view.containers.iter().map(|at| (view.container(*at).id.as_str(), *at)).collect();
    for row in rows {
        let id = row.get("ID").and_then(Value::as_str);
        let Some(at) = id.and_then(|id| by_id.get(id)).copied() else { continue };
        let container = view.container(at);
        let owner = view.map.stack(at).unwrap_or(at);
        let networks: Vec<&str> = view
            .map
            .networks_of(owner)
            .map(|network| view.network(network).name.as_str())
            .collect();
        let endpoints = view.container(owner).endpoints.iter();
        let addresses: Vec<String> =
            endpoints.flat_map(|endpoint| endpoint.addresses()).map(|a| a.to_string()).collect();
        let words = [
            ("Networks", networks.join(",")),
            ("Addresses", addresses.join(",")),
            ("Ports", view.ports(at).join(", ")),
            ("Status", words::state(container)),
            ("Engine", container.node.clone()),
        ];
        row.extend(words.map(|(field, text)| (field.to_owned(), text.into())));
    }
}
