//! Tracks: which bars of a level lie side by side, and which one above the
//! other, so that lines go over as few of them as may be.

use std::collections::BTreeMap;

use super::component::ByBar;

/// Larger levels are not improved by trial: lines times tracks.
const BUDGET: usize = 400_000;

/// Gives each bar `(number, from, to)` a track, 0 nearest to the hub. Bars on
/// one track keep `gap` apart. A line is `(bar, x, whether it comes from the
/// hub's side)`.
pub fn assign(bars: &[(usize, i32, i32)], lines: &[(usize, i32, bool)], gap: i32) -> ByBar<usize> {
    let mut inner: ByBar<(i64, i64)> = ByBar::default();
    for (bar, _, from_inner) in lines {
        let count = inner.entry(*bar).or_default();
        count.0 += i64::from(*from_inner);
        count.1 += 1;
    }
    // Bars that are reached from the hub's side lie near it.
    let share = |bar: usize| match inner.get(&bar) {
        Some((inner, all)) if *all > 0 => inner * 1000 / all,
        _ => 0,
    };
    let mut order: Vec<(usize, i32, i32)> = bars.to_vec();
    order.sort_by_cached_key(|(bar, from, to)| {
        (std::cmp::Reverse(share(*bar)), to - from, *from, *bar)
    });
    let mut tracks: Vec<BTreeMap<i32, (i32, usize)>> = Vec::new();
    for (bar, from, to) in order {
        let is_free = |track: &BTreeMap<i32, (i32, usize)>| {
            let before = track.range(..to + gap).next_back();
            before.is_none_or(|(_, (end, _))| *end + gap <= from)
        };
        match tracks.iter_mut().find(|track| is_free(track)) {
            Some(track) => {
                track.insert(from, (to, bar));
            }
            None => tracks.push(BTreeMap::from([(from, (to, bar))])),
        }
    }
    let mut order: Vec<usize> = (0..tracks.len()).collect();
    improve(&tracks, lines, &mut order);
    let mut assigned = ByBar::default();
    for (place, track) in order.into_iter().enumerate() {
        assigned.extend(tracks[track].values().map(|(_, bar)| (*bar, place)));
    }
    assigned
}

/// Swaps neighbouring tracks as long as fewer lines have to go over a bar.
fn improve(
    tracks: &[BTreeMap<i32, (i32, usize)>],
    lines: &[(usize, i32, bool)],
    order: &mut [usize],
) {
    if tracks.len() < 2 || lines.len() * tracks.len() > BUDGET {
        return;
    }
    let mut track_of = ByBar::default();
    for (number, track) in tracks.iter().enumerate() {
        track_of.extend(track.values().map(|(_, bar)| (*bar, number)));
    }
    // over[a][b]: lines that cross if track a is nearer to the hub than b.
    let mut over = vec![vec![0_i64; tracks.len()]; tracks.len()];
    for (bar, x, from_inner) in lines {
        let Some(own) = track_of.get(bar).copied() else { continue };
        for (other, track) in tracks.iter().enumerate().filter(|(other, _)| *other != own) {
            let under = track.range(..=*x).next_back().is_some_and(|(_, (end, _))| end >= x);
            if under && *from_inner {
                over[other][own] += 1;
            } else if under {
                over[own][other] += 1;
            }
        }
    }
    for _ in 0..tracks.len() {
        let mut swapped = false;
        for at in 1..order.len() {
            let (a, b) = (order[at - 1], order[at]);
            if over[b][a] < over[a][b] {
                order.swap(at - 1, at);
                swapped = true;
            }
        }
        if !swapped {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_that_do_not_touch_share_a_track() {
        let tracks = assign(&[(0, 0, 100), (1, 120, 200), (2, 50, 150)], &[], 20);
        assert_eq!(tracks[&0], tracks[&1]);
        assert_ne!(tracks[&0], tracks[&2]);
    }

    #[test]
    fn the_bar_that_the_hub_reaches_lies_nearer_to_it() {
        let bars = [(0, 0, 100), (1, 0, 100)];
        let tracks = assign(&bars, &[(0, 10, false), (1, 20, true)], 20);
        assert_eq!((tracks[&1], tracks[&0]), (0, 1));
        let tracks = assign(&bars, &[(0, 10, true), (1, 20, false)], 20);
        assert_eq!((tracks[&0], tracks[&1]), (0, 1));
    }
}
