//! The map as a picture that tells a story: height is distance from the
//! internet, networks are thin bars, containers are cards between them, and
//! arrows say who talks to whom.
//!
//! ```text
//! view → scene (what is shown, and how large) → layout (where) → draw (SVG)
//! ```
//!
//! - `scene` words bars, cards, taps and arrows and knows their sizes; `reduce`
//!   decides which containers share a card, `text` how wide words are, `glyphs`
//!   how a kind of program is drawn.
//! - `layout` finds places without overlaps, in plain integers (`geometry`).
//! - `draw`, `heading`, `legend` and `theme` write it down; `inspect` looks at
//!   the result for what must never be in one.
//!
//! The same view gives the same bytes, everywhere.

mod canvas;
mod crossings;
mod draw;
mod geometry;
mod glyphs;
mod heading;
mod heights;
mod inspect;
mod layout;
mod legend;
mod options;
mod outline;
mod parts;
mod reduce;
mod scene;
mod sets;
mod sketch;
mod text;
mod theme;

pub use geometry::{Point, Rect};
pub use inspect::{Height, Inspection};
pub use options::{Blank, Detail, Options, Page, TalkShown, TextAs};
pub use parts::{Parts, Stands};
pub use reduce::{Group, reduce};
pub use scene::{Arrow, ArrowKind, arrows};
pub use sketch::{End, Sketch, SketchLine, Stroke, sketch};
pub use text::{Font, bold, has_glyphs_for, is_known, regular};
pub use theme::Theme;

use super::escape;
use super::view::{Numbers, View};
use crate::model::ContainerAt;
use canvas::{Canvas, put};
use geometry::{MARGIN, Placed};
use heading::Heading;
use scene::{Saving, Scene};

/// Least width of a picture that may be as wide as it likes.
const LEAST_WIDTH: i32 = 360;
/// How wide a picture gets for its heading's sake at most; a longer one wraps.
const WIDEST_HEADING: i32 = 560;
/// The same for what is said by number below the map.
const WIDEST_SAID: i32 = 480;
/// Kinds of arrows.
const KINDS: usize = 31;
/// Size of the smallest text.
const SMALLEST: f64 = 11.0;
/// The same where it can just be read.
const READABLE: f64 = 9.0;

/// A picture, and how it came out.
#[derive(Debug)]
pub struct Picture {
    /// The SVG.
    pub svg: String,
    /// Size of the smallest text on the page, in pixels.
    pub smallest_text: f64,
    /// What was done to make it fit, and what would help where it does not.
    pub said: Option<String>,
    /// The whole map in words, a sentence a line.
    pub description: String,
    /// What its groups stand for.
    pub parts: Parts,
    /// Its title, harmless.
    pub title: String,
}

/// Draws the picture.
pub fn render(view: &View, options: &Options) -> String {
    picture(view, options).svg
}

/// Draws the picture and says how it came out.
pub fn picture(view: &View, options: &Options) -> Picture {
    let (scene, placed) = arranged(view, options);
    draw(view, options, &scene, placed, options.text == TextAs::Paths)
}

/// Draws the same picture for a program that sets a line in the bundled font
/// or in another one, and cannot change fonts within it.
pub fn picture_in_runs(view: &View, options: &Options) -> Picture {
    let (scene, placed) = arranged(view, options);
    draw(view, options, &scene, placed, true)
}

/// Inspects the picture that [`render`] would draw.
pub fn inspect(view: &View, options: &Options) -> Inspection {
    let (scene, placed) = arranged(view, options);
    inspect::inspect(&scene, &placed)
}

/// How wide the picture should be, without its margins.
fn wanted_width(options: &Options) -> Option<i32> {
    let width = options.width.map(i32::from).or_else(|| options.page.width());
    width.map(|width| (width - 2 * MARGIN).max(1))
}

/// Widths that are tried where the picture may find a shape of its own.
const WIDTHS: [i32; 6] = [560, 744, 1000, 1400, 2000, 3200];

