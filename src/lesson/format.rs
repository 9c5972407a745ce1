//! What a lesson must have, whoever wrote it: the course's own lessons are held
//! to it by a test, those of somebody's folder when they are read.

use super::{LABEL, Lesson, commands};

/// Commands that make something, which must have the lesson's label.
const MAKING: [&str; 2] = ["docker run ", "docker network create "];

/// What is wrong with a lesson; nothing where it is whole.
pub fn complaints(lesson: &Lesson) -> Vec<String> {
    let mut wrong = of_readme(lesson);
    for (file, script) in [("setup.sh", &lesson.setup), ("solve.sh", &lesson.solve)] {
        wrong.extend(of_script(lesson, file, script));
    }
    // Names must stand there as they are: by them it is known what is the lesson's.
    let made = [lesson.containers(), lesson.networks()].concat();
    let odd = made.into_iter().filter(|name| !is_plain(name));
    wrong.extend(odd.map(|name| format!("setup.sh: `{name}` is no plain name")));
    if lesson.containers().is_empty() {
        wrong.push("setup.sh: no container has a name (--name)".to_owned());
    }
    wrong
}

/// Whether a name is one that scripts need not quote.
pub fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn of_readme(lesson: &Lesson) -> Vec<String> {
    let mut wrong = Vec::new();
    if !lesson.readme.starts_with("# ") {
        wrong.push("README.md: it begins with no title (# …)".to_owned());
    }
    let parts = [
        ("title", lesson.title()),
        ("story", lesson.story()),
        ("## Task", lesson.task()),
        ("## Solution", lesson.solution()),
    ];
    let empty = parts.into_iter().filter(|(_, text)| text.len() <= 8);
    wrong.extend(empty.map(|(part, _)| format!("README.md: the {part} is missing")));
    if lesson.hints().is_empty() {
        wrong.push("README.md: under ## Hints there is no numbered list".to_owned());
    }
    wrong
}

fn of_script(lesson: &Lesson, file: &str, script: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if !script.starts_with("#!/bin/sh\n# ") {
        wrong.push(format!("{file}: it begins with no `#!/bin/sh` and a comment"));
    }
    if !script.contains("\nset -eu\n") {
        wrong.push(format!("{file}: `set -eu` is missing"));
    }
    if commands(script).contains("\n#!") {
        wrong.push(format!("{file}: there is a second script in it"));
    }
    let label = format!("{LABEL}={}", lesson.name);
    let has_variable = script.contains(&format!("\nlabel={label}\n"));
    // Whoever renames the folder of a lesson has one thing to mend, and not every line.
    let set = script.lines().zip(1..).find(|(line, _)| line.starts_with("label="));
    if let Some((set, number)) = set.filter(|_| !has_variable) {
        let folder = &lesson.name;
        wrong.push(format!(
            "{file}:{number}: `{set}` is to be `label={label}`: the folder is {folder}"
        ));
        return wrong;
    }
    for (number, line) in script.lines().enumerate() {
        let makes = MAKING.iter().any(|command| line.starts_with(command));
        let labelled = line.contains("--label $label") && has_variable
            || line.contains(&format!("--label {label} "));
        if makes && !labelled {
            wrong.push(format!(
                "{file}:{}: what is made here has no `--label {label}`, so that `stop` would leave it",
                number + 1
            ));
        }
    }
    wrong
}
