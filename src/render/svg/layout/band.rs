//! A band: bars between two rows of cards, on as few tracks as will do.
//!
//! What hangs on a bar meets it at an x of its own. A line to a bar passes the
//! tracks between; there the bars that it does not belong to are cut, and thin
//! links bridge the cuts, so that no line lies on a foreign bar.

use super::block::on_grid;
use super::measures::{BAR, BAR_GAP, GRID};
use super::plan::Plan;
use super::tracks::{BESIDE, Depth, Met, tracks};
use crate::order::OrderBy;

/// From where to where a bar lies.
type Reach = (i32, i32);

/// Half of a cut.
const CUT: i32 = 3;
/// In more pieces than this a bar is drawn where it is met and named alone, and else as
/// the thin line that joins its pieces: of many bars each is cut for each of the others.
const MOST_PIECES: usize = 64;

/// Where a bar is met.
#[derive(Debug, Clone, Copy)]
pub struct Contact {
    /// The bar.
    pub bar: usize,
    /// Where.
    pub x: i32,
    /// Whether from above.
    pub from_above: bool,
}

/// A bar on its band.
#[derive(Debug, Clone)]
pub struct Lying {
    /// Its number.
    pub bar: usize,
    /// Track, counted from above.
    pub track: usize,
    /// Its pieces, as left and right ends.
    pub pieces: Vec<(i32, i32)>,
    /// Where it begins and ends, cuts and the link to its spine included.
    pub reach: (i32, i32),
    /// The piece that its text stands in.
    pub text: Option<(i32, i32)>,
}

/// A band with its bars.
#[derive(Debug, Clone, Default)]
pub struct Band {
    /// The bars, in the order of their numbers.
    pub bars: Vec<Lying>,
    /// How many tracks there are.
    pub tracks: usize,
    /// How far to the left of everything names reach.
    pub gutter: i32,
}

/// What a band is made of.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// The bars with contacts here, and those contacts' places.
    pub contacts: &'a [Contact],
    /// Between which edges bars should stay.
    pub width: i32,
    /// For bars that go on in other bands, the x of the spine.
    pub spines: &'a [(usize, i32)],
    /// Whether names stand on the bars.
    pub is_named: bool,
    /// Whether bars reach as far as they may.
    pub is_stretched: bool,
}

impl Band {
    /// Height of the band.
    pub fn height(&self) -> i32 {
        i32::try_from(self.tracks).unwrap_or(0) * (BAR + BAR_GAP) - BAR_GAP
    }

    /// Where a track begins, below the band's upper edge.
    pub fn track_y(track: usize) -> i32 {
        i32::try_from(track).unwrap_or(0) * (BAR + BAR_GAP)
    }

    /// The band a little to the right.
    pub fn moved(mut self, by: i32) -> Self {
        let moved = |(from, to): (i32, i32)| (from + by, to + by);
        for bar in &mut self.bars {
            bar.pieces.iter_mut().for_each(|piece| *piece = moved(*piece));
            bar.reach = moved(bar.reach);
            bar.text = bar.text.map(moved);
        }
        self
    }

    /// Lays the bars down.
    pub fn new(plan: &Plan, wanted: &Wanted) -> Self {
        let mut bars: Vec<usize> = wanted.contacts.iter().map(|contact| contact.bar).collect();
        bars.sort_unstable();
        bars.dedup();
        let room = Room::new(wanted.contacts, wanted.width);
        let (band, has_past) = Self::with_names(plan, wanted, &bars, &room, true);
        if !has_past {
            return band;
        }
        // Bars that reach beyond all on both sides may come to more than names on the left.
        let (other, _) = Self::with_names(plan, wanted, &bars, &room, false);
        let width = |band: &Self| {
            let right = band.bars.iter().map(|bar| bar.reach.1).max().unwrap_or(0);
            band.gutter + right.max(wanted.width)
        };
        if width(&band) < width(&other) { band } else { other }
    }

    /// The band with room for each name, and whether some bar reaches past lines for it.
    fn with_names(
        plan: &Plan,
        wanted: &Wanted,
        bars: &[usize],
        room: &Room,
        may_pass: bool,
    ) -> (Self, bool) {
        let mut named = vec![Named::Within; bars.len()];
        loop {
            let (band, cramped) = Self::tried(plan, wanted, bars, &named, room);
            // A name that finds no room on its bar gets some where no line is, or to the
            // left of all.
            if cramped.is_empty() {
                return (band, named.iter().any(|named| matches!(named, Named::Past(_))));
            }
            for (at, reach) in cramped {
                let (bar, wide) = (bars[at], plan.bars[bars[at]].width);
                let further = || room.further(reach, wide).map(Named::Further);
                let past = || {
                    let reach = past(wanted.contacts, bar, wide, wanted.width);
                    reach.filter(|_| may_pass).map(Named::Past)
                };
                let next = match named[at] {
                    Named::Within => further().or_else(past),
                    Named::Further(_) => past(),
                    Named::Past(_) | Named::Aside => None,
                };
                named[at] = next.unwrap_or(Named::Aside);
            }
        }
    }

