//! How wide text is, and how it is broken into lines.
//!
//! Pictures name fonts that share Helvetica's metrics; Liberation Sans is one
//! of them and is bundled, so that what is measured here is what a browser, a
//! page of a code-hosting site and the PNG show. Characters that it does not
//! have are drawn by some other font: for those the guess is on the safe side.

use std::sync::OnceLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use unicode_width::UnicodeWidthChar;

use crate::sample::inflate;

/// Liberation Sans, regular, as the OFL lets it be passed on: unmodified.
pub fn regular() -> &'static [u8] {
    static FONT: OnceLock<Vec<u8>> = OnceLock::new();
    FONT.get_or_init(|| whole(include_bytes!(concat!(env!("OUT_DIR"), "/fonts/Regular"))))
}

/// Liberation Sans, bold.
pub fn bold() -> &'static [u8] {
    static FONT: OnceLock<Vec<u8>> = OnceLock::new();
    FONT.get_or_init(|| whole(include_bytes!(concat!(env!("OUT_DIR"), "/fonts/Bold"))))
}

fn whole(deflated: &[u8]) -> Vec<u8> {
    inflate(deflated).expect("build.rs deflated it")
}

/// What tells the widths of [`regular`], which every picture needs.
const REGULAR_WIDTHS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/fonts/Regular-widths"));
/// The same of [`bold`].
const BOLD_WIDTHS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/fonts/Bold-widths"));
/// Fonts with the metrics of [`regular`], the one most likely to be there first.
pub const FAMILIES: &str = "Helvetica, Arial, 'Liberation Sans', Arimo, sans-serif";

/// Weight and size of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Font {
    /// Size in pixels.
    pub size: i32,
    /// Whether it is bold.
    pub bold: bool,
}

impl Font {
    /// A regular font of this many pixels.
    pub const fn regular(size: i32) -> Self {
        Self { size, bold: false }
    }

    /// A bold font of this many pixels.
    pub const fn bold(size: i32) -> Self {
        Self { size, bold: true }
    }

    /// How many pixels wide the text is, rounded up.
    pub fn width(self, text: &str) -> i32 {
        let units: i64 = text.chars().map(|c| i64::from(self.advance(c))).sum();
        let pixels = (units * i64::from(self.size)).div_euclid(i64::from(UNITS)) + 1;
        i32::try_from(pixels).unwrap_or(i32::MAX / 4)
    }

    /// How much room text is given, in hundredths of its width: programs that
    /// have none of the fonts set others, which are wider, names most of all.
    pub const fn allowance(self) -> i32 {
        if self.bold && self.size > 11 { 118 } else { 112 }
    }

    /// How wide the text is in tenths of a pixel, if the bundled font has all
    /// its characters.
    pub fn tenths(self, text: &str) -> Option<i64> {
        let units: i64 = text.chars().map(|c| i64::from(self.advance(c))).sum();
        let tenths = (units * i64::from(self.size) * 10 + i64::from(UNITS) / 2) / i64::from(UNITS);
        (tenths > 0 && has_glyphs_for(text)).then_some(tenths)
    }

