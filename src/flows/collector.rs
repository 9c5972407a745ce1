//! Puts sightings together as they come.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt};

use super::connection::{Connection, Fate};
use super::heard::{Heard, Which};
use super::proxied;
use super::settled::Settled;
use super::tally::{Kind, Tallies};
use super::who::{End, RESOLVER, Who};
use crate::model::{
    Ends, Family, FlowOutcome, FlowProtocol, Flows, Hop, HopBy, Look, LookoutAt, Lookouts,
    Milestone, Moment, Party, Sighting, Stage, Unread, Waiting,
};

/// Connections that are put together at once.
const MOST: usize = 65_536;

/// Seconds after which nobody has anything more to say of what is over.
const SETTLED: f64 = 5.0;

/// Seconds after which it is no more waited for the word of who has which address.
const UNSURE: f64 = 30.0;

/// Where a connection's addresses mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scope {
    /// On an engine, by a lookout of it.
    Engine(LookoutAt),
    /// In one network namespace only: to and from loopback.
    Within(LookoutAt),
}

type Key = (Scope, Ends);

/// Everything that was seen.
#[derive(Debug)]
pub struct Collector {
    who: Who,
    began: Moment,
    /// When it was known last who has which address.
    asked: Moment,
    /// The first lookout of each one's engine.
    engines: Vec<LookoutAt>,
    /// Each by itself: a table of them would need twice the room while it grows.
    connections: HashMap<Key, Box<Connection>>,
    /// Addresses that connections have behind a port of the machine or a
    /// change of addresses, and those they began with.
    aliases: HashMap<Key, Key>,
    settled: Settled,
    waiting: HashMap<(LookoutAt, FlowProtocol, u16), Option<usize>>,
    tallies: Tallies,
    /// The number of the last look, and which lookouts' sockets were read in it.
    look: u32,
    read: BTreeSet<LookoutAt>,
    /// By lookout whether connections are tracked there, and what was not seen.
    tracked: BTreeMap<LookoutAt, bool>,
    /// The family of addresses of which connections are not, where the other's are.
    untracked: BTreeMap<LookoutAt, Family>,
    /// Where the kernel tells of each TCP socket that is gone.
    heard: BTreeSet<LookoutAt>,
    blind: BTreeMap<LookoutAt, BTreeSet<String>>,
    not_looked: BTreeSet<Unread>,
    dropped: u64,
}

impl Collector {
    /// Nothing seen yet.
    pub fn new(who: Who, lookouts: &Lookouts) -> Self {
        let first = |node: &str| lookouts.all.iter().position(|other| other.node == node);
        let began = Moment::now();
        Self {
            who,
            began,
            asked: began,
            engines: lookouts.all.iter().map(|of| first(&of.node).unwrap_or(0)).collect(),
            connections: HashMap::new(),
            aliases: HashMap::new(),
            settled: Settled::default(),
            waiting: HashMap::new(),
            tallies: Tallies::default(),
            look: 0,
            read: BTreeSet::new(),
            tracked: BTreeMap::new(),
            untracked: BTreeMap::new(),
            heard: BTreeSet::new(),
            blind: BTreeMap::new(),
            not_looked: lookouts.not_looked.iter().cloned().collect(),
            dropped: 0,
        }
    }

    /// Begins a look into everything, of which all that is added from now on is a part.
    pub fn begin_look(&mut self) {
        self.look += 1;
        self.read.clear();
    }

    /// Adds what was seen in one place, or a part of it.
    pub fn add_look(&mut self, look: Look) {
        self.add_waiting(&look.waiting);
        if look.has_sockets {
            self.read.insert(look.at);
        }
        if let Some(is_tracked) = look.is_tracked {
            self.tracked.insert(look.at, is_tracked);
            match look.untracked {
                Some(family) => drop(self.untracked.insert(look.at, family)),
                None => drop(self.untracked.remove(&look.at)),
            }
        }
        self.blind.entry(look.at).or_default().extend(look.blind);
        self.dropped += look.dropped;
        // Who knows for certain which end began comes first.
        let (guesses, certain): (Vec<_>, Vec<_>) =
            look.seen.into_iter().partition(|seen| seen.may_be_reversed);
        for seen in certain.into_iter().chain(guesses) {
            self.add(seen);
        }
    }

