//! What the engine says of its networks' members, and the machine it runs on.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use serde::de::IgnoredAny;

use crate::engine::Visitor;
use crate::engine::answers::Members;
use crate::engine::connect::Engine;
use crate::engine::lenient;
use crate::error::Error;
use crate::model::{
    Attached, Driver, HostObservation, Listening, Mtu, Network, NetworkObservation, Scope,
    Snapshot, Unread,
};
use crate::order::{OrderBy, Ordered};

/// What listens on the engine's socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// The engine.
    Engine,
    /// Somebody who passes on to it what is sent, from wherever.
    Forwarder,
}

/// The machine's sockets and routes, where the engine is on this one, as who
/// listens on the engine's socket sees them.
#[cfg(target_os = "linux")]
pub async fn host(
    engine: &Engine,
    visitor: Option<&Visitor>,
) -> Result<(HostObservation, Answering), String> {
    use super::{diag, routes, sockets};

    let process = engine.own_process().await?;
    let by = if process.is_engine() { Answering::Engine } else { Answering::Forwarder };
    let host = diag::read(process, visitor, |process, told| {
        let text = |path: &str| process.table(path, 16 << 20);
        let tcp = match told {
            Some(told) => told.tcp,
            None => sockets::in_tables([&text("net/tcp")?, &text("net/tcp6")?]),
        };
        let udp = sockets::in_tables([&text("net/udp")?, &text("net/udp6")?]);
        let (listening, _) = sockets::told(&tcp, &udp);
        Ok(HostObservation {
            listening: Some(listening),
            routes: Some(routes::read(&text("net/route")?, &text("net/ipv6_route")?)),
            addresses: routes::own_addresses(&text("net/fib_trie")?),
            mtus: mtus(process, &text("net/dev")?),
            untaken: sockets::untaken(&tcp),
        })
    })
    .await
    .map_err(|error| format!("the engine's files in /proc cannot be read: {error}"))?;
    Ok((host, by))
}

/// Why what was seen is not the machine of the engine's networks, where it is
/// not, or may not be: a forwarder in front of the engine may be in a container
/// of its own, or on another machine, whose routes and sockets say nothing of
/// the host. A bridge with running members has its gateway's address on the
/// machine; another machine's bridges may have the same, but not the processes of
/// the engine's containers, which `is_here` looks for.
pub fn elsewhere(
    host: &HostObservation,
    by: Answering,
    snapshot: &Snapshot,
    is_here: impl Fn() -> bool,
) -> Option<String> {
    let why =
        || Some("what answers for the engine is not on the machine of its networks".to_owned());
    // Those of a rootless Podman are in a namespace beside the host's.
    let gateways = if snapshot.engine.hides_bridges() { Vec::new() } else { gateways(snapshot) };
    let mut found = gateways.iter().map(|gateway| host.addresses.contains(gateway));
    let is_known = match by {
        Answering::Engine => gateways.is_empty() || found.any(|found| found),
        Answering::Forwarder => !gateways.is_empty() && found.all(|found| found) && is_here(),
    };
    if is_known { None } else { why() }
}

/// Leaves of the connections that nobody has taken those at ports that containers have
/// published, and which no rule sends on; returns of which ports that is not known. Of the
/// machine's own programs each may take its time, and what came before the rules were there
/// again waits for good.
#[cfg(target_os = "linux")]
pub async fn keep_dead(
    engine: &Engine,
    visitor: Option<&Visitor>,
    published: &HashSet<u16>,
    host: &mut HostObservation,
) -> Option<Unread> {
    use crate::engine::DropScene;

    let mut waiting = std::mem::take(&mut host.untaken);
    waiting.retain(|socket| published.contains(&socket.port));
    if waiting.is_empty() {
        return None;
    }
    let Some(visitor) = visitor else {
        return Some(unknown_ports(&waiting, "only programs beside the engine can read them"));
    };
    let scene = match DropScene::of_machine("", engine).await {
        Ok(scene) => scene,
        Err(why) => return Some(unknown_ports(&waiting, &why)),
    };
    let mut unknown = Vec::new();
    let (v4, v6): (Vec<_>, Vec<_>) =
        waiting.into_iter().partition(|socket| socket.address.is_ipv4());
    for sockets in [v4, v6] {
        let (mut dead, mut others) = without_rule(&scene, visitor, sockets).await;
        host.untaken.append(&mut dead);
        unknown.append(&mut others);
    }
    let why = "not all of them could be read";
    if unknown.is_empty() { None } else { Some(unknown_ports(&unknown, why)) }
}

