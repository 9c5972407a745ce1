//! What is planned to be measured, over small made-up maps.

use super::*;
use crate::model::Snapshot;

fn planned(attempts: Attempts) -> (Snapshot, ProbePlan) {
    let text = r#"{"schema":"netmap/1",
        "networks":[{"name":"net","id":"n","driver":"bridge","subnets":[{"subnet":"10.0.0.0/24"}]}],
        "containers":[
          {"name":"api","id":"1","state":"running","network_mode":"net",
           "exposed":[{"port":8080,"protocol":"tcp"},{"port":53,"protocol":"udp"}],
           "endpoints":[{"network":"net","network_id":"n","ipv4":"10.0.0.2"}]},
          {"name":"sidecar","id":"2","state":"running","network_mode":"container:1"},
          {"name":"-rf","id":"3","state":"running","network_mode":"net",
           "endpoints":[{"network":"net","network_id":"n","ipv4":"10.0.0.3"}]},
          {"name":"gone","id":"4","state":"exited","network_mode":"net"}]}"#;
    let snapshot = Snapshot::read(text.as_bytes()).unwrap();
    let map = Map::new(&snapshot);
    let all: BTreeSet<ContainerAt> = map.containers().collect();
    let plan = plan(&map, &Request { from: all.clone(), to: all, attempts });
    (snapshot, plan)
}

fn names(snapshot: &Snapshot, plan: &ProbePlan, station: usize) -> Vec<String> {
    let members = plan.stations[station].members.iter();
    members.map(|at| snapshot.containers[*at].name.clone()).collect()
}

#[test]
fn a_shared_stack_is_one_station_and_asks_each_address_once() {
    let (snapshot, plan) = planned(Attempts::Icmp);
    assert_eq!(plan.stations.len(), 2);
    let of_rf = (0..2).find(|s| names(&snapshot, &plan, *s) == ["-rf"]).unwrap();
    let of_api = 1 - of_rf;
    assert_eq!(names(&snapshot, &plan, of_api), ["api", "sidecar"]);
    let address: IpAddr = "10.0.0.2".parse().unwrap();
    let asked: Vec<&Act> = plan.stations[of_rf]
        .acts
        .iter()
        .filter(|act| **act == Act::Address(address, Attempt::Icmp))
        .collect();
    assert_eq!(asked.len(), 1, "api and its sidecar are one address");
    assert_eq!(plan.pairs(), 9, "three sources, three targets each");
}

#[test]
fn an_address_that_nobody_tells_is_asked_for_in_vain() {
    let text = r#"{"schema":"netmap/1",
        "networks":[{"name":"back","id":"b","driver":"bridge","internal":true}],
        "containers":[
          {"name":"db","id":"1","state":"running","network_mode":"back",
           "endpoints":[{"network":"back","network_id":"b","ipv4":"10.1.0.2"}]},
          {"name":"hosty","id":"2","state":"running","network_mode":"host"},
          {"name":"loner","id":"3","state":"running","network_mode":"none"}]}"#;
    let snapshot = Snapshot::read(text.as_bytes()).unwrap();
    let map = Map::new(&snapshot);
    let called = |name: &str| BTreeSet::from([map.containers_named(name)[0]]);
    let request =
        |to: &str| Request { from: called("db"), to: called(to), attempts: Attempts::Icmp };
    let by = |to: &str| -> Vec<(By, bool)> {
        let queries = plan(&map, &request(to)).queries.into_iter();
        queries.map(|query| (query.by, matches!(query.answer, Found::Nowhere(_)))).collect()
    };
    assert_eq!(by("hosty"), [(By::Name, false), (By::Address, true)]);
    assert_eq!(by("loner"), [(By::Name, false)], "there is no address, and that is known");
}

#[test]
fn a_name_that_is_no_host_name_is_never_asked_for() {
    let (_, plan) = planned(Attempts::Icmp);
    let acts = plan.stations.iter().flat_map(|station| &station.acts);
    assert!(acts.clone().all(|act| !matches!(act, Act::Name(name, _) if name.starts_with('-'))));
    let told = plan.queries.iter().filter(|w| w.target == "-rf");
    assert!(told.clone().count() > 0);
    assert!(told.clone().all(|query| matches!(query.answer, Found::Nowhere(_))));
}

#[test]
fn declared_ports_are_tried_and_a_target_without_says_so() {
    let (snapshot, plan) = planned(Attempts::TcpDeclared);
    for query in &plan.queries {
        match snapshot.containers[query.to.unwrap()].name.as_str() {
            "api" => assert_eq!(query.attempt, Attempt::Tcp(8080)),
            _ => assert!(matches!(query.answer, Found::Nowhere(_)), "{query:?}"),
        }
    }
}
