//! Causes before consequences: what of a container's silence is another one's
//! fault, and whose.

use super::case::Case;
use super::facts::Listens;
use super::obstacle::Obstacle;
use crate::graph::StackOwner;
use crate::model::{ContainerAt, Health, State};

/// Containers of a chain that are looked at: nobody reads a longer one.
const LONGEST: usize = 16;

impl Case<'_> {
    /// A container and those before it: what it evidently waits for, what that
    /// waits for, and so on. Each once, also where they wait in a circle.
    pub fn chain(&self, at: ContainerAt) -> Vec<ContainerAt> {
        let mut chain = vec![at];
        let next = |at: ContainerAt| {
            let troubles = self.edges_from(at).filter(|(edge, obstacle)| {
                edge.evidently_fails() && obstacle.is_some_and(|found| *found != Obstacle::Past)
            });
            troubles.filter_map(|(edge, _)| edge.container()).next()
        };
        while let Some(next) = chain.last().and_then(|last| next(*last)) {
            if chain.contains(&next) || chain.len() == LONGEST {
                break;
            }
            chain.push(next);
        }
        chain
    }

    /// Whether containers wait for one another in a circle, and this is the one
    /// of them to begin with: for each of them another one is the cause.
    pub fn heads_a_circle(&self, at: ContainerAt) -> bool {
        let waits_for_it = |other: &ContainerAt| {
            let chain = self.chain(*other);
            *other != at && chain.len() > 1 && chain.contains(&at)
        };
        let chain = self.chain(at);
        let mut circle = chain.iter().filter(|other| waits_for_it(other)).peekable();
        circle.peek().is_some() && circle.all(|other| at < *other)
    }

    /// Whether the health check of a container fails because of something that
    /// it waits for itself.
    pub fn is_unhealthy_for_another(&self, at: ContainerAt) -> bool {
        let container = self.container(at);
        container.state == State::Running
            && container.health == Some(Health::Unhealthy)
            && self.has_cause(at)
    }

    /// The container that listens on a port in what is left of this one's former
    /// network namespace, or would if it ran: it was started in it, and has not
    /// been started again since.
    pub fn lost_listener(&self, at: ContainerAt, port: u16) -> Option<ContainerAt> {
        if self.listens(at, port) != Some(Listens::Not) {
            return None;
        }
        let project = self.container(at).project();
        let is_of = |orphan: &ContainerAt| match self.map.stack_owner(*orphan) {
            StackOwner::Other(owner) => owner == at,
            // Its owner was re-created, and this may be it.
            StackOwner::Missing => self.container(*orphan).project() == project,
            StackOwner::Itself => false,
        };
        let mut orphans = self.orphans.iter().filter(|orphan| **orphan != at);
        orphans.find(|orphan| is_of(orphan) && self.offers(**orphan, port)).copied()
    }
}
