//! A port that is published for the host itself, and dialled from a container.

use std::net::IpAddr;

use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight};
use crate::model::words::few;
use crate::model::{Evidence, Severity};

/// See `netmap explain published-on-loopback`.
pub const RULE: Rule = Rule {
    name: "published-on-loopback",
    severity: Severity::Error,
    summary: "a container dials the host's address for a port that is published on another one, as 127.0.0.1",
    meaning: "`-p 127.0.0.1:3002:3000` opens the port for programs of the host and for nobody else. A \
        container is another machine: from there the host is its gateway's address, which has no such port.",
    seen: "The host's address, or host.docker.internal, is dialled with a port that another container has \
        published on other addresses of the host only.",
    example: "`connect ECONNREFUSED 172.17.0.1:3002` from a container, while `curl 127.0.0.1:3002` works on \
        the host",
    fix: "Use the neighbour's name and its container port, on a network that both are on. There is no need \
        to publish the port for everybody.",
    mistaken_for: "A program on the host that listens on loopback (host-service); a server in a container \
        that does (loopback-bind).",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::PublishedElsewhere { peer, port, host_ip } => {
            Some((*peer, *port, *host_ip, edge.port?))
        }
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((peer, inside, host_ip, host_port), edges)| {
        let (name, clients) = (case.name(peer), case.clients(&edges));
        let verb = if clients.len() == 1 { "dials" } else { "dial" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!(
                "{} {verb} {name} by way of the host, where its port is published on {host_ip} only",
                few(&clients)
            ),
        );
        finding.evidence = case.signs(&edges);
        let container = name.to_owned();
        finding.evidence.push(Evidence::LeadsTo { host_port, container, port: inside });
        let dialled: Option<IpAddr> = edges.iter().find_map(|edge| edge.host.parse().ok());
        finding.evidence.push(Evidence::PublishedOn { host_port, host_ip, dialled });
        finding.fix = case.go_directly(peer, inside, &edges);
        finding
    }))
}