/// Of sockets of one family those from which no rule leads on, and those of which that is not
/// known. Mostly no rule is there at all, which a single look shows.
#[cfg(target_os = "linux")]
async fn without_rule(
    scene: &crate::engine::DropScene,
    visitor: &Visitor,
    sockets: Vec<Listening>,
) -> (Vec<Listening>, Vec<Listening>) {
    use crate::engine::{Packet, Side};
    use crate::model::{Attempt, Family};

    /// Most ports that are looked at one by one.
    const MOST_PORTS: usize = 16;
    let packets = |socket: &Listening| {
        let family = if socket.address.is_ipv4() { Family::V4 } else { Family::V6 };
        Packet::and_answer(family, Attempt::Tcp(socket.port), Side::default(), Side::default())
    };
    let all: Vec<Packet> = sockets.iter().flat_map(packets).collect();
    if all.is_empty() {
        return (Vec::new(), Vec::new());
    }
    match scene.read(visitor, &all).await.rewrites() {
        Some(false) => return (sockets, Vec::new()),
        Some(true) if sockets.len() == 1 => return (Vec::new(), Vec::new()),
        Some(true) => {}
        None => return (Vec::new(), sockets),
    }
    let (mut dead, mut unknown) = (Vec::new(), Vec::new());
    for (nth, socket) in sockets.into_iter().enumerate() {
        let rewrites = match nth < MOST_PORTS {
            true => scene.read(visitor, &packets(&socket)).await.rewrites(),
            false => None,
        };
        match rewrites {
            Some(false) => dead.push(socket),
            Some(true) => {}
            None => unknown.push(socket),
        }
    }
    (dead, unknown)
}

/// That it is not known whether a rule leads on from ports at which connections wait.
#[cfg(target_os = "linux")]
fn unknown_ports(waiting: &[Listening], why: &str) -> Unread {
    let ports: BTreeSet<u16> = waiting.iter().map(|socket| socket.port).into_set();
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    let what = format!(
        "the rules behind published ports at which connections wait ({})",
        ports.join(", ")
    );
    Unread::firewall(what, why)
}

/// The IPv4 gateways of bridges with running members.
fn gateways(snapshot: &Snapshot) -> Vec<IpAddr> {
    let running = snapshot.containers.iter().filter(|container| container.state.has_network());
    let used: HashSet<&str> = running
        .flat_map(|container| &container.endpoints)
        .map(|endpoint| endpoint.network.as_str())
        .collect();
    let networks = snapshot.networks.iter();
    networks
        .filter(|network| network.driver == Driver::Bridge && used.contains(network.name.as_str()))
        .flat_map(|network| network.subnets.iter().filter_map(|subnet| subnet.gateway))
        .filter(IpAddr::is_ipv4)
        .collect()
}

/// The interfaces' packet sizes, where the process sees the `/sys` of its own
/// network namespace: one that was given another namespace may not.
#[cfg(target_os = "linux")]
fn mtus(process: &crate::engine::Process, devices: &str) -> Option<Vec<Mtu>> {
    let names = devices.lines().filter_map(|line| Some(line.split_once(':')?.0.trim()));
    names
        .map(|name| {
            let text = process.read(&format!("/sys/class/net/{name}/mtu"), 32).ok()?;
            let mtu = String::from_utf8_lossy(&text).trim().parse().ok()?;
            Some(Mtu { interface: name.to_owned(), mtu })
        })
        .collect()
}

/// The list of networks as the Engine API of version 1.27 gives it: with the
/// members of each. Later ones leave them to an inspect for each network, for
/// which Docker reads all networks each time. Engines of Docker's from 20.10
/// to 28 speak it; Podman answers without members.
const WITH_MEMBERS: &str = "/v1.27/networks";

