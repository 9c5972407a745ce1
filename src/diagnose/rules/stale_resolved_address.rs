//! A client that remembers an address too long.

use std::net::IpAddr;

use crate::diagnose::case::Case;
use crate::diagnose::mend::prose;
use crate::diagnose::wanted::{Sign, Target};
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::words::few;
use crate::model::{Progress, Severity};

/// See `netmap explain stale-resolved-address`.
pub const RULE: Rule = Rule {
    name: "stale-resolved-address",
    severity: Severity::Error,
    summary: "a container keeps dialling an address that nobody has any more",
    meaning: "Many programs look a name up once, when they start. When the container behind the name \
        is made anew it gets another address, and they keep dialling the old one.",
    seen: "The container's socket table has a connection under way to an address in a container \
        network that no container has, and its configuration does not name that address.",
    example: "`502 Bad Gateway` after a deployment, until the proxy is restarted",
    mend: "Restart the client; better, let it look names up anew (nginx: `resolver 127.0.0.11` and a \
        variable in `proxy_pass`).",
    mistaken_for: "An address that was written down by hand (hardcoded-ip).",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for (edge, _) in case.edges() {
        let Target::FreeAddress(network) = edge.target else { continue };
        let trying =
            edge.signs.iter().any(|sign| matches!(sign, Sign::Connecting(Progress::Trying)));
        let open = edge.signs.iter().any(|sign| matches!(sign, Sign::Connecting(Progress::Open)));
        let own = case.map.stack(edge.from).unwrap_or(edge.from);
        if edge.is_configured() || !(trying || open) || edge.from != own {
            continue;
        }
        let name = case.name(edge.from);
        let mut finding = RULE.finding(
            [name, case.network(network).name.as_str()],
            format!("{name} keeps dialling {}, which nobody has any more", edge.dialled()),
        );
        if !trying {
            // What was open when its other end went may close by itself.
            finding.severity = Severity::Warning;
        }
        finding.evidence = vec![format!(
            "Its socket table shows a connection {} to {}, an address of {} that is free",
            if trying { "without answer" } else { "still open" },
            edge.dialled(),
            case.network(network).name
        )];
        let names: Vec<&str> = case
            .edges_from(edge.from)
            .filter(|(other, _)| other.port == edge.port)
            .filter(|(other, _)| other.host.parse::<IpAddr>().is_err())
            .map(|(other, _)| &*other.host)
            .collect();
        if !names.is_empty() {
            finding
                .evidence
                .push(format!("It evidently means {}, which has another address now", few(&names)));
        }
        finding.fix = vec![
            format!("{} restart {}", case.docker(), case.container_word(edge.from)),
            prose(format!("and let {name} look names up anew instead of once")),
        ];
        findings.push(finding);
    }
    Judgement::of(findings)
}
