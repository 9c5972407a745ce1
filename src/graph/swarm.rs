//! The names of swarm services: what they lead to, seen from a container.

use std::net::IpAddr;

use super::Map;
use super::services::ServiceAt;
use crate::model::{ContainerAt, NetworkAt, Scope, Service};

/// What a service's name leads to.
///
/// Source: moby, `libnetwork/service_common.go` and `cluster_agent.go`: on
/// each network of a service its name and aliases are answered with its
/// virtual address, or with the tasks' where it has none; `tasks.NAME` always
/// with the tasks'. The ingress network has no names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceName {
    /// The network on which it is looked up.
    pub network: NetworkAt,
    /// The virtual address; `None` where the tasks' own are given, or nobody
    /// told which it is.
    pub address: Option<IpAddr>,
    /// The tasks' containers that are on the map, those with a network stack
    /// first. Tasks on other nodes may not be on it.
    pub tasks: Vec<ContainerAt>,
}

impl<'a> Map<'a> {
    fn service(&self, at: ServiceAt) -> Option<&'a Service> {
        self.snapshot.engine.swarm.as_ref()?.services.get(at)
    }

    /// The service whose virtual address this is.
    pub fn service_at(&self, address: IpAddr) -> Option<&'a Service> {
        self.service(self.services().addressed(address)?)
    }

    /// The service that is called so, in whatever case, on the network with
    /// this id.
    fn service_called(&self, name: &str, network_id: &str) -> Option<&'a Service> {
        self.service(self.services().called(name, network_id)?)
    }

    /// What `host` leads to from a container, if it is a service's name on
    /// one of its networks.
    pub fn service_name(&self, from: ContainerAt, host: &str) -> Option<ServiceName> {
        let host = host.trim_end_matches('.');
        let (of_tasks, host) = match host.split_at_checked(6) {
            Some((head, tail)) if head.eq_ignore_ascii_case("tasks.") => (true, tail),
            _ => (false, host),
        };
        self.networks_of(self.stack(from)?).find_map(|at| {
            let network = self.network(at);
            if network.ingress || network.scope != Scope::Swarm {
                return None;
            }
            let name = host.strip_suffix(&format!(".{}", network.name)).unwrap_or(host);
            let listed = self.service_called(name, &network.id);
            let service = listed.map_or(name, |service| &service.name);
            let on_it = |task: &ContainerAt| self.endpoint_on(*task, at).is_some();
            let tasks: Vec<ContainerAt> =
                self.tasks_of(service).iter().copied().filter(on_it).collect();
            let address = listed.and_then(|service| service.address_on(&network.id));
            (listed.is_some() || !tasks.is_empty()).then_some(ServiceName {
                network: at,
                address: address.filter(|_| !of_tasks),
                tasks,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Reason, Verdict};
    use crate::model::Snapshot;

    /// A manager's view: `web` has a virtual address and an alias, `db` has
    /// none and its only task is on another node. `plain` is on a bridge.
    fn snapshot(swarm: &str) -> Snapshot {
        let text = format!(
            r#"{{"schema":"netmap/1","engine":{{"name":"Docker","version":"20.10.24"{swarm}}},
            "networks":[
              {{"name":"mesh","id":"m","driver":"overlay","scope":"swarm","subnets":[{{"subnet":"10.0.1.0/24"}}]}},
              {{"name":"other","id":"o","driver":"overlay","scope":"swarm","subnets":[{{"subnet":"10.0.2.0/24"}}]}},
              {{"name":"ingress","id":"i","driver":"overlay","scope":"swarm","ingress":true}},
              {{"name":"front","id":"f","driver":"bridge","scope":"local","subnets":[{{"subnet":"172.20.0.0/16"}}]}}],
            "containers":[
              {{"name":"web.1.5r4v229nrkd1cxlq26otvox4s","id":"1","state":"running","task_of":"web","endpoints":[
                {{"network":"mesh","network_id":"m","ipv4":"10.0.1.4"}},{{"network":"ingress","network_id":"i","ipv4":"10.0.0.4"}}]}},
              {{"name":"solo","id":"2","state":"running","endpoints":[{{"network":"mesh","network_id":"m","ipv4":"10.0.1.5"}}]}},
              {{"name":"far","id":"3","state":"running","endpoints":[{{"network":"other","network_id":"o","ipv4":"10.0.2.5"}}]}},
              {{"name":"plain","id":"4","state":"running","endpoints":[
                {{"network":"front","network_id":"f","ipv4":"172.20.0.2","gateway":"172.20.0.1"}}]}}]}}"#
        );
        Snapshot::read(text.as_bytes()).unwrap()
    }

    const MANAGER: &str = r#","swarm":{"manager":true,"services":[
        {"name":"web","networks":[{"network_id":"m","aliases":["www"]}],
         "virtual_addresses":[{"network_id":"m","address":"10.0.1.2"},{"network_id":"i","address":"10.0.0.2"}]},
        {"name":"db","networks":[{"network_id":"m"}]}]}"#;

    fn at(map: &Map, name: &str) -> ContainerAt {
        map.containers_named(name)[0]
    }

    #[test]
    fn a_service_leads_to_its_virtual_address_and_its_tasks_to_theirs() {
        let snapshot = snapshot(MANAGER);
        let map = Map::new(&snapshot);
        let (solo, far, task) = (at(&map, "solo"), at(&map, "far"), at(&map, "web"));
        assert_eq!(map.container(task).task_of.as_deref(), Some("web"), "and for its tasks");
        assert_eq!(map.containers_named("web.1"), [task]);
        for name in ["web", "WWW", "web.mesh", "web."] {
            let told = map.service_name(solo, name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!((told.address, &*told.tasks), ("10.0.1.2".parse().ok(), &[task][..]));
        }
        let told = map.service_name(solo, "tasks.web").unwrap();
        assert_eq!((told.address, told.tasks), (None, vec![task]));
        let elsewhere = map.service_name(solo, "db").unwrap();
        assert_eq!((elsewhere.address, elsewhere.tasks), (None, vec![]));
        assert_eq!(map.service_name(solo, "web.other"), None);
        assert_eq!(map.service_name(solo, "nobody"), None);
        let told = map.service_at("10.0.1.2".parse().unwrap());
        assert_eq!(told.map(|service| service.name.as_str()), Some("web"));
        assert_eq!(map.service_name(far, "web"), None, "not on its networks");
    }

    #[test]
    fn a_worker_knows_a_service_by_its_own_tasks_only() {
        let snapshot = snapshot(r#","swarm":{"manager":false}"#);
        let map = Map::new(&snapshot);
        let told = map.service_name(at(&map, "solo"), "web").unwrap();
        assert_eq!((told.address, told.tasks.len()), (None, 1));
        assert_eq!(map.service_name(at(&map, "solo"), "db"), None);
    }

    #[test]
    fn overlay_networks_are_apart_from_others_and_members_meet() {
        let snapshot = snapshot(MANAGER);
        let map = Map::new(&snapshot);
        let judged = |from: &str, to: &str| map.predict(at(&map, from), at(&map, to));
        let met = judged("solo", "web");
        assert_eq!(met.by_name.verdict, Verdict::Reachable);
        assert_eq!(met.by_address.verdict, Verdict::Reachable);
        for (from, to) in [("solo", "far"), ("solo", "plain"), ("plain", "solo"), ("far", "web")] {
            let apart = judged(from, to);
            assert_eq!(apart.by_address.reason, Reason::DifferentNetworks, "{from} {to}");
            assert_eq!(apart.by_name.verdict, Verdict::Blocked, "{from} {to}");
        }
    }
}
