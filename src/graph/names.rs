//! Finding containers by what people call them, however many there are.

use std::cmp::Ordering;

use foldhash::{HashMap, HashMapExt};

use super::Map;
use crate::model::Container;

/// The containers that are called something of one kind, in its order: they
/// are found by halving.
#[derive(Debug)]
struct Sorted {
    name: fn(&Container) -> Option<&str>,
    order: Vec<usize>,
}

impl Sorted {
    fn new(containers: &[Container], name: fn(&Container) -> Option<&str>) -> Self {
        let named = |at: &usize| name(&containers[*at]).is_some();
        let mut order: Vec<usize> = (0..containers.len()).filter(named).collect();
        // Stable: those of one name stay in the snapshot's order.
        order.sort_by_key(|at| name(&containers[*at]));
        Self { name, order }
    }

    /// Those whose names `compare` finds equal, which are all in one place.
    fn equal(&self, containers: &[Container], compare: impl Fn(&str) -> Ordering) -> &[usize] {
        let compared = |at: &usize| (self.name)(&containers[*at]).map_or(Ordering::Less, &compare);
        let first = self.order.partition_point(|at| compared(at).is_lt());
        let equal = self.order[first..].partition_point(|at| compared(at).is_eq());
        &self.order[first..first + equal]
    }
}

/// What the containers of a map are called, made when somebody asks.
#[derive(Debug)]
pub(super) struct Names {
    by_name: Sorted,
    by_id: Sorted,
    /// By the name on its own engine, where the map has it under another.
    on_engines: Sorted,
    /// By Compose's service.
    services: Sorted,
    /// By the name of its task, without the task's id.
    task_names: Sorted,
    /// By the swarm's service, in lower case; those with a network stack first.
    tasks: HashMap<String, Vec<usize>>,
}

impl Names {
    fn new(containers: &[Container]) -> Self {
        let mut tasks: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, container) in containers.iter().enumerate() {
            if let Some(service) = &container.task_of {
                tasks.entry(service.to_ascii_lowercase()).or_default().push(at);
            }
        }
        for tasks in tasks.values_mut() {
            tasks.sort_by_key(|at| (!containers[*at].state.has_network(), *at));
        }
        Self {
            by_name: Sorted::new(containers, |c| Some(&c.name)),
            by_id: Sorted::new(containers, |c| Some(&c.id)),
            on_engines: Sorted::new(containers, |c| Some(c.own_name())),
            services: Sorted::new(containers, |c| c.compose.service.as_deref()),
            task_names: Sorted::new(containers, Container::task_name),
            tasks,
        }
    }
}

impl Map<'_> {
    fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::new(&self.snapshot.containers))
    }

    /// The containers called `name`: by name (on its own engine, if none has
    /// it on the map), by full id, or by a beginning
    /// of the id that is at least four characters long. Services, compose's and
    /// a swarm's, and tasks without their ids (`web.1`) count when no container
    /// has that name.
    pub fn containers_named(&self, name: &str) -> Vec<usize> {
        let (names, all) = (self.names(), &self.snapshot.containers);
        let called = |names: &Sorted| names.equal(all, |other| other.cmp(name)).to_vec();
        let in_order = |mut found: Vec<usize>| {
            found.sort_unstable();
            found.dedup();
            found
        };
        let ways: [&dyn Fn() -> Vec<usize>; 6] = [
            &|| in_order([called(&names.by_name), called(&names.by_id)].concat()),
            &|| called(&names.on_engines),
            &|| called(&names.services),
            &|| self.tasks_of(name).to_vec(),
            &|| called(&names.task_names),
            &|| in_order(self.with_id_like(name).to_vec()),
        ];
        ways.iter().map(|way| way()).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Those whose ids begin with this, if it is long enough to tell something.
    fn with_id_like(&self, beginning: &str) -> &[usize] {
        if beginning.len() < 4 {
            return &[];
        }
        self.names().by_id.equal(&self.snapshot.containers, |id| {
            if id.starts_with(beginning) { Ordering::Equal } else { id.cmp(beginning) }
        })
    }

    /// The containers of a service's tasks, those with a network stack first.
    pub fn tasks_of(&self, service: &str) -> &[usize] {
        let tasks = self.names().tasks.get(&service.to_ascii_lowercase());
        tasks.map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
