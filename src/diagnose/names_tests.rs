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