    /// The bundled font, with the outlines of its letters.
    pub fn face(self) -> Option<FontRef<'static>> {
        FontRef::new(if self.bold { bold() } else { regular() }).ok()
    }

    fn advance(self, c: char) -> i32 {
        let metrics = if self.bold { &metrics()[1] } else { &metrics()[0] };
        match usize::try_from(u32::from(c)) {
            Ok(code) if code < 128 => metrics.ascii[code],
            _ => metrics.advance(c),
        }
    }

    /// The text in lines of at most `width` pixels, broken after a separator
    /// where there is one; what does not fit in `most` lines ends in an ellipsis.
    pub fn wrap(self, text: &str, width: i32, most: usize) -> Vec<String> {
        self.wrap_with(text, width, most, Self::shorten)
    }

    /// The same for a name, of which the end is left.
    pub fn wrap_name(self, text: &str, width: i32, most: usize) -> Vec<String> {
        self.wrap_with(text, width, most, Self::shorten_name)
    }

    fn wrap_with(
        self,
        text: &str,
        width: i32,
        most: usize,
        shorten: fn(Self, &str, i32) -> String,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if self.width(rest) <= width {
                lines.push(rest.to_owned());
                break;
            }
            if lines.len() + 1 >= most {
                lines.push(shorten(self, rest, width));
                break;
            }
            let end = self.break_at(rest, width);
            lines.push(rest[..end].trim_end().to_owned());
            rest = rest[end..].trim_start();
        }
        lines
    }

    /// The text, its end cut off so that it fits with an ellipsis.
    pub fn shorten(self, text: &str, width: i32) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let end = self.fitting(text, width - self.width("…"));
        format!("{}…", &text[..end])
    }

    /// The name with its middle cut out so that it fits: names of one setup begin alike,
    /// and their ends tell them apart.
    pub fn shorten_name(self, name: &str, width: i32) -> String {
        if self.width(name) <= width {
            return name.to_owned();
        }
        let (head, rest) = name.split_at(self.fitting(name, (width - self.width("…")) / 2));
        let room = i64::from(width - self.width("…") - self.width(head));
        let (mut used, mut from) = (0, rest.len());
        for (at, c) in rest.char_indices().rev() {
            used += i64::from(self.advance(c)) * i64::from(self.size);
            if used / i64::from(UNITS) + 1 > room {
                break;
            }
            // No mark is parted from its letter.
            if c.width() != Some(0) {
                from = at;
            }
        }
        if from == rest.len() {
            return self.shorten(name, width);
        }
        format!("{head}…{}", &rest[from..])
    }

    /// Where to break the text so that what stands before fits: after the last
    /// blank in the second half of what fits, else after another separator
    /// there, else after what fits.
    fn break_at(self, text: &str, width: i32) -> usize {
        let end = self.fitting(text, width);
        let after = |separators: &str| {
            let found = text[..end].rfind(|c| separators.contains(c));
            found.map(|at| at + 1).filter(|at| *at * 2 > end)
        };
        after(" ").or_else(|| after("-_./:,@")).unwrap_or(end)
    }

    /// The length of the longest beginning of the text that fits: one
    /// character at least, and no mark parted from its letter.
    fn fitting(self, text: &str, width: i32) -> usize {
        let (mut used, mut end) = (0, 0);
        for (at, c) in text.char_indices() {
            let is_mark = c.width() == Some(0);
            used += i64::from(self.advance(c)) * i64::from(self.size);
            if at > 0 && !is_mark && used / i64::from(UNITS) + 1 > i64::from(width) {
                break;
            }
            end = at + c.len_utf8();
        }
        end
    }
}

/// Whether the bundled font has all characters of the text.
pub fn has_glyphs_for(text: &str) -> bool {
    text.chars().all(is_known)
}

/// Whether the bundled font has a character.
pub fn is_known(c: char) -> bool {
    c.is_ascii() || metrics()[0].glyph(c).is_some()
}

/// The text in runs of characters that the bundled font has, or has not. Marks
/// stay with their letters, and text that runs from right to left is one run.
pub fn runs(text: &str) -> Vec<&str> {
    if has_glyphs_for(text) || text.chars().any(is_right_to_left) {
        return vec![text];
    }
    let mut runs = Vec::new();
    let (mut start, mut known) = (0, None);
    for (at, c) in text.char_indices().filter(|(_, c)| c.width() != Some(0)) {
        let now = is_known(c);
        if known.is_some_and(|known| known != now) {
            runs.push(&text[start..at]);
            start = at;
        }
        known = Some(now);
    }
    runs.push(&text[start..]);
    runs
}

/// Whether a character belongs to a script that runs from right to left.
fn is_right_to_left(c: char) -> bool {
    matches!(u32::from(c), 0x590..=0x8ff | 0xfb1d..=0xfdff | 0xfe70..=0xfeff
        | 0x1_0800..=0x1_0fff | 0x1_e800..=0x1_efff)
}

/// Units of an em in [`regular`] and [`bold`].
const UNITS: i32 = 2048;

/// The widths of one font's characters, in units.
struct Metrics {
    ascii: [i32; 128],
    face: Option<FontRef<'static>>,
}

