//! One name, two owners.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, Shared, owned};
use crate::model::words::few;
use crate::model::{ContainerAt, Evidence, Finding, NetworkAt, Severity};

/// See `netmap explain alias-collision`.
pub const RULE: Rule = Rule {
    name: "alias-collision",
    severity: Severity::Error,
    summary: "two containers of different services answer to one name on one network",
    meaning: "When several containers have one name on a network, the resolver gives out all of \
        their addresses in changing order. For replicas of one service that is load balancing; for \
        two different services it is a lottery.",
    seen: "A name on a network belongs to two containers of different compose services or projects, \
        or, without compose, of different images or to different programs of one. It is an error where a container dials the name, \
        a warning where somebody chose it, and only good to know where Compose gave it and nobody \
        is seen to dial it.",
    example: "Every second request is answered by the wrong backend",
    fix: "Let each client dial a name that is its server's alone, such as the container's own; or give \
        each its own alias, or a network of its own.",
    mistaken_for: "Replicas of one service, which share their names with good reason.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let dialled = dialled(case);
    let mut findings = Vec::new();
    for network in case.networks() {
        let mut by_owners: BTreeMap<Vec<ContainerAt>, BTreeSet<String>> = BTreeMap::new();
        let ambiguous = case.index.ambiguous_names(network).into_iter().map(Cow::into_owned);
        let of_copies = dialled.range((network, String::new())..).map(|(name, _)| name);
        let of_copies =
            of_copies.take_while(|(on, _)| *on == network).map(|(_, name)| name.clone());
        for name in ambiguous.chain(of_copies) {
            let owners = case.index.answering(network, &name).iter().copied();
            let running = owners.filter(|at| case.container(*at).state.has_network());
            by_owners.entry(running.collect()).or_default().insert(name);
        }
        for (owners, names) in by_owners {
            // One that is dialled stands for all that the same containers have.
            let wanted = |name: &&String| dialled.contains_key(&(network, (*name).clone()));
            let Some(name) = names.iter().find(wanted).or(names.first()) else { continue };
            let edges = dialled.get(&(network, name.clone())).map_or(&[][..], Vec::as_slice);
            findings.push(finding(case, &Shared::new(case, network, name, &owners), edges));
        }
    }
    Judgement::of(findings)
}

/// The edges that meet an ambiguous name, by network and name.
fn dialled<'c, 'a>(case: &'c Case<'a>) -> BTreeMap<(NetworkAt, String), Vec<&'c Edge<'a>>> {
    let mut dialled: BTreeMap<_, Vec<&Edge>> = BTreeMap::new();
    for (edge, _) in case.edges().filter(|(edge, _)| edge.is_by_name() && !edge.is_health_check()) {
        for (network, host) in case.asked_on(edge.from, &edge.host) {
            if case.index.is_ambiguous(network, host) || is_of_copies(case, edge, network) {
                dialled.entry((network, host.to_ascii_lowercase())).or_default().push(edge);
            }
        }
    }
    dialled
}

/// Whether an edge leads on a network to copies of one thing by turns that somebody
/// started without Compose, some of which do not listen on its port.
fn is_of_copies(case: &Case, edge: &Edge, network: NetworkAt) -> bool {
    let is_in_the_way = case.obstacle_of(edge) == Some(&Obstacle::Ambiguous(network));
    let copies = || case.silent_copies(edge).map(|(_, silent)| silent);
    is_in_the_way
        && copies().is_some_and(|silent| {
            silent.iter().all(|at| case.container(*at).compose.service.is_none())
        })
}

fn finding(case: &Case, shared: &Shared, edges: &[&Edge]) -> Finding {
    let on = &case.network(shared.network).name;
    let owners = case.names_of(shared.owners.iter().copied());
    let clients = case.clients(edges);
    let (all, either) = match owners.len() {
        2 => ("both", "one or the other"),
        _ => ("all", "any of them"),
    };
    let so = match clients.as_slice() {
        [] => String::new(),
        [one] => format!(", so {one}, which dials it, gets {either}"),
        several => format!(", so {}, which dial it, get {either}", few(several)),
    };
    let mut finding = RULE.finding(
        clients.iter().copied().chain(owners.iter().copied()).chain([on.as_str()]),
        format!("{} {all} answer to `{}` on {on}{so}", few(&owners), shared.name),
    );
    finding.subjects.dedup();
    finding.severity = severity(case, shared, edges);
    finding.evidence = case.signs(edges);
    finding.evidence.extend(shared.owners.iter().filter_map(|at| case.sign_service(*at)));
    match clear_networks(case, shared, edges) {
        Some(clear) => finding.evidence.push(clear),
        // Where somebody dials it, the summary says so.
        None if clients.is_empty() => {
            finding.evidence.push(Evidence::OneOrTheOther { name: shared.name.to_owned() });
        }
        None => {}
    }
    let silent = edges.iter().find_map(|edge| Some((edge.port?, case.silent_copies(edge)?.1)));
    for (port, at) in silent.iter().flat_map(|(port, silent)| silent.iter().map(|at| (*port, *at)))
    {
        let container = case.name(at).to_owned();
        finding.evidence.push(Evidence::NothingListens { container, port });
    }
    let without = silent.and_then(|(_, silent)| case.without_name(shared, &silent));
    finding.fix = without.unwrap_or_else(|| case.tell_apart(shared, edges));
    finding
}

fn severity(case: &Case, shared: &Shared, edges: &[&Edge]) -> Severity {
    let is_service = |at: &ContainerAt| {
        let service = case.container(*at).compose.service.as_deref();
        service.is_some_and(|service| service.eq_ignore_ascii_case(shared.name))
    };
    let mut obstacles = edges.iter().map(|edge| case.obstacle_of(edge));
    if obstacles.any(|obstacle| obstacle == Some(&Obstacle::Ambiguous(shared.network))) {
        Severity::Error
    } else if edges.is_empty() && shared.owners.iter().all(is_service) {
        Severity::Info
    } else {
        Severity::Warning
    }
}

/// The clients that are on another network as well, where the name is clear.
fn clear_networks(case: &Case, shared: &Shared, edges: &[&Edge]) -> Option<Evidence> {
    let client = edges.first()?.from;
    let (network, host) = case.asked_on(client, shared.name).find(|(network, host)| {
        *network != shared.network
            && !case.index.is_ambiguous(*network, host)
            && !case.index.answering(*network, host).is_empty()
    })?;
    let containers = case.index.answering(network, host).iter().copied();
    Some(Evidence::Answers {
        name: host.to_owned(),
        containers: owned(&case.names_of(containers)),
        network: case.network(network).name.clone(),
    })
}
