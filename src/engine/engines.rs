//! The engines of one map: mostly one; several where the user names several.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use futures_util::future::join_all;

use super::connect::Engine;
use super::lenient;
use super::place::{Address, Origin, Place};
use super::scan::{ScanOptions, scan};
use super::ssh::Login;
use crate::error::{Error, Result};
use crate::model::{Container, Network, Scope, Snapshot, Unread};

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
            let local = |network: &&Network| network.scope == Scope::Local;
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

/// Opens these engines and puts what they say into one snapshot; with
/// `all_nodes` also those of the other nodes of their swarm. Of several, one
/// that cannot be asked is noted in the snapshot's `unread`; an error means
/// that none could be. `progress` is called with how far it is, where one is asked.
///
/// # Errors
///
/// When no engine could be asked: the error of the first.
pub async fn gather(
    addresses: Vec<Address>,
    all_nodes: bool,
    timeout: Duration,
    options: ScanOptions,
    progress: impl Fn(usize, usize),
) -> Result<(Engines, Snapshot)> {
    if let ([only], false) = (&addresses[..], all_nodes) {
        let engine = Engine::open(only.clone(), timeout).await?;
        let snapshot = scan(&engine, options, progress).await?;
        return Ok((Engines::one(engine), snapshot));
    }
    let mut asked: Vec<Asked> = Vec::new();
    let mut failures = ask_all(addresses, timeout, options, &mut asked).await;
    if all_nodes && !asked.is_empty() {
        let others = other_nodes(&asked)?;
        failures.extend(ask_all(others, timeout, options, &mut asked).await);
    }
    if asked.is_empty()
        && let Some((_, error)) = failures.pop()
    {
        return Err(error);
    }
    let mut members: Vec<(String, Engine)> = Vec::new();
    let mut parts: Vec<(String, Snapshot)> = Vec::new();
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

/// Asks these, adds those that answer to the others, and hands back where the
/// rest is and what became of it.
async fn ask_all(
    addresses: Vec<Address>,
    timeout: Duration,
    options: ScanOptions,
    asked: &mut Vec<Asked>,
) -> Vec<(String, Error)> {
    let asking = addresses.into_iter().map(|address| async move {
        let label = address.to_string();
        (label, ask(address, timeout, options).await)
    });
    let mut failures = Vec::new();
    for (label, answer) in join_all(asking).await {
        match answer {
            // Named twice, it is one engine all the same.
            Ok(engine) if asked.iter().any(|other| other.is_same(&engine)) => {}
            Ok(engine) => asked.push(engine),
            Err(error) => failures.push((label, error)),
        }
    }
    failures
}

/// The places of the nodes that a manager among these knows and that are not
/// among these: over ssh, as the user by whom the manager was reached.
fn other_nodes(asked: &[Asked]) -> Result<Vec<Address>> {
    let swarm = |asked: &'_ Asked| asked.snapshot.engine.swarm.clone();
    let manager = asked.iter().find(|a| swarm(a).is_some_and(|swarm| swarm.manager));
    let Some((manager, list)) = manager.and_then(|a| Some((a, swarm(a)?))) else {
        return Err(Error::Usage {
            what: "--all-nodes needs a manager of a swarm, which lists its nodes".to_owned(),
            hint: Some("name one with --host or --context; docker node ls works there".to_owned()),
        });
    };
    let (user, port) = match &manager.engine.address().place {
        Place::Ssh(login) => (login.user.clone(), login.port),
        _ => (None, None),
    };
    let known: Vec<String> = asked.iter().filter_map(|a| Some(swarm(a)?.node)).collect();
    let others = list.nodes.iter().filter(|node| !known.contains(&node.id));
    others
        .map(|node| {
            let host = match node.address.parse::<IpAddr>() {
                Ok(IpAddr::V6(address)) => format!("[{address}]"),
                _ => node.address.clone(),
            };
            let origin = Origin::Node(node.name.clone());
            // What a stranger's engine names must not become an option of ssh.
            let login = Login::parse(&host).map_err(|why| Error::BadAddress {
                address: format!("ssh://{host}"),
                origin: origin.to_string(),
                why,
            })?;
            let place =
                Place::Ssh(Login { user: user.clone(), port: login.port.or(port), ..login });
            Ok(Address { place, origin })
        })
        .collect()
}

/// Asks one of several: it goes by its context's name, else by its machine's.
async fn ask(address: Address, timeout: Duration, options: ScanOptions) -> Result<Asked> {
    let engine = Engine::open(address, timeout).await?;
    let snapshot = scan(&engine, options, |_, _| {}).await?;
    let info = lenient::info(&engine).await.ok().unwrap_or_default();
    let name = match &engine.address().origin {
        Origin::Context(name, _) => Some(name.clone()),
        _ => info.name.filter(|name| !name.is_empty()),
    };
    let name = name.unwrap_or_else(|| engine.address().to_string());
    Ok(Asked { name, engine, snapshot })
}
