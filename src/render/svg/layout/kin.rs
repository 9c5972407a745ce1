//! Keeps what belongs to one compose project together, where the order from
//! left to right is free to: a frame can be drawn around neighbours.

use std::collections::BTreeMap;

use super::column::Column;
use super::plan::Side;
use crate::render::svg::scene::Scene;

/// How much longer bars may get, in pixels, for one more pair of neighbours.
const WORTH: i64 = 160;

/// The projects of one side, by number.
#[derive(Debug)]
pub struct Kin {
    /// Of each column, if all its cards have the same.
    columns: Vec<Option<usize>>,
    /// Of each node: its bar's, or its column's if it has no bar.
    nodes: Vec<Option<usize>>,
}

impl Kin {
    /// Numbers the projects.
    pub fn new(scene: &Scene, side: &Side, columns: &[Column]) -> Self {
        let mut numbers = BTreeMap::new();
        let mut number = |project: Option<&str>| {
            let next = numbers.len();
            project.map(|project| *numbers.entry(project.to_owned()).or_insert(next))
        };
        let of_column = |column: &Column| {
            let mut projects =
                column.cards.iter().map(|card| scene.cards[*card].project.as_deref());
            let first = projects.next().flatten();
            if projects.all(|other| other == first) { first } else { None }
        };
        let of_columns: Vec<_> = columns.iter().map(|c| number(of_column(c))).collect();
        let of_node = |bar: Option<usize>| scene.bars[bar?].project.as_deref();
        let mut nodes: Vec<_> = side.nodes.iter().map(|node| number(of_node(node.bar))).collect();
        for (column, project) in columns.iter().zip(&of_columns) {
            if side.nodes[column.home].bar.is_none() {
                nodes[column.home] = *project;
            }
        }
        Self { columns: of_columns, nodes }
    }

    /// Sorts a row of columns by where they are, project by project; the one
    /// of the first block after it goes last.
    pub fn gather(&self, row: &mut [usize], after: Option<&usize>, at: impl Fn(usize) -> i64) {
        let after = after.and_then(|node| self.nodes[*node]);
        sort(row, &self.columns, |column| {
            let is_last = after.is_some() && self.columns[column] == after;
            if is_last { i64::from(i32::MAX) } else { at(column) }
        });
    }

    /// Sorts a row of columns by where they want to be, project by project.
    pub fn sort_columns(&self, row: &mut [usize], wanted: impl Fn(usize) -> i64) {
        sort(row, &self.columns, wanted);
    }

    /// Sorts siblings likewise.
    pub fn sort_nodes(&self, siblings: &mut [usize], wanted: impl Fn(usize) -> i64) {
        sort(siblings, &self.nodes, wanted);
    }

    /// What it costs that neighbours in a row of columns, and in the blocks
    /// after it, have different projects.
    pub fn cost(&self, row: &[usize], siblings: &[usize]) -> i64 {
        let columns = row.iter().map(|at| self.columns[*at]);
        let projects: Vec<_> = columns.chain(siblings.iter().map(|at| self.nodes[*at])).collect();
        let parted = projects.windows(2).filter(|pair| pair[0].is_none() || pair[0] != pair[1]);
        i64::try_from(parted.count()).unwrap_or(0) * WORTH
    }
}

/// Sorts by what the mean of each project wants, then by what each wants.
fn sort(items: &mut [usize], projects: &[Option<usize>], wanted: impl Fn(usize) -> i64) {
    let mut all: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
    for item in items.iter() {
        if let Some(project) = projects[*item] {
            let (sum, number) = all.entry(project).or_default();
            *sum += wanted(*item);
            *number += 1;
        }
    }
    items.sort_by_key(|item| {
        let own = wanted(*item);
        let mean = projects[*item].map_or(own, |project| all[&project].0 / all[&project].1);
        (mean, projects[*item], own, *item)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_stand_where_their_mean_wants_to_be() {
        let projects = [Some(0), Some(1), Some(0), None, Some(1)];
        let wanted = [10, 500, 900, 480, 700];
        let mut items = [0, 1, 2, 3, 4];
        sort(&mut items, &projects, |item| wanted[item]);
        assert_eq!(items, [0, 2, 3, 1, 4]);
    }

    #[test]
    fn neighbours_of_one_project_cost_nothing() {
        let kin = Kin { columns: vec![Some(0), Some(1), Some(0)], nodes: vec![Some(0), None] };
        assert_eq!(kin.cost(&[0, 2], &[0]), 0);
        assert_eq!(kin.cost(&[0, 1, 2], &[]), 2 * WORTH);
        assert_eq!(kin.cost(&[0, 2], &[0, 1, 1]), 2 * WORTH);
    }
}
