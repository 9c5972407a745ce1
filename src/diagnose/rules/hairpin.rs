//! Out to the host and back in.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, owned};
use crate::model::words::few;
use crate::model::{Evidence, MachineMatter, Severity};

/// See `netmap explain hairpin`.
pub const RULE: Rule = Rule {
    name: "hairpin",
    severity: Severity::Error,
    summary: "a container reaches for a neighbour by way of the host and a published port",
    meaning: "A container that dials the host's address and a port published there goes out of its \
        network and back into another. Engines, firewalls and rootless setups differ in whether that \
        works; between neighbours there is no need for it.",
    seen: "The host's address, or host.docker.internal, is dialled with a port that another container \
        has published.",
    example: "`connect ETIMEDOUT 192.168.1.10:8080` from a container, while the browser gets there",
    fix: "Use the neighbour's name and its container port, on a network that both are on.",
    mistaken_for: "A firewall on the host. Where nothing failed yet, netmap says so at severity info.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    // Measured on Docker 20.10 and 28 and on Podman: from an internal network
    // nothing comes back in by a published port.
    let severity = |edge: &Edge, unknown: bool| {
        if edge.evidently_fails() || case.is_internal_only(edge.from) {
            Severity::Error
        } else if unknown {
            Severity::Warning
        } else {
            Severity::Info
        }
    };
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::Hairpin { peer, port, unknown } => {
            Some((*peer, *port, severity(edge, *unknown), *unknown))
        }
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((peer, inside, severity, unknown), edges)| {
        let (name, clients) = (case.name(peer), case.clients(&edges));
        let verb = if clients.len() == 1 { "reaches" } else { "reach" };
        let mut finding = RULE.finding(
            clients.iter().copied().chain([name]),
            format!("{} {verb} for {name} by way of the host", few(&clients)),
        );
        finding.severity = severity;
        finding.evidence = case.signs(&edges);
        if unknown {
            let (host, port) = (edges[0].host.to_string(), edges[0].port);
            let matter = MachineMatter::NameUnknown;
            finding.evidence.push(Evidence::OnMachine { host, port, matter });
        }
        finding.evidence.push(Evidence::LeadsTo {
            host_port: edges[0].port.unwrap_or(inside),
            container: name.to_owned(),
            port: inside,
        });
        for edge in edges.iter().filter(|edge| case.is_internal_only(edge.from)) {
            let networks = owned(&case.network_names(edge.from));
            finding.evidence.push(Evidence::NoWayOut { networks });
        }
        finding.evidence.dedup();
        finding.fix = case.go_directly(peer, inside, &edges);
        finding
    }))
}
