//! Maps of any size, in shapes that come by chance. The same call gives the same
//! map, always.

use netmap::model::{Snapshot, State};

use super::{Maker, Tweak};

/// Projects of a network each, some on a network that all share: the shape
/// that large hosts have.
pub fn projects(containers: usize, networks: usize) -> Snapshot {
    let mut random = Random(7);
    let mut map = Maker::default();
    map.network("proxy");
    for number in 1..networks {
        map.network(&format!("net{number:03}"));
    }
    for number in 0..containers {
        let own = format!("net{:03}", 1 + number % (networks - 1));
        let image = ["nginx:1.27", "postgres:16", "redis:7", "app/api:1"][random.below(4)];
        let name = format!("service-{number:04}");
        let place = number / (networks - 1);
        let on: &[&str] = match place {
            0 => &["proxy", &own],
            1 if number % 3 == 0 => {
                &[&own, &format!("net{:03}", 1 + (number + 1) % (networks - 1))]
            }
            _ => &[&own],
        };
        let container = map.container(&name, image, on);
        container.project(
            &format!("project-{:03}", number % (networks - 1)),
            &format!("service{place}"),
        );
        if number % 20 == 0 {
            container.publish("*", 8000 + u16::try_from(number % 1000).unwrap(), 80);
        }
    }
    map.snapshot()
}

/// Containers that are on networks at random, up to `most` each.
pub fn random(seed: u64, containers: usize, networks: usize, most: usize, name: &str) -> Snapshot {
    let mut random = Random(seed);
    let mut map = Maker::default();
    for number in 0..networks {
        if number % 3 == 1 {
            map.dual(&format!("{name}-net{number}"))
        } else {
            map.network(&format!("{name}-net{number}"))
        };
    }
    for number in 0..containers {
        let mut on: Vec<String> = (0..=random.below(most))
            .map(|_| format!("{name}-net{}", random.below(networks)))
            .collect();
        on.sort();
        on.dedup();
        let on: Vec<&str> = on.iter().map(String::as_str).collect();
        let container =
            map.container(&format!("{name}-{number}"), &format!("image/{name}:{number}"), &on);
        match random.below(12) {
            0 => {
                container.publish("*", 8000 + u16::try_from(number).unwrap(), 80);
            }
            1 => {
                container.publish("127.0.0.1", 8000 + u16::try_from(number).unwrap(), 80);
            }
            2 => container.state = State::Exited,
            3 => {
                container.project("a-project", "service");
            }
            _ => {}
        }
    }
    map.snapshot()
}

/// The same map, in which so many containers by chance ask another one, of which
/// some are out of their reach.
pub fn with_talk(mut map: Snapshot, seed: u64, number: usize) -> Snapshot {
    let mut random = Random(seed);
    let names: Vec<String> = map.containers.iter().map(|of| of.name.clone()).collect();
    for _ in 0..number {
        let (from, to) = (random.below(names.len()), random.below(names.len()));
        let port = [80, 5432, 6379, 8080, 19092][random.below(5)];
        map.containers[from].asks(&names[to], port);
    }
    map
}

/// The same map with each container in one of three projects, by chance.
pub fn in_projects(mut map: Snapshot) -> Snapshot {
    let mut random = Random(5);
    for container in &mut map.containers {
        let project = ["shop", "a-project-with-a-name-that-is-rather-long", "ops"][random.below(3)];
        container.compose.project = Some(project.to_owned());
    }
    map
}

/// Numbers that look random and are always the same (a linear congruence).
pub struct Random(pub u64);

impl Random {
    /// The next number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}
