//! PDFs, and pictures whose text is outlines.

use std::io::Read;

use netmap::render::svg::{self, Options, Page, TextAs};
use netmap::render::{Draw, Format, View};
use roxmltree::Document;

use crate::hostile::{NASTY, map_of};
use crate::{maps, with_view};

fn pdf(map: &netmap::model::Snapshot, options: &Options) -> Vec<u8> {
    let Draw::Picture { own, .. } = Format::<View>::named("pdf").unwrap().draw else {
        panic!("a picture")
    };
    with_view(map, |view| own(view, options).unwrap().bytes)
}

/// Every stream of a PDF as it is when it is unpacked.
fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
    let mut streams = Vec::new();
    let mut rest = pdf;
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|w| w == what);
    while let Some(start) = find(rest, b"\nstream\n") {
        let begin = start + b"\nstream\n".len();
        let length = find(&rest[begin..], b"\nendstream").unwrap();
        let mut plain = Vec::new();
        flate2::read::ZlibDecoder::new(&rest[begin..begin + length])
            .read_to_end(&mut plain)
            .unwrap();
        streams.push(plain);
        rest = &rest[begin + length..];
    }
    streams
}

#[test]
fn a_pdf_has_its_text_and_the_fonts_for_it() {
    let map = maps::shop12();
    let drawn = pdf(&map, &Options::default());
    assert_eq!(drawn, pdf(&map, &Options::default()), "the same bytes every time");
    let text = String::from_utf8_lossy(&drawn);
    assert!(text.starts_with("%PDF-1.7") && text.trim_end().ends_with("%%EOF"));
    assert_eq!(text.matches("/FontFile2").count(), 2, "regular and bold");
    assert!(text.contains("/MediaBox [0 0 600 "), "800 pixels are 600 points");
    assert!(drawn.len() < 80_000, "{} bytes: only the glyphs that it needs", drawn.len());
    let streams = streams(&drawn);
    let told = |what: &str| streams.iter().any(|of| String::from_utf8_lossy(of).contains(what));
    // What a search finds: codes of glyphs with the characters that they stand for.
    assert!(told("beginbfchar") && told("<0070>"), "p");
    let content = streams.last().unwrap();
    let content = String::from_utf8_lossy(content);
    for what in [" Tf", "Tj", " c\n", "rg\n", "RG\n"] {
        assert!(content.contains(what), "{what}");
    }
    let a4 = pdf(&map, &Options { page: Page::A4, ..Options::default() });
    assert!(String::from_utf8_lossy(&a4).contains("/MediaBox [0 0 595.28 841.89]"));
}

#[test]
fn a_pdf_is_whole_whatever_things_are_called() {
    for name in NASTY {
        let drawn = pdf(&map_of(name), &Options::default());
        assert!(drawn.starts_with(b"%PDF-1.7") && drawn.ends_with(b"%%EOF"), "{name:?}");
        assert!(streams(&drawn).len() >= 3, "{name:?}");
    }
}

#[test]
fn text_as_paths_is_where_the_text_was() {
    let paths = Options { text: TextAs::Paths, ..Options::default() };
    for map in [maps::shop12(), maps::hub59(), map_of("漢字-web")] {
        let [plain, drawn] = [&Options::default(), &paths]
            .map(|options| with_view(&map, |view| svg::render(view, options)));
        let count = |svg: &str, what: &str| svg.matches(what).count();
        assert_eq!(count(&drawn, "class=\"container"), count(&plain, "class=\"container"));
        let document = Document::parse(&drawn).unwrap();
        let texts = document.descendants().filter(|node| node.has_tag_name("text"));
        // What the bundled font does not have is text still.
        for text in texts {
            assert!(!svg::has_glyphs_for(text.text().unwrap()), "{text:?}");
        }
        assert!(count(&drawn, "<path class=\"text") >= count(&plain, "<text"));
        assert!(drawn.contains(" .text{fill:#17212b}"), "and has its colour");
    }
}
