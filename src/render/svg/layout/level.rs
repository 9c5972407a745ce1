//! A branch laid out: its upper cards in a row, its bars below them, and what
//! hangs on the bars in rows below that. Bars that have something in several
//! rows go on there, joined by a spine on the left.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::band::{Band, Contact, Wanted};
use super::block::{Column, Content, Unit, on_grid, side_by_side};
use super::builder::{Block, Builder, Row};
use super::levels::Levels;
use super::measures::GRID;
use crate::order::{OrderBy, Ordered};

/// What the only contact of a bar weighs.
const WEIGHT: i64 = 1 << 20;

impl Builder<'_> {
    /// Lays out the branch that is next.
    pub fn next(&mut self) {
        let block = self.lay_out(self.blocks.len());
        self.blocks.push(block);
    }

    fn lay_out(&self, at: usize) -> Block {
        let branch = &self.tree.branches[at];
        if branch.is_leaf() {
            // Those that stand over one another make the columns they are in.
            return Block::default();
        }
        let budget = self.budgets[at];
        let place: HashMap<usize, i32> = branch.bars.iter().copied().zip(0..).collect();
        let uppers = self.uppers(at, budget, &place);
        let above = uppers.iter().flat_map(|unit| unit.downs(self.plan)).map(|(bar, _)| bar);
        let above: BTreeSet<usize> = above.into_set();
        // What leads here takes that much room in any case. Where that is more than
        // anybody can read on a page, more does no harm if it keeps things in a row.
        let taken = self.width(&uppers);
        let budgets = match taken > 2 * budget {
            true => vec![taken, taken / 8 * 9, taken / 2 * 3, taken * 2],
            false => vec![budget.max(taken)],
        };
        let least = budgets[0];
        let orders = self.orders(at, &place);
        let rows = budgets.into_iter().map(|wide| {
            let (cost, rows) = self.lower_rows(at, wide, &orders, &above);
            (cost + i64::from((wide - least) / 8), rows)
        });
        let rows = rows.min_by_key(|(cost, _)| *cost).unwrap_or_default().1;
        self.assemble(at, uppers, rows)
    }

    /// Gives everything of a branch its place.
    fn assemble(&self, at: usize, uppers: Vec<Unit>, rows: Vec<Vec<Unit>>) -> Block {
        let branch = &self.tree.branches[at];
        let measures = self.measures;
        let (upper_width, row_width) =
            (self.width(&uppers), rows.iter().map(|row| self.width(row)).max().unwrap_or(0));
        let named = branch.bars.iter().map(|bar| self.plan.bars[*bar].width).max().unwrap_or(0);
        let mut width = on_grid(upper_width.max(row_width).max(named + 2 * GRID));
        // Bars that go on: one in several rows, or above and in a later row.
        let mut rows_of: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let downs = |units: &[(Unit, i32)]| -> Vec<(usize, i32)> {
            units
                .iter()
                .flat_map(|(unit, x)| {
                    unit.downs(self.plan).into_iter().map(move |(bar, d)| (bar, d + x))
                })
                .collect()
        };
        for (row, units) in rows.iter().enumerate() {
            for unit in units {
                for (bar, _) in &unit.ups {
                    rows_of.entry(*bar).or_default().insert(row);
                }
            }
        }
        for unit in &uppers {
            for (bar, _) in unit.downs(self.plan) {
                rows_of.entry(bar).or_default().insert(0);
            }
        }
        let going_on: Vec<usize> =
            rows_of.iter().filter(|(_, rows)| rows.len() > 1).map(|(bar, _)| *bar).collect();
        let spine_room = if going_on.is_empty() {
            0
        } else {
            i32::try_from(going_on.len()).unwrap_or(0) * GRID + GRID
        };
        let many = branch.bars.len() > 1;
        // Where a line from above could lie on one from below, the latter
        // keep to the odd half steps.
        let shift = if many { GRID / 2 } else { 0 };
        let mut placed_rows: Vec<(Vec<(Unit, i32)>, i32)> = Vec::new();
        for row in rows {
            let left = if going_on.is_empty() {
                (width - self.width(&row)).max(0) / 2 / GRID * GRID
            } else {
                0
            };
            let mut x = left + shift;
            let units: Vec<(Unit, i32)> = self.in_line(row, &mut x);
            placed_rows.push((units, x));
        }
        let mut placed_uppers =
            self.over(uppers, placed_rows.first().map(|(units, _)| &units[..]), width);
        if let ([(upper, x)], Some((row, _))) = (&mut placed_uppers[..], placed_rows.first())
            && branch.is_stack
        {
            *x = (*x).max(self.past_names(upper, row));
        }
        let row_count = placed_rows.len().max(1);
        // An only bar in rows, and the world, are as wide as the page is.
        let is_stretched =
            !many && (row_count > 1 || branch.bars.iter().any(|bar| self.plan.is_world(*bar)));
        let contacts: Vec<Vec<Contact>> = (0..row_count)
            .map(|row| {
                let units = placed_rows.get(row).map_or(&[][..], |(units, _)| units);
                let ups = units.iter().flat_map(|(unit, x)| {
                    let ups = unit.ups.iter();
                    ups.map(move |(bar, up)| Contact { bar: *bar, x: up + x, from_above: false })
                });
                let downs = if row == 0 { downs(&placed_uppers) } else { Vec::new() };
                let downs = downs.into_iter();
                ups.chain(downs.map(|(bar, x)| Contact { bar, x, from_above: true })).collect()
            })
            .collect();
        // Spines stand to the left of names that stand to the left of all.
        let mut gutter = 0;
        let (spines, bands) = loop {
            let left = spine_room + gutter;
            let spines: Vec<(usize, i32)> =
                going_on.iter().copied().zip((0..).map(|nth| nth * GRID - left)).collect();
            let band = |(row, contacts): (usize, &Vec<Contact>)| {
                let (spines, is_named) = (&spines[..], row == 0 || many);
                Band::new(self.plan, &Wanted { contacts, width, spines, is_named, is_stretched })
            };
            let bands: Vec<Band> = contacts.iter().enumerate().map(band).collect();
            let widest = bands.iter().map(|band| band.gutter).max().unwrap_or(0);
            if widest <= gutter {
                break (spines, bands);
            }
            gutter = widest;
        };
        // Heights.
        let mut y = placed_uppers.iter().map(|(unit, _)| unit.size.1).max().unwrap_or(0);
        let has_uppers = y > 0;
        if has_uppers {
            y = on_grid(y + self.down_drop(&placed_uppers));
        }
        let zone = (!branch.bars.is_empty()
            && branch.bars.iter().all(|bar| self.plan.bars[*bar].is_internal))
        .then_some(y - 6);
        let mut done = Vec::new();
        let left = gutter + spine_room;
        let uppers_end = placed_uppers.iter().map(|(unit, x)| x + unit.size.0).max();
        let mut right = width.max(uppers_end.unwrap_or(0));
        for (band, (units, _)) in bands
            .into_iter()
            .zip(placed_rows.into_iter().chain(std::iter::repeat_with(|| (Vec::new(), 0))))
        {
            let band_y = y;
            y += band.height();
            right = right.max(band.bars.iter().map(|bar| bar.reach.1).max().unwrap_or(0));
            let mut row_y = y;
            let levels = side_by_side(units.iter().map(|(unit, _)| unit));
            if !units.is_empty() {
                row_y = on_grid(row_y + self.up_drop(&units));
                y = row_y + levels.height() + measures.row_gap;
            }
            right = right.max(units.iter().map(|(unit, x)| x + unit.size.0).max().unwrap_or(0));
            let units = units.into_iter().map(|(unit, x)| (unit, x + left)).collect();
            done.push(Row { band: band.moved(left), band_y, y: row_y, units, levels });
            y = on_grid(y);
        }
        if done.last().is_some_and(|row| !row.units.is_empty()) {
            y -= measures.row_gap;
        }
        width = on_grid(right + left);
        for (_, x) in &mut placed_uppers {
            *x += left;
        }
        let mut block = Block {
            uppers: placed_uppers,
            rows: done,
            spines: spines.into_iter().map(|(bar, x)| (bar, x + left)).collect(),
            size: (width, y),
            zone,
            ..Block::default()
        };
        block.levels = block.ranks();
        let lower = block.rows.iter().flat_map(|row| &row.units);
        let units = || block.uppers.iter().chain(lower.clone()).map(|(unit, _)| unit);
        block.ends = units().flat_map(|unit| &unit.ends).copied().collect();
        for (unit, x) in &block.uppers {
            block.ups.extend(unit.ups.iter().map(|(bar, up)| (*bar, up + x)));
        }
        block
    }

    /// Places the uppers, each above the middle of what hangs on its bars.
    fn over(&self, uppers: Vec<Unit>, row: Option<&[(Unit, i32)]>, width: i32) -> Vec<(Unit, i32)> {
        let mut of_bar: HashMap<usize, (i64, i64)> = HashMap::new();
        for (unit, x) in row.into_iter().flatten() {
            for (bar, up) in &unit.ups {
                let sum = of_bar.entry(*bar).or_default();
                *sum = (sum.0 + i64::from(up + x), sum.1 + 1);
            }
        }
        let single = of_bar.len() < 2;
        let all = self.width(&uppers);
        if single || uppers.len() == 1 {
            let bounds = row.and_then(|row| {
                let first = row.first()?;
                let last = row.last()?;
                Some((first.1, last.1 + last.0.size.0))
            });
            let (low, high) = bounds.unwrap_or((0, width));
            let mut x = ((low + high - all) / 2).clamp(0, (width - all).max(0)) / GRID * GRID;
            return self.in_line(uppers, &mut x);
        }
        // A bar with few contacts says more of where they belong than one that lies all
        // over the page.
        let mut wanted: Vec<(Unit, i32)> = Vec::with_capacity(uppers.len());
        let mut before = None;
        for unit in uppers {
            let (mut sum, mut weight) = (0, 0);
            for (bar, down) in unit.downs(self.plan) {
                if let Some((of, count)) = of_bar.get(&bar) {
                    let own = (WEIGHT / count).max(1);
                    sum += own * (of / count - i64::from(down));
                    weight += own;
                }
            }
            let x = (weight > 0).then(|| i32::try_from(sum / weight).unwrap_or(0));
            let x = x.or(before).unwrap_or(0);
            before = Some(x);
            wanted.push((unit, x));
        }
        wanted.order_by_key(|(unit, x)| x + unit.size.0 / 2);
        let gaps = self.gaps(wanted.iter().map(|(unit, _)| unit));
        let places = wanted.iter().zip(gaps);
        let sizes: Vec<(i32, i32)> =
            places.map(|((unit, x), gap)| (*x, on_grid(unit.size.0) + gap)).collect();
        let most = width.max(all) + self.measures.gap;
        let xs = nearest(&sizes, most).into_iter().map(|x| x.div_euclid(GRID) * GRID);
        wanted.into_iter().zip(xs).map(|((unit, _), x)| (unit, x)).collect()
    }

    /// Units side by side from `x` on, which becomes where another one would begin.
    fn in_line(&self, units: Vec<Unit>, x: &mut i32) -> Vec<(Unit, i32)> {
        let gaps: Vec<i32> = self.gaps(units.iter());
        let mut placed = Vec::with_capacity(units.len());
        for (unit, gap) in units.into_iter().zip(gaps) {
            let at = *x;
            *x += on_grid(unit.size.0) + gap;
            placed.push((unit, at));
        }
        placed
    }

    /// The room to the right of each of these.
    fn gaps<'u>(&self, units: impl Iterator<Item = &'u Unit>) -> Vec<i32> {
        let units: Vec<&Unit> = units.collect();
        let between = units.windows(2).map(|pair| self.gap(&pair[0].ends, &pair[1].ends));
        between.chain([self.measures.gap]).collect()
    }

    /// How far to the right the upper unit of a stack stands, so that each bar has room
    /// for its name between where it is met from above and from below.
    fn past_names(&self, upper: &Unit, row: &[(Unit, i32)]) -> i32 {
        let ups =
            row.iter().flat_map(|(unit, x)| unit.ups.iter().map(move |(bar, up)| (bar, up + x)));
        let mut first: HashMap<usize, i32> = HashMap::new();
        for (bar, up) in ups {
            first.entry(*bar).and_modify(|least| *least = up.min(*least)).or_insert(up);
        }
        let downs = upper.downs(self.plan).into_iter();
        let needed = downs.filter_map(|(bar, down)| {
            Some(first.get(&bar)? + self.plan.bars[bar].width - GRID - down)
        });
        on_grid(needed.max().unwrap_or(0))
    }

    /// Length of lines from bars down to these units.
    fn up_drop(&self, units: &[(Unit, i32)]) -> i32 {
        let columns = units.iter().flat_map(|(unit, _)| self.columns(unit));
        let label = columns.map(|column| self.label(column, true)).max().unwrap_or(0);
        let framed = units.iter().all(|(unit, _)| unit.project.is_some());
        self.measures.drop.max(if framed { 0 } else { label + GRID })
    }

    fn down_drop(&self, units: &[(Unit, i32)]) -> i32 {
        let columns = units.iter().flat_map(|(unit, _)| self.columns(unit));
        self.measures
            .drop
            .max(columns.map(|column| self.label(column, false)).max().unwrap_or(0) + GRID)
    }

    /// The columns at a unit's upper edge.
    fn columns<'u>(&'u self, unit: &'u Unit) -> Vec<&'u Column> {
        let mut columns = Vec::new();
        for (content, _) in &unit.contents {
            match content {
                Content::Column(column) => columns.push(column),
                Content::Branch(at) => {
                    let uppers = self.blocks[*at].uppers.iter();
                    columns.extend(uppers.flat_map(|(unit, _)| unit.own_columns()));
                }
            }
        }
        columns
    }

    /// Height of the labels that stand beside a column's lines.
    fn label(&self, column: &Column, up: bool) -> i32 {
        if column.has_trunks() {
            return 0;
        }
        let card = &self.plan.cards[column.cards[0]];
        let taps = card.taps.iter().filter(|tap| self.plan.is_up(card, tap.bar) == up);
        taps.map(|tap| tap.label.1).max().unwrap_or(0)
    }
}

