//! Containers on the host's own network stack.

use crate::diagnose::case::{Case, few};
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::{NetworkMode, Severity};

/// See `netmap explain host-mode-peer`.
pub const RULE: Rule = Rule {
    name: "host-mode-peer",
    severity: Severity::Error,
    summary: "a container in host mode is wanted by name, wants others by name, or publishes ports",
    meaning: "A container with `--network host` is on no container network. It has no name there and \
        knows none, and its published ports are ignored: it is simply a program on the host.",
    seen: "A wanted connection with one end in host mode, or host mode and published ports together.",
    example: "`bad address 'metrics'`; `Published ports are discarded when using host network mode`",
    mend: "Give it a network like the others. Where it must stay on the host, others reach it as \
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
            format!(
                "{} is on the host's network, where the name {name} is not known",
                few(&clients)
            )
        };
        let mut finding = RULE.finding(clients.iter().copied().chain([name]), summary);
        finding.evidence = case.say(&edges);
        let port = edges.iter().find_map(|edge| edge.port);
        finding.fix = if on_host {
            vec![
                prose(format!(
                    "make {} anew with --add-host host.docker.internal:host-gateway",
                    few(&clients)
                )),
                case.say_instead(&edges, "host.docker.internal", port),
            ]
        } else {
            let mut published = case.container(to).published.iter();
            let published = published.find(|p| Some(p.port) == port).and_then(|p| p.host_port);
            match published {
                Some(host_port) => vec![case.say_instead(&edges, "localhost", Some(host_port))],
                None => vec![prose(format!(
                    "make {name} anew with its port published (-p 127.0.0.1:PORT:{}), and let {} use \
                    localhost:PORT; or run it without --network host",
                    port.map_or_else(|| "PORT".to_owned(), |port| port.to_string()),
                    few(&clients)
                ))],
            }
        };
        findings.push(finding);
    }
    for at in case.containers() {
        let container = case.container(at);
        if container.network_mode == NetworkMode::Host && !container.requested.is_empty() {
            let ports: Vec<String> =
                container.requested.iter().map(|r| r.port.to_string()).collect();
            let mut finding = RULE.finding(
                [container.name.as_str()],
                format!(
                    "{} is on the host's network, so its published ports are ignored",
                    container.name
                ),
            );
            finding.severity = Severity::Warning;
            finding.evidence = vec![format!("It asks for port {} to be published", few(&ports))];
            finding.fix = vec![prose(format!(
                "make {} anew without -p, or without --network host",
                container.name
            ))];
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}
