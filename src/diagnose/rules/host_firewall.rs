//! A firewall between containers and their own host.

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Sight, drops};
use crate::model::words::few;
use crate::model::{Attempt, DropSearch, Evidence, LostWay, MachineMatter, Severity};

/// See `netmap explain host-firewall`.
pub const RULE: Rule = Rule {
    name: "host-firewall",
    severity: Severity::Error,
    summary: "a program on the host listens for everybody, and what a container sends it gets no answer",
    meaning: "What a container sends to its host passes the host's own firewall, as what comes from outside \
        does. One that drops what nobody has allowed (ufw does, once it is switched on) drops that as well. \
        Published ports of containers go another way and stay open. A rule of routing (`ip rule`) that sends \
        what the host answers to a router, as a VPN or a second card may have made it, looks alike.",
    seen: "The host's address is dialled, the host's socket table has the port for everybody, and the log or \
        the socket table shows that there is no answer. As root beside the engine it is seen whether rules of \
        routing do it.",
    example: "`connect ETIMEDOUT 172.17.0.1:5432` from a container, while the host itself connects",
    fix: "Let the firewall take it: `ufw allow from 172.17.0.0/16 to any port 5432`, or with iptables. Or keep \
        answers to containers to the routes of the host: `ip rule add to 172.17.0.0/16 lookup main pref 1`.",
    mistaken_for: "A program that listens on loopback only (host-service): that is refused, and not silent.",
    needs: &[Sight::Machine, Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::MachineFirewalled => Some((edge.host.clone(), edge.port)),
        _ => None,
    });
    Judgement::of(groups.into_iter().map(|((host, port), edges)| {
        let clients = case.clients(&edges);
        let verb = if clients.len() == 1 { "gets" } else { "get" };
        let of_port = port.map(|port| format!(" on port {port}")).unwrap_or_default();
        let mut finding = RULE.finding(
            clients.iter().copied(),
            format!(
                "{} {verb} no answer from the host{of_port}, where a program listens",
                few(&clients)
            ),
        );
        finding.evidence = case.signs(&edges);
        let (host, matter) = (host.to_string(), MachineMatter::Silent);
        finding.evidence.push(Evidence::OnMachine { host, port, matter });
        let searches = edges.iter().filter_map(|edge| search(case, edge));
        match searches.flat_map(|search| Some((search, search.found.first()?))).next() {
            Some((search, first)) => {
                let (container, to) = (search.from.clone(), search.to.clone());
                finding.evidence.push(Evidence::DroppedBy { container, to, by: first.clone() });
                finding.fix = drops::steps(case, first, search.address);
            }
            None => {
                let text = "Most likely a firewall of the host drops it: what containers send to the \
                            host goes through it, too. Rules of routing that lead its answers \
                            elsewhere look alike (`ip rule` shows them)";
                finding.evidence.push(Evidence::Remark { text });
                finding.fix = case.reach_machine(matter, &edges);
            }
        }
        finding
    }))
}

/// The ways to the machine on which packets are lost, as far as their addresses are known: it
/// may be the machine's routing that loses them.
pub fn lost_ways(case: &Case) -> Vec<LostWay> {
    let silent = |obstacle: &Obstacle| matches!(obstacle, Obstacle::MachineFirewalled);
    let edges = case.edges().filter(|(_, obstacle)| obstacle.is_some_and(silent));
    let way = |edge: &Edge| {
        Some(LostWay {
            from: edge.from,
            to: None,
            host: edge.host.to_string(),
            address: case.machine_address(edge)?,
            attempt: Attempt::Tcp(edge.port?),
        })
    };
    edges.filter_map(|(edge, _)| way(edge)).collect()
}

/// What came of looking where the packets of an edge go.
fn search<'a>(case: &Case<'a>, edge: &Edge) -> Option<&'a DropSearch> {
    let mut searches = case.map.snapshot().drops.iter();
    searches.find(|search| {
        search.from == case.name(edge.from)
            && search.to == *edge.host
            && search.attempt.port() == edge.port
    })
}
