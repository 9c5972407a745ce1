//! Ports that deserve a try of their own: those that somebody wants and that
//! listen. A ping does not find what drops the packets to one port alone.

use std::collections::BTreeSet;

use super::case::Case;
use super::facts::Listens;
use super::in_the_way::Obstacle;
use super::wanted::Edge;
use crate::graph::Verdict;
use crate::model::{Attempt, By, ContainerAt, NetworkAt, Outcome, Protocol};
use crate::order::Ordered;

/// A port to try from a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortToTry {
    /// Who wants it.
    pub from: ContainerAt,
    /// Who listens on it.
    pub to: ContainerAt,
    /// The address to try.
    pub address: String,
    /// Position of the network that the address is on.
    pub network: Option<NetworkAt>,
    /// The port.
    pub port: u16,
}

/// The TCP ports that containers want, that listen, and that nothing known is in
/// the way of, on the addresses whose pings were answered. Sorted.
pub fn ports_to_try(case: &Case) -> BTreeSet<PortToTry> {
    let Some(comparison) = case.comparison else { return BTreeSet::new() };
    let answered: BTreeSet<(ContainerAt, &str)> = comparison
        .rows
        .iter()
        .filter(|row| row.measurement.by == By::Address)
        .filter(|row| row.measurement.attempt == Attempt::Icmp)
        .filter(|row| row.measurement.outcome == Outcome::Reachable)
        .map(|row| (row.from, row.measurement.target.as_str()))
        .into_set();
    let mut ports = BTreeSet::new();
    for (edge, obstacle) in case.edges() {
        let Some((to, port)) = open_port(case, edge, obstacle) else { continue };
        let from = edge.from;
        let routes = case.map.predict(from, to).routes.into_iter();
        let open = routes
            .filter(|route| route.judged_for(Attempt::Tcp(port)).verdict == Verdict::Reachable);
        ports.extend(open.filter_map(|route| {
            let address = route.address?.to_string();
            let is_near = answered.contains(&(from, address.as_str()));
            is_near.then_some(PortToTry { from, to, address, network: route.network, port })
        }));
    }
    ports
}

/// The port of another container that an edge is for, if it should be open.
fn open_port(case: &Case, edge: &Edge, obstacle: Option<&Obstacle>) -> Option<(ContainerAt, u16)> {
    let (to, port) = (edge.container()?, edge.port?);
    let is_tcp = edge.protocol.is_none_or(|protocol| protocol == Protocol::Tcp);
    let is_clear = matches!(obstacle, None | Some(Obstacle::Past));
    let listens = || case.listens(to, port, Some(Protocol::Tcp)) == Some(Listens::Openly);
    (is_tcp && is_clear && case.is_peer(edge.from, to) && listens()).then_some((to, port))
}
