//! How far everything is from the internet: what pictures make height of.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::View;
use crate::graph::StackOwner;
use crate::model::{ContainerAt, NetworkAt};
use crate::order::{OrderBy, Ordered};

/// Steps from the internet, by container and by network.
///
/// What is open on every address is at 1, its networks at 2, their other
/// members at 3, and so on. Where nothing of what hangs together is open to
/// all, the count begins at what this host alone reaches, or else at the
/// network with the most members, which then is at 2 as well.
#[derive(Debug, Clone, Default)]
pub struct Ranks {
    containers: BTreeMap<ContainerAt, usize>,
    networks: BTreeMap<NetworkAt, usize>,
}

impl Ranks {
    /// The distance of a container; `None` for what is on no network.
    pub fn container(&self, at: ContainerAt) -> Option<usize> {
        self.containers.get(&at).copied()
    }

    /// Notes the distance of a container, unless a shorter one is known.
    fn reach(&mut self, at: ContainerAt, rank: usize) -> bool {
        let is_new = !self.containers.contains_key(&at);
        self.containers.entry(at).or_insert(rank);
        is_new
    }

    /// The distance of a network; `None` for one without members.
    pub fn network(&self, at: NetworkAt) -> Option<usize> {
        self.networks.get(&at).copied()
    }
}

/// Where the count can begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    Everywhere,
    ThisHost,
    Within,
}

impl View<'_> {
    /// How far everything that is shown is from the internet.
    pub fn ranks(&self) -> Ranks {
        self.ranks_over(&self.used_networks(), &HashMap::new())
    }

    /// The same where only these networks count, and some containers are taken
    /// together: who reaches one of them has reached all.
    pub fn ranks_over(
        &self,
        networks: &[NetworkAt],
        together: &HashMap<ContainerAt, &[ContainerAt]>,
    ) -> Ranks {
        let mut ranks = Ranks::default();
        let with_others = |at: ContainerAt| match together.get(&at) {
            Some(all) => all.to_vec(),
            None => vec![at],
        };
        let members: BTreeMap<NetworkAt, Vec<ContainerAt>> = networks
            .iter()
            .filter(|at| !self.network(**at).is_host())
            .map(|at| (*at, self.members(*at).into_iter().flat_map(with_others).collect()))
            .into_map();
        for from in [From::Everywhere, From::ThisHost, From::Within] {
            let start: Vec<ContainerAt> = match from {
                From::Within => Vec::new(),
                _ => self.let_in(from == From::Everywhere),
            };
            let mut queue = VecDeque::new();
            let start = start.into_iter().flat_map(with_others);
            queue.extend(start.filter(|at| ranks.reach(*at, 1)));
            self.spread(&mut ranks, &members, queue);
        }
        // What nothing lets in: from its largest network on, one with a way
        // out before an internal one.
        let mut hubs: Vec<NetworkAt> = members.keys().copied().collect();
        hubs.order_by_key(|at| {
            (self.network(*at).internal, std::cmp::Reverse(members[at].len()), *at)
        });
        for hub in hubs {
            if ranks.networks.contains_key(&hub) || members[&hub].is_empty() {
                continue;
            }
            ranks.networks.insert(hub, 2);
            let reached = members[&hub].iter().copied().filter(|at| ranks.reach(*at, 3));
            let queue = reached.collect();
            self.spread(&mut ranks, &members, queue);
        }
        ranks
    }

    /// Containers that let somebody in, or will when they run: everybody, or this host
    /// alone.
    fn let_in(&self, everywhere: bool) -> Vec<ContainerAt> {
        let owners = self.containers.iter().copied();
        owners
            .filter(|at| self.map.stack_owner(*at) == StackOwner::Itself)
            .filter(|at| {
                let openings = self.ways_in(*at);
                let open = openings.iter().any(|opening| opening.everywhere);
                if everywhere {
                    open || self.map.on_host(*at)
                } else {
                    !open && !openings.is_empty()
                }
            })
            .collect()
    }

    fn spread(
        &self,
        ranks: &mut Ranks,
        members: &BTreeMap<NetworkAt, Vec<ContainerAt>>,
        mut queue: VecDeque<ContainerAt>,
    ) {
        while let Some(at) = queue.pop_front() {
            let rank = ranks.containers[&at];
            for network in self.map.networks_of(at) {
                let Some(members) = members.get(&network) else { continue };
                if ranks.networks.contains_key(&network) {
                    continue;
                }
                ranks.networks.insert(network, rank + 1);
                queue.extend(members.iter().copied().filter(|at| ranks.reach(*at, rank + 2)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::{Filter, Map};
    use crate::model::Snapshot;
    use crate::render::View;

    /// Each container with its distance.
    fn ranked(containers: &[(&str, &[&str], &str)]) -> Vec<String> {
        let container = |(name, on, host_ip): &(&str, &[&str], &str)| {
            let on = on.iter().map(|n| format!(r#"{{"network":"{n}","network_id":"{n}"}}"#));
            let published = match *host_ip {
                "" => String::new(),
                ip => format!(r#"{{"host_ip":"{ip}","host_port":80,"port":80,"protocol":"tcp"}}"#),
            };
            format!(
                r#"{{"name":"{name}","id":"{name}","state":"running","endpoints":[{}],"published":[{published}]}}"#,
                on.collect::<Vec<_>>().join(",")
            )
        };
        let networks = ["edge", "app", "data"].map(|n| {
            format!(r#"{{"name":"{n}","id":"{n}","driver":"bridge","internal":{}}}"#, n == "data")
        });
        let containers: Vec<String> = containers.iter().map(container).collect();
        let text = format!(
            r#"{{"schema":"netmap/1","networks":[{}],"containers":[{}]}}"#,
            networks.join(","),
            containers.join(",")
        );
        let snapshot = Snapshot::read(text.as_bytes()).unwrap();
        let map = Map::new(&snapshot);
        let view = View::new(&map, &map.select(&Filter::default()).unwrap(), None);
        let ranks = view.ranks();
        let word = |at| format!("{} {:?}", view.container(at).name, ranks.container(at));
        let mut all: Vec<String> = map.containers().map(word).collect();
        all.sort();
        all.iter().map(|word| word.replace("Some(", "").replace(')', "")).collect()
    }

    #[test]
    fn distance_is_counted_from_what_is_open_to_all() {
        let proxy: (&str, &[&str], &str) = ("proxy", &["edge"], "0.0.0.0");
        let rest: [(&str, &[&str], &str); 3] =
            [("api", &["edge", "data"], ""), ("db", &["data"], ""), ("lost", &[], "")];
        let admin: (&str, &[&str], &str) = ("admin", &["data"], "127.0.0.1");
        let mut all = vec![proxy, admin];
        all.extend(rest);
        assert_eq!(ranked(&all), ["admin 5", "api 3", "db 5", "lost None", "proxy 1"]);
        // Where nothing is, from what this host reaches.
        assert_eq!(ranked(&all[1..]), ["admin 1", "api 3", "db 3", "lost None"]);
        // Where nothing reaches anything, from the larger network with a way out.
        assert_eq!(ranked(&all[2..]), ["api 3", "db 5", "lost None"]);
    }
}
