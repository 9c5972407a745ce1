//! Pages show what netmap prints: in a `console` block a line `$ netmap …` is
//! a command, and the lines below it are its output. Those that need no engine
//! are run and compared.

use std::fs;
use std::path::{Path, PathBuf};

use crate::recorded::assert_recorded;
use crate::support::{finished, netmap_command, project_file};

/// The pages that may hold transcripts, by their paths in the project.
pub fn pages() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    let mut folders = vec![PathBuf::from("docs"), PathBuf::from("samples")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(project_file(&folder.display().to_string())).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            if project_file(&path.display().to_string()).is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path.display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// The arguments of a command whose output can be had without an engine.
fn offline(command: &str) -> Option<Vec<&str>> {
    let arguments: Vec<&str> = command.strip_prefix("$ netmap ")?.split(' ').collect();
    let needs_none = ["--from", "--compose"].iter().any(|option| arguments.contains(option));
    needs_none.then_some(arguments)
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
        if let Some(arguments) = offline(line).filter(|_| is_console) {
            // As in a terminal of the usual width.
            let mut command = netmap_command();
            let printed = finished(command.args(&arguments).env("COLUMNS", "80").output().unwrap());
            for line in (printed.out + &printed.err).lines() {
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
