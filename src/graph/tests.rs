//! The map over small made-up setups, and over random ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// A snapshot from JSON; ids are names where that is enough.
fn snapshot(networks: serde_json::Value, containers: serde_json::Value, engine: &str) -> Snapshot {
    let text = json!({"schema": "netmap/1", "engine": {"name": "Docker", "version": engine},
        "networks": networks, "containers": containers});
    Snapshot::read(text.to_string().as_bytes()).expect("a snapshot")
}

fn zoo(engine: &str) -> Snapshot {
    snapshot(
        json!([
            {"name": "front", "id": "front", "driver": "bridge", "subnets": [{"subnet": "10.1.0.0/24"}]},
            {"name": "back", "id": "back", "driver": "bridge", "internal": true, "subnets": [{"subnet": "10.2.0.0/24"}]},
            {"name": "quiet", "id": "quiet", "driver": "bridge", "icc": false, "subnets": [{"subnet": "10.3.0.0/24"}]},
            {"name": "six", "id": "six", "driver": "bridge", "ipv6": true, "subnets": [{"subnet": "fd00:1::/64"}]},
            {"name": "six2", "id": "six2", "driver": "bridge", "ipv6": true, "subnets": [{"subnet": "fd00:2::/64"}]},
            {"name": "bridge", "id": "bridge", "driver": "bridge", "subnets": [{"subnet": "172.17.0.0/16"}]},
            {"name": "lan", "id": "lan", "driver": "macvlan", "subnets": [{"subnet": "10.9.0.0/24"}]},
            {"name": "odd", "id": "odd", "driver": "weave", "subnets": [{"subnet": "10.8.0.0/24"}]},
            {"name": "host", "id": "host", "driver": "host"},
            {"name": "none", "id": "none", "driver": "null"},
        ]),
        json!([
            member("web", &[("front", "10.1.0.2")]),
            member("api", &[("front", "10.1.0.3"), ("back", "10.2.0.2")]),
            member("db", &[("back", "10.2.0.3")]),
            member("q1", &[("quiet", "10.3.0.2")]),
            member("q2", &[("quiet", "10.3.0.3")]),
            member("old1", &[("bridge", "172.17.0.2")]),
            json!({"name": "old2", "id": "old2", "state": "running", "links": ["old1:elder"], "endpoints": [
                {"network": "bridge", "network_id": "bridge", "ipv4": "172.17.0.3", "gateway": "172.17.0.1"}]}),
            member("m1", &[("lan", "10.9.0.2")]),
            member("m2", &[("lan", "10.9.0.3")]),
            member("o1", &[("odd", "10.8.0.2")]),
            member("o2", &[("odd", "10.8.0.3")]),
            json!({"name": "s1", "id": "s1", "state": "running", "endpoints": [
                {"network": "six", "network_id": "six", "ipv6": "fd00:1::2", "ipv6_gateway": "fd00:1::1"}]}),
            json!({"name": "s2", "id": "s2", "state": "running", "endpoints": [
                {"network": "six2", "network_id": "six2", "ipv6": "fd00:2::2", "ipv6_gateway": "fd00:2::1"}]}),
            json!({"name": "sidecar", "id": "sidecar", "state": "running", "network_mode": "container:api"}),
            json!({"name": "orphan", "id": "orphan", "state": "running", "network_mode": "container:gone"}),
            json!({"name": "hosty", "id": "hosty", "state": "running", "network_mode": "host",
                "endpoints": [{"network": "host", "network_id": "host"}]}),
            json!({"name": "loner", "id": "loner", "state": "running", "network_mode": "none",
                "endpoints": [{"network": "none", "network_id": "none"}]}),
            json!({"name": "dead", "id": "dead", "state": "exited",
                "endpoints": [{"network": "front", "network_id": "front"}]}),
            json!({"name": "flapping", "id": "flapping", "state": "restarting",
                "endpoints": [{"network": "front", "network_id": "front"}]}),
            json!({"name": "frozen", "id": "frozen", "state": "paused", "endpoints": [
                {"network": "front", "network_id": "front", "ipv4": "10.1.0.9", "gateway": "10.1.0.1"}]}),
        ]),
        engine,
    )
}

