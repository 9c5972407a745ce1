//! Text as the outlines of its letters, for programs that have none of the
//! fonts that a picture asks for and cannot keep text to its width.

use std::fmt::Write;

use skrifa::MetadataProvider;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};

use super::text::Font;

impl Font {
    /// The outlines of text whose base line begins here, as the data of an SVG
    /// path; nothing where the bundled font lacks one of its characters.
    pub fn outlines(self, text: &str, (x, y): (i32, i32)) -> Option<String> {
        let face = self.face()?;
        let size = Size::new(self.size as f32);
        let (charmap, glyphs) = (face.charmap(), face.outline_glyphs());
        let metrics = face.glyph_metrics(size, LocationRef::default());
        let mut pen = Pen { path: String::new(), x: x as f32, y: y as f32 };
        for c in text.chars() {
            let glyph = charmap.map(c)?;
            let settings = DrawSettings::unhinted(size, LocationRef::default());
            glyphs.get(glyph)?.draw(settings, &mut pen).ok()?;
            pen.x += metrics.advance_width(glyph)?;
        }
        Some(pen.path)
    }
}

/// Writes a letter's outline where the pen stands.
struct Pen {
    path: String,
    x: f32,
    y: f32,
}

impl Pen {
    fn put(&mut self, command: char, points: &[(f32, f32)]) {
        self.path.push(command);
        for (at, (x, y)) in points.iter().enumerate() {
            // A hundredth of a pixel is less than anybody sees.
            let round = |value: f32| (value * 100.0).round() / 100.0;
            // Letters grow upwards, pictures downwards.
            let (x, y) = (round(self.x + x), round(self.y - y));
            let space = if at > 0 { " " } else { "" };
            let _ = write!(self.path, "{space}{x} {y}");
        }
    }
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.put('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.put('L', &[(x, y)]);
    }

    fn quad_to(&mut self, ax: f32, ay: f32, x: f32, y: f32) {
        self.put('Q', &[(ax, ay), (x, y)]);
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.put('C', &[(ax, ay), (bx, by), (x, y)]);
    }

    fn close(&mut self) {
        self.path.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_closed_paths_one_after_the_other() {
        let path = Font::regular(11).outlines("il", (100, 50)).unwrap();
        assert!(path.starts_with('M') && path.ends_with('Z'), "{path}");
        assert_eq!(path.matches('M').count(), 3, "a dot and two bars: {path}");
        let numbers = path.split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-');
        let all: Vec<f32> = numbers.filter_map(|number| number.parse().ok()).collect();
        let (x, y): (Vec<f32>, Vec<f32>) = all.chunks(2).map(|point| (point[0], point[1])).unzip();
        assert!(x.iter().all(|x| (100.0..105.0).contains(x)), "{x:?}");
        assert!(y.iter().all(|y| (40.0..50.1).contains(y)), "{y:?}");
        assert_eq!(Font::regular(11).outlines("漢", (0, 0)), None);
        assert_eq!(Font::regular(11).outlines("", (0, 0)), Some(String::new()));
    }
}
