//! Pages show what netmap prints: in a `console` block a line `$ netmap …` is
//! a command, and the lines below it are its output. Those that need no engine
//! are run and compared, and so is what is drawn of tries over time.

use std::fs;
use std::path::Path;

use crate::over_time;
use crate::recorded::assert_recorded;
use crate::shown::pages;
use crate::support::{finished, netmap_command, project_file};

/// The arguments of a command whose output can be had without an engine.
fn offline(command: &str) -> Option<Vec<&str>> {
    let arguments: Vec<&str> = command.strip_prefix("$ netmap ")?.split(' ').collect();
    let needs_none = ["--from", "--compose", "grade"].iter().any(|word| arguments.contains(word));
    needs_none.then_some(arguments)
}

/// What a command prints in a terminal of the usual width, where that is the same
/// everywhere.
fn printed(command: &str) -> Option<String> {
    if command == over_time::COMMAND {
        return Some(over_time::printed());
    }
    let arguments = offline(command)?;
    let output = netmap_command().args(&arguments).env("COLUMNS", "80").output().unwrap();
    let printed = finished(output);
    Some(printed.out + &printed.err)
}

/// A page with what its commands print today, and how many were run.
fn rerun(page: &str) -> (String, usize) {
    let mut text = String::new();
    let (mut is_console, mut keeps, mut run) = (false, true, 0);
    for line in page.lines() {
        if let Some(info) = line.strip_prefix("```") {
            (is_console, keeps) = (info == "console", true);
        } else if is_console && line.starts_with("$ ") {
            keeps = true;
        }
        if keeps {
            text.push_str(line);
            text.push('\n');
        }
        if let Some(printed) = printed(line).filter(|_| is_console) {
            for line in printed.lines() {
                text.push_str(line.trim_end());
                text.push('\n');
            }
            (keeps, run) = (false, run + 1);
        }
    }
    (text, run)
}

#[test]
fn shown_outputs_are_what_netmap_prints() {
    let mut run = 0;
    for page in pages() {
        let shown = fs::read_to_string(project_file(&page)).unwrap();
        let (printed, commands) = rerun(&shown);
        assert_recorded(&page, &printed);
        run += commands;
    }
    assert!(run >= 40, "the pages show outputs: {run}");
}

#[test]
fn what_is_shown_is_taken_from_the_program_and_the_rest_is_kept() {
    let page = "Text.\n\n```console\n$ netmap explain\nkept, no file\n\
                $ netmap show --from /nonexistent\nmade up\n\n$ ls\na\n```\n\n\
                ```sh\nnetmap show --from x\n```\n";
    let (text, run) = rerun(page);
    assert_eq!(run, 1);
    assert!(!text.contains("made up") && text.contains("error: "), "{text}");
    let kept = ["Text.\n", "kept, no file\n", "$ ls\na\n```\n", "```sh\nnetmap show --from x\n"];
    assert!(kept.iter().all(|kept| text.contains(kept)), "{text}");
    assert!(Path::new(&pages()[0]).ends_with("README.md"));
}