fn member(name: &str, on: &[(&str, &str)]) -> serde_json::Value {
    let endpoints: Vec<_> = on
        .iter()
        .map(|(network, address)| {
            let gateway = address.rsplit_once('.').map(|(net, _)| format!("{net}.1"));
            json!({"network": network, "network_id": network, "ipv4": address, "gateway": gateway})
        })
        .collect();
    json!({"name": name, "id": name, "state": "running", "endpoints": endpoints})
}

fn at(map: &Map, name: &str) -> ContainerAt {
    map.containers_named(name)[0]
}

#[test]
fn the_prediction_table() {
    use Reason::*;
    use Verdict::*;
    let snapshot = zoo("20.10.24");
    let map = Map::new(&snapshot);
    // From, to, by name, by address.
    let table = [
        ("web", "api", (Reachable, SharedNetwork), (Reachable, SharedNetwork)),
        ("web", "db", (Blocked, DifferentNetworks), (Blocked, DifferentNetworks)),
        ("db", "web", (Blocked, NoWayOut), (Blocked, NoWayOut)),
        ("sidecar", "db", (Reachable, SharedNetwork), (Reachable, SharedNetwork)),
        ("db", "sidecar", (Blocked, SidecarHasNoName), (Reachable, SharedNetwork)),
        ("sidecar", "api", (Reachable, SharedNamespace), (Reachable, SharedNamespace)),
        ("api", "sidecar", (Blocked, SidecarHasNoName), (Reachable, SharedNamespace)),
        ("q1", "q2", (Blocked, IccOff), (Blocked, IccOff)),
        ("old1", "old2", (Blocked, DefaultBridgeHasNoNames), (Reachable, SharedNetwork)),
        ("old2", "old1", (Reachable, LegacyLink), (Reachable, SharedNetwork)),
        ("m1", "m2", (Reachable, SharedNetwork), (Reachable, SharedNetwork)),
        ("hosty", "db", (Blocked, HostKnowsNoNames), (Reachable, HostOnBridge)),
        ("hosty", "m1", (Blocked, HostKnowsNoNames), (Blocked, MacvlanHost)),
        ("web", "hosty", (Blocked, HostHasNoName), (Reachable, HostIsGateway)),
        ("m1", "hosty", (Blocked, HostHasNoName), (Blocked, MacvlanHost)),
        ("web", "m1", (Blocked, DifferentNetworks), (Unknown, OutsideDecides)),
        ("o1", "o2", (Unknown, UnknownDriver), (Unknown, UnknownDriver)),
        ("web", "loner", (Blocked, TargetHasNoNetwork), (Blocked, TargetHasNoNetwork)),
        ("loner", "web", (Blocked, SourceHasNoNetwork), (Blocked, SourceHasNoNetwork)),
        ("web", "dead", (Blocked, TargetStopped), (Blocked, TargetStopped)),
        ("dead", "web", (Blocked, SourceStopped), (Blocked, SourceStopped)),
        ("web", "flapping", (Unknown, Restarting), (Unknown, Restarting)),
        ("web", "frozen", (Reachable, SharedNetwork), (Reachable, SharedNetwork)),
        ("web", "orphan", (Blocked, StackGone), (Blocked, StackGone)),
        ("s1", "s2", (Blocked, DifferentNetworks), (Unknown, Ipv6NotFiltered)),
    ];
    for (from, to, name, address) in table {
        let prediction = map.predict(at(&map, from), at(&map, to));
        let by_name = (prediction.by_name.verdict, prediction.by_name.reason);
        let by_address = (prediction.by_address.verdict, prediction.by_address.reason);
        assert_eq!((by_name, by_address), (name, address), "{from} → {to}");
    }
}

