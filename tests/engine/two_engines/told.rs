//! What one engine of a swarm says of it: a manager and a worker.

use serde_json::json;

use super::{Lone, Stack, doctor_at, json_at, named, netmap_at, worker};
use crate::recorder::Recorder;
use crate::support::{docker, engine};

#[test]
#[ignore = "needs two engines"]
fn a_manager_tells_of_services_and_nodes_with_get_requests_only() {
    let mut stack = Stack::new("told");
    let mesh = stack.network("mesh");
    let options = ["--network", &mesh, "--replicas", "2", "-p", "18977:80"];
    let web = stack.service("web", &options, &["sleep", "1d"]);
    let options = ["--network", &mesh, "--mode", "global", "--endpoint-mode", "dnsrr"];
    let db = stack.service("db", &options, &["sleep", "1d"]);

    let recorder = Recorder::start();
    let shown = json_at(std::slice::from_ref(&recorder.address), &["show", "--format", "json"]);
    let requests = recorder.requests();
    assert!(requests.iter().all(|request| request.starts_with("GET /")), "{requests:#?}");

    let swarm = &shown["engine"]["swarm"];
    assert_eq!(swarm["manager"], true);
    let nodes = &swarm["nodes"];
    assert_eq!(named(nodes, "manager")["role"], "manager");
    assert_eq!(named(nodes, "worker")["address"], "192.168.77.2");
    let service = named(&swarm["services"], &web);
    assert_eq!((&service["wanted"], &service["running"]), (&json!(2), &json!(2)));
    assert_eq!(service["published"][0]["host_port"], 18977);
    // The name leads where the engine says it does.
    let mesh_id = &named(&shown["networks"], &mesh)["id"];
    let mut all = service["virtual_addresses"].as_array().unwrap().iter();
    let address = &all.find(|told| told["network_id"] == *mesh_id).unwrap()["address"];
    let [here, _] = Stack::containers(&db);
    let answer = docker(&["exec", &here[0], "nslookup", &web, "127.0.0.11"]);
    assert!(answer.contains(&format!("Address: {}", address.as_str().unwrap())), "{answer}");
    let global = named(&swarm["services"], &db);
    assert_eq!((&global["mode"], &global["wanted"]), (&json!("global"), &json!(2)));
    assert_eq!(global["virtual_addresses"], json!([]));
    // A task leads to its container.
    let container = named(&shown["containers"], &here[0]);
    let tasks = global["tasks"].as_array().unwrap();
    assert!(tasks.iter().any(|task| task["container"] == container["id"]), "{global:#}");
    assert_eq!(container["task_of"], *db);

    let table = netmap_at(&[engine()], 0, &["show", "--format", "table", "--width", "150"]);
    let table = table.replace('\u{a0}', " ");
    for part in ["2 of 2", "18977 → 80", "192.168.77.2", &format!("{web}.1"), "its tasks on"] {
        assert!(table.contains(part), "{part}:\n{table}");
    }
}

#[test]
#[ignore = "needs two engines"]
fn a_worker_says_what_it_may_not_tell_and_goes_on() {
    let mut stack = Stack::new("mute");
    let mesh = stack.network("mesh");
    let each = stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let shown = json_at(&[worker()], &["show", "--format", "json"]);
    assert_eq!(shown["engine"]["swarm"]["manager"], false);
    let unread = shown["unread"].to_string();
    assert!(unread.contains("only managers list them"), "{unread}");
    let [_, there] = Stack::containers(&each);
    assert_eq!(named(&shown["containers"], &there[0])["task_of"], *each);
    let text = netmap_at(&[worker()], 0, &["show"]);
    assert!(text.contains("Not read: services and nodes of the swarm"), "{text}");
}

#[test]
#[ignore = "needs two engines"]
fn a_service_dialled_by_its_name_is_no_wrong_name() {
    let mut stack = Stack::new("dial");
    let mesh = stack.network("mesh");
    let web = stack.service("web", &["--network", &mesh], &["httpd", "-f", "-p", "80"]);
    let url = format!("WEB_URL=http://{web}:80/");
    let tasks = format!("DB=tcp://tasks.{web}:80");
    // One letter too many: the rule does look at this container.
    let _peer = Lone::run(engine(), "dial-peer", &mesh);
    let wrong = "NOT=http://dial-peeer:80/";
    let options = ["--network", &mesh, "--mode", "global", "-e", &url, "-e", &tasks, "-e", wrong];
    stack.service("client", &options, &["sleep", "1d"]);
    for address in [engine(), worker()] {
        let found = doctor_at(&[address], &[]).to_string();
        assert!(!found.contains(&format!("dials `{web}`")), "{found}");
        assert!(!found.contains("dials `tasks."), "{found}");
    }
    let found = doctor_at(&[engine()], &[]).to_string();
    assert!(found.contains("dials `dial-peeer`"), "{found}");
}
