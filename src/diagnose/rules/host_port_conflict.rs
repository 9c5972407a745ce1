//! Two that want one port of the host.

use std::net::IpAddr;

use crate::diagnose::case::{Case, few};
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule};
use crate::model::{Container, RequestedPort, Severity, StartErrorKind};

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
    mend: "Publish one of them on another port of the host, or stop the one that has it.",
    mistaken_for: "Two containers with the same container port, which is fine: only the host's side \
        must differ.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for at in case.containers() {
        let container = case.container(at);
        let error =
            container.start_error.as_ref().filter(|error| error.kind == StartErrorKind::PortTaken);
        let planned = case.is_planned();
        let runs = container.state.has_network() && !planned;
        if runs || !(error.is_some() || planned) {
            continue;
        }
        let mut holders = Vec::new();
        let mut ports = Vec::new();
        // Of two planned ones only the second is told of.
        let others =
            case.containers().filter(|other| if planned { *other < at } else { *other != at });
        for other in others.filter(|other| !case.map.are_apart(*other, at)) {
            for wanted in &container.requested {
                if takes(case.container(other), wanted, planned) {
                    holders.push(case.name(other));
                    ports.push(wanted.host_port);
                }
            }
        }
        if error.is_none() && holders.is_empty() {
            continue;
        }
        ports.dedup();
        let port = match ports.first() {
            Some(port) => *port,
            None => container.requested.first().map(|r| r.host_port).unwrap_or_default(),
        };
        let taken = if planned { "is wanted twice" } else { "is taken" };
        let mut finding = RULE.finding(
            [container.name.as_str()].into_iter().chain(holders.iter().copied()),
            format!("{} cannot start: port {port} of the host {taken}", container.name),
        );
        if !holders.is_empty() {
            let verb = if planned { "asks for it as well" } else { "has it" };
            finding.evidence.push(format!("{} {verb}", few(&holders)));
        } else if error.is_some() {
            finding.evidence.push("No container has it; a program on the host does".to_owned());
        }
        if let Some(error) = error {
            let said = error.said.rsplit(": ").take(2).collect::<Vec<_>>();
            finding.evidence.push(format!(
                "The engine says: {}",
                said.into_iter().rev().collect::<Vec<_>>().join(": ")
            ));
        }
        let waiting = case.wanted_by(at);
        if !waiting.is_empty() {
            finding.evidence.push(format!("{} cannot reach it for that reason", few(&waiting)));
        }
        let inside =
            container.requested.iter().find(|r| r.host_port == port).map_or(80, |r| r.port);
        finding.fix = vec![prose(format!(
            "make {} anew with another port of the host: -p OTHER:{inside}{}",
            container.name,
            holders.first().map_or_else(String::new, |holder| format!(", or stop {holder}"))
        ))];
        findings.push(finding);
    }
    Judgement::of(findings)
}

/// Whether a container has a port of the host that another one asks for.
fn takes(holder: &Container, wanted: &RequestedPort, planned: bool) -> bool {
    let every = |ip: Option<IpAddr>| ip.is_none_or(|ip| ip.is_unspecified());
    let meet = |a: Option<IpAddr>, b: Option<IpAddr>| every(a) || every(b) || a == b;
    // Of a range the engine takes what is free.
    let Some(host_port) = wanted.host_port.one() else { return false };
    if planned {
        return holder.requested.iter().any(|other| {
            other.host_port == wanted.host_port
                && other.protocol == wanted.protocol
                && meet(other.host_ip, wanted.host_ip)
        });
    }
    holder.state.has_network()
        && holder.published.iter().any(|published| {
            published.host_port == Some(host_port)
                && published.protocol == wanted.protocol
                && meet(Some(published.host_ip), wanted.host_ip)
        })
}
