//! Health checks that dial `localhost`.

use crate::diagnose::{Case, Judgement, Rule, Sight, advise, is_ipv4_only};
use crate::model::{Evidence, Health, Origin, Severity};

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
    fix: "Write 127.0.0.1 in the health check.",
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
        for port in ports.into_iter().filter(|port| is_ipv4_only(sockets, *port)) {
            let name = container.name.as_str();
            let mut finding = RULE.finding(
                [name],
                format!(
                    "{name}'s health check dials localhost:{port}, and it listens on IPv4 only"
                ),
            );
            let fails = container.health == Some(Health::Unhealthy);
            if !fails {
                finding.severity = Severity::Info;
            }
            finding.evidence = vec![
                Evidence::Ipv4Only { container: name.to_owned(), port },
                Evidence::HealthCheck { fails },
            ];
            finding.fix = vec![advise(format!(
                "let the health check of {} use 127.0.0.1:{port} instead of localhost:{port}",
                case.called(at)
            ))];
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}
