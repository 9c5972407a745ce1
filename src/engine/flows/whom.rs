//! Whom a look at the wire is about.

use std::collections::BTreeSet;

/// Whom it is about, and what may be done for it.
///
/// What can be seen from beside the engine is looked at whomever it is about: it
/// disturbs nobody, and the other end of a connection has more to tell of it.
#[derive(Debug, Clone, Default)]
pub struct Whom {
    /// Whether a command may be run in a container where there is no other way.
    pub exec: bool,
    /// Names of the containers; nothing where it is about all.
    pub only: Option<BTreeSet<String>>,
}

impl Whom {
    /// About all containers.
    pub fn all(exec: bool) -> Self {
        Self { exec, only: None }
    }

    /// Makes it about these as well.
    pub fn add(&mut self, names: BTreeSet<String>) {
        if let Some(only) = &mut self.only {
            only.extend(names);
        }
    }

    /// Whether it is about a container.
    pub fn includes(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(name))
    }
}
