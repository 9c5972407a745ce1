//! The ladder to another container.

use super::by_map;
use super::climb::Climb;
use super::explained::{Explained, explained};
use crate::diagnose::{Case, Listens, Obstacle, Shared, advise};
use crate::graph::{Reason, Verdict};
use crate::model::words::few;
use crate::model::{
    ContainerAt, Ladder, NetworkAt, Outcome, Protocol, Rung, RungKind, State, Status, Step,
};

/// What there is to say of networks that nobody can tell yet.
const UNSETTLED: &str = "the files do not settle which networks they will be on";

/// Puts the rungs on the ladder, and what fixes the first that fails.
pub fn climb(climb: &Climb, to: ContainerAt, ladder: &mut Ladder) {
    let mut running = climb.running(&[climb.from, to]);
    running.notes.extend(told_apart(climb, to));
    ladder.rungs.push(running);
    if !climb.case.map.share_stack(climb.from, to)
        && [climb.from, to].into_iter().any(|at| climb.case.is_unsettled(at))
    {
        let kinds = [RungKind::Network, RungKind::Name, RungKind::Address, RungKind::Port];
        ladder.rungs.extend(kinds.map(|kind| Rung::new(kind, Status::Unknown, UNSETTLED)));
        return;
    }
    ladder.rungs.push(network(climb, to));
    ladder.rungs.push(name(climb, to));
    ladder.rungs.push(if climb.is_by_map {
        by_map::route(climb, to)
    } else {
        climb.answering(Status::Fail)
    });
    ladder.rungs.push(port(climb, to));
    let Some(obstacle) = ladder.obstacle() else { return };
    let ping = || climb.inside(&["ping", "-c1", &climb.aim.host]);
    let (fix, see) = match obstacle.rung {
        RungKind::Running => start(climb, to),
        RungKind::Network => (meet(climb, to), ping()),
        RungKind::Name => match explained(climb) {
            Some(Explained { notes, fix, .. }) => {
                let failed = ladder.rungs.iter_mut().find(|rung| rung.status == Status::Fail);
                if let Some(rung) = failed {
                    rung.notes.extend(notes);
                }
                (fix, ping())
            }
            None => (rename(climb, to), ping()),
        },
        RungKind::Address | RungKind::Packets | RungKind::Size => (unblock(climb, to), ping()),
        RungKind::Port => listen(climb, to),
    };
    ladder.fix = fix;
    ladder.see = Some(see);
}

/// Which of several containers of a name is meant, and why.
fn told_apart(climb: &Climb, to: ContainerAt) -> Option<String> {
    let (case, host) = (climb.case, &climb.aim.host);
    let project = |at: ContainerAt| case.container(at).project();
    let others = case.map.containers_named(host);
    let strange = others.iter().any(|at| project(*at) != project(to));
    if !strange || climb.aim.address().is_some() {
        return None;
    }
    let name = case.name(to);
    let why = if case.resolved(climb.from, host) == Some(to) {
        let own = case.own(climb.from, host).filter(|own| *own != to);
        let own = own.map(|own| {
            let (own, state) = (case.name(own), case.container(own).state);
            format!("; the one of its own project is {own}, which {}", state.predicate())
        });
        let leads = format!("the one to which {host} leads from {}", climb.name());
        leads + own.as_deref().unwrap_or_default()
    } else {
        format!("the one of {}'s project, {}", climb.name(), project(to).unwrap_or("none"))
    };
    Some(format!("{} containers are called {host}: {name} is {why}", others.len()))
}

fn networks_of(case: &Case, at: ContainerAt) -> String {
    match case.network_names(at).as_slice() {
        // Podman names no network for the host's.
        [] if case.map.on_host(at) => format!("{}: host", case.name(at)),
        [] => format!("{}: none", case.name(at)),
        names => format!("{}: {}", case.name(at), few(names)),
    }
}

