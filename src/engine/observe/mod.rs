//! Looking closer than a scan does: the containers' logs, sockets, routes and
//! files, and facts about the engine and its machine. What cannot be looked
//! at is noted beside what was seen; an error ends nothing but itself.

#[cfg(target_os = "linux")]
mod diag;
mod files;
pub(super) mod heads;
mod in_line;
mod inside;
mod log_calm;
mod log_connected;
mod log_file;
mod log_found;
mod log_good_phrases;
mod log_hosts;
pub(super) mod log_line;
mod log_markers;
mod log_phrases;
mod log_quoted;
mod log_quoted_phrases;
mod log_readings;
mod log_standing;
pub(super) mod log_troubles;
mod log_troubles_phrases;
mod log_vocabulary;
mod log_words;
mod logs;
mod machine;
pub(super) mod routes;
#[cfg(target_os = "linux")]
mod rules;
#[cfg(not(target_os = "linux"))]
mod rules_elsewhere;
pub(super) mod sockets;

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use tokio::sync::Semaphore;

use super::connect::Engine;
use super::engines::Engines;
use super::{Visitor, lenient, translate};
use crate::model::{
    Container, Moment, Network, NetworkObservation, Observation, Part, Snapshot, State, Unread,
};
use crate::order::OrderBy;
use in_line::Lines;
#[cfg(not(target_os = "linux"))]
use rules_elsewhere as rules;
use sockets::InLine;

/// How to look.
#[derive(Debug, Clone, Copy)]
pub struct ObserveOptions {
    /// Whether a command may be run in a container where there is no other way to look inside:
    /// one in each, and another where connections wait for a program to take them.
    pub exec: bool,
    /// How many containers are looked at at once.
    pub width: usize,
}

/// Threads that go into network namespaces side by side. What they do there is
/// most of the work, and the runtime's own thread has answers to read.
const VISITORS: usize = 2;

/// Log files that are read at once. Reading one takes less time than starting
/// one thread more for it.
const LOG_FILES: usize = 2;

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
    let said = logs::said(text);
    (seen.log_errors, seen.log_troubles) = (Some(said.errors), said.troubles);
    seen
}

/// Looks at every container of the snapshot and at the engines' machines, and
/// adds what was seen to the snapshot. Without exec it sends GET requests
/// only. `progress` is called with how many of how many containers are done.
pub async fn observe(
    engines: &Engines,
    snapshot: &mut Snapshot,
    options: ObserveOptions,
    progress: impl Fn(usize, usize),
) {
    observe_some(engines, snapshot, options, |_| true, progress).await;
}

/// Like [`observe`], at those containers only that `wanted` lets through.
pub async fn observe_some(
    engines: &Engines,
    snapshot: &mut Snapshot,
    options: ObserveOptions,
    wanted: impl Fn(&Container) -> bool,
    progress: impl Fn(usize, usize),
) {
    let now = Moment::now();
    // Without any there are slower ways.
    let visitors: Vec<Visitor> = (0..VISITORS).filter_map(|_| Visitor::start().ok()).collect();
    let visitor = |at: usize| visitors.get(at % visitors.len().max(1));
    let log_files = Semaphore::new(LOG_FILES);
    let containers = async {
        let wanted: Vec<&Container> =
            snapshot.containers.iter().filter(|container| wanted(container)).collect();
        let total = wanted.len();
        let mut looks = stream::iter(wanted)
            .filter_map(|container| {
                std::future::ready(engines.of(container).map(|engine| (engine, container)))
            })
            .enumerate()
            .map(|(at, (engine, container))| {
                look(engine, container, visitor(at), &log_files, options.exec)
            })
            .buffer_unordered(options.width.max(1));
        let (mut seen, mut lines) = (Vec::with_capacity(total), Lines::default());
        while let Some((observation, in_line)) = looks.next().await {
            lines.add(seen.len(), in_line);
            seen.push(Observation { at: Some(now), ..observation });
            progress(seen.len(), total);
        }
        drop(looks);
        let listed = &snapshot.containers;
        lines.look_again(engines, listed, visitor(0), options.width, &mut seen).await;
        seen
    };
    let at_home = visitor(0);
    let of_several = engines.are_named();
    let ids: HashSet<&str> = snapshot.containers.iter().map(|of| &*of.id).collect();
    let published = snapshot.containers.iter().flat_map(|container| &container.published);
    let published: HashSet<u16> = published.filter_map(|port| port.host_port).collect();
    let listed = &snapshot.containers;
    let machines = join_all(engines.iter().map(|(node, engine)| {
        let own = |network: &&Network| network.node.is_empty() || network.node == node;
        let networks: Vec<&Network> = snapshot.networks.iter().filter(own).collect();
        let of_node = snapshot.engines.iter().find(|of| of.node == node);
        let known = of_node.map_or(&snapshot.engine, |of| &of.engine);
        let (ids, published) = (&ids, &published);
        async move {
            let info = async {
                // The scan may have asked already.
                match known.operating_system {
                    Some(_) => Ok(None),
                    None => lenient::info(engine).await.map(Some),
                }
            };
            let mut seen = tokio::join!(
                machine::networks(engine, &networks, ids, of_several, options.width),
                info,
                machine::host(engine, at_home),
                rules::read(engine, at_home, known, &networks, listed)
            );
            let mut unknown = None;
            if let (_, _, Ok((host, _)), _) = &mut seen {
                // Docker's own program takes what comes: there nothing is to be read for it.
                match known.is_podman() && !of_several {
                    true => unknown = machine::keep_dead(engine, at_home, published, host).await,
                    false => host.untaken.clear(),
                }
            }
            let (networks, info, host, rules) = seen;
            (node, networks, info, host.map(|(host, by)| (host, by, unknown)), rules)
        }
    }));
    let (observations, machines) = tokio::join!(containers, machines);
    snapshot.observations = observations;
    let machines: Vec<_> = machines
        .into_iter()
        .map(|(node, networks, info, host, rules)| (node.to_owned(), networks, info, host, rules))
        .collect();
    let mut of_networks: Vec<NetworkObservation> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (node, (networks, mut unread), info, host, rules) in machines {
        for mut seen in networks {
            let of_it = rules.out.iter().find(|(id, _)| *id == seen.id);
            seen.rules_out = of_it.map(|(_, out)| *out);
            // Each engine knows a shared network's members on its own node.
            match known.entry(seen.id.clone()) {
                Entry::Occupied(at) => {
                    let known = &mut of_networks[*at.get()];
                    known.attached.extend(seen.attached);
                    // The one that knows the fewest has the most to tell.
                    if !seen.peers.is_empty() && seen.peers.len() < known.peers.len() {
                        known.peers = seen.peers;
                    }
                }
                Entry::Vacant(place) => {
                    place.insert(of_networks.len());
                    of_networks.push(seen);
                }
            }
        }
        let here = |note: Unread| if of_several { note.on_engine(&node) } else { note };
        snapshot.unread.append(&mut unread);
        match info {
            Ok(None) => {}
            Ok(Some(info)) => {
                let of = snapshot.engines.iter_mut().find(|of| of.node == node && of_several);
                translate::add_info(info, of.map_or(&mut snapshot.engine, |of| &mut of.engine));
            }
            Err(error) => {
                let note = Unread::new("facts about the engine", error.to_string());
                snapshot.unread.push(here(note));
            }
        }
        let of = snapshot.engines.iter_mut().find(|of| of.node == node && of_several);
        of.map_or(&mut snapshot.engine, |of| &mut of.engine).makes_rules = rules.makes_rules;
        let is_here = || {
            let mut containers = snapshot.containers.iter();
            containers.any(|of| engines.of(of).is_some_and(|engine| is_local(engine, of)))
        };
        let host = host.and_then(|(host, by, unknown)| {
            machine::elsewhere(&host, by, snapshot, is_here).map_or(Ok((host, unknown)), Err)
        });
        match host {
            Ok((host, unknown)) if !of_several => {
                snapshot.host = Some(host);
                snapshot.unread.extend(unknown);
            }
            // Sockets and routes of several machines have no place in a snapshot.
            Ok(_) => {}
            Err(why) => snapshot.unread.push(here(Unread::machine(why))),
        }
    }
    if of_several {
        let why = "it is looked at only where a map is of one engine";
        let what = "the engines' machines".to_owned();
        snapshot.unread.push(Unread { what, ..Unread::machine(why) });
    }
    for seen in &mut of_networks {
        seen.attached.order();
        seen.attached.dedup();
    }
    snapshot.network_observations = of_networks;
    snapshot.tidy();
}

