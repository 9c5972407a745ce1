//! Puts the recorded samples into the program: a table of every folder below
//! `samples/` that has a `snapshot.json`, included by `src/sample.rs`. Deflated
//! they take a ninth of the space.

#![allow(clippy::print_stdout, reason = "cargo reads the output of a build script")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=samples");
    place_for_tests();
    let root = variable("CARGO_MANIFEST_DIR").join("samples");
    let mut folders = Vec::new();
    find(&root, &mut folders);
    folders.sort();
    let out = variable("OUT_DIR");
    let table: String = folders.iter().map(|folder| entry(&root, folder, &out)).collect();
    deflate_schemas(&out.join("schemas"));
    let file = out.join("samples.rs");
    fs::write(file, format!("&[\n{table}]\n")).expect("OUT_DIR can be written");
}

fn variable(name: &str) -> PathBuf {
    std::env::var_os(name).expect("cargo sets it").into()
}

/// Gives the unoptimised program a fixed place in memory. The tests start it some thousand
/// times, and a third of each start would be spent on filling in the addresses in it.
fn place_for_tests() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    let features = std::env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    if is("PROFILE", "debug")
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        && !features.split(',').any(|feature| feature == "crt-static")
    {
        println!("cargo::rustc-link-arg-bin=netmap=-no-pie");
    }
}

/// Deflates the recorded schemas, which take a tenth of the space then.
fn deflate_schemas(out: &Path) {
    let recorded = variable("CARGO_MANIFEST_DIR").join("src/render/schemas");
    println!("cargo::rerun-if-changed={}", recorded.display());
    fs::create_dir_all(out).expect("OUT_DIR can be written");
    for entry in fs::read_dir(recorded).expect("the source can be read") {
        let path = entry.expect("the source can be read").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        included(&path, out, &name);
    }
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

/// Deflates a file into the folder; the expression for its bytes.
fn included(file: &Path, out: &Path, name: &str) -> String {
    let text = fs::read(file).expect("samples can be read");
    let path = out.join(name.replace('/', "+"));
    let target = fs::File::create(&path).expect("OUT_DIR can be written");
    let mut deflated = DeflateEncoder::new(target, Compression::best());
    deflated.write_all(&text).and_then(|()| deflated.try_finish()).expect("it can be written");
    format!("include_bytes!({path:?})")
}

/// One `Sample`, in Rust.
fn entry(root: &Path, folder: &Path, out: &Path) -> String {
    let inside = folder.strip_prefix(root).expect("it was found there");
    // A name is written with slashes on every system.
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    let name = parts.join("/");
    let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
    let title = readme.lines().next().unwrap_or_default().trim_start_matches("# ");
    let optional = |file: &str| match folder.join(file) {
        path if path.is_file() => {
            format!("Some({})", included(&path, out, &format!("{name}/{file}")))
        }
        _ => "None".to_owned(),
    };
    format!(
        "Sample {{ name: {name:?}, title: {title:?}, snapshot: {}, fixed: {}, near: {} }},\n",
        included(&folder.join("snapshot.json"), out, &name),
        optional("fixed.json"),
        optional("near.json"),
    )
}
