//! Which containers a card stands for: all replicas of a service share one, and
//! where there are very many, all containers on the very same networks; the
//! picture says so.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt, natural_order};
use crate::render::view::View;

/// Up to this many containers, nothing is said of cards that replicas share.
const MANY: usize = 60;
/// From more cards than this on, services of one family share one.
const SEVERAL: usize = 40;
/// How many make a family.
const FAMILY: usize = 4;
/// From this many cards on, containers with the same networks share one.
const CROWD: usize = 150;

/// The containers of one card.
#[derive(Debug)]
pub struct Group {
    /// Owners of a network stack each, in natural order.
    pub owners: Vec<ContainerAt>,
    /// What the card is called when it stands for more than one.
    pub title: String,
    /// Whether it is a whole project.
    pub is_project: bool,
}

/// What became of the containers.
#[derive(Debug, Default)]
pub struct Reduced {
    /// A group for each card, in display order.
    pub groups: Vec<Group>,
    /// What was drawn together, for the reader.
    pub notes: Vec<String>,
}

/// The owners of network stacks that are shown, in natural order.
fn owners(view: &View) -> Vec<ContainerAt> {
    let mut owners: Vec<ContainerAt> = view
        .containers
        .iter()
        .copied()
        .filter(|at| !matches!(view.map.stack_owner(*at), StackOwner::Other(_)))
        .collect();
    owners.sort_by(|a, b| {
        let (a, b) = (view.container(*a), view.container(*b));
        natural_order(&a.name, &b.name).then_with(|| a.id.cmp(&b.id))
    });
    owners
}

/// A group for each project, and one for each container that is of none.
pub fn by_project(view: &View) -> Vec<Group> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for at in owners(view) {
        let project = view.container(at).project();
        let known = project.and_then(|project| places.get(project).copied());
        if let Some(known) = known {
            groups[known].owners.push(at);
            continue;
        }
        places.extend(project.map(|project| (project, groups.len())));
        let title = project.unwrap_or(&view.container(at).name).to_owned();
        groups.push(Group { owners: vec![at], title, is_project: project.is_some() });
    }
    groups
}

/// The networks that more than one group is on, or a container of no project.
pub fn between(view: &View, groups: &[Group]) -> Vec<NetworkAt> {
    let mut met: BTreeMap<NetworkAt, (usize, bool)> = BTreeMap::new();
    for group in groups {
        let own: BTreeSet<NetworkAt> =
            group.owners.iter().flat_map(|at| view.map.networks_of(*at)).collect();
        for network in own {
            let (groups, has_others) = met.entry(network).or_default();
            *groups += 1;
            *has_others |= !group.is_project;
        }
    }
    let is_between =
        |at: &NetworkAt| met.get(at).is_some_and(|(groups, has_others)| *groups > 1 || *has_others);
    view.used_networks().into_iter().filter(is_between).collect()
}

/// Groups the shown containers; `full` gives each stack a card of its own.
pub fn reduce(view: &View, full: bool) -> Reduced {
    let owners = owners(view);
    let before = owners.len();
    let mut reduced = Reduced { groups: alone(view, owners), notes: Vec::new() };
    if full {
        return reduced;
    }
    reduced.groups = merged(view, reduced.groups, |view, group| {
        let container = view.container(group.owners[0]);
        let service = container.compose.service.clone()?;
        Some((container.project().map(str::to_owned), service.clone(), service))
    });
    let after = reduced.groups.len();
    if after < before && before > MANY {
        reduced.notes.push(format!("Replicas of a service stand as one card ({before} containers, {after} cards); --full shows each."));
    }
    if after > SEVERAL {
        reduced.groups = families(view, std::mem::take(&mut reduced.groups));
        let fewer = reduced.groups.len();
        if fewer < after {
            reduced.notes = vec![format!(
                "Services of one family stand as one card ({before} containers, {fewer} cards); --full shows each."
            )];
        }
    }
    let after = reduced.groups.len();
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

/// Merges services of one image and project whose names begin with the same
/// word, where they are [`FAMILY`] or more.
fn families(view: &View, groups: Vec<Group>) -> Vec<Group> {
    let family = |view: &View, group: &Group| {
        let container = view.container(group.owners[0]);
        let service = container.compose.service.as_deref()?;
        let (word, _) = service.split_once(['-', '_'])?;
        let family = format!("{word} {}", container.repository());
        Some((container.project().map(str::to_owned), family, word.to_owned()))
    };
    let mut sizes: BTreeMap<_, usize> = BTreeMap::new();
    for key in groups.iter().filter_map(|group| family(view, group)) {
        *sizes.entry(key).or_default() += 1;
    }
    merged(view, groups, |view, group| {
        family(view, group).filter(|key| sizes.get(key).is_some_and(|size| *size >= FAMILY))
    })
}

fn alone(view: &View, owners: Vec<ContainerAt>) -> Vec<Group> {
    owners
        .into_iter()
        .map(|at| Group {
            owners: vec![at],
            title: view.container(at).name.clone(),
            is_project: false,
        })
        .collect()
}

/// Merges groups for which `key` gives the same and which are alike in what a
/// card shows at a glance: networks, ways in, and sidecars. Who does not run stays
/// with the others, so that nothing moves when one stops.
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
        let key = (project, service, networks(view, first));
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
        && view.wanted(at).is_empty()
        && view.changes.container(at).is_none()
        && view.map.stack_owner(at) == StackOwner::Itself
}

fn networks(view: &View, at: ContainerAt) -> Vec<NetworkAt> {
    let mut networks: Vec<NetworkAt> = view.map.networks_of(at).collect();
    networks.sort_unstable();
    networks.dedup();
    networks
}
