//! Which containers a card stands for. A large map is made readable by
//! letting one card stand for all replicas of a service, and a larger one by
//! letting it stand for all containers on the very same networks; the picture
//! says so.

use std::collections::BTreeMap;

use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt};
use crate::render::view::View;

/// Up to this many cards, each container has its own.
const MANY: usize = 60;
/// From this many cards on, containers with the same networks share one.
const CROWD: usize = 150;

/// The containers of one card.
#[derive(Debug)]
pub struct Group {
    /// Owners of a network stack each, in display order.
    pub owners: Vec<ContainerAt>,
    /// What the card is called when it stands for more than one.
    pub title: String,
}

/// What became of the containers.
#[derive(Debug, Default)]
pub struct Reduced {
    /// A group for each card, in display order.
    pub groups: Vec<Group>,
    /// What was drawn together, for the reader.
    pub notes: Vec<String>,
}

/// Groups the shown containers; `full` gives each stack a card of its own.
pub fn reduce(view: &View, full: bool) -> Reduced {
    let owners: Vec<ContainerAt> = view
        .containers
        .iter()
        .copied()
        .filter(|at| !matches!(view.map.stack_owner(*at), StackOwner::Other(_)))
        .collect();
    let before = owners.len();
    let mut reduced = Reduced { groups: alone(view, owners), notes: Vec::new() };
    if full || before <= MANY {
        return reduced;
    }
    reduced.groups = merged(view, reduced.groups, |view, group| {
        let container = view.container(group.owners[0]);
        let service = container.compose.service.clone()?;
        Some((container.project().map(str::to_owned), service.clone(), service))
    });
    let after = reduced.groups.len();
    if after < before {
        reduced.notes.push(format!("Replicas of a service stand as one card ({before} containers, {after} cards); --full shows each."));
    }
    if after <= CROWD {
        return reduced;
    }
    reduced.groups = merged(view, reduced.groups, |view, group| {
        let project = view.container(group.owners[0]).project().map(str::to_owned);
        Some((project, String::new(), "containers".to_owned()))
    });
    let least = reduced.groups.len();
    if least < after {
        reduced.notes = vec![format!(
            "Containers on the same networks stand as one card ({before} containers, {least} cards); \
             --full shows each, --focus NAME a part."
        )];
    }
    reduced
}

fn alone(view: &View, owners: Vec<ContainerAt>) -> Vec<Group> {
    owners
        .into_iter()
        .map(|at| Group { owners: vec![at], title: view.container(at).name.clone() })
        .collect()
}

/// Merges groups for which `key` gives the same and which are alike in what a
/// card shows at a glance: networks, ways in, sidecars, and whether they run.
fn merged(
    view: &View,
    groups: Vec<Group>,
    key: impl Fn(&View, &Group) -> Option<(Option<String>, String, String)>,
) -> Vec<Group> {
    let mut places = BTreeMap::new();
    let mut merged: Vec<Group> = Vec::with_capacity(groups.len());
    for group in groups {
        let first = group.owners[0];
        let alike = is_plain(view, first).then(|| key(view, &group)).flatten();
        let Some((project, service, title)) = alike else {
            merged.push(group);
            continue;
        };
        let container = view.container(first);
        let key = (
            project,
            service,
            networks(view, first),
            container.state,
            container.health.map(|h| h.as_str()),
        );
        match places.get(&key) {
            None => {
                places.insert(key, merged.len());
                merged.push(group);
            }
            Some(place) => {
                let target: &mut Group = &mut merged[*place];
                target.owners.extend(group.owners);
                target.title = title;
            }
        }
    }
    merged
}

/// Whether nothing about the container would be lost in a crowd.
fn is_plain(view: &View, at: ContainerAt) -> bool {
    view.map.sidecars(at).is_empty()
        && view.published(at).is_empty()
        && view.changes.container(at).is_none()
        && view.map.stack_owner(at) == StackOwner::Itself
}

fn networks(view: &View, at: ContainerAt) -> Vec<NetworkAt> {
    let mut networks: Vec<NetworkAt> = view.map.networks_of(at).collect();
    networks.sort_unstable();
    networks.dedup();
    networks
}