fn network(climb: &Climb, to: ContainerAt) -> Rung {
    let (case, from) = (climb.case, climb.from);
    let rung = |status: Status, detail: String, notes: Vec<String>| Rung {
        notes,
        ..Rung::new(RungKind::Network, status, detail)
    };
    if case.map.share_stack(from, to) {
        let detail = "both use one network stack and meet on localhost".to_owned();
        return rung(Status::Pass, detail, Vec::new());
    }
    let shared = case.shared(from, to);
    let by_address = climb.predicted(to);
    if by_address.reason == Reason::NotPublished && !climb.arrived() {
        let ports: Vec<String> = case.ports_let_in(from, to).iter().map(u16::to_string).collect();
        let open = if ports.is_empty() { "none".to_owned() } else { few(&ports) };
        let note = format!("ports of {} that are published on it: {open}", case.name(to));
        return rung(Status::Fail, by_address.reason.to_string(), vec![note]);
    }
    let runs = |at: ContainerAt| case.container(at).state.has_network();
    if shared.is_empty() {
        let both = vec![networks_of(case, from), networks_of(case, to)];
        return match by_address.verdict {
            Verdict::Reachable => rung(Status::Pass, by_address.reason.to_string(), both),
            Verdict::Unknown if runs(from) && runs(to) => {
                rung(Status::Unknown, by_address.reason.to_string(), both)
            }
            _ => {
                let mut notes = both;
                notes.extend(between(case, from, to));
                let detail = match by_address.reason {
                    reason @ (Reason::RootlessBridges
                    | Reason::BridgeWithoutHost
                    | Reason::NoCommonFamily
                    | Reason::NoWayBack) => reason.sentence(),
                    _ => "no network in common",
                };
                rung(Status::Fail, detail.to_owned(), notes)
            }
        };
    }
    if let Some(rung) = on_other_network(climb, to, &shared) {
        return rung;
    }
    let names: Vec<&str> = shared.iter().map(|at| case.network(*at).name.as_str()).collect();
    let apart = matches!(
        by_address.reason,
        Reason::IccOff | Reason::PrivateMacvlan | Reason::NoCommonFamily
    );
    if by_address.verdict == Verdict::Blocked && apart {
        let detail = format!("both are on {}, but {}", few(&names), by_address.reason);
        return rung(Status::Fail, detail, Vec::new());
    }
    let mut notes = Vec::new();
    if let twins @ [_, _, ..] = case.twins(to) {
        let others = twins.iter().filter(|at| **at != to).copied();
        notes.push(format!(
            "{} has the MAC address of {} as well: packets for one may go to the other",
            few(&case.names_of(others)),
            case.name(to)
        ));
    }
    rung(Status::Pass, format!("both are on {}", few(&names)), notes)
}

/// The address that was asked for is on a network where the other end is alone.
fn on_other_network(climb: &Climb, to: ContainerAt, shared: &[NetworkAt]) -> Option<Rung> {
    let case = climb.case;
    let (_, network) = case.map.owner_of(climb.from, climb.aim.address()?)?;
    let is_let_in = climb.predicted(to).verdict == Verdict::Reachable;
    if shared.contains(&network) || climb.answered() || is_let_in {
        return None;
    }
    let on = &case.network(network).name;
    let host = &climb.aim.host;
    let detail =
        format!("{host} is {}'s address on {on}, where {} is not", case.name(to), climb.name());
    let mut rung = Rung::new(RungKind::Network, Status::Fail, detail);
    let stack = case.map.stack(to).unwrap_or(to);
    for network in shared {
        let address = case.map.endpoint_on(stack, *network).and_then(|e| e.addresses().next());
        let name = &case.network(*network).name;
        rung.notes.extend(
            address.map(|address| format!("on {name}, which both are on, it has {address}")),
        );
    }
    Some(rung)
}

/// Through whom packets could go if anybody passed them on.
fn between(case: &Case, from: ContainerAt, to: ContainerAt) -> Option<String> {
    let path = case.map.path(from, to)?;
    let through: Vec<&str> = path.through.iter().map(|at| case.name(*at)).collect();
    match through.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is on both sides, but does not forward")),
        several => {
            Some(format!("the way through {} exists, but none of them forwards", few(several)))
        }
    }
}

