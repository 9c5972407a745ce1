//! The picture as a PDF: lines as lines, and text as text that can be searched
//! and copied, with the parts of the fonts that it needs.
//!
//! The SVG is read as for a PNG; what it comes to is so little (filled and
//! stroked paths, and text) that it goes straight into a page.

mod fonts;
mod packed;

use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, TextStr};
use resvg::tiny_skia::{PathSegment, Transform};
use resvg::usvg::{Fill, Group, LineCap, LineJoin, Node, Paint, Path, Stroke, Text, Tree};

use super::fonts::Fonts;
use super::format::Drawn;
use super::svg::{self, Options, Page, Theme};
use super::view::View;
use crate::error::Result;
use fonts::Embedded;
use packed::{deflated, failed};

/// Points of a pixel.
const POINT: f32 = 0.75;
/// A sheet of A4, and room around what stands on it, in points.
const A4: (f32, f32) = (595.28, 841.89);
const MARGIN: f32 = 28.0;

/// Draws the picture.
///
/// # Errors
///
/// When the picture cannot be read back, or a font cannot be cut down.
pub fn render(view: &View, options: &Options) -> Result<Drawn> {
    // Paper does not follow the reader's preference.
    let theme = if options.theme == Theme::Auto { Theme::Light } else { options.theme };
    let options = Options { theme, ..options.clone() };
    let picture = svg::picture_in_runs(view, &options);
    let reading = Fonts::for_picture(&picture.svg).options();
    let tree = Tree::from_str(&picture.svg, &reading).map_err(failed)?;
    let title = picture.title;
    let mut page = Sheet { content: Content::new(), fonts: Embedded::new(&tree) };
    let (size, place) = placed(&tree, options.page);
    page.content.save_state();
    page.transform(place);
    page.group(tree.root());
    page.content.restore_state();
    Ok(Drawn { bytes: written(page, size, &title)?, said: picture.said })
}

/// The size of the page in points, and how the picture lies on it.
fn placed(tree: &Tree, page: Page) -> ((f32, f32), Transform) {
    let (width, height) = (tree.size().width(), tree.size().height());
    let ((wide, high), scale, left, top) = match page {
        Page::A4 => {
            let room = ((A4.0 - 2.0 * MARGIN) / width).min((A4.1 - 2.0 * MARGIN) / height);
            let scale = room.min(POINT);
            (A4, scale, (A4.0 - scale * width) / 2.0, MARGIN)
        }
        _ => ((width * POINT, height * POINT), POINT, 0.0, 0.0),
    };
    // A page's y grows upwards.
    ((wide, high), Transform::from_row(scale, 0.0, 0.0, -scale, left, high - top))
}

/// A page in the making.
struct Sheet<'a> {
    content: Content,
    fonts: Embedded<'a>,
}

