//! Compose files, read into a snapshot of what Compose would bring about.
//!
//! [`project`] chooses the files and finds the project's name. A file goes
//! through [`yaml`](crate::yaml) (a tree that knows places), [`interpolate`] (variables) and
//! [`load`]; [`extends`], [`mod@include`] and [`merge`] bring several services and
//! files together; [`service`], [`ports`] and [`network`] bring the many ways of
//! writing a thing down to one, and [`plan`] draws up containers and networks.
//!
//! What Compose refuses is a [`Fault`] of the plan: [`conform`] holds the files
//! against the tables in [`keys`], and [`consistency`] asks whether the parts
//! fit together. What the engine will refuse is one, too ([`start`]). What is
//! not understood is named in the snapshot's `unread`, as faults are, and the
//! rest goes on.
//!
//! Values of variables and command lines end here: the snapshot has only the
//! hosts and ports that they name.

mod circles;
mod conform;
mod consistency;
mod env_file;
mod extends;
mod hosts;
mod include;
mod interpolate;
mod keys;
mod load;
mod merge;
mod names;
mod network;
mod notes;
mod places;
mod plan;
mod ports;
mod project;
mod reader;
mod references;
mod request;
mod scalar;
mod service;
mod shape;
mod start;
mod undeclared;
mod values;
mod volumes;

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::model::{EngineFacts, Fault, Form, Plan, Refuser, Snapshot};
use crate::yaml::{Node, Spot, Value};
use load::{Loader, Source};
use project::Chosen;
use reader::Reader;

pub use request::Request;

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
    let Chosen { files, mut variables } = project::choose(request)?;
    let folder = files.first().map(|file| load::parent(file)).unwrap_or_default();
    let folders: Vec<PathBuf> = files.iter().map(|file| load::parent(file)).collect();
    let mut loader = Loader::new(load::roots(&request.current_folder, &folders));
    let sources = files.iter().map(|path| Source {
        name: load::name_of(path),
        path: path.clone(),
        folder: folder.clone(),
    });
    let parsed = loader.parsed(sources.collect())?;
    let name = project::name(request, &parsed, &variables, &folder, &mut loader.notes)?;
    // Compose sets it itself, whichever way the project got its name.
    variables.process.insert("COMPOSE_PROJECT_NAME".to_owned(), name.clone());
    let merged = loader.laid_over(parsed, &variables, &mut Vec::new())?;
    let tree = merge::without_tags(merged).unwrap_or(Node::new(Spot::default(), Value::Null));
    project::shape(&tree, &mut loader.notes)?;
    let mut profiles = request.profiles.clone();
    let are_asked_for = !profiles.is_empty();
    if profiles.is_empty() {
        let named = variables.get("COMPOSE_PROFILES").unwrap_or_default();
        profiles = named.split(',').map(|name| name.trim().to_owned()).collect();
    }
    let old_names = variables.get("COMPOSE_COMPATIBILITY").unwrap_or_default().to_lowercase();
    let is_old = matches!(old_names.as_str(), "1" | "true" | "yes" | "on");
    let project =
        plan::Project { name, profiles, are_asked_for, separator: if is_old { '_' } else { '-' } };
    let mut reader = Reader::new(&mut loader, &variables, &tree);
    let mut snapshot = plan::snapshot(&mut reader, &project, &tree);
    let (unread, faults) = loader.notes.finish();
    snapshot.unread = unread;
    if let Some(plan) = &mut snapshot.plan {
        plan.faults = faults;
    }
    Ok(snapshot)
}

/// Like [`read`], for judging: a file that Compose refuses as a whole is an
/// empty plan with that fault.
///
/// # Errors
///
/// What cannot be read at all is an error, as with [`read`].
pub fn judge(request: &Request) -> Result<Snapshot> {
    let (place, why, hint) = match read(request) {
        Err(Error::ComposeFile { place, why, hint }) => (place, why, hint),
        other => return other,
    };
    let mut snapshot = Snapshot::new(EngineFacts::default(), Vec::new(), Vec::new(), Vec::new());
    let (by, path, service) = (Refuser::Compose, String::new(), None);
    let form = hint.map(|how| Form::Parsed { how });
    let fault = Fault { by, place, path, service, why, meant: None, form };
    let files = vec![fault.place.file.clone()];
    snapshot.plan = Some(Plan { files, faults: vec![fault], ..Plan::default() });
    Ok(snapshot)
}

#[cfg(test)]
mod tests;
