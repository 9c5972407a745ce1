//! Text in columns that fit a given width, by comfy-table, without ever
//! cutting an address or a name: a cell wraps between words, and where not
//! even the longest words fit side by side, the caller is told.

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::style::{flow, undressed, unglued, width};

/// Columns between two cells.
pub const GAP: usize = 2;

/// How wide each column is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widths(Vec<usize>);

/// Longest word that is kept whole at all costs, unless it is an address.
const LONGEST_WORD: usize = 20;

/// The narrowest and the natural width of a column of cells.
pub fn bounds<'t>(cells: impl Iterator<Item = &'t str>) -> (usize, usize) {
    cells.fold((1, 1), |(narrowest, natural), cell| {
        let longest_word = cell.split([' ', '\n']).map(unbreakable).max().unwrap_or(0);
        (narrowest.max(longest_word), natural.max(width(cell)))
    })
}

/// How much of a word must stay on one line: an address or a port mapping all
/// of it, a long name may go on in the next line.
fn unbreakable(word: &str) -> usize {
    let plain = undressed(word);
    let is_address = plain.contains(|c: char| c.is_ascii_digit())
        && plain.chars().all(|c| c.is_ascii_hexdigit() || ".:/[]*→-\u{a0}".contains(c));
    if is_address { width(word) } else { width(word).min(LONGEST_WORD) }
}

/// The cell with a line break in each word that is wider than `available`:
/// after a separator where there is one, else where the line is full.
fn broken(cell: &str, available: usize) -> String {
    let mut text = String::with_capacity(cell.len() + 4);
    let (mut used, mut since_separator, mut separator) = (0, 0, None);
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            // Dress has no width; it ends with an `m`.
            text.push(c);
            text.extend(chars.by_ref().take_while(|c| *c != 'm'));
            text.push('m');
            continue;
        }
        if c == ' ' || c == '\n' {
            (used, since_separator, separator) = (0, 0, None);
            text.push(c);
            continue;
        }
        let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + wide > available && used > 0 {
            match separator {
                Some(at) => {
                    text.insert(at, '\n');
                    used = since_separator;
                }
                None => {
                    text.push('\n');
                    used = 0;
                }
            }
            (since_separator, separator) = (0, None);
        }
        text.push(c);
        used += wide;
        since_separator += wide;
        if "-_.,/:".contains(c) {
            (since_separator, separator) = (0, Some(text.len()));
        }
    }
    text
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
        let cells = row.iter().zip(&widths.0);
        table.add_row(cells.map(|(cell, wide)| Cell::new(broken(cell, *wide))));
    }
    let last = widths.0.len().saturating_sub(1);
    for (at, column) in table.column_iter_mut().enumerate() {
        let gap = if at == last { 0 } else { GAP };
        column.set_padding((0, u16::try_from(gap).unwrap_or(0)));
        let wide = u16::try_from(widths.0.get(at).copied().unwrap_or(1) + gap).unwrap_or(u16::MAX);
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(wide)));
    }
    let mut text = unglued(&table.trim_fmt());
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
    records(rows, available)
}

/// Narrower than this, what a cell says stands below its heading.
const NARROW: usize = 45;

/// A block of lines for each row: its first cell, and the others below it,
/// each with its heading in front. Cells that say nothing are left out.
fn records(rows: &[Vec<String>], available: usize) -> String {
    let Some((headings, rows)) = rows.split_first() else {
        return String::new();
    };
    let headings: Vec<String> = headings.iter().map(|heading| heading.replace('\n', " ")).collect();
    let widest = headings.iter().skip(1).map(|heading| width(heading)).max().unwrap_or(0).min(18);
    let (label, indent) = if available < NARROW { (0, 4) } else { (widest, widest + 4) };
    // An address stays whole, and so does a name that is not long.
    let whole = |word: &str| match unbreakable(word) >= width(word) {
        true => word.to_owned(),
        false => broken(word, available.saturating_sub(indent).max(10)),
    };
    let mut text = String::new();
    for row in rows {
        // What goes on in the next line is no row of its own.
        let first = unglued(&broken(&row[0], available.saturating_sub(4).max(10)));
        text.push_str(&first.replace('\n', "\n    "));
        text.push('\n');
        let told = headings
            .iter()
            .zip(row)
            .skip(1)
            .filter(|(_, cell)| !matches!(&*undressed(cell), "" | "·"));
        for (heading, cell) in told {
            let words: Vec<String> = heading.split(' ').map(str::to_owned).collect();
            text.push_str(&format!("  {}", flow(&words, " ", 2, available.saturating_sub(2))));
            text.push_str(&" ".repeat(label.saturating_sub(width(heading))));
            if width(heading) > label {
                text.push_str(&format!("\n{}", " ".repeat(indent - 2)));
            }
            for (nth, line) in cell.lines().enumerate() {
                let words: Vec<String> =
                    line.split(' ').filter(|word| !word.is_empty()).map(whole).collect();
                text.push_str(&" ".repeat(if nth == 0 { 2 } else { indent }));
                let beside = flow(&words, " ", 0, available.saturating_sub(indent));
                text.push_str(&beside.replace('\n', &format!("\n{}", " ".repeat(indent))));
                text.push('\n');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_breaks_between_words_beside_its_heading() {
        let rows = [
            vec!["snapshot".to_owned(), "first cause".to_owned()],
            vec![
                "a-name-that-is-as-long-as-a-line.json".to_owned(),
                "cannot be read: it is damaged or no snapshot".to_owned(),
            ],
        ];
        let text = records(&rows, 45);
        assert_eq!(
            text,
            "a-name-that-is-as-long-as-a-line.json\n  first cause  cannot be read: it is damaged\n               \
             or no snapshot\n"
        );
    }
}
