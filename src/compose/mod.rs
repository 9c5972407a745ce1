//! Compose files, read into a snapshot of what Compose would bring about.
//!
//! A file goes through [`yaml`](crate::yaml) (a tree that knows places), [`interpolate`]
//! (variables) and [`load`]; [`extends`], [`include`] and [`merge`] bring
//! several services and files together; [`service`], [`ports`] and [`network`]
//! bring the many ways of writing a thing down to one, and [`plan`] draws up
//! containers and networks. What is not understood is named with its place in
//! the snapshot's `unread`, and the rest goes on.
//!
//! Values of variables and command lines end here: the snapshot has only the
//! hosts and ports that they name.

mod env_file;
mod extends;
mod include;
mod interpolate;
mod keys;
mod load;
mod merge;
mod network;
mod notes;
mod places;
mod plan;
mod ports;
mod reader;
mod references;
mod service;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::Snapshot;
use crate::yaml::Node;
use interpolate::Variables;
use load::Loader;
use reader::Reader;

/// The names of a compose file in a folder, in the order in which Compose
/// looks for them, and those of the file laid over it.
const NAMES: [&str; 4] =
    ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDES: [&str; 4] = [
    "compose.override.yaml",
    "compose.override.yml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

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

/// Reads compose files into the snapshot that Compose would bring about.
///
/// # Errors
///
/// When a file cannot be read or is no YAML, when files include or
/// extend one another in a circle, and when a file names another one outside
/// of the project's folder.
///
/// # Examples
///
/// ```
/// use netmap::compose::{Request, read};
///
/// let folder = std::env::temp_dir().join(format!("netmap-example-{}", std::process::id()));
/// std::fs::create_dir_all(&folder).expect("a folder");
/// let file = folder.join("compose.yaml");
/// std::fs::write(&file, "services:\n  web: {image: nginx}\n").expect("a file");
/// let planned = read(&Request { files: vec![file], ..Request::default() });
/// std::fs::remove_dir_all(&folder).expect("the folder");
/// assert_eq!(planned?.containers.len(), 1);
/// # Ok::<(), netmap::error::Error>(())
/// ```
pub fn read(request: &Request) -> Result<Snapshot> {
    let files = files(&request.files)?;
    let folder = files.first().map(|file| load::parent(file)).unwrap_or_default();
    let mut loader = Loader::new(roots(request, &files));
    let variables = variables(request, &folder)?;
    let tree = loader.project(&files, &folder, &variables)?;
    loader.notes.unknown_keys(&tree, &[], keys::TOP);
    let mut profiles = request.profiles.clone();
    if profiles.is_empty() {
        let named = variables.get("COMPOSE_PROFILES").unwrap_or_default();
        profiles = named.split(',').map(|name| name.trim().to_owned()).collect();
    }
    let old_names = variables.get("COMPOSE_COMPATIBILITY").unwrap_or_default().to_lowercase();
    let project = plan::Project {
        name: project_name(request, &tree, &variables, &folder),
        profiles,
        separator: if matches!(old_names.as_str(), "1" | "true" | "yes" | "on") {
            '_'
        } else {
            '-'
        },
    };
    let mut reader =
        Reader { loader: &mut loader, variables: &variables, ports: Default::default() };
    let mut snapshot = plan::snapshot(&mut reader, &project, &tree);
    snapshot.unread = loader.notes.finish();
    snapshot.unread.sort();
    Ok(snapshot)
}

/// The files asked for, with folders looked into.
fn files(asked: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in asked {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let there =
            |names: &[&str]| names.iter().map(|name| path.join(name)).find(|path| path.is_file());
        let Some(file) = there(&NAMES) else {
            return Err(Error::Compose {
                place: path.display().to_string(),
                why: "there is no compose file in this folder".to_owned(),
                hint: Some(format!("netmap looks for {}", NAMES.join(", "))),
            });
        };
        files.push(file);
        files.extend(there(&OVERRIDES));
    }
    Ok(files)
}

/// The folders that nothing named in a file may leave: those of the files on
/// the command line, and the current one where they lie in it.
fn roots(request: &Request, files: &[PathBuf]) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> =
        files.iter().filter_map(|file| fs::canonicalize(load::parent(file)).ok()).collect();
    if let Ok(current) = fs::canonicalize(&request.current_folder)
        && roots.iter().any(|root| root.starts_with(&current))
    {
        roots.push(current);
    }
    roots
}

/// The variables that values are filled in with.
fn variables(request: &Request, folder: &Path) -> Result<Variables> {
    let mut variables = Variables { process: request.environment.clone(), file: BTreeMap::new() };
    if request.env_files.is_empty() {
        let beside = folder.join(".env");
        if beside.is_file()
            && let Ok(text) = load::read_text(&beside)
        {
            variables.file = env_file::parse(&text, &variables);
        }
    }
    for path in &request.env_files {
        let text = load::read_text(path).map_err(|why| Error::Compose {
            place: path.display().to_string(),
            why: format!("cannot read it: {why}"),
            hint: None,
        })?;
        let found = env_file::parse(&text, &variables);
        variables.file.extend(found);
    }
    Ok(variables)
}

/// The project's name by Compose's rules: as asked, `COMPOSE_PROJECT_NAME`,
/// `name` in the file, the folder's name.
fn project_name(request: &Request, tree: &Node, variables: &Variables, folder: &Path) -> String {
    let in_file = || tree.get("name").and_then(Node::text).map(str::to_owned);
    let asked = request.project_name.clone();
    let variable = || variables.get("COMPOSE_PROJECT_NAME").map(str::to_owned);
    let given = asked.or_else(variable).filter(|name| !name.is_empty()).or_else(in_file);
    let name = given.unwrap_or_else(|| {
        let real = fs::canonicalize(folder).unwrap_or_default();
        real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    });
    let allowed = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let clean: String = name.to_lowercase().chars().filter(allowed).take(200).collect();
    match clean.trim_start_matches(['-', '_']) {
        "" => "default".to_owned(),
        clean => clean.to_owned(),
    }
}

#[cfg(test)]
mod tests;
