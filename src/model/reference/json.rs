//! Hosts and ports in JSON.

use serde_json::{Map, Value};

use super::keys::{BESIDE, HOSTS, PORTS, folded, keys};
use super::notation::Notation;
use super::url::{Found, host_and_port, is_host, port_number};

/// Parts of keys of JSON whose host is the program's own.
const OWN: [&str; 6] = ["listen", "bind", "public", "external", "advertise", "cors"];

/// JSON objects that are looked into.
const DEEPEST: usize = 12;

/// The hosts that JSON names: `{"db": {"host": "db", "port": 5432}}`. `None` where
/// a text is none.
pub fn in_json(value: &str) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    look_into(&serde_json::from_str(value).ok()?, DEEPEST, &mut found);
    found.truncate(super::MOST);
    Some(found)
}

fn look_into(value: &Value, depth: usize, found: &mut Vec<Found>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::String(text) => found.extend(of_element(text)),
                    item => look_into(item, depth - 1, found),
                }
            }
        }
        Value::Object(object) => {
            found.extend(of_object(object));
            for (key, value) in object {
                let key = folded(key);
                if !OWN.iter().any(|own| key.contains(own)) && !value.is_string() {
                    look_into(value, depth - 1, found);
                }
            }
        }
        _ => {}
    }
}

/// `"kafka:9092"` of a list.
fn of_element(text: &str) -> Option<Found> {
    let (host, port) = host_and_port(text)?;
    port.map(|_| Found { scheme: None, host, port, notation: Notation::Address, flaw: None })
}

fn of_object(object: &Map<String, Value>) -> Option<Found> {
    let of = |known: &[&str]| object.iter().find(|(key, _)| known.contains(&folded(key).as_str()));
    let (key, host) = of(&HOSTS)?;
    let host = host.as_str()?;
    let port = of(&PORTS).and_then(|(key, port)| {
        let of_text = || port.as_str().and_then(port_number);
        let of_number = port.as_u64().and_then(|port| u16::try_from(port).ok());
        Some((key, of_number.filter(|port| *port > 0).or_else(of_text)?))
    });
    let before = format!("\"{key}\":\"");
    if let (Some((host, port)), None) = (host.split_once(':'), port) {
        let notation = keys(&before, ":", false);
        let is_whole = is_host(host);
        let port = port_number(port).filter(|_| is_whole)?;
        return Some(Found {
            scheme: None,
            host: host.to_owned(),
            port: Some(port),
            notation,
            flaw: None,
        });
    }
    if !is_host(host) || (port.is_none() && of(&BESIDE).is_none()) {
        return None;
    }
    let between = port.map_or_else(String::new, |(key, _)| format!("\",\"{key}\":"));
    let notation = keys(&before, &between, port.is_some());
    Some(Found {
        scheme: None,
        host: host.to_owned(),
        port: port.map(|(_, port)| port),
        notation,
        flaw: None,
    })
}
