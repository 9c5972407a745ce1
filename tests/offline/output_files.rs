//! `-o` means the same to every command: an extension asks for a format in
//! upper case and lower, `-` is standard output, a name without an extension
//! says nothing, and one that no format has is an error.

use std::fs;

use crate::support::{Run, netmap};

/// A sample with a probe in it.
const SAMPLE: &str = "samples/firewall-drop";

/// Every command that has formats, on a sample.
const COMMANDS: &[&[&str]] = &[
    &["show", "--from", SAMPLE],
    &["probe", "--from", SAMPLE],
    &["why", "web", "db", "--from", SAMPLE],
    &["doctor", "--from", SAMPLE],
    &["explain"],
    &["explain", "firewall-drop"],
    &["check", "samples/lessons/module-5/check.yaml", "--from", SAMPLE],
    &["diff", SAMPLE, "samples/module-5"],
];

/// The run of a command with options more, at a width that is the same for
/// files and terminals.
fn run(command: &[&str], options: &[&str]) -> Run {
    netmap(&[command, &["--width", "90"], options].concat())
}

/// What the command writes to a file of this name, and how it ended.
fn written(command: &[&str], name: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let ended = run(command, &["-o", path.to_str().unwrap()]);
    assert_eq!(ended.out, "", "{command:?} -o {name}: all of it is in the file");
    let text = fs::read_to_string(&path);
    (ended.code, text.unwrap_or_else(|error| panic!("{command:?} -o {name}: {error}{}", ended.err)))
}

#[test]
fn an_extension_asks_for_a_format_in_upper_case_too() {
    for command in COMMANDS {
        let named = run(command, &["--format", "markdown"]);
        assert!(named.code < 2 && !named.out.is_empty(), "{command:?}: {}", named.err);
        assert_ne!(named.out, run(command, &[]).out, "{command:?}");
        for name in ["a.md", "A.B.MD"] {
            assert_eq!(written(command, name), (named.code, named.out.clone()), "{command:?}");
        }
    }
}

#[test]
fn a_file_without_an_extension_and_standard_output_get_what_is_usual() {
    for command in COMMANDS {
        let usual = run(command, &[]);
        assert!(usual.code < 2 && !usual.out.is_empty(), "{command:?}: {}", usual.err);
        for name in ["plain", ".md", "plain."] {
            assert_eq!(written(command, name), (usual.code, usual.out.clone()), "{command:?}");
        }
        let dash = run(command, &["-o", "-"]);
        assert_eq!((dash.code, dash.out), (usual.code, usual.out), "{command:?}");
    }
}

#[test]
fn an_extension_that_no_format_has_is_one_error_with_those_that_have_one() {
    let folder = tempfile::tempdir().unwrap();
    for command in COMMANDS {
        for name in ["map.docx", "MAP.DOCX"] {
            let path = folder.path().join(name).display().to_string();
            let wrong = run(command, &["-o", &path]);
            assert_eq!((wrong.code, wrong.out.as_str()), (2, ""), "{command:?}");
            let said = format!("error: the extension of `{path}` names no format of ");
            assert!(wrong.err.starts_with(&said), "{command:?}: {}", wrong.err);
            let hint = wrong.err.split("hint: use --format, or one of ").nth(1);
            let hint = hint.unwrap_or_else(|| panic!("{command:?}: {}", wrong.err));
            assert!(hint.contains(".txt") && hint.contains(".md"), "{command:?}: {hint}");
            // The help lists the same ones.
            let help = netmap(&[command[0], "--help"]);
            for extension in hint.trim().split(", ") {
                assert!(help.out.contains(extension), "{command:?}: {extension}");
            }
        }
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
}

#[test]
fn what_format_says_counts_more_than_what_the_file_is_called() {
    for command in COMMANDS {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.docx");
        let ended = run(command, &["--format", "markdown", "-o", path.to_str().unwrap()]);
        assert!(ended.code < 2, "{command:?}: {}", ended.err);
        let named = run(command, &["--format", "markdown"]);
        assert_eq!(fs::read_to_string(path).unwrap(), named.out, "{command:?}");
    }
}

#[test]
fn a_snapshot_is_no_picture() {
    for name in ["me.svg", "me.PNG", "me.html"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name).display().to_string();
        let wrong = netmap(&["snapshot", "--from", SAMPLE, "-o", &path]);
        assert!(wrong.code == 2 && wrong.err.contains("netmap show -o"), "{name}: {}", wrong.err);
    }
}

/// A file that is there keeps its permissions and its owner, and a link leads
/// where it led.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_there_keeps_its_owner_and_its_permissions() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("map.txt"), folder.path().join("link.txt"));
    fs::write(&path, "before").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    // Root alone gives a file away; whoever else runs this has it as his own.
    let given_away = chown(&path, Some(65_534), Some(65_534)).is_ok();
    symlink("map.txt", &link).unwrap();
    for target in [&path, &link] {
        let ended = run(COMMANDS[0], &["-o", target.to_str().unwrap()]);
        assert_eq!(ended.code, 0, "{}", ended.err);
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
        assert_eq!(metadata.uid() == 65_534, given_away);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_ne!(fs::read_to_string(&path).unwrap(), "before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_keeps_pointing_where_it_points() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink("later.json", at("one.json")).unwrap();
    std::os::unix::fs::symlink("one.json", at("two.json")).unwrap();
    let two = at("two.json").display().to_string();
    let run = netmap(&["show", "--from", "samples/module-5", "-o", &two]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(at("two.json").is_symlink() && at("one.json").is_symlink());
    assert!(std::fs::read_to_string(at("later.json")).unwrap().contains("netmap/1"));
    std::os::unix::fs::symlink("/nonexistent/x.json", at("out.json")).unwrap();
    let out = at("out.json").display().to_string();
    assert_eq!(netmap(&["show", "--from", "samples/module-5", "-o", &out]).code, 2);
    assert!(at("out.json").is_symlink());
}
