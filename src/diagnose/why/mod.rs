//! Can A reach B, and if not, which rung of the ladder fails: do both run, is
//! there a network between them, does the name resolve, does the address
//! answer, does the port. Each rung is what was measured; where nothing was,
//! it says so.

mod aim;
mod climb;
mod container;
mod elsewhere;
mod explained;
mod itself;

use std::net::IpAddr;

use super::Case;
use crate::graph::Route;
use crate::model::{
    Attempt, Basis, By, ContainerAt, Ladder, Measurement, NetworkAt, RungKind, State, Status,
};
use climb::Climb;

pub use aim::{Aim, Destination, one_of};

/// Something to measure for a ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trial {
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
    let addresses: Vec<(String, Option<NetworkAt>)> = match (aim.target, aim.address()) {
        (_, Some(address)) => {
            let on = case.map.owner_of(from, address).map(|(_, network)| network);
            vec![(address.to_string(), on)]
        }
        (Destination::Container(to), None) => {
            let routes = case.map.predict(from, to).routes.into_iter();
            routes
                .filter_map(|route: Route| Some((route.address?.to_string(), route.network)))
                .collect()
        }
        (Destination::Itself, None) => vec![(IpAddr::from([127, 0, 0, 1]).to_string(), None)],
        (Destination::Elsewhere, None) => Vec::new(),
    };
    let mut trials = Vec::new();
    for attempt in attempts {
        if aim.address().is_none() && aim.target != Destination::Itself {
            let (by, target) = (By::Name, aim.host.clone());
            trials.push(Trial { by, target, network: None, attempt });
        }
        for (target, network) in &addresses {
            let (target, network) = (target.clone(), *network);
            trials.push(Trial { by: By::Address, target, network, attempt });
        }
    }
    trials
}

/// The ladder from the container at `from` to what it aims at, by what was
/// measured or, where nothing was, by the map.
pub fn ladder(case: &Case, from: ContainerAt, aim: &Aim, measured: &[Measurement]) -> Ladder {
    let climb = Climb::new(case, from, aim, measured);
    let mut ladder = Ladder {
        from: case.name(from).to_owned(),
        to: aim.label(),
        basis: if measured.is_empty() { Basis::Map } else { Basis::Measured },
        rungs: Vec::new(),
        fix: Vec::new(),
        see: None,
    };
    match aim.target {
        Destination::Itself => itself::climb(&climb, &mut ladder),
        Destination::Container(to) => container::climb(&climb, to, &mut ladder),
        Destination::Elsewhere => elsewhere::climb(&climb, &mut ladder),
    }
    if climb.arrived() {
        outrank(&mut ladder);
    }
    ladder
}

/// What answered is reachable, whatever the map says of the rungs below. Whether
/// both run is no guess of the map's: a kernel answers for a frozen program.
fn outrank(ladder: &mut Ladder) {
    for rung in ladder.rungs.iter_mut().filter(|rung| rung.rung != RungKind::Running) {
        if rung.status == Status::Fail {
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