    /// Turns connections that are known the wrong way round, which shows once all
    /// are known who wait on a port.
    pub fn turn_guesses(&mut self) {
        let wrong = self.connections.iter().filter(|((scope, ends), known)| {
            let (Scope::Engine(at) | Scope::Within(at)) = *scope;
            known.may_be_reversed && self.is_from_who_waits(at, *ends)
        });
        let wrong = wrong.map(|(key, _)| *key);
        for key in wrong.collect::<Vec<_>>() {
            let Some(mut known) = self.connections.remove(&key) else { continue };
            known.turn();
            match self.connections.entry((key.0, key.1.reversed())) {
                Entry::Occupied(mut same) => same.get_mut().merge(*known),
                Entry::Vacant(free) => drop(free.insert(known)),
            }
        }
    }

    fn add_waiting(&mut self, waiting: &[Waiting]) {
        for one in waiting {
            let known = self.waiting.entry((one.at, one.protocol, one.port)).or_default();
            *known = one.owner.or(*known);
        }
    }

    /// Adds what was seen of one connection.
    pub fn add(&mut self, mut seen: Sighting) {
        if self.is_reversed(&seen) {
            seen = seen.reversed();
        }
        let scope = self.scope(&seen);
        let key = self.known_as((scope, seen.ends));
        if seen.passed_on != seen.ends {
            self.alias((self.scope_of(seen.at, seen.passed_on), seen.passed_on), key);
        }
        if !seen.may_be_reversed {
            self.turn(key);
        }
        let mut heard = Heard::default();
        if let Some(known) = self.connections.get_mut(&key) {
            match known.heard.hear(&seen) {
                Which::Former => return,
                Which::Last if !is_another(known, &seen) => {
                    known.add(&seen, self.look);
                    return;
                }
                Which::Next => heard = std::mem::take(&mut known.heard),
                Which::Last => drop(heard.hear(&seen)),
            }
            self.count_one(key);
        } else {
            // What was never seen to begin has nothing to end; and what was counted
            // before is remembered still.
            let is_forgotten = matches!(seen.stage, Stage::Forgotten { .. });
            let is_old = || !begins(&seen) && self.has_settled(key, &seen);
            if is_forgotten || is_old() || self.is_of_former(&seen) {
                return;
            }
            heard.hear(&seen);
        }
        if self.connections.len() < MOST {
            let connection = Connection::new(&seen, self.look, heard);
            self.connections.insert(key, Box::new(connection));
        } else {
            self.dropped += 1;
            // Others see it as well, and it is one all the same.
            self.settled.insert(&key, Moment::now());
        }
    }

    /// Whether it was over before a container was made that has one of its addresses: the
    /// kernel remembers what others did who had them.
    fn is_of_former(&self, seen: &Sighting) -> bool {
        let node = self.who.node(seen.at);
        let addresses = [seen.ends.from, seen.ends.to, seen.passed_on.from, seen.passed_on.to];
        addresses.iter().any(|end| self.who.was_anothers(node, end.ip(), seen.last))
    }

    /// Whether it was counted before, maybe as one that began at the other end. Of the
    /// end of a socket nobody tells twice.
    fn has_settled(&self, (scope, ends): Key, seen: &Sighting) -> bool {
        let is_known = |ends: Ends, milestone: Option<Milestone>| {
            let key = (scope, ends);
            let is_next = |told| self.settled.contains(&(key, (seen.at, told)));
            self.settled.contains(&key) && !milestone.is_some_and(is_next)
        };
        let reversed = seen.milestone.map(Milestone::reversed);
        is_known(ends, seen.milestone)
            || seen.may_be_reversed && is_known(ends.reversed(), reversed)
    }

    /// A connection known the other way round, by somebody who did not know
    /// better, is turned.
    fn turn(&mut self, key: Key) {
        let other = (key.0, key.1.reversed());
        if !self.connections.get(&other).is_some_and(|known| known.may_be_reversed) {
            return;
        }
        if let Some(mut known) = self.connections.remove(&other) {
            known.turn();
            self.connections.insert(key, known);
        }
    }

