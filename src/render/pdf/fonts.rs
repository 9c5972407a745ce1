//! The fonts of a PDF: of each that is used, the glyphs that are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use resvg::usvg::Tree;
use resvg::usvg::fontdb::{Database, ID};
use resvg::usvg::layout::PositionedGlyph;
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::{FontRef, GlyphId, MetadataProvider};
use subsetter::GlyphRemapper;

use super::packed::{deflated, failed};
use crate::error::Result;

/// Numbers are codes of glyphs, of two bytes each.
const SYSTEM: SystemInfo =
    SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The fonts of a page, in the order in which they came up.
pub struct Embedded<'a> {
    database: &'a Database,
    known: BTreeMap<ID, Option<usize>>,
    used: Vec<Used>,
}

/// A font that is used.
struct Used {
    face: ID,
    glyphs: GlyphRemapper,
    /// For each new code the text that the glyph stands for.
    text: BTreeMap<u16, String>,
    /// And its width, in thousandths of the font's size.
    widths: BTreeMap<u16, f32>,
}

/// What a page calls a font.
pub fn name(font: usize) -> String {
    format!("F{font}")
}

impl<'a> Embedded<'a> {
    /// None yet.
    pub fn new(tree: &'a Tree) -> Self {
        Self { database: tree.fontdb(), known: BTreeMap::new(), used: Vec::new() }
    }

    /// Whether a face can go into the file: one of plain outlines.
    pub fn can_hold(&mut self, face: ID) -> bool {
        if let Some(known) = self.known.get(&face) {
            return known.is_some();
        }
        let is_plain = |data: &[u8], index| {
            FontRef::from_index(data, index)
                .is_ok_and(|font| font.glyf().is_ok() && font.fvar().is_err())
        };
        let can = self.database.with_face_data(face, is_plain) == Some(true);
        let number = can.then(|| {
            let (text, widths) = (BTreeMap::new(), BTreeMap::new());
            self.used.push(Used { face, glyphs: GlyphRemapper::new(), text, widths });
            self.used.len() - 1
        });
        self.known.insert(face, number);
        can
    }

    /// The number of a glyph's font, and its code there.
    pub fn code(&mut self, glyph: &PositionedGlyph) -> Option<(usize, u16)> {
        let font = (*self.known.get(&glyph.font)?)?;
        let id = u16::try_from(glyph.id.0).ok()?;
        let used = &mut self.used[font];
        let code = used.glyphs.remap(id);
        if let Entry::Vacant(place) = used.text.entry(code) {
            place.insert(glyph.text.clone());
            let width = self.database.with_face_data(glyph.font, |data, index| {
                let face = FontRef::from_index(data, index).ok()?;
                let metrics = face.glyph_metrics(Size::new(1000.0), LocationRef::default());
                metrics.advance_width(GlyphId::new(u32::from(id)))
            });
            used.widths.insert(code, width.flatten().unwrap_or(0.0));
        }
        Some((font, code))
    }

    /// Writes the fonts, and says which is which.
    pub fn write(self, pdf: &mut Pdf, id: &mut impl FnMut() -> Ref) -> Result<Vec<(usize, Ref)>> {
        let mut written = Vec::new();
        for (number, used) in self.used.iter().enumerate() {
            let [font, cid, descriptor, file, cmap] = [id(), id(), id(), id(), id()];
            let name = format!("NETMAP+{}", name(number));
            let name = Name(name.as_bytes());
            pdf.type0_font(font)
                .base_font(name)
                .encoding_predefined(Name(b"Identity-H"))
                .descendant_font(cid)
                .to_unicode(cmap);
            let mut of = pdf.cid_font(cid);
            of.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM);
            of.font_descriptor(descriptor).default_width(0.0);
            of.cid_to_gid_map_predefined(Name(b"Identity"));
            let mut widths = of.widths();
            for (code, width) in &used.widths {
                widths.same(*code, *code, *width);
            }
            widths.finish();
            of.finish();
            self.describe(pdf, used, name, [descriptor, file]);
            let cut = self.database.with_face_data(used.face, |data, index| {
                subsetter::subset(data, index, &used.glyphs).map_err(failed)
            });
            if let Some(cut) = cut {
                pdf.stream(file, &deflated(&cut?)?).filter(Filter::FlateDecode);
            }
            let mut codes = UnicodeCmap::new(Name(b"netmap"), SYSTEM);
            for (code, text) in used.text.iter().filter(|(_, text)| !text.is_empty()) {
                codes.pair_with_multiple(*code, text.chars());
            }
            pdf.stream(cmap, &deflated(codes.finish().as_slice())?).filter(Filter::FlateDecode);
            written.push((number, font));
        }
        Ok(written)
    }

    fn describe(&self, pdf: &mut Pdf, used: &Used, name: Name, [descriptor, file]: [Ref; 2]) {
        let metrics = self.database.with_face_data(used.face, |data, index| {
            let face = FontRef::from_index(data, index).ok()?;
            Some(face.metrics(Size::new(1000.0), LocationRef::default()))
        });
        let metrics = metrics.flatten().unwrap_or_default();
        let bounds = metrics.bounds.unwrap_or_default();
        pdf.font_descriptor(descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max))
            .italic_angle(0.0)
            .ascent(metrics.ascent)
            .descent(metrics.descent)
            .cap_height(metrics.cap_height.unwrap_or(700.0))
            .stem_v(80.0)
            .font_file2(file);
    }
}
