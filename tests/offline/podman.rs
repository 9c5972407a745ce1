//! What only Podman says, from a fake one that answers as 4.3, 5.4 and 5.8 do.

use serde_json::{Value, json};

use crate::fake_engine::{Answer, FakeEngine};
use crate::support::netmap;

/// A Podman with one container on a network and one on the host's. `info` is
/// what it says of itself.
fn podman(info: Option<Value>) -> FakeEngine {
    let answer = |value: Value| Some(Answer::Json(200, value.to_string()));
    let container = |id: &str, name: &str, mode: &str, networks: &Value| {
        json!({"Id": id, "Name": format!("/{name}"), "State": {"Status": "running", "Pid": 1},
            "Config": {"Image": "busybox"}, "HostConfig": {"NetworkMode": mode},
            "NetworkSettings": {"Networks": networks}})
    };
    let on_front =
        json!({"front": {"NetworkID": "n1", "IPAddress": "10.1.0.2", "Gateway": "10.1.0.1"}});
    // As Podman 5.4 has it.
    let on_host = json!({"host": {"NetworkID": "host", "IPAddress": ""}});
    FakeEngine::small(move |path| match path.split('?').next().unwrap_or_default() {
        "/version" => answer(json!({"Version": "5.4.2", "ApiVersion": "1.41", "Os": "linux",
            "Components": [{"Name": "Podman Engine", "Version": "5.4.2"}]})),
        "/info" => info.clone().and_then(answer),
        "/containers/json" => answer(json!([
            {"Id": "c1", "Names": ["/web"], "Image": "busybox", "State": "running"},
            {"Id": "c2", "Names": ["/hosty"], "Image": "busybox", "State": "running"},
        ])),
        "/containers/c1/json" => answer(container("c1", "web", "bridge", &on_front)),
        "/containers/c2/json" => answer(container("c2", "hosty", "host", &on_host)),
        _ => None,
    })
}

/// The map as JSON, and what a ladder without any exec says of the host's way.
fn told(engine: &FakeEngine) -> (Value, String) {
    let host = ["--host", engine.address.as_str()];
    let show = netmap(&[&["show", "--format", "json"], &host[..]].concat());
    assert_eq!(show.code, 0, "{}", show.err);
    let why = netmap(&[&["why", "hosty", "web", "--no-exec"], &host[..]].concat());
    (serde_json::from_str(&show.out).unwrap(), why.out)
}

#[test]
fn a_mode_is_no_network_whatever_podman_calls_it() {
    let (map, _) = told(&podman(Some(json!({"Rootless": false}))));
    assert_eq!(map["unread"], json!([]), "{map:#}");
    assert_eq!(map["networks"].as_array().unwrap().len(), 1, "{map:#}");
    assert_eq!(map["containers"][0]["endpoints"], json!([]), "{map:#}");
}

#[test]
fn where_the_bridges_are_depends_on_who_runs_podman() {
    let hidden = "keeps its networks out of the host's sight";
    // Podman 4.3 says it in one way, 5.4 in both, Docker in the other.
    for info in [json!({"Rootless": true}), json!({"SecurityOptions": ["name=rootless"]})] {
        let (map, why) = told(&podman(Some(info)));
        assert_eq!(map["engine"]["rootless"], true);
        assert!(why.contains(hidden), "{why}");
        assert!(why.contains("podman create --name hosty --network front"), "{why}");
        assert!(!why.contains("network connect"), "{why}");
    }
    let (map, why) =
        told(&podman(Some(json!({"SecurityOptions": ["name=seccomp"], "Rootless": false}))));
    assert_eq!(map["engine"]["rootless"], false);
    assert!(!why.contains(hidden), "{why}");
}

#[test]
fn a_podman_that_does_not_say_who_runs_it_is_told_of() {
    let (map, _) = told(&podman(None));
    assert!(map["unread"].to_string().contains("whether Podman is rootless"), "{map:#}");
    assert_eq!(map["engine"]["rootless"], Value::Null);
}

#[test]
fn a_container_that_went_between_two_looks_of_podman_is_gone() {
    // As Podman 5.8 words it; any other error is no proof of that.
    let went = r#"{"cause":"no such container","message":"no container with ID c1 found in database: no such container","response":500}"#;
    let failed = r#"{"cause":"database is locked","message":"no container c1: database is locked","response":500}"#;
    for (answer, left, why) in [(went, 0, "gone before"), (failed, 1, "only the list's word")] {
        let engine = FakeEngine::small(move |path| {
            path.starts_with("/containers/c1/json").then(|| Answer::Json(500, answer.to_owned()))
        });
        let show = netmap(&["show", "--format", "json", "--host", &engine.address]);
        let map: Value = serde_json::from_str(&show.out).unwrap();
        assert_eq!(map["containers"].as_array().unwrap().len(), left, "{map:#}");
        assert!(map["unread"][0]["why"].as_str().unwrap().starts_with(why), "{map:#}");
    }
}
