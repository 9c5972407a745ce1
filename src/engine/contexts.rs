//! Docker's own configuration: the current context and where contexts lead.
//!
//! Source of the layout: docker CLI, `cli/context/store`: each context is
//! `contexts/meta/<sha256 of the name>/meta.json` below the configuration
//! directory, its TLS material `contexts/tls/<same>/docker/{ca,cert,key}.pem`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::small_file;
use crate::error::{Error, Result, Source};
use crate::order::OrderBy;

/// A docker context's way to its engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Address, as in DOCKER_HOST.
    pub host: String,
    /// Directory with `ca.pem`, `cert.pem` and `key.pem`, if it has one.
    pub certificates: Option<PathBuf>,
    /// Whether the server's certificate is not to be checked.
    pub skip_verify: bool,
}

#[derive(Deserialize, Default)]
struct ConfigFile {
    #[serde(rename = "currentContext", default)]
    current_context: String,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Endpoints", default)]
    endpoints: Endpoints,
}

#[derive(Deserialize, Default)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
struct DockerEndpoint {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_verify: bool,
}

/// The context that `config.json` names as current; none when the file or the
/// entry is missing or empty.
pub fn current(config: &Path) -> Result<Option<String>> {
    let path = config.join("config.json");
    let text = match small_file::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    let file: ConfigFile = serde_json::from_str(&text).map_err(|error| unreadable(path, error))?;
    Ok(Some(file.current_context).filter(|name| !name.is_empty()))
}

fn unreadable(path: PathBuf, error: impl Into<Source> + ToString) -> Error {
    Error::BadConfig { path, why: error.to_string(), source: Some(error.into()) }
}

/// The contexts that docker keeps, each with its folder, in the folders' order.
/// Somebody else's broken context is no reason to fail.
fn stored(config: &Path) -> impl Iterator<Item = (PathBuf, Meta)> {
    let folders = fs::read_dir(config.join("contexts").join("meta"));
    let mut folders: Vec<PathBuf> = folders
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    folders.order();
    folders.into_iter().filter_map(|folder| {
        let text = small_file::read(&folder.join("meta.json")).ok()?;
        Some((folder, serde_json::from_str(&text).ok()?))
    })
}

/// The names of all contexts, the default one first.
pub fn names(config: Option<&Path>) -> Vec<String> {
    let stored = config.into_iter().flat_map(stored).map(|(_, meta)| meta.name);
    std::iter::once("default".to_owned()).chain(stored).collect()
}

/// The context called `name`.
pub fn find(config: &Path, name: &str, origin: &str) -> Result<Context> {
    let store = config.join("contexts");
    let mut known = vec!["default".to_owned()];
    for (directory, meta) in stored(config) {
        if meta.name != name {
            known.push(meta.name);
            continue;
        }
        let Some(docker) = meta.endpoints.docker.filter(|docker| !docker.host.is_empty()) else {
            let (path, why) =
                (directory.join("meta.json"), "it names no docker endpoint".to_owned());
            return Err(Error::BadConfig { path, why, source: None });
        };
        let id = directory.file_name().unwrap_or_default();
        let certificates = store.join("tls").join(id).join("docker");
        return Ok(Context {
            host: docker.host,
            certificates: certificates.is_dir().then_some(certificates),
            skip_verify: docker.skip_verify,
        });
    }
    Err(Error::NoSuchContext { name: name.to_owned(), origin: origin.to_owned(), known })
}
