//! What of a lesson is there.

use crate::lesson::{LABEL, Lesson};
use crate::model::{Container, Network, Snapshot};

/// What of a lesson is there.
pub(super) struct Props<'a> {
    /// In the snapshot's order.
    pub(super) containers: Vec<&'a Container>,
    /// Likewise.
    pub(super) networks: Vec<&'a Network>,
}

impl<'a> Props<'a> {
    /// What has a name of the lesson's scripts, and its label or none, while
    /// something with the label is left. A lesson starts only where its names are
    /// free, so while it is up, what has one of them is what the student made in
    /// place of what the lesson had made; without it, it is somebody's own.
    pub(super) fn of(lesson: &Lesson, snapshot: &'a Snapshot) -> Self {
        let (containers, networks) = (lesson.containers(), lesson.networks());
        let may_be = |label: Option<&String>| label.is_none() || is_labelled(lesson, label);
        let containers: Vec<&Container> = snapshot
            .containers
            .iter()
            .filter(|c| containers.contains(&c.name.as_str()) && may_be(c.labels.get(LABEL)))
            .filter(|c| is_labelled(lesson, c.labels.get(LABEL)) || Lesson::is_image(&c.image))
            .collect();
        let networks: Vec<&Network> = snapshot
            .networks
            .iter()
            .filter(|n| networks.contains(&n.name.as_str()) && may_be(n.labels.get(LABEL)))
            .collect();
        let labels = containers.iter().map(|c| &c.labels).chain(networks.iter().map(|n| &n.labels));
        let is_up = labels.into_iter().any(|labels| is_labelled(lesson, labels.get(LABEL)));
        if is_up {
            Self { containers, networks }
        } else {
            Self { containers: Vec::new(), networks: Vec::new() }
        }
    }

    /// Whether the lesson is not up.
    pub(super) fn is_empty(&self) -> bool {
        self.containers.is_empty() && self.networks.is_empty()
    }
}

fn is_labelled(lesson: &Lesson, label: Option<&String>) -> bool {
    label.is_some_and(|label| *label == lesson.name)
}
