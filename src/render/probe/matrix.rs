//! The reachability matrix: a row for each source, a column for each target,
//! a sign where they meet. Where the names do not fit over the columns they
//! get numbers, and where there are too many containers, those that are alike
//! stand together.

use std::collections::BTreeSet;

use super::groups::{Group, groups};
use super::surprises;
use super::view::ProbeView;
use crate::graph::Mark;
use crate::model::ContainerAt;
use crate::model::words::{count, listed};
use crate::order::Ordered;
use crate::render::style::{GLUE, Role, Style, flow, glued, width};

/// Containers in a row or column of their own before alike ones are grouped.
const SINGLES: usize = 25;

const CORNER: &str = "from ↓ to →";

/// Draws the matrix, its legend, and what contradicts the map.
pub fn render(view: &ProbeView, style: &Style) -> String {
    if view.only_surprises {
        return surprises::block(view, style);
    }
    let (from, to) = view.ends();
    let everybody: Vec<ContainerAt> =
        from.iter().chain(&to).copied().into_set().into_iter().collect();
    let singles: Vec<Group> = everybody.iter().map(|at| Group::single(view, *at)).collect();
    let all = if everybody.len() > SINGLES || numbered_width(&singles) > style.width {
        groups(view, &everybody)
    } else {
        singles
    };
    let among = |ends: &[ContainerAt]| -> Vec<Group> {
        let is_end = |group: &&Group| group.members.iter().any(|m| ends.binary_search(m).is_ok());
        all.iter().filter(is_end).cloned().collect()
    };
    let (rows, columns) = (among(&from), among(&to));
    let mut text = title(view, style);
    if !rows.is_empty() {
        text.push('\n');
        text.push_str(&draw(view, style, &rows, &columns));
        text.push('\n');
        text.push_str(&legend(view, style, &rows, &columns));
        text.push_str(&members(view, style, &all));
    }
    text.push('\n');
    text.push_str(&surprises::block(view, style));
    text
}

fn title(view: &ProbeView, style: &Style) -> String {
    let pairs = view.comparison.marks().count();
    let (from, to) = view.ends();
    let containers = from.iter().chain(&to).into_set().len();
    let title = format!("{} · {}", count(containers, "container"), count(pairs, "way"));
    style.heading(&title, &view.map.snapshot().engine.short())
}

fn longest(groups: &[Group]) -> usize {
    groups.iter().map(|group| width(&group.label)).max().unwrap_or(0).max(width(CORNER))
}

/// How wide a matrix with numbers for headings is.
fn numbered_width(groups: &[Group]) -> usize {
    let digits = groups.len().to_string().len();
    longest(groups) + (digits + 1) * (groups.len() + 1)
}

fn draw(view: &ProbeView, style: &Style, rows: &[Group], columns: &[Group]) -> String {
    let label = longest(rows);
    let named = label + columns.iter().map(|column| width(&column.label) + 2).sum::<usize>();
    if named <= style.width {
        let heads: Vec<String> = columns.iter().map(|column| column.label.clone()).collect();
        return block(view, style, rows, columns, &heads, label, None);
    }
    // The numbers count all groups, so that a row and a column of one number
    // are the same containers. Those that have no row are named below.
    let rowless = columns.iter().filter(|column| !rows.contains(column));
    let all: Vec<&Group> = rows.iter().chain(rowless).collect();
    let number = |group: &Group| all.iter().position(|other| *other == group).map(|at| at + 1);
    let digits = all.len().to_string().len();
    let label = longest(rows) + digits + 1;
    let across = (style.width.saturating_sub(label) / (digits + 1)).max(1);
    let blocks: Vec<String> = columns
        .chunks(across)
        .map(|columns| {
            let heads: Vec<String> = columns
                .iter()
                .map(|column| number(column).map_or("·".to_owned(), |n| n.to_string()))
                .collect();
            block(view, style, rows, columns, &heads, label, Some((&number, digits)))
        })
        .collect();
    let mut text = blocks.join("\n");
    let key = all.iter().enumerate().skip(rows.len());
    let key: Vec<String> =
        key.map(|(at, group)| format!("{}{GLUE}{}", at + 1, group.label)).collect();
    if !key.is_empty() {
        text.push_str(&format!("\n{}\n", flow(&key, "   ", 0, style.width)));
    }
    text
}

type Numbering<'a> = (&'a dyn Fn(&Group) -> Option<usize>, usize);

fn block(
    view: &ProbeView,
    style: &Style,
    rows: &[Group],
    columns: &[Group],
    heads: &[String],
    label: usize,
    numbers: Option<Numbering>,
) -> String {
    let (gap, least) = numbers.map_or((2, 1), |(_, digits)| (1, digits));
    let wide = |head: &String| width(head).max(least);
    let mut text = padded(&style.paint(Role::Quiet, CORNER), label);
    for head in heads {
        let head = style.paint(Role::Strong, head);
        let before = least.saturating_sub(width(&head));
        text.push_str(&format!("{}{}{head}", " ".repeat(gap), " ".repeat(before)));
    }
    text.push('\n');
    for row in rows {
        let name = style.paint(Role::Strong, &row.label);
        let name = match numbers {
            Some((number, digits)) => {
                let number = number(row).map_or(String::new(), |number| number.to_string());
                format!("{number:>digits$} {name}")
            }
            None => name,
        };
        let mut line = padded(&name, label);
        for (column, head) in columns.iter().zip(heads) {
            let sign = sign(view, style, row, column);
            let wide = wide(head);
            let before = if numbers.is_some() { wide - 1 } else { (wide - 1) / 2 };
            line.push_str(&" ".repeat(gap + before));
            line.push_str(&sign);
            line.push_str(&" ".repeat(wide - 1 - before));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

fn sign(view: &ProbeView, style: &Style, row: &Group, column: &Group) -> String {
    match row.mark(column, view.comparison) {
        Some(mark) => style.paint(role(mark), &mark.sign().to_string()),
        None => style.paint(Role::Quiet, "·"),
    }
}

fn role(mark: Mark) -> Role {
    match mark {
        Mark::Leaks | Mark::Fails => Role::Bad,
        Mark::Unknown | Mark::Silent => Role::Warn,
        Mark::Reachable | Mark::AddressOnly | Mark::Refused => Role::Good,
        Mark::Isolated => Role::Quiet,
    }
}

/// The signs that occur, and what they mean.
fn legend(view: &ProbeView, style: &Style, rows: &[Group], columns: &[Group]) -> String {
    let marks: BTreeSet<Mark> = rows
        .iter()
        .flat_map(|row| columns.iter().filter_map(|column| row.mark(column, view.comparison)))
        .into_set();
    let parts: Vec<String> = marks
        .into_iter()
        .rev()
        .map(|mark| {
            let meaning = format!("{} {}", mark.sign(), mark.meaning());
            style.paint(role(mark), &glued(&meaning))
        })
        .collect();
    flow(&parts, "   ", 0, style.width) + "\n"
}

/// Who stands behind each group of several.
fn members(view: &ProbeView, style: &Style, groups: &[Group]) -> String {
    let mut text = String::new();
    for group in groups.iter().filter(|group| group.members.len() > 1) {
        let names: Vec<&str> = group.members.iter().map(|at| view.name(*at)).collect();
        let sentence = format!("{}: {}", group.label, listed(&names, 8));
        let words: Vec<String> =
            sentence.split(' ').map(|word| style.paint(Role::Quiet, word)).collect();
        if text.is_empty() {
            text.push('\n');
        }
        text.push_str(&flow(&words, " ", 2, style.width));
        text.push('\n');
    }
    text
}
