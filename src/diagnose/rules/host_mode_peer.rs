//! Containers on the host's own network stack.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise, settled};
use crate::model::words::few;
use crate::model::{Change, Evidence, NetworkMode, Severity, Step};

/// See `netmap explain host-mode-peer`.
pub const RULE: Rule = Rule {
    name: "host-mode-peer",
    severity: Severity::Error,
    summary: "a container on the host's network is dialled by name, dials others by name, or publishes ports",
    meaning: "A container with `--network host` is on no container network. It has no name there and \
        knows none, and its published ports are ignored: it is simply a program on the host.",
    seen: "A wanted connection with one end in host mode, or host mode and published ports together.",
    example: "`bad address 'metrics'`; `Published ports are discarded when using host network mode`",
    fix: "Give it a network like the others. Where it must stay on the host, others reach it as \
        `host.docker.internal` (with `--add-host host.docker.internal:host-gateway`), and it reaches \
        them by ports published on the host.",
    mistaken_for: "A wrong name (wrong-name): the message is the same.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::HostMode => edge.container(),
        _ => None,
    });
    let mut findings = Vec::new();
    for (to, edges) in groups {
        let (name, clients) = (case.name(to), case.clients(&edges));
        let on_host = case.map.on_host(to);
        let summary = if on_host {
            format!(
                "{name} is on the host's network, where its name is not known to {}",
                few(&clients)
            )
        } else {
            let are = if clients.len() == 1 { "is" } else { "are" };
            format!(
                "{} {are} on the host's network, where the name {name} is not known",
                few(&clients)
            )
        };
        let mut finding = RULE.finding(clients.iter().copied().chain([name]), summary);
        finding.evidence = case.signs(&edges);
        let port = edges.iter().find_map(|edge| edge.port);
        finding.fix = if on_host {
            to_the_host(case, &edges, port)
        } else {
            let published = case.container(to).published.iter().find(|p| Some(p.port) == port);
            match published.and_then(|published| published.host_port) {
                Some(host_port) => case.redial(&edges, "localhost", Some(host_port)),
                None => vec![advise(format!(
                    "publish a port of {} (-p 127.0.0.1:PORT:{}), and let {} use localhost:PORT; \
                     or run it without --network host",
                    case.called(to),
                    port.map_or_else(|| "PORT".to_owned(), |port| port.to_string()),
                    few(&case.all_called(&edges))
                ))],
            }
        };
        findings.push(finding);
    }
    for at in case.containers() {
        let container = case.container(at);
        if container.network_mode == NetworkMode::Host && !container.requested.is_empty() {
            let ports: Vec<u16> = container.requested.iter().map(|asked| asked.port).collect();
            let mut finding = RULE.finding(
                [container.name.as_str()],
                format!(
                    "{} is on the host's network, so its published ports are ignored",
                    container.name
                ),
            );
            finding.severity = Severity::Warning;
            finding.evidence = vec![Evidence::AsksFor { ports, in_vain: false }];
            let asked = container.requested.iter().cloned();
            let without = asked.map(|asked| Change::Publish { from: Some(asked), to: None });
            finding.fix = case.recreate(at, without.collect());
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}

/// Gives the clients the host's name, and lets them use it.
fn to_the_host(case: &Case, edges: &[&Edge], port: Option<u16>) -> Vec<Step> {
    let mut steps = Vec::new();
    for client in edges.iter().map(|edge| edge.from) {
        steps.extend(case.add_host(client));
    }
    steps.extend(case.redial(edges, "host.docker.internal", port));
    settled(steps)
}
