//! What differs between two snapshots of a setup. Pure.
//!
//! A container is the same one if compose says so (project, service, number),
//! else if it has the same name, else if it has the same id: a container that
//! was made anew is no new container. A network is the same one by its name.
//! What changes whenever something is started again is [`Change::noise`].
//!
//! One of the two may be a plan, read from compose files: [`comparable`] fills
//! what it leaves open and cuts the other down to what it is about.

mod containers;
mod networks;
mod overlay;
mod owners;
mod planned;
mod reach;
mod same;

use std::collections::BTreeMap;

use crate::model::{Container, Snapshot};

pub use overlay::{Overlay, overlay};
pub use planned::comparable;

/// What happened to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Happened {
    /// It is there now.
    Added,
    /// It is gone.
    Removed,
    /// It is otherwise.
    Changed,
}

impl Happened {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// What happens on the way back.
    pub fn reversed(self) -> Self {
        match self {
            Self::Added => Self::Removed,
            Self::Removed => Self::Added,
            Self::Changed => Self::Changed,
        }
    }
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A network.
    Network,
    /// A container.
    Container,
    /// A container on a network.
    Endpoint,
    /// A published port.
    Port,
    /// A subnet or an address.
    Address,
    /// A setting.
    Flag,
    /// Running, exited, healthy.
    State,
    /// Who reaches whom, as measured.
    Reachability,
    /// An id.
    Id,
    /// How often and when something was started.
    Start,
}

impl Kind {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Container => "container",
            Self::Endpoint => "endpoint",
            Self::Port => "port",
            Self::Address => "address",
            Self::Flag => "flag",
            Self::State => "state",
            Self::Reachability => "reachability",
            Self::Id => "id",
            Self::Start => "start",
        }
    }
}

/// What sort of thing a change is told of: a network and a container may have
/// one name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A network.
    #[default]
    Network,
    /// A container, its endpoints and ports.
    Container,
    /// Two containers.
    Pair,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What kind of thing.
    pub kind: Kind,
    /// Its name: a container, a network, `web on front`, `web → db`. A
    /// container that was renamed has both names, `old → new`.
    pub name: String,
    /// What about it, where that is not plain from the kind: `internal`.
    pub field: &'static str,
    /// What happened.
    pub happened: Happened,
    /// How it was.
    pub before: Option<String>,
    /// How it is.
    pub after: Option<String>,
    /// Whether that changes whenever something is started again.
    pub noise: bool,
    /// What sort of thing it is told of.
    pub subject: Subject,
}

/// Everything that differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Networks first, then containers and what belongs to them, by name.
    pub changes: Vec<Change>,
    /// For each container of the first snapshot the one in the second that it
    /// is, by their positions.
    pub containers: BTreeMap<usize, usize>,
    /// Likewise for networks.
    pub networks: BTreeMap<usize, usize>,
}

impl Difference {
    /// The changes that are not noise.
    pub fn telling(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| !change.noise)
    }
}

/// What differs from `before` to `after`.
pub fn diff(before: &Snapshot, after: &Snapshot) -> Difference {
    let same = same::Same::new(before, after);
    let mut changes = Changes::default();
    networks::compare(&same, &mut changes);
    changes.subject = Subject::Container;
    containers::compare(&same, &mut changes);
    changes.subject = Subject::Pair;
    reach::compare(&same, &mut changes);
    changes.list.sort();
    changes.list.dedup();
    Difference { changes: changes.list, containers: same.containers, networks: same.networks }
}

/// The list of changes in the making.
#[derive(Debug, Default)]
struct Changes {
    list: Vec<Change>,
    /// What is being compared.
    subject: Subject,
}

impl Changes {
    /// Something is there, was there, or is otherwise; nothing if it is as it was.
    fn note(
        &mut self,
        (kind, noise): (Kind, bool),
        (name, field): (&str, &'static str),
        before: Option<String>,
        after: Option<String>,
    ) {
        let happened = match (&before, &after) {
            (None, None) => return,
            (Some(before), Some(after)) if before == after => return,
            (None, Some(_)) => Happened::Added,
            (Some(_), None) => Happened::Removed,
            (Some(_), Some(_)) => Happened::Changed,
        };
        let name = name.to_owned();
        let subject = self.subject;
        self.list.push(Change { kind, name, field, happened, before, after, noise, subject });
    }

    /// A setting that always has some value.
    fn setting(&mut self, name: &str, field: &'static str, before: String, after: String) {
        self.note((Kind::Flag, false), (name, field), Some(before), Some(after));
    }

    /// Noise of some kind.
    fn noise(
        &mut self,
        kind: Kind,
        (name, field): (&str, &'static str),
        before: Option<String>,
        after: Option<String>,
    ) {
        self.note((kind, true), (name, field), before, after);
    }
}

/// What a container is called that both sides have: by both names where it
/// was renamed.
fn pair_name(before: &Container, after: &Container) -> String {
    if before.name == after.name {
        after.name.clone()
    } else {
        format!("{} → {}", before.name, after.name)
    }
}

/// `yes` or `no`.
fn yes_no(value: bool) -> String {
    if value { "yes" } else { "no" }.to_owned()
}

/// A list as text; nothing for an empty one.
fn listed(items: Vec<String>) -> Option<String> {
    (!items.is_empty()).then(|| items.join(", "))
}

#[cfg(test)]
mod tests;
