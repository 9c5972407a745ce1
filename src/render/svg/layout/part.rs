//! Parts of a side: gives bars their length and track, and everything its
//! distance from the hub.
//!
//! Lines keep to themselves by construction: in a band each line has an x of
//! its own, lines of neighbouring bands differ by half a grid step, and bars
//! of one level that would touch lie on different tracks. A line may have to
//! go over a bar that is not its own; it never goes over that bar's text.

use std::collections::BTreeMap;

use super::column::{self, Column, GRID, STACK_GAP};
use super::component::ByBar;
use super::lie::{Lie, Trunk, lie};
use super::plan::Side;
use super::taps::{hop_over_trunks, strip_xs, tap, trunk_x};
use crate::render::svg::geometry::{Placed, PlacedBar, PlacedCard, Rect};
use crate::render::svg::scene::{Bar, Scene, Strip};
use crate::render::svg::sets::Sets;

/// Length of the straight part of a line between a bar and the nearest card.
const DROP: i32 = 34;
/// Room between tracks.
const TRACK_GAP: i32 = 20;
/// Room between levels with no cards between them.
const LEVEL_GAP: i32 = 28;
/// Room between bars on one track.
pub const BAR_GAP: i32 = 20;

/// Part of one side while it is put together: branches whose bars and cards
/// lie beside those of other parts, so that they need not keep the same heights.
pub struct Part<'a> {
    scene: &'a Scene,
    /// The side that it is a part of.
    pub side: &'a Side,
    /// Its nodes; the hub is none of them.
    nodes: Vec<usize>,
    columns: Vec<Column>,
    /// For each column and each strip of its cards, the line's x.
    xs: Vec<Vec<Vec<i32>>>,
    lies: ByBar<Lie>,
    tracks: ByBar<usize>,
    /// Distance of each level from the hub.
    levels: Vec<i32>,
    /// Distance of each band from the hub.
    bands: Vec<i32>,
    /// How far it reaches from the hub.
    pub depth: i32,
}

impl<'a> Part<'a> {
    fn new(
        scene: &'a Scene,
        side: &'a Side,
        nodes: Vec<usize>,
        columns: Vec<Column>,
        texts: &[(i32, i32)],
    ) -> Self {
        let mut part = Self {
            scene,
            side,
            nodes,
            columns,
            xs: Vec::new(),
            lies: ByBar::default(),
            tracks: ByBar::default(),
            levels: Vec::new(),
            bands: Vec::new(),
            depth: 0,
        };
        part.xs = part.columns.iter().map(|column| part.line_xs(column)).collect();
        part.settle(texts);
        part
    }

    /// The parts of a side, from left to right.
    pub fn of_side(
        scene: &'a Scene,
        side: &'a Side,
        columns: Vec<Column>,
        texts: &[(i32, i32)],
    ) -> Vec<Self> {
        let mut sets = Sets::new(side.nodes.len() + 1);
        let alone = side.nodes.len();
        for (number, node) in side.nodes.iter().enumerate().skip(1) {
            if node.parent != 0 {
                sets.join(number, node.parent);
            }
        }
        let nodes_of = |column: &Column| -> Vec<usize> {
            let bars = column.inner.iter().chain(&column.outer).map(|bar| side.node_of[bar]);
            bars.chain([column.home]).filter(|node| *node != 0).collect()
        };
        for column in &columns {
            nodes_of(column).windows(2).for_each(|pair| sets.join(pair[0], pair[1]));
        }
        let mut found: BTreeMap<usize, (Vec<usize>, Vec<Column>)> = BTreeMap::new();
        for node in 1..side.nodes.len() {
            found.entry(sets.root(node)).or_default().0.push(node);
        }
        for column in columns {
            let of_column = nodes_of(&column).first().copied().unwrap_or(alone);
            found.entry(sets.root(of_column)).or_default().1.push(column);
        }
        let mut parts: Vec<Self> = found
            .into_values()
            .map(|(nodes, columns)| Self::new(scene, side, nodes, columns, texts))
            .collect();
        // A bar may reach over its neighbours, to show its text: then they
        // have to keep the same heights after all.
        loop {
            parts.sort_by_key(|part| part.extent().0);
            let before = parts.len();
            let mut reach = i32::MIN;
            let mut runs: Vec<Vec<Self>> = Vec::with_capacity(before);
            for part in parts {
                let (from, to) = part.extent();
                match runs.last_mut().filter(|_| from < reach + BAR_GAP) {
                    Some(run) => run.push(part),
                    None => runs.push(vec![part]),
                }
                reach = reach.max(to);
            }
            parts = runs.into_iter().map(|run| Self::merged(run, texts)).collect();
            if parts.len() == before {
                return parts;
            }
        }
    }

    /// Parts that have to keep the same heights, as one.
    fn merged(mut run: Vec<Self>, texts: &[(i32, i32)]) -> Self {
        let first = run.remove(0);
        if run.is_empty() {
            return first;
        }
        let (scene, side) = (first.scene, first.side);
        let (mut nodes, mut columns) = (first.nodes, first.columns);
        for part in run {
            nodes.extend(part.nodes);
            columns.extend(part.columns);
        }
        Self::new(scene, side, nodes, columns, texts)
    }

