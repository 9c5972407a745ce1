//! Two that want one port of the host.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::diagnose::{Case, Holders, Judgement, Rule, advise, owned};
use crate::model::words::few;
use crate::model::{
    Change, Container, ContainerAt, Evidence, HostPorts, Listening, RequestedPort, Severity,
    StartErrorKind, State,
};

/// See `netmap explain host-port-conflict`.
pub const RULE: Rule = Rule {
    name: "host-port-conflict",
    severity: Severity::Error,
    summary: "a container could not start, or will not, because its port of the host is taken",
    meaning: "A port of the host can lead to one container only. The second one that asks for it \
        does not start.",
    seen: "The engine's own start error, or two containers that ask for the same address and port of \
        the host, one of which runs or neither of which does.",
    example: "`Bind for 0.0.0.0:8080 failed: port is already allocated`, `address already in use`",
    fix: "Publish one of them on another port of the host, or stop the one that has it.",
    mistaken_for: "Two containers with the same container port, which is fine: only the host's side \
        must differ.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let mut given = Given::default();
    let planned = case.is_planned();
    for at in case.containers() {
        let container = case.container(at);
        let error = container.start_error.as_ref();
        let error = error.filter(|error| error.kind == StartErrorKind::PortTaken);
        let runs = container.state.has_network() && !planned;
        // Podman says nothing of a start that failed.
        let never_ran = container.state == State::Created;
        if runs || !(error.is_some() || planned || never_ran) {
            continue;
        }
        let taken = taken(case, at);
        let by_program = taken.is_empty().then(|| taken_by_a_program(case, container)).flatten();
        if error.is_none() && taken.is_empty() && by_program.is_none() {
            continue;
        }
        let (asked, holders): (Vec<&RequestedPort>, Vec<ContainerAt>) = taken.into_iter().unzip();
        let asked = asked.first().copied().or(by_program).or(container.requested.first());
        let port = asked.map(|asked| asked.host_port.to_string()).unwrap_or_default();
        let mut holders = case.names_of(holders);
        holders.sort_unstable();
        holders.dedup();
        let how = if planned { "is wanted twice" } else { "is taken" };
        let is_told = error.is_some() || planned;
        let cannot = if is_told { "cannot" } else { "will not" };
        let mut finding = RULE.finding(
            [container.name.as_str()].into_iter().chain(holders.iter().copied()),
            format!("{} {cannot} start: port {port} of the host {how}", container.name),
        );
        if !is_told {
            finding.severity = Severity::Warning;
        }
        if !holders.is_empty() {
            let containers = owned(&holders);
            finding.evidence.push(Evidence::PortHeldBy { containers, planned });
        } else if let Some((port, held)) = beside(case, at, asked) {
            finding.subjects.extend(held.names.iter().cloned());
            finding.evidence.push(held.sign(port));
        } else if error.is_some() || by_program.is_some() {
            let text = "No container has it; a program on the host does";
            finding.evidence.push(Evidence::Remark { text });
        }
        finding.evidence.extend(error.map(|error| Evidence::StartError { said: error.gist() }));
        let waiting = case.wanted_by(at);
        if !waiting.is_empty() {
            finding.evidence.push(Evidence::CutOff { clients: owned(&waiting) });
        }
        if let Some(asked) = asked {
            let host_port = free_port(case, asked, &mut given);
            let to = RequestedPort { host_port, ..asked.clone() };
            let change = Change::Publish { from: Some(asked.clone()), to: Some(to) };
            finding.fix = case.recreate(at, vec![change]);
        }
        if !holders.is_empty() && !planned {
            let holders = few(&holders);
            finding.fix.push(advise(format!("or stop {holders}, and start {}", container.name)));
        }
        findings.push(finding);
    }
    Judgement::of(findings)
}

/// The ports that a container asks for and another one has or, of planned ones,
/// asks for before it.
fn taken<'a>(case: &Case<'a>, at: ContainerAt) -> Vec<(&'a RequestedPort, ContainerAt)> {
    let planned = case.is_planned();
    let mut taken = Vec::new();
    for wanted in &case.container(at).requested {
        let Some(port) = wanted.host_port.one() else { continue };
        let holders = match planned {
            true => case.index.requesting(port),
            false => case.index.published(port),
        };
        let others = holders.iter().copied();
        let others = others.filter(|other| if planned { *other < at } else { *other != at });
        let others = others.filter(|other| !case.map.are_apart(*other, at));
        let holds = others.filter(|other| holds(case.container(*other), wanted, port, planned));
        taken.extend(holds.map(|other| (wanted, other)));
    }
    taken.sort_by_key(|(wanted, other)| (*other, *wanted));
    taken
}

