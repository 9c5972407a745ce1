//! What a map does not say by itself, in sentences.

use std::collections::BTreeSet;

use super::{View, surprise_sentences};
use crate::graph::{Bridging, StackOwner};
use crate::model::words::{count, listed};
use crate::model::{ContainerAt, NetworkAt, NetworkMode};
use crate::order::Ordered;

impl View<'_> {
    /// What the picture does not say by itself, one sentence each, most
    /// telling first.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.containers.is_empty() && self.stopped.is_empty() {
            notes.push("There are no containers here.".to_owned());
        }
        notes.extend(self.strangers.sentences());
        notes.extend(self.nameless_note());
        notes.extend(self.bridging_notes());
        if let Some(probe) = self.probe {
            notes.extend(surprise_sentences(self.map, probe));
        }
        notes.extend(self.talk_notes());
        let on_none: Vec<&str> =
            self.named(|at| self.container(at).network_mode == NetworkMode::None);
        if !on_none.is_empty() {
            notes.push(format!("On no network: {}.", listed(&on_none, 12)));
        }
        let orphans = self.named(|at| self.map.stack_owner(at) == StackOwner::Missing);
        if !orphans.is_empty() {
            notes.push(format!(
                "Without a network, because the container they shared one with is gone: {}.",
                listed(&orphans, 12)
            ));
        }
        let empty: Vec<&str> =
            self.empty_networks().iter().map(|at| self.network(*at).name.as_str()).collect();
        if !empty.is_empty() {
            let noun = if empty.len() == 1 { "Network" } else { "Networks" };
            notes.push(format!("{noun} without containers: {}.", listed(&empty, 12)));
        }
        if !self.stopped.is_empty() {
            let names: Vec<&str> =
                self.stopped.iter().map(|at| self.container(*at).name.as_str()).collect();
            notes.push(format!(
                "{} stopped and not shown: {} (-a shows {}).",
                count(names.len(), "container"),
                listed(&names, 8),
                if names.len() == 1 { "it" } else { "them" },
            ));
        }
        notes
    }

    fn named(&self, test: impl Fn(ContainerAt) -> bool) -> Vec<&str> {
        self.containers
            .iter()
            .filter(|at| test(**at))
            .map(|at| self.container(*at).name.as_str())
            .collect()
    }

    /// The default bridge looks like a network of one's own and is not.
    pub fn nameless_note(&self) -> Option<String> {
        let bridge =
            self.used_networks().into_iter().find(|at| self.network(*at).is_default_bridge())?;
        let members = self.map.members(bridge).len();
        (members > 1).then(|| {
            format!(
                "Names do not resolve on {}: its containers reach one another by address only.",
                self.network(bridge).name
            )
        })
    }

    /// `Only api joins front and back.` for each container that does.
    fn bridging_notes(&self) -> Vec<String> {
        const MOST: usize = 6;
        let shown: BTreeSet<ContainerAt> = self.containers.iter().copied().into_set();
        let of_interest: Vec<Bridging> = self
            .map
            .bridging()
            .into_iter()
            .filter(|bridging| shown.contains(&bridging.container))
            // What is published is on the ingress network as well, by design.
            .filter(|bridging| {
                let ingress =
                    |part: &&Vec<NetworkAt>| part.iter().all(|at| self.network(*at).ingress);
                bridging.parts.len() - bridging.parts.iter().filter(ingress).count() > 1
            })
            .collect();
        let mut notes: Vec<String> = of_interest
            .iter()
            .take(MOST)
            .map(|bridging| {
                let parts: Vec<String> = bridging
                    .parts
                    .iter()
                    .map(|part| {
                        let names: Vec<&str> = part
                            .iter()
                            .map(|network| self.network(*network).name.as_str())
                            .collect();
                        names.join(" with ")
                    })
                    .collect();
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                format!(
                    "Only {} joins {}; without it they share no container.",
                    self.container(bridging.container).name,
                    listed(&parts, 6)
                )
            })
            .collect();
        if of_interest.len() > MOST {
            notes.push(format!(
                "{} more containers join networks that nothing else joins.",
                of_interest.len() - MOST
            ));
        }
        notes
    }
}
