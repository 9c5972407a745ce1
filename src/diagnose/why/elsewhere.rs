//! The ladder to what is no container here: a machine outside, the engine's
//! machine, an address nobody has.

use super::climb::Climb;
use super::explained::{Explained, explained};
use crate::diagnose::cures::{BY_A_RELAY, SMTP};
use crate::diagnose::{Meaning, advise, advise_name, families, near, network_called};
use crate::model::words::few;
use crate::model::{
    Family, Ladder, Measurement, NetworkAt, Outcome, Rung, RungKind, State, Status, Step, Why,
    nearest,
};

/// Puts the rungs on the ladder, and what fixes the first that fails.
pub fn climb(climb: &Climb, ladder: &mut Ladder) {
    ladder.rungs.push(climb.running(&[climb.from]));
    ladder.rungs.push(way_out(climb));
    ladder.rungs.push(name(climb));
    // Many machines outside answer no ping: silence proves nothing.
    let mut answering = climb.answering(Status::Unknown);
    if answering.status == Status::Unknown && climb.aim.port.is_none() && !climb.measured.is_empty()
    {
        answering.notes.push("many machines answer no ping; ask for a port".to_owned());
    }
    ladder.rungs.push(answering);
    ladder.rungs.push(port(climb));
    if let Some(Explained { notes, fix, is_certain }) = explained(climb) {
        let of_port = ladder.rungs.iter_mut().rfind(|rung| rung.rung == RungKind::Port);
        if let Some(rung) =
            of_port.filter(|rung| rung.status == Status::Unknown && is_certain && climb.is_by_map)
        {
            // Nobody tried, and it cannot work.
            rung.status = Status::Fail;
        }
        if let Some(at) = ladder.rungs.iter().position(|rung| rung.status == Status::Fail) {
            ladder.rungs[at].notes.extend(notes);
            ladder.fix = fix;
            ladder.see = Some(climb.connect());
            return;
        }
    }
    let Some(obstacle) = ladder.obstacle() else { return };
    let host = &climb.aim.host;
    let (fix, see) = match obstacle.rung {
        RungKind::Running => (vec![climb.case.start(climb.from)], climb.case.logs(climb.from)),
        RungKind::Network => match climb.case.kept_in(climb.from) {
            Some(network) => (climb.case.let_out(&[network]), climb.case.show_rules(network)),
            None => (leave(climb), climb.inside(&["ip", "route"])),
        },
        RungKind::Name if is_plain(climb) => {
            (use_another(climb), climb.inside(&["nslookup", host]))
        }
        RungKind::Name => {
            let server = climb.case.failing_name_server(climb.from);
            let other = || {
                vec![advise(format!(
                    "if {} resolves names of its peers, give it a name server for others: --dns ADDRESS",
                    climb.name()
                ))]
            };
            let (fix, note) = match server {
                Some(server) => (server.fix, Some(format!("its name server is {}", server.is))),
                None => (other(), None),
            };
            let failed = ladder.rungs.iter_mut().find(|rung| rung.rung == RungKind::Name);
            if let Some(rung) = failed {
                rung.notes.extend(note);
            }
            (fix, climb.inside(&["nslookup", host]))
        }
        RungKind::Port if is_mail_unheard(climb) => {
            (vec![advise(BY_A_RELAY.trim_start_matches("then "))], climb.connect())
        }
        _ if lacks_family(climb).is_some() => {
            let on = climb.case.network_names(climb.from);
            let family = lacks_family(climb).into_iter();
            let fix = family.map(|family| advise(families::give(family, climb.name(), &on)));
            (fix.collect(), climb.connect())
        }
        RungKind::Address | RungKind::Packets | RungKind::Size | RungKind::Port => {
            let fix = advise(format!(
                "nothing that netmap can see stands between {} and {host}",
                climb.name()
            ));
            (vec![fix], climb.connect())
        }
    };
    ladder.fix = fix;
    ladder.see = Some(see);
}

/// The family of the address that was asked for, where the container has none of it.
fn lacks_family(climb: &Climb) -> Option<Family> {
    let lacks = |m: &&Measurement| m.reason == Some(Why::NoSourceAddress);
    climb.measured.iter().any(lacks).then(|| climb.aim.address().map(Family::of)).flatten()
}

/// Whether the mail server of others was asked for, and nothing came back.
fn is_mail_unheard(climb: &Climb) -> bool {
    let is_lost =
        |port| matches!(climb.connecting(port), Some((Outcome::Timeout | Outcome::Unreachable, _)));
    climb.aim.port.is_some_and(|port| port == SMTP && is_lost(port))
}

/// Whether a name without dots was asked for: one that somebody on a network of
/// the container's should have.
fn is_plain(climb: &Climb) -> bool {
    climb.aim.address().is_none() && !climb.aim.host.trim_end_matches('.').contains('.')
}