/// The port that a container asks for and, by the sockets of the engine's machine,
/// somebody has: the engine's own name server may be that, too.
fn taken_by_a_program<'a>(case: &Case<'a>, container: &'a Container) -> Option<&'a RequestedPort> {
    let host = case.map.snapshot().host.as_ref()?;
    let sockets = host.listening.as_deref()?;
    container.requested.iter().find(|wanted| {
        let has = |socket: &Listening| {
            Some(socket.port) == wanted.host_port.one()
                && socket.protocol == wanted.protocol
                && meet(Some(socket.address), wanted.host_ip)
        };
        sockets.iter().any(has)
    })
}

/// Whether two addresses, of which none is every one, are or hold the same.
fn meet(a: Option<IpAddr>, b: Option<IpAddr>) -> bool {
    let every = |ip: Option<IpAddr>| ip.is_none_or(|ip| ip.is_unspecified());
    every(a) || every(b) || a == b
}

/// Whether a container has a port of the host that another one asks for.
fn holds(holder: &Container, wanted: &RequestedPort, port: u16, planned: bool) -> bool {
    if planned {
        // Of a range the engine takes what is free.
        return holder.requested.iter().any(|other| {
            other.host_port.one() == Some(port)
                && other.protocol == wanted.protocol
                && meet(other.host_ip, wanted.host_ip)
        });
    }
    holder.state.has_network()
        && holder.published.iter().any(|published| {
            published.host_port == Some(port)
                && published.protocol == wanted.protocol
                && meet(Some(published.host_ip), wanted.host_ip)
        })
}

/// Who may have a port of the host without having published it.
fn beside(case: &Case, at: ContainerAt, asked: Option<&RequestedPort>) -> Option<(u16, Holders)> {
    let port = asked?.host_port.one()?;
    Some((port, case.holders(port, at)?))
}

/// The ports that were given to those who could not have what they asked for.
#[derive(Default)]
struct Given {
    ports: BTreeSet<u16>,
    /// By the port that was asked for, the last of them.
    last: BTreeMap<u16, u16>,
}

/// The next port of the host that nobody here has or asks for, and that is `given`
/// to no other one.
fn free_port(case: &Case, asked: &RequestedPort, given: &mut Given) -> HostPorts {
    let Some(asked) = asked.host_port.one() else { return HostPorts::Any };
    let mut from = Some(given.last.get(&asked).copied().unwrap_or(asked));
    while let Some(free) = from.and_then(|port| case.free_host_port(port.checked_add(1)?)) {
        if given.ports.insert(free) {
            given.last.insert(asked, free);
            return HostPorts::One(free);
        }
        from = Some(free);
    }
    HostPorts::Any
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::diagnose::diagnose;
    use crate::graph::Map;
    use crate::model::Snapshot;

    #[test]
    fn a_program_on_the_machine_can_have_the_port() {
        let found = |protocol: &str, address: &str, wanted: &str| {
            let snapshot = json!({
                "schema": "netmap/1",
                "host": {"listening": [{"protocol": protocol, "address": address, "port": 53}]},
                "networks": [], "containers": [{"name": "pihole", "id": "pihole",
                    "state": "created", "requested": [
                        {"port": 53, "protocol": "udp", "host_ip": wanted, "host_port": "53"}]}],
            });
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let diagnosis = diagnose(&Map::new(&snapshot), None, only);
            diagnosis.findings.iter().map(|f| f.summary.clone()).collect::<Vec<_>>()
        };
        let taken = ["pihole will not start: port 53 of the host is taken"];
        assert_eq!(found("udp", "10.89.0.1", ""), taken);
        assert_eq!(found("udp", "0.0.0.0", "192.168.1.10"), taken);
        for (protocol, address, wanted) in
            [("tcp", "10.89.0.1", ""), ("udp", "127.0.0.53", "192.168.1.10")]
        {
            assert_eq!(found(protocol, address, wanted), [""; 0], "{protocol} {address} {wanted}");
        }
    }
}
