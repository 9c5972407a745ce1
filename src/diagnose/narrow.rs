//! A diagnosis of those alone that somebody asks about: whom it takes to look
//! into, and what is told of it.

use std::collections::BTreeSet;

use super::case::Case;
use super::facts::{Facts, Listens};
use super::in_the_way::Obstacle;
use super::localhost::ANYBODYS;
use super::names::Meaning;
use super::rules::REFUSED_FILE;
use super::wanted::Edge;
use crate::graph::{Map, Selection, StackOwner};
use crate::model::{ContainerAt, Diagnosis, Health, reference};
use crate::order::Ordered;

/// Whom these have to do with: themselves, who is on their networks, and whom they
/// dial or are dialled by.
pub fn around(case: &Case, asked: &Selection) -> BTreeSet<ContainerAt> {
    let is_asked = |at: &ContainerAt| asked.containers.contains(at);
    let ends = case.edges().map(|(edge, obstacle)| ends(edge, obstacle));
    let with_them = ends.filter(|ends| ends.iter().any(is_asked)).flatten();
    let networks = asked.networks.iter().filter(|at| !case.network(**at).is_none());
    let on_their_networks = networks.flat_map(|at| case.map.members(*at)).copied();
    asked.containers.iter().copied().chain(with_them).chain(on_their_networks).into_set()
}

/// Those of which the insides have to be known to judge what is asked about, as
/// far as is known by now: what is seen in them may bring others. `is_looked` says into
/// whom somebody has looked, or tried to.
///
/// They are those around, what these wait for in vain, and who shares their network
/// stacks. Where somebody dials a port and it does not show whose, they are also those
/// that may be meant.
pub fn needed(
    case: &Case,
    asked: &Selection,
    is_looked: impl Fn(ContainerAt) -> bool,
) -> BTreeSet<ContainerAt> {
    let mut needed = around(case, asked);
    let mut before = 0;
    while needed.len() > before {
        before = needed.len();
        add_causes(case, &mut needed);
        let ports: BTreeSet<u16> = needed.iter().flat_map(|at| offered(case, *at)).into_set();
        for (edge, _) in case.edges() {
            let Some(question) = Question::of(case, edge) else { continue };
            let is_asked = |at: &ContainerAt| asked.containers.contains(at);
            let dials_one = || edge.container().as_ref().is_some_and(is_asked);
            let may_mean_one = || ports.contains(&question.port);
            if is_asked(&edge.from) || dials_one() || may_mean_one() {
                needed.insert(edge.from);
                match question.candidates(case, &is_looked) {
                    Some(candidates) => needed.extend(candidates),
                    None => return case.containers().collect(),
                }
            }
        }
    }
    needed
}

/// Adds what any of these wait for in vain, what that waits for, and so on, who shares
/// their network stacks, and who answers what they ask for names.
fn add_causes(case: &Case, needed: &mut BTreeSet<ContainerAt>) {
    let mut new: Vec<ContainerAt> = needed.iter().copied().collect();
    while let Some(at) = new.pop() {
        let in_vain = case.edges_from(at).filter(|(edge, _)| edge.evidently_fails());
        let causes = in_vain.flat_map(|(edge, obstacle)| ends(edge, obstacle));
        let answers = case.name_server(at).map(|asked| asked.at);
        let others: Vec<ContainerAt> = causes.chain(stack_of(case, at)).chain(answers).collect();
        new.extend(others.into_iter().filter(|other| needed.insert(*other)));
    }
}

/// The containers at both ends of an edge, and who is meant instead.
fn ends(edge: &Edge, obstacle: Option<&Obstacle>) -> BTreeSet<ContainerAt> {
    let meant = match obstacle {
        Some(Obstacle::Localhost { peer, .. } | Obstacle::NotOnHost { peer, .. }) => Some(*peer),
        _ => None,
    };
    [Some(edge.from), edge.container(), meant].into_iter().flatten().into_set()
}

