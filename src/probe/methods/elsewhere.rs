//! Stands in for network namespaces on systems that have none: no handle
//! is ever had, so nothing is ever measured through one.

/// Ways into network namespaces: none.
pub mod namespaces {
    use crate::engine::Engines;
    use crate::graph::Map;
    use crate::probe::plan::Station;

    /// The way into a network namespace, which nobody can have.
    #[derive(Debug)]
    pub enum NamespaceHandle {}

    /// Why there is no way in.
    pub fn handle(_: &Map, _: &Engines, _: &Station) -> Result<NamespaceHandle, String> {
        Err("network namespaces are Linux's".to_owned())
    }
}

/// Measuring in network namespaces: nothing.
pub mod netns {
    use std::time::Duration;

    use super::namespaces::NamespaceHandle;
    use crate::model::ResolvedName;
    use crate::probe::plan::Station;
    use crate::probe::{Answer, Limits};

    /// Asks for nothing.
    pub async fn resolve(_: &NamespaceHandle, _: &[String], _: Duration) -> Vec<ResolvedName> {
        Vec::new()
    }

    /// Measures nothing.
    pub async fn run(
        _: &[Station],
        _: &[Result<NamespaceHandle, String>],
        _: &Limits,
        _: &dyn Fn(usize),
    ) -> Vec<(usize, Vec<Answer>)> {
        Vec::new()
    }
}
