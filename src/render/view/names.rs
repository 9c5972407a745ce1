//! Short names: what tells a thing from the others that are shown, and no more.

use std::collections::HashMap;

use super::View;
use crate::model::{Container, ContainerAt, NetworkAt};

impl View<'_> {
    /// What to call each container that is shown, in their order, where its
    /// project is said elsewhere: its service's name, with its number where the
    /// service has several containers. One that was given a name without its service's
    /// keeps that, since findings and `docker ps` call it so.
    pub fn service_names(&self) -> HashMap<ContainerAt, String> {
        let key = |container: &Container| {
            Some((container.project()?.to_owned(), container.compose.service.clone()?))
        };
        let mut copies: HashMap<_, usize> = HashMap::new();
        for at in &self.containers {
            if let Some(key) = key(self.container(*at)) {
                *copies.entry(key).or_default() += 1;
            }
        }
        let name = |at: ContainerAt| {
            let container = self.container(at);
            let Some(key) = key(container) else { return self.short_name(at).to_owned() };
            if copies[&key] == 1 && container.name.contains(first_word(&key.1)) {
                return key.1;
            }
            // Of several, what their project and compose put around the
            // service's name tells nothing.
            let rest = container.name.strip_prefix(key.0.as_str());
            let rest = rest.and_then(|rest| rest.strip_prefix(['-', '_']));
            rest.filter(|rest| !rest.is_empty()).unwrap_or(&container.name).to_owned()
        };
        self.containers.iter().map(|at| (*at, name(*at))).collect()
    }

    /// What to call a container where nothing else says its project: without the number
    /// that compose gives to an only one, whose service is called this.
    pub fn name_with_project(&self, at: ContainerAt, service: &str) -> &str {
        let name = self.short_name(at);
        let number = self.container(at).project().and_then(|project| {
            let rest = name.strip_prefix(project)?.strip_prefix(['-', '_'])?;
            rest.strip_prefix(service)?.strip_prefix(['-', '_'])
        });
        let number = number.filter(|number| number.parse::<u32>().is_ok());
        number.map_or(name, |number| &name[..name.len() - number.len() - 1])
    }

    /// What to call a network where its project is said elsewhere.
    pub fn short_network_name(&self, at: NetworkAt) -> &str {
        let network = self.network(at);
        let own = network.project.as_deref().and_then(|project| {
            let rest = network.name.strip_prefix(project)?.strip_prefix(['_', '-'])?;
            (!rest.is_empty()).then_some(rest)
        });
        own.unwrap_or(&network.name)
    }
}

/// The letters that a name begins with: `api` of `api-v2` and of `api2`.
fn first_word(name: &str) -> &str {
    name.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default()
}

/// An image's name without registry, digest and the tag that means nothing.
pub fn short_image(container: &Container) -> String {
    let image = container.image.split('@').next().unwrap_or_default();
    let repository = container.repository();
    let name = repository.rsplit('/').next().unwrap_or(repository);
    let tag = image.strip_prefix(repository).unwrap_or_default();
    match tag {
        "" | ":latest" => name.to_owned(),
        tag => format!("{name}{tag}"),
    }
}
