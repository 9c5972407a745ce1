//! Resolving a name the way the programs of a container do: its hosts file,
//! then the name servers of its resolver configuration, asked from inside its
//! network namespace, with a deadline of our own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

use super::dns::{self, RecordType, Reply};
use super::namespaces::{self, NamespaceHandle};
use crate::engine::Visitor;
use crate::model::ResolverSettings;

/// What is read of a hosts file or a resolver configuration, in bytes.
const KEPT: u64 = 256 << 10;

/// Name servers asked at most, as in the C library (`MAXNS`).
const MOST_SERVERS: usize = 3;

/// Search domains tried at most.
const MOST_DOMAINS: usize = 6;

/// Questions that wait for an answer at once, of one container and of all. The
/// engine answers for all of its containers, and hands on to one server what it
/// does not know; a socket has room for some 270 small packets (`rmem_default`)
/// and loses the others.
const OF_ONE: usize = 32;
const OF_ALL: usize = 256;

/// A question that has waited so long lets the next one go, and waits on: a
/// server may be slow, or gone.
const TURN: Duration = Duration::from_millis(20);

/// What a container resolves names with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    hosts: HashMap<String, IpAddr>,
    resolver: ResolverSettings,
}

impl Settings {
    /// The settings of the container behind the handle. A file that is missing
    /// is as good as empty, as it is for the C library.
    pub async fn of(handle: &NamespaceHandle, visitor: &Visitor) -> io::Result<Self> {
        let read = |path: &'static str| async move {
            match handle.read(visitor, path, KEPT).await {
                Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
                Err(error) => Err(error),
            }
        };
        let (hosts, resolver) = (read("etc/hosts").await?, read("etc/resolv.conf").await?);
        Ok(Self::parse(&hosts, &resolver))
    }

    fn parse(hosts: &str, resolver: &str) -> Self {
        let mut settings =
            Self { hosts: HashMap::new(), resolver: ResolverSettings::parse(resolver) };
        for line in hosts.lines() {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let Some(address) = words.next().and_then(|word| word.parse().ok()) else { continue };
            for name in words {
                // The first line counts, IPv4 before IPv6.
                let known = settings.hosts.entry(name.to_lowercase()).or_insert(address);
                if known.is_ipv6() && address.is_ipv4() {
                    *known = address;
                }
            }
        }
        let ResolverSettings { servers, search, .. } = &mut settings.resolver;
        search.truncate(MOST_DOMAINS);
        servers.truncate(MOST_SERVERS);
        if servers.is_empty() {
            // resolver(5): without a server the local one is asked.
            servers.push(Ipv4Addr::LOCALHOST.into());
        }
        settings
    }
}

/// Why a name led to no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The name servers know no such name.
    NoSuchName,
    /// They said that they cannot tell: the response code.
    CannotTell(u8),
    /// They did not answer in time.
    Silent,
    /// They could not be asked, by the container no more than by us.
    CannotAsk(String),
    /// We could not so much as try to ask.
    NoSocket(String),
}

/// Whose turn it is to ask, among all stations.
#[derive(Clone)]
pub struct Turns(Rc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Rc::new(Semaphore::new(OF_ALL)))
    }
}

/// One station's way of resolving names.
pub struct Resolver {
    settings: Settings,
    lines: Vec<Result<Line, Failure>>,
    own_turns: Semaphore,
    all_turns: Turns,
}

/// A socket to a name server, and who waits for which answer.
struct Line {
    socket: UdpSocket,
    waiting: RefCell<HashMap<u16, oneshot::Sender<Reply>>>,
    next: RefCell<u16>,
}

impl Resolver {
    /// A resolver with these settings, its sockets made behind `handle`.
    pub async fn open(
        settings: Settings,
        visitor: &Visitor,
        handle: &NamespaceHandle,
        all_turns: Turns,
    ) -> Self {
        let mut lines = Vec::new();
        for server in &settings.resolver.servers {
            lines.push(Line::open(*server, visitor, handle).await);
        }
        Self { settings, lines, own_turns: Semaphore::new(OF_ONE), all_turns }
    }

    /// The address that `name` leads to. The servers have `wait` to say so,
    /// from the moment that they are asked.
    pub async fn resolve(&self, name: &str, wait: Duration) -> Result<IpAddr, Failure> {
        let name = name.to_lowercase();
        if let Some(address) = self.settings.hosts.get(name.trim_end_matches('.')) {
            return Ok(*address);
        }
        let turn = (self.own_turns.acquire().await, self.all_turns.0.acquire().await);
        let mut asking = pin!(self.search(&name, Instant::now() + wait));
        match tokio::time::timeout(TURN.min(wait), &mut asking).await {
            Ok(answer) => answer,
            Err(_) => {
                drop(turn);
                asking.await
            }
        }
    }

    /// Asks for the name as it is and in each search domain, in the order of
    /// the C library. A server that fails on the name in a domain is passed
    /// over; what matters in the end is what became of the name itself.
    async fn search(&self, name: &str, deadline: Instant) -> Result<IpAddr, Failure> {
        let whole = name.trim_end_matches('.');
        let mut of_the_name = Err(Failure::NoSuchName);
        for question in self.settings.resolver.questions(name) {
            match self.ask_all(&question, deadline).await {
                Ok(address) => return Ok(address),
                // Nobody there to ask: for the next question no more than for this.
                Err(Failure::Silent) => return Err(Failure::Silent),
                Err(failure) if question == whole => {
                    let goes_on = failure == Failure::NoSuchName;
                    of_the_name = Err(failure);
                    if !goes_on {
                        break;
                    }
                }
                Err(_) => {}
            }
        }
        of_the_name
    }

