//! The package for the registry: what the program is built of, and no more.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use netmap::lesson::LESSONS;

use crate::support::project_file;

/// Largest package, in bytes of its files; half of it is recordings, fonts and schemas that
/// the program carries.
const LARGEST: u64 = 8 << 20;

/// The project's files that would be packed.
fn packed() -> Vec<String> {
    let run = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(project_file(""))
        .output()
        .expect("cargo runs");
    let list = String::from_utf8(run.stdout).expect("UTF-8");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    // What cargo makes itself is no file here.
    list.lines().filter(|path| project_file(path).is_file()).map(str::to_owned).collect()
}

/// Files that the program's code is put together with, by its `include_str!`
/// and `include_bytes!` of plain paths.
fn embedded(source: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(source).expect("a source file");
    // What unit tests embed is theirs.
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let calls = ["include_str!(\"", "include_bytes!(\""].into_iter();
    let paths = calls.flat_map(|call| text.split(call).skip(1));
    let paths = paths.filter_map(|rest| rest.split('"').next());
    paths.map(|path| source.parent().expect("a folder").join(path)).collect()
}

#[test]
fn the_package_has_what_the_program_is_built_of_and_no_more() {
    let packed = packed();
    for needed in ["Cargo.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "src/main.rs"] {
        assert!(packed.iter().any(|path| path == needed), "{needed} is not packed");
    }
    for lesson in LESSONS {
        for file in ["README.md", "setup.sh", "solve.sh", "check.yaml"] {
            let needed = format!("samples/lessons/{}/{file}", lesson.name);
            assert!(packed.contains(&needed), "{needed} is not packed");
        }
    }
    let real: Vec<PathBuf> = packed
        .iter()
        .map(|path| fs::canonicalize(project_file(path)).expect("a file that is packed"))
        .collect();
    let sources = packed.iter().filter(|path| path.ends_with(".rs") && *path != "src/fuzzing.rs");
    let embedded: Vec<PathBuf> = sources.flat_map(|path| embedded(&project_file(path))).collect();
    assert!(embedded.len() >= 6, "{embedded:?}");
    for file in embedded {
        let file = fs::canonicalize(&file).expect("a file that is there");
        assert!(real.contains(&file), "{} is not packed", file.display());
    }
    let foreign = |path: &&String| path.starts_with("tests/") || path.starts_with("benches/");
    assert_eq!(packed.iter().find(foreign), None);
    let size: u64 = real.iter().map(|path| fs::metadata(path).expect("a file").len()).sum();
    assert!(size < LARGEST, "the package has {size} bytes");
}
