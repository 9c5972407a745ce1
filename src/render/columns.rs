//! Text in columns that fit a given width, by comfy-table, without ever
//! cutting an address or a name: a cell wraps between words, and where not
//! even the longest words fit side by side, the caller is told.

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::style::width;

/// Columns between two cells.
const GAP: usize = 2;

/// How wide each column is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widths(Vec<usize>);

/// The narrowest and the natural width of a column of cells.
pub fn bounds<'t>(cells: impl Iterator<Item = &'t str>) -> (usize, usize) {
    cells.fold((1, 1), |(narrowest, natural), cell| {
        let longest_word = cell.split([' ', '\n']).map(width).max().unwrap_or(0);
        (narrowest.max(longest_word), natural.max(width(cell)))
    })
}

/// Shares `available` columns among columns with these bounds: all that are
/// narrow get what they want, the rest share. `None` if it cannot be done.
pub fn share(bounds: &[(usize, usize)], available: usize) -> Option<Widths> {
    let gaps = GAP * bounds.len().saturating_sub(1);
    let least: usize = bounds.iter().map(|(narrowest, _)| narrowest).sum();
    let mut left = available.checked_sub(gaps + least)?;
    let mut widths: Vec<usize> = bounds.iter().map(|(narrowest, _)| *narrowest).collect();
    // A column at a time grows, the one that lacks least first, so that as
    // many as can be stay on one line.
    let mut wanting: Vec<usize> = (0..bounds.len()).collect();
    wanting.sort_by_key(|at| bounds[*at].1 - bounds[*at].0);
    for at in wanting {
        let more = (bounds[at].1 - bounds[at].0).min(left);
        widths[at] += more;
        left -= more;
    }
    Some(Widths(widths))
}

/// The rows in columns of these widths, without trailing blanks, with a
/// newline at the end.
pub fn lay_out(rows: &[Vec<String>], widths: &Widths) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .force_no_tty();
    for row in rows {
        table.add_row(row.iter().map(Cell::new));
    }
    let last = widths.0.len().saturating_sub(1);
    for (at, column) in table.column_iter_mut().enumerate() {
        let gap = if at == last { 0 } else { GAP };
        column.set_padding((0, u16::try_from(gap).unwrap_or(0)));
        let wide = u16::try_from(widths.0.get(at).copied().unwrap_or(1) + gap).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(wide)));
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text
}

/// The rows as columns of at most `available`; where they do not fit, as
/// records: for each row its first cell, and the others below it with the
/// heading (the first row) in front.
pub fn table(rows: &[Vec<String>], available: usize) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let bounds: Vec<(usize, usize)> =
        (0..columns).map(|at| bounds(rows.iter().map(|row| row[at].as_str()))).collect();
    if let Some(widths) = share(&bounds, available) {
        return lay_out(rows, &widths);
    }
    let Some((headings, rows)) = rows.split_first() else {
        return String::new();
    };
    let label = headings.iter().skip(1).map(|heading| width(heading)).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        text.push_str(&row[0]);
        text.push('\n');
        for (heading, cell) in headings.iter().zip(row).skip(1) {
            for (at, line) in cell.lines().enumerate() {
                let heading = if at == 0 { heading.as_str() } else { "" };
                let pad = " ".repeat(label - width(heading));
                text.push_str(&format!("  {heading}{pad}  {line}\n"));
            }
        }
    }
    text
}