/// Finds places for everything.
fn arranged(view: &View, options: &Options) -> (Scene, Placed) {
    let numbers = match options.blank {
        None => Numbers::of(&view.callouts),
        Some(_) => Numbers::default(),
    };
    let (scene, placed) = arranged_with(view, options, &numbers);
    // An arrow that has no room for its number leaves that to its ends.
    let without: Vec<(usize, usize)> = missing_numbers(&scene, &placed);
    if without.is_empty() {
        return (scene, placed);
    }
    let card = |at: ContainerAt| {
        let stack = view.map.stack(at)?;
        scene.cards.iter().position(|card| card.containers.contains(&stack))
    };
    let numbers = numbers
        .moved(|from, to| card(from).zip(card(to)).is_some_and(|ends| without.contains(&ends)));
    arranged_with(view, options, &numbers)
}

/// The ends of arrows whose numbers stand nowhere.
fn missing_numbers(scene: &Scene, placed: &Placed) -> Vec<(usize, usize)> {
    let mut shown = vec![false; scene.arrows.len()];
    for arrow in placed.arrows.iter().filter(|arrow| arrow.label.is_some()) {
        shown[arrow.arrow] = true;
    }
    let all = scene.arrows.iter().zip(shown);
    let without = all.filter(|(arrow, shown)| !shown && !arrow.label.numbers.is_empty());
    without.map(|(arrow, _)| (arrow.from, arrow.to)).collect()
}

/// The scene with everything but its arrows in place. What would be too small on its
/// page is drawn as where there is much: flat cards with the addresses inside. Where
/// whole branches would stand below one another, they are stacked rank by rank.
fn with_places(view: &View, options: &Options, numbers: &Numbers) -> (Scene, Placed) {
    let mut saving = Saving::default();
    let (mut scene, plan) = Scene::new(view, options, numbers, &saving);
    let Some(width) = wanted_width(options) else {
        // The one that comes nearest to the shape of a page.
        let shape = |placed: &Placed| {
            let (w, h) = (f64::from(placed.area.w.max(1)), f64::from(placed.area.h.max(1)));
            (w / h / 1.4).ln().abs()
        };
        let tried = WIDTHS.map(|width| layout::lay_out(&plan, width)).into_iter();
        let placed = tried.min_by(|a, b| shape(a).total_cmp(&shape(b))).unwrap_or_default();
        return (scene, placed);
    };
    let mut placed = on_page(&plan, width);
    let readable = f64::from(width) * SMALLEST / READABLE;
    let is_readable = |placed: &Placed| f64::from(placed.area.w) <= readable;
    if !plan.is_dense && !is_readable(&placed) {
        let cramped = Saving { is_cramped: true, ..Saving::default() };
        let (flat, plan) = Scene::new(view, options, numbers, &cramped);
        let smaller = on_page(&plan, width);
        if smaller.area.w < placed.area.w {
            (scene, placed, saving) = (flat, smaller, cramped);
        }
    }
    // Arrows lead within branches, mostly: there they are short.
    let is_in_order = placed.crowded.is_empty() || heights::are_in_order(&scene, &placed);
    if !is_in_order && scene.arrows.is_empty() {
        saving.stacked = placed.crowded.iter().copied().collect();
        let (stacked, plan) = Scene::new(view, options, numbers, &saving);
        let in_line = on_page(&plan, width);
        let is_better = in_line.crowded.len() < placed.crowded.len();
        if is_better && (is_readable(&in_line) || in_line.area.w <= placed.area.w) {
            (scene, placed) = (stacked, in_line);
        }
    }
    (scene, placed)
}

fn arranged_with(view: &View, options: &Options, numbers: &Numbers) -> (Scene, Placed) {
    let (mut scene, mut placed) = with_places(view, options, numbers);
    let wanted: Vec<layout::WantedArrow> =
        scene.arrows.iter().map(|arrow| wanted(arrow, &scene)).collect();
    if !wanted.is_empty() {
        let labels = inspect::labels(&scene, &placed);
        let left_out = layout::draw_arrows(&mut placed, &wanted, &labels);
        if !left_out.is_empty() {
            let arrows = crate::model::words::count(left_out.len(), "arrow");
            scene
                .reductions
                .push(format!("{arrows} found no way past the cards; --focus NAME draws some."));
        }
    }
    (scene, placed)
}

