//! Whether files are what would be written, and if not, what changed in the map
//! since they were.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::Ending;
use super::run::Run;
use super::split::File;
use crate::error::{Error, Result};
use crate::render::{description, escape};

/// How many lines are told.
const MOST: usize = 60;

/// Compares what would be written with the files that are there, and writes to
/// standard output what changed. The files stay as they are.
pub fn compare(run: Run<'_>, files: &[File]) -> Result<Ending> {
    let mut text = String::new();
    for (path, now) in files {
        match fs::read(path) {
            Ok(before) if before == *now => {}
            Ok(before) => text.push_str(&told(path, &before, now)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                text.push_str(&format!("{} is not there.\n", named(path)));
            }
            Err(error) => return Err(Error::Unreadable { path: path.to_owned(), error }),
        }
    }
    if text.is_empty() {
        return Ok(Ending::Clean);
    }
    text.push_str("The same command without --check writes it.\n");
    run.output.data(text.as_bytes(), None)?;
    Ok(Ending::Findings)
}

/// The error for a comparison with a file that nobody named.
pub fn no_file() -> Error {
    Error::Usage {
        what: "--check compares with a file, and none is named".to_owned(),
        hint: Some("name it: netmap show -o docs/map.svg --check".to_owned()),
    }
}

fn named(path: &Path) -> String {
    escape::terminal(&path.display().to_string()).into_owned()
}

/// What changed, a line for each sentence or line of the file that did.
fn told(path: &Path, before: &[u8], now: &[u8]) -> String {
    let mut text = format!("{} is not what would be written:\n", named(path));
    let (before, now) = (lines(before), lines(now));
    let gone = without(&before, &now).into_iter().map(|line| ('-', line));
    let new = without(&now, &before).into_iter().map(|line| ('+', line));
    let changes: Vec<(char, &String)> = gone.chain(new).collect();
    for (sign, line) in changes.iter().take(MOST) {
        text.push_str(&format!("{sign} {}\n", escape::terminal(line)));
    }
    if changes.len() > MOST {
        text.push_str(&format!("And {} more.\n", changes.len() - MOST));
    }
    if changes.is_empty() {
        text.push_str(
            "The map in it is the same; other options or another netmap draw it otherwise.\n",
        );
    }
    text
}

/// What a file says of the map: of a picture its description, else its lines.
fn lines(file: &[u8]) -> Vec<String> {
    let text = description(file).unwrap_or_else(|| String::from_utf8_lossy(file).into_owned());
    text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect()
}

/// The lines of one that the other does not have, in order; one that it has
/// less often counts as well.
fn without<'a>(lines: &'a [String], others: &[String]) -> Vec<&'a String> {
    let mut there: HashMap<&str, usize> = HashMap::new();
    for line in others {
        *there.entry(line).or_default() += 1;
    }
    let is_new = |line: &&String| match there.get_mut(line.as_str()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    lines.iter().filter(is_new).collect()
}
