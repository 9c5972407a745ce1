//! Pinging many addresses at once through one socket for each address family.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use rustix::net::sockopt::{
    Ipv4PathMtuDiscovery, Ipv6PathMtuDiscovery, set_ip_mtu_discover, set_ipv6_mtu_discover,
};
use socket2::Socket;
use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout_at};

use super::icmp::{self, Nonce, Word};
use super::namespaces::{NamespaceHandle, SocketKind};
use crate::engine::Visitor;
use crate::model::{FullSize, Latency, Outcome, Why};
use crate::probe::{Answer, Limits};

/// Time between two tries of one ping.
const PACE: Duration = Duration::from_millis(200);

/// How long an answer to a packet of a certain size may take: there are some
/// ten of them, one after the other, to somebody who has answered before.
const PATIENCE: Duration = Duration::from_millis(400);

/// Bytes of a packet that is small: what every way must carry (RFC 791).
const SMALL: u32 = 68;

/// Time to wait where the kernel has no room for another packet or neighbour.
const BREATH: Duration = Duration::from_millis(25);

/// The sockets of one station, and the pings under way.
pub struct Echoes {
    v4: Result<UdpSocket, String>,
    v6: Result<UdpSocket, String>,
    nonce: Nonce,
    next: Cell<u32>,
    under_way: RefCell<HashMap<u32, Rc<Ping>>>,
}

/// One ping under way.
struct Ping {
    target: IpAddr,
    sent: RefCell<Vec<Instant>>,
    /// For each try the time its answer took.
    trips: RefCell<HashMap<u32, Duration>>,
    rejected: RefCell<Option<Why>>,
    /// Bytes of its packets, where they are to be larger than they must.
    size: usize,
    /// Whether somebody said that they are too large.
    is_too_large: Cell<bool>,
    news: Notify,
}

impl Echoes {
    /// Makes the sockets behind `handle`. One that cannot be made is no error
    /// as long as nobody pings through it.
    pub async fn open(visitor: &Visitor, handle: &NamespaceHandle) -> Self {
        let open = async |v6: bool| -> Result<UdpSocket, String> {
            handle
                .socket(visitor, SocketKind::Icmp { v6 })
                .await
                .and_then(|socket| unfragmented(socket, v6))
                // To tokio a raw socket is one for datagrams like any other.
                .and_then(|socket| UdpSocket::from_std(socket.into()))
                .map_err(|error| format!("no socket for pings: {error}"))
        };
        Self {
            v4: open(false).await,
            v6: open(true).await,
            // The standard library's own randomness is random enough to tell
            // this run's packets from others.
            nonce: RandomState::new().build_hasher().finish().to_be_bytes(),
            next: Cell::new(0),
            under_way: RefCell::default(),
        }
    }

    /// Pings `target` as often as asked. A first silence is not believed: one
    /// more packet goes out half way to the time-out.
    pub async fn ping(&self, target: IpAddr, limits: &Limits) -> Answer {
        self.ping_with(target, limits, 0).await.0
    }

    /// How large a packet gets to `target`, which answers small ones: `largest`
    /// is what the first interface on the way takes, and below it the size is
    /// found by halving.
    ///
    /// Nothing is said where large ones are lost, and then a small one as well.
    pub async fn full_size(
        &self,
        target: IpAddr,
        largest: u32,
        limits: &Limits,
    ) -> Option<FullSize> {
        let limits = Limits { wait: limits.wait.min(PATIENCE), count: 1, ..*limits };
        let told = Cell::new(false);
        let passes = async |size: u32| {
            let (answer, is_too_large) = self.ping_with(target, &limits, size as usize).await;
            told.set(told.get() | is_too_large);
            answer.outcome == Outcome::Reachable
        };
        let mut known = SMALL.min(largest);
        if passes(largest).await {
            known = largest;
        }
        // It lies between what passes and what does not.
        let mut lost = largest.max(known + 1);
        while known < largest && lost - known > 1 {
            let middle = known + (lost - known) / 2;
            if passes(middle).await { known = middle } else { lost = middle }
        }
        let told = told.get();
        let loses = known < largest && !told;
        let is_busy = loses && (passes(largest).await || !passes(SMALL).await);
        (!is_busy).then_some(FullSize { sent: largest, passes: known, told })
    }