/// Lays the plan out for a page. A little wider, and so a little smaller on the
/// page, is better where it saves a row or much height.
fn on_page(plan: &layout::Plan, width: i32) -> Placed {
    const TRIED: [i32; 3] = [107, 115, 123];
    /// What a further row costs, in pixels of height.
    const ROW: i64 = 120;
    /// What a card costs that stands over others.
    const STACKED: i64 = 25;
    /// What it costs where whole branches stand below one another.
    const CROWDED: i64 = 3000;
    let cost = |placed: &Placed| {
        let stacked = if plan.is_dense { 0 } else { placed_in_stacks(placed) };
        let rows = placed_rows(placed);
        let beyond = i64::from((placed.area.w - width).max(0));
        // Whoever is wider than text can be read suffers most of all.
        let small = (beyond - i64::from(width) / 4).max(0) * 20;
        let crowded = i64::try_from(placed.crowded.len()).unwrap_or(0) * CROWDED;
        i64::from(placed.area.h)
            + crowded
            + i64::try_from(rows).unwrap_or(0) * ROW
            + i64::try_from(stacked).unwrap_or(0) * STACKED
            + beyond
            + small
    };
    let tried = |percent| layout::lay_out(plan, width.saturating_mul(percent) / 100);
    let first = tried(100);
    // Nothing is saved where one row holds all, and nothing helps what is far
    // too wide.
    let is_plain = placed_rows(&first) == 0 && (plan.is_dense || placed_in_stacks(&first) == 0);
    let is_one_row = is_plain && first.area.w <= width;
    if is_one_row || first.area.w > width.saturating_mul(3) / 2 {
        return first;
    }
    let more = TRIED.into_iter().map(tried);
    std::iter::once(first).chain(more).min_by_key(cost).unwrap_or_default()
}

/// How many cards stand over one another.
fn placed_in_stacks(placed: &Placed) -> usize {
    placed.cards.iter().filter(|card| card.is_full && card.part != usize::MAX).count()
}

/// How many rows there are beyond the first of each bar.
fn placed_rows(placed: &Placed) -> usize {
    placed.bars.iter().map(|bar| bar.rows.saturating_sub(1)).sum()
}

/// An arrow as the layout knows it: those of one kind to one end are joined.
fn wanted(arrow: &scene::Arrow, scene: &Scene) -> layout::WantedArrow {
    let kinds = scene.cards.len();
    let nth = match arrow.kind {
        ArrowKind::Talk(basis, seen, verdict) => {
            9 * basis as usize + 3 * seen as usize + verdict as usize
        }
        ArrowKind::Surprise { .. } => 27,
        ArrowKind::Asked(reach) => 28 + reach as usize,
    };
    let ports =
        arrow.ports.bytes().fold(0_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 9973);
    layout::WantedArrow {
        from: arrow.from,
        to: arrow.to,
        label: if arrow.label.is_empty() { 0 } else { arrow.label.shown_width() },
        kind: (ports * KINDS + nth) * kinds + arrow.to,
    }
}

fn draw(view: &View, options: &Options, scene: &Scene, placed: Placed, in_runs: bool) -> Picture {
    let area = placed.area;
    let heading = Heading::new(view, options);
    let page = options.width.map(i32::from).or_else(|| options.page.width());
    let mut width = (area.w + 2 * MARGIN).max(LEAST_WIDTH);
    let foot = legend::Foot::new(view, scene, &placed, options);
    width = width.max(heading.width().min(WIDEST_HEADING) + 2 * MARGIN);
    width = width.max(foot.width_said().min(WIDEST_SAID) + 2 * MARGIN);
    if let Some(asked) = options.width {
        width = width.max(i32::from(asked));
    }
    let lines = heading.lines(width - 2 * MARGIN);
    // In the middle where the heading is wider.
    let left = MARGIN + (width - 2 * MARGIN - area.w).max(0) / 2;
    let top = lines.height + MARGIN;
    let in_outlines = options.text == TextAs::Paths;
    let mut canvas = Canvas { in_runs, in_outlines, ..Canvas::default() };
    lines.draw(&mut canvas);
    // What moves as a whole keeps its lines when what stands above it changes.
    canvas.open_at("map", (left - area.x, top - area.y));
    canvas.everything(scene, &placed);
    canvas.close();
    let below = top + area.h + 32;
    canvas.open_at("foot", (MARGIN, below));
    let mut height = below + foot.draw(&mut canvas, width - 2 * MARGIN) + MARGIN;
    canvas.close();
    if page.is_none() {
        // Without a page it is never more than twice as wide as high, nor the reverse.
        height = height.max((width + 1) / 2);
        width = width.max((height + 1) / 2);
    }
    let shown = page.map_or(width, |page| page.min(width));
    let smallest_text = SMALLEST * f64::from(shown) / f64::from(width);
    let said = page.and_then(|page| told(view, scene, options, page, smallest_text));
    let svg = finish(&canvas, options, scene, &heading, (width, height), shown);
    let parts = Parts::of(scene, &placed);
    let Heading { title, description, .. } = heading;
    Picture { svg, smallest_text, said, title, description, parts }
}

