//! The commands that pages show: lines of `sh` blocks, which a reader types.

use std::fs;
use std::path::{Path, PathBuf};

/// A line that a page shows.
pub struct Shown {
    /// The page and the number of the line.
    pub place: String,
    /// The line without its comment.
    pub line: String,
}

/// The pages for readers, by their paths in the project.
pub fn pages() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    let mut folders = vec![PathBuf::from("docs"), PathBuf::from("samples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(project().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if project().join(&path).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path.display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// The blocks of a page, each with its info string, and its lines with their
/// numbers.
pub fn blocks(page: &str) -> Vec<(String, Vec<(usize, String)>)> {
    let text = fs::read_to_string(project().join(page)).expect(page);
    let mut blocks = Vec::new();
    let mut open: Option<(String, Vec<(usize, String)>)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.to_owned(), Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, lines)), None) => lines.push((number, line.to_owned())),
            (None, None) => {}
        }
    }
    blocks
}

/// Every line that begins with netmap, also as docker's plugin.
pub fn commands() -> Vec<Shown> {
    let mut shown = Vec::new();
    for page in pages() {
        let shell = blocks(&page).into_iter().filter(|(info, _)| info == "sh");
        for (number, line) in shell.flat_map(|(_, lines)| lines) {
            let line = line.split("  #").next().unwrap_or_default().trim_end().to_owned();
            if ["netmap ", "docker netmap "].iter().any(|begin| line.starts_with(begin)) {
                shown.push(Shown { place: format!("{page}:{number}"), line });
            }
        }
    }
    shown
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
