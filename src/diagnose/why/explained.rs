//! What stands in the way, in the words of a ladder, and what fixes it: the
//! doctor's own judgement and the doctor's own fix.

use super::climb::Climb;
use crate::diagnose::detours::Detour;
use crate::diagnose::{Obstacle, advise, fix_by_host};
use crate::model::words::few;
use crate::model::{Ladder, MachineMatter, RungKind, Step};

/// Why a rung fails, a sentence each, and what fixes it.
pub struct Explained {
    pub notes: Vec<String>,
    pub fix: Vec<Step>,
    /// Whether it lets nothing through, also where nobody has tried.
    pub is_certain: bool,
}

/// The explanation of what stands in the way, where it is more than a rung
/// says by itself.
pub fn explained(climb: &Climb) -> Option<Explained> {
    let (case, edge, host) = (climb.case, &climb.edge, &climb.aim.host);
    let obstacle = climb.obstacle.as_ref()?;
    if let Some(matter) = fix_by_host::matter(obstacle) {
        let fix = case.reach_machine(matter, &[edge]);
        return Some(Explained { notes: vec![of_machine(climb, matter)], fix, is_certain: true });
    }
    let by_host = |peer, inside: u16| {
        let dialled = edge.port.unwrap_or(inside);
        format!("port {dialled} of the host leads to {}:{inside}", case.name(peer))
    };
    let (notes, fix) = match obstacle {
        Obstacle::Hairpin { peer, port: inside, unknown } => {
            let unknown = unknown.then(|| of_machine(climb, MachineMatter::NameUnknown));
            let mut notes: Vec<String> = unknown.into_iter().collect();
            notes.push(by_host(*peer, *inside));
            if case.is_internal_only(climb.from) {
                let text = "from an internal network nothing comes back in by a published port";
                notes.push(text.to_owned());
            }
            (notes, case.go_directly(*peer, *inside, &[edge]))
        }
        Obstacle::PublishedElsewhere { peer, port, host_ip } => {
            let only = format!("it is published on {host_ip} only, which is not {host}");
            (vec![by_host(*peer, *port), only], case.go_directly(*peer, *port, &[edge]))
        }
        Obstacle::Localhost { peer, port, .. } => {
            let note = match (edge.port, *port) {
                (Some(dialled), Some(port)) if dialled != port => by_host(*peer, port),
                (_, Some(_)) => format!("{} has that port", case.name(*peer)),
                (_, None) => format!("{} is meant, as the variable says", case.name(*peer)),
            };
            (vec![note], case.go_directly(*peer, *port, &[edge]))
        }
        Obstacle::NotOnHost { peer, port } => {
            let published = case.container(*peer).published.iter().find(|p| p.port == *port);
            let note = match published.and_then(|published| published.host_port) {
                Some(host_port) => {
                    format!("{} has published its port {port} as {host_port}", case.name(*peer))
                }
                None => format!("{} has port {port}, and has not published it", case.name(*peer)),
            };
            (vec![note], case.go_by_localhost(*peer, *port, &[edge]))
        }
        Obstacle::ResolvesElsewhere(_) => (astray(climb), case.resolve_here(climb.from, host)),
        Obstacle::BelowName(peer) => {
            let behind = host.split_once('.').map_or(host.as_str(), |(_, behind)| behind);
            let note = format!("nothing has that name; {behind} is there");
            (vec![note], case.dial_name_itself(edge, *peer))
        }
        Obstacle::AboveName(_) => {
            let first = host.split_once('.').map_or(host.as_str(), |(first, _)| first);
            let note = format!("nothing has that name; {first} is there");
            (vec![note], case.redial_each(&[edge], |edge| (first.to_owned(), edge.port)))
        }
        Obstacle::FreeAddress => {
            let entries = case.hosts_entries(climb.from);
            let own = entries.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(host));
            // The name would do, were it not in the hosts file.
            let fix = match own.filter(|_| case.resolved(climb.from, host).is_some()) {
                Some((name, address)) => case.without_entry(climb.from, &name, address),
                None => {
                    let name = format!(
                        "let {} use the name of the container that is meant",
                        case.called(climb.from)
                    );
                    [advise(name)].into_iter().chain(case.out_of_the_way(host)).collect()
                }
            };
            (vec!["nobody has that address now".to_owned()], fix)
        }
        _ => return None,
    };
    let is_certain = match obstacle {
        // That works where no firewall is against it.
        Obstacle::Hairpin { unknown, .. } => *unknown || case.is_internal_only(climb.from),
        _ => true,
    };
    Some(Explained { notes, fix, is_certain })
}

/// What the doctor says of a way that is open and does not lead to what is
/// wanted, on the rung where it goes wrong.
pub fn remark(climb: &Climb, ladder: &mut Ladder) {
    let (case, from) = (climb.case, climb.name());
    let (kind, note) = match &climb.obstacle {
        Some(Obstacle::Namesake(own)) => {
            let own = case.name(*own);
            (RungKind::Name, format!("that is another project's; in {from}'s own it is {own}"))
        }
        Some(Obstacle::HandsOut(sent)) => {
            let port = sent.port.map(|port| format!(":{port}")).unwrap_or_default();
            let note =
                format!("it sends its clients on to {}{port}, of no use to {from}", sent.host);
            (RungKind::Port, note)
        }
        Some(Obstacle::Detour(Detour { destination, interface, .. })) => {
            let note =
                format!("{from} sends what is for {destination} by its interface {interface}");
            (RungKind::Address, note)
        }
        _ => return,
    };
    if let Some(rung) = ladder.rungs.iter_mut().find(|rung| rung.rung == kind) {
        rung.notes.push(note);
    }
}

fn astray(climb: &Climb) -> Vec<String> {
    let (case, from, host) = (climb.case, climb.from, &climb.aim.host);
    let (names, servers) = (case.asked_first(from, host), case.foreign_servers(from));
    let mut notes = Vec::new();
    if !names.is_empty() {
        notes.push(format!("its search domain makes it ask for {} first", few(&names)));
    }
    if !servers.is_empty() {
        let servers: Vec<String> = servers.iter().map(ToString::to_string).collect();
        let order = match case.asks_strangers_only(from, host) {
            true => "and not",
            false => "before",
        };
        notes.push(format!("it asks {} {order} the engine's own name server", few(&servers)));
    }
    notes
}

fn of_machine(climb: &Climb, matter: MachineMatter) -> String {
    let of_port = match climb.aim.port {
        Some(port) => format!("port {port}"),
        None => "that port".to_owned(),
    };
    match matter {
        MachineMatter::NameUnknown => "the container has not been given that name".to_owned(),
        MachineMatter::OnLoopback => {
            format!("a program of the host has {of_port} on its loopback address only")
        }
        MachineMatter::NothingListens => format!("nothing on the host listens on {of_port}"),
        MachineMatter::Silent => format!(
            "the host listens on {of_port} for everybody, and what containers send gets no answer"
        ),
        MachineMatter::IsNotLocalhost => {
            format!("the host has {of_port}, and localhost is not the host")
        }
    }
}
