//! What a picture that was written says of its map: all of it in words, a
//! sentence a line.

use std::io::Cursor;

use super::png::DESCRIPTION;

/// How a PDF says by what it was written.
const CREATOR: &[u8] = b"(netmap)";

/// The description in a picture's file, if it is one and has one.
pub fn description(file: &[u8]) -> Option<String> {
    if file.starts_with(b"\x89PNG") {
        in_png(file)
    } else {
        in_svg(std::str::from_utf8(file).ok()?)
    }
}

/// Whether a file is a picture that netmap drew.
pub fn is_ours(file: &[u8]) -> bool {
    if file.starts_with(b"%PDF") {
        return file.windows(CREATOR.len()).any(|bytes| bytes == CREATOR);
    }
    match description(file) {
        None => false,
        Some(text) if file.starts_with(b"\x89PNG") => text.contains(" container"),
        // Every other program can write a description as well.
        Some(_) => std::str::from_utf8(file).is_ok_and(|text| {
            ["class=\"netmap\"", "class=\"netmap "].iter().any(|class| text.contains(class))
        }),
    }
}

/// Of an SVG, or of a page that has one in it.
fn in_svg(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<desc")?;
    let (words, _) = rest.split_once("</desc>")?;
    let (_, words) = words.split_once('>')?;
    let plain = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.replace("&#39;", "'").replace("&amp;", "&")
    };
    Some(plain(words))
}

fn in_png(file: &[u8]) -> Option<String> {
    let reader = png::Decoder::new(Cursor::new(file)).read_info().ok()?;
    let texts = &reader.info().utf8_text;
    texts.iter().find(|text| text.keyword == DESCRIPTION)?.get_text().ok()
}
