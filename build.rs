//! Puts the recorded samples into the program: a table of every folder below
//! `samples/` that has a `snapshot.json`, included by `src/sample.rs`. Deflated
//! they take a ninth of the space.

#![allow(clippy::print_stdout, reason = "cargo reads the output of a build script")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::DeflateEncoder;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=samples");
    place_for_tests();
    shrink();
    let root = variable("CARGO_MANIFEST_DIR").join("samples");
    let mut folders = Vec::new();
    find(&root, &mut folders);
    folders.sort();
    let out = variable("OUT_DIR");
    let table: String = folders.iter().map(|folder| entry(&root, folder, &out)).collect();
    deflate_all("src/render/schemas", &out.join("schemas"));
    deflate_all("src/render/html/assets", &out.join("pages"));
    fonts(&out.join("fonts"));
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

/// What the linker is told where the program is built to be used: functions that are alike are
/// there once, addresses to be filled in are packed, and how to unwind the stack, which a program
/// that aborts never does, is left out. A tenth less, and as fast (docs/benchmarks.md).
const SMALLER: [&str; 3] = ["--icf=all", "-z,pack-relative-relocs", "--no-eh-frame-hdr"];
/// The last of it, as a script of the linker.
const NO_UNWINDING: &str = "SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame_hdr) \
    *(.gcc_except_table .gcc_except_table.*) } } INSERT AFTER .text;";

/// Hands that to the linker, where a program that is linked so runs: GNU's linker does not know
/// `--icf`, and a C library from before 2022 cannot unpack.
fn shrink() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    let here = std::env::var("HOST") == std::env::var("TARGET");
    if !is("PROFILE", "release") || !is("CARGO_CFG_TARGET_OS", "linux") || !here {
        return;
    }
    let script = variable("OUT_DIR").join("no-unwinding.ld");
    fs::write(&script, NO_UNWINDING).expect("OUT_DIR can be written");
    let mut options: Vec<_> = SMALLER.iter().map(|option| format!("-Wl,{option}")).collect();
    options.push(format!("-Wl,-T,{}", script.display()));
    if runs_when_linked(&options) {
        for option in options {
            println!("cargo::rustc-link-arg-bin=netmap={option}");
        }
    }
}

/// Whether an empty program that is linked with the options ends well.
fn runs_when_linked(options: &[String]) -> bool {
    let folder = variable("OUT_DIR");
    let (source, program) = (folder.join("empty.rs"), folder.join("empty"));
    fs::write(&source, "fn main() {}\n").expect("OUT_DIR can be written");
    let mut compiler = Command::new(variable("RUSTC"));
    compiler.arg(&source).arg("-o").arg(&program).args(["-C", "panic=abort"]);
    if let Some(linker) = std::env::var_os("RUSTC_LINKER") {
        compiler.arg("-C").arg(format!("linker={}", linker.display()));
    }
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    compiler.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    compiler.args(options.iter().map(|option| format!("-Clink-arg={option}")));
    // Where it fails netmap is larger, and that is all.
    let ends_well = |command: &mut Command| command.output().is_ok_and(|end| end.status.success());
    ends_well(&mut compiler) && ends_well(&mut Command::new(program))
}

/// Deflates the files of a folder. Recorded schemas take a tenth of the space then, and what
/// pages run a quarter.
fn deflate_all(folder: &str, out: &Path) {
    let folder = variable("CARGO_MANIFEST_DIR").join(folder);
    println!("cargo::rerun-if-changed={}", folder.display());
    fs::create_dir_all(out).expect("OUT_DIR can be written");
    for entry in fs::read_dir(folder).expect("the source can be read") {
        let path = entry.expect("the source can be read").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        included(&path, out, &name);
    }
}

/// The tables of a font that tell how wide its characters are.
const WIDTHS: [&[u8]; 5] = [b"cmap", b"head", b"hhea", b"hmtx", b"maxp"];

/// Deflates the fonts, which only pictures that are no text need as a whole, and puts beside
/// each a font of the tables that every picture needs.
fn fonts(out: &Path) {
    let folder = variable("CARGO_MANIFEST_DIR").join("src/render/svg/font");
    println!("cargo::rerun-if-changed={}", folder.display());
    fs::create_dir_all(out).expect("OUT_DIR can be written");
    for name in ["Regular", "Bold"] {
        let file = folder.join(format!("LiberationSans-{name}.ttf"));
        included(&file, out, name);
        let font = fs::read(&file).expect("the source can be read");
        fs::write(out.join(format!("{name}-widths")), widths(&font))
            .expect("OUT_DIR can be written");
    }
}

/// The font without its other tables: a header of 12 bytes, 16 for each table (name, checksum,
/// place, length), and the tables, each at a multiple of four (OpenType, "Table directory").
fn widths(font: &[u8]) -> Vec<u8> {
    let number = |at: usize| u32::from_be_bytes(font[at..at + 4].try_into().expect("four bytes"));
    let count = usize::from(u16::from_be_bytes([font[4], font[5]]));
    let entries = font[12..12 + 16 * count].chunks(16).enumerate();
    let kept: Vec<_> = entries.filter(|(_, entry)| WIDTHS.contains(&&entry[..4])).collect();
    let mut header = font[..4].to_vec();
    // How many, and three numbers for searching that nobody reads.
    header.extend([0, kept.len() as u8, 0, 0, 0, 0, 0, 0]);
    let start = header.len() + 16 * kept.len();
    let mut tables = Vec::new();
    for (nth, entry) in kept {
        let at = 12 + 16 * nth;
        let (from, length) = (number(at + 8) as usize, number(at + 12) as usize);
        header.extend(&entry[..8]);
        header.extend(((start + tables.len()) as u32).to_be_bytes());
        header.extend(&entry[12..]);
        tables.extend(&font[from..from + length]);
        tables.resize(tables.len().next_multiple_of(4), 0);
    }
    header.extend(tables);
    header
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
