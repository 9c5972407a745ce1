//! Keeps the arrows pointing one way: reads the `use` lines and paths of every
//! source file and fails when a layer reaches up or sideways, or when files
//! use one another in a circle.

use std::fs;
use std::path::{Path, PathBuf};

use crate::arrows::{Sources, arrows, circles, ties};
use crate::support::project_file;

/// Each layer with those it may use. `error` and `order` are open to all.
const LAYERS: &[(&str, &[&str])] = &[
    ("error", &["model"]),
    ("order", &[]),
    ("model", &[]),
    ("yaml", &[]),
    ("temporary", &[]),
    ("engine", &["model", "temporary"]),
    ("compose", &["model", "yaml"]),
    ("graph", &["model"]),
    ("lesson", &["model"]),
    ("sample", &["model"]),
    ("probe", &["engine", "graph", "model"]),
    ("flows", &["graph", "model"]),
    ("diagnose", &["graph", "model"]),
    ("check", &["diagnose", "graph", "model", "yaml"]),
    ("grade", &["check", "diagnose", "graph", "model"]),
    ("diff", &["graph", "model"]),
    ("redact", &["model"]),
    (
        "render",
        &["check", "diff", "diagnose", "flows", "grade", "graph", "lesson", "model", "sample"],
    ),
    (
        "cli",
        &[
            "lesson",
            "render",
            "redact",
            "diff",
            "check",
            "grade",
            "diagnose",
            "probe",
            "graph",
            "compose",
            "engine",
            "flows",
            "model",
            "sample",
            "temporary",
            "yaml",
        ],
    ),
];

/// Sources that belong to no layer: the program, and what tests share.
const APART: &[&str] = &["main.rs", "fuzzing.rs", "testing.rs", "graph/looks.rs"];

/// Libraries that stay inside one layer.
const KEPT_INSIDE: &[(&str, &str)] = &[
    ("bollard", "engine"),
    ("graphviz_rust", "render"),
    ("comfy_table", "render"),
    ("granit_parser", "yaml"),
    ("resvg", "render"),
    ("skrifa", "render"),
    ("quick_junit", "render"),
    ("petgraph", "graph"),
    ("jiff", "model"),
    ("clap", "cli"),
    ("rmcp", "cli"),
    ("indicatif", "cli"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Tests look wherever they need to.
fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"))
}

fn layer_of(path: &Path, src: &Path) -> String {
    let inside = path.strip_prefix(src).expect("below src");
    let first = inside.components().next().expect("a file").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// Whether a line uses a library: `ring::` does, and `String::` does not.
fn mentions(code: &str, library: &str) -> bool {
    code.match_indices(&format!("{library}::")).any(|(at, _)| {
        !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    })
}

#[test]
fn every_layer_uses_only_those_below_it() {
    let src = project_file("src");
    let mut seen = 0;
    let mut wrong = Vec::new();
    for path in sources(&src) {
        let layer = layer_of(&path, &src);
        // What tests share is part of no layer.
        if matches!(layer.as_str(), "main" | "lib" | "testing" | "fuzzing") || is_test(&path) {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            panic!("{}: `{layer}` is no layer of this test's list", path.display());
        };
        let text = fs::read_to_string(&path).expect("source is readable");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for used in code.split("crate::").skip(1) {
                let used: String =
                    used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                seen += 1;
                let open = used == layer || used == "error" || used == "order";
                if !open && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{}:{}: {layer} uses {used}", path.display(), number + 1));
                }
            }
            for (library, home) in KEPT_INSIDE {
                if mentions(code, library) && layer != *home {
                    wrong.push(format!(
                        "{}:{}: {library} outside {home}",
                        path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(seen > 30, "the test reads the sources: {seen} uses seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_use_one_another_in_a_circle() {
    let src = project_file("src");
    let all: Sources = sources(&src)
        .into_iter()
        .filter(|path| !is_test(path))
        .map(|path| {
            let name = path.strip_prefix(&src).expect("below src").display().to_string();
            (name, fs::read_to_string(path).expect("source is readable"))
        })
        .collect();
    let (arrows, read) = arrows(&all);
    let missed: Vec<&String> =
        all.keys().filter(|file| !read.contains(*file) && !APART.contains(&&***file)).collect();
    assert!(missed.is_empty(), "lib.rs leads to every file but {missed:?}");
    assert!(arrows.len() > 1000, "the test reads the sources: {} arrows seen", arrows.len());
    if let Some(circle) = circles(&arrows).first() {
        panic!("these files use one another in a circle:\n{}", ties(circle));
    }
}

#[test]
fn every_layer_is_told_of_in_the_crate_docs() {
    let docs = fs::read_to_string(project_file("src/lib.rs")).expect("lib.rs is readable");
    for (layer, _) in LAYERS {
        assert!(docs.contains(&format!("[`{layer}`]")), "lib.rs says nothing of {layer}");
        assert!(docs.contains(&format!("mod {layer};")), "{layer} is no module");
    }
}