/// The ports on which a container listens, or says that it will.
fn offered(case: &Case, at: ContainerAt) -> Vec<u16> {
    let container = case.container(at);
    let exposed = container.exposed.iter().map(|exposed| exposed.port);
    let requested = container.requested.iter().map(|requested| requested.port);
    let sockets = case.listening(at).unwrap_or_default().iter().map(|socket| socket.port);
    exposed.chain(requested).chain(sockets).collect()
}

/// Who is meant by a port that nobody has where it is dialled.
struct Question {
    from: ContainerAt,
    port: u16,
    /// Whether it may be anybody, however far from who dials.
    is_wide: bool,
    /// Whether it is known that nobody has it there. Before anybody has looked, that
    /// is the question.
    is_asked: bool,
}

impl Question {
    fn of(case: &Case, edge: &Edge) -> Option<Self> {
        let (from, port) = (edge.from, edge.port?);
        let (at, is_wide) = match edge.target {
            // A health check that passes has found what it means.
            Meaning::Itself if edge.is_health_check() && is_healthy(case, from) => return None,
            Meaning::Itself => (Some(from), !reference::is_loopback(&edge.host)),
            Meaning::Addressed(to) => (Some(to), true),
            Meaning::FreeAddress(_) => (None, true),
            Meaning::NobodysName | Meaning::Machine => (None, false),
            Meaning::Named(_) | Meaning::Outside => return None,
        };
        let listens = at.map(|at| case.listens(at, port, edge.protocol));
        let is_asked = match listens {
            None | Some(Some(Listens::Not)) => true,
            Some(Some(_)) => return None,
            Some(None) => edge.evidently_fails(),
        };
        Some(Self { from, port, is_wide, is_asked })
    }

    /// Those that may be meant; nothing where it may be anybody.
    fn candidates(
        &self,
        case: &Case,
        is_looked: impl Fn(ContainerAt) -> bool,
    ) -> Option<BTreeSet<ContainerAt>> {
        let (from, port) = (self.from, self.port);
        if !self.is_asked {
            return Some(BTreeSet::new());
        }
        let project = case.container(from).project();
        let of_project =
            |at: &ContainerAt| project.is_some() && case.container(*at).project() == project;
        let networks = case.joined(from).flat_map(|at| case.map.members(at)).copied();
        let near: BTreeSet<ContainerAt> =
            networks.chain(case.containers().filter(of_project)).into_set();
        // Nobody further away is better than one of these.
        let has_it = |at: &ContainerAt| match case.listens(*at, port, None) {
            Some(listens) => listens == Listens::Openly,
            None => case.offers(*at, port) || !is_looked(*at),
        };
        let is_among = near.iter().any(|at| case.is_peer(from, *at) && has_it(at));
        let is_near = is_among || ANYBODYS.contains(&port);
        let others = case.index.offering(port).iter().chain(case.index.published(port));
        (!self.is_wide && is_near).then(|| near.into_iter().chain(others.copied()).collect())
    }
}

fn is_healthy(case: &Case, at: ContainerAt) -> bool {
    case.container(at).health == Some(Health::Healthy)
}

/// Those that share a container's network stack.
fn stack_of(facts: &Facts, at: ContainerAt) -> Vec<ContainerAt> {
    let owner = match facts.map.stack_owner(at) {
        StackOwner::Other(owner) => owner,
        StackOwner::Itself | StackOwner::Missing => at,
    };
    let guests = facts.map.sidecars(owner).iter().copied();
    std::iter::once(owner).chain(guests).collect()
}

/// Keeps the findings about what somebody asks about.
pub fn keep(diagnosis: &mut Diagnosis, map: &Map, asked: &Selection) {
    let containers = asked.containers.iter().map(|at| map.container(*at).name.as_str());
    // A network is on the map because of its members; it is what the user
    // named only when no container is.
    let networks = asked.networks.iter().map(|at| map.network(*at).name.as_str());
    let named: BTreeSet<&str> = containers.chain(networks).into_set();
    let about = |subject: &String| named.contains(subject.as_str());
    // Of a file that Compose refuses nothing comes up, whatever was named.
    let of_all = |rule: &str| rule == REFUSED_FILE;
    diagnosis.findings.retain(|finding| of_all(finding.rule) || finding.subjects.iter().any(about));
}