/// Two networks as Docker 26 and Podman report them: the internal one's
/// gateway is not reported, and Podman names no network of a container on the host's.
fn with_the_host(engine: serde_json::Value) -> Snapshot {
    let text = json!({"schema": "netmap/1", "engine": engine,
    "networks": [{"name": "front", "id": "front", "driver": "bridge"},
                 {"name": "back", "id": "back", "driver": "bridge", "internal": true}],
    "containers": [
        member("web", &[("front", "10.1.0.2")]),
        json!({"name": "db", "id": "db", "state": "running", "endpoints": [
            {"network": "back", "network_id": "back", "ipv4": "10.2.0.3"}]}),
        json!({"name": "hosty", "id": "hosty", "state": "running", "network_mode": "host"}),
        json!({"name": "loner", "id": "loner", "state": "running", "network_mode": "none"}),
            json!({"name": "usual", "id": "usual", "state": "running", "network_mode": "pasta"}),
    ]});
    Snapshot::read(text.to_string().as_bytes()).expect("a snapshot")
}

#[test]
fn what_the_host_reaches_depends_on_where_the_engine_has_its_bridges() {
    use Reason::*;
    use Verdict::*;
    let engine = |name: &str, rootless: Option<bool>| json!({"name": name, "version": "5.4.2", "rootless": rootless});
    let open = [
        ("hosty", "web", (Reachable, HostOnBridge)),
        ("web", "hosty", (Reachable, HostIsGateway)),
        ("db", "hosty", (Unknown, HostAddressUntold)),
        ("hosty", "loner", (Blocked, TargetHasNoNetwork)),
        ("loner", "hosty", (Blocked, SourceHasNoNetwork)),
        ("usual", "hosty", (Blocked, SourceHasNoNetwork)),
        ("usual", "web", (Blocked, SourceHasNoNetwork)),
    ];
    let mut podman = open;
    podman[5].2 = (Unknown, HostAddressUntold);
    let mut hidden = podman;
    hidden[0].2 = (Blocked, RootlessBridges);
    hidden[1].2 = (Unknown, RootlessBridges);
    hidden[2].2 = (Unknown, RootlessBridges);
    for (engine, expected) in [
        (engine("Docker", None), open),
        (engine("Docker", Some(true)), open),
        (engine("Podman", Some(false)), podman),
        (engine("Podman", Some(true)), hidden),
    ] {
        let snapshot = with_the_host(engine);
        let map = Map::new(&snapshot);
        for (from, to, by_address) in expected {
            let judged = map.predict(at(&map, from), at(&map, to)).by_address;
            let told = (judged.verdict, judged.reason);
            assert_eq!(told, by_address, "{from} → {to}: {:?}", snapshot.engine);
        }
    }
}

/// Measured on Docker 28: the host has no route to a network of these, and who
/// is on one has none to the host.
#[test]
fn a_bridge_on_which_the_host_has_no_address_is_out_of_its_reach() {
    use Reason::BridgeWithoutHost;
    let option =
        |name: &str, value: &str| json!({format!("com.docker.network.bridge.{name}"): value});
    let (isolated, inhibited) =
        (option("gateway_mode_ipv4", "isolated"), option("inhibit_ipv4", "true"));
    let snapshot = snapshot(
        json!([{"name": "iso", "id": "iso", "driver": "bridge", "internal": true, "options": isolated,
                "subnets": [{"subnet": "10.1.0.0/24"}]},
               {"name": "inh", "id": "inh", "driver": "bridge", "options": inhibited,
                "subnets": [{"subnet": "10.2.0.0/24", "gateway": "10.2.0.1"}]}]),
        json!([{"name": "apart", "id": "apart", "state": "running", "endpoints": [
                   {"network": "iso", "network_id": "iso", "ipv4": "10.1.0.1"}]},
               member("own", &[("inh", "10.2.0.2")]),
               {"name": "hosty", "id": "hosty", "state": "running", "network_mode": "host"}]),
        "28.5.2",
    );
    let map = Map::new(&snapshot);
    for other in ["apart", "own"] {
        for (from, to) in [("hosty", other), (other, "hosty")] {
            let judged = map.predict(at(&map, from), at(&map, to)).by_address;
            let told = (judged.verdict, judged.reason);
            assert_eq!(told, (Verdict::Blocked, BridgeWithoutHost), "{from} → {to}");
        }
    }
}

