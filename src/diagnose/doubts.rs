//! Names that have to be asked for before anybody can say what they lead to.

use super::case::Case;
use super::names::Meaning;
use crate::model::ContainerAt;

/// A name of one container that another one may resolve elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The container that wants the other.
    pub from: ContainerAt,
    /// The one that has the name.
    pub to: ContainerAt,
    /// The name.
    pub name: String,
}

/// The names that containers want and may resolve elsewhere, by how their
/// resolvers are set up. Only asking tells.
pub fn doubts(case: &Case) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    for (edge, _) in case.edges() {
        let Meaning::Named(to) = edge.target else { continue };
        let (from, name) = (edge.from, edge.host.to_string());
        if to != from && case.resolved(from, &name) == Some(to) && case.may_lead_astray(from, &name)
        {
            doubts.push(Doubt { from, to, name });
        }
    }
    doubts.dedup();
    doubts
}
