//! Stands in for what only Linux has: nobody can look for what drops packets.

use crate::engine::Engines;
use crate::graph::Map;
use crate::model::{DropSearch, LostWay, Unread};

/// Looks at nothing.
pub async fn has_rules_of_routing(_: &Engines) -> bool {
    false
}

/// Looks at nothing.
pub async fn misrouted(_: &Map<'_>, _: &Engines, _: &LostWay) -> Option<DropSearch> {
    None
}

/// Looks at nothing.
pub async fn unplugged(_: &Map<'_>, _: &Engines, _: &LostWay) -> Option<DropSearch> {
    None
}

/// Looks at nothing, and says so.
pub async fn seek(map: &Map<'_>, _: &Engines, way: &LostWay) -> DropSearch {
    let why = "the rules of its firewall can be read on the engine's Linux machine alone";
    let mut search = DropSearch::new(&map.container(way.from).name, way);
    search.not_looked.push(Unread::machine(why));
    search
}
