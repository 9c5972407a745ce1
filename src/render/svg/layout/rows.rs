//! The rows in which what hangs on a branch's bars stands: few of them, and none that
//! holds what is nearer to the internet below what is farther.

use std::collections::{BTreeSet, HashMap};

use super::block::{Unit, side_by_side};
use super::builder::{Builder, STACKS};
use super::order::{Order, Piece};

impl Builder<'_> {
    /// What hangs on the bars of a branch, in the rows that are best, and what is wrong
    /// with these.
    pub fn lower_rows(
        &self,
        at: usize,
        budget: i32,
        orders: &[(Order, Vec<Piece>)],
        above: &BTreeSet<usize>,
    ) -> (i64, Vec<Vec<Unit>>) {
        let branch = &self.tree.branches[at];
        let most = branch.children.len().max(1);
        let mut best: Option<(i64, Vec<Vec<Unit>>)> = None;
        let mut tried: Vec<Option<Vec<usize>>> = vec![None; orders.len()];
        for stack in STACKS.into_iter().take_while(|stack| *stack == 1 || *stack / 2 < most) {
            for ((order, pieces), tried) in orders.iter().zip(&mut tried) {
                // The same rows as with the last ones would cost more.
                let heights = Some(self.column_heights(pieces, stack));
                if *tried == heights {
                    continue;
                }
                *tried = heights;
                let units = self.children(pieces, stack, budget);
                let rows = self.dealt(units, budget, branch.bars.len() == 1, *order);
                let cost = self.cost(&rows, budget, above) + 12 * i64::try_from(stack).unwrap_or(0);
                let is_single = rows.len() <= 1 && rows.iter().all(|row| self.width(row) <= budget);
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    best = Some((cost, rows));
                }
                if is_single {
                    return best.unwrap_or_default();
                }
            }
        }
        best.unwrap_or_default()
    }

    /// What is wrong with rows, in pixels of height: height itself, width that is not
    /// there, rows below others that hold what is farther from the internet, bars that
    /// go on (those in `above` begin at the first row), and projects in pieces.
    fn cost(&self, rows: &[Vec<Unit>], budget: i32, above: &BTreeSet<usize>) -> i64 {
        const UPSIDE_DOWN: i64 = 150;
        const GOES_ON: i64 = 90;
        const PIECE: i64 = 40;
        /// For each line that a bar crosses on its way to where it goes on.
        const CROSSED: i64 = 4;
        let (mut cost, mut is_deep) = (0, false);
        let mut rows_of: HashMap<usize, usize> = above.iter().map(|bar| (*bar, 0)).collect();
        let mut framed: BTreeSet<usize> = BTreeSet::new();
        let contacts = |row: &Vec<Unit>| row.iter().map(|unit| unit.ups.len()).sum::<usize>();
        let met: Vec<i64> =
            rows.iter().map(|row| i64::try_from(contacts(row)).unwrap_or(0)).collect();
        for (number, row) in rows.iter().enumerate() {
            let levels = side_by_side(row.iter());
            cost += i64::from(levels.height() + self.measures.row());
            cost += if is_deep { UPSIDE_DOWN } else { 0 };
            is_deep |= levels.is_deep();
            let over = (self.width(row) - budget).max(0);
            cost += 20 * i64::from(over);
            for unit in row {
                for (bar, _) in &unit.ups {
                    let last = rows_of.insert(*bar, number);
                    if let Some(last) = last.filter(|last| *last != number) {
                        cost += GOES_ON + CROSSED * (met[last] + met[number]);
                    }
                }
                let is_piece = unit.project.is_some_and(|project| !framed.insert(project));
                cost += if is_piece { PIECE } else { 0 };
            }
        }
        cost
    }

    /// Deals units out to rows; cards that come first stand in rows of their own, unless
    /// all the others have room beside the last of them.
    fn dealt(
        &self,
        mut units: Vec<Unit>,
        budget: i32,
        fills_gaps: bool,
        order: Order,
    ) -> Vec<Vec<Unit>> {
        let deep = units.iter().position(|unit| unit.levels.is_deep());
        let first_deep = deep.filter(|_| order.parts_deep()).unwrap_or(0);
        let others = units.split_off(first_deep);
        let mut rows = self.in_rows(units, budget, fills_gaps);
        let mut others = self.in_rows(others, budget, fills_gaps);
        if let ([.., last], [only]) = (&mut rows[..], &mut others[..])
            && let ([.., before], [after, ..]) = (&last[..], &only[..])
            && self.width(last) + self.gap(&before.ends, &after.ends) + self.width(only) <= budget
        {
            last.append(only);
            return rows;
        }
        rows.append(&mut others);
        rows
    }

    /// Deals units out to rows, in order; where nothing else depends on that, what
    /// fits at the end of an earlier row stands there.
    fn in_rows(&self, units: Vec<Unit>, budget: i32, fills_gaps: bool) -> Vec<Vec<Unit>> {
        /// How many rows are looked at for a gap.
        const BACK: usize = 8;
        let mut rows: Vec<Vec<Unit>> = Vec::new();
        // For each row how wide and how high it is, and whether something deep is there.
        let mut sizes: Vec<(i32, i32, bool)> = Vec::new();
        for unit in units {
            let (wide, high) = unit.size;
            let last = rows.len().saturating_sub(1);
            let first = if fills_gaps { rows.len().saturating_sub(BACK) } else { last };
            let is_deep = unit.levels.is_deep();
            let gap =
                |row: &Vec<Unit>| row.last().map_or(0, |last| self.gap(&last.ends, &unit.ends));
            let has_room = |row: &usize| {
                let (width, height, has_deep) = sizes[*row];
                let fits = width + gap(&rows[*row]) + wide <= budget;
                fits && (*row == last || (high <= height && is_deep <= has_deep))
            };
            match (first..rows.len()).find(has_room) {
                Some(row) => {
                    let (width, height, has_deep) = sizes[row];
                    let width = width + gap(&rows[row]) + wide;
                    rows[row].push(unit);
                    sizes[row] = (width, height.max(high), has_deep || is_deep);
                }
                None => {
                    rows.push(vec![unit]);
                    sizes.push((wide, high, is_deep));
                }
            }
        }
        rows
    }
}
