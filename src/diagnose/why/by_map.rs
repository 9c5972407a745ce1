//! Rungs of the ladder to another container where nothing was measured: what
//! the map predicts, and says that it does.

use super::climb::Climb;
use crate::diagnose::Obstacle;
use crate::graph::Verdict;
use crate::model::{ContainerAt, Rung, RungKind, Status};

/// Whether the name leads there by the map.
pub fn name(climb: &Climb, to: ContainerAt) -> Rung {
    let (case, host) = (climb.case, &climb.aim.host);
    let rung = |status: Status, detail: String| Rung::new(RungKind::Name, status, detail);
    if climb.aim.address().is_some() {
        return rung(Status::Skipped, format!("{host} is an address"));
    }
    if let Some(Obstacle::ResolvesElsewhere(address)) = &climb.obstacle {
        let to = address.map_or_else(|| "no address".to_owned(), |address| address.to_string());
        return rung(Status::Fail, format!("{host} was seen to lead to {to}"));
    }
    let by_name = case.map.predict(climb.from, to).by_name;
    let leads = format!("by the map {host} leads to {}", case.name(to));
    let leads_not = format!("by the map {} cannot resolve {host}", climb.name());
    if case.resolved(climb.from, host) == Some(to) {
        return rung(Status::Pass, leads);
    }
    match by_name.verdict {
        Verdict::Reachable if host.eq_ignore_ascii_case(case.container(to).network_name()) => {
            rung(Status::Pass, leads)
        }
        Verdict::Unknown => rung(Status::Unknown, by_name.reason.to_string()),
        Verdict::Reachable | Verdict::Blocked => rung(Status::Fail, leads_not),
    }
}

/// Whether packets get to the address by the map.
pub fn route(climb: &Climb, to: ContainerAt) -> Rung {
    let judged = climb.predicted(to);
    let status = match judged.verdict {
        Verdict::Reachable => Status::Pass,
        Verdict::Blocked => Status::Fail,
        Verdict::Unknown => Status::Unknown,
    };
    Rung::new(RungKind::Address, status, format!("by the map: {}", judged.reason))
}

/// What a plan says of a port: nothing listens anywhere yet.
pub fn planned_port(climb: &Climb, to: ContainerAt, port: u16) -> Rung {
    let (container, target) = (climb.case.container(to), climb.case.called(to));
    let rung = |status: Status, detail: String| Rung::new(RungKind::Port, status, detail);
    if let Some(Obstacle::HostPort(inside)) = climb.obstacle {
        let detail = format!("{port} is {target}'s port on the host; inside it is {inside}");
        return rung(Status::Fail, detail);
    }
    let exposed = container.exposed.iter().map(|exposed| exposed.port);
    let asked = container.requested.iter().map(|asked| asked.port);
    if exposed.chain(asked).any(|declared| declared == port) {
        return rung(Status::Pass, format!("{target} says that it will listen on {port}"));
    }
    let detail = format!("nothing runs yet that could listen on {port}");
    rung(Status::Skipped, detail)
}
