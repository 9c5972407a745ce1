//! What the engine says of its networks' members, and the machine it runs on.

use std::net::IpAddr;

use bollard::query_parameters::InspectNetworkOptions;
use futures_util::StreamExt;
use futures_util::stream;

use crate::engine::Visitor;
use crate::engine::connect::Engine;
use crate::error::Error;
use crate::model::{Attached, HostObservation, Mtu, Network, NetworkObservation, Unread};

/// The machine's sockets and routes, where the engine is on this one.
#[cfg(target_os = "linux")]
pub async fn host(engine: &Engine, visitor: Option<&Visitor>) -> Result<HostObservation, String> {
    use super::{diag, routes, sockets};

    let process = engine.own_process().await?;
    diag::read(process, visitor, |process, told| {
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
        })
    })
    .await
    .map_err(|error| format!("the engine's files in /proc cannot be read: {error}"))
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

/// What the networks that somebody made say of their members, and which of
/// them could not be asked.
pub async fn networks(
    engine: &Engine,
    networks: &[&Network],
    width: usize,
) -> (Vec<NetworkObservation>, Vec<Unread>) {
    let asked = networks.iter().copied().filter(|network| {
        !network.is_none() && !network.is_host() && !network.unlisted && !network.id.is_empty()
    });
    let mut answers = stream::iter(asked)
        .map(|network| async move {
            let asked =
                engine.docker.inspect_network(network.own_id(), None::<InspectNetworkOptions>);
            let inspected = engine.ask("inspect network", asked).await.map_err(|error| {
                let why = match error {
                    Error::Refused { status: 404, .. } => {
                        "gone before it could be looked at".to_owned()
                    }
                    other => format!("only the list's word on it, without its members: {other}"),
                };
                Unread::new(format!("network `{}`", network.name), why)
            })?;
            let mut attached: Vec<Attached> = inspected
                .containers
                .unwrap_or_default()
                .into_iter()
                .map(|(id, endpoint)| Attached { name: endpoint.name.unwrap_or_default(), id })
                .collect();
            attached.sort();
            let (network, id) = (network.name.clone(), network.id.clone());
            let peers = inspected.peers.unwrap_or_default().into_iter();
            let mut peers: Vec<IpAddr> = peers.filter_map(|peer| peer.ip?.parse().ok()).collect();
            peers.sort_unstable();
            Ok(NetworkObservation { network, id, attached, peers })
        })
        .buffer_unordered(width.max(1));
    let (mut seen, mut unread) = (Vec::new(), Vec::new());
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(network) => seen.push(network),
            Err(note) => unread.push(note),
        }
    }
    (seen, unread)
}

/// The machine's sockets and routes: only Linux shows them in files.
#[cfg(not(target_os = "linux"))]
pub async fn host(_: &Engine, _: Option<&Visitor>) -> Result<HostObservation, String> {
    Err("there is no /proc here".to_owned())
}