    /// Whether who seems to have begun it is the server.
    fn is_reversed(&self, seen: &Sighting) -> bool {
        let key = |ends| self.known_as((self.scope_of(seen.at, ends), ends));
        if seen.may_be_reversed && !self.connections.contains_key(&key(seen.ends)) {
            let turned = seen.ends.reversed();
            if self.connections.contains_key(&key(turned)) {
                return true;
            }
        }
        // The kernel begins to remember in the middle of a connection, too.
        self.is_from_who_waits(seen.at, seen.ends)
    }

    /// Whether who is taken for the client waits for others on its port, and the
    /// other end does not.
    fn is_from_who_waits(&self, at: LookoutAt, ends: Ends) -> bool {
        ends.protocol == FlowProtocol::Tcp
            && self.waits(at, ends, true).is_some()
            && self.waits(at, ends, false).is_none()
    }

    /// Whether somebody waits on the port of one of the ends, and who.
    fn waits(&self, at: LookoutAt, ends: Ends, of_client: bool) -> Option<Option<usize>> {
        let end = if of_client { ends.from } else { ends.to };
        let lookout = if end.ip().is_loopback() {
            at
        } else {
            self.who.lookout_of(self.who.node(at), end.ip())?
        };
        self.waiting.get(&(lookout, ends.protocol, end.port())).copied()
    }

    fn scope(&self, seen: &Sighting) -> Scope {
        self.scope_of(seen.at, seen.ends)
    }

    fn scope_of(&self, at: LookoutAt, ends: Ends) -> Scope {
        if ends.from.ip().is_loopback() || ends.to.ip().is_loopback() {
            Scope::Within(at)
        } else {
            Scope::Engine(self.engines.get(at).copied().unwrap_or(at))
        }
    }

    /// What the connection is known as whose addresses may have been changed.
    fn known_as(&self, mut key: Key) -> Key {
        for _ in 0..4 {
            match self.aliases.get(&key) {
                Some(first) => key = *first,
                None => break,
            }
        }
        key
    }

    /// Notes that a connection goes by these addresses as well.
    fn alias(&mut self, other: Key, first: Key) {
        if other == first || self.aliases.len() >= 2 * MOST {
            return;
        }
        self.aliases.insert(other, first);
        if let Some(same) = self.connections.remove(&other) {
            match self.connections.get_mut(&first) {
                Some(known) => known.merge(*same),
                None => {
                    let mut known = same;
                    (known.client, known.dialled) = (first.1.from, first.1.to);
                    self.connections.insert(first, known);
                }
            }
        }
    }

    /// Counts what is over, so that it needs no more room of its own. It waits until
    /// it is known who had its addresses then, as long as there is room to.
    pub fn settle(&mut self, now: Moment) {
        let is_full = self.connections.len() > MOST / 2;
        let is_sure = |seen: &Connection| {
            is_full || self.asked.is_not_before(seen.last) || now.since(seen.last) > UNSURE
        };
        let over: Vec<Key> = self
            .connections
            .iter()
            .filter(|(_, seen)| seen.is_over() && now.since(seen.last) > SETTLED && is_sure(seen))
            .map(|(key, _)| *key)
            .collect();
        self.count_all(over, now);
    }

    /// Counts one, and forgets it.
    fn count_one(&mut self, key: Key) {
        if let Some(connection) = self.connections.remove(&key) {
            self.count(key, &connection);
        }
    }

    /// Counts these, which are known from then on by no more than that.
    fn count_all(&mut self, keys: Vec<Key>, now: Moment) {
        for key in keys {
            let Some(connection) = self.connections.remove(&key) else { continue };
            self.count(key, &connection);
            self.settled.insert(&key, now);
            for told in connection.heard.ends_alone() {
                self.settled.insert(&(key, told), now);
            }
        }
        let Self { connections, aliases, settled, .. } = self;
        aliases.retain(|other, first| {
            let is_there = connections.contains_key(first);
            if !is_there {
                settled.insert(other, now);
            }
            is_there
        });
    }

