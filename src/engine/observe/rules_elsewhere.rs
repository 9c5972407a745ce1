//! Stands in for what only Linux has: nobody can read the rules of a firewall.

use crate::engine::{Engine, Visitor};
use crate::model::{Container, EngineFacts, Network, RulesOut};

/// What was read.
#[derive(Debug, Default)]
pub struct Rules {
    /// By the networks' ids.
    pub out: Vec<(String, RulesOut)>,
    /// Whether the engine makes them.
    pub makes_rules: Option<bool>,
}

/// Reads nothing.
pub async fn read(
    _: &Engine,
    _: Option<&Visitor>,
    _: &EngineFacts,
    _: &[&Network],
    _: &[Container],
) -> Rules {
    Rules::default()
}
