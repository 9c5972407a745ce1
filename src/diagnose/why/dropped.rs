//! What throws the packets away where nothing on the map stands in the way: as
//! a rung, and with the map's prediction and what was seen on the wire as one
//! sentence.

use std::net::IpAddr;

use super::aim::{Aim, Destination};
use super::climb::Climb;
use super::used;
use crate::diagnose::{Case, Obstacle, drops, takes_at};
use crate::graph::Verdict;
use crate::model::words::few;
use crate::model::{
    ContainerAt, DropSearch, Ladder, LostWay, Measurement, Outcome, PacketDrop, Rung, RungKind,
    State, Status, Unread, Why, suspicion,
};

/// The way on which what was measured is lost although nothing known stands in
/// it; `None` where there is no such, or nobody has tried.
pub fn lost_way(
    case: &Case,
    from: ContainerAt,
    aim: &Aim,
    measured: &[Measurement],
) -> Option<LostWay> {
    let climb = Climb::new(case, from, aim, measured);
    let is_known = !matches!(
        climb.obstacle,
        None | Some(Obstacle::Past | Obstacle::Unhealthy | Obstacle::MachineFirewalled)
    );
    if climb.arrived() || is_known || climb.is_unheard() {
        return None;
    }
    let to = match aim.target {
        Destination::Itself => return None,
        Destination::Elsewhere => None,
        Destination::Container(to) => {
            let is_open = climb.predicted(to).verdict == Verdict::Reachable;
            let runs = case.container(to).state == State::Running;
            if !is_open || !runs || !case.twins(to).is_empty() {
                return None;
            }
            Some(to)
        }
    };
    let attempt = climb.attempt();
    let address =
        |m: &Measurement| -> Option<IpAddr> { m.leads_to.or_else(|| m.target.parse().ok()) };
    let is_lost = |measured: &Measurement| match measured.outcome {
        // Who has no address of that kind sends nothing.
        Outcome::Unreachable => measured.reason != Some(Why::NoSourceAddress),
        Outcome::Timeout => true,
        // Of a port on which nothing listens that is the usual answer.
        Outcome::Refused => to.is_none_or(|to| {
            let address = address(measured);
            attempt.port().is_none_or(|port| address.is_some_and(|at| takes_at(case, to, at, port)))
        }),
        _ => false,
    };
    let tries = measured.iter().filter(|m| m.attempt == attempt && is_lost(m));
    let (_, address) = tries.filter_map(|m| Some((m.by, address(m)?))).max_by_key(|(by, _)| *by)?;
    let host = to.map_or_else(|| aim.host.clone(), |to| case.name(to).to_owned());
    Some(LostWay { from, to, host, address, attempt })
}

/// Puts what was found on the ladder, below the first rung that has no answer.
pub fn add(climb: &Climb, ladder: &mut Ladder) {
    let to = match climb.aim.target {
        Destination::Container(to) => climb.case.name(to),
        _ => &climb.aim.host,
    };
    let is_asked = |search: &&DropSearch| {
        search.from == climb.name() && search.to == to && search.attempt == climb.attempt()
    };
    let Some(search) = climb.case.map.snapshot().drops.iter().find(is_asked) else { return };
    let has_no_answer = |rung: &Rung| {
        matches!(rung.rung, RungKind::Address | RungKind::Port)
            && matches!(rung.status, Status::Fail | Status::Unknown)
    };
    let asked = if climb.aim.port.is_some() { RungKind::Port } else { RungKind::Address };
    let place = ladder.rungs.iter().position(has_no_answer);
    // It may answer at another address than the one that is dialled.
    let dialled = || ladder.rungs.iter().position(|rung| rung.rung == asked);
    let place = place.or_else(|| dialled().filter(|_| !search.found.is_empty()));
    let Some(place) = place else { return };
    ladder.rungs.insert(place, rung(search));
    let Some(first) = search.found.first() else { return };
    ladder.drops = search.found.clone();
    ladder.because = Some(sentence(climb, to, first));
    ladder.fix = drops::steps(climb.case, first, search.address);
    ladder.see = Some(climb.connect());
}

fn rung(search: &DropSearch) -> Rung {
    let rung = |status: Status, detail: String| Rung::new(RungKind::Packets, status, detail);
    let Some((first, others)) = search.found.split_first() else {
        let detail = match search.namespaces {
            0 => format!("what drops them was not looked for: {}", not_looked(search)),
            _ => search.scope(),
        };
        let mut rung = rung(Status::Unknown, detail);
        let (uncounted, more) = drops::suspects(search);
        rung.notes.extend(suspicion(&uncounted, more));
        if search.namespaces > 0 && !search.not_looked.is_empty() {
            rung.notes.push(format!("not looked at: {}", not_looked(search)));
        }
        return rung;
    };
    let mut rung = rung(Status::Fail, first.to_string());
    rung.notes.extend(first.rule().map(|rule| rule.owner.sentence().to_owned()));
    rung.notes.extend(first.proof());
    rung.notes.extend(others.iter().map(|other| format!("the same numbers: {other}")));
    rung
}

fn not_looked(search: &DropSearch) -> String {
    let said = |Unread { what, why, .. }: &Unread| format!("{what} ({why})");
    few(&search.not_looked.iter().map(said).collect::<Vec<_>>())
}

/// `web may reach db by the map, did so 20 s ago, and does not now, because …`
fn sentence(climb: &Climb, to: &str, drop: &PacketDrop) -> String {
    let (from, cause) = (climb.name(), drop.to_string());
    match (climb.aim.target, used::worked(climb)) {
        (Destination::Elsewhere, _) if drop.cause.loses_answers() => {
            format!("what {from} sends to {to} gets no answer, because {cause}")
        }
        (Destination::Elsewhere, _) => {
            format!("what {from} sends to {to} does not get there, because {cause}")
        }
        (_, Some(worked)) => {
            format!("{from} may reach {to} by the map, {worked}, and does not now, because {cause}")
        }
        (_, None) => format!("{from} may reach {to} by the map, and does not, because {cause}"),
    }
}