fn name(climb: &Climb, to: ContainerAt) -> Rung {
    let case = climb.case;
    let mut rung = if climb.is_by_map { by_map::name(climb, to) } else { climb.resolving() };
    if let Some(by_turns) = climb.by_turns.as_ref().filter(|_| rung.status != Status::Fail) {
        return by_turns.name(&climb.aim.host);
    }
    if let Some(shared) = shared_name(climb) {
        let names = case.names_of(shared.owners.iter().copied());
        let on = &case.network(shared.network).name;
        rung.notes.push(format!("{} all answer to {} on {on}", few(&names), shared.name));
    }
    if rung.status == Status::Pass && !climb.led_to_copy() {
        let others: Vec<String> = known_as(case, climb.from, to)
            .into_iter()
            .filter(|name| *name != climb.aim.host)
            .collect();
        if !others.is_empty() {
            rung.notes.push(format!("also known as {}", few(&others)));
        }
    } else if rung.status == Status::Fail {
        let by_name = case.map.predict(climb.from, to).by_name;
        if by_name.verdict == Verdict::Blocked && by_name.reason != Reason::DifferentNetworks {
            rung.notes.push(by_name.reason.to_string());
        }
    }
    rung
}

/// The name that was asked for, where several containers that have nothing in
/// common answer to it.
fn shared_name<'c>(climb: &'c Climb) -> Option<Shared<'c>> {
    let case = climb.case;
    let mut asked = case.asked_on(climb.from, &climb.aim.host);
    let (network, name) = asked.find(|(network, name)| case.index.is_ambiguous(*network, name))?;
    let owners = case.index.answering(network, name);
    let running = owners.partition_point(|at| case.container(*at).state.has_network());
    Some(Shared::new(case, network, name, &owners[..running]))
}

/// The kernel takes connections, and the program does not. What clients have waited for in vain
/// is none; what waits for a moment may be served yet.
fn hung(climb: &Climb, to: ContainerAt, port: u16, given_up: bool) -> Rung {
    let target = climb.case.name(to);
    let (status, is) = match given_up {
        true => (Status::Fail, "and its program takes no connection"),
        false => (Status::Pass, "and its program is slow to take connections"),
    };
    let mut rung = Rung::new(RungKind::Port, status, format!("{target} listens on {port}, {is}"));
    let backlog = climb.case.backlog(to).iter().find(|backlog| backlog.port == port);
    rung.notes.extend(backlog.map(|backlog| backlog.waits("", target)));
    rung
}

