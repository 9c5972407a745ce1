//! The lessons of `samples/lessons/`, carried in the program: what each of them tells,
//! and the scripts that bring it up and fix it. Pure; running the scripts is
//! `cli`'s work.

use crate::error::{Error, Result};
use crate::model::nearest;

/// The label of everything that a lesson makes; its value is the lesson's name.
pub const LABEL: &str = "netmap.lesson";

/// A lesson: a broken setup, and how it is fixed.
#[derive(Debug)]
pub struct Lesson {
    /// Name, which is that of its folder.
    pub name: &'static str,
    readme: &'static str,
    /// Shell script that brings up the broken setup.
    pub setup: &'static str,
    /// Shell script that fixes it.
    pub solve: &'static str,
    /// Check file that fails before and passes after.
    pub check: &'static str,
}

macro_rules! lesson {
    ($name:literal) => {
        Lesson {
            name: $name,
            readme: include_str!(concat!("../../samples/lessons/", $name, "/README.md")),
            setup: include_str!(concat!("../../samples/lessons/", $name, "/setup.sh")),
            solve: include_str!(concat!("../../samples/lessons/", $name, "/solve.sh")),
            check: include_str!(concat!("../../samples/lessons/", $name, "/check.yaml")),
        }
    };
}

/// All lessons, in the order of the course.
pub const LESSONS: &[Lesson] = &[
    lesson!("module-5"),
    lesson!("no-names"),
    lesson!("two-networks"),
    lesson!("wrong-name"),
    lesson!("host-port"),
    lesson!("loopback"),
    lesson!("wrong-port"),
    lesson!("internal"),
    lesson!("moved"),
    lesson!("quiet"),
    lesson!("two-answers"),
    lesson!("orphan"),
    lesson!("stopped"),
];

/// The lesson of that name.
///
/// # Errors
///
/// [`Error::NoSuchName`], with the nearest name there is.
pub fn named(name: &str) -> Result<&'static Lesson> {
    LESSONS.iter().find(|lesson| lesson.name == name).ok_or_else(|| {
        let known = || LESSONS.iter().map(|lesson| lesson.name);
        Error::NoSuchName {
            kind: "lesson",
            name: name.to_owned(),
            nearest: nearest(name, known()).map(str::to_owned),
            known: known().map(str::to_owned).collect(),
        }
    })
}

impl Lesson {
    /// Its title.
    pub fn title(&self) -> &'static str {
        self.readme.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// What happened, as Markdown.
    pub fn story(&self) -> &'static str {
        let (story, _) = self.readme.split_once("\n## ").unwrap_or((self.readme, ""));
        story.split_once('\n').map_or("", |(_, story)| story).trim()
    }

    /// What is to be done, as Markdown.
    pub fn task(&self) -> &'static str {
        self.section("Task")
    }

    /// What was wrong and what fixes it, as Markdown.
    pub fn solution(&self) -> &'static str {
        self.section("Solution")
    }

    /// Hints, from the gentle to the plain.
    pub fn hints(&self) -> Vec<String> {
        let mut hints: Vec<String> = Vec::new();
        for line in self.section("Hints").lines() {
            let numbered = line.split_once(". ").filter(|(number, _)| number.parse::<u8>().is_ok());
            match (numbered, hints.last_mut()) {
                (Some((_, hint)), _) => hints.push(hint.to_owned()),
                (None, Some(hint)) => {
                    hint.push(' ');
                    hint.push_str(line.trim());
                }
                (None, None) => {}
            }
        }
        hints
    }

    fn section(&self, heading: &str) -> &'static str {
        let after = self.readme.split_once(&format!("\n## {heading}\n"));
        let (section, _) =
            after.map_or(("", ""), |(_, after)| after.split_once("\n## ").unwrap_or((after, "")));
        section.trim()
    }

    /// The containers that its scripts make.
    pub fn containers(&self) -> Vec<&'static str> {
        let words = self.setup.split_whitespace().chain(self.solve.split_whitespace());
        let mut names: Vec<&str> = Vec::new();
        let mut previous = "";
        for word in words {
            if previous == "--name" && !names.contains(&word) {
                names.push(word);
            }
            previous = word;
        }
        names
    }

    /// The networks that its scripts make.
    pub fn networks(&self) -> Vec<&'static str> {
        let lines = self.setup.lines().chain(self.solve.lines());
        let made = lines.filter(|line| line.starts_with("docker network create "));
        let mut names: Vec<&str> = made.filter_map(|line| line.split_whitespace().last()).collect();
        names.dedup();
        names
    }
}

/// What a script does, without its head and the comments that say so.
pub fn commands(script: &str) -> String {
    let is_command = |line: &&str| !line.starts_with('#') && *line != "set -eu";
    let lines: Vec<&str> = script.lines().filter(is_command).collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_lesson_is_whole() {
        for lesson in LESSONS {
            let name = lesson.name;
            assert!(lesson.readme.starts_with("# "), "{name}");
            for part in [lesson.title(), lesson.story(), lesson.task(), lesson.solution()] {
                assert!(part.len() > 8 && !part.contains('#'), "{name}: {part}");
            }
            let hints = lesson.hints();
            assert!((3..=5).contains(&hints.len()), "{name}: {hints:?}");
            // Names must stand there as they are: by them it is known what is the lesson's.
            let made = [lesson.containers(), lesson.networks()].concat();
            let is_plain =
                |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
            assert!(
                !lesson.containers().is_empty() && made.iter().all(is_plain),
                "{name}: {made:?}"
            );
            for script in [lesson.setup, lesson.solve] {
                assert!(script.starts_with("#!/bin/sh\n# "), "{name}");
                assert!(script.contains("\nset -eu\n"), "{name}");
                assert!(!commands(script).contains("\n#!"), "{name}");
            }
            let label = format!("{LABEL}={name}");
            for script in [lesson.setup, lesson.solve] {
                for line in script.lines().filter(|line| {
                    line.starts_with("docker run ") || line.starts_with("docker network create ")
                }) {
                    assert!(
                        line.contains("--label $label") || line.contains(&label),
                        "{name}: {line}"
                    );
                }
                assert!(
                    !script.contains("$label") || script.contains(&format!("\nlabel={label}\n")),
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn every_folder_of_the_course_is_a_lesson() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/lessons");
        let entries = std::fs::read_dir(folder).expect("the course");
        let mut folders: Vec<String> = entries
            .map(|entry| entry.expect("an entry"))
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        folders.sort();
        let mut names: Vec<&str> = LESSONS.iter().map(|lesson| lesson.name).collect();
        names.sort_unstable();
        assert_eq!(folders, names);
        let index = std::fs::read_to_string(format!("{folder}/README.md")).expect("the index");
        for name in names {
            assert!(index.contains(&format!("[{name}](")), "{name} is not in the index");
        }
    }

    #[test]
    fn no_two_lessons_have_a_name_in_common() {
        let mut seen = BTreeSet::new();
        for lesson in LESSONS {
            for name in lesson.containers().into_iter().chain(lesson.networks()) {
                assert!(seen.insert(name), "{name} is in two lessons");
            }
        }
    }

    #[test]
    fn names_are_read_off_the_scripts() {
        let lesson = named("two-networks").expect("a lesson");
        assert_eq!(lesson.containers(), ["shop-db", "shop-web", "shop-proxy"]);
        assert_eq!(lesson.networks(), ["shop-front", "shop-back"]);
        assert_eq!(commands(lesson.solve), "docker network connect shop-back shop-web");
        assert!(
            named("two-network")
                .expect_err("none")
                .hint()
                .is_some_and(|h| h.contains("two-networks"))
        );
    }
}