#[test]
fn newer_engines_filter_ipv6_between_bridges() {
    let snapshot = zoo("28.2.1");
    let map = Map::new(&snapshot);
    let judged = map.predict(at(&map, "s1"), at(&map, "s2")).by_address;
    assert_eq!(judged.verdict, Verdict::Blocked);
}

#[test]
fn each_address_of_the_target_has_its_own_verdict() {
    let snapshot = zoo("20.10.24");
    let map = Map::new(&snapshot);
    let routes = map.predict(at(&map, "web"), at(&map, "api")).routes;
    let verdicts: Vec<_> = routes
        .iter()
        .map(|r| (map.network(r.network.unwrap()).name.as_str(), r.judged.verdict))
        .collect();
    assert_eq!(verdicts, [("back", Verdict::Blocked), ("front", Verdict::Reachable)]);
}

#[test]
fn the_way_round_and_who_joins_what() {
    let snapshot = zoo("20.10.24");
    let map = Map::new(&snapshot);
    let path = map.path(at(&map, "web"), at(&map, "db")).expect("a way");
    assert_eq!(path.through, [at(&map, "api")]);
    assert_eq!(path.networks.len(), 2);
    assert_eq!(map.path(at(&map, "web"), at(&map, "q1")), None);
    let bridging = map.bridging();
    assert_eq!(bridging.len(), 1);
    assert_eq!(bridging[0].container, at(&map, "api"));
    assert_eq!(bridging[0].parts.len(), 2);
    assert!(map.islands().len() >= 6);
}

#[test]
fn shared_networks_are_those_of_both_stacks_whether_they_run_or_not() {
    let snapshot = zoo("20.10.24");
    let map = Map::new(&snapshot);
    let shared = |a: &str, b: &str| -> Vec<&str> {
        let networks = map.shared_networks(at(&map, a), at(&map, b));
        networks.into_iter().map(|network| &*map.network(network).name).collect()
    };
    assert_eq!(shared("sidecar", "web"), ["front"], "by its owner's");
    assert_eq!(shared("sidecar", "api"), ["back", "front"]);
    assert_eq!(shared("dead", "web"), ["front"]);
    assert_eq!(shared("web", "db"), [""; 0]);
    assert_eq!(shared("orphan", "web"), [""; 0]);
    for joins_nobody in ["hosty", "loner"] {
        assert_eq!(shared(joins_nobody, joins_nobody), [""; 0]);
    }
}

#[test]
fn containers_are_found_by_name_id_and_service() {
    let snapshot = snapshot(
        json!([]),
        json!([
            {"name": "shop-web-1", "id": "abcdef0123456789", "state": "running", "service": "web"},
            {"name": "abcd", "id": "ffff", "state": "running"},
        ]),
        "26",
    );
    let map = Map::new(&snapshot);
    assert_eq!(map.containers_named("web").len(), 1);
    assert_eq!(map.container(map.containers_named("abcdef")[0]).name, "shop-web-1");
    assert_eq!(map.container(map.containers_named("abcd")[0]).name, "abcd", "a name beats an id");
    assert!(map.containers_named("ab").is_empty());
}

/// The bridging containers, found the slow and obvious way: take each away
/// and see whether its networks fall apart.
fn bridging_the_slow_way(map: &Map) -> Vec<(ContainerAt, usize)> {
    let mut found = Vec::new();
    for container in map.containers() {
        let networks: Vec<NetworkAt> = map.networks_of(container).collect();
        let mut parts: Vec<BTreeSet<NetworkAt>> = Vec::new();
        for network in &networks {
            if parts.iter().any(|part| part.contains(network)) {
                continue;
            }
            let mut part = BTreeSet::from([*network]);
            let mut waiting = vec![*network];
            while let Some(next) = waiting.pop() {
                for member in map.members(next).iter().filter(|member| **member != container) {
                    waiting
                        .extend(map.networks_of(*member).filter(|network| part.insert(*network)));
                }
            }
            parts.push(part);
        }
        if parts.len() > 1 {
            found.push((container, parts.len()));
        }
    }
    found
}

