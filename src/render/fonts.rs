//! The fonts of a PNG: the bundled one for everything that it has, whatever
//! fonts a machine has. Only for characters that it does not have, the
//! machine's own fonts are looked at, too: then the picture is not the same on
//! every machine, but the text is there where it can be.

use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::BoundingBox;
use skrifa::{FontRef, MetadataProvider};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use resvg::usvg::fontdb::{Database, FaceInfo, ID, Source, Stretch, Style};
use resvg::usvg::{FontResolver, Options};
use unicode_width::UnicodeWidthChar;

use super::svg;
use crate::order::{OrderBy, Ordered};

/// From this weight on text is bold.
const HEAVY: u16 = 600;

/// The fonts that a picture is drawn with.
#[derive(Debug)]
pub struct Fonts {
    database: Database,
    regular: Option<ID>,
    bold: Option<ID>,
    /// For each character that the bundled font lacks the faces that have it,
    /// the most like regular and the most like bold ones first.
    others: BTreeMap<char, [Vec<ID>; 2]>,
}

impl Fonts {
    /// The fonts for a picture.
    pub fn for_picture(svg: &str) -> Self {
        let mut database = Database::new();
        let mut bundled = |font: &'static [u8]| {
            database.load_font_source(Source::Binary(Arc::new(font))).first().copied()
        };
        let (regular, bold) = (bundled(svg::regular()), bundled(svg::bold()));
        let lacking = lacking(svg);
        let others = if lacking.is_empty() {
            BTreeMap::new()
        } else {
            database.load_system_fonts();
            faces_with(&database, &lacking)
        };
        Self { database, regular, bold, others }
    }

    /// How many different characters no font has a glyph for.
    pub fn missing(&self) -> usize {
        self.others.values().filter(|faces| faces[0].is_empty()).count()
    }

    /// How the SVG is to be read with these fonts.
    pub fn options(self) -> Options<'static> {
        let Self { database, regular, bold, others } = self;
        let select_font = move |font: &resvg::usvg::Font, _: &mut Arc<Database>| {
            if font.weight() >= HEAVY { bold } else { regular }
        };
        let select_fallback = move |c: char, used: &[ID], _: &mut Arc<Database>| {
            let faces = &others.get(&c)?[usize::from(used.first().copied() == bold)];
            faces.iter().copied().find(|face| !used.contains(face))
        };
        Options {
            fontdb: Arc::new(database),
            font_resolver: FontResolver {
                select_font: Box::new(select_font),
                select_fallback: Box::new(select_fallback),
            },
            ..Options::default()
        }
    }
}

/// The characters of a picture's text that the bundled font does not have.
fn lacking(svg: &str) -> BTreeSet<char> {
    svg.split("<text ")
        .skip(1)
        .filter_map(|rest| rest.split_once('>')?.1.split_once('<'))
        .flat_map(|(text, _)| text.chars())
        .filter(|c| !svg::is_known(*c) && c.width() != Some(0))
        .into_set()
}

/// For each character the faces that can draw it.
fn faces_with(database: &Database, lacking: &BTreeSet<char>) -> BTreeMap<char, [Vec<ID>; 2]> {
    let mut faces: Vec<&FaceInfo> = database.faces().collect();
    let mut found: BTreeMap<char, [Vec<ID>; 2]> =
        lacking.iter().map(|c| (*c, Default::default())).into_map();
    for (at, wanted) in [400_u16, 700].into_iter().enumerate() {
        faces.order_by_key(|face| {
            let plain = (face.style == Style::Normal, face.stretch == Stretch::Normal);
            let name = (face.families.first().map(|family| &family.0), &face.post_script_name);
            (std::cmp::Reverse(plain), face.weight.0.abs_diff(wanted), name)
        });
        for face in &faces {
            let drawn = database.with_face_data(face.id, |data, index| {
                let face = FontRef::from_index(data, index).ok()?;
                let metrics = face.glyph_metrics(Size::unscaled(), LocationRef::default());
                let is_drawn = |c: &&char| {
                    face.charmap().map(**c).is_some_and(|glyph| {
                        // Glyphs that are little pictures would come out empty.
                        let has_lines = |bounds: BoundingBox| bounds.x_min < bounds.x_max;
                        face.color_glyphs().get(glyph).is_some()
                            || metrics.bounds(glyph).is_some_and(has_lines)
                    })
                };
                Some(lacking.iter().filter(is_drawn).copied().collect::<Vec<char>>())
            });
            for c in drawn.flatten().unwrap_or_default() {
                if let Some(faces) = found.get_mut(&c) {
                    faces[at].push(face.id);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machines_own_fonts_are_looked_at_for_what_is_lacking_only() {
        let bundled = Fonts::for_picture("<text x=\"1\">shop → 80 …</text><title>漢</title>");
        assert_eq!((bundled.database.len(), bundled.missing()), (2, 0));
        // U+10FFFD is for private use: no font should have it.
        let lacking = Fonts::for_picture("<text x=\"1\">shop \u{10fffd}\u{fe0f}</text>");
        assert_eq!(lacking.missing(), 1);
    }
}