    /// Tells from now on who has which address by another map, which was asked for at
    /// that moment, and of which these are all lookouts. What began before somebody
    /// else had an address is told by the one before.
    pub fn set_who(&mut self, mut who: Who, lookouts: &Lookouts, asked: Moment) {
        let since = self.who.moved(&who);
        let moved = |(_, ends): &Key, connection: &Connection| {
            [ends.from.ip(), ends.to.ip(), connection.server.ip()].into_iter().any(|address| {
                let began_after = |since: Moment| connection.first.is_not_before(since);
                since.get(&address).is_some_and(|since| !since.is_some_and(began_after))
            })
        };
        self.asked = asked;
        let moved: Vec<Key> = self
            .connections
            .iter()
            .filter(|(key, connection)| moved(key, connection))
            .map(|(key, _)| *key)
            .collect();
        self.count_all(moved, Moment::now());
        who.keep_names_of(&self.who);
        self.who = who;
        let first = |node: &str| lookouts.all.iter().position(|other| other.node == node);
        self.engines = lookouts.all.iter().map(|of| first(&of.node).unwrap_or(0)).collect();
        self.not_looked.extend(lookouts.not_looked.iter().cloned());
    }

    /// Whether what happens in a lookout is told at once.
    pub fn is_told(&self, at: LookoutAt) -> bool {
        self.tracked.get(&at).copied().unwrap_or(false)
    }

    /// Notes where the kernel tells of each TCP socket that is gone.
    pub fn hear(&mut self, at: impl IntoIterator<Item = LookoutAt>) {
        self.heard.extend(at);
    }

    /// Notes that more was told in a lookout than could be heard.
    pub fn lost(&mut self, at: LookoutAt) {
        let why = "more happened there than could be listened to: some connections were missed";
        self.blind.entry(at).or_default().insert(why.to_owned());
    }

    /// The flows of all that was seen in `window_ms` milliseconds of listening.
    pub fn finish(mut self, window_ms: u64) -> Flows {
        for (key, connection) in std::mem::take(&mut self.connections) {
            self.count(key, &connection);
        }
        proxied::join(&mut self.tallies);
        let not_looked = self.not_looked();
        let dropped = self.dropped + self.tallies.dropped;
        let flows = self.tallies.into_flows();
        let mut flows = Flows { began: Some(self.began), window_ms, flows, dropped, not_looked };
        flows.tidy();
        flows
    }

    fn count(&mut self, key: Key, connection: &Connection) {
        if let Some(kind) = self.kind(key, connection) {
            let is_open = self.is_open(key, connection);
            self.tallies.count(kind, connection, is_open);
        }
    }

    /// Whether it is open by the last look: by its sockets, where those of one
    /// of its ends were read.
    fn is_open(&self, (scope, ends): Key, connection: &Connection) -> bool {
        let read = |at: LookoutAt| self.read.contains(&at);
        let sockets = match scope {
            Scope::Within(at) => read(at),
            Scope::Engine(at) => {
                let node = self.who.node(at);
                let ends = [ends.from.ip(), connection.server.ip()];
                ends.into_iter().filter_map(|end| self.who.lookout_of(node, end)).any(read)
            }
        };
        if sockets {
            connection.open_socket == Some(self.look)
        } else {
            connection.open_tracked.is_some() || connection.open_socket.is_some()
        }
    }

