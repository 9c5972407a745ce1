//! What is asked of the reading of compose files.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Which compose files to read, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Files, each laid over those before it. A folder stands for the compose
    /// file in it and the override file beside that; `-` is standard input.
    pub files: Vec<PathBuf>,
    /// Name of the project, in place of the one the files give it.
    pub project_name: Option<String>,
    /// Profiles to switch on.
    pub profiles: Vec<String>,
    /// Files of variables, in place of the `.env` beside the first file.
    pub env_files: Vec<PathBuf>,
    /// Environment variables of the process.
    pub environment: BTreeMap<String, String>,
    /// The folder that netmap was started in.
    pub current_folder: PathBuf,
}