/// The places for things of these wanted places and sizes, in their order and within
/// `0..most`, that are nearest to what is wanted: those that want one another's place
/// share the difference.
fn nearest(wanted: &[(i32, i32)], most: i32) -> Vec<i32> {
    // Groups that touch: sum of what is wanted, counted from the group's first place,
    // their number, and their size.
    let mut groups: Vec<(i64, i64, i32)> = Vec::new();
    let place = |(sum, number, size): (i64, i64, i32)| {
        let x = i32::try_from(sum / number).unwrap_or(0);
        x.min(most - size).max(0)
    };
    for (x, size) in wanted {
        let mut group = (i64::from(*x), 1, *size);
        while let Some(last) = groups.last().copied() {
            if place(last) + last.2 <= place(group) {
                break;
            }
            groups.pop();
            let (sum, number, size) = group;
            group = (last.0 + sum - number * i64::from(last.2), last.1 + number, last.2 + size);
        }
        groups.push(group);
    }
    let mut xs = Vec::with_capacity(wanted.len());
    let mut sizes = wanted.iter().map(|(_, size)| *size);
    let mut least = 0;
    for group in groups {
        let mut x = place(group).max(least);
        for size in sizes.by_ref().take(usize::try_from(group.1).unwrap_or(0)) {
            xs.push(x);
            x += size;
        }
        least = x;
    }
    xs
}