/// Whether the name resolves: as measured, or else as the map has it.
fn name(climb: &Climb) -> Rung {
    let mut rung = climb.resolving();
    if !is_plain(climb) || !matches!(rung.status, Status::Fail | Status::Unknown) {
        return rung;
    }
    let (case, host) = (climb.case, &climb.aim.host);
    let known_elsewhere = case.added_host(climb.from, host).is_some()
        || case.meaning(climb.from, host) != Meaning::NobodysName;
    let is_networks = !known_elsewhere && network_called(case, host, climb.from).is_some();
    if rung.status == Status::Unknown {
        let runs = case.container(climb.from).state == State::Running;
        if known_elsewhere || !runs && !is_networks {
            return rung;
        }
        rung = Rung::new(RungKind::Name, Status::Fail, nobody(climb));
        rung.notes.push("predicted by the map, not measured".to_owned());
    } else if !known_elsewhere {
        rung.notes.push(nobody(climb));
    }
    if is_networks {
        rung.notes.push(format!("{host} is the name of the network, which nothing answers to"));
    }
    rung.notes.extend(near(climb).map(|name| format!("did you mean {name}?")));
    rung
}

fn nobody(climb: &Climb) -> String {
    let networks = climb.case.network_names(climb.from);
    format!("nothing on {} is called {}", few(&networks), climb.aim.host)
}

/// The name that is evidently meant, as the doctor has it; else the one that is
/// closest of all.
fn near(climb: &Climb) -> Option<String> {
    let (case, host) = (climb.case, climb.aim.host.as_str());
    near::near(case, climb.from, host, climb.aim.port, |_| true).or_else(|| {
        let others = case.containers().filter(|at| *at != climb.from);
        let names = others.map(|at| case.container(at).network_name());
        nearest(host, names).map(str::to_owned)
    })
}

fn use_another(climb: &Climb) -> Vec<Step> {
    let name = climb.name();
    let port = climb.aim.port.map(|port| format!(":{port}")).unwrap_or_default();
    match near(climb) {
        Some(near) => {
            vec![advise(format!("let {name} use a name that is there, such as {near}{port}"))]
        }
        None => advise_name(climb.case, &climb.aim.host, climb.from),
    }
}

/// Whether the container has a network that leads anywhere else.
fn way_out(climb: &Climb) -> Rung {
    let case = climb.case;
    let rung = |status: Status, detail: String| Rung::new(RungKind::Network, status, detail);
    if case.map.on_host(climb.from) {
        return rung(Status::Pass, format!("{} is on the host's network", climb.name()));
    }
    let stack = case.map.stack(climb.from).unwrap_or(climb.from);
    let on: Vec<NetworkAt> =
        case.map.networks_of(stack).filter(|at| !case.network(*at).is_none()).collect();
    let out: Vec<&str> = on
        .iter()
        .filter(|at| !case.network(**at).internal)
        .map(|at| case.network(*at).name.as_str())
        .collect();
    if on.is_empty() {
        return rung(Status::Fail, format!("{} is on no network", climb.name()));
    }
    // The machine itself and other members can be reached on an internal one.
    let near = climb.aim.address().is_some_and(|a| on.iter().any(|n| case.network(*n).contains(a)));
    if is_plain(climb) {
        let names: Vec<&str> = on.iter().map(|at| case.network(*at).name.as_str()).collect();
        return rung(Status::Pass, format!("{} is on {}", climb.name(), few(&names)));
    }
    if out.is_empty() && !near {
        let names: Vec<&str> = on.iter().map(|at| case.network(*at).name.as_str()).collect();
        let detail = format!("{} is on internal networks only: {}", climb.name(), few(&names));
        return rung(Status::Fail, detail);
    }
    if near {
        return rung(Status::Pass, format!("{} is an address on its own network", climb.aim.host));
    }
    // Whoever has answered shows that there are other rules.
    if let Some(kept) = case.kept_in(climb.from).filter(|_| !climb.arrived())
        && climb.aim.address().is_none_or(|address| address.is_ipv4())
    {
        let name = &case.network(kept).name;
        let mut rung =
            rung(Status::Fail, format!("the machine's firewall lets nothing out of {name}"));
        rung.notes.extend(case.rules_out(kept).map(|rules| rules.sentence(name)));
        return rung;
    }
    rung(Status::Pass, format!("{} leads out", few(&out)))
}

fn port(climb: &Climb) -> Rung {
    let rung = |status: Status, detail: String| Rung::new(RungKind::Port, status, detail);
    let Some(port) = climb.aim.port else {
        return rung(Status::Skipped, "no port was asked for".to_owned());
    };
    let host = &climb.aim.host;
    match climb.connecting(port) {
        Some((Outcome::Reachable, _)) => {
            rung(Status::Pass, format!("{host} accepts connections on {port}"))
        }
        Some((Outcome::Refused, _)) => {
            rung(Status::Fail, format!("{host} refuses connections to {port}"))
        }
        Some((Outcome::Timeout, _)) => {
            rung(Status::Fail, format!("no answer from {host} on {port}"))
        }
        Some((Outcome::Unreachable, why)) => {
            rung(Status::Fail, format!("no way to {host}: {}", reason(why)))
        }
        Some((Outcome::NameNotFound, _)) => {
            rung(Status::Skipped, "there is no address to try".to_owned())
        }
        Some((Outcome::Unknown, why)) => {
            rung(Status::Unknown, format!("not measured: {}", reason(why)))
        }
        None => rung(Status::Unknown, "not measured: nothing was tried".to_owned()),
    }
}

fn reason(why: Option<&Why>) -> String {
    why.map_or_else(|| "no reason was given".to_owned(), ToString::to_string)
}

/// What gives the container a network that leads out.
fn leave(climb: &Climb) -> Vec<Step> {
    let (create, network) = climb.case.create_network("outside", climb.from);
    let mut steps = vec![create];
    steps.extend(climb.case.connect(&network, climb.from, &[]));
    steps
}
