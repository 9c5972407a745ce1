//! The registry's own tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::RULES;

#[test]
fn every_file_of_the_folder_is_in_the_registry() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnose/rules");
    let files: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "mod.rs")
        .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
        .collect();
    let names: BTreeSet<String> = RULES.iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(files, names);
    assert_eq!(names.len(), RULES.len(), "each rule once");
}

#[test]
fn every_rule_is_told_of_in_full() {
    for rule in RULES {
        let texts =
            [rule.summary, rule.meaning, rule.seen, rule.example, rule.fix, rule.mistaken_for];
        for text in texts {
            assert!(text.len() > 15, "{}: {text:?} is no explanation", rule.name);
            assert!(!text.contains("  "), "{}: {text:?} has a hole in it", rule.name);
        }
        assert!(!rule.summary.ends_with('.'), "{}: the summary is half a sentence", rule.name);
    }
}
