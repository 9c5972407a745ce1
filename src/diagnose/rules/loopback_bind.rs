//! A server that listens to itself only.

use std::collections::BTreeMap;

use crate::diagnose::case::{Case, Listens, few};
use crate::diagnose::mend::prose;
use crate::diagnose::obstacle::Obstacle;
use crate::diagnose::wanted::Edge;
use crate::diagnose::{Judgement, Rule, Sight};
use crate::model::{ContainerAt, NetworkMode, Protocol, Severity};

/// See `netmap explain loopback-bind`.
pub const RULE: Rule = Rule {
    name: "loopback-bind",
    severity: Severity::Error,
    summary: "a server listens on its own loopback address, where no other container reaches it",
    meaning: "A server that is bound to 127.0.0.1 takes connections from its own container only. \
        Development servers do that by default; in a container it makes them unreachable, through \
        a published port as well.",
    seen: "The container's socket table shows the port on 127.0.0.1 or ::1 and nowhere else, and the \
        port is exposed, published or dialled by another container.",
    example: "Peers get `connection refused`; the browser gets `Empty reply from server` or \
        `connection reset`",
    mend: "Let the server listen on 0.0.0.0: `--host 0.0.0.0`, `--bind 0.0.0.0`, `HOST=0.0.0.0`, or \
        whatever it calls it.",
    mistaken_for: "A server that is not up yet. A sidecar that only its own container uses may \
        listen on loopback with good reason; its port should then not be exposed.",
    needs: &[Sight::Sockets],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let dialled: BTreeMap<(ContainerAt, u16), Vec<&Edge>> =
        case.obstructed(|edge, obstacle| match obstacle {
            Obstacle::OnLoopback => Some((edge.container()?, edge.port?)),
            _ => None,
        });
    let mut findings = Vec::new();
    for at in case.containers() {
        let container = case.container(at);
        let on_host = container.network_mode == NetworkMode::Host;
        if !container.state.has_network() || on_host {
            continue;
        }
        let mut ports: Vec<u16> =
            dialled.range((at, 0)..=(at, u16::MAX)).map(|(key, _)| key.1).collect();
        let tcp = |protocol: Protocol| protocol == Protocol::Tcp;
        let declared = container.exposed.iter().filter(|port| tcp(port.protocol)).map(|p| p.port);
        let published =
            container.published.iter().filter(|port| tcp(port.protocol)).map(|port| port.port);
        ports.extend(declared.chain(published));
        ports.sort_unstable();
        ports.dedup();
        for port in ports {
            if case.listens(at, port) != Some(Listens::OnLoopback) {
                continue;
            }
            let edges = dialled.get(&(at, port)).map_or(&[][..], Vec::as_slice);
            let published: Vec<String> = container
                .published
                .iter()
                .filter(|published| published.port == port)
                .filter_map(|published| published.host_port)
                .map(|host_port| host_port.to_string())
                .collect();
            let alone = case.map.riders(at).is_empty();
            if edges.is_empty() && published.is_empty() && !alone {
                // Made for those that share its network stack.
                continue;
            }
            let clients = case.clients(edges);
            let mut finding = RULE.finding(
                [case.name(at)].into_iter().chain(clients.iter().copied()),
                format!("{} listens on {port} for itself only", case.name(at)),
            );
            if edges.is_empty() && published.is_empty() {
                finding.severity = Severity::Warning;
            }
            finding.evidence = case.say(edges);
            finding.evidence.push(format!(
                "{}'s socket on {port} is bound to its loopback address, which only it can reach",
                case.name(at)
            ));
            if !published.is_empty() {
                finding.evidence.push(format!(
                    "Published on the host as {}: connections there are taken and cut",
                    few(&published)
                ));
            }
            finding.fix = vec![prose(format!(
                "let {} listen on 0.0.0.0:{port} instead of 127.0.0.1:{port} \
                (an option like --host or --bind of its server)",
                case.name(at)
            ))];
            findings.push(finding);
        }
    }
    Judgement::of(findings)
}
