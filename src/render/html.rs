//! The picture as a page: hovering lights a container's networks and a
//! network's members, a box searches, a list filters by project. One file
//! that asks for nothing from anywhere; its own content policy allows just
//! the style and the script that it has, by their hashes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use super::svg::{self, Options, Theme};
use super::view::View;

const STYLE: &str = include_str!("page/page.css");
const DARK: &str = include_str!("page/page-dark.css");
const SCRIPT: &str = include_str!("page/page.js");

/// Writes the page.
pub fn render(view: &View, options: &Options) -> String {
    let picture = svg::render(view, options);
    let style = match options.theme {
        Theme::Light => STYLE.to_owned(),
        Theme::Dark => format!("{STYLE}{DARK}"),
        Theme::Auto => format!("{STYLE}@media (prefers-color-scheme:dark){{{DARK}}}"),
    };
    let of_picture = between(&picture, "<style>", "</style>");
    let policy = format!(
        "default-src 'none'; style-src {} {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(of_picture),
        hash(SCRIPT),
    );
    // Escaped already: what is safe in XML is safe in HTML text.
    let title = between(&picture, "<title id=\"netmap-title\">", "</title>");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n\
         <form>\n<label>Search <input id=\"search\" type=\"search\" autocomplete=\"off\" placeholder=\"name, address, image\"></label>\n\
         <label>Project <select id=\"project\"><option value=\"\">all</option></select></label>\n\
         <output id=\"found\"></output>\n</form>\n<main>\n{picture}</main>\n\
         <script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

/// What a content policy calls a piece of style or script.
fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or("", |(inner, _)| inner)
}
