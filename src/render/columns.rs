//! Text in columns that fit a given width, by comfy-table, without ever
//! cutting an address or a name: a cell wraps between words, and where not
//! even the longest words fit side by side, the caller is told.

use std::collections::BTreeMap;

use comfy_table::{Cell, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::style::{flow, undressed, unglued, width};
use crate::order::OrderBy;

/// Columns between two cells.
pub const GAP: usize = 2;

/// How wide each column is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widths(Vec<usize>);

/// A name may go on in the next line, and in a third only to save lines elsewhere.
pub const FEW: usize = 2;

/// As many pieces of a word as there have to be.
pub const ANY: usize = usize::MAX;

/// So many rows are looked at to see which column to narrow.
const MOST_JUDGED: usize = 200;

/// Longest word that is kept whole at all costs, unless it is an address.
const LONGEST_WORD: usize = 20;

/// The narrowest and the natural width of a column of cells, the first of which is
/// its heading. A long word of the others goes on in so many pieces at most.
pub fn bounds<'t>(cells: impl Iterator<Item = &'t str>, pieces: usize) -> (usize, usize) {
    cells.enumerate().fold((1, 1), |(narrowest, natural), (row, cell)| {
        let pieces = if row == 0 { ANY } else { pieces };
        let words = cell.split([' ', '\n']).map(|word| unbreakable(word, pieces));
        (narrowest.max(words.max().unwrap_or(0)), natural.max(width(cell)))
    })
}

/// How much of a word must stay on one line: an address or a port mapping all
/// of it, a long name as much as it takes to be in so many pieces.
fn unbreakable(word: &str, most: usize) -> usize {
    let wide = width(word);
    if wide <= LONGEST_WORD {
        return wide;
    }
    let plain = undressed(word);
    let is_address = plain.contains(|c: char| c.is_ascii_digit())
        && plain.chars().all(|c| c.is_ascii_hexdigit() || ".:/[]*→-\u{a0}".contains(c));
    if is_address {
        return wide;
    }
    if most == ANY {
        return LONGEST_WORD;
    }
    let pieces = |available: &usize| broken(&plain, *available).lines().count();
    (LONGEST_WORD.max(wide.div_ceil(most))..wide).find(|at| pieces(at) <= most).unwrap_or(wide)
}

/// The length in bytes of what no line is broken in: a character, or the escape
/// that stands for one, such as `\u{1b}`.
fn unit(text: &str) -> usize {
    let escape = text.strip_prefix("\\u{").and_then(|rest| {
        let (digits, _) = rest.split_once('}')?;
        let is_escape = digits.len() <= 6 && digits.chars().all(|c| c.is_ascii_hexdigit());
        is_escape.then_some("\\u{}".len() + digits.len())
    });
    let is_short = || ["\\n", "\\t", "\\r"].iter().any(|escape| text.starts_with(escape));
    let of_character = || text.chars().next().map_or(0, char::len_utf8);
    escape.unwrap_or_else(|| if is_short() { 2 } else { of_character() })
}

/// The cell with a line break in each word that is wider than `available`:
/// after a separator where there is one, else where the line is full.
fn broken(cell: &str, available: usize) -> String {
    let mut text = String::with_capacity(cell.len() + 4);
    let (mut used, mut since_separator, mut separator) = (0, 0, None);
    let mut rest = cell;
    while !rest.is_empty() {
        if rest.starts_with('\u{1b}') {
            // Dress has no width; it ends with an `m`.
            let (dress, after) = rest.split_at(rest.find('m').map_or(rest.len(), |at| at + 1));
            text.push_str(dress);
            rest = after;
            continue;
        }
        let (piece, after) = rest.split_at(unit(rest));
        rest = after;
        if piece == " " || piece == "\n" {
            (used, since_separator, separator) = (0, 0, None);
            text.push_str(piece);
            continue;
        }
        let wide = width(piece);
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
        text.push_str(piece);
        used += wide;
        since_separator += wide;
        if "-_.,/:".contains(piece) {
            (since_separator, separator) = (0, Some(text.len()));
        }
    }
    text
}

