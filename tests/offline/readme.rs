//! Keeps the README true: its commands exist.

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
    assert!(text.contains("netmap show --all --from sample:module-5"), "{text}");
    assert!(text.contains("tests/run"), "{text}");
    assert!(project_file("tests/run").exists());
}
