//! What says by labels on which port a proxy is to serve it.

use super::case::Case;
use crate::model::keys::label;
use crate::model::{ContainerAt, State, is_proxy_port};

/// A port by which a proxy is to serve a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served<'a> {
    /// The container.
    pub at: ContainerAt,
    /// The proxy, one that reaches it.
    pub by: ContainerAt,
    /// The label that says so.
    pub label: &'a str,
    /// The port.
    pub port: u16,
}

impl<'a> Case<'a> {
    /// The ports by which proxies are to serve containers, as the labels of those say.
    pub fn served_by_labels(&self) -> Vec<Served<'a>> {
        let running = |at: &ContainerAt| self.container(*at).state == State::Running;
        let reads = |at: &ContainerAt| self.container(*at).reads_labels();
        let proxies: Vec<ContainerAt> = self.containers().filter(running).filter(reads).collect();
        let mut served = Vec::new();
        for at in self.containers().filter(running) {
            let labels = &self.container(at).labels;
            let mut ports = labels
                .iter()
                .filter_map(|(key, port)| Some((key, port.parse().ok()?)))
                .filter(|(key, _)| is_proxy_port(key))
                .peekable();
            let is_on = labels.get(label::TRAEFIK_ENABLE).is_none_or(|value| value != "false");
            if ports.peek().is_none() || !is_on {
                continue;
            }
            let reaches = |proxy: &ContainerAt| {
                *proxy != at && (self.map.on_host(*proxy) || !self.shared(*proxy, at).is_empty())
            };
            let Some(by) = proxies.iter().copied().find(reaches) else { continue };
            served.extend(ports.map(|(label, port)| Served { at, by, label, port }));
        }
        served
    }
}
