//! Watching the wire: one look, or listening until somebody says that it is
//! enough. What was seen is put together as it comes, so that an hour of it
//! needs no more room than a minute.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::{Duration, Instant};

use crate::engine::{Engines, Part, ScanOptions, Told, Watch, Whom, scan};
use crate::flows::{Collector, Who};
use crate::graph::Map;
use crate::model::{Flows, LookoutAt, Moment, Snapshot};

/// How long what was told waits to be read. The kernel has room for as much as
/// happens in that time.
const PAUSE: Duration = Duration::from_millis(50);

/// How often what is over is counted and makes room.
const SETTLING: Duration = Duration::from_secs(1);

/// How often it is looked for new containers, and into namespaces in which
/// nothing is told. What is closed there can be seen for a minute.
const AGAIN: Duration = Duration::from_secs(10);

/// Whom of a setup as it is now a look is about; nobody in particular where it is
/// about all.
pub type About<'a> = &'a mut (dyn FnMut(&Map<'_>) -> BTreeSet<String> + Send);

/// The wire of a setup, being watched.
pub struct Watching<'a> {
    engines: &'a Engines,
    about: About<'a>,
    watch: Watch,
    collector: Collector,
    /// For what is told.
    buffer: Vec<u8>,
    /// What was told during a look, which comes first.
    meanwhile: Vec<Told>,
}

impl<'a> Watching<'a> {
    /// Opens what is to be watched, for those `whom` it is about; `about` says
    /// whom of those that come later.
    pub async fn begin(
        engines: &'a Engines,
        snapshot: &Snapshot,
        whom: Whom,
        about: About<'a>,
    ) -> Self {
        let watch = Watch::open(engines, snapshot, whom).await;
        let who = Who::new(&Map::new(snapshot), watch.lookouts());
        let collector = Collector::new(who, watch.lookouts());
        Self { engines, about, watch, collector, buffer: Vec::new(), meanwhile: Vec::new() }
    }

    /// What is there to be seen now.
    pub async fn look_once(mut self) -> Flows {
        self.look(|_| true).await;
        self.collector.finish(0)
    }

    /// What happens until `wait` is over, with what is there to be seen at the
    /// beginning and at the end.
    pub async fn follow(mut self, wait: impl Future<Output = ()>) -> Flows {
        // What happens during the first look is heard as well.
        self.prick_up().await;
        let began = Instant::now();
        self.look(|_| true).await;
        let mut wait = pin!(wait);
        let mut ticks = tokio::time::interval(PAUSE);
        let (mut settled, mut looked) = (began, began);
        loop {
            let is_over = tokio::select! {
                () = &mut wait => true,
                _ = ticks.tick() => false,
            };
            self.listen();
            if is_over {
                break;
            }
            if settled.elapsed() >= SETTLING {
                self.collector.settle(Moment::now());
                settled = Instant::now();
            }
            if looked.elapsed() >= AGAIN {
                self.look_again().await;
                looked = Instant::now();
            }
        }
        self.look(|_| true).await;
        self.listen();
        let window = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.collector.finish(window)
    }

    async fn prick_up(&mut self) {
        self.watch.prick_up().await;
        self.collector.hear(self.watch.hears_sockets());
    }

    /// Looks into those that `wanted` lets through. That may take as long as it takes to
    /// fill the room for what is told.
    async fn look(&mut self, wanted: impl Fn(LookoutAt) -> bool) {
        self.collector.begin_look();
        let Self { watch, collector, buffer, meanwhile, .. } = self;
        let mut heard = Instant::now();
        for part in [Part::Sockets, Part::Memory] {
            let take = |seen| {
                collector.add_look(seen);
                if heard.elapsed() >= PAUSE {
                    meanwhile.push(watch.listen(buffer));
                    heard = Instant::now();
                }
            };
            watch.look(part, &wanted, take).await;
            collector.turn_guesses();
        }
    }

    fn listen(&mut self) {
        let now = self.watch.listen(&mut self.buffer);
        for told in self.meanwhile.drain(..).chain([now]) {
            for seen in told.seen {
                self.collector.add(seen);
            }
            for at in told.lost {
                self.collector.lost(at);
            }
        }
    }

    /// Waits for something, and listens meanwhile.
    async fn listening<T>(&mut self, something: impl Future<Output = T>) -> T {
        let mut something = pin!(something);
        let mut ticks = tokio::time::interval(PAUSE);
        loop {
            tokio::select! {
                done = &mut something => return done,
                _ = ticks.tick() => self.listen(),
            }
        }
    }

    /// Looks for what has come, and where nothing is told.
    async fn look_again(&mut self) {
        self.find_new().await;
        let told: Vec<bool> =
            (0..self.watch.lookouts().all.len()).map(|at| self.collector.is_told(at)).collect();
        self.look(|at| !told[at]).await;
    }

    /// Watches new containers as well, and notes who has which address now.
    async fn find_new(&mut self) {
        let (asked, mut parts) = (Moment::now(), Vec::new());
        let engines = self.engines;
        for (node, engine) in engines.iter() {
            // An engine that is away for a moment has nothing new to tell.
            let scanned = scan(engine, ScanOptions::default(), |_, _| {});
            let Ok(now) = self.listening(scanned).await else { return };
            parts.push((node.to_owned(), now));
        }
        let snapshot = match parts.len() {
            1 if !self.engines.are_named() => parts.remove(0).1,
            _ => Snapshot::join(parts),
        };
        // The last words of what is gone.
        self.listen();
        let map = Map::new(&snapshot);
        let about = (self.about)(&map);
        self.watch.open_more(self.engines, &snapshot, about);
        self.prick_up().await;
        let lookouts = self.watch.lookouts();
        let who = Who::new(&map, lookouts);
        self.collector.set_who(who, lookouts, asked);
    }
}
