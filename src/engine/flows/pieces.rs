//! Handing over what is seen piece by piece: whoever puts it together needs room
//! for what is new to it alone.

use tokio::sync::mpsc::Sender;

use crate::model::{Look, LookoutAt, Sighting};

/// Connections in a piece.
const SIZE: usize = 512;

/// What was seen in a place and is not handed over yet.
#[derive(Debug)]
pub struct Pieces {
    piece: Look,
    to: Sender<Look>,
}

impl Pieces {
    /// Nothing seen yet. Who adds to it is a thread that may wait.
    pub fn new(at: LookoutAt, to: Sender<Look>) -> Self {
        Self { piece: Look::of(at), to }
    }

    /// Adds a connection.
    pub fn add(&mut self, seen: Sighting) {
        self.piece.seen.push(seen);
        if self.piece.seen.len() == SIZE {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let next = Look::of(self.piece.at);
        // Where nobody waits any more, it has taken too long.
        let _ = self.to.blocking_send(std::mem::replace(&mut self.piece, next));
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        if !self.piece.seen.is_empty() {
            self.hand_over();
        }
    }
}
