//! Reading everything off the engine: its networks (in a swarm
//! also what its manager lists), and beside that the list of containers with
//! an inspect for each of them.
//!
//! Network inspects are not made: on a local engine they add nothing to what
//! the containers' own settings say, and they double the time.

use std::collections::HashMap;

use futures_util::StreamExt;
use futures_util::stream;

use super::connect::Engine;
use super::lenient::Entry;
use super::{lenient, podman, swarm, translate};
use crate::error::{Error, Result};
use crate::model::{Container, EngineFacts, Network, NetworkMode, Scope, Snapshot, Unread};

/// How to scan.
#[derive(Debug, Clone, Copy)]
pub struct ScanOptions {
    /// How many inspects are under way at once. Eight get the best out of an
    /// engine; measured, more gain nothing.
    pub width: usize,
    /// What to learn of the engine itself.
    pub facts: Facts,
}

/// What is asked of an engine about itself. For more than its name both engines run other
/// programs, and take as long as for a dozen inspects; so it is asked for beside the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facts {
    /// Who it is, which each of its answers says.
    Identity,
    /// Also what kind of processor its machine has.
    Version,
    /// All that only a closer look needs; and what each container was made with.
    All,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { width: 8, facts: Facts::Identity }
    }
}

/// Reads the engine's networks and containers, stopped ones included. Sends
/// GET requests only. `progress` is called with how many of how many inspects are done.
///
/// A container that vanishes on the way, and one whose inspect fails, do not
/// end the scan: they are listed in the snapshot's `unread`. An error means
/// that nothing could be learned.
///
/// # Errors
///
/// When the engine's lists of networks and containers cannot be had.
pub async fn scan(
    engine: &Engine,
    options: ScanOptions,
    progress: impl Fn(usize, usize),
) -> Result<Snapshot> {
    let (own, (mut containers, mut unread)) =
        tokio::try_join!(about(engine, options), containers(engine, options, progress))?;
    let About { mut facts, networks, unread: mut notes } = own;
    notes.append(&mut unread);
    if facts.is_podman() {
        podman::leave_out_what_is_no_network(&networks, &mut containers);
        if let Some(path) = podman::own_containers(&containers) {
            match lenient::raw(engine, "list containers", path).await {
                Ok(own) => podman::add_pods(own, &mut containers),
                Err(error) => notes.push(Unread::new("the list of pods", error.to_string())),
            }
        }
        // What the host's network reaches depends on it.
        let asked = facts.rootless.is_some();
        if !asked && containers.iter().any(|c| c.network_mode == NetworkMode::Host) {
            match lenient::info(engine).await {
                Ok(info) => facts.rootless = Some(info.is_rootless()),
                Err(error) => {
                    notes.push(Unread::new("whether Podman is rootless", error.to_string()));
                }
            }
        }
    }
    if let Some(swarm) = &facts.swarm {
        swarm.publish(&mut containers);
    }
    note_twins(&containers, &mut notes);
    Ok(Snapshot::new(facts, networks, containers, notes))
}

/// No more than the engine's lists of networks and containers say: names,
/// states, addresses, ports. Two calls, whatever is there.
///
/// # Errors
///
/// When the lists cannot be had.
pub async fn list(engine: &Engine) -> Result<Snapshot> {
    let (networks, (entries, mut unread)) =
        tokio::try_join!(lenient::networks(engine), lenient::list_containers(engine))?;
    let networks: Vec<Network> =
        networks.into_iter().map(|network| translate::network(network, &mut unread)).collect();
    let mut containers = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry.read() {
            Ok(listed) => containers.push(translate::listed_container(listed, &mut unread)),
            Err(nonsense) => unread.push(Unread::container(&entry.name(), nonsense.to_string())),
        }
    }
    Ok(Snapshot::new(EngineFacts::default(), networks, containers, unread))
}

/// What the engine says of itself and of its networks.
struct About {
    facts: EngineFacts,
    networks: Vec<Network>,
    unread: Vec<Unread>,
}