    /// What it counts as; nothing where no container has to do with it.
    fn kind(&self, (scope, ends): Key, connection: &Connection) -> Option<Kind> {
        let (node, within) = match scope {
            Scope::Engine(at) => (self.who.node(at).to_owned(), None),
            Scope::Within(at) => (self.who.node(at).to_owned(), Some(at)),
        };
        let protocol = ends.protocol;
        let place = |end: std::net::IpAddr| within.or_else(|| self.who.lookout_of(&node, end));
        let waits = place(connection.server.ip())
            .and_then(|at| self.waiting.get(&(at, protocol, connection.server.port())))
            .copied()
            .flatten();
        let client =
            End { address: connection.client, within, owner: connection.client_owner, waits: None };
        let server = End {
            address: if ends.to.ip() == RESOLVER { ends.to } else { connection.server },
            within: within.filter(|_| connection.server.ip().is_loopback()),
            owner: connection.server_owner,
            waits,
        };
        let client = self.who.party(&node, client);
        let mut kind = Kind {
            server: self.who.party(&node, server),
            network: self
                .who
                .network(&node, connection.server.ip())
                .or_else(|| self.who.network(&node, connection.client.ip())),
            protocol,
            port: (protocol != FlowProtocol::Icmp).then_some(server.address.port()),
            via: None,
            outcome: outcome(connection.fate),
            client,
        };
        self.add_hop(&node, ends, connection, &mut kind);
        let is_talk_to_itself = kind.client == kind.server && kind.via.is_none();
        let is_somebody_s = [&kind.client, &kind.server].iter().any(|p| !p.containers().is_empty());
        (is_somebody_s && !is_talk_to_itself).then_some(kind)
    }

    /// The port of the machine that it went through, if it did.
    fn add_hop(&self, node: &str, ends: Ends, connection: &Connection, kind: &mut Kind) {
        let dialled = ends.to;
        let to = (dialled.ip(), dialled.port());
        if dialled != connection.server && !kind.server.containers().is_empty() {
            kind.via = Some(Hop { address: to.0, port: to.1, by: HopBy::Nat });
        } else if kind.server == Party::Host
            && let Some(published) = self.who.published(node, kind.protocol, dialled)
        {
            kind.via = Some(Hop { address: to.0, port: to.1, by: HopBy::Proxy });
            kind.server = Party::Container { name: published.container.clone() };
            kind.port = Some(published.port);
            kind.network.clone_from(&published.network);
        }
    }

    /// What could not be looked at, and where only what is open can be seen.
    fn not_looked(&self) -> Vec<Unread> {
        let mut notes: Vec<Unread> = self.not_looked.iter().cloned().collect();
        for (at, whys) in &self.blind {
            notes.extend(whys.iter().map(|why| self.note(*at, why)));
        }
        // The machine's own connections are nobody's here.
        let is_somebody_s = |at: &LookoutAt| !self.who.names(*at).is_empty();
        for (at, _) in self.tracked.iter().filter(|(at, kept)| !**kept && is_somebody_s(at)) {
            notes.push(self.no_record(*at, ""));
        }
        let one_family = self.untracked.iter();
        for (at, family) in one_family.filter(|(at, family)| self.who.has(**at, **family)) {
            notes.push(self.no_record(*at, &format!(" by {}", family.as_str())));
        }
        notes
    }

    /// That some connections of a lookout are remembered by nobody.
    fn no_record(&self, at: LookoutAt, which: &str) -> Unread {
        let what = match self.heard.contains(&at) {
            true => "UDP, pings and refusals there may be missed",
            false => {
                "only what is open there can be seen, and TCP that was closed from there \
                 within the last minute"
            }
        };
        let why = "the kernel keeps no record of connections";
        self.note(at, &format!("{why}{which} in its network namespace: {what}"))
    }

    fn note(&self, at: LookoutAt, why: &str) -> Unread {
        match self.who.names(at).first() {
            Some(name) if !self.who.is_machine(at) => Unread::container(name, why),
            _ => Unread::machine(why),
        }
    }
}

/// Whether it is the first word of another connection with the ends of one that is
/// over, and of which nobody had told the beginning. That both ends tell of the same one
/// takes no longer than it does to settle.
fn is_another(known: &Connection, seen: &Sighting) -> bool {
    begins(seen) && known.is_over() && seen.last.since(known.last) > SETTLED
}

/// Whether it is the first word of a connection, and not the memory of one.
fn begins(seen: &Sighting) -> bool {
    seen.milestone == Some(Milestone::Began)
}

fn outcome(fate: Fate) -> FlowOutcome {
    match fate {
        Fate::Unanswered => FlowOutcome::Unanswered,
        Fate::Refused => FlowOutcome::Refused,
        Fate::Answered => FlowOutcome::Closed,
    }
}