    /// The left and the right end of everything.
    fn extent(&self) -> (i32, i32) {
        let columns = self.columns.iter().map(|column| (column.x, column.x + column.width));
        let bars = self.lies.values().map(|lie| (lie.from, lie.to));
        columns.chain(bars).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 0))
    }

    /// The offset that keeps lines of neighbouring bands apart.
    fn residue(&self, band: usize) -> i32 {
        if (band + usize::from(self.side.is_up)).is_multiple_of(2) { 0 } else { GRID / 2 }
    }

    /// For each card of a column and each strip, where its line runs.
    fn line_xs(&self, column: &Column) -> Vec<Vec<i32>> {
        let residue = self.residue(column.band);
        let card_x = column.x + column.gutter;
        column
            .cards
            .iter()
            .map(|card| {
                let card = &self.scene.cards[*card];
                if column.is_stack() {
                    card.strips.iter().map(|strip| trunk_x(column, strip.bar, residue)).collect()
                } else {
                    let edges = strip_xs(card, column);
                    let middle = |(x, width): &(i32, i32)| {
                        let middle = card_x + x + width / 2;
                        (middle - residue + GRID / 2).div_euclid(GRID) * GRID + residue
                    };
                    edges.iter().map(middle).collect()
                }
            })
            .collect()
    }

    fn level_of(&self, bar: usize) -> usize {
        self.side.levels.get(bar).copied().unwrap_or(0)
    }

    /// The lines that end on bars of this level, or run past them.
    fn trunks(&self, level: usize) -> Vec<Trunk> {
        let mut trunks = Vec::new();
        for (column, xs) in self.columns.iter().zip(&self.xs) {
            let from_inner = column.band < level;
            if column.band > level {
                continue;
            }
            let bars = if from_inner { &column.outer } else { &column.inner };
            let reaches = |bar: usize| bars.contains(&bar) && self.level_of(bar) >= level;
            for (card, xs) in column.cards.iter().zip(xs) {
                for (strip, x) in self.scene.cards[*card].strips.iter().zip(xs) {
                    if reaches(strip.bar) {
                        trunks.push(Trunk { bar: strip.bar, x: *x, from_inner });
                    }
                }
            }
        }
        trunks.sort_by_key(|trunk| (trunk.x, trunk.bar));
        trunks.dedup_by_key(|trunk| (trunk.x, trunk.bar));
        trunks
    }

    /// From the first to the last column that hangs on a bar.
    pub fn ends(&self, bar: usize) -> Option<(i32, i32)> {
        self.columns
            .iter()
            .filter(|column| {
                column.inner.contains(&bar)
                    || column.outer.contains(&bar)
                    || (column.inner.is_empty() && self.side.nodes[column.home].bar == Some(bar))
            })
            .map(|column| (column.x, column.x + column.width))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Finds lengths, tracks and distances of everything on this side.
    fn settle(&mut self, texts: &[(i32, i32)]) {
        let levels = self.nodes.iter().map(|node| self.side.nodes[*node].level);
        let deepest = levels.chain(self.columns.iter().map(|c| c.band)).max().unwrap_or(0);
        let mut depth = 0;
        let mut all_ends: ByBar<(i32, i32)> = ByBar::default();
        for column in &self.columns {
            let (left, right) = (column.x, column.x + column.width);
            for bar in column.inner.iter().chain(&column.outer) {
                let ends = all_ends.entry(*bar).or_insert((left, right));
                *ends = (ends.0.min(left), ends.1.max(right));
            }
        }
        for node in &self.nodes {
            let (left, width) = texts[*node];
            if let Some(bar) = self.side.nodes[*node].bar.filter(|_| width > 0) {
                let ends = all_ends.entry(bar).or_insert((left, left + width));
                *ends = (ends.0.min(left), ends.1.max(left + width));
            }
        }
        for level in 0..=deepest {
            if level > 0 {
                self.levels.push(depth);
                depth += self.settle_level(level, &all_ends);
            } else {
                self.levels.push(0);
            }
            let heights = self.columns.iter().filter(|c| c.band == level).map(|c| c.height);
            let height = heights.max();
            self.bands.push(depth + DROP);
            if let Some(height) = height {
                depth += DROP + height;
                if level < deepest {
                    depth += DROP;
                }
            } else if level < deepest {
                // Bars with nothing between them do not touch, all the same.
                depth += LEVEL_GAP;
            }
        }
        self.depth = depth;
    }

    /// Gives the bars of a level their length and track; the level's height.
    fn settle_level(&mut self, level: usize, all_ends: &ByBar<(i32, i32)>) -> i32 {
        let trunks = self.trunks(level);
        let here = self.nodes.iter().map(|node| &self.side.nodes[*node]);
        let bars: Vec<usize> =
            here.filter(|node| node.level == level).filter_map(|node| node.bar).collect();
        for bar in &bars {
            let (from, to) = all_ends.get(bar).copied().unwrap_or((0, 0));
            let text = self.scene.bars[*bar].text_width();
            self.lies.insert(*bar, lie(*bar, from, to, text, &trunks));
        }
        let tracks = super::tracks::assign(
            &bars
                .iter()
                .map(|bar| (*bar, self.lies[bar].from, self.lies[bar].to))
                .collect::<Vec<_>>(),
            &trunks.iter().map(|t| (t.bar, t.x, t.from_inner)).collect::<Vec<_>>(),
            BAR_GAP,
        );
        let number = tracks.values().max().map_or(0, |most| most + 1);
        self.tracks.extend(tracks);
        let number = i32::try_from(number).unwrap_or(0);
        (number * (Bar::HEIGHT + TRACK_GAP) - TRACK_GAP).max(0)
    }

    /// A box at a distance from the hub.
    fn away(&self, hub: Rect, x: i32, distance: i32, w: i32, h: i32) -> Rect {
        let y = if self.side.is_up { hub.y - distance - h } else { hub.bottom() + distance };
        Rect::new(x, y, w, h)
    }

    pub fn emit(&self, hub: Rect, hub_bar: usize, placed: &mut Placed) {
        let mut rects: ByBar<Rect> = ByBar::from_iter([(hub_bar, hub)]);
        // Bars of one track lie beside each other: a line meets one at most.
        let mut on_track: BTreeMap<(usize, usize), BTreeMap<i32, (usize, usize)>> = BTreeMap::new();
        for node in self.nodes.iter().map(|node| &self.side.nodes[*node]) {
            let Some(bar) = node.bar else { continue };
            let lie = self.lies[&bar];
            let track = self.tracks[&bar];
            let order = rects.len();
            on_track.entry((node.level, track)).or_default().insert(lie.from, (order, bar));
            let track = i32::try_from(track).unwrap_or(0);
            let distance = self.levels[node.level] + track * (Bar::HEIGHT + TRACK_GAP);
            let rect = self.away(hub, lie.from, distance, lie.to - lie.from, Bar::HEIGHT);
            rects.insert(bar, rect);
            placed.bars.push(PlacedBar {
                bar,
                rect,
                text_x: lie.text,
                again: None,
                more: Vec::new(),
            });
        }
        for (column, xs) in self.columns.iter().zip(&self.xs) {
            let mut distance = self.bands[column.band];
            let mut taps = Vec::new();
            for (card, xs) in column.cards.iter().zip(xs) {
                let size =
                    column::card_size(&self.scene.cards[*card], &column.inner, column.is_stack());
                let x = column.x + column.gutter;
                let rect = self.away(hub, x, distance, column.card_width, size.1);
                distance += size.1 + STACK_GAP;
                let in_place = self.place_card(*card, rect, column);
                for (strip, x) in xs.iter().enumerate() {
                    let bar = self.scene.cards[*card].strips[strip].bar;
                    let Some(bar_rect) = rects.get(&bar) else { continue };
                    if self.scene.cards[*card].strips[strip].lines.is_empty() {
                        continue;
                    }
                    let level = self.level_of(bar);
                    let tracks = on_track.range((column.band.min(level), 0)..=(level, usize::MAX));
                    let mut passed: Vec<(usize, usize, usize)> = tracks
                        .filter_map(|((level, _), bars)| {
                            let (_, (order, bar)) = bars.range(..=*x).next_back()?;
                            Some((*level, *order, *bar))
                        })
                        .collect();
                    passed.sort_unstable();
                    let passed = passed.into_iter().map(|(.., bar)| (bar, rects[&bar]));
                    let tap = tap(&in_place, strip, bar, *x, *bar_rect, column.is_stack(), passed);
                    taps.push(tap);
                }
                placed.cards.push(in_place);
            }
            hop_over_trunks(&mut taps);
            placed.taps.extend(taps);
        }
    }

    /// The card's strips in their places.
    fn place_card(&self, number: usize, rect: Rect, column: &Column) -> PlacedCard {
        let card = &self.scene.cards[number];
        if column.is_stack() {
            let mut y = rect.y;
            let mut strips = Vec::with_capacity(card.strips.len());
            for strip in &card.strips {
                let height = column::strip_height(strip);
                strips.push(Rect::new(rect.x, y, rect.w, height));
                y += height;
            }
            return PlacedCard { card: number, rect, strips, body_y: y };
        }
        let is_inner = |strip: &Strip| column.inner.contains(&strip.bar);
        let height = |inner: bool| {
            let edge = card.strips.iter().filter(|strip| is_inner(strip) == inner);
            edge.map(column::strip_height).max().unwrap_or(0)
        };
        let strips = card
            .strips
            .iter()
            .zip(strip_xs(card, column))
            .map(|(strip, (x, width))| {
                let on_top = is_inner(strip) != self.side.is_up;
                let height = height(is_inner(strip));
                let y = if on_top { rect.y } else { rect.bottom() - height };
                Rect::new(rect.x + x, y, width, height)
            })
            .collect();
        PlacedCard { card: number, rect, strips, body_y: rect.y + height(!self.side.is_up) }
    }
}
