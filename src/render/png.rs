//! The picture as PNG: the SVG, drawn by resvg with a font of our own, so
//! that text is there whatever fonts a machine has.

use std::io::Write;

use png::{BitDepth, ColorType, Encoder};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;

use super::fonts::Fonts;
use super::format::Drawn;
use super::svg::{self, Options, TextAs, Theme};
use super::view::View;
use crate::error::{Error, Result, Source};
use crate::model::words::count;

/// The keyword of the text that says all of the map in words.
pub const DESCRIPTION: &str = "Description";

/// Most pixels of a picture: more than that few programs open.
const MOST_PIXELS: f32 = 100e6;

/// Pixels that are drawn at once, of four bytes each.
const AT_ONCE: u32 = 8_000_000;

/// Draws the picture.
///
/// # Errors
///
/// When the picture would be too large at the scale that is asked for, and
/// when there is not enough memory for it.
pub fn render(view: &View, options: &Options) -> Result<Drawn> {
    // A PNG cannot follow the reader's preference.
    let theme = if options.theme == Theme::Auto { Theme::Light } else { options.theme };
    let mut options = Options { theme, text: TextAs::Fonts, ..options.clone() };
    let mut picture = svg::picture_in_runs(view, &options);
    let fonts = Fonts::for_picture(&picture.svg);
    let missing = fonts.missing();
    let reading = fonts.options();
    let mut tree = Tree::from_str(&picture.svg, &reading).map_err(failed)?;
    let scale = scale(&tree, options.scale)?;
    let mut remarks = Vec::new();
    if missing > 0 {
        // A box for a letter is no letter; the picture owns up to it.
        remarks.push(boxes(missing));
    }
    if scale < options.scale.unwrap_or(1.0) {
        remarks.push(format!(
            "At its full size this picture would have {:.0} million pixels; an SVG has all of it.",
            pixels(&tree, options.scale.unwrap_or(1.0)) / 1e6
        ));
    }
    if !remarks.is_empty() {
        options.remarks.extend(remarks);
        picture = svg::picture_in_runs(view, &options);
        tree = Tree::from_str(&picture.svg, &reading).map_err(failed)?;
    }
    let said = picture.said;
    drop(picture.svg);
    Ok(Drawn { bytes: draw(&tree, scale, &picture.description)?, said })
}

/// How many pixels the picture has at a scale.
fn pixels(tree: &Tree, scale: f32) -> f32 {
    tree.size().width() * tree.size().height() * scale * scale
}

/// The scale to draw at: the one that is asked for, or as much as can be drawn.
fn scale(tree: &Tree, asked: Option<f32>) -> Result<f32> {
    let scale = asked.unwrap_or(1.0);
    if pixels(tree, scale) <= MOST_PIXELS {
        return Ok(scale);
    }
    if scale > 1.0 {
        return Err(Error::Usage {
            what: format!("a picture {scale} times as large would take too much memory"),
            hint: Some("use a smaller --scale, --focus a part, or write an SVG".to_owned()),
        });
    }
    // A little less, for the remark that says so.
    Ok((MOST_PIXELS * 0.98 / pixels(tree, 1.0)).sqrt())
}

/// Draws a band at a time, so that a large picture takes no more memory than
/// a small one.
fn draw(tree: &Tree, scale: f32, description: &str) -> Result<Vec<u8>> {
    let length = |length: f32| (length * scale).ceil().max(1.0) as u32;
    let (width, height) = (length(tree.size().width()), length(tree.size().height()));
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.add_itxt_chunk(DESCRIPTION.to_owned(), description.to_owned()).map_err(failed)?;
    let mut header = encoder.write_header().map_err(failed)?;
    let mut stream = header.stream_writer().map_err(failed)?;
    let rows = (AT_ONCE / width).max(1);
    let mut first = 0;
    while first < height {
        let mut band = Pixmap::new(width, rows.min(height - first)).ok_or_else(no_memory)?;
        let shift = Transform::from_scale(scale, scale).post_translate(0.0, -(first as f32));
        resvg::render(tree, shift, &mut band.as_mut());
        stream.write_all(&band.take_demultiplied()).map_err(failed)?;
        first += rows;
    }
    stream.finish().map_err(failed)?;
    header.finish().map_err(failed)?;
    Ok(png)
}

fn no_memory() -> Error {
    Error::Draw { why: "there is not enough memory for the picture".to_owned(), source: None }
}

fn failed(error: impl Into<Source> + ToString) -> Error {
    Error::Draw { why: error.to_string(), source: Some(error.into()) }
}

/// What the picture says of characters that it has no glyphs for.
fn boxes(missing: usize) -> String {
    let (number, are) = (count(missing, "character"), if missing == 1 { "is" } else { "are" });
    format!(
        "{number} for which this machine has no font {are} drawn as boxes; an SVG has the text itself."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Filter, Map};
    use crate::model::Snapshot;

    fn png(name: &str) -> Pixmap {
        let text = format!(
            r#"{{"schema":"netmap/1","networks":[{{"name":"{name}","id":"f","driver":"bridge"}}],
                "containers":[{{"name":"{name}","id":"1","state":"running",
                "endpoints":[{{"network":"{name}","network_id":"f","ipv4":"10.0.0.2"}}]}}]}}"#
        );
        let snapshot = Snapshot::read(text.as_bytes()).unwrap();
        let map = Map::new(&snapshot);
        let selection = map.select(&Filter::default()).unwrap();
        let bytes = render(&View::new(&map, &selection, None), &Options::default()).unwrap();
        Pixmap::decode_png(&bytes.bytes).unwrap()
    }

    #[test]
    fn a_picture_drawn_in_bands_is_that_drawn_at_once() {
        let tree = Tree::from_str(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="3001">
                <circle cx="2000" cy="1500" r="1499" fill="#28a" fill-opacity="0.5"/></svg>"##,
            &resvg::usvg::Options::default(),
        )
        .unwrap();
        let drawn = Pixmap::decode_png(&draw(&tree, 1.0, "a circle").unwrap()).unwrap();
        let mut whole = Pixmap::new(4000, 3001).unwrap();
        resvg::render(&tree, Transform::identity(), &mut whole.as_mut());
        let whole = Pixmap::decode_png(&whole.encode_png().unwrap()).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (whole.width(), whole.height()));
        // Edges may be rounded otherwise, by no more than anybody sees.
        let far = |(a, b): (&u8, &u8)| a.abs_diff(*b) > 8;
        let differ = drawn.data().iter().zip(whole.data()).filter(|pair| far(*pair)).count();
        assert!(differ < 2_000, "{differ} bytes of {} differ", drawn.data().len());
    }

    #[test]
    fn what_is_too_large_is_refused_or_drawn_smaller() {
        let of = |side: u32| {
            let text = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}"/>"#
            );
            Tree::from_str(&text, &resvg::usvg::Options::default()).unwrap()
        };
        assert_eq!(scale(&of(9_000), None).unwrap(), 1.0);
        let smaller = scale(&of(40_000), None).unwrap();
        assert!(smaller < 0.25 && pixels(&of(40_000), smaller) < MOST_PIXELS, "{smaller}");
        assert!(matches!(scale(&of(9_000), Some(2.0)), Err(Error::Usage { .. })));
    }

    #[test]
    fn text_is_really_there() {
        let (with, without) = (png("WWWWWWWW"), png("........"));
        let dark = |pixmap: &Pixmap| {
            pixmap.pixels().iter().filter(|pixel| pixel.red() < 60 && pixel.alpha() > 0).count()
        };
        assert!(dark(&with) > dark(&without) + 100, "{} {}", dark(&with), dark(&without));
    }
}
