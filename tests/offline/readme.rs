//! Keeps the README true: its commands exist, and the outputs it shows are
//! what netmap prints.

use std::fs;

use crate::support::{netmap, project_file};

/// The code blocks of the README and of the page on engines, as info string
/// and lines.
fn blocks() -> Vec<(String, Vec<String>)> {
    let pages = ["README.md", "docs/engines.md"];
    let text: String =
        pages.iter().map(|page| fs::read_to_string(project_file(page)).expect(page)).collect();
    let mut blocks = Vec::new();
    let mut open: Option<(String, Vec<String>)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.to_owned(), Vec::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some((_, lines)), None) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    blocks
}

/// In a `console` block a line `$ netmap …` is a command and the lines below
/// it are its output. Commands on files are run and compared.
#[test]
fn shown_outputs_are_what_netmap_prints() {
    let mut compared = 0;
    for (info, lines) in blocks() {
        if info != "console" {
            continue;
        }
        let mut at = 0;
        while at < lines.len() {
            let command =
                lines[at].strip_prefix("$ ").expect("a console block begins with a command");
            let end = lines[at + 1..].iter().position(|line| line.starts_with("$ "));
            let end = end.map_or(lines.len(), |end| at + 1 + end);
            let shown: Vec<&str> = lines[at + 1..end].iter().map(|line| line.trim_end()).collect();
            at = end;
            let Some(arguments) = command
                .strip_prefix("netmap ")
                .filter(|a| a.contains("--from") || a.contains("--compose"))
            else {
                continue;
            };
            let arguments: Vec<&str> = arguments.split(' ').collect();
            let run = netmap(&arguments);
            let said = run.out + &run.err;
            let printed: Vec<&str> = said.lines().map(str::trim_end).collect();
            assert_eq!(printed, shown, "{command}");
            compared += 1;
        }
    }
    assert!(compared >= 2, "the README shows outputs: {compared}");
}

#[test]
fn every_netmap_command_in_the_readme_is_one() {
    let mut checked = 0;
    for (_, lines) in blocks() {
        for line in lines {
            let line = line.trim_start_matches("$ ");
            let Some(rest) = line.strip_prefix("netmap ") else { continue };
            let words: Vec<&str> =
                rest.split("  ").next().unwrap_or_default().split_whitespace().collect();
            let Some(command) = words.first().filter(|word| word.starts_with(char::is_alphabetic))
            else {
                continue;
            };
            let help = netmap(&[command, "--help"]);
            assert_eq!(help.code, 0, "{line}: {}", help.err);
            for option in words.iter().filter(|word| word.starts_with("--")) {
                let option = option.split('=').next().unwrap_or_default();
                assert!(help.out.contains(option), "{line}: {command} has no {option}");
            }
            checked += 1;
        }
    }
    assert!(checked >= 5, "{checked} commands found");
}

#[test]
fn the_two_commands_stand_first_and_work_from_a_clone() {
    let first = blocks().into_iter().next().expect("a code block");
    let text = first.1.join("\n");
    assert!(text.contains("cargo build --release"), "{text}");
    assert!(text.contains("--from samples/module-5"), "{text}");
    assert!(text.contains("tests/run"), "{text}");
    assert!(
        project_file("tests/run").exists()
            && project_file("samples/module-5/snapshot.json").exists()
    );
}
