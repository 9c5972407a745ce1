//! The ladder to `localhost`: the container itself.

use super::Climb;
use crate::diagnose::case::Listens;
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::offers;
use crate::model::words::few;
use crate::model::{ContainerAt, Ladder, Outcome, Rung, Status};

/// Puts the rungs on the ladder, and what mends the first that fails.
pub fn climb(climb: &Climb, ladder: &mut Ladder) {
    let (case, from) = (climb.case, climb.from);
    ladder.rungs.push(climb.running(&[from]));
    let name = climb.name();
    let itself = format!("{} is {name} itself, not the machine it runs on", climb.aim.host);
    let rung = |rung: &'static str, status: Status, detail: String| Rung {
        rung,
        status,
        detail,
        notes: Vec::new(),
    };
    ladder.rungs.push(rung("network", Status::Pass, itself));
    let Some(port) = climb.aim.port else {
        ladder.rungs.push(rung("port", Status::Skipped, "no port was asked for".to_owned()));
        return;
    };
    let connected = climb.connecting(port).map(|(outcome, _)| outcome);
    let mut of_port = match (case.listens(from, port), connected) {
        (_, Some(Outcome::Reachable)) | (Some(Listens::Openly | Listens::OnLoopback), None) => {
            rung("port", Status::Pass, format!("something in {name} listens on {port}"))
        }
        (Some(Listens::Not), _) | (_, Some(Outcome::Refused)) => {
            rung("port", Status::Fail, format!("nothing in {name} listens on {port}"))
        }
        _ => {
            let detail = format!("whether anything in {name} listens on {port} could not be seen");
            rung("port", Status::Unknown, detail)
        }
    };
    let peers: Vec<ContainerAt> = case
        .containers()
        .filter(|at| *at != from && !case.map.share_stack(from, *at) && offers(case, *at, port))
        .collect();
    if of_port.status == Status::Fail {
        let names: Vec<&str> = peers.iter().map(|at| case.name(*at)).collect();
        if !names.is_empty() {
            let verb = if names.len() == 1 { "has" } else { "have" };
            of_port.notes.push(format!("{} {verb} that port", few(&names)));
        }
        if let Some(peer) = peers.first() {
            let (fix, known) = case.bring_together(*peer, &[from], &[]);
            ladder.fix = fix;
            if let Some(known) = known.first() {
                ladder.fix.push(prose(format!("then let {name} use {known}:{port}")));
            }
        } else {
            ladder.fix = vec![prose(format!("start what is to listen on {port} in {name}"))];
        }
        ladder.see = Some(climb.see(&format!("nc -w 1 127.0.0.1 {port} </dev/null")));
    }
    ladder.rungs.push(of_port);
}
