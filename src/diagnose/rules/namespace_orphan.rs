//! A container whose network stack went away with another one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diagnose::{Case, Edge, Judgement, Obstacle, Rule, advise, owned};
use crate::graph::StackOwner;
use crate::model::{ContainerAt, Evidence, Finding, NetworkMode, Severity};

/// See `netmap explain namespace-orphan`.
pub const RULE: Rule = Rule {
    name: "namespace-orphan",
    severity: Severity::Error,
    summary: "a container shares the network of another one that is gone, stopped or restarted",
    meaning: "With `--network container:vpn` a container has no network of its own and shares that of \
        vpn. When vpn stops, the interfaces go with it; when it starts again it gets new ones, and \
        the others keep the empty rest. When vpn is re-created, they cannot even start.",
    seen: "The network mode names a container that is not there, does not run, or started later than \
        the one that shares its network. Where netmap sees both their network namespaces, these \
        decide.",
    example: "`network is unreachable` for everything; `cannot join network of a non running \
        container`",
    fix: "Restart those that share its network after it; re-create them when it was re-created.",
    mistaken_for: "A broken network: only the containers that share one stack are cut off.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let mut orphans = case.containers().filter(|at| case.is_orphan(*at)).peekable();
    let lost = orphans.peek().map_or_else(Lost::default, |_| Lost::of(case));
    for at in case.containers().filter(|at| case.is_orphan(*at) && case.matters(*at)) {
        let mut finding = match case.map.stack_owner(at) {
            StackOwner::Other(owner) => owner_is_not_as_it_was(case, at, owner),
            StackOwner::Itself | StackOwner::Missing => owner_is_gone(case, at, &lost),
        };
        let waiting: Vec<&Edge> = case
            .edges_about(at)
            .filter(|(edge, obstacle)| *obstacle == Some(&Obstacle::Orphan(at)) && edge.from != at)
            .map(|(edge, _)| edge)
            .collect();
        let clients = case.clients(&waiting);
        if !clients.is_empty() {
            let servers = vec![case.name(at).to_owned()];
            finding.evidence.push(Evidence::CutOff { clients: owned(&clients), servers });
        }
        finding.evidence.extend(lost.consequences.get(&at).into_iter().flatten().cloned());
        findings.push(finding);
    }
    findings.extend(case.containers().filter(|at| case.is_lodger(*at)).map(|at| lodger(case, at)));
    Judgement::of(findings)
}

/// One that a plan puts into the network stack of a container outside of it.
fn lodger(case: &Case, at: ContainerAt) -> Finding {
    let name = case.name(at);
    let owner = match &case.container(at).network_mode {
        NetworkMode::Container(owner) => owner.clone(),
        _ => String::new(),
    };
    let mut finding = RULE.finding(
        [name],
        format!("{name} needs a container `{owner}` that these files do not make"),
    );
    finding.severity = Severity::Info;
    finding.evidence = vec![Evidence::SharesWith { owner }];
    finding
}

/// What is missing where orphans were: ports on which nothing listens any more.
#[derive(Default)]
struct Lost {
    /// For each orphan what others notice of it at the containers whose network it shared.
    consequences: HashMap<ContainerAt, Vec<Evidence>>,
    /// The first container that publishes a port on which an orphan is missing.
    new_owners: HashMap<ContainerAt, ContainerAt>,
}

impl Lost {
    fn of(case: &Case) -> Self {
        let mut lost = Self::default();
        for at in case.containers() {
            let container = case.name(at).to_owned();
            let mut ports: BTreeMap<ContainerAt, BTreeSet<u16>> = BTreeMap::new();
            for published in &case.container(at).published {
                let Some(orphan) = case.lost_listener(at, published.port) else { continue };
                lost.new_owners.entry(orphan).or_insert(at);
                ports.entry(orphan).or_default().extend(published.host_port);
            }
            for (orphan, ports) in ports {
                let told = ports.into_iter().map(|host_port| Evidence::DoesNotAnswer {
                    container: container.clone(),
                    host_port,
                });
                lost.consequences.entry(orphan).or_default().extend(told);
            }
            let mut dialling: BTreeMap<ContainerAt, Vec<&Edge>> = BTreeMap::new();
            for (edge, obstacle) in case.edges_about(at) {
                if matches!(obstacle, Some(Obstacle::NobodyListens(_)))
                    && edge.container() == Some(at)
                    && let Some(orphan) = edge.port.and_then(|port| case.lost_listener(at, port))
                {
                    dialling.entry(orphan).or_default().push(edge);
                }
            }
            for (orphan, edges) in dialling {
                let (clients, container) = (owned(&case.clients(&edges)), container.clone());
                let told = Evidence::WaitInVain { clients, container };
                lost.consequences.entry(orphan).or_default().push(told);
            }
        }
        lost
    }
}

fn owner_is_not_as_it_was(case: &Case, at: ContainerAt, owner: ContainerAt) -> Finding {
    let (name, owner_name) = (case.name(at), case.name(owner));
    let state = case.container(owner).state;
    let (container, owner_of) = (name.to_owned(), owner_name.to_owned());
    if state.has_network() {
        let mut finding = RULE.finding(
            [name, owner_name],
            format!("{name} lost its network when {owner_name} was restarted"),
        );
        finding.evidence = vec![match case.is_in_namespace_of(at, owner) {
            Some(_) => Evidence::OtherNamespace { owner: owner_of, container },
            None => Evidence::StartedLater { owner: owner_of, container },
        }];
        finding.fix = vec![case.restart(at)];
        return finding;
    }
    let mut finding = RULE.finding(
        [name, owner_name],
        format!("{name} has no network: it shares that of {owner_name}, which does not run"),
    );
    finding.evidence = vec![Evidence::Is { container: owner_of, state }];
    finding.fix = vec![case.start(owner), case.restart(at)];
    finding
}

fn owner_is_gone(case: &Case, at: ContainerAt, lost: &Lost) -> Finding {
    let name = case.name(at);
    let mut finding = RULE.finding(
        [name],
        format!("{name} has no network: the container whose network it shared is gone"),
    );
    if let NetworkMode::Container(owner) = &case.container(at).network_mode {
        let owner = owner.chars().take(12).collect();
        finding.evidence = vec![Evidence::SharesWith { owner }];
    }
    let called = case.called(at);
    finding.fix = vec![advise(match lost.new_owners.get(&at) {
        Some(owner) => format!("re-create {called} with --network container:{}", case.name(*owner)),
        None => format!(
            "re-create {called} with --network container:NAME, where NAME is the new container"
        ),
    })];
    finding
}
