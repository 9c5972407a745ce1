//! Judging the pairs of quantifiers, which are as many as the square of the setup, in
//! groups of those that are judged alike.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use foldhash::HashMap;

use super::many::{Worst, badness};
use super::pairs::{Found, Pairs, SourcesOf};
use super::tries::Tries;
use super::verdict::{Basis, CheckStatus};
use crate::graph::PairKinds;
use crate::model::ContainerAt;
use crate::order::Ordered;

/// The crowds that sentences of one file speak of. Many sentences speak of the same.
#[derive(Default)]
pub(super) struct Crowds<'a> {
    kinds: RefCell<Option<Rc<PairKinds<'a, 'a>>>>,
    /// By what sentences say of them.
    known: RefCell<HashMap<String, Rc<Pairs<'a>>>>,
}

impl<'a> Crowds<'a> {
    /// The kinds of all pairs.
    fn kinds(&self, tries: &Tries<'a>) -> Rc<PairKinds<'a, 'a>> {
        let mut kinds = self.kinds.borrow_mut();
        kinds.get_or_insert_with(|| Rc::new(PairKinds::new(tries.map))).clone()
    }

    /// The pairs that begin at a crowd, but for some.
    pub fn pairs(
        &self,
        tries: &Tries<'a>,
        crowd: BTreeSet<ContainerAt>,
        but: &Rc<SourcesOf>,
    ) -> Pairs<'a> {
        Pairs::new(tries, &self.kinds(tries), crowd, but)
    }

    /// The pairs that begin at a crowd, which is asked for where it is not known.
    pub fn known<E>(
        &self,
        tries: &Tries<'a>,
        said: String,
        crowd: impl FnOnce() -> Result<BTreeSet<ContainerAt>, E>,
    ) -> Result<Rc<Pairs<'a>>, E> {
        if let Some(pairs) = self.known.borrow().get(&said) {
            return Ok(pairs.clone());
        }
        let pairs = Rc::new(self.pairs(tries, crowd()?, &Rc::default()));
        self.known.borrow_mut().insert(said, pairs.clone());
        Ok(pairs)
    }
}

/// What is judged of a pair.
pub(super) type Judged = (CheckStatus, Basis);

/// The pairs that decide whether all are as they should be, by how bad they are; and how
/// many there are in all.
#[derive(Default)]
pub(super) struct Decisive(BTreeMap<u8, (Worst, Vec<usize>)>, usize);

impl Decisive {
    /// Takes in the pairs with one target, which a sentence names at this place.
    pub fn add(&mut self, to: ContainerAt, found: &Found<Judged>, number: usize) {
        self.1 += found.pairs;
        for value in found.values().into_set() {
            let (status, basis) = value;
            let empty = || (Worst { status, basis, pairs: Vec::new(), of: 0 }, Vec::new());
            let (worst, numbers) = self.0.entry(badness(status)).or_insert_with(empty);
            worst.basis = worst.basis.max(basis);
            let sources = match status {
                // Of those that are as they should be one will do.
                CheckStatus::Pass if !worst.pairs.is_empty() => continue,
                CheckStatus::Pass => found.any(value).into_iter().collect(),
                CheckStatus::Fail | CheckStatus::Unknown => found.sources(true, |it| it == value),
            };
            worst.pairs.extend(sources.into_iter().map(|from| (from, to)));
            numbers.resize(worst.pairs.len(), number);
        }
    }

    /// Those of which none is better than another, with the places of their targets in
    /// the sentence; `None` if there is no pair.
    pub fn worst(self) -> Option<(Worst, Vec<usize>)> {
        let (worst, numbers) = self.0.into_values().next()?;
        Some((Worst { of: self.1, ..worst }, numbers))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::check::{Evidence, Narrowed, evaluate, init, read};
    use crate::graph::{Map, looks};
    use crate::model::Snapshot;

    /// So many containers that share two networks.
    fn neighbours(number: u32) -> Snapshot {
        let networks = [("n", 10), ("m", 11)];
        let container = |at: u32| {
            let endpoint = |(name, net): (&str, u32)| {
                let address = format!("{net}.0.{}.{}", at / 250, at % 250 + 2);
                json!({"network": name, "network_id": name, "ipv4": address})
            };
            json!({"name": format!("c{at}"), "id": format!("c{at}"), "state": "running",
                "endpoints": networks.map(endpoint)})
        };
        let network = |(name, net): (&str, u32)| {
            json!({"name": name, "id": name, "driver": "bridge",
                "subnets": [{"subnet": format!("{net}.0.0.0/16")}]})
        };
        let snapshot = json!({"schema": "netmap/1", "networks": networks.map(network),
            "containers": (0..number).map(container).collect::<Vec<Value>>()});
        Snapshot::read(snapshot.to_string().as_bytes()).unwrap()
    }

    /// Counted are looks at containers and networks, and no seconds.
    #[test]
    fn ten_times_the_setup_is_checked_with_ten_times_the_work() {
        let checked = |containers: u32| {
            let snapshot = neighbours(containers);
            let map = Map::new(&snapshot);
            let (chosen, networks) = (map.containers().collect(), map.networks().collect());
            let (mut text, mut verdicts) = (String::new(), Vec::new());
            let written =
                looks::during(|| text = init(&map, &chosen, &networks, Narrowed::No, None));
            let file = read(&text).unwrap();
            let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
            let held = looks::during(|| verdicts = evaluate(&file, &evidence));
            assert!(verdicts.len() as u32 > 2 * containers, "{} assertions", verdicts.len());
            (written, held)
        };
        let ((small, held), (large, held_large)) = (checked(100), checked(1000));
        assert!(large < 12 * small, "{large} looks, and {small} for a tenth of the setup");
        assert!(held_large < 12 * held, "{held_large} looks, and {held} for a tenth of it");
    }
}