impl Metrics {
    fn of(font: &'static [u8]) -> Self {
        let mut metrics = Self { ascii: [UNITS; 128], face: FontRef::new(font).ok() };
        for code in 32..127_u8 {
            metrics.ascii[usize::from(code)] = metrics.advance(char::from(code));
        }
        metrics
    }

    fn glyph(&self, c: char) -> Option<GlyphId> {
        self.face.as_ref()?.charmap().map(c)
    }

    fn advance(&self, c: char) -> i32 {
        let known = self.glyph(c).zip(self.face.as_ref()).and_then(|(glyph, face)| {
            let metrics = face.glyph_metrics(Size::unscaled(), LocationRef::default());
            metrics.advance_width(glyph)
        });
        match (known, c.width()) {
            // Unscaled it is a whole number of units.
            (Some(advance), _) => advance as i32,
            // Marks stand on the letter before them, where the font knows how.
            (None, Some(0) | None) => UNITS / 4,
            (None, Some(1)) => UNITS * 6 / 5,
            (None, Some(_)) => UNITS * 7 / 5,
        }
    }
}

fn metrics() -> &'static [Metrics; 2] {
    static METRICS: OnceLock<[Metrics; 2]> = OnceLock::new();
    METRICS.get_or_init(|| [Metrics::of(REGULAR_WIDTHS), Metrics::of(BOLD_WIDTHS)])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font::regular(11);

    #[test]
    fn widths_are_those_of_helvetica() {
        assert_eq!(Font::regular(1000).width("0"), 557);
        assert_eq!(Font::bold(1000).width("A"), 723);
        assert!(
            Font::bold(13).width("survey_container") > Font::regular(13).width("survey_container")
        );
        assert!(FONT.width("漢字") > 2 * 11, "what the font lacks is guessed wide");
    }

    #[test]
    fn runs_part_where_another_font_is_needed() {
        assert_eq!(runs("shop → 80"), ["shop → 80"]);
        assert_eq!(runs("a漢字-b"), ["a", "漢字", "-b"]);
        assert_eq!(runs("😀\u{fe0f}x"), ["😀\u{fe0f}", "x"]);
        assert_eq!(runs("مرحبا-1"), ["مرحبا-1"], "its order is not ours to find");
        assert_eq!(runs(""), [""]);
    }

    #[test]
    fn a_name_that_is_cut_keeps_its_end() {
        let cut = |name: &str, width: i32| FONT.shorten_name(name, width);
        let one = cut("platform-of-the-company-for-everything_default", 120);
        let other = cut("platform-of-the-company-for-everything_backend", 120);
        assert!(one.starts_with("platf") && one.ends_with("default"), "{one}");
        assert!(other.ends_with("backend") && other.contains('…'), "{other}");
        assert_eq!(cut("web", 120), "web");
        for name in ["x".repeat(9000), "漢".repeat(90), "e\u{301}".repeat(90)] {
            let cut = cut(&name, 120);
            assert!(FONT.width(&cut) <= 120 && FONT.width(&cut) > 100, "{cut}");
            assert!(!cut.contains("…\u{301}"), "{cut}");
        }
        assert_eq!(cut("abc", 1), "a…", "something is left at any width");
        let lines =
            FONT.wrap_name("platform-of-the-company-for-everything-at-all-times-web-1", 120, 2);
        assert!(lines.len() == 2 && lines[1].ends_with("web-1"), "{lines:?}");
    }

    #[test]
    fn lines_break_after_separators_and_none_is_too_wide() {
        let name = "a-name-much-longer-than-anybody-would-like-to-type-by-hand";
        let lines = FONT.wrap(name, 120, 9);
        assert_eq!(lines.concat(), name);
        assert!(lines.iter().all(|line| FONT.width(line) <= 120), "{lines:?}");
        assert!(lines[..lines.len() - 1].iter().all(|line| line.ends_with('-')), "{lines:?}");
        let cut = FONT.wrap(&"x".repeat(200), 120, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…') && FONT.width(&cut[1]) <= 120);
        assert_eq!(FONT.wrap("", 120, 2), Vec::<String>::new());
        assert_eq!(FONT.wrap_name(name, 120, 9), lines);
        assert_eq!(FONT.wrap("漢字", 1, 5), ["漢", "字"], "a line holds something at any width");
    }
}
