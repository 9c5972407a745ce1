//! The picture as PNG: the SVG, drawn by resvg with a font of our own, so
//! that text is there whatever fonts a machine has.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use super::svg::{self, BOLD, Options, REGULAR, Theme};
use super::view::View;
use crate::error::{Error, Result};

/// Most pixels of a picture: a gigabyte of memory.
const MOST_PIXELS: f32 = 256e6;

/// Draws the picture.
pub fn render(view: &View, options: &Options) -> Result<Vec<u8>> {
    // A PNG cannot follow the reader's preference.
    let theme = if options.theme == Theme::Auto { Theme::Light } else { options.theme };
    let text = svg::render(view, &Options { theme, ..options.clone() });
    let failed = |why: String| Error::Draw { why };
    let read = usvg::Options {
        font_family: FAMILY.to_owned(),
        fontdb: Arc::new(fonts(&text)),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(&text, &read).map_err(|error| failed(error.to_string()))?;
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
    let mut pixmap = Pixmap::new(pixels(size.width()), pixels(size.height()))
        .ok_or_else(|| failed("there is not enough memory for the picture".to_owned()))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| failed(error.to_string()))
}

/// The bundled font's name.
const FAMILY: &str = "Liberation Sans";

/// The bundled font for everything that it has. Only for characters that it
/// does not have, the machine's own fonts are looked at, too: then the picture
/// is not the same on every machine, but the text is there where it can be.
fn fonts(text: &str) -> fontdb::Database {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(BOLD.to_vec());
    if !svg::has_glyphs_for(text) {
        fonts.load_system_fonts();
    }
    fonts.set_sans_serif_family(FAMILY);
    fonts.set_serif_family(FAMILY);
    fonts
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
