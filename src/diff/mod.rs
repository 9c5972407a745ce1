//! What differs between two snapshots of a setup. Pure.
//!
//! A container is the same one if compose says so (project, service, number),
//! else if it has the same name, else if it has the same id: a container that
//! was re-created is no new container. A network is the same one by its name.
//! What changes whenever something is started again is [`Change::noise`].
//!
//! One of the two may be a plan, read from compose files: [`comparable`] fills
//! what it leaves open and cuts the other down to what it is about.

mod change;
mod containers;
mod flows;
mod networks;
mod overlay;
mod owners;
mod planned;
mod reach;
mod same;

use std::collections::BTreeMap;

use crate::model::{ContainerAt, NetworkAt, Snapshot};
use crate::order::OrderBy;
use change::Changes;

pub use change::{Change, ChangeKind, Happened, Subject};
pub use overlay::{About, Overlay, overlay};
pub use planned::comparable;

/// Everything that differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Networks first, then containers and what belongs to them, by name.
    pub changes: Vec<Change>,
    /// For each container of the first snapshot the one in the second that it
    /// is, by their positions.
    pub containers: BTreeMap<ContainerAt, ContainerAt>,
    /// Likewise for networks.
    pub networks: BTreeMap<NetworkAt, NetworkAt>,
}

impl Difference {
    /// The changes that are not noise.
    pub fn telling(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.noise)
    }
}

/// What differs from `before` to `after`.
///
/// # Examples
///
/// ```
/// let (broken, fixed) = ("wrong-name", "wrong-name/fixed");
/// let (broken, fixed) = (netmap::sample::read(broken)?, netmap::sample::read(fixed)?);
/// let difference = netmap::diff::diff(&broken, &fixed);
/// assert!(difference.telling().count() > 0);
/// assert!(netmap::diff::diff(&fixed, &fixed).changes.is_empty());
/// # Ok::<(), netmap::error::Error>(())
/// ```
pub fn diff(before: &Snapshot, after: &Snapshot) -> Difference {
    // Every part is named here, so that a new one cannot be overlooked.
    let Snapshot {
        networks: _,
        containers: _,
        probe: _,
        flows: _,
        // Two engines, or one before and after an update, may have one setup.
        engine: _,
        engines: _,
        // Where a side comes from, and what it lacks.
        schema: _,
        taken: _,
        plan: _,
        unread: _,
        // What went on at that moment inside of what is compared.
        observations: _,
        network_observations: _,
        host: _,
        drops: _,
    } = before;
    let same = same::Same::new(before, after);
    let mut changes = Changes::default();
    networks::compare(&same, &mut changes);
    changes.subject = Subject::Container;
    containers::compare(&same, &mut changes);
    changes.subject = Subject::Pair;
    reach::compare(&same, &mut changes);
    flows::compare(&same, &mut changes);
    changes.list.order();
    changes.list.dedup();
    Difference { changes: changes.list, containers: same.containers, networks: same.networks }
}

#[cfg(test)]
mod tests;