/// The names by which one container knows another, on the networks they share.
fn known_as(case: &Case, from: ContainerAt, to: ContainerAt) -> Vec<String> {
    let stack = case.map.stack(to).unwrap_or(to);
    let mut names = Vec::new();
    for network in case.shared(from, to) {
        if case.network(network).is_default_bridge() {
            continue;
        }
        let Some(endpoint) = case.map.endpoint_on(stack, network) else { continue };
        for name in case.container(stack).names_on(endpoint) {
            let generated = name == case.container(stack).short_id();
            if !generated && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

fn port(climb: &Climb, to: ContainerAt) -> Rung {
    let case = climb.case;
    let rung = |status: Status, detail: String| Rung::new(RungKind::Port, status, detail);
    let target = case.name(to);
    let Some(port) = climb.aim.port else {
        let open = case.open_ports(to);
        let detail = if open.is_empty() {
            "no port was asked for".to_owned()
        } else {
            format!("no port was asked for; {target} listens on {}", few(&ports(&open)))
        };
        return rung(Status::Skipped, detail);
    };
    let listens = case.listens(to, port, Some(Protocol::Tcp));
    let connected = climb.connecting(port);
    let is_reached = matches!(connected, Some((Outcome::Reachable, _)));
    if let Some(Obstacle::OtherAddress(bound)) = climb.obstacle.as_ref().filter(|_| !is_reached) {
        let bound: Vec<String> = bound.iter().map(ToString::to_string).collect();
        let bound = few(&bound);
        let detail = format!("{target} listens on {port} at {bound} only, not where it is dialled");
        return rung(Status::Fail, detail);
    }
    if let Some(Obstacle::Hung { given_up, .. }) = climb.obstacle
        && (given_up || is_reached || connected.is_none())
    {
        return hung(climb, to, port, given_up);
    }
    match (listens, connected) {
        (_, Some((Outcome::Reachable, _))) => {
            rung(Status::Pass, format!("{target} accepts connections on {port}"))
        }
        (Some(Listens::OnLoopback), _) => {
            let listens = if case.is_planned() { "would listen" } else { "listens" };
            rung(
                Status::Fail,
                format!("{target} {listens} on {port} for itself only (on 127.0.0.1)"),
            )
        }
        (Some(Listens::Openly), _) if climb.is_unheard() => rung(
            Status::Fail,
            format!("{target} listens on {port} for IPv4 only, and what comes by IPv6 is refused"),
        ),
        (Some(Listens::Not), _) => {
            let open = case.open_ports(to);
            let mut rung = rung(Status::Fail, format!("nothing in {target} listens on {port}"));
            if let Some(published) =
                case.published_as(to, port, Some(Protocol::Tcp)).filter(|p| p.port != port)
            {
                rung.notes.push(format!(
                    "{port} is its port on the host; inside it is {}",
                    published.port
                ));
            } else if !open.is_empty() {
                rung.notes.push(format!("it listens on {}", few(&ports(&open))));
            }
            rung
        }
        (Some(Listens::Openly), Some((Outcome::Refused, _))) => rung(
            Status::Fail,
            format!("{target} listens on {port}, and connections are refused all the same"),
        ),
        (_, Some((Outcome::Refused, _))) => rung(
            Status::Fail,
            format!("{target} refuses connections to {port}: nothing listens there"),
        ),
        (Some(Listens::Openly), Some((Outcome::Timeout, _))) if climb.answered() => {
            let detail = format!("{target} listens on {port}, but connections get no answer");
            rung(Status::Fail, detail)
        }
        (Some(Listens::Openly), None) if climb.is_by_map => {
            rung(Status::Pass, format!("{target} listens on {port}, so it would answer"))
        }
        (Some(Listens::Openly), _) => {
            rung(Status::Unknown, format!("{target} listens on {port}, so it would answer"))
        }
        (None, Some((Outcome::Timeout, _))) if climb.answered() => {
            rung(Status::Fail, format!("no answer from {target} on {port}"))
        }
        (None, _) if case.is_planned() => by_map::planned_port(climb, to, port),
        (None, _) => {
            let detail =
                format!("whether anything in {target} listens on {port} could not be seen");
            rung(Status::Unknown, detail)
        }
    }
}

fn ports(ports: &[u16]) -> Vec<String> {
    ports.iter().map(u16::to_string).collect()
}

fn start(climb: &Climb, to: ContainerAt) -> (Vec<Step>, Step) {
    let case = climb.case;
    let mut fix = Vec::new();
    let mut see = None;
    for at in [climb.from, to] {
        match case.container(at).state {
            State::Running => continue,
            State::Paused => fix.push(case.unpause(at)),
            State::Restarting => fix.push(advise(format!(
                "{} starts and ends again and again; its log says why",
                case.name(at)
            ))),
            _ => fix.push(case.start(at)),
        }
        see.get_or_insert(case.logs(at));
    }
    (fix, see.unwrap_or_else(|| case.logs(to)))
}

/// What brings the two together on a network where names resolve.
fn meet(climb: &Climb, to: ContainerAt) -> Vec<Step> {
    let case = climb.case;
    if case.map.on_host(to) {
        let routes = case.map.predict(climb.from, to).routes;
        let there = routes.iter().find(|route| route.judged.verdict == Verdict::Reachable);
        let address = there.and_then(|route| route.address);
        let address = address.map(|address| format!(": {address}")).unwrap_or_default();
        return vec![advise(format!(
            "{} is on the host's network; from {} it is the host's address{address}",
            case.name(to),
            climb.name()
        ))];
    }
    let port = climb.aim.port.map(|port| format!(":{port}")).unwrap_or_default();
    if climb.aim.address().is_some() && !case.shared(climb.from, to).is_empty() {
        let name = case.bring_together(to, &[climb.from], &[]).name().to_owned();
        return vec![advise(format!("let {} use the name: {name}{port}", climb.name()))];
    }
    let together = case.bring_together(to, &[climb.from], &[climb.aim.host.as_str()]);
    let leads = together.names.iter().any(|name| name.eq_ignore_ascii_case(&climb.aim.host));
    let name = together.name().to_owned();
    let mut fix = together.steps;
    if !leads {
        fix.push(advise(format!("then let {} use the name {name}", climb.name())));
    }
    fix
}

fn rename(climb: &Climb, to: ContainerAt) -> Vec<Step> {
    let case = climb.case;
    if let Some(shared) = shared_name(climb) {
        let host = climb.aim.host.as_str();
        let known = case.edges_from(climb.from).map(|(edge, _)| edge);
        let mut known = known.filter(|edge| edge.host.eq_ignore_ascii_case(host));
        return case.tell_apart(&shared, &[known.next().unwrap_or(&climb.edge)]);
    }
    let known = known_as(case, climb.from, to);
    let leads = known.iter().any(|name| name.eq_ignore_ascii_case(&climb.aim.host));
    if case.map.share_stack(climb.from, to) {
        return vec![advise(format!("let {} use localhost", climb.name()))];
    }
    match known.first() {
        Some(_) if leads => case.let_ask(climb.from, false).unwrap_or_else(|| {
            vec![
                advise("the name should resolve; see which name server is asked:"),
                climb.inside(&["cat", "/etc/resolv.conf"]),
            ]
        }),
        Some(name) => vec![advise(format!("let {} use the name {name}", climb.name()))],
        None => meet(climb, to),
    }
}

/// Nothing on the map stands in the way, and yet something does.
fn unblock(climb: &Climb, to: ContainerAt) -> Vec<Step> {
    let twins = climb.case.twins(to);
    if !twins.is_empty() {
        return climb.case.with_other_mac(twins);
    }
    if climb.predicted(to).verdict == Verdict::Blocked {
        return meet(climb, to);
    }
    vec![
        advise("a firewall drops the packets; on the host, see its rules:"),
        crate::diagnose::on_host(&["iptables", "-S"]),
        advise(
            "a firewall that was reloaded after the engine started loses the engine's rules; \
             then: sudo systemctl restart docker",
        ),
    ]
}

fn listen(climb: &Climb, to: ContainerAt) -> (Vec<Step>, Step) {
    let case = climb.case;
    let (target, port) = (case.name(to), climb.aim.port.unwrap_or_default());
    let host = &climb.aim.host;
    let see = climb.inside(&["nc", "-w", "1", host, &port.to_string()]);
    let fix = match case.listens(to, port, Some(Protocol::Tcp)) {
        Some(Listens::OnLoopback) => {
            return (vec![case.listen_openly(to, port)], see);
        }
        Some(Listens::Openly) if climb.is_unheard() => {
            format!("let the program in {target} listen on [::] instead of 0.0.0.0")
        }
        // A ping may have been lucky, and the next packet is its twin's.
        Some(Listens::Openly) if !case.twins(to).is_empty() => {
            return (case.with_other_mac(case.twins(to)), see);
        }
        Some(Listens::Openly) => {
            let client = case.name(case.map.stack(climb.from).unwrap_or(climb.from));
            format!(
                "a firewall, in {client}, in {target} or on the host, drops connections to {port}"
            )
        }
        _ => {
            let inside = match climb.obstacle {
                Some(Obstacle::HostPort(inside)) => Some(inside),
                _ => None,
            };
            match inside.or_else(|| case.open_ports(to).first().copied()) {
                Some(other) => format!("let {} use {host}:{other}", climb.name()),
                None => format!("start what is to listen on {port} in {target}: its log says more"),
            }
        }
    };
    (vec![advise(fix)], see)
}
