//! Lists, inspects and facts from engines with words of their own.
//!
//! bollard knows Docker's states and gives up a whole list for one container
//! that is in another: Podman has `stopped`, for as long as it takes to clean
//! up after a container. So the list is taken as it comes and read here, one
//! container at a time, and so are inspects and what the engine says of itself.

use futures_util::{Stream, TryStreamExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::answers::{Info, ListedNetwork, Version};
use super::connect::Engine;
use super::container::{Inspected, Listed};
use crate::error::{Error, Result};
use crate::model::Unread;

/// A container of which the list has been read no further than its id: its
/// inspect says all that the list does, and more.
pub struct Entry {
    /// Its id.
    pub id: String,
    whole: Box<RawValue>,
}

impl Entry {
    /// Its name, whatever else the list says; `?` if it has none.
    pub fn name(&self) -> String {
        name_in(&self.whole)
    }

    /// All that the list says of it.
    pub fn read(&self) -> serde_json::Result<Listed> {
        let mut listed: Listed = serde_json::from_str(self.whole.get())?;
        listed.state = listed.state.map(dockers_state);
        Ok(listed)
    }
}

/// All containers, stopped ones included, and those of which nothing could be
/// made out.
pub async fn list_containers(engine: &Engine) -> Result<(Vec<Entry>, Vec<Unread>)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Known {
        id: String,
    }
    let call = "list containers";
    let list: Vec<Box<RawValue>> = raw(engine, call, "/containers/json?all=true").await?;
    let mut entries = Vec::with_capacity(list.len());
    let mut unread = Vec::new();
    for whole in list {
        match serde_json::from_str(whole.get()) {
            Ok(Known { id }) => entries.push(Entry { id, whole }),
            Err(error) => {
                unread.push(Unread::container(&name_in(&whole), error.to_string()));
            }
        }
    }
    // Where none makes sense, the answer as a whole makes none.
    match (entries.is_empty(), unread.first()) {
        (true, Some(first)) => {
            let address = engine.address().to_string();
            Err(Error::Garbled { address, call, why: first.why.clone(), source: None })
        }
        _ => Ok((entries, unread)),
    }
}

fn name_in(entry: &RawValue) -> String {
    let value: Value = serde_json::from_str(entry.get()).unwrap_or_default();
    value["Names"][0].as_str().unwrap_or("?").trim_start_matches('/').to_owned()
}

/// One container by its id.
pub async fn inspect_container<H: DeserializeOwned + Default>(
    engine: &Engine,
    id: &str,
) -> Result<Inspected<H>> {
    let mut inspected: Inspected<H> =
        raw(engine, "inspect container", &format!("/containers/{id}/json")).await?;
    if let Some(state) = &mut inspected.state {
        state.status = state.status.take().map(dockers_state);
    }
    Ok(inspected)
}

/// The engine's word on itself.
pub async fn info(engine: &Engine) -> Result<Info> {
    raw(engine, "info", "/info").await
}

/// What version it is of.
pub async fn version(engine: &Engine) -> Result<Version> {
    raw(engine, "version", "/version").await
}

/// All its networks.
pub async fn networks(engine: &Engine) -> Result<Vec<ListedNetwork>> {
    raw(engine, "list networks", "/networks").await
}

/// Podman's states in Docker's words; one that nobody knows becomes none.
///
/// Source: podman, `libpod/define/containerstate.go`.
fn dockers_state(word: String) -> String {
    match word.as_str() {
        "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead"
        | "stopping" => word,
        "stopped" => "exited".to_owned(),
        "configured" | "initialized" => "created".to_owned(),
        _ => String::new(),
    }
}

/// The answer to a GET request as JSON.
pub async fn raw<T: DeserializeOwned>(
    engine: &Engine,
    call: &'static str,
    path: &str,
) -> Result<T> {
    let body = body(engine, path).try_fold(Vec::new(), |mut body, piece| {
        body.extend_from_slice(piece.as_ref());
        std::future::ready(Ok(body))
    });
    // What is no text shows where it stands. Looked for once, that takes an
    // eighth of the time that it takes in each string by itself.
    let text = String::from_utf8(engine.ask(call, body).await?)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    serde_json::from_str(&text).map_err(|error| Error::Garbled {
        address: engine.address().to_string(),
        call,
        why: error.to_string(),
        source: Some(error.into()),
    })
}

/// The answer to a GET request in pieces, as they come. bollard has no call for that; one of
/// those whose answers it hands on so is sent to another path.
pub fn body(
    engine: &Engine,
    path: &str,
) -> impl Stream<Item = Result<impl AsRef<[u8]> + use<>, bollard::errors::Error>> + use<> {
    let wanted = path.to_owned();
    let docker = engine.docker.clone().with_request_modifier(move |mut request| {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = wanted.parse().ok();
        if let Ok(uri) = parts.try_into() {
            *request.uri_mut() = uri;
        }
        request
    });
    docker.export_container("elsewhere")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rootless_engine_says_so_in_one_of_two_ways() {
        let is_rootless = |text: &str| serde_json::from_str::<Info>(text).unwrap().is_rootless();
        // As Podman 4.3, 5.4 and Docker 26.1 have it.
        assert!(is_rootless(
            r#"{"SecurityOptions":["name=seccomp,profile=default"],"Rootless":true}"#
        ));
        assert!(is_rootless(
            r#"{"SecurityOptions":["name=seccomp,profile=default","name=rootless"],"Rootless":true}"#
        ));
        assert!(is_rootless(
            r#"{"SecurityOptions":["name=seccomp,profile=builtin","name=rootless"]}"#
        ));
        assert!(!is_rootless(
            r#"{"SecurityOptions":["name=seccomp,profile=builtin"],"Rootless":false}"#
        ));
        assert!(!is_rootless(r#"{"SecurityOptions":null}"#));
    }

    #[test]
    fn states_of_podman_become_dockers_and_dockers_stay() {
        for (theirs, ours) in [
            ("stopped", "exited"),
            ("initialized", "created"),
            ("running", "running"),
            ("exited", "exited"),
            ("hibernating", ""),
        ] {
            assert_eq!(dockers_state(theirs.to_owned()), ours);
        }
    }
}