impl Sheet<'_> {
    fn transform(&mut self, ts: Transform) {
        if !ts.is_identity() {
            self.content.transform([ts.sx, ts.ky, ts.kx, ts.sy, ts.tx, ts.ty]);
        }
    }

    fn group(&mut self, group: &Group) {
        self.content.save_state();
        self.transform(group.transform());
        for node in group.children() {
            match node {
                Node::Group(group) => self.group(group),
                Node::Path(path) => self.path(path),
                Node::Text(text) => self.text(text),
                // There are none in a picture of ours.
                Node::Image(_) => {}
            }
        }
        self.content.restore_state();
    }

    fn path(&mut self, path: &Path) {
        if !path.is_visible() {
            return;
        }
        let (fill, stroke) = (path.fill(), path.stroke());
        if let Some(fill) = fill {
            self.fill(fill);
        }
        if let Some(stroke) = stroke {
            self.stroke(stroke);
        }
        let mut last = (0.0, 0.0);
        for segment in path.data().segments() {
            match segment {
                PathSegment::MoveTo(p) => self.content.move_to(p.x, p.y),
                PathSegment::LineTo(p) => self.content.line_to(p.x, p.y),
                // PDF knows curves with two handles only.
                PathSegment::QuadTo(a, p) => {
                    let handle = |end: f32, middle: f32| end + (middle - end) * 2.0 / 3.0;
                    let (ax, ay) = (handle(last.0, a.x), handle(last.1, a.y));
                    let (bx, by) = (handle(p.x, a.x), handle(p.y, a.y));
                    self.content.cubic_to(ax, ay, bx, by, p.x, p.y)
                }
                PathSegment::CubicTo(a, b, p) => {
                    self.content.cubic_to(a.x, a.y, b.x, b.y, p.x, p.y)
                }
                PathSegment::Close => self.content.close_path(),
            };
            if let PathSegment::MoveTo(p)
            | PathSegment::LineTo(p)
            | PathSegment::QuadTo(_, p)
            | PathSegment::CubicTo(_, _, p) = segment
            {
                last = (p.x, p.y);
            }
        }
        match (fill.is_some(), stroke.is_some()) {
            (true, true) => self.content.fill_nonzero_and_stroke(),
            (true, false) => self.content.fill_nonzero(),
            (false, true) => self.content.stroke(),
            (false, false) => self.content.end_path(),
        };
    }

    fn fill(&mut self, fill: &Fill) {
        let [r, g, b] = colour(fill.paint());
        self.content.set_fill_rgb(r, g, b);
    }

    fn stroke(&mut self, stroke: &Stroke) {
        let [r, g, b] = colour(stroke.paint());
        self.content.set_stroke_rgb(r, g, b);
        self.content.set_line_width(stroke.width().get());
        self.content.set_line_cap(match stroke.linecap() {
            LineCap::Butt => LineCapStyle::ButtCap,
            LineCap::Round => LineCapStyle::RoundCap,
            LineCap::Square => LineCapStyle::ProjectingSquareCap,
        });
        self.content.set_line_join(match stroke.linejoin() {
            LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
            LineJoin::Round => LineJoinStyle::RoundJoin,
            LineJoin::Bevel => LineJoinStyle::BevelJoin,
        });
        let dashes = stroke.dasharray().unwrap_or_default().iter().copied();
        self.content.set_dash_pattern(dashes, stroke.dashoffset());
    }

    /// Text whose fonts can go into the file as such; else its outlines.
    fn text(&mut self, text: &Text) {
        let spans = text.layouted();
        let mut glyphs = spans.iter().flat_map(|span| &span.positioned_glyphs);
        if !glyphs.all(|glyph| self.fonts.can_hold(glyph.font)) {
            return self.group(text.flattened());
        }
        for span in spans.iter().filter(|span| span.visible) {
            let Some(fill) = &span.fill else { continue };
            self.fill(fill);
            self.content.begin_text();
            let size = span.font_size.get();
            let mut last = None;
            for glyph in &span.positioned_glyphs {
                let Some((font, code)) = self.fonts.code(glyph) else { continue };
                if last != Some(font) {
                    self.content.set_font(Name(fonts::name(font).as_bytes()), size);
                    last = Some(font);
                }
                let at = glyph.transform();
                self.content.set_text_matrix([1.0, 0.0, 0.0, -1.0, at.tx, at.ty]);
                self.content.show(pdf_writer::Str(&code.to_be_bytes()));
            }
            self.content.end_text();
        }
    }
}

/// A plain colour; pictures of ours have no other paint.
fn colour(paint: &Paint) -> [f32; 3] {
    let Paint::Color(colour) = paint else { return [0.0; 3] };
    [colour.red, colour.green, colour.blue].map(|part| f32::from(part) / 255.0)
}

/// The file. It has no date: the same picture gives the same bytes.
fn written(sheet: Sheet, (width, height): (f32, f32), title: &str) -> Result<Vec<u8>> {
    let mut next = 0;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let [catalog, pages, page, content, info] = [id(), id(), id(), id(), id()];
    let mut pdf = Pdf::new();
    let mut root = pdf.catalog(catalog);
    root.pages(pages);
    root.lang(TextStr("en"));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.document_info(info).title(TextStr(title)).creator(TextStr("netmap"));
    pdf.pages(pages).kids([page]).count(1);
    let written = sheet.fonts.write(&mut pdf, &mut id)?;
    let mut of = pdf.page(page);
    of.media_box(Rect::new(0.0, 0.0, width, height)).parent(pages).contents(content);
    let mut resources = of.resources();
    let mut fonts = resources.fonts();
    for (font, id) in &written {
        fonts.pair(Name(fonts::name(*font).as_bytes()), *id);
    }
    fonts.finish();
    resources.finish();
    of.finish();
    let drawn = deflated(&sheet.content.finish())?;
    pdf.stream(content, &drawn).filter(pdf_writer::Filter::FlateDecode);
    Ok(pdf.finish())
}
