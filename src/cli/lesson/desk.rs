//! Where a student sits, with the lessons that are taught there.

use std::borrow::Cow;
use std::path::PathBuf;

use crate::cli::Ending;
use crate::cli::run::Run;
use crate::error::{Error, Problem, Result};
use crate::lesson::{LESSONS, Lesson};
use crate::model::nearest;
use crate::render::{Style, fix};

/// Lessons that belong together.
#[derive(Debug)]
pub struct Course {
    /// In order.
    pub lessons: Cow<'static, [Lesson]>,
    /// Those of the folder that cannot be taught, in order.
    pub broken: Vec<Broken>,
    /// The folder that they were read from; none for those of the program.
    pub folder: Option<PathBuf>,
}

/// A lesson that cannot be taught as it is.
#[derive(Debug)]
pub struct Broken {
    /// Name, which is that of its folder.
    pub name: String,
    /// Its folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

impl Broken {
    /// It as an error.
    pub fn error(&self) -> Error {
        Error::CheckFile { path: self.path.clone(), problems: self.problems.clone() }
    }
}

impl Course {
    /// The lessons that the program carries.
    pub fn own() -> Self {
        Self { lessons: Cow::Borrowed(LESSONS), broken: Vec::new(), folder: None }
    }

    /// The lesson of that name; else what is wrong with it, or the nearest one in
    /// the error.
    pub fn named(&self, name: &str) -> Result<&Lesson> {
        self.lessons.iter().find(|lesson| lesson.name == name).ok_or_else(|| {
            if let Some(broken) = self.broken.iter().find(|broken| broken.name == name) {
                return broken.error();
            }
            let known = || self.lessons.iter().map(|lesson| &*lesson.name);
            Error::NoSuchName {
                kind: "lesson",
                name: name.to_owned(),
                nearest: nearest(name, known()).map(str::to_owned),
                known: known().map(str::to_owned).collect(),
            }
        })
    }

    /// Whether it has a lesson of that name, be it broken.
    pub fn has(&self, name: &str) -> bool {
        self.lessons.iter().any(|lesson| lesson.name == name)
            || self.broken.iter().any(|broken| broken.name == name)
    }

    /// What it is called: by its folder, if it has one.
    pub fn called(&self) -> String {
        match &self.folder {
            Some(folder) => format!("the lessons in `{}`", folder.display()),
            None => "netmap's own lessons".to_owned(),
        }
    }

    /// What stands behind `netmap lesson` for these lessons: ` --lessons DIR`.
    pub fn option(&self) -> String {
        let Some(folder) = &self.folder else { return String::new() };
        let folder = folder.display().to_string();
        let option = fix::with_names("--lessons", &[&folder]);
        format!(" {}", option.unwrap_or_else(|| "--lessons DIR".to_owned()))
    }

    /// A command about a lesson.
    pub fn command(&self, what: &str) -> String {
        format!("netmap lesson{} {what}", self.option())
    }
}

/// Where the student sits.
pub struct Desk<'a> {
    /// The run.
    pub run: Run<'a>,
    /// The dress of what is told.
    pub style: Style,
    /// What is taught.
    pub course: Course,
}

impl Desk<'_> {
    /// Tells something to the student.
    pub fn say(&self, text: &str) -> Result<()> {
        self.run.say(text)
    }

    /// Says which lessons are broken, each with what is wrong, and how that ends.
    pub fn broken(&self) -> Ending {
        for broken in &self.course.broken {
            self.run.output.error(&broken.error());
        }
        if self.course.broken.is_empty() { Ending::Clean } else { Ending::Failed }
    }
}
