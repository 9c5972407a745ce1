//! Pages and doc comments name files that are there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::project_file;

/// What the paths that pages name begin with.
const ROOTS: [&str; 8] =
    ["src", "tests", "docs", "samples", "benches", "packaging", ".ci", "build.rs"];

/// Every file with this extension in a folder of the project.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![project_file(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found
}

/// What stands between backticks, in lines of prose.
fn quoted(prose: &str) -> impl Iterator<Item = &str> {
    prose.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The file or folder that a quotation names: of a command its program, of a
/// path with a placeholder such as `NAME` the part before it. Nothing where it
/// names none.
fn named(quotation: &str) -> Option<PathBuf> {
    let path = quotation.split([' ', ':']).find(|word| {
        ROOTS.iter().any(|root| word.strip_prefix(root).is_some_and(|rest| rest.starts_with('/')))
    })?;
    let is_placeholder = |part: &&str| {
        part.contains(['*', '<', '…', '{'])
            || part.split(['.', '-']).any(|word| word.len() > 2 && word == word.to_uppercase())
                && !Path::new("x").join(part).ends_with("README.md")
    };
    let plain = path.trim_end_matches(['/', ',', '.']).split('/');
    Some(plain.take_while(|part| !is_placeholder(part)).collect())
}

/// The targets of links such as `[name](target)`, without anchors.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let targets = targets.map(|target| target.split('#').next().unwrap_or_default());
    targets.filter(|target| !target.is_empty() && !target.contains("://"))
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![];
    for page in ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"] {
        pages.push(project_file(page));
    }
    pages.extend(files("docs", "md"));
    pages.extend(files("samples", "md"));
    pages.extend(files("tests/cases", "md"));
    pages
}

#[test]
fn pages_name_files_that_are_there() {
    let (mut seen, mut missing) = (0, Vec::new());
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let folder = page.parent().unwrap();
        let linked = links(&text).map(|target| folder.join(target));
        let named = quoted(&text).filter_map(named).map(|path| project_file("").join(path));
        for path in linked.chain(named) {
            seen += 1;
            if !path.exists() {
                missing.push(format!("{}: {}", page.display(), path.display()));
            }
        }
    }
    assert!(seen > 100, "{seen} paths were found");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn comments_name_files_that_are_there() {
    let (mut seen, mut missing) = (0, Vec::new());
    for folder in ["src", "tests", "benches"] {
        for source in files(folder, "rs") {
            let text = fs::read_to_string(&source).unwrap();
            let comments: Vec<&str> = text
                .lines()
                .map(str::trim_start)
                .filter(|line| line.starts_with("//") && !line.contains("](http"))
                .collect();
            for path in quoted(&comments.join("\n")).filter_map(named) {
                seen += 1;
                if !project_file("").join(&path).exists() {
                    missing.push(format!("{}: {}", source.display(), path.display()));
                }
            }
        }
    }
    assert!(seen > 10, "{seen} paths were found");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn placeholders_and_commands_are_understood() {
    let of = |quotation: &str| named(quotation).map(|path| path.display().to_string());
    for (quotation, path) in [
        ("src/lib.rs", Some("src/lib.rs")),
        ("tests/run --exec samples/lessons/record.sh", Some("tests/run")),
        ("samples/NAME/setup.sh", Some("samples")),
        ("samples/<rule>/", Some("samples")),
        ("samples/README.md", Some("samples/README.md")),
        ("netmap doctor --from samples/wrong-name", Some("samples/wrong-name")),
        ("netmap show", None),
        ("source/lib.rs", None),
        ("docker network create", None),
    ] {
        assert_eq!(of(quotation).as_deref(), path, "{quotation}");
    }
}

/// The street through the diagnosis, as the text draws it.
fn street(text: &str) -> Vec<String> {
    let line = text.lines().find(|line| line.contains("facts → index"));
    let line = line.expect("the street").trim_start_matches("//!");
    line.split(['→', ',']).map(|step| step.trim().to_owned()).collect()
}

#[test]
fn the_street_has_a_file_for_each_step() {
    let of = |file: &str| street(&fs::read_to_string(project_file(file)).unwrap());
    let drawn = of("src/lib.rs");
    assert_eq!(drawn, of("src/diagnose/mod.rs"));
    assert!(drawn.len() > 7, "{drawn:?}");
    for step in drawn {
        let at = |path: String| project_file(&format!("src/diagnose/{path}")).exists();
        assert!(at(format!("{step}.rs")) || at(format!("{step}/mod.rs")), "{step}");
    }
}

#[test]
fn every_page_is_in_the_book() {
    let contents = fs::read_to_string(project_file("docs/SUMMARY.md")).unwrap();
    for page in files("docs", "md") {
        let name = page.file_name().unwrap().to_str().unwrap();
        let is_there = name == "SUMMARY.md" || contents.contains(&format!("]({name})"));
        assert!(is_there, "docs/SUMMARY.md does not lead to {name}");
    }
}
