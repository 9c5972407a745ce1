//! Finds the boxes that meet a box, without looking at all of them.

use crate::render::svg::geometry::Rect;

/// Width and height of a cell.
const CELL: i32 = 256;

/// Boxes by the cells of a grid that they lie in.
#[derive(Debug)]
pub struct Near {
    columns: usize,
    rows: usize,
    cells: Vec<Vec<usize>>,
    boxes: Vec<Rect>,
}

impl Near {
    /// No boxes yet, on a page of this size. What lies beyond the page counts
    /// to the cells at its edges.
    pub fn new(width: i32, height: i32) -> Self {
        let number = |length: i32| usize::try_from(length / CELL).unwrap_or(0) + 1;
        let (columns, rows) = (number(width), number(height));
        Self { columns, rows, cells: vec![Vec::new(); columns * rows], boxes: Vec::new() }
    }

    /// Adds a box; boxes are numbered from 0 in the order they come.
    pub fn add(&mut self, rect: Rect) {
        for cell in self.cells_of(rect) {
            self.cells[cell].push(self.boxes.len());
        }
        self.boxes.push(rect);
    }

    /// The numbers of the boxes that meet `rect`, some of them more than once.
    pub fn meeting(&self, rect: Rect) -> impl Iterator<Item = usize> {
        let near = self.cells_of(rect).flat_map(|cell| &self.cells[cell]).copied();
        near.filter(move |at| self.boxes[*at].meets(rect, 0))
    }

    fn cells_of(&self, rect: Rect) -> impl Iterator<Item = usize> + use<> {
        let cell = |at: i32, number: usize| {
            usize::try_from(at.div_euclid(CELL)).unwrap_or(0).min(number - 1)
        };
        let (left, right) = (cell(rect.x, self.columns), cell(rect.right(), self.columns));
        let (top, bottom) = (cell(rect.y, self.rows), cell(rect.bottom(), self.rows));
        let columns = self.columns;
        (top..=bottom).flat_map(move |row| (left..=right).map(move |at| row * columns + at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_meets_a_box_is_found_wherever_it_lies() {
        let boxes = [
            Rect::new(-40, -40, 30, 30),
            Rect::new(0, 100, 2000, 20),
            Rect::new(250, 0, 10, 10),
            Rect::new(1990, 990, 300, 300),
        ];
        let mut near = Near::new(2000, 1000);
        boxes.iter().for_each(|rect| near.add(*rect));
        let probes =
            (-2..9).flat_map(|x| (-2..5).map(move |y| Rect::new(x * 250, y * 250, 130, 260)));
        for probe in probes {
            let mut found: Vec<usize> = near.meeting(probe).collect();
            found.sort_unstable();
            found.dedup();
            let all: Vec<usize> = (0..4).filter(|at| boxes[*at].meets(probe, 0)).collect();
            assert_eq!(found, all, "{probe:?}");
        }
    }
}
