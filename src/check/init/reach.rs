//! The arrows of a check file for what runs now: who reaches whom, and that
//! nobody else does.

use std::collections::{BTreeMap, BTreeSet};

use super::{is_ordinary, quoted};
use crate::check::evaluate::Status;
use crate::check::pairs::{Known, Pairs, SourcesOf};
use crate::check::ways::Ways;
use crate::check::who::Who;
use crate::check::{Arrow, Manner, Sources, Target};
use crate::graph::Map;

/// More names than this on the left of an arrow are told as their network's
/// members, where they are just these.
const MOST_NAMES: usize = 20;
/// Most pairs that are named of those of which nothing could be told.
const MOST_UNTOLD: usize = 20;

/// Arrows for all ways there are, those to one target together, and the
/// default if every other pair is known to be isolated.
pub(super) fn lines(who: &Who, ways: &Ways, odd: &[usize]) -> String {
    let map = ways.map;
    let name = |at: usize| map.container(at).name.as_str();
    let odd: BTreeSet<usize> = odd.iter().copied().collect();
    let everybody = who.everybody() - &odd;
    let nobody = SourcesOf::default();
    let pairs = Pairs::new(ways, &everybody, &nobody);
    let mut crowds = Crowds { map, who, all_ordinary: odd.is_empty(), on: BTreeMap::new() };
    let mut known = Known::default();
    let mut untold = Vec::new();
    let mut text = String::new();
    for to in &everybody {
        let full = untold.len() >= MOST_UNTOLD;
        let found = pairs.with(
            *to,
            &mut known,
            |from| way(ways, from, *to),
            |way| way.map_or(!full, |way| way != Way::None),
        );
        for (by, tail) in [(Way::Name, ""), (Way::Address, " by address")] {
            let from: Vec<usize> = found
                .worth
                .iter()
                .filter(|(_, way)| *way == Some(by))
                .map(|(from, _)| *from)
                .collect();
            for beginning in crowds.beginnings(from, *to) {
                let sentence = format!("{beginning} {}{tail}", name(*to));
                text.push_str(&format!("  - {}\n", quoted(&sentence)));
            }
        }
        let more =
            found.worth.iter().filter(|(_, way)| way.is_none()).map(|(from, _)| (*from, *to));
        untold.extend(more.take(MOST_UNTOLD - untold.len()));
    }
    if !text.is_empty() {
        text.insert_str(0, "reach:\n");
    }
    if untold.is_empty() && odd.is_empty() {
        if !everybody.is_empty() {
            text.push_str("default: isolated\n");
        }
    } else {
        text.push_str(
            "# Not said: `default: isolated`, since this could not be told of all pairs:\n",
        );
        for (from, to) in untold {
            text.push_str(&format!("#   {} -> {}\n", name(from), name(to)));
        }
    }
    text
}

/// The crowds that sentences have words for.
struct Crowds<'w, 'a> {
    map: &'w Map<'a>,
    who: &'w Who<'a>,
    /// Whether a sentence can name each of everybody.
    all_ordinary: bool,
    /// For each network who is on it; nobody, if no sentence can name it.
    on: BTreeMap<usize, Vec<usize>>,
}

impl Crowds<'_, '_> {
    /// How sentences begin that say of these, and of nobody else, that they
    /// reach a container: `a, b ->`.
    fn beginnings(&mut self, from: Vec<usize>, to: usize) -> Vec<String> {
        if from.len() > 2 && self.all_ordinary && self.others(self.who.everybody(), to).eq(&from) {
            return vec!["* ->".to_owned()];
        }
        let (mut beginnings, mut from) = (Vec::new(), from);
        if from.len() > MOST_NAMES {
            let owner = self.map.stack(to);
            for network in owner.into_iter().flat_map(|owner| self.map.networks_of(owner)) {
                if self.take_members(network, to, &mut from) {
                    let name = &self.map.network(network).name;
                    beginnings.push(format!("everything on {name} reaches"));
                }
            }
        }
        if !from.is_empty() {
            let names: Vec<&str> =
                from.iter().map(|at| self.map.container(*at).name.as_str()).collect();
            beginnings.push(format!("{} ->", names.join(", ")));
        }
        beginnings
    }

    /// Takes those on a network out of `from`, if they are many and all there.
    fn take_members(&mut self, network: usize, to: usize, from: &mut Vec<usize>) -> bool {
        let (map, who) = (self.map, self.who);
        let members = self.on.entry(network).or_insert_with(|| {
            let name = &map.network(network).name;
            let is_meant = is_ordinary(name) && who.network(name) == Ok(network);
            let on_it = || (who.everybody() & &who.on_network(network)).into_iter().collect();
            is_meant.then(on_it).unwrap_or_default()
        });
        if members.len() <= MOST_NAMES {
            return false;
        }
        // Both are in order.
        let mut left = members.iter().copied().peekable();
        let others = from.iter().copied().filter(|at| {
            while left.next_if(|member| member < at && map.share_stack(*member, to)).is_some() {}
            left.next_if_eq(at).is_none()
        });
        let others = others.collect();
        if left.any(|member| !map.share_stack(member, to)) {
            return false;
        }
        *from = others;
        true
    }

    /// Those of a crowd who do not share a container's stack.
    fn others<'c>(&self, crowd: &'c BTreeSet<usize>, to: usize) -> impl Iterator<Item = &'c usize> {
        crowd.iter().filter(move |at| !self.map.share_stack(**at, to))
    }
}

/// How one container finds another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Name,
    Address,
    None,
}

/// `None` where it cannot be told.
fn way(ways: &Ways, from: usize, to: usize) -> Option<Way> {
    let arrow = |wanted: bool, manner: Manner| Arrow {
        from: Sources::Everybody,
        to: Vec::new(),
        wanted,
        manner,
        class: None,
    };
    let target = Target { name: ways.map.container(to).name.clone(), port: None };
    let status = |arrow: &Arrow| ways.pair(from, to, &target, arrow).status;
    if status(&arrow(true, Manner::Name)) == Status::Pass {
        Some(Way::Name)
    } else if status(&arrow(true, Manner::Address)) == Status::Pass {
        Some(Way::Address)
    } else if status(&arrow(false, Manner::Any)) == Status::Pass {
        Some(Way::None)
    } else {
        None
    }
}
