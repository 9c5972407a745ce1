//! The rows of columns that each block consists of.

use super::column::{self, Column, Stacking};
use super::plan::{Group, Side};
use crate::render::svg::scene::Scene;

/// Room between columns of one block.
pub const COLUMN_GAP: i32 = 24;
/// Room between blocks: enough for two frames.
pub const BLOCK_GAP: i32 = 40;

/// The columns of one node.
#[derive(Debug, Default)]
pub struct Rows {
    /// Those between its bar and the hub.
    pub inner: Vec<usize>,
    /// Those beyond its bar.
    pub outer: Vec<usize>,
}

/// Gathers cards in columns, at most so many to a column; fewer where the
/// block is wide enough for more columns anyway.
pub fn gather(
    scene: &Scene,
    groups: &[Group],
    side: &Side,
    stacking: Stacking,
    least: &[i32],
    room: i32,
) -> (Vec<Column>, Vec<Rows>) {
    let count = side.nodes.len();
    let mut widths = vec![0; count];
    let mut columns = Vec::new();
    let mut rows: Vec<Rows> = (0..count).map(|_| Rows::default()).collect();
    for node in (0..count).rev() {
        let build = |is_inner: bool, most: usize| {
            let of_row = if is_inner { &side.nodes[node].inner } else { &side.nodes[node].outer };
            let stacking = Stacking { rows: most, ..stacking };
            column::columns(scene, groups, of_row, side, node, is_inner, stacking)
        };
        let children = side.nodes[node].children.iter().map(|child| widths[*child]);
        let beside: i32 = children.filter(|w| *w > 0).map(|width| width + BLOCK_GAP).sum();
        let mut inner = build(true, stacking.rows);
        let mut outer = build(false, stacking.rows);
        let outer_width = |row: &[Column]| {
            if row.is_empty() { beside - BLOCK_GAP } else { row_width(row) + beside }
        };
        let width = least[node].max(row_width(&inner)).max(outer_width(&outer));
        let width = if node == 0 { width.max(room) } else { width };
        if node > 0 || room > 0 {
            let narrower = |is_inner: bool, row: &[Column]| {
                let fits = |row: &[Column]| {
                    width >= if is_inner { row_width(row) } else { outer_width(row) }
                };
                let highest = row.iter().map(|column| column.cards.len()).max().unwrap_or(0);
                let room = width - if is_inner { row_width(row) } else { outer_width(row) };
                // No room for one column more, no need to try.
                let narrowest = row.iter().map(|column| column.width).min().unwrap_or(0);
                if highest < 2 || room < narrowest {
                    return None;
                }
                (1..highest).map(|most| build(is_inner, most)).find(|row| fits(row))
            };
            inner = narrower(true, &inner).unwrap_or(inner);
            outer = narrower(false, &outer).unwrap_or(outer);
        }
        widths[node] = width.max(0);
        for (is_inner, row) in [(true, inner), (false, outer)] {
            let numbers = columns.len()..columns.len() + row.len();
            columns.extend(row);
            if is_inner { &mut rows[node].inner } else { &mut rows[node].outer }.extend(numbers);
        }
    }
    (columns, rows)
}

fn row_width(row: &[Column]) -> i32 {
    let gaps = COLUMN_GAP * i32::try_from(row.len().saturating_sub(1)).unwrap_or(0);
    row.iter().map(|column| column.width).sum::<i32>() + gaps
}
