//! Files of the repository that hold what netmap prints. `tests/record`, which
//! sets `NETMAP_TEST_RECORD`, writes all of them again.

use std::fs;
use std::path::Path;

/// Most lines shown of a difference, on either side.
const MOST: usize = 12;

/// Compares a file of the repository with what it is to hold; writes it
/// instead while `tests/record` runs.
pub fn assert_recorded(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let recorded = fs::read_to_string(&path).unwrap_or_default();
    if recorded == text {
        return;
    }
    if std::env::var_os("NETMAP_TEST_RECORD").is_some() {
        // Other tests may be reading it.
        let new = path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, path).unwrap();
    } else {
        let (at, was, is) = difference(&recorded, text);
        panic!("{file}:{at}: netmap prints\n{is}\nand not\n{was}\n(tests/record rewrites it)");
    }
}

/// The line at which two texts begin to differ, and what each has from there
/// to where they are the same again.
fn difference(recorded: &str, text: &str) -> (usize, String, String) {
    let (was, is): (Vec<&str>, Vec<&str>) = (recorded.lines().collect(), text.lines().collect());
    let head = was.iter().zip(&is).take_while(|(was, is)| was == is).count();
    let (was, is) = (&was[head..], &is[head..]);
    let tail = was.iter().rev().zip(is.iter().rev()).take_while(|(was, is)| was == is).count();
    let part = |lines: &[&str]| {
        let lines = &lines[..lines.len() - tail];
        lines[..lines.len().min(MOST)].join("\n")
    };
    (head + 1, part(was), part(is))
}