/// Running containers on these of so many networks each.
fn of_memberships(networks: usize, memberships: &[BTreeSet<usize>]) -> Snapshot {
    let networks: Vec<_> = (0..networks)
        .map(|n| json!({"name": format!("n{n}"), "id": format!("n{n}"), "driver": "bridge"}))
        .collect();
    let containers: Vec<_> = memberships
        .iter()
        .enumerate()
        .map(|(c, on)| {
            let endpoints: Vec<_> = on
                .iter()
                .map(|n| json!({"network": format!("n{n}"), "network_id": format!("n{n}"), "ipv4": format!("10.{n}.0.{}", c + 2)}))
                .collect();
            json!({"name": format!("c{c:02}"), "id": format!("c{c}"), "state": "running", "endpoints": endpoints})
        })
        .collect();
    snapshot(json!(networks), json!(containers), "26")
}

proptest! {
    #[test]
    fn bridging_containers_are_those_whose_removal_parts_networks(
        memberships in proptest::collection::vec(proptest::collection::btree_set(0usize..8, 0..4), 0..20)
    ) {
        let snapshot = of_memberships(8, &memberships);
        let map = Map::new(&snapshot);
        let fast: Vec<_> = map.bridging().iter().map(|b| (b.container, b.parts.len())).collect();
        prop_assert_eq!(fast, bridging_the_slow_way(&map));
    }
}

/// The shortest way, found by walking from one end, first nodes first.
fn path_the_slow_way(map: &Map, a: ContainerAt, b: ContainerAt) -> Option<Vec<Node>> {
    let graph = map.graph();
    let node = |at: ContainerAt| graph.node_indices().find(|n| graph[*n] == Node::Container(at));
    let (start, goal) = (node(a)?, node(b)?);
    let mut ways = BTreeMap::from([(start, Vec::new())]);
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(at) = queue.pop_front().filter(|at| *at != goal) {
        let mut next: Vec<NodeIndex> = graph.neighbors(at).collect();
        next.sort_by_key(|n| graph[*n]);
        for next in next {
            if !ways.contains_key(&next) {
                let way = [&ways[&at][..], &[graph[next]]].concat();
                ways.insert(next, way);
                queue.push_back(next);
            }
        }
    }
    let mut way = ways.remove(&goal)?;
    way.pop()?;
    Some(way)
}

proptest! {
    #[test]
    fn the_way_found_from_both_ends_is_the_one_found_from_one(
        memberships in proptest::collection::vec(proptest::collection::btree_set(0usize..6, 0..3), 2..14)
    ) {
        let snapshot = of_memberships(6, &memberships);
        let map = Map::new(&snapshot);
        for (a, b) in map.containers().flat_map(|a| map.containers().map(move |b| (a, b))) {
            let found = map.path(a, b);
            let slow = path_the_slow_way(&map, a, b);
            let part = |way: &[Node]| {
                let networks = way.iter().filter_map(|n| match n { Node::Network(at) => Some(*at), Node::Container(_) => None });
                let through = way.iter().filter_map(|n| match n { Node::Container(at) => Some(*at), Node::Network(_) => None });
                Path { through: through.collect(), networks: networks.collect() }
            };
            prop_assert_eq!(found, slow.as_deref().map(part));
        }
    }
}

