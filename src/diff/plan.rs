//! What a compose file plans, beside what there is: the rest of the engine is
//! nobody's business, and what the plan leaves to the engine is no difference.

use std::collections::BTreeSet;

use crate::model::{Container, Network, Snapshot, State};

/// Whether a container is only planned.
pub fn is_planned(container: &Container) -> bool {
    container.state == State::Planned
}

/// Whether a network is only planned: an engine gives each an id.
pub fn is_planned_network(network: &Network) -> bool {
    network.id.is_empty()
}

/// Both snapshots; where one of them is a plan, the other cut down to what
/// the plan is about: its compose project, what has the names that it gives,
/// and the networks that those are on.
pub fn scoped(before: Snapshot, after: Snapshot) -> (Snapshot, Snapshot) {
    match (before.plan.is_some(), after.plan.is_some()) {
        (true, false) => {
            let after = about(&before, after);
            (before, after)
        }
        (false, true) => (about(&after, before), after),
        _ => (before, after),
    }
}

fn about(plan: &Snapshot, whole: Snapshot) -> Snapshot {
    let project = plan.plan.as_ref().map(|plan| plan.project.as_str());
    let names: BTreeSet<&str> = plan.containers.iter().map(|c| c.name.as_str()).collect();
    let networks: BTreeSet<&str> = plan.networks.iter().map(|n| n.name.as_str()).collect();
    // What compose ran once, for a task, is no part of the plan.
    let once = |c: &Container| {
        c.labels.get("com.docker.compose.oneoff").is_some_and(|oneoff| oneoff == "True")
    };
    let containers: Vec<Container> = whole
        .containers
        .into_iter()
        .filter(|c| {
            (c.project().is_some() && c.project() == project && !once(c))
                || names.contains(c.name.as_str())
        })
        .collect();
    let used: BTreeSet<&str> = containers
        .iter()
        .flat_map(|container| &container.endpoints)
        .map(|endpoint| endpoint.network.as_str())
        .collect();
    let kept = whole.networks.into_iter().filter(|network| {
        let name = network.name.as_str();
        (network.project.is_some() && network.project.as_deref() == project)
            || networks.contains(name)
            || used.contains(name)
    });
    let kept: Vec<Network> = kept.collect();
    Snapshot::new(whole.engine, kept, containers, whole.unread)
}

/// An image as people write it, without what is understood: `busybox` for
/// `docker.io/library/busybox:latest`.
pub fn plain_image(image: &str) -> &str {
    let image = image.strip_prefix("docker.io/").unwrap_or(image);
    let image = image.strip_prefix("library/").unwrap_or(image);
    image.strip_suffix(":latest").unwrap_or(image)
}
