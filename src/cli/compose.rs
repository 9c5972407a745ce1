//! The options that name compose files, for every command that can work on
//! what is planned instead of what runs.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use clap::Args;

use crate::compose::{self, Request};
use crate::error::{Error, Result};
use crate::model::Snapshot;
use crate::order::Ordered;

/// The options.
#[derive(Debug, Clone, Default, Args)]
pub struct ComposeOptions {
    /// Read compose files instead of asking an engine: a file, a folder with one in it, or - for
    /// standard input; when repeated, each is laid over those before it
    #[arg(
        long = "compose",
        global = true,
        value_name = "FILE",
        id = "compose-files",
        help_heading = "Where to look"
    )]
    pub files: Vec<PathBuf>,
    /// Switch on this profile of the compose files; may be repeated; '*' is all of them
    #[arg(
        long = "profile",
        global = true,
        value_name = "NAME",
        requires = "compose-files",
        help_heading = "Where to look"
    )]
    pub profiles: Vec<String>,
    /// Take the compose files' variables from this file instead of .env; may be repeated
    #[arg(
        long = "env-file",
        global = true,
        value_name = "FILE",
        requires = "compose-files",
        help_heading = "Where to look"
    )]
    pub env_files: Vec<PathBuf>,
    /// Name of the compose project, as with docker compose -p
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        requires = "compose-files",
        help_heading = "Where to look"
    )]
    pub project_name: Option<String>,
}

impl ComposeOptions {
    /// What is planned in the compose files, if any are named.
    pub fn planned(&self) -> Result<Option<Snapshot>> {
        self.request()?.map(|request| compose::read(&request)).transpose()
    }

    /// Like [`Self::planned`], for judging: a file that Compose refuses as a
    /// whole is a plan with that fault.
    pub fn judged(&self) -> Result<Option<Snapshot>> {
        self.request()?.map(|request| compose::judge(&request)).transpose()
    }

    /// Which file was read, where it was found above the folder that was named.
    pub fn found_above(&self, planned: &Snapshot) -> Option<String> {
        let file = planned.plan.as_ref()?.files.first()?;
        let real = fs::canonicalize(file).ok()?;
        let in_it = |folder: &PathBuf| {
            !folder.is_dir() || fs::canonicalize(folder).is_ok_and(|it| real.starts_with(it))
        };
        let is_elsewhere = self.files.first().is_some_and(|folder| !in_it(folder));
        is_elsewhere.then(|| format!("The compose file is {file}, above this folder."))
    }

    fn request(&self) -> Result<Option<Request>> {
        if self.files.is_empty() {
            return Ok(None);
        }
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .into_map();
        let current_folder = std::env::current_dir().map_err(|error| Error::System {
            what: "cannot find the current folder".to_owned(),
            error,
        })?;
        Ok(Some(Request {
            files: self.files.clone(),
            project_name: self.project_name.clone(),
            profiles: self.profiles.clone(),
            env_files: self.env_files.clone(),
            environment,
            current_folder,
        }))
    }
}
