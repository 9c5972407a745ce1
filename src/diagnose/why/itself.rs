//! The ladder to `localhost`: the container itself.

use super::climb::Climb;
use super::explained::{Explained, explained};
use crate::diagnose::{Listens, advise};
use crate::model::{Ladder, Outcome, Protocol, Rung, RungKind, Status};

/// Puts the rungs on the ladder, and what fixes the first that fails.
pub fn climb(climb: &Climb, ladder: &mut Ladder) {
    let (case, from) = (climb.case, climb.from);
    ladder.rungs.push(climb.running(&[from]));
    let name = climb.name();
    let on_host = case.map.on_host(from);
    let itself = match on_host {
        true => format!("{} is the host, on whose network {name} is", climb.aim.host),
        false => format!("{} is {name} itself, not the machine it runs on", climb.aim.host),
    };
    ladder.rungs.push(Rung::new(RungKind::Network, Status::Pass, itself));
    let Some(port) = climb.aim.port else {
        let skipped = Rung::new(RungKind::Port, Status::Skipped, "no port was asked for");
        ladder.rungs.push(skipped);
        return;
    };
    let connected = climb.connecting(port).map(|(outcome, _)| outcome);
    let rung = |status: Status, detail: String| Rung::new(RungKind::Port, status, detail);
    let place = if on_host { "on the host".to_owned() } else { format!("in {name}") };
    let mut of_port = match (case.listens(from, port, Some(Protocol::Tcp)), connected) {
        (_, Some(Outcome::Reachable)) | (Some(Listens::Openly | Listens::OnLoopback), None) => {
            rung(Status::Pass, format!("something {place} listens on {port}"))
        }
        (Some(Listens::Not), _) | (_, Some(Outcome::Refused)) => {
            rung(Status::Fail, format!("nothing {place} listens on {port}"))
        }
        _ => {
            let detail = format!("whether anything {place} listens on {port} could not be seen");
            rung(Status::Unknown, detail)
        }
    };
    if on_host {
        let publishing = case.index.published(port).iter().filter_map(|at| {
            let inside = case.published_as(*at, port, Some(Protocol::Tcp))?.port;
            Some(format!("port {port} of the host leads to {}:{inside}", case.name(*at)))
        });
        of_port.notes.extend(publishing.take(1));
    }
    let explained = explained(climb);
    if of_port.status == Status::Unknown && climb.is_by_map && explained.is_some() {
        of_port.status = Status::Fail;
    }
    if of_port.status == Status::Fail {
        let start = || vec![advise(format!("start what is to listen on {port} {place}"))];
        let (notes, fix) = match explained {
            Some(Explained { notes, fix, .. }) => (notes, fix),
            None => (Vec::new(), start()),
        };
        of_port.notes.extend(notes);
        ladder.fix = fix;
        let port = port.to_string();
        ladder.see = Some(climb.inside(&["nc", "-w", "1", "127.0.0.1", &port]));
    }
    ladder.rungs.push(of_port);
}