    /// Asks the servers, the next where one fails or has had its share of the time.
    async fn ask_all(&self, name: &str, deadline: Instant) -> Result<IpAddr, Failure> {
        let mut failure = Failure::Silent;
        for (at, line) in self.lines.iter().enumerate() {
            let line = match line {
                Ok(line) => line,
                Err(why) => {
                    failure = why.clone();
                    continue;
                }
            };
            let now = Instant::now();
            let left = deadline.saturating_duration_since(now);
            let share = left / u32::try_from(self.lines.len() - at).unwrap_or(1);
            failure = match line.address(name, now + share).await {
                // A name that one server knows nothing of, no other is asked for.
                Ok(address) => return Ok(address),
                Err(Failure::NoSuchName) => return Err(Failure::NoSuchName),
                Err(other) => other,
            };
        }
        Err(failure)
    }

    /// Takes in answers, for as long as it is polled.
    pub async fn listen(&self) {
        let lines = self.lines.iter().filter_map(|line| line.as_ref().ok());
        futures_util::future::join_all(lines.map(Line::listen)).await;
    }
}

impl Line {
    async fn open(
        server: IpAddr,
        visitor: &Visitor,
        handle: &NamespaceHandle,
    ) -> Result<Self, Failure> {
        let ours = |error: io::Error| Failure::NoSocket(error.to_string());
        let socket =
            handle.socket(visitor, namespaces::SocketKind::Udp(server)).await.map_err(ours)?;
        socket.set_recv_buffer_size(1 << 20).map_err(ours)?;
        socket
            .connect(&SocketAddr::new(server, 53).into())
            .map_err(|error| Failure::CannotAsk(format!("{server}: {error}")))?;
        let socket = UdpSocket::from_std(socket.into()).map_err(ours)?;
        Ok(Self { socket, waiting: RefCell::default(), next: RefCell::new(1) })
    }

    async fn address(&self, name: &str, deadline: Instant) -> Result<IpAddr, Failure> {
        let mut failure = Failure::NoSuchName;
        for kind in [RecordType::A, RecordType::Aaaa] {
            match self.ask(name, kind, deadline).await {
                Ok(reply) if reply.code == 0 => {
                    if let Some(address) = reply.addresses.first() {
                        return Ok(*address);
                    }
                }
                Ok(reply) if reply.code == 3 => return Err(Failure::NoSuchName),
                Ok(reply) => failure = Failure::CannotTell(reply.code),
                Err(other) => return Err(other),
            }
        }
        Err(failure)
    }

    /// One question, asked again as long as nobody answers.
    async fn ask(&self, name: &str, kind: RecordType, deadline: Instant) -> Result<Reply, Failure> {
        let id = self.number().ok_or(Failure::Silent)?;
        let Some(question) = dns::question(id, name, kind) else {
            return Err(Failure::NoSuchName);
        };
        let (tell, mut told) = oneshot::channel();
        self.waiting.borrow_mut().insert(id, tell);
        let patience =
            (deadline.saturating_duration_since(Instant::now()) / 3).max(Duration::from_millis(50));
        let answer = loop {
            if let Err(error) = self.socket.send(&question).await {
                break Err(Failure::CannotAsk(error.to_string()));
            }
            let until = deadline.min(Instant::now() + patience);
            match tokio::time::timeout_at(until, &mut told).await {
                Ok(Ok(reply)) => break Ok(reply),
                Ok(Err(_)) => break Err(Failure::Silent),
                Err(_) if until >= deadline => break Err(Failure::Silent),
                Err(_) => {}
            }
        };
        self.waiting.borrow_mut().remove(&id);
        answer
    }

    /// A number that no question under way has.
    fn number(&self) -> Option<u16> {
        let waiting = self.waiting.borrow();
        let mut next = self.next.borrow_mut();
        for _ in 0..=u16::MAX {
            *next = next.wrapping_add(1);
            if !waiting.contains_key(&next) {
                return Some(*next);
            }
        }
        None
    }

    async fn listen(&self) {
        let mut buffer = [0; 1500];
        loop {
            match self.socket.recv(&mut buffer).await {
                Ok(length) => {
                    let Some(reply) = dns::reply(&buffer[..length]) else { continue };
                    let waiting = self.waiting.borrow_mut().remove(&reply.id);
                    if let Some(waiting) = waiting {
                        let _ = waiting.send(reply);
                    }
                }
                // A port that nobody listens on: the askers run into their deadline.
                Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_the_c_library_reads_them() {
        let settings = Settings::parse(
            "127.0.0.1 localhost\n::1 localhost ip6-localhost\n10.0.0.3\tdb Database # a link\nnonsense x\n",
            "search corp.example lan\nnameserver 127.0.0.11\noptions ndots:0\nnameserver oops\n",
        );
        assert_eq!(settings.hosts["localhost"], Ipv4Addr::LOCALHOST);
        assert_eq!(settings.hosts["database"], "10.0.0.3".parse::<IpAddr>().unwrap());
        assert!(!settings.hosts.contains_key("a"));
        assert_eq!(settings.resolver.servers, ["127.0.0.11".parse::<IpAddr>().unwrap()]);
        assert_eq!(settings.resolver.search, ["corp.example", "lan"]);
    }

    #[test]
    fn without_a_server_the_local_one_is_asked() {
        assert_eq!(Settings::parse("", "").resolver.servers, [Ipv4Addr::LOCALHOST]);
    }
}
