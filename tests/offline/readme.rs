//! Keeps the pages true: the commands that they show exist.

use crate::shown::{blocks, commands};
use crate::support::{netmap, project_file};

#[test]
fn every_command_that_a_page_shows_has_its_options() {
    let shown = commands();
    for command in &shown {
        let words: Vec<&str> =
            command.line.trim_start_matches("docker ").split(' ').skip(1).collect();
        let Some(name) = words.iter().find(|word| word.starts_with(char::is_alphabetic)) else {
            continue;
        };
        let help = netmap(&[name, "--help"]);
        assert_eq!(help.code, 0, "{}: {}: {}", command.place, command.line, help.err);
        for option in words.iter().filter(|word| word.starts_with("--")) {
            let option = option.split('=').next().unwrap_or_default();
            assert!(help.out.contains(option), "{}: {name} has no {option}", command.place);
        }
    }
    assert!(shown.len() > 120, "{} commands found", shown.len());
}

#[test]
fn the_two_commands_stand_first_and_work_from_a_clone() {
    let (_, lines) = blocks("README.md").into_iter().next().expect("a code block");
    let text: String = lines.iter().map(|(_, line)| format!("{line}\n")).collect();
    assert!(text.contains("cargo run -- show --all --from sample:module-5"), "{text}");
    assert!(text.contains("tests/run"), "{text}");
    assert!(project_file("tests/run").exists());
}
