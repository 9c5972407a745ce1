//! Characters that are not what they seem: those that act on a terminal, those
//! that nobody sees, and those that look like others.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_security::{
    RestrictionLevel, RestrictionLevelDetection, is_potential_mixed_script_confusable_char,
};

/// Characters that change how a terminal or a reader sees the text around
/// them, or that nobody sees: controls, bidirectional overrides and isolates,
/// invisible separators, fillers and selectors of variants.
///
/// Source of the invisible ones: Unicode 16, `Default_Ignorable_Code_Point` in
/// DerivedCoreProperties.txt, and blanks of other widths but the one that does
/// not break, which netmap prints as a blank.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{1680}'
            | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{2000}'..='\u{200F}'
            | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}' | '\u{2800}' | '\u{3000}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// Marks that are put over, below or around any letter, however many.
fn is_stacked(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Whether a text can be taken for what it looks like.
pub fn is_plain(text: &str) -> bool {
    matches!(visible(text), Cow::Borrowed(_))
}

/// The text with everything in it that is not what it seems as an escape such
/// as `\n` or `\u{1b}`.
///
/// Of a word that mixes letters of different scripts, such as `аpi` with a
/// Cyrillic `а`, those are written so that are not ASCII, and so is a word of
/// Cyrillic or Greek letters that all look like Latin ones. Sources: Unicode
/// Technical Standard 39, the level called Moderately Restrictive, and
/// its table of confusables.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_harmless = |byte: u8| matches!(byte, b' '..=b'~');
    if text.bytes().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut changed = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(if end == 0 { first.len_utf8() } else { end });
        rest = after;
        let is_odd = end > 0 && is_disguised(word);
        for c in word.chars() {
            if is_unsafe(c) || is_stacked(c) || is_odd && !c.is_ascii() {
                changed = true;
                escape(&mut shown, c);
            } else {
                shown.push(c);
            }
        }
    }
    if changed { Cow::Owned(shown) } else { Cow::Borrowed(text) }
}

fn escape(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\t' => shown.push_str("\\t"),
        '\r' => shown.push_str("\\r"),
        c => {
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        }
    }
}

/// Whether letters of a word are there to look like others.
fn is_disguised(word: &str) -> bool {
    let of_neighbours = |c: char| matches!(c, '\u{0370}'..='\u{058F}');
    !word.is_ascii()
        && (word.detect_restriction_level() > RestrictionLevel::ModeratelyRestrictive
            || word
                .chars()
                .all(|c| of_neighbours(c) && is_potential_mixed_script_confusable_char(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_what_it_seems_stays() {
        for text in [
            "web_1.a-b",
            "plain ünï 漢",
            "поиск",
            "web-поиск_2",
            "λόγος",
            "データbase",
            "db→웹",
            "مرحبا",
            "😀 ok",
            "ไทย",
            "नमस्ते",
        ] {
            assert_eq!(visible(text), text);
            assert!(is_plain(text), "{text}");
        }
    }

    #[test]
    fn what_acts_hides_or_looks_like_something_else_is_shown() {
        for (text, shown) in [
            ("a\nb\t\r\u{1b}[31m", "a\\nb\\t\\r\\u{1b}[31m"),
            ("a\u{202e}b\u{200b}c\u{2066}", "a\\u{202e}b\\u{200b}c\\u{2066}"),
            ("\u{430}pi", "\\u{430}pi"),
            ("web.p\u{430}ypal", "web.p\\u{430}ypal"),
            ("\u{3bf}ne", "\\u{3bf}ne"),
            ("\u{430}\u{440}\u{456}", "\\u{430}\\u{440}\\u{456}"),
            ("\u{1d41a}pi", "\\u{1d41a}pi"),
            ("\u{ff41}pi", "\\u{ff41}pi"),
            ("e\u{301}", "e\\u{301}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("soft\u{ad}hyphen", "soft\\u{ad}hyphen"),
            ("heart\u{fe0f}", "heart\\u{fe0f}"),
            ("wide\u{3000}blank", "wide\\u{3000}blank"),
            ("\u{3164}", "\\u{3164}"),
        ] {
            assert_eq!(visible(text), shown);
            assert!(!is_plain(text), "{text}");
            assert_eq!(visible(shown), shown, "once is enough");
        }
    }
}