/// What the networks that somebody made say of their members, and which of
/// them could not be asked. One `of_several` engines may be without a network
/// of the swarm: a worker knows those that it needs. `known` are the ids of the
/// containers that were listed before.
pub async fn networks(
    engine: &Engine,
    networks: &[&Network],
    known: &HashSet<&str>,
    of_several: bool,
    width: usize,
) -> (Vec<NetworkObservation>, Vec<Unread>) {
    let asked: Vec<&Network> = networks
        .iter()
        .copied()
        .filter(|network| {
            !network.is_none() && !network.is_host() && !network.unlisted && !network.id.is_empty()
        })
        .collect();
    let mut listed: HashMap<String, Members> = all_with_members(engine).await;
    let mut answers = stream::iter(asked)
        .map(|network| {
            // A swarm's network is known whole only to its inspect.
            let is_local = network.scope == Scope::Local;
            let listed = if is_local { listed.remove(network.own_id()) } else { None };
            async move {
                let told = match listed {
                    Some(listed) => Ok(listed),
                    None => inspect(engine, network).await,
                };
                (network, told)
            }
        })
        .buffer_unordered(width.max(1));
    let (mut seen, mut unread) = (Vec::new(), Vec::new());
    while let Some((network, told)) = answers.next().await {
        match told {
            Ok(told) => {
                let mut observed = observation(network, told);
                if let Err(error) = leave_out_newcomers(engine, network, &mut observed, known).await
                {
                    unread.push(not_asked(network, WITHOUT_STRANGERS, error));
                }
                seen.push(observed);
            }
            Err(Error::Refused { status: 404, .. }) if of_several => {}
            Err(error) => unread.push(not_asked(network, WITHOUT_MEMBERS, error)),
        }
    }
    (seen, unread)
}

/// Leaves out members that came after the containers were listed, and those that
/// are gone by now: what stays, and is `known` to nobody, is an endpoint that its
/// container has left behind.
async fn leave_out_newcomers(
    engine: &Engine,
    network: &Network,
    observed: &mut NetworkObservation,
    known: &HashSet<&str>,
) -> Result<(), Error> {
    let strange = |of: &Attached| !known.contains(&*of.id) && !of.is_of_a_swarm();
    let strangers: Vec<Attached> = observed.attached.extract_if(.., |of| strange(of)).collect();
    let mut left_behind = Vec::new();
    for stranger in strangers {
        match lenient::inspect_container::<IgnoredAny>(engine, &stranger.id).await {
            Ok(_) => {}
            Err(Error::Refused { status: 404, .. }) => left_behind.push(stranger),
            Err(error) => return Err(error),
        }
    }
    for pause in [Duration::ZERO, A_REMOVAL] {
        if left_behind.is_empty() {
            break;
        }
        tokio::time::sleep(pause).await;
        let now = observation(network, inspect(engine, network).await?).attached;
        left_behind.retain(|of| now.contains(of));
    }
    observed.attached.append(&mut left_behind);
    observed.attached.order();
    Ok(())
}

/// What a busy engine takes at most from forgetting a container to forgetting its
/// endpoints: only where one seems left behind is this waited for.
const A_REMOVAL: Duration = Duration::from_millis(500);

/// All networks by their ids; none where the engine does not list members, or
/// says that no network has any, which inspects may know better.
async fn all_with_members(engine: &Engine) -> HashMap<String, Members> {
    let listed: Vec<Members> =
        lenient::raw(engine, "list networks", WITH_MEMBERS).await.unwrap_or_default();
    let has_members =
        |network: &Members| network.containers.as_ref().is_some_and(|members| !members.is_empty());
    if !listed.iter().any(has_members) {
        return HashMap::new();
    }
    listed.into_iter().filter_map(|network| Some((network.id.clone()?, network))).collect()
}

async fn inspect(engine: &Engine, network: &Network) -> Result<Members, Error> {
    lenient::raw(engine, "inspect network", &format!("/networks/{}", network.own_id())).await
}

/// What is missing of a network that could not be asked.
const WITHOUT_MEMBERS: &str = "only the list's word on it, without its members";

