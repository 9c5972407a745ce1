//! Looking closer than a scan does: the containers' logs, sockets, routes and
//! files, and facts about the engine and its machine. What cannot be looked
//! at is noted beside what was seen; an error ends nothing but itself.

mod files;
mod inside;
mod log_words;
mod logs;
mod machine;
mod routes;
mod sockets;

use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::StreamExt;
use futures_util::stream;

use super::connect::Engine;
use crate::model::{Container, Observation, Snapshot, State, Unread};

/// How to look.
#[derive(Debug, Clone, Copy)]
pub struct ObserveOptions {
    /// Whether a command may be run in a container, at most one in each, where
    /// there is no other way to look inside.
    pub exec: bool,
    /// How many containers are looked at at once.
    pub width: usize,
}

impl Default for ObserveOptions {
    fn default() -> Self {
        Self { exec: true, width: 8 }
    }
}

/// What would be seen if this text came from inside a container, as files and
/// as its log.
#[cfg(any(test, fuzzing))]
pub fn read_by_chance(text: &str) -> Observation {
    let mut seen = inside::read_by_chance(text);
    seen.log_errors = Some(logs::errors(text));
    seen
}

/// Looks at every container of the snapshot and at the engine's machine, and
/// adds what was seen to the snapshot. Without exec it sends GET requests
/// only. `progress` is told how many of how many containers are done.
pub async fn observe(
    engine: &Engine,
    snapshot: &mut Snapshot,
    options: ObserveOptions,
    progress: impl Fn(usize, usize),
) {
    observe_some(engine, snapshot, options, |_| true, progress).await;
}

/// Like [`observe`], at those containers only that `wanted` lets through.
pub async fn observe_some(
    engine: &Engine,
    snapshot: &mut Snapshot,
    options: ObserveOptions,
    wanted: impl Fn(&Container) -> bool,
    progress: impl Fn(usize, usize),
) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let now = now.and_then(|now| i64::try_from(now.as_secs()).ok());
    let containers = async {
        let wanted: Vec<&Container> =
            snapshot.containers.iter().filter(|container| wanted(container)).collect();
        let total = wanted.len();
        let mut looks = stream::iter(wanted)
            .map(|container| look(engine, container, options.exec))
            .buffer_unordered(options.width.max(1));
        let mut seen = Vec::with_capacity(total);
        while let Some(observation) = looks.next().await {
            seen.push(Observation { at: now, ..observation });
            progress(seen.len(), total);
        }
        seen
    };
    let (observations, (networks, mut unread), facts, host) = tokio::join!(
        containers,
        machine::networks(engine, &snapshot.networks, options.width),
        machine::facts(engine),
        machine::host(engine)
    );
    snapshot.observations = observations;
    snapshot.network_observations = networks;
    snapshot.unread.append(&mut unread);
    match facts {
        Ok(facts) => facts.add_to(&mut snapshot.engine),
        Err(error) => {
            snapshot.unread.push(Unread::new("facts about the engine", error.to_string()))
        }
    }
    match host {
        Ok(host) => snapshot.host = Some(host),
        Err(why) => snapshot.unread.push(Unread::new("the engine's machine", why)),
    }
    snapshot.tidy();
}

async fn look(engine: &Engine, container: &Container, exec: bool) -> Observation {
    let mut seen = Observation {
        container: container.name.clone(),
        id: container.id.clone(),
        ..Observation::default()
    };
    // One that never ran has said nothing.
    if container.state != State::Created {
        match logs::read(engine, &container.id).await {
            Ok(errors) => seen.log_errors = Some(errors),
            Err(why) => seen.unseen.push(Unread::new("its log", why)),
        }
    }
    inside::look(engine, container, exec, &mut seen).await;
    seen
}