    /// The band with names where they are to stand; the bars on which one has no room,
    /// with their reach.
    fn tried(
        plan: &Plan,
        wanted: &Wanted,
        bars: &[usize],
        named: &[Named],
        room: &Room,
    ) -> (Self, Vec<(usize, Reach)>) {
        let place = |bar: usize| bars.binary_search(&bar).unwrap_or(0);
        let mut spans: Vec<Option<(i32, i32)>> = vec![None; bars.len()];
        let mut met = vec![Met::default(); bars.len()];
        for contact in wanted.contacts {
            let at = place(contact.bar);
            let (low, high) = spans[at].unwrap_or((contact.x, contact.x));
            spans[at] = Some((low.min(contact.x), high.max(contact.x)));
            let met = &mut met[at];
            if contact.from_above { &mut met.above } else { &mut met.below }.push(contact.x);
        }
        let widest = bars.iter().map(|bar| plan.bars[*bar].width).max().unwrap_or(0);
        let gutter = if named.contains(&Named::Aside) { on_grid(widest + GRID) } else { 0 };
        let mut reaches = Vec::with_capacity(bars.len());
        for (at, bar) in bars.iter().enumerate() {
            let (low, high) = spans[at].unwrap_or((0, 0));
            let (mut low, mut high) = (low - GRID, high + GRID);
            match named[at] {
                Named::Within if wanted.is_named => {
                    (low, high) = room.widened((low, high), plan.bars[*bar].width);
                }
                Named::Within => {}
                Named::Further((from, to)) | Named::Past((from, to)) => {
                    (low, high) = (low.min(from), high.max(to));
                }
                Named::Aside => low = -gutter,
            }
            if wanted.is_stretched {
                (low, high) = (low.min(0), high.max(wanted.width));
            }
            reaches.push((low, high));
        }
        let spine_of =
            |bar: usize| wanted.spines.iter().find(|(of, _)| *of == bar).map(|(_, x)| *x);
        for (at, met) in met.iter_mut().enumerate() {
            met.depth = match (plan.is_world(bars[at]), plan.bars[bars[at]].is_internal) {
                (true, _) => Depth::World,
                (false, false) => Depth::Open,
                (false, true) => Depth::Internal,
            };
            let (low, high) = reaches[at];
            met.reach = (spine_of(bars[at]).map_or(low, |x| x.min(low)), high);
        }
        let tracks = tracks(met);
        let least = reaches.iter().map(|(low, _)| *low).min().unwrap_or(0);
        let gutter = on_grid(gutter.max(-least));
        let mut band = Self { bars: Vec::new(), tracks: 0, gutter };
        band.tracks = tracks.iter().max().map_or(0, |most| most + 1);
        let mut cramped = Vec::new();
        // Contacts by x, so that those within a reach are found at once.
        let mut sorted: Vec<&Contact> = wanted.contacts.iter().collect();
        sorted.order_by_key(|contact| contact.x);
        for (at, bar) in bars.iter().enumerate() {
            let (low, high) = reaches[at];
            let first = sorted.partition_point(|contact| contact.x <= low - CUT);
            let mut pieces = Vec::new();
            let mut own = Vec::new();
            let mut from = low;
            for contact in sorted[first..].iter().take_while(|contact| contact.x < high + CUT) {
                if contact.bar == *bar {
                    own.push(contact.x);
                    continue;
                }
                let other = tracks[place(contact.bar)];
                let passes =
                    if contact.from_above { other > tracks[at] } else { other < tracks[at] };
                if passes {
                    let to = high.min(contact.x - CUT);
                    if to > from {
                        pieces.push((from, to));
                    }
                    from = from.max(contact.x + CUT);
                }
            }
            if high > from {
                pieces.push((from, high));
            }
            let long = |piece: &&(i32, i32)| piece.1 - piece.0 >= plan.bars[*bar].width;
            let text = pieces.iter().find(long).copied().filter(|_| wanted.is_named);
            if pieces.len() > MOST_PIECES {
                let is_met = |(from, to): Reach| {
                    let first = own.partition_point(|x| *x < from);
                    own.get(first).is_some_and(|x| *x <= to)
                };
                let last = pieces.len() - 1;
                let mut nth = 0..;
                pieces.retain(|piece| {
                    let is_end = nth.next().is_some_and(|nth| nth == 0 || nth == last);
                    is_end || is_met(*piece) || text == Some(*piece)
                });
            }
            if text.is_none() && wanted.is_named && named[at] != Named::Aside {
                cramped.push((at, (low, high)));
            }
            let reach = (spine_of(*bar).map_or(low, |x| x.min(low)), high);
            band.bars.push(Lying { bar: *bar, track: tracks[at], pieces, reach, text });
        }
        (band, cramped)
    }
}

