//! `show --check`: whether a file is what would be written.

use std::fs;
use std::path::Path;

use crate::support::{Run, netmap};

/// Checks a file against a snapshot.
fn checked(file: &Path, from: &str, more: &[&str]) -> Run {
    let path = file.to_str().unwrap();
    netmap(&[&["show", "--from", from, "-o", path, "--check"], more].concat())
}

#[test]
fn a_file_that_is_as_it_would_be_written_is_fresh_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["map.svg", "map.png", "map.html", "map.md", "map.json"] {
        let file = folder.path().join(name);
        let (sample, fixed) = ("sample:no-shared-network", "sample:no-shared-network/fixed");
        let missing = checked(&file, sample, &[]);
        assert_eq!(missing.code, 1, "{name}");
        assert!(missing.out.contains("is not there.\n") && !file.exists(), "{}", missing.out);
        netmap(&["show", "--from", sample, "-o", file.to_str().unwrap()]);
        let before = fs::read(&file).unwrap();
        let fresh = checked(&file, sample, &[]);
        assert_eq!((fresh.code, fresh.out.as_str()), (0, ""), "{name}: {}", fresh.err);
        let stale = checked(&file, fixed, &[]);
        assert_eq!(stale.code, 1, "{name}");
        let new =
            stale.out.lines().any(|line| line.starts_with('+') && line.contains("172.23.0.3"));
        assert!(new, "{name} says what changed:\n{}", stale.out);
        assert!(stale.out.ends_with("without --check writes it.\n"), "{}", stale.out);
        // What did not change is not told: front is as it was.
        let same = |line: &str| line.contains("On front");
        assert!(!stale.out.lines().any(same), "{name}:\n{}", stale.out);
        assert_eq!(fs::read(&file).unwrap(), before, "{name} is not written");
    }
}

#[test]
fn a_picture_that_is_drawn_otherwise_is_told_from_another_map() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("map.svg");
    let sample = "sample:module-5";
    netmap(&["show", "--from", sample, "-o", file.to_str().unwrap()]);
    let other = checked(&file, sample, &["--theme", "dark"]);
    assert_eq!(other.code, 1);
    assert!(other.out.contains("The map in it is the same"), "{}", other.out);
}

#[test]
fn a_check_needs_a_file_that_can_be_read() {
    let none = netmap(&["show", "--from", "sample:module-5", "--check"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("-o docs/map.svg"), "{}", none.err);
    let folder = tempfile::tempdir().unwrap();
    let unreadable = checked(folder.path(), "sample:module-5", &["--format", "svg"]);
    assert_eq!(unreadable.code, 2, "{}", unreadable.out);
}