/// How high a cell is in a column of this width, in halves of a line. A word that
/// is broken counts for half a line more.
fn height(cell: &str, available: usize) -> usize {
    if width(cell) <= available {
        return 2 * cell.lines().count().max(1);
    }
    let broken = broken(cell, available);
    let lines = |line: &str| {
        let words = line.split(' ').map(width);
        let laid_out = words.fold((1, 0), |(lines, used), word| match used {
            0 => (lines, word),
            used if used + 1 + word > available => (lines + 1, word),
            used => (lines, used + 1 + word),
        });
        laid_out.0
    };
    2 * broken.lines().map(lines).sum::<usize>() + usize::from(broken.len() > cell.len())
}

/// How wide each column of these rows is to be, so that they fit and take few
/// lines: a column is narrowed that costs few for what it gives, such as one with a
/// long heading, before one with a long name in every row. `None` if they cannot fit
/// with each word below a heading in so many pieces at most.
pub fn share(rows: &[Vec<String>], available: usize, pieces: usize) -> Option<Widths> {
    let count = rows.first().map_or(0, Vec::len);
    let column = |at: usize| rows.iter().map(move |row| row[at].as_str());
    let bounds: Vec<(usize, usize)> = (0..count).map(|at| bounds(column(at), pieces)).collect();
    let least: usize = bounds.iter().map(|(narrowest, _)| narrowest).sum();
    let available = available.checked_sub(GAP * count.saturating_sub(1))?;
    let spare = available.checked_sub(least)?;
    let natural = bounds.iter().map(|(narrowest, natural)| *natural.min(&(narrowest + spare)));
    let mut widths: Vec<usize> = natural.collect();
    let mut over = widths.iter().sum::<usize>().saturating_sub(available);
    if over == 0 {
        return Some(Widths(widths));
    }
    let mut heights: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    // Some of many rows tell as much as all of them.
    let some = |at: usize| column(at).step_by(rows.len().div_ceil(MOST_JUDGED).max(1));
    let mut of = |at: usize, wide: usize| {
        let heights = heights.entry((at, wide));
        heights.or_insert_with(|| some(at).map(|cell| height(cell, wide)).collect()).clone()
    };
    while over > 0 {
        let now: Vec<Vec<usize>> = (0..count).map(|at| of(at, widths[at])).collect();
        let (mut best, mut cost, mut gain) = (None, 0, 0);
        for at in (0..count).filter(|at| bounds[*at].0 < widths[*at]) {
            let row_without = |row: usize| {
                let others = (0..count).filter(|other| *other != at);
                others.map(|other| now[other][row]).max().unwrap_or(0)
            };
            let others: Vec<usize> = (0..now[at].len()).map(row_without).collect();
            let narrowest = bounds[at].0.max(widths[at].saturating_sub(over));
            for wide in narrowest..widths[at] {
                let then = of(at, wide);
                let rows = others.iter().zip(&now[at]).zip(&then);
                // A narrower cell may even be lower, since its words break elsewhere.
                let more = rows
                    .map(|((other, now), then)| then.max(other).saturating_sub(*now.max(other)));
                let (more, less) = (more.sum::<usize>(), widths[at] - wide);
                if best.is_none() || more * gain < cost * less {
                    (best, cost, gain) = (Some((at, wide)), more, less);
                }
            }
        }
        let (at, wide) = best?;
        over -= widths[at] - wide;
        widths[at] = wide;
    }
    // What a broken cell leaves of its column is for one that lacks little.
    for at in 0..count {
        let now = of(at, widths[at]);
        let same = (bounds[at].0..widths[at]).find(|wide| of(at, *wide) == now);
        widths[at] = same.unwrap_or(widths[at]);
    }
    let mut left = available.saturating_sub(widths.iter().sum());
    let mut wanting: Vec<usize> = (0..count).collect();
    wanting.order_by_key(|at| bounds[*at].1.saturating_sub(widths[*at]));
    for at in wanting {
        let more = bounds[at].1.saturating_sub(widths[at]).min(left);
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

/// The rows as columns of at most `available`; where they do not fit, or names are
/// broken so often that it takes more lines, as records.
pub fn table(rows: &[Vec<String>], available: usize) -> String {
    if let Some(widths) = share(rows, available, FEW) {
        return lay_out(rows, &widths);
    }
    let records = records(rows, available);
    let squeezed = share(rows, available, ANY).map(|widths| lay_out(rows, &widths));
    match squeezed {
        Some(table) if table.lines().count() < records.lines().count() => table,
        _ => records,
    }
}

/// Narrower than this, what a cell says stands below its heading.
const NARROW: usize = 30;

/// A block of lines for each row: its first cell, and the others below it, each with
/// its heading (the first row) in front. Cells that say nothing are left out.
pub fn records(rows: &[Vec<String>], available: usize) -> String {
    let Some((headings, rows)) = rows.split_first() else {
        return String::new();
    };
    let headings: Vec<String> = headings.iter().map(|heading| heading.replace('\n', " ")).collect();
    let widest = headings.iter().skip(1).map(|heading| width(heading)).max().unwrap_or(0);
    let widest = widest.min(18).min(available / 3);
    let (label, indent) = if available < NARROW { (0, 4) } else { (widest, widest + 4) };
    // An address stays whole, and so does a name that is not long.
    let whole = |word: &str| match unbreakable(word, ANY) >= width(word) {
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
            // What a long heading leaves no space for stands below it.
            let beside = 2 + width(heading) + 2 + width(cell) <= available && !cell.contains('\n');
            if width(heading) > label && (label == 0 || !beside) {
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

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn a_long_heading_gives_way_before_a_long_name_in_every_row() {
        let heading = "project_front-network-of-the-shop";
        let name = |at: usize| format!("project-service-number-{at}");
        let named: Vec<String> = (1..4).map(name).collect();
        let mut all = rows(&[&["container", heading]]);
        all.extend(named.iter().map(|name| vec![name.clone(), "10.0.0.1".to_owned()]));
        let text = table(&all, 50);
        assert!(named.iter().all(|name| text.contains(&format!("{name}  10.0.0.1\n"))), "{text}");
    }

    #[test]
    fn a_name_goes_on_in_a_second_line_and_in_no_third() {
        let name = "the-quite-long-name-of-a-service-that-a-pipeline-has-chosen";
        let all = rows(&[&["container", "state"], &[name, "running"]]);
        assert_eq!(table(&all, 44).lines().count(), 3);
        // Where two lines are not enough, it stands alone.
        assert!(share(&all, 40, FEW).is_none());
        assert_eq!(records(&all, 40).lines().last(), Some("  state  running"));
    }

    proptest::proptest! {
        #[test]
        fn columns_fit_whatever_is_in_them(
            cells in proptest::collection::vec(r"[a-z]{1,30}([ ./-][a-z]{1,30}){0,3}", 12),
            available in 20usize..120,
            pieces in proptest::sample::select(vec![FEW, ANY]),
        ) {
            let rows: Vec<Vec<String>> = cells.chunks(3).map(<[String]>::to_vec).collect();
            if let Some(Widths(widths)) = share(&rows, available, pieces) {
                proptest::prop_assert!(widths.iter().sum::<usize>() + 2 * GAP <= available);
                let text = lay_out(&rows, &Widths(widths));
                proptest::prop_assert!(text.lines().all(|line| width(line) <= available), "{text}");
            }
        }
    }

    #[test]
    fn an_escape_is_not_broken() {
        let name = r"ab\u{200d}cd\u{1b}[31mef\n";
        for available in 8..20 {
            let pieces: Vec<String> = broken(name, available).lines().map(str::to_owned).collect();
            assert_eq!(pieces.concat(), name);
            let is_whole = |piece: &String| {
                let is_cut = piece.ends_with('\\') || piece.starts_with('n');
                piece.matches('{').count() == piece.matches('}').count() && !is_cut
            };
            assert!(pieces.iter().all(is_whole), "{pieces:?}");
        }
    }

    #[test]
    fn what_stands_beside_a_long_heading_stays_there_where_it_fits() {
        let heading = "a-network-with-a-long-name";
        let all = rows(&[&["container", heading], &["web", "10.0.0.1"]]);
        assert_eq!(records(&all, 50), format!("web\n  {heading}  10.0.0.1\n"));
    }

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
