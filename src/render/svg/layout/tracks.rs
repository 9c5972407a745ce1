//! Which track of a band each bar lies on: as few tracks as will do, and as few
//! lines as may be through bars that they do not belong to.

use std::cmp::Ordering;

use crate::order::OrderBy;

/// Room between bars on one track.
pub const BESIDE: i32 = 16;
/// What a further track costs, in lines through foreign bars.
const TRACK: i64 = 2;
/// How often each bar looks for a better track when all have one.
const ROUNDS: usize = 3;
/// With more bars than this none looks again.
const MANY: usize = 600;

/// How far a bar is from the world.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// It is the world.
    World,
    /// It has a way out.
    #[default]
    Open,
    /// It has none.
    Internal,
}

/// Where a bar is met, and how far it reaches.
#[derive(Debug, Clone, Default)]
pub struct Met {
    /// From above.
    pub above: Vec<i32>,
    /// From below.
    pub below: Vec<i32>,
    /// From where to where it lies, the link to its spine included.
    pub reach: (i32, i32),
    /// How far it is from the world, where it would lie beside others: what is less far
    /// lies above.
    pub depth: Depth,
}

impl Met {
    /// Whether it cannot lie on one track with another one.
    fn is_over(&self, other: &Self) -> bool {
        self.reach.0 < other.reach.1 + BESIDE && other.reach.0 < self.reach.1 + BESIDE
    }

    /// How many lines run through it or the other one if it lies above that.
    fn cuts_above(&self, lower: &Self) -> usize {
        within(&lower.above, self.reach) + within(&self.below, lower.reach)
    }
}

/// How many of these, which are in order, lie in a reach.
fn within(xs: &[i32], (low, high): (i32, i32)) -> usize {
    xs.partition_point(|x| *x <= high) - xs.partition_point(|x| *x < low)
}

/// Where a bar can lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On a track.
    On(usize),
    /// On a new track above this one.
    Between(usize),
}

/// The bars while they look for tracks.
struct Tracks {
    bars: Vec<Met>,
    /// The track of each, if it has one.
    on: Vec<Option<usize>>,
    number: usize,
}

/// Gives each bar a track. What is farther from the world lies below all that it would lie
/// beside and that is less far.
pub fn tracks(mut bars: Vec<Met>) -> Vec<usize> {
    for bar in &mut bars {
        bar.above.sort_unstable();
        bar.below.sort_unstable();
    }
    let mut order: Vec<usize> = (0..bars.len()).collect();
    // Few from above in comparison: lower. Compared crosswise, without division.
    order.order_by(|a, b| {
        let (one, other) = (&bars[*a], &bars[*b]);
        let of_one = one.above.len() * (other.below.len() + 1);
        let of_other = other.above.len() * (one.below.len() + 1);
        one.depth.cmp(&other.depth).then(of_other.cmp(&of_one)).then(a.cmp(b))
    });
    let on = vec![None; bars.len()];
    let rounds = if bars.len() > MANY { 1 } else { 1 + ROUNDS };
    let mut tracks = Tracks { bars, on, number: 0 };
    for _ in 0..rounds {
        let mut is_changed = false;
        for at in &order {
            let before = tracks.take(*at);
            let best = tracks.best(*at);
            is_changed |= before != Some(best);
            tracks.put(*at, best);
        }
        if !is_changed {
            break;
        }
    }
    tracks.on.into_iter().map(Option::unwrap_or_default).collect()
}

impl Tracks {
    /// Takes a bar from its place, and its track away if nothing else lies on it.
    fn take(&mut self, at: usize) -> Option<Place> {
        let track = self.on[at].take()?;
        if self.on.contains(&Some(track)) {
            return Some(Place::On(track));
        }
        self.on.iter_mut().flatten().filter(|on| **on > track).for_each(|on| *on -= 1);
        self.number -= 1;
        Some(Place::Between(track))
    }

    /// Gives a bar its place.
    fn put(&mut self, at: usize, place: Place) {
        let track = match place {
            Place::On(track) => track,
            Place::Between(track) => {
                let below = self.on.iter_mut().flatten().filter(|on| **on >= track);
                below.for_each(|on| *on += 1);
                self.number += 1;
                track
            }
        };
        self.on[at] = Some(track);
    }

    /// The place at which a bar is least in the way, and others are in its.
    fn best(&self, at: usize) -> Place {
        let own = &self.bars[at];
        let mut is_taken = vec![false; self.number + 1];
        // Lines through bars if it lies above all; and for each track how many more that
        // are if it lies below what is there.
        let mut above_all = 0;
        let mut more = vec![0_i64; self.number + 1];
        let (mut least, mut most) = (0, self.number);
        for (other, on) in self.bars.iter().zip(&self.on) {
            let Some(on) = on.filter(|_| own.is_over(other)) else { continue };
            is_taken[on] = true;
            let (upper, lower) = (own.cuts_above(other), other.cuts_above(own));
            above_all += upper;
            more[on] += i64::try_from(lower).unwrap_or(0) - i64::try_from(upper).unwrap_or(0);
            match own.depth.cmp(&other.depth) {
                Ordering::Greater => least = least.max(on + 1),
                Ordering::Less => most = most.min(on),
                Ordering::Equal => {}
            }
        }
        let mut cost = i64::try_from(above_all).unwrap_or(0);
        let mut best: Option<(i64, Place)> = None;
        let last = most.max(least);
        for track in 0..=last {
            let is_free = !is_taken[track] && track < self.number;
            let places = [
                is_free.then_some((cost, Place::On(track))),
                Some((cost + TRACK, Place::Between(track))),
            ];
            for (own, place) in places.into_iter().flatten().filter(|_| track >= least) {
                if best.is_none_or(|(lowest, _)| own < lowest) {
                    best = Some((own, place));
                }
            }
            cost += more[track];
        }
        best.map_or(Place::Between(self.number), |(_, place)| place)
    }
}
