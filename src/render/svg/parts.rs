//! What the groups of a picture stand for, so that a page can say more of them
//! than the picture does.

use std::collections::HashMap;

use super::geometry::Placed;
use super::scene::{BarKind, Scene};
use crate::model::{ContainerAt, NetworkAt};

/// What the groups of a picture stand for, in the order in which they stand in
/// it: that of `draw`.
#[derive(Debug, Default)]
pub struct Parts {
    /// `g.container`: the containers that it stands for.
    pub cards: Vec<Vec<ContainerAt>>,
    /// `g.network`: what it is.
    pub bars: Vec<Stands>,
    /// `g.endpoint`: its card, and its bar where it hangs on one.
    pub taps: Vec<(usize, Option<usize>)>,
    /// `g.talk` and `g.surprise`: the cards at its ends.
    pub arrows: Vec<(usize, usize)>,
}

/// What a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// A network.
    Network(NetworkAt),
    /// A part of the world outside.
    World,
}

impl Parts {
    /// Of what is drawn.
    pub fn of(scene: &Scene, placed: &Placed) -> Self {
        let nth = |all: &mut dyn Iterator<Item = usize>| -> HashMap<usize, usize> {
            all.enumerate().map(|(nth, of)| (of, nth)).collect()
        };
        let cards = nth(&mut placed.cards.iter().map(|card| card.card));
        let bars = nth(&mut placed.bars.iter().map(|bar| bar.bar));
        let stands = |bar: usize| match scene.bars[bar].kind {
            BarKind::Network(at) => Stands::Network(at),
            BarKind::Internet | BarKind::Host => Stands::World,
        };
        let taps = placed.taps.iter().map(|tap| (cards[&tap.card], bars.get(&tap.bar).copied()));
        let besides = placed.besides.iter().map(|beside| (cards[&beside.card], None));
        let ends = |arrow: usize| {
            let arrow = &scene.arrows[arrow];
            (cards[&arrow.from], cards[&arrow.to])
        };
        Self {
            cards: placed.cards.iter().map(|c| scene.cards[c.card].containers.clone()).collect(),
            bars: placed.bars.iter().map(|bar| stands(bar.bar)).collect(),
            taps: taps.chain(besides).collect(),
            arrows: placed.arrows.iter().map(|arrow| ends(arrow.arrow)).collect(),
        }
    }
}
