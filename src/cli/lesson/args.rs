//! What is asked of `netmap lesson`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;

use crate::cli::format::FormatArgs;
use crate::cli::options::duration;
use crate::error::{Error, Result};
use crate::render::{CheckView, Format, SheetView};

/// Arguments of `netmap lesson`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Lessons of your own: a folder of them, in the format of the course
    #[arg(long, global = true, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    pub(super) lessons: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) what: What,
}

/// What is asked of the course.
#[derive(Debug, Subcommand)]
pub(super) enum What {
    /// Which lessons there are, and which are up
    List,
    /// Show a lesson's story and bring it up
    Start {
        /// Lesson
        name: String,
        /// Do not ask before making anything
        #[arg(long, short)]
        yes: bool,
    },
    /// Whether the lesson is fixed
    #[command(after_help = Format::<CheckView>::list())]
    Check {
        /// Lesson; without a name, the one that is up
        name: Option<String>,
        /// Try again until it is fixed, for as long as this, such as 30s
        #[arg(long, value_name = "TIME", value_parser = duration)]
        retry: Option<Duration>,
        #[command(flatten)]
        format: FormatArgs<CheckView<'static>>,
    },
    /// Give a hint
    Hint {
        /// Which hint, the later ones say more; and of which lesson, where more than one is up
        #[arg(value_name = "NUMBER|LESSON", num_args = 0..=2)]
        which: Vec<String>,
    },
    /// Fix it, and say why it was broken
    Solve {
        /// Lesson; without a name, the one that is up
        name: Option<String>,
        /// Do not ask before running anything
        #[arg(long, short)]
        yes: bool,
    },
    /// Remove what the lesson made
    Stop {
        /// Lesson; without a name, the one that is up
        name: Option<String>,
    },
    /// Make the skeleton of a lesson from what runs: scripts, check, hints, in a new folder
    New {
        /// What the lesson is to be called
        name: String,
        /// Only these containers; globs work
        #[arg(value_name = "CONTAINER")]
        containers: Vec<String>,
        /// Teach only what this rule of the doctor finds; may be repeated
        #[arg(long, value_name = "RULE")]
        rule: Vec<String>,
    },
    /// Write a sheet for students, or with --teacher one for teachers
    #[command(after_help = Format::<SheetView>::list())]
    Sheet {
        /// Lessons; without one, the whole course
        #[arg(value_name = "LESSON")]
        names: Vec<String>,
        /// With hints, solution, and what the doctor says
        #[arg(long)]
        teacher: bool,
        #[command(flatten)]
        format: FormatArgs<SheetView<'static>>,
    },
}

/// The number of a hint and a lesson's name, in either order.
pub(super) fn asked_for(which: &[String]) -> Result<(u8, Option<&str>)> {
    let (numbers, names): (Vec<&str>, Vec<&str>) =
        which.iter().map(String::as_str).partition(|word| word.parse::<u64>().is_ok());
    let too_many = |what: &str| Error::Usage {
        what: format!("there are two {what}: {}", which.join(" ")),
        hint: Some("netmap lesson hint 2 loopback is the second hint to `loopback`".to_owned()),
    };
    let number = match &numbers[..] {
        [] => 1,
        // What is no `u8` is more than any lesson has.
        [number] => number.parse().unwrap_or(u8::MAX),
        _ => return Err(too_many("numbers")),
    };
    match &names[..] {
        [] => Ok((number, None)),
        [name] => Ok((number, Some(name))),
        _ => Err(too_many("lessons")),
    }
}
