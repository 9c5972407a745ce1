//! Callouts: what is said of parts of a map, by numbers that stand on them, and
//! ways that somebody asked about.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ContainerAt, NetworkAt, Reach};
use crate::order::{OrderBy, Ordered};

/// How grave what a callout says is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// It is wrong, or gone.
    Bad,
    /// It will hurt one day, is not known, or is otherwise than before.
    Warn,
    /// It is well, or new.
    Good,
    /// It is good to know.
    Plain,
}

impl Tone {
    /// The word for it, for style sheets.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bad => "wrong",
            Self::Warn => "doubtful",
            Self::Good => "well",
            Self::Plain => "plain",
        }
    }
}

/// A part of a map that a number can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// A container.
    Container(ContainerAt),
    /// A network.
    Network(NetworkAt),
    /// Where a container is on a network.
    Endpoint(ContainerAt, NetworkAt),
    /// The arrow from one container to another.
    Way(ContainerAt, ContainerAt),
}

/// Something that is said below a picture, with a number that stands there and
/// on what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callout {
    /// How grave it is.
    pub tone: Tone,
    /// A sentence.
    pub text: String,
    /// What to do next: a command, or another sentence.
    pub next: Option<String>,
    /// What it is about.
    pub on: Vec<Spot>,
}

/// A way from one container to another that somebody asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Where it begins.
    pub from: ContainerAt,
    /// Where it ends.
    pub to: ContainerAt,
    /// The port.
    pub port: Option<u16>,
    /// Whether anything gets through.
    pub reach: Reach,
}

/// The numbers of the callouts, each with its tone, by what they stand on.
#[derive(Debug, Default)]
pub struct Numbers {
    by_spot: BTreeMap<Spot, Vec<Number>>,
}

/// The number of a callout.
pub type Number = (usize, Tone);

impl Numbers {
    /// The numbers of these callouts, counted from 1.
    pub fn of(callouts: &[Callout]) -> Self {
        let mut by_spot: BTreeMap<Spot, Vec<Number>> = BTreeMap::new();
        for (number, callout) in (1..).zip(callouts) {
            for spot in &callout.on {
                let numbers = by_spot.entry(*spot).or_default();
                if numbers.last().is_none_or(|(last, _)| *last != number) {
                    numbers.push((number, callout.tone));
                }
            }
        }
        Self { by_spot }
    }

    /// The numbers on one of these, in order.
    pub fn on(&self, spots: impl IntoIterator<Item = Spot>) -> Vec<Number> {
        let found = spots.into_iter().filter_map(|spot| self.by_spot.get(&spot));
        let mut numbers: Vec<Number> = found.flatten().copied().collect();
        numbers.order();
        numbers.dedup();
        numbers
    }

    /// The same numbers, those of some ways on the containers where they begin.
    #[must_use]
    pub fn moved(&self, is_moved: impl Fn(ContainerAt, ContainerAt) -> bool) -> Self {
        let mut by_spot: BTreeMap<Spot, Vec<Number>> = BTreeMap::new();
        for (spot, numbers) in &self.by_spot {
            let spot = match *spot {
                Spot::Way(from, to) if is_moved(from, to) => Spot::Container(from),
                spot => spot,
            };
            by_spot.entry(spot).or_default().extend(numbers);
        }
        Self { by_spot }
    }

    /// The numbers on networks.
    pub fn on_networks(&self) -> BTreeSet<Number> {
        let is_network = |spot: &Spot| matches!(spot, Spot::Network(_));
        let networks = self.by_spot.iter().filter(|(spot, _)| is_network(spot));
        networks.flat_map(|(_, numbers)| numbers).copied().into_set()
    }

    /// Ways that have numbers.
    pub fn ways(&self) -> impl Iterator<Item = (ContainerAt, ContainerAt)> {
        self.by_spot.keys().filter_map(|spot| match spot {
            Spot::Way(from, to) => Some((*from, *to)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Container, positions};

    #[test]
    fn numbers_stand_where_their_callouts_say() {
        let containers = [(); 2].map(|()| Container::default());
        let places: Vec<ContainerAt> = positions(&containers).collect();
        let [web, db] = places[..] else { panic!("two places") };
        let callout =
            |tone, on: &[Spot]| Callout { tone, text: String::new(), next: None, on: on.to_vec() };
        let numbers = Numbers::of(&[
            callout(Tone::Bad, &[Spot::Container(web), Spot::Way(web, db), Spot::Container(web)]),
            callout(Tone::Plain, &[]),
            callout(Tone::Warn, &[Spot::Container(db), Spot::Container(web)]),
        ]);
        assert_eq!(numbers.on([Spot::Container(web)]), [(1, Tone::Bad), (3, Tone::Warn)]);
        let both = [Spot::Container(web), Spot::Container(db)];
        assert_eq!(numbers.on(both), [(1, Tone::Bad), (3, Tone::Warn)]);
        assert_eq!(numbers.on([Spot::Way(db, web)]), []);
        assert_eq!(numbers.ways().collect::<Vec<_>>(), [(web, db)]);
    }
}
