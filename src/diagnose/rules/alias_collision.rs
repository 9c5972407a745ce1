//! One name, two owners.

use std::borrow::Cow;

use crate::diagnose::{Case, Judgement, Rule, advise};
use crate::model::words::few;
use crate::model::{Container, ContainerAt, Evidence, Severity};

/// See `netmap explain alias-collision`.
pub const RULE: Rule = Rule {
    name: "alias-collision",
    severity: Severity::Warning,
    summary: "two containers of different services answer to one name on one network",
    meaning: "When several containers have one name on a network, the resolver gives out all of \
        their addresses in changing order. For replicas of one service that is load balancing; for \
        two different services it is a lottery.",
    seen: "A name on a network belongs to two containers of different compose services or projects, \
        or, without compose, of different images.",
    example: "Every second request is answered by the wrong backend",
    fix: "Give each its own alias, or put them on different networks.",
    mistaken_for: "Replicas of one service, which share their names with good reason.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    for network in case.networks().filter(|network| !case.network(*network).is_built_in()) {
        let there = |at: &ContainerAt| case.container(*at).state.has_network() || case.is_planned();
        let mut owners: Vec<(Cow<str>, Vec<ContainerAt>)> = case
            .index
            .shared_names(network)
            .filter(|(name, _)| !is_generated(name))
            .map(|(name, members)| (name, members.iter().copied().filter(there).collect()))
            .filter(|(_, members): &(_, Vec<ContainerAt>)| members.len() > 1)
            .collect();
        owners.sort_unstable();
        let mut reported: Vec<Vec<ContainerAt>> = Vec::new();
        for (name, members) in owners {
            let strange = members
                .iter()
                .any(|other| !are_replicas(case.container(members[0]), case.container(*other)));
            // Two of one name cannot both be made, which is told as that.
            let name_of = |at: &ContainerAt| case.name(*at);
            let twins = members.iter().all(|at| name_of(at) == name_of(&members[0]));
            if !strange || twins || reported.contains(&members) {
                continue;
            }
            let on = &case.network(network).name;
            let names = case.names_of(members.iter().copied());
            let all = if names.len() == 2 { "both" } else { "all" };
            let mut finding = RULE.finding(
                names.iter().copied().chain([on.as_str()]),
                format!("{} {all} answer to `{name}` on {on}", few(&names)),
            );
            finding.evidence = members.iter().filter_map(|at| service(case, *at)).collect();
            finding.evidence.push(Evidence::OneOrTheOther { name: name.into_owned() });
            let last = case.called(members[members.len() - 1]);
            finding.fix = vec![advise(format!(
                "give {last} another name on {on}: disconnect it, and connect it again with \
                 --alias and a name of its own"
            ))];
            findings.push(finding);
            reported.push(members);
        }
    }
    Judgement::of(findings)
}

/// What compose calls a container.
fn service(case: &Case, at: ContainerAt) -> Option<Evidence> {
    let container = case.container(at);
    Some(Evidence::ComposeService {
        container: container.name.clone(),
        service: container.compose.service.clone()?,
        project: container.compose.project.clone(),
    })
}

/// Whether a name is the beginning of a container's id, as engines before 26
/// put it among the aliases.
fn is_generated(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether two containers are copies of one thing.
fn are_replicas(a: &Container, b: &Container) -> bool {
    match (&a.compose.service, &b.compose.service) {
        (None, None) => a.image == b.image,
        (one, other) => one == other && a.project() == b.project(),
    }
}
