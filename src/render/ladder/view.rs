//! What the formats of `netmap why` show.

use crate::graph::Map;
use crate::model::{ContainerAt, Ladder};

/// A ladder, with the map that it stands on.
#[derive(Debug)]
pub struct LadderView<'a> {
    /// The ladder.
    pub ladder: &'a Ladder,
    /// The map.
    pub map: &'a Map<'a>,
    /// The container that is to reach something.
    pub from: ContainerAt,
    /// The container that it is to reach, if that is one of the map.
    pub to: Option<ContainerAt>,
    /// The port that was asked for.
    pub port: Option<u16>,
}
