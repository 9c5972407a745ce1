//! Health checks that dial `localhost`.

use std::net::IpAddr;

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::{Health, Origin, Severity};

/// See `netmap explain localhost-is-ipv6`.
pub const RULE: Rule = Rule {
    name: "localhost-is-ipv6",
    severity: Severity::Error,
    summary: "a health check dials localhost, which may be ::1, and the server has IPv4 only",
    meaning: "`localhost` is 127.0.0.1 and ::1. Some clients try ::1 first, some only the first \
        address they get; a server that listens on 0.0.0.0 does not listen on ::1.",
    seen: "The health check names localhost with a port that the container listens on for IPv4 only. \
        It is an error when the check fails, and good to know otherwise.",
    example: "The server works, and the container is `unhealthy`: `can't connect to [::1]:80`",
    mend: "Write 127.0.0.1 in the health check.",
    mistaken_for: "A server that is really down.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for at in case.containers() {
        let container = case.container(at);
        let Some(sockets) = case.listening(at) else { continue };
        let mut ports: Vec<u16> = container
            .references
            .iter()
            .filter(|reference| {
                reference.origin == Origin::HealthCheck
                    && reference.host.eq_ignore_ascii_case("localhost")
            })
            .filter_map(|reference| reference.dialled_port())
            .collect();
        ports.dedup();
        for port in ports {
            let mut on_port = sockets.iter().filter(|socket| socket.port == port).peekable();
            let v4_only = on_port.peek().is_some()
                && on_port.all(|socket| matches!(socket.address, IpAddr::V4(_)));
            if !v4_only {
                continue;
            }
            let mut finding = RULE.finding(
                [container.name.as_str()],
                format!(
                    "{}'s health check dials localhost:{port}, and it listens on IPv4 only",
                    container.name
                ),
            );
            let fails = container.health == Some(Health::Unhealthy);
            if !fails {
                finding.severity = Severity::Info;
            }
            finding.evidence = vec![
                format!("{} listens on {port} with IPv4 and not on ::1", container.name),
                if fails {
                    "The check fails".to_owned()
                } else {
                    "The check passes as long as its client tries 127.0.0.1 as well".to_owned()
                },
            ];
            finding.fix = vec![prose(format!(
                "let the health check of {} use 127.0.0.1:{port} instead of localhost:{port}",
                container.name
            ))];
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}