    async fn ping_with(&self, target: IpAddr, limits: &Limits, size: usize) -> (Answer, bool) {
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        let ping = Rc::new(Ping {
            target,
            sent: RefCell::default(),
            trips: RefCell::default(),
            rejected: RefCell::default(),
            size,
            is_too_large: Cell::new(false),
            news: Notify::new(),
        });
        self.under_way.borrow_mut().insert(number, Rc::clone(&ping));
        let failed = self.tries(number, &ping, limits).await.err();
        self.under_way.borrow_mut().remove(&number);
        (ping.answer(failed), ping.is_too_large.get())
    }

    async fn tries(&self, number: u32, ping: &Ping, limits: &Limits) -> Result<(), Answer> {
        for attempt in 0..limits.count {
            self.send(number, attempt, ping, limits.wait).await?;
            if attempt + 1 < limits.count {
                sleep(PACE).await;
            }
        }
        let last = Instant::now();
        let half_way = last + limits.wait / 2;
        if limits.insists && !ping.is_settled(limits.count, half_way).await && ping.is_silent() {
            self.send(number, limits.count, ping, limits.wait / 2).await?;
        }
        ping.is_settled(limits.count, last + limits.wait).await;
        Ok(())
    }

    async fn send(
        &self,
        number: u32,
        attempt: u32,
        ping: &Ping,
        patience: Duration,
    ) -> Result<(), Answer> {
        let v6 = ping.target.is_ipv6();
        let socket = if v6 { &self.v6 } else { &self.v4 };
        let socket = socket.as_ref().map_err(|why| Answer::unknown(why.clone()))?;
        let packet = icmp::request_of(v6, self.nonce, number, attempt, ping.size);
        let to = SocketAddr::new(ping.target, 0);
        let until = Instant::now() + patience;
        loop {
            let began = Instant::now();
            match socket.send_to(&packet, to).await {
                Ok(_) => {
                    ping.sent.borrow_mut().push(began);
                    return Ok(());
                }
                // Out of room for packets or, with hundreds of containers,
                // for neighbours: the kernel makes some in a while.
                Err(error) if is_out_of_room(&error) && Instant::now() + BREATH < until => {
                    sleep(BREATH).await;
                }
                Err(error) => return Err(refused_here(&error)),
            }
        }
    }

    /// Takes in answers, for as long as it is polled.
    pub async fn listen(&self) {
        tokio::join!(self.listen_to(&self.v4, false), self.listen_to(&self.v6, true));
    }

    async fn listen_to(&self, socket: &Result<UdpSocket, String>, v6: bool) {
        let Ok(socket) = socket else { return };
        let mut buffer = [0; 2048];
        loop {
            let read = socket.recv(&mut buffer).await;
            let now = Instant::now();
            match read {
                Ok(length) => {
                    let packet = &buffer[..length];
                    let word = if v6 {
                        icmp::read_v6(packet, self.nonce)
                    } else {
                        icmp::read_v4(packet, self.nonce)
                    };
                    if let Some(word) = word {
                        self.hear(word, now);
                    }
                }
                // An error that a packet brought back; the pings it concerns
                // find out by their own means.
                Err(_) => sleep(Duration::from_millis(1)).await,
            }
        }
    }

