//! Measures pictures in a real browser engine: Debian's chromium, headless.

use std::process::Command;

use netmap::model::Snapshot;
use netmap::render::svg::{self, Options};
use serde::Deserialize;

use crate::{maps, samples, with_view};

/// What the browser says of one picture.
#[derive(Debug, Deserialize)]
struct Measured {
    name: String,
    width: f64,
    height: f64,
    cards: usize,
    bars: usize,
    lines: usize,
    texts: usize,
    faults: usize,
    first: Vec<String>,
}

/// Loads the pictures as one page, and gives what the page's script found.
fn measure(pictures: &[(String, String)]) -> Vec<Measured> {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let mut html = "<!DOCTYPE html><meta charset=\"utf-8\"><body>".to_owned();
    for (name, svg) in pictures {
        html.push_str(&format!("<div id=\"{name}\">{svg}</div>"));
    }
    html.push_str(&format!("<script>{}</script>", include_str!("measure.js")));
    std::fs::write(&page, html).unwrap();
    let run = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium is installed");
    let dom = String::from_utf8_lossy(&run.stdout);
    let report = dom
        .split_once("<pre id=\"report\">")
        .and_then(|(_, rest)| rest.split_once("</pre>"))
        .map(|(report, _)| report.to_owned());
    let report = report.unwrap_or_else(|| {
        panic!("the page wrote no report:\n{}", String::from_utf8_lossy(&run.stderr))
    });
    let report = report.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&report).unwrap()
}

fn picture(snapshot: &Snapshot, options: &Options) -> String {
    // Style sheets of inline pictures apply to all of a page: one theme.
    let options = Options { theme: svg::Theme::Light, ..options.clone() };
    with_view(snapshot, |view| svg::render(view, &options))
}

/// All pictures that are measured, by name.
fn pictures() -> Vec<(String, String)> {
    let mut all = Vec::new();
    let plain = Options::default();
    for (name, snapshot) in samples() {
        all.push((name.clone(), picture(&snapshot, &plain)));
        let blank = Options { blank: Some(svg::Blank::Names), ..Options::default() };
        all.push((format!("{name}-blank"), picture(&snapshot, &blank)));
    }
    for (name, snapshot) in maps::named() {
        all.push((name.to_owned(), picture(&snapshot, &plain)));
    }
    let full = Options { full: true, ..Options::default() };
    for (containers, networks, most) in [
        (3, 1, 1),
        (7, 2, 2),
        (15, 5, 3),
        (40, 1, 1),
        (60, 12, 6),
        (120, 20, 3),
        (300, 40, 2),
        (300, 40, 6),
    ] {
        for (seed, name) in [
            (11, "node"),
            (12, "ein-langer-name-aus-deutschland"),
            (13, "漢字とかな"),
            (14, "مرحبا-بالعالم"),
            (15, "שלום"),
        ] {
            if containers > 100 && seed > 12 {
                continue;
            }
            let map = maps::random(seed, containers, networks, most, name);
            all.push((format!("{name}-{containers}-on-{networks}"), picture(&map, &full)));
        }
    }
    all
}

#[test]
#[ignore = "needs chromium"]
fn a_browser_finds_no_overlap_in_any_picture() {
    let pictures = pictures();
    let measured = measure(&pictures);
    assert_eq!(measured.len(), pictures.len(), "every picture was measured");
    let mut table = String::from("| picture | size | cards | bars | lines | texts | overlaps |\n");
    for m in &measured {
        table.push_str(&format!(
            "| {} | {}×{} | {} | {} | {} | {} | {} |\n",
            m.name, m.width, m.height, m.cards, m.bars, m.lines, m.texts, m.faults
        ));
    }
    println!("{table}");
    let wrong: Vec<String> = measured
        .iter()
        .filter(|m| m.faults > 0)
        .map(|m| format!("{}: {:?}", m.name, m.first))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(measured.iter().any(|m| m.cards >= 300 && m.lines >= 300 && m.texts > 1000));
}

#[test]
#[ignore = "needs chromium"]
fn the_browser_sees_overlaps_where_there_are_some() {
    let snapshot = maps::shop12();
    let svg = picture(&snapshot, &Options::default());
    // The first card pushed far to the right lies on others, and its text leaves it.
    let at = svg.find("<g class=\"container\"").unwrap();
    let rect =
        at + svg[at..].find("<rect class=\"box\" x=\"").unwrap() + "<rect class=\"box\" x=\"".len();
    let end = rect + svg[rect..].find('"').unwrap();
    let x: i32 = svg[rect..end].parse().unwrap();
    let broken = format!("{}{}{}", &svg[..rect], x + 90, &svg[end..]);
    let measured = measure(&[("broken".to_owned(), broken), ("whole".to_owned(), svg)]);
    assert!(measured[0].faults > 0, "{measured:?}");
    assert_eq!(measured[1].faults, 0, "{measured:?}");
}
