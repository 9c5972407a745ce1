//! IPv6 here, IPv4 there.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise, settled};
use crate::graph::{Reason, Verdict};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Family, Finding, Severity};

/// See `netmap explain no-common-family`.
pub const RULE: Rule = Rule {
    name: "no-common-family",
    severity: Severity::Error,
    summary: "a client comes by IPv6 only and the server listens for IPv4 only, or has no such address",
    meaning: "IPv4 and IPv6 are two networks that meet nowhere. A server that is bound to 0.0.0.0 hears \
        nothing of what comes by IPv6: from an IPv6 address that is written down, or on a network \
        that was made with `--ipv4=false`.",
    seen: "The socket table has the port for IPv4 only, and the client dials an IPv6 address, or has no \
        way to the server but IPv6; or the client dials an address of a family of which it has none.",
    example: "`connection refused`, although the server runs and answers itself; `Network is unreachable`",
    fix: "Let the server listen on `[::]`, which takes IPv4 as well, or let the client use the name.",
    mistaken_for: "A server that is down, or that listens to itself only (loopback-bind).",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::NoCommonFamily(family) => Some((edge.container()?, edge.port, *family)),
        _ => None,
    });
    Judgement::of(
        groups
            .into_iter()
            .map(|((to, port, family), edges)| finding(case, to, port, family, &edges)),
    )
}

fn finding(
    case: &Case,
    to: ContainerAt,
    port: Option<u16>,
    family: Family,
    edges: &[&Edge],
) -> Finding {
    let clients = case.clients(edges);
    let (name, who, dialled) = (case.name(to), few(&clients), family.as_str());
    let first = edges[0].from;
    let is_lacking = case.map.predict(first, to).routes.iter().any(|route| {
        let is_dialled = route.address.is_some_and(|address| address.to_string() == edges[0].host);
        is_dialled && route.judged.reason == Reason::NoCommonFamily
    });
    let summary = match (is_lacking, port) {
        (false, Some(port)) => {
            format!(
                "{who} can reach {name} by {dialled} only, and {name} listens on {port} for IPv4 only"
            )
        }
        _ => format!("{name} is dialled at an {dialled} address, and {who} has no {dialled}"),
    };
    let mut finding = RULE.finding(clients.iter().copied().chain([name]), summary);
    finding.evidence = case.signs(edges);
    let container = name.to_owned();
    match port.filter(|_| !is_lacking) {
        Some(port) => {
            finding.evidence.push(Evidence::Ipv4Only { container, port });
            finding.fix = settled(vec![advise(format!(
                "let {} listen on [::]:{port} as well as on 0.0.0.0:{port} (for many servers [::] is \
                 both)",
                case.called(to)
            ))]);
        }
        None => {
            let open = case.map.predict(first, to).routes.into_iter();
            let open = open.filter(|route| route.judged.verdict == Verdict::Reachable);
            let network = open.filter_map(|route| route.network).next();
            if let Some(network) = network {
                let stack = case.map.stack(to).unwrap_or(to);
                let endpoint = case.map.endpoint_on(stack, network);
                let addresses = endpoint.map(|e| e.addresses().collect()).unwrap_or_default();
                let network = case.network(network).name.clone();
                finding.evidence.push(Evidence::AddressesOn { container, network, addresses });
            }
            let name = case.bring_together(to, &[first], &[]).name().to_owned();
            finding.fix = settled(case.redial(edges, &name, None));
        }
    }
    finding
}
