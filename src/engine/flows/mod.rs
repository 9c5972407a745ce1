//! Looking at the wire: which connections there are and were in the network
//! namespaces of the containers and of the engine's machine, by what the
//! kernel tells about them. Nothing is changed for it, and nothing run but one
//! command in a container where there is no other way to look.

#[cfg(target_os = "linux")]
mod conntrack;
#[cfg(target_os = "linux")]
mod events;
#[cfg(target_os = "linux")]
mod kept;
#[cfg(target_os = "linux")]
mod netfilter;
#[cfg(target_os = "linux")]
mod owners;
#[cfg(target_os = "linux")]
mod pieces;
mod posts;
mod proc_tables;
#[cfg(target_os = "linux")]
mod sockets;
mod tables;
mod told;
mod whom;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::Visitor;
use super::engines::Engines;
use crate::model::{Look, LookoutAt, Lookouts, Moment, Snapshot};
use posts::{Gathered, Way};
pub use told::Told;
pub use whom::Whom;

/// Threads that go into network namespaces side by side.
const VISITORS: usize = 2;

/// Looks that are taken at once.
const WIDTH: usize = 8;

/// The parts of a look, one after the other: who waits on a port tells which end
/// began what the kernel remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What is open now.
    Sockets,
    /// What the kernel remembers.
    Memory,
}

/// The network namespaces that are looked into, ready to be.
#[derive(Debug)]
pub struct Watch {
    gathered: Gathered,
    visitors: Vec<Visitor>,
    /// For each of the first of them, how to hear what happens there.
    #[cfg(target_os = "linux")]
    ears: Vec<Option<events::Ear>>,
    /// Why there is no way to hear it in these.
    deaf: BTreeMap<LookoutAt, String>,
}

impl Watch {
    /// Opens the network namespaces of everything that runs. Where one cannot
    /// be entered, it is looked at by a command run in its container, if that is
    /// `whom` it is about.
    pub async fn open(engines: &Engines, snapshot: &Snapshot, whom: Whom) -> Self {
        let mut gathered = Gathered::new(whom);
        gathered.machines(engines).await;
        gathered.containers(engines, snapshot);
        let visitors = (0..VISITORS).filter_map(|_| Visitor::start().ok()).collect();
        Self {
            gathered,
            visitors,
            #[cfg(target_os = "linux")]
            ears: Vec::new(),
            deaf: BTreeMap::new(),
        }
    }

    /// Opens those that have come since as well, which it may be about, too, and closes
    /// those in which nothing runs any more.
    pub fn open_more(&mut self, engines: &Engines, snapshot: &Snapshot, about: BTreeSet<String>) {
        self.gathered.about(about);
        let gone = self.gathered.close_gone(snapshot);
        #[cfg(target_os = "linux")]
        for at in gone {
            // There is nothing more to hear, and to listen takes room.
            if let Some(ear) = self.ears.get_mut(at) {
                *ear = None;
            }
        }
        #[cfg(not(target_os = "linux"))]
        drop(gone);
        self.gathered.containers(engines, snapshot);
    }

    /// What is looked into, and what cannot be.
    pub fn lookouts(&self) -> &Lookouts {
        &self.gathered.lookouts
    }

    /// Begins to listen wherever that is possible and nobody listens yet.
    #[cfg(target_os = "linux")]
    pub async fn prick_up(&mut self) {
        for at in self.ears.len()..self.gathered.ways.len() {
            let (ear, why) = match (&self.gathered.ways[at], self.visitor(at)) {
                (Way::Namespace(namespace), Some(visitor)) => {
                    match visitor.visit(&namespace.file, move || events::Ear::here(at)).await {
                        Ok((ear, why)) => {
                            // Of a kernel without tracking a look says so.
                            let why = why.filter(|why| !super::netlink::is_lacking(why));
                            (Some(ear), why.map(|why| why.to_string()))
                        }
                        Err(error) => (None, Some(error.to_string())),
                    }
                }
                // A look says by itself what it cannot see.
                _ => (None, None),
            };
            if let Some(why) = why {
                let what = "connections that come and go between two looks";
                self.deaf.insert(at, format!("{what}: {why}"));
            }
            self.ears.push(ear);
        }
    }

    /// Nothing can be listened to.
    #[cfg(not(target_os = "linux"))]
    pub async fn prick_up(&mut self) {}

    /// Where the kernel tells of each TCP socket that is gone.
    #[cfg(target_os = "linux")]
    pub fn hears_sockets(&self) -> impl Iterator<Item = LookoutAt> {
        let ears = self.ears.iter().enumerate();
        ears.filter(|(_, ear)| ear.as_ref().is_some_and(events::Ear::hears_sockets))
            .map(|(at, _)| at)
    }