/// Looks by a command into those containers that `wanted` lets through and whose insides
/// could not be seen from beside the engine, and adds it to what was seen before.
pub async fn look_inside(
    engines: &Engines,
    snapshot: &mut Snapshot,
    wanted: impl Fn(&Container) -> bool,
    progress: impl Fn(usize, usize),
) {
    let by_id: HashMap<&str, &Container> =
        snapshot.containers.iter().filter(|c| wanted(c)).map(|c| (&*c.id, c)).collect();
    let blind = snapshot.observations.iter_mut().enumerate().filter(|(_, seen)| seen.how.is_none());
    let blind: Vec<_> = blind
        .filter_map(|(at, seen)| {
            let container = *by_id.get(&*seen.id)?;
            Some((at, engines.of(container)?, container, seen))
        })
        .collect();
    let total = blind.len();
    let looks = stream::iter(blind).map(|(at, engine, container, seen)| async move {
        seen.unseen.retain(|note| note.part != Part::Inside);
        (at, inside::look(engine, container, None, true, seen).await)
    });
    let width = ObserveOptions::default().width;
    let mut looks = looks.buffer_unordered(width);
    let (mut done, mut lines) = (0, Lines::default());
    while let Some((at, in_line)) = looks.next().await {
        lines.add(at, in_line);
        done += 1;
        progress(done, total);
    }
    drop(looks);
    let Snapshot { containers, observations, .. } = snapshot;
    lines.look_again(engines, containers, None, width, observations).await;
}

/// Whether a container's first process is one of this machine's.
#[cfg(target_os = "linux")]
fn is_local(engine: &Engine, container: &Container) -> bool {
    engine.process(container).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn is_local(_: &Engine, _: &Container) -> bool {
    false
}

async fn look(
    engine: &Engine,
    container: &Container,
    visitor: Option<&Visitor>,
    log_files: &Semaphore,
    exec: bool,
) -> (Observation, Vec<InLine>) {
    let mut seen = Observation {
        container: container.name.clone(),
        id: container.id.clone(),
        ..Observation::default()
    };
    let log = async {
        // One that never ran has said nothing.
        if container.state == State::Created {
            return None;
        }
        Some(logs::read(engine, container, log_files).await)
    };
    let (log, in_line) =
        tokio::join!(log, inside::look(engine, container, visitor, exec, &mut seen));
    match log {
        Some(Ok(said)) => {
            (seen.log_errors, seen.log_troubles) = (Some(said.errors), said.troubles);
            seen.log_connected = said.connected;
        }
        Some(Err(why)) => seen.unseen.insert(0, Unread::log(why)),
        None => {}
    }
    (seen, in_line)
}
