//! The lessons of `samples/lessons/`, carried in the program: what each of them tells,
//! and the scripts that bring it up and fix it. Pure; running the scripts is
//! `cli`'s work.

mod format;

use std::borrow::Cow;

pub use format::{complaints, is_plain};

/// The label of everything that a lesson makes; its value is the lesson's name.
pub const LABEL: &str = "netmap.lesson";

/// The image that all lessons are made of.
pub const IMAGE: &str = "busybox";

/// A lesson: a broken setup, and how it is fixed.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// Name, which is that of its folder.
    pub name: Cow<'static, str>,
    /// What it tells, as Markdown.
    pub readme: Cow<'static, str>,
    /// Shell script that brings up the broken setup.
    pub setup: Cow<'static, str>,
    /// Shell script that fixes it.
    pub solve: Cow<'static, str>,
    /// Check file that fails before and passes after.
    pub check: Cow<'static, str>,
}

macro_rules! lesson {
    ($name:literal) => {
        Lesson {
            name: Cow::Borrowed($name),
            readme: Cow::Borrowed(include_str!(concat!(
                "../../samples/lessons/",
                $name,
                "/README.md"
            ))),
            setup: Cow::Borrowed(include_str!(concat!(
                "../../samples/lessons/",
                $name,
                "/setup.sh"
            ))),
            solve: Cow::Borrowed(include_str!(concat!(
                "../../samples/lessons/",
                $name,
                "/solve.sh"
            ))),
            check: Cow::Borrowed(include_str!(concat!(
                "../../samples/lessons/",
                $name,
                "/check.yaml"
            ))),
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

impl Lesson {
    /// Its title.
    pub fn title(&self) -> &str {
        self.readme.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// What happened, as Markdown.
    pub fn story(&self) -> &str {
        let (story, _) = self.readme.split_once("\n## ").unwrap_or((&self.readme, ""));
        story.split_once('\n').map_or("", |(_, story)| story).trim()
    }

    /// What is to be done, as Markdown.
    pub fn task(&self) -> &str {
        self.section("Task")
    }

    /// What was wrong and what fixes it, as Markdown.
    pub fn solution(&self) -> &str {
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

    fn section(&self, heading: &str) -> &str {
        let after = self.readme.split_once(&format!("\n## {heading}\n"));
        let (section, _) =
            after.map_or(("", ""), |(_, after)| after.split_once("\n## ").unwrap_or((after, "")));
        section.trim()
    }

    /// The containers that its scripts make.
    pub fn containers(&self) -> Vec<&str> {
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

    /// How the containers were started that the solution starts once more, as
    /// somebody would type it.
    pub fn restarted(&self) -> Vec<(&str, String)> {
        let removed = self.solve.lines().filter_map(|line| line.strip_prefix("docker rm -f "));
        let names = removed.flat_map(str::split_whitespace);
        names.filter_map(|name| Some((name, self.started(name)?))).collect()
    }

    /// The command of the setup that starts a container, without variables of
    /// the script's own.
    fn started(&self, name: &str) -> Option<String> {
        let named = format!(" --name {name} ");
        let start = self
            .setup
            .match_indices("\ndocker run ")
            .map(|(at, _)| &self.setup[at + 1..])
            .find(|rest| rest.lines().next().is_some_and(|line| line.contains(&named)))?;
        let command = start.split("\ndocker ").next()?.split("\n#").next()?.trim_end();
        let mut command = command.replace("$label", &format!("{LABEL}={}", self.name));
        for (variable, value) in self.texts() {
            command = command.replace(&format!("\"${variable}\""), &format!("'{value}'"));
        }
        Some(command)
    }

    /// The texts that the setup gives names of its own: `serve='…'`.
    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let parts = self.setup.split("\n\n").filter_map(|part| part.split_once("='"));
        parts.filter_map(|(name, rest)| {
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase());
            Some((name, rest.split('\'').next()?)).filter(|_| is_name)
        })
    }

    /// Whether an image is the one that all lessons are made of, whatever an
    /// engine calls it.
    pub fn is_image(image: &str) -> bool {
        let name = image.rsplit('/').next().unwrap_or_default();
        name.split([':', '@']).next() == Some(IMAGE)
    }

    /// The networks that its scripts make.
    pub fn networks(&self) -> Vec<&str> {
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

    fn named(name: &str) -> Lesson {
        LESSONS.iter().find(|lesson| lesson.name == name).expect("a lesson").clone()
    }

    #[test]
    fn every_lesson_is_whole() {
        for lesson in LESSONS {
            let name = &lesson.name;
            assert_eq!(complaints(lesson), [""; 0], "{name}");
            for part in [lesson.title(), lesson.story(), lesson.task(), lesson.solution()] {
                assert!(!part.contains('#'), "{name}: {part}");
            }
            let hints = lesson.hints();
            assert!((3..=5).contains(&hints.len()), "{name}: {hints:?}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let whole = named("two-networks");
        let without = |change: fn(&mut Lesson)| {
            let mut lesson = whole.clone();
            change(&mut lesson);
            complaints(&lesson).join("; ")
        };
        let cut = |text: &mut Cow<'static, str>, from: &str, to: &str| {
            assert!(text.contains(from), "{text}");
            *text = text.replace(from, to).into();
        };
        assert_eq!(without(|_| ()), "");
        for (change, said) in [
            ((|l| cut_hints(l)) as fn(&mut Lesson), "## Hints"),
            (|l| l.readme = "no title".into(), "title"),
            (|l| l.setup = l.setup.replace("set -eu\n", "").into(), "`set -eu`"),
            (
                |l| l.setup = l.setup.replace("--label $label ", "").into(),
                "setup.sh:6: what is made",
            ),
            (
                |l| l.name = "copy".into(),
                "setup.sh:4: `label=netmap.lesson=two-networks` is to be `label=netmap.lesson=copy`",
            ),
            (|l| l.setup = l.setup.replace("--name", "--id").into(), "no container has a name"),
            (|l| l.solve = "docker start x".into(), "solve.sh: it begins with"),
        ] {
            let wrong = without(change);
            assert!(wrong.contains(said), "{said}: {wrong}");
        }
        let mut odd = whole.clone();
        cut(&mut odd.setup, "--name shop-db ", "--name $(id) ");
        assert!(complaints(&odd).iter().any(|said| said.contains("no plain name")));
    }

    fn cut_hints(lesson: &mut Lesson) {
        lesson.readme = lesson.readme.replace("## Hints", "## Clues").into();
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
        let mut names: Vec<&str> = LESSONS.iter().map(|lesson| &*lesson.name).collect();
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
    fn what_has_to_be_started_again_is_shown_as_it_was_started() {
        for lesson in LESSONS {
            let removed = lesson.solve.lines().filter(|line| line.starts_with("docker rm -f "));
            let names: Vec<&str> = removed.flat_map(|line| line.split(' ').skip(3)).collect();
            let shown = lesson.restarted();
            assert_eq!(shown.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
            for (name, command) in shown {
                let start = format!("docker run -d --label {LABEL}={} --name {name} ", lesson.name);
                assert!(command.starts_with(&start), "{command}");
                assert!(!command.contains("$label") && !command.contains("$serve"), "{command}");
                assert_eq!(command.matches('\'').count() % 2, 0, "{command}");
            }
        }
        let shown = named("module-5");
        let shown = shown.restarted();
        assert!(shown[0].1.ends_with("exec httpd -f -p 3000 -h /www' survey"), "{}", shown[0].1);
    }

    #[test]
    fn programs_read_what_their_variables_say() {
        for lesson in LESSONS {
            for script in [&lesson.setup, &lesson.solve] {
                for run in script.split("\ndocker run ").skip(1) {
                    let run = run.split("\ndocker ").next().unwrap_or_default();
                    let given = run.split(" -e ").skip(1).filter_map(|rest| rest.split_once('='));
                    for (name, _) in given.filter(|(name, _)| !name.contains(char::is_whitespace)) {
                        let read = |text: &str| {
                            text.contains(&format!("${name}"))
                                || text.contains(&format!("${{{name}"))
                        };
                        let by_text = run.contains("\"$serve\"") && read(script);
                        // The proxy of `two-networks` only stands for one.
                        assert!(
                            read(run) || by_text || run.contains(" busybox sleep 1d"),
                            "{}: {name} is not read",
                            lesson.name
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_read_off_the_scripts() {
        let lesson = named("two-networks");
        assert_eq!(lesson.containers(), ["shop-db", "shop-web", "shop-proxy"]);
        assert_eq!(lesson.networks(), ["shop-front", "shop-back"]);
        assert_eq!(commands(&lesson.solve), "docker network connect shop-back shop-web");
    }
}
