//! Families of addresses: by which a client comes, and which a server takes.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::names::Names;
use super::wanted::Edge;
use crate::graph::{Reason, Verdict};
use crate::model::words::few;
use crate::model::{Attempt, By, ContainerAt, Family, Listening, Protocol};

/// The family by which a client dials a server on a network that both are on,
/// where the client has addresses of the other family only.
pub fn lacking(names: &Names, edge: &Edge, to: ContainerAt) -> Option<Family> {
    let address: IpAddr = edge.host.parse().ok()?;
    let prediction = names.map.predict(edge.from, to);
    let predicted = prediction.of(By::Address, &edge.host, Attempt::Icmp);
    (predicted.reason == Reason::NoCommonFamily).then(|| Family::of(address))
}

/// The family by which alone a client comes, where the server does not listen
/// for it on the port.
pub fn unheard(names: &Names, edge: &Edge, to: ContainerAt, port: u16) -> Option<Family> {
    let sockets = names.listening(to)?;
    if !is_ipv4_only(sockets, port) || names.map.share_stack(edge.from, to) {
        return None;
    }
    let families: BTreeSet<Family> = match edge.host.parse::<IpAddr>() {
        Ok(address) => [Family::of(address)].into(),
        Err(_) => {
            let open = names.map.predict(edge.from, to).routes.into_iter();
            let open = open.filter(|route| route.judged.verdict == Verdict::Reachable);
            open.filter_map(|route| route.address).map(Family::of).collect()
        }
    };
    (families.iter().eq(&[Family::V6])).then_some(Family::V6)
}

/// What gives a container on these networks an address of a family that it lacks.
pub fn give(family: Family, name: &str, networks: &[&str]) -> String {
    let (on, family) = (few(networks), family.as_str());
    format!(
        "{on} gives {name} no {family} address: re-create it with {family} (--ipv6, where the host has \
         IPv6 itself), or let {name} dial a name that has an address of the other kind, too"
    )
}

/// Whether connections to a port are taken by sockets that are bound to IPv4 alone.
pub fn is_ipv4_only(sockets: &[Listening], port: u16) -> bool {
    let of_tcp = sockets.iter().filter(|socket| socket.protocol == Protocol::Tcp);
    let mut on_port = of_tcp.filter(|socket| socket.port == port).peekable();
    on_port.peek().is_some() && on_port.all(|socket| socket.address.is_ipv4())
}