/// The reach of a bar that goes on to one side for the width of its name, past lines that
/// need not cut it: one that is met from above alone can lie above those that others are
/// met by from below. It goes to the side on which less of it lies beyond everything.
fn past(contacts: &[Contact], bar: usize, wide: i32, width: i32) -> Option<Reach> {
    let own = || contacts.iter().filter(|contact| contact.bar == bar);
    let (first, last) = (own().map(|own| own.x).min()?, own().map(|own| own.x).max()?);
    let (low, high) = (first - GRID, last + GRID);
    let sides = [false, true].map(|above| own().any(|own| own.from_above == above));
    let is_in_way =
        |contact: &&Contact| contact.bar != bar && sides[usize::from(contact.from_above)];
    let in_way = || contacts.iter().filter(is_in_way).map(|contact| contact.x);
    let end = in_way().filter(|x| *x > low).min().map_or(high, |x| high.min(x - CUT));
    let start = in_way().filter(|x| *x < high).max().map_or(low, |x| low.max(x + CUT));
    let is_free = |(from, to): Reach| !in_way().any(|x| from - CUT < x && x < to + CUT);
    let left = Some((end - wide, end)).filter(|name| is_free(*name));
    let right = Some((start, start + wide)).filter(|name| is_free(*name));
    let beyond = |(from, to): &Reach| (-from).max(to - width).max(0);
    let (from, to) = left.into_iter().chain(right).min_by_key(beyond)?;
    Some((low.min(from), high.max(to)))
}

/// Where a bar's name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// Where the bar is met.
    Within,
    /// Beyond that, to which the bar reaches for it.
    Further(Reach),
    /// Past lines that need not cut it.
    Past(Reach),
    /// To the left of everything.
    Aside,
}

/// Where a bar may grow beyond where it is met, so that its name has room.
struct Room {
    /// Where bars are met, in order.
    xs: Vec<i32>,
    width: i32,
}

impl Room {
    /// How far beyond all that meets bars a name may reach.
    const BEYOND: i32 = 160;

    fn new(contacts: &[Contact], width: i32) -> Self {
        let mut xs: Vec<i32> = contacts.iter().map(|contact| contact.x).collect();
        xs.sort_unstable();
        Self { xs, width }
    }

    /// The reach of a bar that goes on to where no line is for the width of its name, past
    /// as few lines as may be.
    fn further(&self, (low, high): Reach, wide: i32) -> Option<Reach> {
        let room = wide + 2 * CUT;
        let first = self.xs.partition_point(|x| *x < low);
        let last = self.xs.partition_point(|x| *x <= high);
        let before = self.xs[..first].windows(2).rev().zip(1..);
        let to_left =
            before.map(|(gap, lines)| (lines, gap)).find(|(_, gap)| gap[1] - gap[0] >= room);
        let after = self.xs[last..].windows(2).zip(1..);
        let to_right =
            after.map(|(gap, lines)| (lines, gap)).find(|(_, gap)| gap[1] - gap[0] >= room);
        let left = to_left.map(|(lines, gap)| (lines, (gap[1] - room, high)));
        let right = to_right.map(|(lines, gap)| (lines, (low, gap[0] + room)));
        left.into_iter().chain(right).min().map(|(_, reach)| reach)
    }

    /// A bar that is as wide as it has to be: it grows away from where others are
    /// met, so that they lie on one track, or at least need no cut; else to both
    /// sides.
    fn widened(&self, (low, high): (i32, i32), wide: i32) -> (i32, i32) {
        let lacking = wide - (high - low);
        if lacking <= 0 {
            return (low, high);
        }
        let before = self.xs.partition_point(|x| *x < low).checked_sub(1).map(|at| self.xs[at]);
        let after = self.xs.get(self.xs.partition_point(|x| *x <= high)).copied();
        let beyond = if before.or(after).is_some() { Self::BEYOND } else { 0 };
        // The other one has a half of what is between, or all of it is this one's.
        for (share, apart) in [(2, GRID + BESIDE), (1, GRID)] {
            let room = |gap: i32| ((gap - apart) / share).max(0);
            let left = before.map_or(low.max(0) + beyond, |x| room(low - x));
            let right = after.map_or((self.width - high).max(0) + beyond, |x| room(x - high));
            if left + right >= lacking {
                let grown = (lacking / 2).min(left).max(lacking - right);
                return (low - grown, high + lacking - grown);
            }
        }
        let from = (low - lacking / 2).max(0).min((self.width - wide).max(0)).min(low);
        (from, high.max(from + wide))
    }
}