    /// Nowhere.
    #[cfg(not(target_os = "linux"))]
    pub fn hears_sockets(&self) -> impl Iterator<Item = LookoutAt> {
        std::iter::empty()
    }

    /// What was told since the last time.
    #[cfg(target_os = "linux")]
    pub fn listen(&self, buffer: &mut Vec<u8>) -> Told {
        buffer.resize(super::netlink::LARGEST, 0);
        let mut told = Told::default();
        for ear in self.ears.iter().flatten() {
            ear.listen(buffer, &mut told);
        }
        told
    }

    /// Nothing was told.
    #[cfg(not(target_os = "linux"))]
    pub fn listen(&self, _: &mut Vec<u8>) -> Told {
        Told::default()
    }

    /// Takes a part of a look into those of them that `wanted` lets through, and hands
    /// what is seen to `each` piece by piece: a kernel may remember 100,000s of
    /// connections in every one of them.
    pub async fn look(
        &self,
        part: Part,
        wanted: impl Fn(LookoutAt) -> bool,
        mut each: impl FnMut(Look),
    ) {
        let wanted = (0..self.gathered.ways.len()).filter(|at| wanted(*at));
        let (hand_over, mut pieces) = mpsc::channel(WIDTH);
        let looks = stream::iter(wanted.map(|at| self.look_at(at, part, hand_over.clone())));
        let mut looks = pin!(looks.buffer_unordered(WIDTH));
        loop {
            tokio::select! {
                Some(piece) = pieces.recv() => each(piece),
                look = looks.next() => match look {
                    Some(look) => each(look),
                    None => break,
                },
            }
        }
        while let Ok(piece) = pieces.try_recv() {
            each(piece);
        }
    }

    /// A part of a look into one of them, most of which is handed over in pieces.
    async fn look_at(&self, at: LookoutAt, part: Part, pieces: mpsc::Sender<Look>) -> Look {
        let looked = match (&self.gathered.ways[at], part) {
            #[cfg(target_os = "linux")]
            (Way::Namespace(namespace), _) => self.enter(at, namespace, part, pieces).await,
            (Way::Exec { engine, container }, Part::Sockets) => {
                proc_tables::look(engine, container, at).await
            }
            // A command cannot ask for what the kernel remembers.
            (Way::Exec { .. }, Part::Memory) | (Way::Closed, _) => return Look::of(at),
        };
        let mut look = looked.unwrap_or_else(|why| Look { blind: vec![why], ..Look::of(at) });
        look.blind.extend(self.deaf.get(&at).cloned());
        look
    }

    #[cfg(target_os = "linux")]
    fn visitor(&self, at: LookoutAt) -> Option<&Visitor> {
        self.visitors.get(at % self.visitors.len().max(1))
    }

    #[cfg(target_os = "linux")]
    async fn enter(
        &self,
        at: LookoutAt,
        namespace: &posts::Namespace,
        part: Part,
        pieces: mpsc::Sender<Look>,
    ) -> Result<Look, String> {
        let visitor = self.visitor(at).ok_or("no thread can be started that enters it")?;
        let lookout = self.gathered.lookouts.all[at].clone();
        let number = namespace.number;
        let look = move || {
            let owners = || {
                // Whose a socket is matters only where it may be somebody else's.
                let machine = lookout.is_engine.then_some(lookout.containers.len());
                match lookout.containers.len() + usize::from(lookout.is_engine) {
                    0 | 1 => owners::Owners::default(),
                    _ => owners::Owners::among(&lookout.containers, number, machine),
                }
            };
            let pieces = pieces::Pieces::new(at, pieces);
            match part {
                Part::Sockets => sockets_here(at, owners, pieces),
                Part::Memory => memory_here(at, pieces),
            }
        };
        visitor.visit(&namespace.file, look).await.map_err(|error| error.to_string())
    }
}

/// What is open in the namespace that the calling thread is in.
#[cfg(target_os = "linux")]
fn sockets_here(
    at: LookoutAt,
    owners: impl FnOnce() -> owners::Owners,
    pieces: pieces::Pieces,
) -> Look {
    let mut look = Look::of(at);
    if let Err(error) = sockets::add(&mut look, Moment::now(), owners, pieces) {
        let why = super::netlink::in_words(&error, "tcp_diag");
        look.blind.push(format!("its sockets: {why}"));
    }
    look
}

/// What the kernel remembers of the namespace that the calling thread is in.
#[cfg(target_os = "linux")]
fn memory_here(at: LookoutAt, pieces: pieces::Pieces) -> Look {
    let record = conntrack::look(at, Moment::now(), pieces);
    Look {
        is_tracked: record.is_kept,
        untracked: record.lacking,
        dropped: record.not_understood,
        blind: record.blind.into_iter().collect(),
        ..Look::of(at)
    }
}
