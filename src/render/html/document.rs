//! A page to be read and printed: it has no script at all, and asks for
//! nothing from anywhere.

use super::{between, hash};
use crate::order::OrderBy;

/// The page. What is in `title` and `body` is escaped already; the pictures in
/// `body` keep their styles.
pub fn document(title: &str, style: &str, body: &str) -> String {
    let of_pictures = body.split("<svg").skip(1).map(|rest| between(rest, "<style>", "</style>"));
    let mut styles: Vec<String> = std::iter::once(style).chain(of_pictures).map(hash).collect();
    styles.order();
    styles.dedup();
    let policy = format!(
        "default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'",
        styles.join(" ")
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}
