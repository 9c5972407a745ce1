//! `extra_hosts`: what Compose or the engine does not take for a name with an address.

use std::net::IpAddr;

use super::notes::Notes;
use crate::model::{Refuser, nearest};
use crate::yaml::{Node, Spot, Value};

/// What stands for the address of the engine's machine.
const GATEWAY: &str = "host-gateway";

/// Asks the `extra_hosts` of a service.
pub fn check(service: &str, node: &Node, notes: &mut Notes) {
    let Some(hosts) = node.get("extra_hosts") else { return };
    let path = ["services", service, "extra_hosts"];
    let mut one = |spot: Spot, part: &str, address: Option<&str>| {
        let path = [&path[..], &[part]].concat();
        match address {
            None => {
                let why = "a host here has its address behind a colon, NAME:ADDRESS";
                notes.refused_by(Refuser::Compose, spot, &path, why);
            }
            Some(address) if !is_address(address) => {
                let meant = nearest(address, [GATEWAY]);
                let meant = meant.map(|meant| format!("; did you mean `{meant}`?"));
                let why = format!("`{address}` is no address{}", meant.unwrap_or_default());
                notes.refused_by(Refuser::Engine, spot, &path, why);
            }
            Some(_) => {}
        }
    };
    match &hosts.value {
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                let Some(text) = item.text() else { continue };
                let pair = text.split_once('=').or_else(|| text.split_once(':'));
                one(item.spot, &at.to_string(), pair.map(|(_, address)| address));
            }
        }
        Value::Map(map) => {
            for (name, entry) in map {
                let texts = super::load::texts(Some(&entry.value));
                texts.iter().for_each(|text| one(text.spot, name, text.text()));
            }
        }
        _ => {}
    }
}

fn is_address(text: &str) -> bool {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    // A zone behind an address of IPv6 is for the engine to judge.
    text == GATEWAY || text.contains('%') || bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Budget, read};

    fn refused(hosts: &str) -> Vec<String> {
        let text = format!("extra_hosts: {hosts}");
        let node = read(&text, 0, &mut Budget::default()).expect(hosts).remove(0);
        let mut notes = Notes::default();
        check("web", &node, &mut notes);
        notes.finish().1.into_iter().map(|fault| format!("{:?} {}", fault.by, fault.why)).collect()
    }

    #[test]
    fn a_host_has_an_address() {
        for fine in [
            "['a:1.2.3.4', 'b=::1', 'c:::1', 'd:[::1]', 'host.docker.internal:host-gateway']",
            "{a: 1.2.3.4, b: [1.2.3.4, '::1']}",
        ] {
            assert_eq!(refused(fine), Vec::<String>::new(), "{fine}");
        }
        assert_eq!(
            refused("['a:host-gatway', b, 'c:db']"),
            [
                "Engine `host-gatway` is no address; did you mean `host-gateway`?",
                "Compose a host here has its address behind a colon, NAME:ADDRESS",
                "Engine `db` is no address",
            ]
        );
        assert_eq!(refused("{a: db}"), ["Engine `db` is no address"]);
    }
}