    fn hear(&self, word: Word, now: Instant) {
        let under_way = self.under_way.borrow();
        match word {
            Word::Echo { act, attempt } => {
                let Some(ping) = under_way.get(&act) else { return };
                let sent = ping.sent.borrow().get(attempt as usize).copied();
                if let Some(sent) = sent {
                    let trip = now.saturating_duration_since(sent);
                    ping.trips.borrow_mut().entry(attempt).or_insert(trip);
                    ping.news.notify_one();
                }
            }
            Word::TooLarge { target } => {
                for ping in under_way.values().filter(|ping| ping.target == target) {
                    ping.is_too_large.set(true);
                    ping.news.notify_one();
                }
            }
            Word::Unreachable { target, why } => {
                for ping in under_way.values().filter(|ping| ping.target == target) {
                    *ping.rejected.borrow_mut() = Some(why.clone());
                    ping.news.notify_one();
                }
            }
        }
    }
}

impl Ping {
    fn is_silent(&self) -> bool {
        self.trips.borrow().is_empty()
            && self.rejected.borrow().is_none()
            && !self.is_too_large.get()
    }

    /// Waits until every try is answered or one was rejected; `false` when
    /// `until` comes first.
    async fn is_settled(&self, tries: u32, until: Instant) -> bool {
        loop {
            let answered = self.trips.borrow().len();
            let enough = usize::try_from(tries).unwrap_or(usize::MAX);
            if answered >= enough || (answered > 0 && self.sent.borrow().len() > enough) {
                return true;
            }
            if self.rejected.borrow().is_some() || self.is_too_large.get() {
                return true;
            }
            if timeout_at(until, self.news.notified()).await.is_err() {
                return false;
            }
        }
    }

    fn answer(&self, failed: Option<Answer>) -> Answer {
        let trips: Vec<Duration> = self.trips.borrow().values().copied().collect();
        let sent = u32::try_from(self.sent.borrow().len()).unwrap_or(u32::MAX);
        let received = u32::try_from(trips.len()).unwrap_or(u32::MAX);
        let answer = if received > 0 {
            Answer { latency: Latency::of(&trips), ..Answer::of(Outcome::Reachable) }
        } else if let Some(failed) = failed {
            return failed;
        } else if let Some(why) = self.rejected.borrow().clone() {
            Answer::of(Outcome::Unreachable).because(why)
        } else {
            Answer::of(Outcome::Timeout)
        };
        Answer { sent, received, ..answer }
    }
}

/// The socket, whose packets nobody takes to pieces: neither on the way nor
/// here, and whatever was learned of the way before.
fn unfragmented(socket: Socket, v6: bool) -> io::Result<Socket> {
    if v6 {
        set_ipv6_mtu_discover(&socket, Ipv6PathMtuDiscovery::PROBE)?;
    } else {
        set_ip_mtu_discover(&socket, Ipv4PathMtuDiscovery::PROBE)?;
    }
    Ok(socket)
}

fn is_out_of_room(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let out_of_room = [Errno::NOBUFS, Errno::NOMEM].map(|errno| Some(errno.raw_os_error()));
    out_of_room.contains(&error.raw_os_error())
}

/// Whether it is a route that forbids it, and no rule.
fn is_access(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::ACCESS.raw_os_error())
}

/// What it means that the source's own kernel would not send.
pub fn refused_here(error: &io::Error) -> Answer {
    let unreachable = |why: Why| Answer::of(Outcome::Unreachable).because(why);
    match error.kind() {
        io::ErrorKind::NetworkUnreachable => unreachable(Why::NoRoute),
        io::ErrorKind::HostUnreachable => unreachable(Why::NobodyThere),
        io::ErrorKind::PermissionDenied if is_access(error) => unreachable(Why::Prohibited),
        // The namespace's own firewall says it this way.
        io::ErrorKind::PermissionDenied => unreachable(Why::OwnFirewall),
        io::ErrorKind::AddrNotAvailable => unreachable(Why::NoSourceAddress),
        io::ErrorKind::InvalidInput => unreachable(Why::BlackHole),
        _ => Answer::unknown(format!("could not send: {error}")),
    }
}
