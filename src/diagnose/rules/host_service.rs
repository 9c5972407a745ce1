//! Something on the host that a container wants.

use crate::diagnose::{Case, Judgement, Rule, Sight, fix_by_host};
use crate::model::words::few;
use crate::model::{Evidence, MachineMatter, Severity};

/// See `netmap explain host-service`.
pub const RULE: Rule = Rule {
    name: "host-service",
    severity: Severity::Error,
    summary: "a container cannot reach a program on the host",
    meaning: "`localhost` in a container is the container. The host has the name \
        `host.docker.internal` on Docker Desktop only, unless the container is given it; and a \
        program on the host that listens on 127.0.0.1 does not accept what comes from containers.",
    seen: "`host.docker.internal`, a gateway's address or localhost is dialled, and the name was not \
        added, or the host's own sockets lack the port or have it on loopback only.",
    example: "`getaddrinfo ENOTFOUND host.docker.internal`, `connect ECONNREFUSED 172.17.0.1:5432`",
    fix: "`--add-host host.docker.internal:host-gateway` (`extra_hosts` in compose), and let the \
        program on the host listen on the gateway's address or on 0.0.0.0.",
    mistaken_for: "A program that runs in another container: that is reached by its name.",
    needs: &[Sight::Machine, Sight::Facts],
    judge,
};

/// Where Xdebug looks for somebody's debugger with each request.
const DEBUGGER: u16 = 9003;

fn judge(case: &Case) -> Judgement {
    let groups = case.obstructed(|edge, obstacle| {
        // See host-firewall.
        let matter =
            fix_by_host::matter(obstacle).filter(|matter| *matter != MachineMatter::Silent)?;
        Some((edge.host.clone(), edge.port, matter))
    });
    Judgement::of(groups.into_iter().map(|((host, port, matter), edges)| {
        let clients = case.clients(&edges);
        let (who, alone) = (few(&clients), clients.len() == 1);
        let of_port = port.map_or_else(|| "that port".to_owned(), |port| format!("port {port}"));
        let summary = match matter {
            MachineMatter::NameUnknown => {
                format!("{who} cannot find the host by the name {host}")
            }
            MachineMatter::OnLoopback => {
                let dial = if alone { "dials" } else { "dial" };
                format!("The program on the host that {who} {dial} listens to the host only")
            }
            MachineMatter::NothingListens => {
                let dial = if alone { "dials" } else { "dial" };
                format!("{who} {dial} {of_port} of the host, where nothing listens")
            }
            MachineMatter::Silent => format!("{who} gets no answer from the host"),
            MachineMatter::IsNotLocalhost => {
                let look = if alone { "looks" } else { "look" };
                let there = if alone { "itself" } else { "themselves" };
                format!("{who} {look} for a program of the host in {there}")
            }
        };
        let mut finding = RULE.finding(clients.iter().copied(), summary);
        if !edges.iter().any(|edge| edge.evidently_fails()) {
            finding.severity = Severity::Warning;
        }
        finding.evidence = case.signs(&edges);
        if port == Some(DEBUGGER) && matter == MachineMatter::NothingListens {
            finding.severity = Severity::Info;
            let text = "A debugger listens there only while somebody uses it";
            finding.evidence.push(Evidence::Remark { text });
        }
        finding.evidence.push(Evidence::OnMachine { host: host.to_string(), port, matter });
        finding.fix = case.reach_machine(matter, &edges);
        finding
    }))
}
