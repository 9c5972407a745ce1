//! The arrows of a check file for what runs now: who reaches whom, and that
//! nobody else does.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::called::Called;
use super::text::{is_ordinary, quoted};
use crate::check::pairs::{Found, Known};
use crate::check::verdict::CheckStatus;
use crate::check::ways::Ways;
use crate::check::who::Who;
use crate::check::{Arrow, ArrowTarget, Manner, Sources};
use crate::model::{ContainerAt, NetworkAt};
use crate::order::Ordered;

/// Most pairs that are named of those of which nothing could be told.
const MOST_UNTOLD: usize = 20;

/// Arrows for all ways there are, those to one target together, and the
/// default if every other pair is known to be isolated.
pub(super) fn lines<'a>(
    who: &Who<'a>,
    called: &Called<'_, 'a>,
    ways: &Ways,
    odd: &[ContainerAt],
) -> String {
    let odd: BTreeSet<ContainerAt> = odd.iter().copied().into_set();
    let everybody = who.everybody() - &odd;
    let pairs = ways.crowds.pairs(&ways.tries, everybody.clone(), &Rc::default());
    let mut rooms = Rooms { called, who, odd: &odd, nameable: BTreeMap::new() };
    let mut known = Known::default();
    let mut untold = Vec::new();
    let mut begun: Begun = BTreeMap::new();
    for to in everybody.iter().copied() {
        let found = pairs.with(to, &mut known, |from| way(ways, from, to));
        for (by, tail) in [(ReachedBy::Name, ""), (ReachedBy::Address, " by address")] {
            let beginnings = beginnings(&found, by, to, &mut rooms).into_iter();
            begun.entry(to).or_default().extend(beginnings.map(|beginning| (beginning, tail)));
        }
        if untold.len() < MOST_UNTOLD {
            let more = found.sources(true, |way| way.is_none()).into_iter().map(|from| (from, to));
            untold.extend(more.take(MOST_UNTOLD - untold.len()));
        }
    }
    let mut text = sentences(called, &begun);
    if !text.is_empty() {
        text.insert_str(0, "reach:\n");
    }
    if untold.is_empty() && odd.is_empty() {
        if !everybody.is_empty() {
            text.push_str("default: isolated\n");
        }
    } else {
        text.push_str(
            "# `default: isolated` is left out, because these pairs could not be judged:\n",
        );
        for (from, to) in untold {
            text.push_str(&format!("#   {} -> {}\n", called.apart(from), called.apart(to)));
        }
    }
    text
}

/// For each target how the sentences about it begin, and what is behind its name.
type Begun = BTreeMap<ContainerAt, Vec<(String, &'static str)>>;

/// A line for each sentence: one for all copies of a target, if they are reached alike.
fn sentences(called: &Called, begun: &Begun) -> String {
    let (mut text, mut alike) = (String::new(), HashMap::new());
    for (to, of) in begun {
        let copies = called.copies(*to);
        // Of a service with a thousand containers this is asked a thousand times.
        let is_alike = *alike
            .entry(copies.first())
            .or_insert_with(|| copies.iter().all(|copy| begun.get(copy) == Some(of)));
        if is_alike && called.is_further(*to) {
            continue;
        }
        let name = if is_alike { called.container(*to) } else { called.apart(*to) };
        for (beginning, tail) in of {
            text.push_str(&format!("  - {}\n", quoted(&format!("{beginning} {name}{tail}"))));
        }
    }
    text
}

/// How sentences begin that say who reaches a container in some way, and that
/// nobody else does: `a, b ->`. Many on one network are not told by name.
fn beginnings(
    found: &Found<Option<ReachedBy>>,
    by: ReachedBy,
    to: ContainerAt,
    rooms: &mut Rooms,
) -> Vec<String> {
    let by = Some(by);
    if found.pairs > 2 && rooms.odd.is_empty() && found.values().all(|way| way == by) {
        return vec!["* ->".to_owned()];
    }
    let room = found.room.filter(|_| found.fills_the_room(by)).and_then(|at| rooms.name(at));
    let others = found.sources(room.is_none(), |way| way == by);
    let names = rooms.called.sources(&others, to);
    let named = (!names.is_empty()).then(|| format!("{} ->", names.join(", ")));
    room.map(|name| format!("everything on {name} reaches")).into_iter().chain(named).collect()
}

/// The networks with many on them.
struct Rooms<'w, 'a> {
    called: &'w Called<'w, 'a>,
    who: &'w Who<'a>,
    /// Those whom no sentence can name.
    odd: &'w BTreeSet<ContainerAt>,
    /// For each network whether a sentence can name it for all who are on it.
    nameable: BTreeMap<NetworkAt, bool>,
}

impl<'w> Rooms<'w, '_> {
    /// The name by which a sentence can speak of all on a network.
    fn name(&mut self, network: NetworkAt) -> Option<&'w str> {
        let name = self.called.network(network);
        let nameable = *self.nameable.entry(network).or_insert_with(|| {
            is_ordinary(name)
                && self.who.network(name) == Ok(network)
                && self.who.on_network(network).is_disjoint(self.odd)
        });
        nameable.then_some(name)
    }
}

/// How one container finds another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReachedBy {
    Name,
    Address,
    None,
}

/// `None` where it cannot be told.
fn way(ways: &Ways, from: ContainerAt, to: ContainerAt) -> Option<ReachedBy> {
    let arrow = |wanted: bool, manner: Manner| Arrow {
        from: Sources::Everybody,
        to: Vec::new(),
        wanted,
        manner,
        class: None,
    };
    let target = ArrowTarget { name: ways.map.container(to).network_name().to_owned(), port: None };
    let status = |arrow: &Arrow| ways.pair(from, to, &target, arrow).status;
    if status(&arrow(true, Manner::Name)) == CheckStatus::Pass {
        Some(ReachedBy::Name)
    } else if status(&arrow(true, Manner::Address)) == CheckStatus::Pass {
        Some(ReachedBy::Address)
    } else if status(&arrow(false, Manner::Any)) == CheckStatus::Pass {
        Some(ReachedBy::None)
    } else {
        None
    }
}
