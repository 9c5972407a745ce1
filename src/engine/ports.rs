//! A container's ports as the engine reports them, put into the model.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bollard::models::PortBinding;

use super::container::ListedPort;
use crate::model::{ExposedPort, HostPorts, Protocol, PublishedPort, RequestedPort};

/// What ports of containers are bound to. A port without a binding is
/// declared, and nothing more.
pub fn bindings(
    ports: Option<BTreeMap<String, Option<Vec<PortBinding>>>>,
    note: &mut impl FnMut(String),
) -> Vec<RequestedPort> {
    let mut found = Vec::new();
    for (text, bindings) in ports.unwrap_or_default() {
        for ExposedPort { port, protocol } in exposed(&text, note) {
            for binding in bindings.iter().flatten() {
                let host_ip = host_ip(binding.host_ip.as_deref().unwrap_or_default(), note);
                let host_port = host_ports(binding.host_port.as_deref().unwrap_or_default(), note);
                let Some((host_ip, host_port)) = host_ip.zip(host_port) else { continue };
                found.push(RequestedPort { port, protocol, host_ip, host_port });
            }
        }
    }
    found
}

/// An address of the host, of which nothing stands for every one.
fn host_ip(text: &str, note: &mut impl FnMut(String)) -> Option<Option<IpAddr>> {
    if text.is_empty() {
        return Some(None);
    }
    let ip = text.parse().ok();
    if ip.is_none() {
        note(format!("its address of the host `{text}` makes no sense"));
    }
    ip.map(Some)
}

fn host_ports(text: &str, note: &mut impl FnMut(String)) -> Option<HostPorts> {
    let ports = HostPorts::parse(text);
    if ports.is_none() {
        note(format!("its port of the host `{text}` makes no sense"));
    }
    ports
}

/// `80`, `80/tcp` or `8000-8010/udp`.
pub fn exposed(text: &str, note: &mut impl FnMut(String)) -> Vec<ExposedPort> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    match (Protocol::parse(protocol), first.parse::<u16>(), last.parse::<u16>()) {
        (Some(protocol), Ok(first), Ok(last)) if first <= last => {
            (first..=last).map(|port| ExposedPort { port, protocol }).collect()
        }
        _ => {
            note(format!("its port `{text}` makes no sense"));
            Vec::new()
        }
    }
}

/// The ports in the list of containers that are published. One without an
/// address and a port of the host is declared, and nothing more.
pub fn listed_as_published(
    reported: &[ListedPort],
    note: &mut impl FnMut(String),
) -> Vec<PublishedPort> {
    let mut published = Vec::new();
    for listed in reported {
        let host_port = listed.public_port.filter(|port| *port > 0);
        let ip = listed.ip.as_deref().unwrap_or_default();
        if ip.is_empty() && host_port.is_none() {
            continue;
        }
        let Some(host_ip) = host_ip(ip, note) else { continue };
        let ExposedPort { port, protocol } = listed_as_exposed(listed);
        let bound = RequestedPort { port, protocol, host_ip, host_port: HostPorts::Any };
        published.extend(bound.granted(host_port));
    }
    published
}

/// The container's side of a port in the list of containers.
pub fn listed_as_exposed(listed: &ListedPort) -> ExposedPort {
    let protocol = listed.protocol.as_deref().and_then(Protocol::parse).unwrap_or_default();
    ExposedPort { port: listed.private_port, protocol }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_texts() {
        let mut notes = Vec::new();
        let mut note = |text| notes.push(text);
        assert_eq!(exposed("80/tcp", &mut note).len(), 1);
        assert_eq!(exposed("8000-8002/udp", &mut note).len(), 3);
        assert!(exposed("banana/tcp", &mut note).is_empty());
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn bindings_as_docker_and_podman_write_them() {
        let reported = r#"{"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}, {"HostIp": "here", "HostPort": "1"}],
            "81/tcp": [{"HostIp": "", "HostPort": "8000-8010"}], "82/tcp": null,
            "83/udp": [{"HostIp": "0.0.0.0", "HostPort": ""}]}"#;
        let mut notes = Vec::new();
        let mut note = |text| notes.push(text);
        let bound = bindings(serde_json::from_str(reported).unwrap(), &mut note);
        let options: Vec<String> = bound.iter().map(RequestedPort::as_option).collect();
        assert_eq!(options, ["127.0.0.1:8080:80", "8000-8010:81", "0.0.0.0::83/udp"]);
        assert_eq!(notes, ["its address of the host `here` makes no sense"]);
        let routed: Vec<_> = bound[2].granted(bound[2].host_port.one()).collect();
        assert_eq!((routed.len(), routed[0].host_port), (1, None));
    }

    #[test]
    fn a_listed_port_is_published_where_the_host_has_a_part_in_it() {
        let reported = r#"[{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
            {"IP": "::", "PrivatePort": 81, "Type": "tcp"}, {"PrivatePort": 82, "Type": "udp"},
            {"PrivatePort": 83, "PublicPort": 8083, "Type": "tcp"}]"#;
        let reported: Vec<ListedPort> = serde_json::from_str(reported).unwrap();
        let published = listed_as_published(&reported, &mut |text| panic!("{text}"));
        let ways: Vec<(u16, String, Option<u16>)> =
            published.iter().map(|p| (p.port, p.host_ip.to_string(), p.host_port)).collect();
        let way = |port, ip: &str, host_port| (port, ip.to_owned(), host_port);
        assert_eq!(
            ways,
            [
                way(80, "0.0.0.0", Some(8080)),
                way(81, "::", None),
                way(83, "0.0.0.0", Some(8083)),
                way(83, "::", Some(8083)),
            ]
        );
    }
}
