//! Where in compose files a finding's matter is written, for annotations.

use std::fmt::Write as _;

use crate::model::{Action, Evidence, Finding, Place};

/// The places, the main one first; none for what is written in no file.
pub fn places(finding: &Finding) -> Vec<&Place> {
    let written = finding.evidence.iter().flat_map(|evidence| match evidence {
        Evidence::Written { places } => places.as_slice(),
        _ => &[],
    });
    let edited = finding.fix.iter().filter_map(|step| match &step.action {
        Action::Edit(edit) => edit.place.as_ref(),
        _ => None,
    });
    let mut places: Vec<&Place> = Vec::new();
    // Standard input has no lines that anybody could be shown.
    for place in written.chain(edited).filter(|place| place.file != "-") {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places
}

/// A file's name as a URI, and whether that is relative to where netmap ran.
pub fn uri(file: &str) -> (String, bool) {
    let is_relative = !file.starts_with('/');
    let mut uri = if is_relative { String::new() } else { "file://".to_owned() };
    let file = file.strip_prefix("./").unwrap_or(file);
    for byte in file.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    (uri, is_relative)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_become_uris() {
        let of = |file: &str| uri(file).0;
        assert_eq!(of("compose.yaml"), "compose.yaml");
        assert_eq!(of("./a b/ü:#.yaml"), "a%20b/%C3%BC%3A%23.yaml");
        assert_eq!(uri("/srv/x.yaml"), ("file:///srv/x.yaml".to_owned(), false));
        assert_eq!(of("../x%2e.yaml"), "../x%252e.yaml");
    }
}
