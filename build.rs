//! Puts the recorded samples into the program: a table of every folder below
//! `samples/` that has a `snapshot.json`, included by `src/sample.rs`.

#![allow(clippy::print_stdout, reason = "cargo reads the output of a build script")]

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=samples");
    let root = variable("CARGO_MANIFEST_DIR").join("samples");
    let mut folders = Vec::new();
    find(&root, &mut folders);
    folders.sort();
    let table: String = folders.iter().map(|folder| entry(&root, folder)).collect();
    let file = variable("OUT_DIR").join("samples.rs");
    fs::write(file, format!("&[\n{table}]\n")).expect("OUT_DIR can be written");
}

fn variable(name: &str) -> PathBuf {
    std::env::var_os(name).expect("cargo sets it").into()
}

/// Collects the folders that hold a snapshot.
fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join("snapshot.json").is_file() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).expect("samples can be read") {
        let path = entry.expect("samples can be read").path();
        if path.is_dir() {
            find(&path, found);
        }
    }
}

/// One `Sample`, in Rust.
fn entry(root: &Path, folder: &Path) -> String {
    let inside = folder.strip_prefix(root).expect("it was found there");
    // A name is written with slashes on every system.
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    let name = parts.join("/");
    let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    let title = readme.lines().next().unwrap_or_default().trim_start_matches("# ");
    let optional = |file: &str| match folder.join(file) {
        path if path.is_file() => format!("Some(include_str!({path:?}))"),
        _ => "None".to_owned(),
    };
    format!(
        "Sample {{ name: {name:?}, title: {title:?}, snapshot: include_str!({:?}), fixed: {}, near: {} }},\n",
        folder.join("snapshot.json"),
        optional("fixed.json"),
        optional("near.json"),
    )
}
