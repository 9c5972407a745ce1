//! Containers that stand between networks.

use crate::diagnose::{Case, Judgement, Rule, advise, owned};
use crate::graph::Bridging;
use crate::model::words::few;
use crate::model::{
    Action, Applicability, ContainerAt, Evidence, Finding, NetworkAt, Severity, Step,
};

/// See `netmap explain bridging-container`.
pub const RULE: Rule = Rule {
    name: "bridging-container",
    severity: Severity::Info,
    summary: "a container joins networks that are otherwise apart",
    meaning: "A container on two networks can reach the members of both. It forwards no packets, but who \
        takes it over stands in both networks. A reverse proxy is meant to be that; a worker that was \
        put on one network too many is not.",
    seen: "Without this container its networks would share no member, directly or by others; reported where \
        one of them is internal. As a warning: a container with a foot outside is on an internal \
        network that belongs to another compose project.",
    example: "The one way into the internal network of the databases",
    fix: "Know it. Where it is not meant: `docker network disconnect NETWORK CONTAINER`.",
    mistaken_for: "A router: containers do not forward.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let bridging = case.map.bridging();
    let only_joins = bridging.iter().filter_map(|bridging| only_joins(case, bridging));
    let mut findings: Vec<Finding> = only_joins.collect();
    for at in case.containers() {
        let foreign: Vec<NetworkAt> = internal_to_others(case, at);
        if foreign.is_empty() {
            continue;
        }
        let name = case.name(at);
        findings.retain(|finding| finding.subjects.first().is_none_or(|first| first != name));
        findings.push(intrudes(case, at, &foreign));
    }
    Judgement::of(findings)
}

/// A container that is the only way between networks, one of them internal.
fn only_joins(case: &Case, bridging: &Bridging) -> Option<Finding> {
    let internal =
        |part: &Vec<NetworkAt>| part.iter().any(|network| case.network(*network).internal);
    // A network that it is alone on is parted from nobody.
    let others = |part: &&Vec<NetworkAt>| {
        let mut members = part.iter().flat_map(|network| case.map.members(*network));
        members.any(|at| *at != bridging.container && case.container(*at).state.has_network())
    };
    let joined = bridging.parts.iter().filter(others).count();
    if joined < 2 || !bridging.parts.iter().any(internal) {
        return None;
    }
    let name = case.name(bridging.container);
    let networks: Vec<NetworkAt> = bridging.parts.iter().flatten().copied().collect();
    let names: Vec<&str> = networks.iter().map(|n| case.network(*n).name.as_str()).collect();
    let mut finding = RULE.finding(
        [name].into_iter().chain(names.iter().copied()),
        format!("Only {name} joins {}", few(&names)),
    );
    let inside = networks.iter().map(|network| case.network(*network));
    let inside = inside.filter(|network| network.internal).map(|network| network.name.clone());
    finding.evidence = vec![way_in(inside.collect(), name), FORWARDS_NOTHING];
    Some(finding)
}

const FORWARDS_NOTHING: Evidence = Evidence::Remark {
    text: "Containers do not forward packets; who takes it over stands in both",
};

fn way_in(networks: Vec<String>, container: &str) -> Evidence {
    Evidence::WayIn { networks, container: container.to_owned() }
}

/// The internal networks of other projects that a container is on, where it
/// has a foot outside as well.
fn internal_to_others(case: &Case, at: ContainerAt) -> Vec<NetworkAt> {
    let container = case.container(at);
    let is_foreign = |network: &NetworkAt| {
        let network = case.network(*network);
        let project = network.project.as_deref();
        network.internal && project.is_some() && project != container.project()
    };
    let joined: Vec<NetworkAt> = case.joined(at).collect();
    let foreign: Vec<NetworkAt> = joined.iter().copied().filter(is_foreign).collect();
    let mut published = container.published.iter();
    let mut is_let_in = || published.any(|p| !case.is_shut(at, p.port, p.protocol));
    let is_out = foreign.len() < joined.len() || is_let_in();
    if is_out { foreign } else { Vec::new() }
}

/// Takes a container off a network; a matter for a person where somebody's way leads
/// over that network alone.
fn leave(case: &Case, at: ContainerAt, network: NetworkAt) -> Step {
    let is_only_there = |a: ContainerAt, b: ContainerAt| case.shared(a, b) == [network];
    let to_it = case.edges_about(at).map(|(edge, _)| (edge, edge.from));
    let from_it = case.edges_from(at).filter_map(|(edge, _)| Some((edge, edge.container()?)));
    let other = to_it
        .chain(from_it)
        .find(|(edge, other)| *other != at && !edge.is_health_check() && is_only_there(at, *other));
    if let Some((edge, other)) = other {
        let (name, on) = (case.name(at), &case.network(network).name);
        let dials = match edge.from == at {
            true => format!("it dials {}", case.name(other)),
            false => format!("{} dials it", case.name(other)),
        };
        return advise(format!(
            "{name} is on {on} for a reason, since {dials} there: where that is not meant, end that first, and \
             then take it off"
        ));
    }
    let (network, container) = (case.network_handle(network), case.handle(at));
    case.step(at, Action::Disconnect { network, container, force: false }, Applicability::Ask)
}

/// A container that was let into what another project keeps to itself.
fn intrudes(case: &Case, at: ContainerAt, networks: &[NetworkAt]) -> Finding {
    let (name, container) = (case.name(at), case.container(at));
    let names: Vec<&str> = networks.iter().map(|n| case.network(*n).name.as_str()).collect();
    let whose = match container.project() {
        Some(project) => format!("of project {project}"),
        None => "of no project".to_owned(),
    };
    let are = if names.len() == 1 { "an internal network" } else { "internal networks" };
    let mut finding = RULE.finding(
        [name].into_iter().chain(names.iter().copied()),
        format!("{name} {whose} is on {}, {are} of another project", few(&names)),
    );
    finding.severity = Severity::Warning;
    finding.evidence = vec![case.sign_networks(at), way_in(owned(&names), name), FORWARDS_NOTHING];
    if !case.is_planned() {
        finding.fix = networks.iter().map(|network| leave(case, at, *network)).collect();
        if finding.fix.iter().any(|step| matches!(step.action, Action::Disconnect { .. })) {
            finding.fix.insert(0, advise("where it is not meant:"));
        }
    }
    finding
}
