//! The engine by requests of our own. Tests ask and remove some thousand times, and a request takes a
//! twentieth of the processor's time that docker's command line does.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::Value;

/// Whether the engine answers.
pub fn answers(engine: &str) -> bool {
    request(engine, "GET", "/_ping")
}

/// Removes a container with its volumes, running or not, and says whether it went well.
pub fn remove_container(engine: &str, name: &str) -> bool {
    request(engine, "DELETE", &format!("/containers/{name}?force=1&v=1"))
}

/// Removes a network likewise.
pub fn remove_network(engine: &str, name: &str) -> bool {
    request(engine, "DELETE", &format!("/networks/{name}"))
}

/// Removes what Compose made for a project. `docker-compose down` would do so only where all that the
/// project's files name is there, such as a folder to build an image from.
pub fn remove_project(engine: &str, project: &str) {
    let mine = filter("label", &format!("com.docker.compose.project={project}"));
    remove_containers(engine, &mine);
    for network in list(engine, &format!("/networks?{mine}")) {
        remove_network(engine, name_in(&network, "Id"));
    }
    remove_volumes(engine, &mine);
}

/// Removes containers that a filter leaves, and says whether all went well. Podman removes nothing
/// that others depend on, and lists those in any order: what stays is tried again after the rest.
pub fn remove_containers(engine: &str, filter: &str) -> bool {
    let listed = list(engine, &format!("/containers/json?all=1&{filter}"));
    let mut left: Vec<&str> = listed.iter().map(|container| name_in(container, "Id")).collect();
    for _ in 0..3 {
        left.retain(|id| !remove_container(engine, id));
    }
    left.is_empty()
}

/// Likewise, volumes.
pub fn remove_volumes(engine: &str, filter: &str) -> bool {
    let listed = ask(engine, &format!("/volumes?{filter}"));
    let listed = listed["Volumes"].as_array().into_iter().flatten();
    let stays = |name: &&str| !request(engine, "DELETE", &format!("/volumes/{name}?force=1"));
    listed.map(|volume| name_in(volume, "Name")).filter(stays).count() == 0
}

/// A filter of the engine's lists, as part of a query.
pub fn filter(by: &str, value: &str) -> String {
    let filter = format!(r#"{{"{by}":["{value}"]}}"#);
    let escaped = filter.bytes().map(|byte| format!("%{byte:02X}"));
    format!("filters={}", escaped.collect::<String>())
}

/// What a list's entry is called.
pub fn name_in<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().expect("each has a name")
}

/// What a GET request lists.
pub fn list(engine: &str, path: &str) -> Vec<Value> {
    let Value::Array(entries) = ask(engine, path) else { panic!("{path} lists nothing") };
    entries
}

/// The answer to a GET request. Panics with the engine's own words when it is none.
pub fn ask(engine: &str, path: &str) -> Value {
    let (went_well, body) = exchange(engine, "GET", path).expect("the engine answers");
    assert!(went_well, "GET {path}: {}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).expect("the engine sends JSON")
}

/// Whether a request went well.
pub fn request(engine: &str, method: &str, path: &str) -> bool {
    exchange(engine, method, path).is_ok_and(|(went_well, _)| went_well)
}

/// Sends a request, and says whether it went well, and the answer's body; as patient as
/// `docker_command` of support.rs. By HTTP/1.0, which knows no chunks.
fn exchange(engine: &str, method: &str, path: &str) -> std::io::Result<(bool, Vec<u8>)> {
    let mut stream = UnixStream::connect(engine.trim_start_matches("unix://"))?;
    stream.set_read_timeout(Some(Duration::from_secs(180)))?;
    let path = path.replace(' ', "%20"); // a network of the tests has a blank in its name
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: engine\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let body = answer.split_off(end.ok_or(std::io::ErrorKind::UnexpectedEof)? + 4);
    Ok((answer.get("HTTP/1.0 ".len()) == Some(&b'2'), body))
}
