//! What librsvg draws of pictures beside what Chromium does: the same, and no text
//! that leaves its card.

use std::process::Command;

use netmap::model::Snapshot;
use netmap::render::svg::{self, Options, Theme};

use crate::chromium::Chromium;
use crate::{maps, with_view};

/// A picture of dots, from light (255) to dark.
struct Dots {
    width: usize,
    grey: Vec<u8>,
}

impl Dots {
    fn read(bytes: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut dots).unwrap();
        let grey = dots.chunks(info.color_type.samples()).map(|dot| match dot {
            [red, green, blue, ..] => {
                ((u32::from(*red) + u32::from(*green) + u32::from(*blue)) / 3) as u8
            }
            _ => dot[0],
        });
        Self { width: info.width as usize, grey: grey.collect() }
    }

    /// How dark all of it is: thin lines that fall between dots make two grey ones.
    fn ink(&self) -> u64 {
        self.grey.iter().map(|grey| u64::from(255 - grey)).sum()
    }

    /// Which dots are darker here, or lighter, than in the same picture without text.
    fn text(&self, without: &Self) -> Self {
        assert_eq!(self.grey.len(), without.grey.len());
        let differs = |(one, other): (&u8, &u8)| if one.abs_diff(*other) > 60 { 0 } else { 255 };
        let grey = self.grey.iter().zip(&without.grey).map(differs).collect();
        Self { width: self.width, grey }
    }

    /// Dark dots within a part.
    fn within(&self, x: std::ops::Range<f64>, y: std::ops::Range<f64>) -> usize {
        let lines = self.grey.chunks(self.width).enumerate();
        let lines = lines.filter(|(at, _)| y.contains(&(*at as f64 + 0.5)));
        let dark = |line: &[u8]| {
            let dots = line.iter().enumerate();
            dots.filter(|(at, grey)| x.contains(&(*at as f64 + 0.5)) && **grey < 160).count()
        };
        lines.map(|(_, line)| dark(line)).sum()
    }
}

/// What each of the two draws of a picture.
fn drawn(browser: &mut Chromium, svg: &str) -> [Dots; 2] {
    let number = |name: &str| {
        let (_, rest) = svg.split_once(&format!(" {name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.parse::<u32>().unwrap()
    };
    let page = format!(
        "<!DOCTYPE html><meta charset=\"utf-8\"><body style=\"margin:0;overflow:hidden\">{svg}"
    );
    browser.open(&page, "", (number("width"), number("height")));
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("map.svg"), folder.path().join("map.png"));
    std::fs::write(&from, svg).unwrap();
    let done = Command::new("rsvg-convert").arg(&from).arg("-o").arg(&to).status();
    assert!(done.expect("rsvg-convert is installed").success());
    [Dots::read(&browser.screenshot()), Dots::read(&std::fs::read(&to).unwrap())]
}

/// Left, upper, right and lower edges of the cards, on the page.
fn cards(svg: &str) -> Vec<[f64; 4]> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let number =
        |node: roxmltree::Node, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let root = document.root_element();
    let inner: f64 = root.attribute("viewBox").unwrap().split(' ').nth(2).unwrap().parse().unwrap();
    let scale = number(root, "width") / inner;
    let cards = root.descendants().filter(|node| node.attribute("class") == Some("container"));
    let boxes = cards.filter_map(|card| card.children().find(|of| of.has_tag_name("rect")));
    // Groups around it are moved, and nothing else.
    let moved = |of: roxmltree::Node| -> (f64, f64) {
        let moves = of.ancestors().filter_map(|of| of.attribute("transform"));
        let moves = moves.map(|moved| {
            let numbers = moved.strip_prefix("translate(").and_then(|of| of.strip_suffix(')'));
            let (x, y) = numbers.unwrap().split_once(' ').unwrap();
            (x.parse::<f64>().unwrap(), y.parse::<f64>().unwrap())
        });
        moves.fold((0.0, 0.0), |sum, by| (sum.0 + by.0, sum.1 + by.1))
    };
    let edges = |of: roxmltree::Node| {
        let (dx, dy) = moved(of);
        let (x, y) = (number(of, "x") + dx, number(of, "y") + dy);
        [x, y, x + number(of, "width"), y + number(of, "height")].map(|edge| edge * scale)
    };
    boxes.map(edges).collect()
}

fn compared(name: &str, map: &Snapshot) {
    let options = Options { theme: Theme::Light, ..Options::default() };
    let svg = with_view(map, |view| svg::render(view, &options));
    let without = svg.replace("<text", "<text display=\"none\"");
    let mut browser = Chromium::start();
    let [chromium, rsvg] = drawn(&mut browser, &svg);
    let [chromium_without, rsvg_without] = drawn(&mut browser, &without);
    let near = |one: u64, other: u64, share: f64, what: &str| {
        let (one, other) = (one as f64, other as f64);
        assert!(one > 0.0 && (one / other - 1.0).abs() < share, "{name}: {what} {one} and {other}");
    };
    assert_eq!(chromium.width, rsvg.width, "{name}");
    near(chromium_without.ink(), rsvg_without.ink(), 0.02, "lines and boxes");
    let texts = [chromium.text(&chromium_without), rsvg.text(&rsvg_without)];
    // The one squeezes letters of a wide font to the width that they are to keep.
    near(texts[0].ink(), texts[1].ink(), 0.25, "text");
    let cards = cards(&svg);
    assert!(cards.len() > 10, "{name}: {}", cards.len());
    for (of, text) in ["Chromium", "rsvg-convert"].into_iter().zip(&texts) {
        for [left, top, right, bottom] in &cards {
            let inside = text.within(*left..*right, *top..*bottom);
            assert!(inside > 10, "{name}: {of} writes nothing at {left}, {top}");
            for beside in [left - 4.0..left - 1.0, right + 1.0..right + 4.0] {
                let outside = text.within(beside, *top..*bottom);
                assert_eq!(outside, 0, "{name}: {of} leaves the card at {left}, {top}");
            }
        }
    }
}

#[test]
#[ignore = "needs chromium and rsvg-convert"]
fn librsvg_draws_what_a_browser_does() {
    compared("shop12", &maps::shop12());
    compared("hub45", &maps::hub45());
}