impl Block {
    /// The row whose deeper ranks are in line with what stands beside all of it: the
    /// last, unless another one has some, too.
    pub fn row_in_line(&self) -> Option<usize> {
        let (_, above) = self.rows.split_last()?;
        (!above.iter().any(|row| row.levels.is_deep())).then_some(above.len())
    }

    /// Its ranks: those of what stands in its last row, if that is all there is that
    /// has several.
    fn ranks(&self) -> Levels {
        let height = self.size.1;
        let (Some(first), Some(last)) = (self.rows.first(), self.rows.last()) else {
            return Levels::one(height);
        };
        if last.units.is_empty() {
            return Levels::one(height);
        }
        let uppers = side_by_side(self.uppers.iter().map(|(unit, _)| unit)).height();
        if self.row_in_line().is_none() {
            let below = Levels::one(height - first.y);
            return Levels::above(uppers, first.y, (0, 0), &below);
        }
        let before = self.rows.len().checked_sub(2).map(|at| &self.rows[at]);
        let before = before.map_or(0, |row| row.y + row.levels.height() - first.y);
        Levels::above(uppers, first.y, (last.y - first.y, before), &last.levels)
    }

    /// How much lower than they would have to its rows stand between these ranks.
    pub fn lowered(&self, ranks: &[i32]) -> i32 {
        let step = self.levels.steps.first().zip(ranks.get(1));
        step.map_or(0, |(step, next)| (next - ranks[0] - step).max(0))
    }
}
