//! Whose network stacks other containers of a snapshot use.

use std::collections::HashMap;

use crate::model::{Container, ContainerAt, NetworkMode, with_positions};

/// The containers that others name as the owner of their network stack, by
/// what they are called there: id or name.
#[derive(Debug)]
pub struct Owners<'a> {
    called: HashMap<&'a str, Option<(ContainerAt, &'a Container)>>,
}

impl<'a> Owners<'a> {
    /// Those among `containers`.
    pub fn among(containers: &'a [Container]) -> Self {
        let named = containers.iter().filter_map(|container| match &container.network_mode {
            NetworkMode::Container(owner) => Some((owner.as_str(), None)),
            _ => None,
        });
        let mut called: HashMap<&str, Option<(ContainerAt, &Container)>> = named.collect();
        if !called.is_empty() {
            for (at, container) in with_positions(containers) {
                for name in [&container.id, &container.name] {
                    if let Some(owner) = called.get_mut(name.as_str()) {
                        owner.get_or_insert((at, container));
                    }
                }
            }
        }
        Self { called }
    }

    /// The container called so, and its position; `None` for one that is gone.
    pub fn called(&self, name: &str) -> Option<(ContainerAt, &'a Container)> {
        *self.called.get(name)?
    }
}
