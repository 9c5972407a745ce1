//! Which containers a matrix can show as one: those that everybody else
//! reaches alike, that reach everybody else alike, and that are on the same
//! networks.

use std::collections::BTreeMap;

use super::view::ProbeView;
use crate::graph::{Comparison, Mark};
use crate::model::{ContainerAt, NetworkAt};

/// Containers that stand for one row and one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Their positions, by name.
    pub members: Vec<ContainerAt>,
    /// How the matrix calls them: a name, or what the names have in common
    /// with the number of them.
    pub label: String,
}

impl Group {
    /// A group of one.
    pub fn single(view: &ProbeView, container: ContainerAt) -> Self {
        Self { members: vec![container], label: view.name(container).to_owned() }
    }

    /// How this group's members reach those of `other`; `None` where that was
    /// not probed.
    pub fn mark(&self, other: &Self, comparison: &Comparison) -> Option<Mark> {
        let from = *self.members.first()?;
        // Within a group the members' way to one another counts.
        let to = other.members.iter().copied().find(|to| *to != from)?;
        comparison.mark(from, to)
    }
}

/// Groups `containers`, each into the first group it fits. Time grows with
/// the number of containers times groups times containers.
pub fn groups(view: &ProbeView, containers: &[ContainerAt]) -> Vec<Group> {
    let mut by_networks: BTreeMap<Vec<NetworkAt>, Vec<Vec<ContainerAt>>> = BTreeMap::new();
    let mut order: Vec<(ContainerAt, Vec<NetworkAt>)> = Vec::new();
    for at in containers {
        let networks: Vec<NetworkAt> = match view.map.stack(*at) {
            Some(owner) => view.map.networks_of(owner).collect(),
            None => Vec::new(),
        };
        let of_networks = by_networks.entry(networks.clone()).or_default();
        let fitting = of_networks.iter_mut().find(|group| {
            // Whoever shares a stack is alike only with the others of that stack.
            let stacks = view.map.share_stack(group[0], *at)
                == (group.len() > 1 && view.map.share_stack(group[0], group[1]))
                || group.len() == 1;
            stacks && alike(view.comparison, containers, group, *at)
        });
        match fitting {
            Some(group) => group.push(*at),
            None => {
                of_networks.push(vec![*at]);
                order.push((*at, networks));
            }
        }
    }
    order
        .into_iter()
        .filter_map(|(first, networks)| {
            let group = by_networks.get(&networks)?.iter().find(|group| group[0] == first)?;
            Some(Group { label: label(view, group), members: group.clone() })
        })
        .collect()
}

/// Whether `new` is to everybody else as the group's first member is, and to
/// the members as they are to one another.
fn alike(
    comparison: &Comparison,
    all: &[ContainerAt],
    group: &[ContainerAt],
    new: ContainerAt,
) -> bool {
    let first = group[0];
    let within = match group {
        [_] => comparison.mark(first, new),
        [_, second, ..] => comparison.mark(first, *second),
        [] => None,
    };
    let inside = group.iter().all(|member| {
        comparison.mark(*member, new) == within && comparison.mark(new, *member) == within
    });
    inside
        && all.iter().filter(|other| **other != new && !group.contains(other)).all(|other| {
            comparison.mark(first, *other) == comparison.mark(new, *other)
                && comparison.mark(*other, first) == comparison.mark(*other, new)
        })
}

/// `api ×12` for api-1, api-2 …; else the first name with the number.
fn label(view: &ProbeView, members: &[ContainerAt]) -> String {
    let names: Vec<&str> = members.iter().map(|at| view.name(*at)).collect();
    let first = names[0];
    if members.len() == 1 {
        return first.to_owned();
    }
    let shared = shared_words(&names);
    if shared.chars().count() >= 2 {
        format!("{shared} ×{}", members.len())
    } else {
        format!("{first} … ×{}", members.len())
    }
}

/// The whole words that all the names begin with: `shop` of shop-web and shop-worker,
/// `project-06` of project-06-api and project-06-db, `api` of api1 and api2.
fn shared_words<'n>(names: &[&'n str]) -> &'n str {
    const BETWEEN: [char; 3] = ['-', '_', '.'];
    let first = names[0];
    let shared = names.iter().fold(first, |shared, name| {
        let same = shared.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
        let end = same.map_or(shared.len().min(name.len()), |((at, _), _)| at);
        shared.get(..end).unwrap_or_default()
    });
    // A number that has more digits in one of the names is cut in two.
    let whole = if shared.ends_with(BETWEEN) {
        shared
    } else {
        shared.trim_end_matches(|c: char| c.is_ascii_digit())
    };
    let is_cut = |name: &&str| {
        name.get(whole.len()..).is_some_and(|rest| rest.starts_with(char::is_alphabetic))
    };
    let whole = match whole.ends_with(char::is_alphabetic) && names.iter().any(is_cut) {
        true => &whole[..whole.rfind(BETWEEN).unwrap_or_default()],
        false => whole,
    };
    whole.trim_end_matches(BETWEEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_share_is_whole_words() {
        let shared = |names: &[&str]| shared_words(names).to_owned();
        assert_eq!(shared(&["api-1", "api-2", "api-10"]), "api");
        assert_eq!(shared(&["api1", "api2"]), "api");
        assert_eq!(shared(&["shop-api-1", "shop-api-11"]), "shop-api");
        assert_eq!(shared(&["project-06-api-1", "project-06-db-1"]), "project-06");
        assert_eq!(shared(&["blog-web-1", "blog-worker-1"]), "blog");
        assert_eq!(shared(&["web", "worker"]), "");
        assert_eq!(shared(&["db", "db-replica"]), "db");
    }
}
