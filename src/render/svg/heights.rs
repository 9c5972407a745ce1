//! Whether height on the page is distance from the internet.

use std::collections::BTreeMap;

use super::geometry::Placed;
use super::scene::Scene;

/// From this rank correlation on, height means distance.
const IN_ORDER: i64 = 90;

/// Whether nearly all cards that hang together stand in the order of their distance
/// (Somers' D of distance and height, in hundredths).
pub fn are_in_order(scene: &Scene, placed: &Placed) -> bool {
    // The cards of each part, from above.
    let mut parts: BTreeMap<usize, Vec<(i32, usize)>> = BTreeMap::new();
    for card in &placed.cards {
        if let Some(rank) = scene.cards[card.card].rank {
            parts.entry(card.part).or_default().push((card.rect.y, rank));
        }
    }
    let (mut right, mut pairs) = (0_i64, 0_i64);
    for cards in parts.values_mut() {
        cards.sort_unstable();
        // How many of each rank stand above, and how many there are in all.
        let mut above: BTreeMap<usize, i64> = BTreeMap::new();
        let mut all: BTreeMap<usize, i64> = BTreeMap::new();
        for row in cards.chunk_by(|one, other| one.0 == other.0) {
            for (_, rank) in row {
                right += above.range(..rank).map(|(_, number)| number).sum::<i64>();
                right -= above.range(rank + 1..).map(|(_, number)| number).sum::<i64>();
                pairs += all.iter().filter(|(of, _)| *of != rank).map(|(_, n)| n).sum::<i64>();
                *all.entry(*rank).or_default() += 1;
            }
            row.iter().for_each(|(_, rank)| *above.entry(*rank).or_default() += 1);
        }
    }
    100 * right >= IN_ORDER * pairs
}
