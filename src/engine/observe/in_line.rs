//! Connections that wait at a server's ports: one that is well takes each of them soon, so
//! they are looked at again before any is said to be waiting.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::inside;
use super::sockets::{self, InLine};
use crate::engine::Visitor;
use crate::engine::engines::Engines;
use crate::model::{Container, Means, Observation, Unread};

/// What waited at the ports of those that were seen, by their places.
#[derive(Default)]
pub(super) struct Lines(Vec<(usize, Vec<InLine>)>);

/// When it is looked at again. A server that is well has taken one of them soon, however busy it
/// is; what has stood for the sum of all does not move.
const LOOKS: [Duration; 3] =
    [Duration::from_millis(200), Duration::from_millis(800), Duration::from_secs(2)];

/// Of a container of which only the first look came to something.
const UNKNOWN_WHETHER_TAKEN: &str =
    "connections wait there, and whether a program takes them could not be read";

impl Lines {
    pub(super) fn add(&mut self, at: usize, in_line: Vec<InLine>) {
        if !in_line.is_empty() {
            self.0.push((at, in_line));
        }
    }

    /// Looks again, at `width` of them at a time, and notes where no connection was taken.
    pub(super) async fn look_again(
        mut self,
        engines: &Engines,
        containers: &[Container],
        visitor: Option<&Visitor>,
        width: usize,
        seen: &mut [Observation],
    ) {
        let by_id: HashMap<&str, &Container> = containers.iter().map(|c| (&*c.id, c)).collect();
        for (nth, pause) in LOOKS.into_iter().enumerate() {
            if self.0.is_empty() {
                return;
            }
            tokio::time::sleep(pause).await;
            let is_last = nth + 1 == LOOKS.len();
            let again = self.0.into_iter().filter_map(|(at, before)| {
                let (how, container) = (seen[at].how, *by_id.get(&*seen[at].id)?);
                Some((at, before, engines.of(container)?, container, how))
            });
            let again: Vec<_> = again.collect();
            let looks = stream::iter(again).map(async |(at, before, engine, container, how)| {
                // A command in it is not run more often than it tells.
                if how == Some(Means::Exec) && !is_last {
                    return (at, Some(before));
                }
                let now = inside::in_line(engine, container, visitor, how).await;
                (at, now.map(|now| sockets::unmoved(before, &now)))
            });
            let looks = looks.buffer_unordered(width.max(1));
            let looked: Vec<_> = looks.collect().await;
            self.0 = Vec::with_capacity(looked.len());
            for (at, in_line) in looked {
                match in_line {
                    Some(in_line) => self.add(at, in_line),
                    None => seen[at].unseen.push(Unread::inside(UNKNOWN_WHETHER_TAKEN)),
                }
            }
        }
        for (at, in_line) in &self.0 {
            seen[*at].backlog = sockets::backlog(in_line);
        }
    }
}
