//! A client that remembers an address too long.

use std::net::SocketAddr;

use crate::diagnose::{Case, Judgement, Meaning, Rule, Sight, advise};
use crate::model::{Evidence, Progress, Severity};

/// See `netmap explain stale-resolved-address`.
pub const RULE: Rule = Rule {
    name: "stale-resolved-address",
    severity: Severity::Error,
    summary: "a container keeps dialling an address that no container has any more",
    meaning: "Many programs look a name up once, when they start. When the container behind the name \
        is re-created it gets another address, and they keep dialling the old one.",
    seen: "The container's socket table has a connection under way to an address in a container \
        network that no container has, and its configuration does not name that address.",
    example: "`502 Bad Gateway` after a deployment, until the proxy is restarted",
    fix: "Restart the client; better, let it look names up again (nginx: `resolver 127.0.0.11` and a \
        variable in `proxy_pass`).",
    mistaken_for: "An address that was written down by hand (hardcoded-ip).",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for (edge, _) in case.edges() {
        let Meaning::FreeAddress(network) = edge.target else { continue };
        let progress = [Progress::Trying, Progress::Open]
            .into_iter()
            .find(|progress| edge.is_connecting(*progress));
        let own = case.map.stack(edge.from).unwrap_or(edge.from);
        let Some(progress) = progress.filter(|_| !edge.is_configured() && edge.from == own) else {
            continue;
        };
        let name = case.name(edge.from);
        let on = &case.network(network).name;
        let mut finding = RULE.finding(
            [name, on.as_str()],
            format!("{name} keeps dialling {}, which no container has any more", edge.dialled()),
        );
        if progress == Progress::Open {
            // What was open when its other end went may close by itself.
            finding.severity = Severity::Warning;
        }
        if let Ok(address) = edge.host.parse() {
            let remote = SocketAddr::new(address, edge.port.unwrap_or_default());
            let network = on.clone();
            finding.evidence.push(Evidence::ConnectionToNobody { remote, progress, network });
        }
        let hosts: Vec<String> = case
            .edges_from(edge.from)
            .filter(|(other, _)| other.port == edge.port && other.is_by_name())
            .map(|(other, _)| other.host.to_string())
            .collect();
        if !hosts.is_empty() {
            finding.evidence.push(Evidence::Means { hosts });
        }
        let again = advise(format!("and let {name} look names up again, instead of once"));
        finding.fix = vec![case.restart(edge.from), again];
        findings.push(finding);
    }
    Judgement::of(findings)
}
