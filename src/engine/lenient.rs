//! Lists, inspects and facts from engines with words of their own.
//!
//! bollard knows Docker's states and gives up a whole list for one container
//! that is in another: Podman has `stopped`, for as long as it takes to clean
//! up after a container. What bollard cannot read is asked for once more and
//! read here, one container at a time. An inspect is read by a type of netmap's
//! own from the start, and so is what the engine says of itself.

use bollard::models::{ContainerSummary, SystemInfo};
use bollard::query_parameters::ListContainersOptions;
use futures_util::TryStreamExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::connect::Engine;
use super::inspected::Inspected;
use crate::error::{Error, Result};
use crate::model::Unread;

/// All containers, stopped ones included, and those of which nothing could be
/// made out.
pub async fn list_containers(engine: &Engine) -> Result<(Vec<ContainerSummary>, Vec<Unread>)> {
    let all = ListContainersOptions { all: true, ..Default::default() };
    let call = "list containers";
    match engine.ask(call, engine.docker.list_containers(Some(all))).await {
        Ok(listed) => Ok((listed, Vec::new())),
        Err(Error::Garbled { address, .. }) => {
            let values: Vec<Value> = raw(engine, call, "/containers/json?all=true").await?;
            let mut listed = Vec::with_capacity(values.len());
            let mut unread = Vec::new();
            for mut value in values {
                let name = value["Names"][0].as_str().unwrap_or("?").trim_start_matches('/');
                let what = format!("container `{name}`");
                translate_state(&mut value["State"]);
                match serde_json::from_value(value) {
                    Ok(summary) => listed.push(summary),
                    Err(error) => unread.push(Unread::new(what, error.to_string())),
                }
            }
            // Where none makes sense, the answer as a whole makes none.
            match (listed.is_empty(), unread.first()) {
                (true, Some(first)) => {
                    Err(Error::Garbled { address, call, why: first.why.clone() })
                }
                _ => Ok((listed, unread)),
            }
        }
        Err(error) => Err(error),
    }
}

/// One container by its id.
pub async fn inspect_container(engine: &Engine, id: &str) -> Result<Inspected> {
    let mut inspected: Inspected =
        raw(engine, "inspect container", &format!("/containers/{id}/json")).await?;
    if let Some(status) = inspected.state.as_mut().and_then(|state| state.status.as_mut()) {
        *status = dockers_state(status).to_owned();
    }
    Ok(inspected)
}

/// What the engine says of itself and its machine.
#[derive(Deserialize)]
pub struct Info {
    /// What Docker tells, too.
    #[serde(flatten)]
    pub known: SystemInfo,
    /// Podman's own way to say what Docker has among its security options.
    /// Podman 4.3 says it in this way only.
    #[serde(rename = "Rootless")]
    rootless: Option<bool>,
}

impl Info {
    /// Whether the engine runs as an ordinary user.
    pub fn is_rootless(&self) -> bool {
        let mut options = self.known.security_options.iter().flatten();
        self.rootless == Some(true)
            || options.any(|option| option.split(',').any(|part| part == "name=rootless"))
    }
}

/// The engine's word on itself.
pub async fn info(engine: &Engine) -> Result<Info> {
    raw(engine, "info", "/info").await
}

/// Podman's states in Docker's words; one that nobody knows becomes none.
///
/// Source: podman, `libpod/define/containerstate.go`.
fn dockers_state(word: &str) -> &str {
    match word {
        "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead"
        | "stopping" => word,
        "stopped" => "exited",
        "configured" | "initialized" => "created",
        _ => "",
    }
}

fn translate_state(state: &mut Value) {
    if let Some(word) = state.as_str() {
        *state = Value::from(dockers_state(word));
    }
}

/// The answer to a GET request as JSON. bollard has no call for that; one of
/// those whose answers it hands on as they come is sent to another path.
pub async fn raw<T: DeserializeOwned>(
    engine: &Engine,
    call: &'static str,
    path: &str,
) -> Result<T> {
    let wanted = path.to_owned();
    let docker = engine.docker.clone().with_request_modifier(move |mut request| {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = wanted.parse().ok();
        if let Ok(uri) = parts.try_into() {
            *request.uri_mut() = uri;
        }
        request
    });
    let body = docker.export_container("elsewhere").try_fold(Vec::new(), |mut body, piece| {
        body.extend_from_slice(&piece);
        std::future::ready(Ok(body))
    });
    let body = engine.ask(call, body).await?;
    serde_json::from_slice(&body).map_err(|error| Error::Garbled {
        address: engine.address().to_string(),
        call,
        why: error.to_string(),
    })
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
            let mut state = Value::from(theirs);
            translate_state(&mut state);
            assert_eq!(state, ours);
            let mut none = Value::Null;
            translate_state(&mut none);
            assert!(none.is_null());
        }
    }
}
