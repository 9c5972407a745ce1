//! The configuration file that somebody names.

use std::fs;

use crate::support::{finished, netmap_command};

/// Whoever names a file wants it read: a run without it would pass for one with it.
#[test]
fn a_configuration_file_that_was_named_and_is_missing_is_an_error_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("wrong.yaml"), "thema: dark\n").unwrap();
    let run = |file: &std::path::Path, arguments: &[&str]| {
        let mut command = netmap_command();
        command.env("NETMAP_CONFIG", file);
        finished(command.args(arguments).output().unwrap())
    };
    let sample = ["--from", "sample:module-5"];
    for (file, told) in [
        ("none.yaml", "none.yaml: cannot read it: No such file"),
        (".", "cannot read it: it is no regular file"),
        ("wrong.yaml", "wrong.yaml:1:1: `thema` is no key here"),
    ] {
        for command in
            [&["show"][..], &["doctor"], &["probe"], &["snapshot"], &["why", "a", "b"], &["flows"]]
        {
            let said = run(&at(file), &[command, &sample[..]].concat());
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{file} {command:?}");
            assert!(said.err.contains(told), "{file} {command:?}: {}", said.err);
        }
        for command in [&[][..], &["samples"], &["schema"], &["explain"], &["lesson", "list"]] {
            let said = run(&at(file), command);
            assert_eq!((said.code, said.out.as_str()), (2, ""), "{file} {command:?}");
            assert!(said.err.contains(told), "{file} {command:?}: {}", said.err);
        }
        // What says what netmap is, and where the file is to be, goes on.
        for command in [
            &["--version"][..],
            &["--help"],
            &["show", "--help"],
            &["help", "show"],
            &["completions", "bash"],
            &["completions", "fish"],
            &["config", "--path"],
        ] {
            let said = run(&at(file), command);
            assert_eq!((said.code, said.err.as_str()), (0, ""), "{file} {command:?}");
            assert!(!said.out.is_empty(), "{file} {command:?}");
        }
    }
    let said = run(&at("none.yaml"), &["show"]);
    assert!(said.err.contains("NETMAP_CONFIG names it"), "{}", said.err);
    // It is begun by what the hint says, and then read.
    let begun = run(&at("none.yaml"), &["config"]);
    assert_eq!(begun.code, 0, "{}", begun.err);
    assert!(begun.out.contains("none.yaml, which is not there"), "{}", begun.out);
    assert_eq!(run(&at("wrong.yaml"), &["config"]).code, 2);
    fs::write(at("none.yaml"), begun.out).unwrap();
    assert_eq!(run(&at("none.yaml"), &[&["show"], &sample[..]].concat()).code, 0);
    // Without a name for it, there need be none.
    let mut command = netmap_command();
    command.env_remove("NETMAP_CONFIG").env("XDG_CONFIG_HOME", folder.path());
    let said = finished(command.args(["show"]).args(sample).output().unwrap());
    assert_eq!(said.code, 0, "{}", said.err);
}
