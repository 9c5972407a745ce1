//! Which containers a card stands for: all replicas of a service share one, and
//! where there are very many, all containers on the very same networks; the
//! picture says so.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt, TalkBasis, natural_order};
use crate::order::{OrderBy, Ordered};
use crate::render::view::View;

/// Up to this many containers, nothing is said of cards that replicas share.
const MANY: usize = 60;
/// From more cards than this on, services of one family share one.
const SEVERAL: usize = 40;
/// How many make a family.
const FAMILY: usize = 4;
/// From this many cards on a network and on no other, these stand in order of talk.
const CROWDED: usize = 20;
/// From this many cards on, containers with the same networks share one.
const CROWD: usize = 150;

/// The containers of one card.
#[derive(Debug, Default)]
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
    owners.order_by(|a, b| {
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
            group.owners.iter().flat_map(|at| view.map.networks_of(*at)).into_set();
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
        let at = group.owners[0];
        let container = view.container(at);
        let service = container.compose.service.clone()?;
        if !is_plain(view, at) {
            return None;
        }
        // Replicas have their ports in common, if not those of the host.
        let ways = view.behind_ways_in(at);
        Some((container.project().map(str::to_owned), (service.clone(), ways), service))
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
        let at = group.owners[0];
        let project = view.container(at).project().map(str::to_owned);
        is_inner(view, at).then(|| (project, (), "containers".to_owned()))
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
        let is_many = |key: &(_, _, _)| sizes.get(key).is_some_and(|size| *size >= FAMILY);
        family(view, group).filter(is_many).filter(|_| is_inner(view, group.owners[0]))
    })
}

/// Orders the cards of a network with very many as one reads who talks to whom: those that
/// ask and are not asked come first, those that only answer, such as a database, last; in
/// natural order within. Elsewhere arrows show it, or the networks do. What was seen on the
/// wire counts for nothing, so that a look at it moves nothing.
pub fn in_order_of_talk(view: &View, groups: &mut [Group]) {
    let mut on_it_alone: BTreeMap<NetworkAt, Vec<usize>> = BTreeMap::new();
    for (card, group) in groups.iter().enumerate() {
        if let [only] = networks(view, group.owners[0])[..] {
            on_it_alone.entry(only).or_default().push(card);
        }
    }
    on_it_alone.retain(|_, cards| cards.len() >= CROWDED);
    if on_it_alone.is_empty() {
        return;
    }
    let mut cards: HashMap<ContainerAt, usize> = HashMap::new();
    for (card, group) in groups.iter().enumerate() {
        cards.extend(group.owners.iter().map(|owner| (*owner, card)));
    }
    let card = |at: ContainerAt| cards.get(&view.map.stack(at)?).copied();
    let (mut asks, mut is_asked) = (vec![false; groups.len()], vec![false; groups.len()]);
    for talk in view.talk.iter().filter(|talk| talk.basis != TalkBasis::Observed) {
        if let Some((from, to)) = card(talk.from).zip(card(talk.to))
            && from != to
        {
            (asks[from], is_asked[to]) = (true, true);
        }
    }
    let stage = |card: usize| match (asks[card], is_asked[card]) {
        (true, false) => Stage::Asks,
        (false, true) => Stage::Answers,
        (true, true) | (false, false) => Stage::Between,
    };
    for places in on_it_alone.into_values() {
        let mut ordered = places.clone();
        ordered.order_by_key(|card| (stage(*card), *card));
        let mut moved: Vec<Group> =
            ordered.iter().map(|card| std::mem::take(&mut groups[*card])).collect();
        for (place, group) in places.into_iter().zip(moved.drain(..)) {
            groups[place] = group;
        }
    }
}

/// Where in the talk a card stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It asks others, and nobody asks it.
    Asks,
    /// It does both, or nothing is known of it.
    Between,
    /// Others ask it, and it asks nobody.
    Answers,
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

/// Merges groups for which `key` gives the same and which are on the same networks; what is
/// to stand alone has no key. Who does not run stays with the others, so that nothing moves
/// when one stops.
fn merged<Alike: Ord>(
    view: &View,
    groups: Vec<Group>,
    key: impl Fn(&View, &Group) -> Option<(Option<String>, Alike, String)>,
) -> Vec<Group> {
    let mut places = BTreeMap::new();
    let mut merged: Vec<Group> = Vec::with_capacity(groups.len());
    for group in groups {
        let first = group.owners[0];
        let Some((project, alike, title)) = key(view, &group) else {
            merged.push(group);
            continue;
        };
        let key = (project, alike, networks(view, first));
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

/// Whether nothing about the container would be lost in a crowd, and it lets nobody in.
fn is_inner(view: &View, at: ContainerAt) -> bool {
    is_plain(view, at) && view.published(at).is_empty()
}

/// Whether nothing about the container would be lost among its replicas.
fn is_plain(view: &View, at: ContainerAt) -> bool {
    view.map.sidecars(at).is_empty()
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
