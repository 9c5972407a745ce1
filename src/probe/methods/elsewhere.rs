//! Stands in for the network namespaces on systems that have none: no door
//! ever opens, so nothing is ever measured behind one.

/// Ways into network namespaces: none.
pub mod namespaces {
    use crate::engine::Engines;
    use crate::graph::Map;
    use crate::probe::plan::Station;

    /// The way into a network namespace, which nobody can have.
    #[derive(Debug)]
    pub enum Door {}

    /// Why there is no way in.
    pub fn door(_: &Map, _: &Engines, _: &Station) -> Result<Door, String> {
        Err("network namespaces are Linux's".to_owned())
    }
}

/// Measuring behind doors: nothing.
pub mod netns {
    use super::namespaces::Door;
    use crate::probe::plan::Station;
    use crate::probe::{Answer, Limits};

    /// Measures nothing.
    pub async fn run(
        _: &[Station],
        _: &[Result<Door, String>],
        _: &Limits,
        _: &dyn Fn(usize),
    ) -> Vec<(usize, Vec<Answer>)> {
        Vec::new()
    }
}
