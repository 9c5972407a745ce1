//! The picture as PNG: the SVG, drawn by resvg with a font of our own, so
//! that text is there whatever fonts a machine has.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;

use super::fonts::Fonts;
use super::svg::{self, Options, Theme};
use super::view::View;
use crate::error::{Error, Result, Source};
use crate::model::words::count;

/// Most pixels of a picture: a gigabyte of memory.
const MOST_PIXELS: f32 = 256e6;

/// Draws the picture.
pub fn render(view: &View, options: &Options) -> Result<Vec<u8>> {
    // A PNG cannot follow the reader's preference.
    let theme = if options.theme == Theme::Auto { Theme::Light } else { options.theme };
    let mut options = Options { theme, ..options.clone() };
    let mut text = svg::render_in_runs(view, &options);
    let fonts = Fonts::for_picture(&text);
    if fonts.missing() > 0 {
        // A box for a letter is no letter; the picture owns up to it.
        options.remarks.push(remark(fonts.missing()));
        text = svg::render_in_runs(view, &options);
    }
    let tree = usvg::Tree::from_str(&text, &fonts.options()).map_err(failed)?;
    let size = tree.size();
    let mut scale = options.scale.unwrap_or(1.0);
    if size.width() * size.height() * scale * scale > MOST_PIXELS {
        if options.scale.is_some_and(|scale| scale > 1.0) {
            return Err(Error::Usage {
                what: format!("a picture {scale} times as large would take too much memory"),
                hint: Some("use a smaller --scale, --focus a part, or write an SVG".to_owned()),
            });
        }
        scale = (MOST_PIXELS / (size.width() * size.height())).sqrt();
    }
    let pixels = |length: f32| (length * scale).ceil().max(1.0) as u32;
    let mut pixmap = Pixmap::new(pixels(size.width()), pixels(size.height())).ok_or_else(|| {
        Error::Draw { why: "there is not enough memory for the picture".to_owned(), source: None }
    })?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(failed)
}

fn failed(error: impl Into<Source> + ToString) -> Error {
    Error::Draw { why: error.to_string(), source: Some(error.into()) }
}

/// What the picture says of characters that it has no glyphs for.
fn remark(missing: usize) -> String {
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
        Pixmap::decode_png(&bytes).unwrap()
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