/// What the reader should know of how the picture came out.
fn told(view: &View, scene: &Scene, options: &Options, page: i32, smallest: f64) -> Option<String> {
    if smallest >= READABLE - 0.05 {
        return None;
    }
    let has_others = scene.cards.iter().any(|card| card.project.is_none());
    let has_parts = scene.projects.len() + usize::from(has_others) > 1;
    let help = match scene.projects.first().filter(|_| has_parts) {
        _ if options.can_split && scene.projects.len() > 1 => {
            "--split draws an overview and a picture for each project".to_owned()
        }
        None if options.can_split && view.used_networks().len() > 1 => {
            "--split draws a picture for each network, too".to_owned()
        }
        Some(project) => format!("--project {project} draws one project"),
        None if view.containers.len() > scene.cards.len() => {
            "--network NAME draws a part".to_owned()
        }
        None => "--focus NAME draws a part".to_owned(),
    };
    Some(format!(
        "The smallest text is {smallest:.1} pixels high on a page {page} pixels wide; {help}, and --page none leaves the page out of it."
    ))
}

/// FNV-1a: the same number for the same text, everywhere and always.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn finish(
    canvas: &Canvas,
    options: &Options,
    scene: &Scene,
    heading: &Heading,
    (width, height): (i32, i32),
    shown: i32,
) -> String {
    let grey = scene.bars.iter().any(|bar| bar.is_faint).then_some(theme::GREY);
    let mut hues: Vec<usize> =
        scene.bars.iter().map(|bar| bar.hue).chain([0]).chain(grey).collect();
    hues.sort_unstable();
    hues.dedup();
    let shown_height = (i64::from(height) * i64::from(shown) / i64::from(width)).max(1);
    // Two pictures in one document must not share ids, nor rules that differ. What the
    // rules are for has its name from themselves, so that they stay as they are when
    // the map changes.
    let named = |text: &str| format!("netmap-{:08x}", hash(text) as u32);
    let id = named(&canvas.svg);
    let css = |picture: &str| theme::css(options.theme, &hues, picture, canvas.in_outlines);
    let look = named(&css(""));
    let css = css(&format!(".{look}"));
    let svg = String::with_capacity(canvas.svg.len() + 12_000);
    let mut svg = Canvas { svg, ..Canvas::default() };
    put!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" id=\"{id}\" class=\"netmap {look}\" width=\"{shown}\" \
         height=\"{shown_height}\" viewBox=\"0 0 {width} {height}\" role=\"graphics-document\" \
         aria-labelledby=\"{id}-title {id}-description\">\n"
    );
    put!(svg, "<title id=\"{id}-title\">{}</title>\n", escape::xml(&heading.title));
    let description: Vec<_> = heading.description.lines().map(escape::xml).collect();
    let description = description.join("\n");
    put!(svg, "<desc id=\"{id}-description\">{}</desc>\n", description);
    put!(svg, "<style>{css}</style>\n");
    svg.rect("page", Rect::new(0, 0, width, height), 0);
    svg.svg.push('\n');
    svg.svg.push_str(&canvas.svg);
    svg.svg.push_str("</svg>\n");
    svg.svg
}
