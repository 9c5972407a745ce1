//! Finding containers by what people call them, however many there are.

use std::cmp::Ordering;

use foldhash::{HashMap, HashMapExt};

use crate::model::{Container, ContainerAt, Snapshot, with_positions};
use crate::order::OrderBy;

/// The containers that are called something of one kind, in its order: they
/// are found by halving.
#[derive(Debug)]
struct Sorted {
    name: fn(&Container) -> Option<&str>,
    order: Vec<ContainerAt>,
}

impl Sorted {
    fn new(containers: &[Container], name: fn(&Container) -> Option<&str>) -> Self {
        let named = with_positions(containers).filter_map(|(at, of)| Some((name(of)?, at)));
        let mut order: Vec<(&str, ContainerAt)> = named.collect();
        // Those of one name stay in the snapshot's order.
        order.sort_unstable();
        Self { name, order: order.into_iter().map(|(_, at)| at).collect() }
    }

    /// Those whose names `compare` finds equal, which are all in one place.
    fn equal(&self, snapshot: &Snapshot, compare: impl Fn(&str) -> Ordering) -> &[ContainerAt] {
        let compared = |at: &ContainerAt| {
            (self.name)(&snapshot.containers[*at]).map_or(Ordering::Less, &compare)
        };
        let first = self.order.partition_point(|at| compared(at).is_lt());
        let equal = self.order[first..].partition_point(|at| compared(at).is_eq());
        &self.order[first..first + equal]
    }
}

/// What the containers of a snapshot are called.
#[derive(Debug)]
pub(super) struct Names {
    by_name: Sorted,
    by_id: Sorted,
    /// By the name on its own engine, where the map has it under another.
    on_engines: Sorted,
    /// By the pod whose network they hold.
    pods: Sorted,
    /// By Compose's service.
    services: Sorted,
    /// By the name of its task, without the task's id.
    task_names: Sorted,
    /// By the swarm's service, in lower case; those with a network stack first.
    tasks: HashMap<String, Vec<ContainerAt>>,
}

impl Names {
    /// The names of everybody in the snapshot, which is to be handed in whenever
    /// somebody is looked for.
    pub fn new(snapshot: &Snapshot) -> Self {
        let containers = &snapshot.containers;
        let mut tasks: HashMap<String, Vec<ContainerAt>> = HashMap::new();
        for (at, container) in with_positions(&snapshot.containers) {
            if let Some(service) = &container.task_of {
                tasks.entry(service.to_ascii_lowercase()).or_default().push(at);
            }
        }
        for tasks in tasks.values_mut() {
            tasks.order_by_key(|at| (!containers[*at].state.has_network(), *at));
        }
        Self {
            by_name: Sorted::new(containers, |c| Some(&c.name)),
            by_id: Sorted::new(containers, |c| Some(&c.id)),
            on_engines: Sorted::new(containers, |c| Some(c.own_name())),
            pods: Sorted::new(containers, Container::held_pod),
            services: Sorted::new(containers, |c| c.compose.service.as_deref()),
            task_names: Sorted::new(containers, Container::task_name),
            tasks,
        }
    }
    /// See [`Map::containers_named`](super::Map::containers_named).
    pub fn containers_named(&self, snapshot: &Snapshot, name: &str) -> Vec<ContainerAt> {
        let called = |names: &Sorted| names.equal(snapshot, |other| other.cmp(name)).to_vec();
        let in_order = |mut found: Vec<ContainerAt>| {
            found.sort_unstable();
            found.dedup();
            found
        };
        let ways: [&dyn Fn() -> Vec<ContainerAt>; 7] = [
            &|| in_order([called(&self.by_name), called(&self.by_id)].concat()),
            &|| called(&self.on_engines),
            &|| called(&self.pods),
            &|| called(&self.services),
            &|| self.tasks_of(name).to_vec(),
            &|| called(&self.task_names),
            &|| in_order(self.with_id_like(snapshot, name).to_vec()),
        ];
        ways.iter().map(|way| way()).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Those whose ids begin with this, if it is long enough to tell something.
    fn with_id_like(&self, snapshot: &Snapshot, beginning: &str) -> &[ContainerAt] {
        if beginning.len() < 4 {
            return &[];
        }
        self.by_id.equal(snapshot, |id| {
            if id.starts_with(beginning) { Ordering::Equal } else { id.cmp(beginning) }
        })
    }

    /// The containers of a swarm service's tasks, those with a network stack first.
    pub fn tasks_of(&self, service: &str) -> &[ContainerAt] {
        self.tasks.get(&service.to_ascii_lowercase()).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