async fn about(engine: &Engine, options: ScanOptions) -> Result<About> {
    let info = || lenient::info(engine);
    let early = async { if options.facts == Facts::All { Some(info().await) } else { None } };
    let version = async {
        if options.facts == Facts::Version { Some(lenient::version(engine).await) } else { None }
    };
    let (version, networks, early) = tokio::join!(version, lenient::networks(engine), early);
    let networks = networks?;
    let mut unread = Vec::new();
    let identity = engine.identity().map(EngineFacts::from);
    let version = match version {
        None if identity.is_none() => Some(lenient::version(engine).await),
        asked => asked,
    };
    let mut facts = match version {
        None => identity.unwrap_or_default(),
        Some(Ok(version)) => translate::engine_facts(version),
        Some(Err(error)) => {
            unread.push(Unread::new("the engine's version", error.to_string()));
            identity.unwrap_or_default()
        }
    };
    let mut networks: Vec<_> =
        networks.into_iter().map(|network| translate::network(network, &mut unread)).collect();
    if facts.is_podman() {
        podman::call_networks_as_containers_do(&mut networks);
        let own = match podman::own_networks(&facts) {
            // A proxy in front of it may keep that API to itself.
            Some(path) => lenient::raw(engine, "list networks", path).await.unwrap_or_default(),
            None => Vec::new(),
        };
        podman::add_own_words(&own, &mut networks);
    }
    // Every node of a swarm has the swarm's own network.
    let in_swarm = networks.iter().any(|network| network.scope == Scope::Swarm);
    let answer = match early {
        None if in_swarm => Some(info().await),
        answer => answer,
    };
    match answer {
        Some(Ok(info)) => {
            if in_swarm {
                facts.swarm = swarm::read(engine, &info, &mut unread).await;
            }
            translate::add_info(info, &mut facts);
        }
        Some(Err(error)) if in_swarm => unread.push(Unread::swarm("the swarm", error.to_string())),
        // Who looks closer asks again, and says what becomes of it.
        Some(Err(_)) | None => {}
    }
    Ok(About { facts, networks, unread })
}

/// All containers, and what could not be read of them.
async fn containers(
    engine: &Engine,
    options: ScanOptions,
    progress: impl Fn(usize, usize),
) -> Result<(Vec<Container>, Vec<Unread>)> {
    let (listed, mut unread) = lenient::list_containers(engine).await?;
    let total = listed.len();
    let mut inspects = stream::iter(listed)
        .map(|entry| inspect(engine, entry, options.facts == Facts::All))
        .buffer_unordered(options.width.max(1));
    let mut containers = Vec::with_capacity(total);
    let mut done = 0;
    while let Some((container, mut notes)) = inspects.next().await {
        containers.extend(container);
        unread.append(&mut notes);
        done += 1;
        progress(done, total);
    }
    Ok((containers, unread))
}

/// Inspects one container; falls back to what the list said of it.
async fn inspect(
    engine: &Engine,
    entry: Entry,
    with_options: bool,
) -> (Option<Container>, Vec<Unread>) {
    let mut notes = Vec::new();
    // Most of a `HostConfig` is passed over where only its networks matter.
    let inspected = if with_options {
        let whole = lenient::inspect_container(engine, &entry.id).await;
        whole.map(|whole| translate::whole_container(whole, &mut notes))
    } else {
        let inspected = lenient::inspect_container(engine, &entry.id).await;
        inspected.map(|inspected| translate::container(inspected, &mut notes))
    };
    let error = match inspected {
        Ok(container) => return (Some(container), notes),
        Err(error) => error,
    };
    let listed = match entry.read() {
        Ok(listed) => translate::listed_container(listed, &mut notes),
        Err(nonsense) => {
            let why = format!("{error}; in the list: {nonsense}");
            return (None, vec![Unread::container(&entry.name(), why)]);
        }
    };
    if let Error::Refused { status: 404, .. } = error {
        return (None, vec![Unread::vanished_container(&listed.name)]);
    }
    let why = format!("only the list's word on it, without aliases, health and links: {error}");
    notes.push(Unread::container(&listed.name, why));
    (Some(listed), notes)
}

/// A container renamed between list and inspect can end up beside another of
/// its old name; both rows were true, and the reader should know.
fn note_twins(containers: &[Container], unread: &mut Vec<Unread>) {
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for container in containers {
        *by_name.entry(&container.name).or_default() += 1;
    }
    for (name, count) in by_name {
        if count > 1 {
            let why = format!("{count} containers had this name during the scan");
            unread.push(Unread::container(name, why));
        }
    }
}
