//! The picture as a page that can be searched, filtered, zoomed and pointed at,
//! with a panel for all that is known of a card, and tables for who cannot see
//! it and for paper.
//!
//! One file that asks for nothing from anywhere; its own content policy allows
//! just the styles and the script that it has, by their hashes. What strangers
//! wrote stands in it as escaped text, and as JSON that the script reads and
//! puts into the page as text again.

mod data;
mod document;
mod findings;
mod table;

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::escape;
use super::svg::{self, Options, Page, Picture, Theme};
use super::view::View;
use crate::sample::inflate;
use data::Data;

pub use document::document;

/// A file of `assets`, which build.rs deflates.
macro_rules! asset {
    ($name:literal) => {
        include_bytes!(concat!(env!("OUT_DIR"), "/pages/", $name)).as_slice()
    };
}
const STYLE: &[u8] = asset!("page.css");
/// In the order in which they use one another.
const SCRIPTS: [&[u8]; 3] = [asset!("lens.js"), asset!("panel.js"), asset!("page.js")];
const DARK: &str = include_str!("page-dark.css");
/// How wide a picture can be whose text is still read on a sheet of A4 that
/// stands upright.
const UPRIGHT: u32 = 880;
const FORM: &str = include_str!("form.html");
const KEYS: &str = include_str!("keys.html");

/// Writes the page.
pub fn render(view: &View, options: &Options) -> String {
    let picture = drawn(view, options);
    let is_wide = viewed(&picture.svg).is_some_and(|(w, h)| w > h && w > UPRIGHT);
    let style = style(options.theme, is_wide);
    let script = script();
    let of_picture = between(&picture.svg, "<style>", "</style>");
    let policy = format!(
        "default-src 'none'; style-src {} {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(of_picture),
        hash(&script),
    );
    // A student sheet has nothing to look up.
    let is_sheet = options.blank.is_some();
    let data = if is_sheet { Data::default() } else { Data::of(view, &picture.parts) };
    // Escaped already: what is safe in XML is safe in HTML text.
    let title = between(&picture.svg, "-title\">", "</title>");
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <header>\n<h1>{title}</h1>\n{FORM}</header>\n\
         <main>\n<div id=\"view\" role=\"region\" aria-label=\"Picture\">\n{}</div>\n",
        picture.svg,
    );
    if !is_sheet {
        let said: String = match &view.caption {
            Some(caption) => format!("<p>{}</p>\n", escape::xml(caption)),
            None => view.story().iter().map(|s| format!("<p>{}</p>\n", escape::xml(s))).collect(),
        };
        let _ = write!(
            html,
            "<aside id=\"panel\" aria-label=\"Details\">\n<div id=\"details\" aria-live=\"polite\"></div>\n\
             <div id=\"overview\">\n<h2>{title}</h2>\n{said}<div id=\"findings\"></div>\n{KEYS}</div>\n</aside>\n\
             <section id=\"tables\" aria-label=\"Tables\">\n{}</section>\n",
            table::tables(&data)
        );
    }
    let _ = write!(
        html,
        "</main>\n<script type=\"application/json\" id=\"data\">{}</script>\n\
         <script>{script}</script>\n</body>\n</html>\n",
        data.to_script()
    );
    html
}

/// The picture. One that cannot be read on a page of documentation finds a
/// shape of its own: here it can be zoomed.
fn drawn(view: &View, options: &Options) -> Picture {
    let picture = svg::picture(view, options);
    match picture.said {
        Some(_) if options.page == Page::Docs && options.width.is_none() => {
            svg::picture(view, &Options { page: Page::None, ..options.clone() })
        }
        _ => picture,
    }
}

/// The page's style sheet; paper lies as the picture does.
fn style(theme: Theme, is_wide: bool) -> String {
    let paper = if is_wide { "@page{size:A4 landscape}" } else { "@page{size:A4}" };
    let style = inflated(STYLE);
    match theme {
        Theme::Light => style + paper,
        Theme::Dark => style + DARK + paper,
        Theme::Auto => format!("{style}@media (prefers-color-scheme:dark){{{DARK}}}{paper}"),
    }
}

/// What the page runs.
fn script() -> String {
    let pieces = SCRIPTS.map(inflated).concat();
    format!("\"use strict\";\n{pieces}")
}

fn inflated(asset: &[u8]) -> String {
    let text = inflate(asset).expect("build.rs deflated it");
    String::from_utf8(text).expect("it was text")
}

/// Width and height of what a picture shows.
fn viewed(svg: &str) -> Option<(u32, u32)> {
    let mut numbers = between(svg, "viewBox=\"0 0 ", "\"").split(' ').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// What a content policy calls a piece of style or script.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(inner, _)| inner)
}
