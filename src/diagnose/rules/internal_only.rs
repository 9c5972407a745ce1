//! Containers that have no way out, and want one.

use crate::diagnose::{Case, Judgement, Obstacle, Rule, Sight, owned};
use crate::model::words::few;
use crate::model::{ContainerAt, Driver, Evidence, NetworkAt, Severity, Step};

/// See `netmap explain internal-only`.
pub const RULE: Rule = Rule {
    name: "internal-only",
    severity: Severity::Error,
    summary: "a container that is only on internal networks publishes ports or dials the outside",
    meaning: "Nothing gets in or out of a network made with `--internal` but among its members: no \
        published port, no internet. That is what it is for, and a database is well kept there.",
    seen: "All of a container's networks are internal, and it asks for published ports, or its log \
        reports failures to reach something outside.",
    example: "`docker port web` prints nothing; `network is unreachable`",
    fix: "Put it on a network that is not internal as well: `docker network connect front web`.",
    mistaken_for: "A firewall; a wrong `-p`. Where only the configuration names something outside and \
        nothing failed, netmap says so at severity info.",
    needs: &[Sight::Logs],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for at in
        case.containers().filter(|at| case.container(*at).state.has_network() || case.is_planned())
    {
        let container = case.container(at);
        let networks: Vec<NetworkAt> = case.map.networks_of(at).collect();
        let internal = !networks.is_empty() && networks.iter().all(|n| case.network(*n).internal);
        // Docker leaves such a port out. Podman says that it has it, and lets nobody in.
        let is_in_vain = container.published.is_empty()
            || case.map.snapshot().engine_of(&container.node).is_podman();
        if !internal || container.requested.is_empty() || !is_in_vain {
            continue;
        }
        let ports: Vec<u16> = container.requested.iter().map(|asked| asked.port).collect();
        let mut finding = RULE.finding(
            [container.name.as_str()].into_iter().chain(case.network_names(at)),
            format!(
                "{} asks for a published port, and is on internal networks only",
                container.name
            ),
        );
        finding.evidence = vec![
            Evidence::AsksFor { ports, in_vain: true },
            Evidence::NoWayOut { networks: owned(&case.network_names(at)) },
        ];
        finding.fix = way_out(case, at);
        findings.push(finding);
    }
    let groups = case.obstructed(|edge, obstacle| match obstacle {
        Obstacle::NoWayOut => Some(edge.from),
        _ => None,
    });
    for (from, edges) in groups {
        let name = case.name(from);
        let hosts: Vec<String> = edges.iter().map(|edge| edge.dialled()).collect();
        let mut finding = RULE.finding(
            [name].into_iter().chain(case.network_names(from)),
            format!("{name} tries to reach {}, and is on internal networks only", few(&hosts)),
        );
        if !edges.iter().any(|edge| edge.evidently_fails()) {
            finding.severity = Severity::Info;
        }
        finding.evidence = edges.iter().map(|edge| case.sign(edge)).collect();
        let networks = owned(&case.network_names(from));
        finding.evidence.push(Evidence::NoWayOut { networks });
        finding.fix = way_out(case, from);
        findings.push(finding);
    }
    Judgement::of(findings)
}

/// Puts a container on a network with a way out: one of the same project if
/// there is one, else a new one.
fn way_out(case: &Case, at: ContainerAt) -> Vec<Step> {
    let project = case.container(at).project();
    let existing = case.networks().find(|network| {
        let network = case.network(*network);
        let open = !network.internal && !network.is_built_in() && network.driver == Driver::Bridge;
        open && project.is_some() && network.project.as_deref() == project
    });
    let mut steps = Vec::new();
    let network = match existing {
        Some(network) => case.network_handle(network),
        None => {
            let (create, network) = case.create_network("outside", at);
            steps.push(create);
            network
        }
    };
    steps.extend(case.connect(&network, at, &[]));
    steps
}
