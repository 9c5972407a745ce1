//! Which networks of a grid stand side by side, so that each table fits the width.

use super::cells::{CONTAINER, network_heading, records, rows};
use super::columns::{self, ANY, GAP, Widths, bounds, share};
use super::parts::Part;
use super::style::{Style, UNLIMITED};
use super::view::View;
use crate::model::NetworkAt;

/// So many networks stand side by side where lines may be of any length.
const MOST_BESIDE: usize = 100;

/// The tables of a part, of which there may be several. Where not all of its networks
/// fit, names may be broken more often if that takes fewer lines.
pub fn of_part(view: &View, style: &Style, part: &Part, several: bool) -> Vec<String> {
    let tables = |pieces: usize| {
        let blocks = blocks(view, style, &part.networks, several, pieces);
        let are_whole = blocks.iter().all(|block| block.fitting.is_some());
        let several = several || blocks.len() > 1;
        let table = |block: Block| match &block.fitting {
            Some((rows, widths)) => columns::lay_out(rows, widths),
            None => records(view, style, &block.networks, several),
        };
        (blocks.into_iter().map(table).collect::<Vec<String>>(), are_whole)
    };
    let lines = |tables: &[String]| tables.iter().map(|t| t.lines().count() + 1).sum::<usize>();
    let (whole, are_whole) = tables(columns::FEW);
    let squeezed = (!are_whole).then(|| tables(columns::ANY).0);
    squeezed.filter(|squeezed| lines(squeezed) < lines(&whole)).unwrap_or(whole)
}

/// Networks that stand side by side.
struct Block {
    networks: Vec<NetworkAt>,
    /// Its rows, where they have been laid out and fit.
    fitting: Option<(Vec<Vec<String>>, Widths)>,
}

/// Splits the networks of a part, of which there may be several, into blocks that fit
/// with names in so many pieces, in order; neighbours share members, so a block is
/// mostly whole.
fn blocks(
    view: &View,
    style: &Style,
    networks: &[NetworkAt],
    several: bool,
    pieces: usize,
) -> Vec<Block> {
    // Their headings show most that do not fit, without a row laid out.
    let are_wide = |block: &[NetworkAt]| {
        let headings = block.iter().map(|at| network_heading(view, style, *at));
        let least: usize =
            headings.map(|heading| GAP + bounds([&*heading].into_iter(), ANY).0).sum();
        CONTAINER.len() + least > style.width
    };
    let fitting = |block: &[NetworkAt], several: bool| {
        if are_wide(block) {
            return None;
        }
        let rows = rows(view, style, block, several, |at| network_heading(view, style, at));
        share(&rows, style.width, pieces).map(|widths| (rows, widths))
    };
    if networks.is_empty() {
        return Vec::new();
    }
    if style.width >= UNLIMITED && networks.len() > MOST_BESIDE {
        // A thousand containers on a thousand networks would be a million cells, hardly
        // any of which says anything.
        let blocks = networks.chunks(MOST_BESIDE);
        let block =
            |part: &[NetworkAt]| Block { networks: part.to_vec(), fitting: fitting(part, true) };
        return blocks.map(block).collect();
    }
    if let Some(whole) = fitting(networks, several) {
        return vec![Block { networks: networks.to_vec(), fitting: Some(whole) }];
    }
    let mut blocks: Vec<Block> = Vec::new();
    for network in networks {
        if let Some(block) = blocks.last_mut() {
            block.networks.push(*network);
            if let Some(rows) = fitting(&block.networks, true) {
                block.fitting = Some(rows);
                continue;
            }
            block.networks.pop();
        }
        blocks.push(Block { networks: vec![*network], fitting: None });
    }
    for block in blocks.iter_mut().filter(|block| block.fitting.is_none()) {
        block.fitting = fitting(&block.networks, true);
    }
    together(blocks)
}

/// Those that do not fit are one block, at the place of the first, so that each
/// container is listed once with all its addresses; where they are not few, all are.
fn together(blocks: Vec<Block>) -> Vec<Block> {
    let wide = blocks.iter().filter(|block| block.fitting.is_none()).count();
    let are_few = wide * 2 < blocks.len();
    let mut all: Vec<Block> = Vec::new();
    let mut records = None;
    for block in blocks {
        if wide == 0 || are_few && block.fitting.is_some() {
            all.push(block);
            continue;
        }
        let at = *records.get_or_insert(all.len());
        match all.get_mut(at) {
            Some(records) => records.networks.extend(block.networks),
            None => all.push(Block { fitting: None, ..block }),
        }
    }
    all
}