/// A plan has no addresses, but its shape is enough to predict by.
#[test]
fn planned_containers_are_judged_as_if_they_ran() {
    let on = |name: &str, networks: &[&str]| {
        let endpoints: Vec<_> = networks.iter().map(|n| json!({"network": n})).collect();
        json!({"name": name, "id": "", "state": "planned", "endpoints": endpoints})
    };
    let mut fixed = on("fixed", &["back"]);
    fixed["endpoints"][0]["ipv4"] = json!("10.2.0.9");
    let snapshot = snapshot(
        json!([
            {"name": "front", "id": "", "driver": "bridge"},
            {"name": "back", "id": "", "driver": "bridge", "internal": true},
            {"name": "quiet", "id": "", "driver": "bridge", "icc": false},
            {"name": "bridge", "id": "", "driver": "bridge"},
        ]),
        json!([
            on("web", &["front"]),
            on("api", &["front", "back"]),
            on("db", &["back"]),
            fixed,
            on("q1", &["quiet"]),
            on("q2", &["quiet"]),
            on("old1", &["bridge"]),
            on("old2", &["bridge"]),
            json!({"name": "sidecar", "id": "", "state": "planned", "network_mode": "container:api"}),
            json!({"name": "hosty", "id": "", "state": "planned", "network_mode": "host"}),
        ]),
        "",
    );
    let map = Map::new(&snapshot);
    let expected = [
        ("web", "api", Verdict::Reachable, Verdict::Reachable),
        ("web", "db", Verdict::Blocked, Verdict::Blocked),
        ("db", "web", Verdict::Blocked, Verdict::Blocked),
        ("api", "fixed", Verdict::Reachable, Verdict::Reachable),
        ("fixed", "db", Verdict::Reachable, Verdict::Reachable),
        ("web", "fixed", Verdict::Blocked, Verdict::Blocked),
        ("q1", "q2", Verdict::Blocked, Verdict::Blocked),
        ("old1", "old2", Verdict::Blocked, Verdict::Reachable),
        ("sidecar", "db", Verdict::Reachable, Verdict::Reachable),
        ("db", "sidecar", Verdict::Blocked, Verdict::Reachable),
        ("web", "hosty", Verdict::Blocked, Verdict::Reachable),
        ("hosty", "web", Verdict::Blocked, Verdict::Reachable),
    ];
    for (from, to, by_name, by_address) in expected {
        let at = |name: &str| map.containers_named(name)[0];
        let prediction = map.predict(at(from), at(to));
        let verdicts = (prediction.by_name.verdict, prediction.by_address.verdict);
        assert_eq!(verdicts, (by_name, by_address), "{from} to {to}: {prediction:?}");
    }
    let everything = map.select(&Filter::default()).expect("a selection");
    assert!(everything.stopped.is_empty(), "a planned container is no stopped one");
}

/// Who writes compose files knows no project's name in front.
#[test]
fn networks_are_found_by_what_their_files_call_them() {
    let network = |project: &str, name: &str| json!({"name": name, "id": name, "driver": "bridge", "project": project});
    let on = |name: &str, network: &str| {
        json!({"name": name, "id": name, "state": "running", "service": "db",
            "endpoints": [{"network": network, "network_id": network}]})
    };
    let snapshot = snapshot(
        json!([
            network("blog", "blog_back"),
            network("shop", "shop_back"),
            network("shop", "shop_db"),
            {"name": "front", "id": "front", "driver": "bridge"},
            network("blog", "blog_front"),
        ]),
        json!([
            on("a", "blog_back"),
            on("b", "shop_back"),
            on("c", "front"),
            on("d", "blog_front")
        ]),
        "26",
    );
    let map = Map::new(&snapshot);
    let shown = |filter: &Filter| {
        let selection = map.select(filter).expect("a selection");
        selection.networks.iter().map(|at| map.network(*at).name.as_str()).collect::<Vec<_>>()
    };
    let networks = |name: &str| Filter { networks: vec![name.to_owned()], ..Filter::default() };
    let names = |name: &str| Filter { names: vec![name.to_owned()], ..Filter::default() };
    assert_eq!(shown(&networks("back")), ["blog_back", "shop_back"]);
    assert_eq!(shown(&names("back")), ["blog_back", "shop_back"]);
    // What has the whole name goes before.
    assert_eq!(shown(&networks("front")), ["front"]);
    assert_eq!(shown(&names("front")), ["front"]);
    assert!(!shown(&names("db")).contains(&"shop_db"), "a service of that name is meant");
    assert_eq!(shown(&networks("db")), ["shop_db"]);
    assert!(map.select(&networks("backs")).is_err());
}
