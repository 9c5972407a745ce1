use crate::diagnose::Case;
use crate::graph::Map;
use crate::model::{ContainerAt, Snapshot};

/// An engine with a network `app`, on which `web` and `db` are, and an `old`
/// that is linked to another `db` than that of the other engine.
fn engine(node: &str) -> (String, Snapshot) {
    let text = format!(
        r#"{{"schema":"netmap/1","engine":{{"name":"Docker"}},
        "networks":[{{"name":"app","id":"n-{node}","driver":"bridge","scope":"local"}}],
        "containers":[
          {{"name":"db","id":"db-{node}","state":"running","network_mode":"app",
            "endpoints":[{{"network":"app","network_id":"n-{node}","ipv4":"10.1.0.2"}}]}},
          {{"name":"web","id":"web-{node}","state":"running","network_mode":"app",
            "links":["db:store"],
            "endpoints":[{{"network":"app","network_id":"n-{node}","ipv4":"10.1.0.3"}}]}}]}}"#
    );
    (node.to_owned(), Snapshot::read(text.as_bytes()).expect("a snapshot"))
}

/// Inside a container a network has the name that its own engine gives it,
/// whatever it is called on a map of several.
#[test]
fn names_are_those_of_the_containers_own_engine() {
    let snapshot = Snapshot::join(vec![engine("a"), engine("b")]);
    let map = Map::new(&snapshot);
    let case = Case::new(&map, None);
    let named = |name: &str| -> ContainerAt {
        case.containers().find(|at| case.name(*at) == name).expect(name)
    };
    for node in ["a", "b"] {
        let (web, db) = (named(&format!("web@{node}")), named(&format!("db@{node}")));
        for host in ["db", "db.app", "DB.", "store"] {
            assert_eq!(case.resolved(web, host), Some(db), "{host} on {node}");
        }
        assert_eq!(case.resolved(web, &format!("db.app@{node}")), None, "no such network there");
    }
}

/// A client of no project means the one of the project in whose network it is, and
/// of several other projects' none.
#[test]
fn a_stranger_means_nobody_of_several_projects() {
    let db = |project: &str, network: &str| {
        serde_json::json!({"name": format!("{project}-db-1"), "id": project, "state": "running",
            "project": project, "service": "db", "network_mode": network,
            "endpoints": [{"network": network, "network_id": network, "aliases": ["db"]}]})
    };
    let web = |network: &str| {
        serde_json::json!({"name": "web", "id": "web", "state": "running",
            "network_mode": network,
            "endpoints": [{"network": network, "network_id": network}]})
    };
    let network = |name: &str, project: Option<&str>| serde_json::json!({"name": name, "id": name, "driver": "bridge", "project": project});
    let meant = |on: &str, projects: &[&str]| -> Option<String> {
        let backs = projects.iter().map(|project| format!("{project}_back"));
        let containers: Vec<_> = projects
            .iter()
            .zip(backs.clone())
            .map(|(project, back)| db(project, &back))
            .chain([web(on)])
            .collect();
        let networks: Vec<_> = (projects.iter().zip(backs))
            .map(|(project, back)| network(&back, Some(project)))
            .chain([network("shop_front", Some("shop")), network("mine", None)])
            .collect();
        let snapshot = serde_json::json!({"schema": "netmap/1", "networks": networks,
            "containers": containers});
        let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).expect("a snapshot");
        let map = Map::new(&snapshot);
        let case = Case::new(&map, None);
        let from = case.containers().find(|at| case.name(*at) == "web").expect("web");
        case.evidently(from, "db").map(|at| case.name(at).to_owned())
    };
    let found = |on, projects| meant(on, projects);
    assert_eq!(found("shop_front", &["blog", "news", "shop"]).as_deref(), Some("shop-db-1"));
    assert_eq!(found("mine", &["blog", "news", "shop"]), None);
    assert_eq!(found("shop_front", &["blog", "news"]), None);
    assert_eq!(found("mine", &["blog"]).as_deref(), Some("blog-db-1"));
}
