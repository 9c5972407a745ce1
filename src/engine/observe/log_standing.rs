//! What a program says once, and what holds until it says otherwise.

use std::collections::BTreeSet;

/// What HAProxy says of its servers, once each time that it changes: a backend without any
/// has none until one of them is up.
#[derive(Debug, Default)]
pub struct Standing {
    /// Backends that have no server left.
    alone: BTreeSet<String>,
}

impl Standing {
    /// Takes a line in, which is in lower case.
    pub fn hear(&mut self, line: &str) {
        const ALONE: &str = " has no server available!";
        if let Some((before, _)) = line.split_once(ALONE) {
            let backend = before.rsplit(' ').next().unwrap_or_default().trim_matches('\'');
            self.alone.insert(backend.to_owned());
        } else if let Some((before, _)) = line.split_once(" is up, reason: ") {
            let server = before.rsplit(' ').next().unwrap_or_default();
            let backend = server.split('/').next().unwrap_or_default();
            self.alone.remove(backend);
        }
    }

    /// Whether any of them has none now.
    pub fn is_alone(&self) -> bool {
        !self.alone.is_empty()
    }
}
