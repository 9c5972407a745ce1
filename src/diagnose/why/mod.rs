//! Can A reach B, and if not, which rung of the ladder fails: do both run, is
//! there a network between them, does the name resolve, does the address
//! answer, does the port. Each rung is what was measured; where nothing was,
//! it says so.

mod aim;
mod by_map;
mod by_turns;
mod climb;
mod container;
mod dropped;
mod elsewhere;
mod explained;
mod itself;
mod judged;
mod size;
mod told;
mod used;

use std::net::IpAddr;

use super::{Case, Obstacle, fix_in_file};
use crate::graph::Route;
use crate::model::{
    Attempt, Basis, By, ContainerAt, Ladder, Measurement, NetworkAt, RungKind, State, Status,
};
use climb::Climb;

pub use aim::{Aim, Destination, one_of};
pub use by_turns::owners;
pub use dropped::lost_way;

/// Something to measure for a ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
    /// The container that it is sent to; `None` where that is the one which asks, or
    /// none at all.
    pub to: Option<ContainerAt>,
    /// By name or by address.
    pub by: By,
    /// The name or address.
    pub target: String,
    /// Position of the network on which the target has the address.
    pub network: Option<NetworkAt>,
    /// What to send.
    pub attempt: Attempt,
}

/// What has to be measured from `from` before its ladder can be judged. A
/// container that does not run can measure nothing.
pub fn trials(case: &Case, from: ContainerAt, aim: &Aim) -> Vec<Trial> {
    if case.container(from).state != State::Running {
        return Vec::new();
    }
    let mut attempts = vec![Attempt::Icmp];
    attempts.extend(aim.port.map(Attempt::Tcp));
    let to = match aim.target {
        Destination::Container(to) => Some(to),
        Destination::Itself => Some(from),
        Destination::Elsewhere => None,
    };
    let addresses: Vec<Address> = match (aim.target, aim.address()) {
        (_, Some(address)) => {
            let network = case.map.owner_of(from, address).map(|(_, network)| network);
            vec![Address { to, address: address.to_string(), network }]
        }
        (Destination::Container(to), None) => {
            let others = owners(case, from, aim).iter().copied();
            let others = others.filter(|at| ![from, to].contains(at)).take(MOST_OTHERS);
            let owners = std::iter::once(to).chain(others);
            owners.flat_map(|to| addresses(case, from, to)).collect()
        }
        (Destination::Itself, None) => {
            let address = IpAddr::from([127, 0, 0, 1]).to_string();
            vec![Address { to, address, network: None }]
        }
        (Destination::Elsewhere, None) => Vec::new(),
    };
    let mut trials = Vec::new();
    for attempt in attempts {
        if aim.address().is_none() && aim.target != Destination::Itself {
            let (by, target) = (By::Name, aim.host.clone());
            trials.push(Trial { to, by, target, network: None, attempt });
        }
        for Address { to, address, network } in &addresses {
            let (to, target, network) = (*to, address.clone(), *network);
            trials.push(Trial { to, by: By::Address, target, network, attempt });
        }
    }
    trials
}

/// Others with the name of the one that is asked for, of which so many are tried.
const MOST_OTHERS: usize = 8;

/// An address to try.
struct Address {
    to: Option<ContainerAt>,
    address: String,
    network: Option<NetworkAt>,
}

/// Those of a container, as the map has the ways to it.
fn addresses(case: &Case, from: ContainerAt, to: ContainerAt) -> Vec<Address> {
    let routes = case.map.predict(from, to).routes.into_iter();
    let of_route = |route: Route| {
        let address = route.address?.to_string();
        Some(Address { to: Some(to), address, network: route.network })
    };
    routes.filter_map(of_route).collect()
}

/// The ladder from the container at `from` to what it aims at, by what was
/// measured or, where nothing was, by the map.
pub fn ladder(case: &Case, from: ContainerAt, aim: &Aim, measured: &[Measurement]) -> Ladder {
    let climb = Climb::new(case, from, aim, measured);
    let mut ladder = Ladder {
        from: case.name(from).to_owned(),
        to: aim.label(),
        basis: if measured.is_empty() { Basis::Map } else { Basis::Measured },
        because: None,
        drops: Vec::new(),
        rungs: Vec::new(),
        fix: Vec::new(),
        see: None,
    };
    match aim.target {
        Destination::Itself => itself::climb(&climb, &mut ladder),
        Destination::Container(to) => container::climb(&climb, to, &mut ladder),
        Destination::Elsewhere => elsewhere::climb(&climb, &mut ladder),
    }
    explained::remark(&climb, &mut ladder);
    if ladder.obstacle().is_some()
        && let Some(fix) = judged::fix(&climb)
    {
        ladder.fix = fix;
    }
    dropped::add(&climb, &mut ladder);
    used::remark(&climb, &mut ladder);
    if climb.arrived() {
        let is_hung = matches!(climb.obstacle, Some(Obstacle::Hung { .. }));
        outrank(&mut ladder, is_hung);
    }
    size::add(&climb, &mut ladder);
    // It answers just now, and may not in a moment.
    let twins = match aim.target {
        Destination::Container(to) => case.twins(to),
        _ => &[],
    };
    if ladder.fix.is_empty() && !twins.is_empty() {
        ladder.fix = case.with_other_mac(twins);
    }
    if let Destination::Container(to) = aim.target {
        told::remark(&climb, to, &mut ladder);
    }
    fix_in_file::settle_ladder(&mut ladder, case);
    ladder
}

/// What answered is reachable, whatever the map says of the rungs below. Whether
/// both run is no guess of the map's: a kernel answers for a frozen program, and for one that
/// hangs.
fn outrank(ladder: &mut Ladder, is_hung: bool) {
    let is_guessed = |rung: RungKind| match rung {
        RungKind::Running => false,
        RungKind::Port => !is_hung,
        _ => true,
    };
    for rung in &mut ladder.rungs {
        if rung.status == Status::Fail && is_guessed(rung.rung) {
            rung.status = Status::Pass;
            rung.detail.push_str(", and yet it answers");
        }
    }
    if ladder.obstacle().is_none() {
        ladder.fix.clear();
        ladder.see = None;
    }
}

#[cfg(test)]
mod tests;
