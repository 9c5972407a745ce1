//! Every rule over every recorded setup and every plan, as one table: a rule
//! that begins to fire somewhere else shows there at once.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::recorded::assert_recorded;
use crate::support::{netmap, project_file};

/// Where setups are kept.
const ROOTS: [&str; 3] = ["samples", "tests/corpus", "tests/recorded"];

/// The snapshots and compose files below a folder, in the order of their names.
fn setups(folder: &Path, found: &mut Vec<String>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            setups(&path, found);
        } else if name.ends_with(".json") || name == "compose.yaml" {
            let below = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
            found.push(below.display().to_string());
        }
    }
}

/// What the doctor says of a setup, a line for each finding.
fn lines(setup: &str) -> Vec<String> {
    let from = if setup.ends_with(".json") { "--from" } else { "--compose" };
    let run = netmap(&["doctor", "--format", "json", from, setup]);
    assert!(run.code < 2, "{setup}: {}", run.err);
    let document: Value = serde_json::from_str(&run.out).unwrap();
    let words = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let line = |finding: &Value| {
        let subjects = finding["subjects"].as_array().unwrap().iter();
        let subjects: Vec<&str> = subjects.map(|subject| subject.as_str().unwrap()).collect();
        let (severity, rule) = (words(finding, "severity"), words(finding, "rule"));
        format!("    {severity:<8} {rule:<30} {}", subjects.join(", "))
    };
    document["findings"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn each_rule_fires_where_it_should_and_nowhere_else() {
    let mut found = Vec::new();
    for root in ROOTS {
        setups(&project_file(root), &mut found);
    }
    assert!(found.len() > 150, "only {} setups were found", found.len());
    let mut table = String::from(
        "Every rule over every recorded setup and every plan. A setup without a line below it is\n\
         one of which the doctor has nothing to say. `tests/record` writes this file.\n\n",
    );
    for setup in found {
        table += &format!("{setup}\n");
        for line in lines(&setup) {
            table += &format!("{}\n", line.trim_end());
        }
    }
    assert_recorded("tests/offline/expected/rules.txt", &table);
}
