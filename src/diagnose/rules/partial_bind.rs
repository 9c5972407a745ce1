//! A server that is bound to some of its addresses only.

use std::net::IpAddr;

use crate::diagnose::bound;
use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, advise};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, Severity};

/// See `netmap explain partial-bind`.
pub const RULE: Rule = Rule {
    name: "partial-bind",
    severity: Severity::Error,
    summary: "a server listens on some of its addresses only, as those of IPv4, and is dialled at another",
    meaning: "A name can lead to an IPv4 and to an IPv6 address, and a container has an address on each of \
        its networks. A server that is bound to `0.0.0.0` takes IPv4 alone; one that is bound to a single \
        address takes nothing at the others.",
    seen: "The socket table of the server has the port on other addresses than the one that was dialled or \
        refused, or than all those that the name leads to.",
    example: "`connect ECONNREFUSED fd00:77::10:5432`, while IPv4 works",
    fix: "Let the server listen on every address: `[::]`, which on Linux takes IPv4 as well.",
    mistaken_for: "A server that is not up (dialled-port-closed), or that listens to itself only \
        (loopback-bind).",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::OtherAddress(bound) => Some((edge.container()?, edge.port?, bound.clone())),
        _ => None,
    });
    Judgement::of(
        groups
            .into_iter()
            .map(|((to, port, bound), edges)| finding(case, to, port, &bound, &edges)),
    )
}

fn finding(case: &Case, to: ContainerAt, port: u16, bound: &[IpAddr], edges: &[&Edge]) -> Finding {
    let (name, clients) = (case.name(to), case.clients(edges));
    let verb = if clients.len() == 1 { "dials" } else { "dial" };
    let heard_at = match bound {
        [IpAddr::V4(one)] if one.is_unspecified() => "with IPv4 alone".to_owned(),
        bound => {
            format!("at {} alone", few(&bound.iter().map(ToString::to_string).collect::<Vec<_>>()))
        }
    };
    let summary = format!(
        "{name} listens on {port} {heard_at}, and {} {verb} it at another address",
        few(&clients)
    );
    let mut finding = RULE.finding([name].into_iter().chain(clients.iter().copied()), summary);
    finding.evidence = case.signs(edges);
    let (container, addresses) = (name.to_owned(), bound.to_vec());
    finding.evidence.push(Evidence::BoundTo { container, port, addresses });
    let stack = case.map.stack(to).unwrap_or(to);
    let addresses = bound::addresses(case, edges[0].from, stack).into_iter().collect();
    finding.evidence.push(Evidence::HasAddresses { container: name.to_owned(), addresses });
    finding.fix = vec![advise(format!(
        "let {} listen on 0.0.0.0:{port} and on [::]:{port} (an option like --host or --bind of its \
         server, or a line of its configuration): on all of its addresses; for many servers [::] is both",
        case.called(to)
    ))];
    finding
}
