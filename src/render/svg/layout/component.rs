//! What hangs together, and so is laid out together.

use std::collections::BTreeMap;

use crate::render::svg::scene::Scene;
use crate::render::svg::sets::Sets;

/// Something for each of some bars, looked up all the time and in no order.
pub type ByBar<T> = foldhash::HashMap<usize, T>;

/// Bars and cards that hang together.
#[derive(Debug, Default, Clone)]
pub struct Component {
    /// Numbers of the bars.
    pub bars: Vec<usize>,
    /// Numbers of the cards.
    pub cards: Vec<usize>,
}

/// What hangs together, in display order.
pub fn components(scene: &Scene) -> Vec<Component> {
    let mut sets = Sets::new(scene.bars.len());
    for card in &scene.cards {
        for pair in card.strips.windows(2) {
            sets.join(pair[0].bar, pair[1].bar);
        }
    }
    let mut found: BTreeMap<usize, Component> = BTreeMap::new();
    for bar in 0..scene.bars.len() {
        found.entry(sets.root(bar)).or_default().bars.push(bar);
    }
    for (number, card) in scene.cards.iter().enumerate() {
        if let Some(strip) = card.strips.first() {
            found.entry(sets.root(strip.bar)).or_default().cards.push(number);
        }
    }
    found.into_values().collect()
}
