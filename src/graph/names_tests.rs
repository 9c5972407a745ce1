//! A name leads to whom looking at everybody finds.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::graph::Map;
use crate::testing::snapshots;

/// The containers of a name in the slow and obvious way: all are looked at.
fn named_the_slow_way(map: &Map, name: &str) -> Vec<ContainerAt> {
    let containers = &map.snapshot().containers;
    let is_task = |c: &Container| c.task_of.as_deref().map(str::to_lowercase);
    let tests: [&dyn Fn(&Container) -> bool; 6] = [
        &|c| c.name == name || c.id == name,
        &|c| c.own_name() == name,
        &|c| c.compose.service.as_deref() == Some(name),
        &|c| is_task(c) == Some(name.to_lowercase()),
        &|c| c.task_name() == Some(name),
        &|c| name.len() >= 4 && c.id.starts_with(name),
    ];
    let all = tests.iter().map(|test| -> Vec<ContainerAt> {
        map.containers().filter(|at| test(&containers[*at])).collect()
    });
    all.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

proptest! {
    #[test]
    fn a_name_leads_to_those_who_have_it(
        mut snapshot in snapshots(),
        services in prop::collection::vec(select(vec!["web", "Web", "db"]), 9),
    ) {
        for (at, (container, service)) in
            snapshot.containers.iter_mut().zip(&services).enumerate()
        {
            match at % 3 {
                0 => {
                    container.task_of = Some((*service).to_owned());
                    container.name = format!("{service}.{at}.{:025}", at);
                }
                1 => {
                    container.node = "one".to_owned();
                    container.name = format!("{service}@one");
                }
                _ => {}
            }
        }
        snapshot.tidy();
        let map = Map::new(&snapshot);
        let own = snapshot.containers.iter().flat_map(|c| {
            let service = c.compose.service.as_deref().unwrap_or_default();
            [c.name.as_str(), c.own_name(), &c.id, &c.id[..7], &c.id[..3], service]
                .into_iter()
                .chain(c.task_name())
        });
        for name in own.chain(["web", "WEB", "db", "nobody", ""]) {
            let mut found = map.containers_named(name);
            found.sort_unstable();
            prop_assert_eq!(found, named_the_slow_way(&map, name), "{}", name);
        }
    }
}
