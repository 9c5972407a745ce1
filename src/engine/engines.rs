//! The engines of one map: mostly one; several where the user names several.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::connect::Engine;
use super::place::{Address, Origin};
use super::scan::{ScanOptions, scan};
use crate::error::Result;
use crate::model::{Container, Network, Snapshot, Unread};

/// The engines behind a snapshot, each by the name it has there.
#[derive(Debug, Clone)]
pub struct Engines {
    members: Vec<(String, Engine)>,
}

/// An engine that was asked, before it has a name that is its alone.
struct Asked {
    name: String,
    engine: Engine,
    snapshot: Snapshot,
}

impl Asked {
    /// Whether two are one engine: no two have a container in common, nor two
    /// of Docker's a local network. The id that engines give themselves is in
    /// a file that is copied with a disk, and Podman makes networks' of names.
    fn is_same(&self, other: &Self) -> bool {
        let own = |asked: &Self| -> BTreeSet<String> {
            let local = |network: &&Network| network.scope == "local";
            let networks = asked.snapshot.networks.iter().filter(local);
            let networks = networks.filter(|_| !asked.snapshot.engine.is_podman());
            let containers = asked.snapshot.containers.iter().map(|container| &container.id);
            networks.map(|network| &network.id).chain(containers).cloned().collect()
        };
        !own(self).is_disjoint(&own(other))
    }
}

impl Engines {
    /// One engine, whose map knows no other.
    pub fn one(engine: Engine) -> Self {
        Self { members: vec![(String::new(), engine)] }
    }

    /// The engine that a container is on; none where that one is not among
    /// these.
    pub fn of(&self, container: &Container) -> Option<&Engine> {
        match &self.members[..] {
            [(_, only)] if container.node.is_empty() => Some(only),
            members => {
                let found = members.iter().find(|(name, _)| *name == container.node);
                found.map(|(_, engine)| engine)
            }
        }
    }

    /// Each engine with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Engine)> {
        self.members.iter().map(|(name, engine)| (name.as_str(), engine))
    }

    /// Whether the map knows its engines by name.
    pub fn are_named(&self) -> bool {
        self.members.iter().any(|(name, _)| !name.is_empty())
    }
}

/// Opens these engines and puts what they say into one snapshot. Of several,
/// one that cannot be asked is noted in the snapshot's `unread`; an error
/// means that none could be. `progress` is told how many of how many parts
/// are done.
pub async fn gather(
    addresses: Vec<Address>,
    timeout: std::time::Duration,
    options: ScanOptions,
    progress: impl Fn(usize, usize),
) -> Result<(Engines, Snapshot)> {
    if let [only] = &addresses[..] {
        let engine = Engine::open(only.clone(), timeout).await?;
        let snapshot = scan(&engine, options, progress).await?;
        return Ok((Engines::one(engine), snapshot));
    }
    let asking = addresses.into_iter().map(|address| async move {
        let label = address.to_string();
        (label, ask(address, timeout, options).await)
    });
    let mut failures = Vec::new();
    let mut asked: Vec<Asked> = Vec::new();
    for (label, answer) in join_all(asking).await {
        match answer {
            // Named twice, it is one engine all the same.
            Ok(engine) if asked.iter().any(|other| other.is_same(&engine)) => {}
            Ok(engine) => asked.push(engine),
            Err(error) => failures.push((label, error)),
        }
    }
    if asked.is_empty()
        && let Some((_, error)) = failures.pop()
    {
        return Err(error);
    }
    let (mut members, mut parts): (Vec<(String, Engine)>, Vec<(String, Snapshot)>) =
        (Vec::new(), Vec::new());
    for engine in asked {
        let mut name = engine.name.clone();
        let mut number = 2;
        while members.iter().any(|(other, _)| *other == name) {
            name = format!("{}-{number}", engine.name);
            number += 1;
        }
        members.push((name.clone(), engine.engine));
        parts.push((name, engine.snapshot));
    }
    let mut snapshot = Snapshot::join(parts);
    for (label, error) in failures {
        let what = format!("the engine {label} with all that is on it");
        snapshot.unread.push(Unread::new(what, error.to_string()));
    }
    snapshot.tidy();
    Ok((Engines { members }, snapshot))
}

/// Asks one of several: it goes by its context's name, else by its machine's.
async fn ask(
    address: Address,
    timeout: std::time::Duration,
    options: ScanOptions,
) -> Result<Asked> {
    let engine = Engine::open(address, timeout).await?;
    let snapshot = scan(&engine, options, |_, _| {}).await?;
    let info = engine.ask("info", engine.docker.info()).await.ok().unwrap_or_default();
    let name = match &engine.address().origin {
        Origin::Context(name, _) => Some(name.clone()),
        _ => info.name.filter(|name| !name.is_empty()),
    };
    let name = name.unwrap_or_else(|| engine.address().to_string());
    Ok(Asked { name, engine, snapshot })
}
