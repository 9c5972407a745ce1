//! The map as a picture: networks are bars, containers are cards that hang on
//! them, and the address stands where the two meet.
//!
//! ```text
//! view → scene (what is shown, and how large) → layout (where) → draw (SVG)
//! ```
//!
//! - `scene` words bars, cards and strips and knows their sizes; `reduce`
//!   decides which containers share a card, `text` how wide words are.
//! - `layout` finds places without overlaps, in plain integers (`geometry`).
//! - `frames` draws projects together where they stand together.
//! - `draw`, `legend` and `theme` write it down.
//!
//! The same view gives the same bytes, everywhere.

mod draw;
mod frames;
mod geometry;
mod heading;
mod inspect;
mod layout;
mod legend;
mod options;
mod reduce;
mod scene;
mod sets;
mod text;
mod theme;

use std::collections::BTreeSet;

pub use inspect::Inspection;
pub use options::{Blank, Options};
pub use text::{BOLD, REGULAR, has_glyphs_for, is_known};
pub use theme::Theme;

use super::escape;
use super::view::View;
use draw::{Canvas, put};
use frames::Frame;
use geometry::{MARGIN, Placed, Rect};
use heading::Heading;
use scene::Scene;

/// Least width of a picture that may be as wide as it likes.
const LEAST_WIDTH: i32 = 360;
/// How wide a picture gets for its heading's sake at most; a longer one wraps.
const WIDEST_HEADING: i32 = 440;
/// How often frames and lines of text are fitted to each other.
const ROUNDS: usize = 3;

/// Draws the picture.
pub fn render(view: &View, options: &Options) -> String {
    let (scene, placed, frames) = arranged(view, options);
    draw(view, options, &scene, placed, &frames, false)
}

/// Draws the same picture for a program that sets a line in the bundled font
/// or in another one, and cannot change fonts within it.
pub fn render_in_runs(view: &View, options: &Options) -> String {
    let (scene, placed, frames) = arranged(view, options);
    draw(view, options, &scene, placed, &frames, true)
}

/// Inspects the picture that [`render`] would draw.
pub fn inspect(view: &View, options: &Options) -> Inspection {
    let (scene, placed, frames) = arranged(view, options);
    inspect::inspect(&scene, &placed, &frames)
}

/// Finds places for everything. Frames need a layout, and a card without a
/// frame needs a line with its project, which changes the layout; after a few
/// rounds every card of a project has a line or a frame.
fn arranged(view: &View, options: &Options) -> (Scene, Placed, Vec<Frame>) {
    let width = options.width.map(|width| (i32::from(width) - 2 * MARGIN).max(1));
    let mut framed: Option<BTreeSet<usize>> = None;
    let mut ways = Vec::new();
    for round in 0.. {
        let mut scene = Scene::new(view, options);
        let needs_none = projects(&scene) < 2;
        if let Some(framed) = &framed {
            scene.tag_projects(|card| round < ROUNDS && framed.contains(&card));
        }
        let placed = layout::lay_out(&scene, width, &mut ways);
        let frames = frames::frames(&scene, &placed);
        let now: BTreeSet<usize> = frames.iter().flat_map(|frame| &frame.cards).copied().collect();
        let told = |at: usize| scene.cards[at].project.is_none() || now.contains(&at);
        let all_told = match &framed {
            None => needs_none || (0..scene.cards.len()).all(told),
            Some(framed) => framed.is_subset(&now),
        };
        if all_told || round >= ROUNDS {
            return (scene, placed, frames);
        }
        framed = Some(match framed {
            Some(framed) => framed.intersection(&now).copied().collect(),
            None => now,
        });
    }
    unreachable!("the rounds end by themselves")
}

/// The number of projects, where some cards have none counted as one more.
fn projects(scene: &Scene) -> usize {
    let mut projects: Vec<Option<&str>> =
        scene.cards.iter().map(|card| card.project.as_deref()).collect();
    projects.sort_unstable();
    projects.dedup();
    projects.len()
}

fn draw(
    view: &View,
    options: &Options,
    scene: &Scene,
    placed: Placed,
    frames: &[Frame],
    in_runs: bool,
) -> String {
    let mut placed = placed;
    let mut frames = frames.to_vec();
    // Frames may reach beyond what they hold.
    let body = Rect::new(0, 0, placed.width, placed.height);
    let all = frames.iter().map(|frame| frame.rect).fold(body, Rect::around);
    let heading = Heading::new(view, options);
    let wanted = options.width.map_or(0, i32::from);
    let mut width = (all.w + 2 * MARGIN).max(wanted).max(LEAST_WIDTH);
    if wanted == 0 {
        width = width.max(heading.width().min(WIDEST_HEADING) + 2 * MARGIN);
    }
    let lines = heading.lines(width - 2 * MARGIN);
    let (dx, dy) = (MARGIN - all.x, lines.height + MARGIN - all.y);
    let mut moved = Placed::default();
    moved.add(std::mem::take(&mut placed), dx, dy);
    for frame in &mut frames {
        frame.rect = frame.rect.moved(dx, dy);
        frame.title_at = (frame.title_at.0 + dx, frame.title_at.1 + dy);
    }
    let mut canvas = Canvas { in_runs, ..Canvas::default() };
    lines.draw(&mut canvas);
    for frame in &frames {
        canvas.frame(frame);
    }
    for bar in &moved.bars {
        canvas.bar(&scene.bars[bar.bar], bar);
    }
    for tap in &moved.taps {
        canvas.tap(scene, tap);
    }
    for card in &moved.cards {
        canvas.card(scene, card);
    }
    let bottom = all.bottom() + dy;
    let foot = legend::Foot::new(view, scene, !frames.is_empty(), options);
    let mut height = foot.draw(&mut canvas, MARGIN, bottom + 32, width - 2 * MARGIN) + MARGIN;
    if wanted == 0 {
        // A page is never more than twice as wide as high, nor the reverse.
        height = height.max((width + 1) / 2);
        width = width.max((height + 1) / 2);
    }
    finish(&canvas, options, scene, &heading, width, height, wanted)
}

fn finish(
    canvas: &Canvas,
    options: &Options,
    scene: &Scene,
    heading: &Heading,
    width: i32,
    height: i32,
    wanted: i32,
) -> String {
    let mut hues: Vec<usize> = scene.bars.iter().map(|bar| bar.hue).chain([0]).collect();
    hues.sort_unstable();
    hues.dedup();
    // A picture that cannot be as narrow as asked for is scaled down to it.
    let (shown_w, shown_h) = if wanted > 0 && wanted < width {
        (wanted, (i64::from(height) * i64::from(wanted) / i64::from(width)).max(1))
    } else {
        (width, i64::from(height))
    };
    let svg = String::with_capacity(canvas.svg.len() + 8000);
    let mut svg = Canvas { svg, ..Canvas::default() };
    put!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"netmap\" width=\"{shown_w}\" \
         height=\"{shown_h}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"netmap-title netmap-description\">\n"
    );
    put!(svg, "<title id=\"netmap-title\">{}</title>\n", escape::xml(&heading.title));
    put!(svg, "<desc id=\"netmap-description\">{}</desc>\n", escape::xml(&heading.subtitle));
    put!(svg, "<style>{}</style>\n", theme::css(options.theme, &hues));
    svg.rect("page", Rect::new(0, 0, width, height), 0);
    svg.svg.push('\n');
    svg.svg.push_str(&canvas.svg);
    svg.svg.push_str("</svg>\n");
    svg.svg
}