/// What is missing where those that no list of containers has could not be told apart.
const WITHOUT_STRANGERS: &str = "without members that no list of containers has";

fn not_asked(network: &Network, missing: &str, error: Error) -> Unread {
    let why = match error {
        Error::Refused { status: 404, .. } => "gone before it could be looked at".to_owned(),
        other => format!("{missing}: {other}"),
    };
    Unread::network(&network.name, why)
}

fn observation(network: &Network, told: Members) -> NetworkObservation {
    let mut attached: Vec<Attached> = told
        .containers
        .unwrap_or_default()
        .into_iter()
        .map(|(id, endpoint)| Attached { name: endpoint.name.unwrap_or_default(), id })
        .collect();
    attached.order();
    let (network, id) = (network.name.clone(), network.id.clone());
    let peers = told.peers.unwrap_or_default().into_iter();
    let mut peers: Vec<IpAddr> = peers.filter_map(|peer| peer.ip?.parse().ok()).collect();
    peers.order();
    NetworkObservation { network, id, attached, peers, rules_out: None }
}

/// Only Linux shows sockets and rules.
#[cfg(not(target_os = "linux"))]
pub async fn keep_dead(
    _: &Engine,
    _: Option<&Visitor>,
    _: &HashSet<u16>,
    host: &mut HostObservation,
) -> Option<Unread> {
    host.untaken.clear();
    None
}

/// The machine's sockets and routes: only Linux shows them in files.
#[cfg(not(target_os = "linux"))]
pub async fn host(_: &Engine, _: Option<&Visitor>) -> Result<(HostObservation, Answering), String> {
    Err("there is no /proc here".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_any_gateway_of_the_engines_is_another_one() {
        let judge = |engine: serde_json::Value, by, addresses: &[&str], state: &str, here| {
            let snapshot: Snapshot = serde_json::from_value(serde_json::json!({
                "schema": "netmap/1", "engine": engine,
                "networks": [{"name": "net", "id": "n", "driver": "bridge", "subnets": [
                    {"subnet": "fd00:1::/64", "gateway": "fd00:1::1"},
                    {"subnet": "10.1.0.0/24", "gateway": "10.1.0.1"},
                ]}],
                "containers": [{"name": "web", "id": "1", "state": state, "network_mode": "net",
                    "endpoints": [{"network": "net", "network_id": "n", "ipv4": "10.1.0.2"}]}],
            }))
            .unwrap();
            let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
            let host = HostObservation { addresses, ..HostObservation::default() };
            elsewhere(&host, by, &snapshot, || here).is_some()
        };
        let is_elsewhere = |engine, addresses: &[&str], state| {
            judge(engine, Answering::Engine, addresses, state, true)
        };
        let docker = || serde_json::json!({"name": "Docker", "version": "28.5"});
        let podman = |rootless: bool| serde_json::json!({"name": "Podman", "version": "5.8", "rootless": rootless});
        assert!(!is_elsewhere(docker(), &["192.0.2.7", "10.1.0.1"], "running"));
        // In a container of that network.
        assert!(is_elsewhere(docker(), &["10.1.0.5"], "running"));
        assert!(is_elsewhere(podman(false), &["10.1.0.5"], "running"));
        // Podman takes a bridge away with its last member.
        assert!(!is_elsewhere(podman(false), &["192.0.2.7"], "exited"));
        assert!(!is_elsewhere(podman(true), &["192.0.2.7"], "running"));
        // Who only passes on must be seen beside all bridges, and the containers.
        let is_doubted = |engine, addresses: &[&str], state, here| {
            judge(engine, Answering::Forwarder, addresses, state, here)
        };
        assert!(!is_doubted(docker(), &["192.0.2.7", "10.1.0.1"], "running", true));
        assert!(is_doubted(docker(), &["192.0.2.7", "10.1.0.1"], "running", false));
        assert!(is_doubted(docker(), &["192.0.2.7", "10.1.0.1"], "exited", true));
        assert!(is_doubted(docker(), &["10.1.0.5"], "running", true));
        assert!(is_doubted(podman(true), &["192.0.2.7"], "running", true));
    }
}
