//! Measuring from inside network namespaces with sockets of our own: nothing
//! is needed in the container, and everything is tried at once, so that one
//! time-out pays for all that stays silent. Names alone are asked for by turns,
//! since one engine answers for all containers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared, join_all};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpSocket;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::echoes::{Echoes, refused_here};
use super::namespaces::{NamespaceHandle, SocketKind};
use super::resolve::{Failure, Resolver, Settings, Turns};
use crate::engine::Visitor;
use crate::model::{Attempt, Latency, Outcome, ResolvedName, Why};
use crate::probe::plan::{Act, Station};
use crate::probe::{Answer, Limits};

/// The method's name in measurements.
const NAME: &str = "netns";

/// TCP connections tried at once, over all stations.
const CONNECTIONS: usize = 512;

/// Measures from every station whose namespace can be entered; for each its position and an
/// answer for each of its acts. `done` is called with the number of acts that are newly done.
pub async fn run(
    stations: &[Station],
    handles: &[Result<NamespaceHandle, String>],
    limits: &Limits,
    done: &dyn Fn(usize),
) -> Vec<(usize, Vec<Answer>)> {
    let open: Vec<(usize, &NamespaceHandle)> = handles
        .iter()
        .enumerate()
        .filter_map(|(at, handle)| Some((at, handle.as_ref().ok()?)))
        .collect();
    if open.is_empty() {
        return Vec::new();
    }
    let visitor = match Visitor::start() {
        Ok(visitor) => visitor,
        Err(error) => {
            let why = Answer::unknown(format!("no thread to enter namespaces with: {error}"));
            return open
                .into_iter()
                .map(|(at, _)| (at, vec![why.clone(); stations[at].acts.len()]))
                .collect();
        }
    };
    raise_file_limit();
    let connections = Rc::new(Semaphore::new(CONNECTIONS));
    let (visitor, rations) = (&visitor, &Rations { connections, turns: Turns::default() });
    join_all(open.into_iter().map(async |(at, handle)| {
        let acts = &stations[at].acts;
        let visit = Visit::begin(visitor, handle, limits, rations.clone(), acts).await;
        let answers = visit.measure(acts).await;
        done(acts.len());
        (at, answers)
    }))
    .await
}

/// What names lead to, asked for from the namespace behind the handle. Names of
/// which no server could tell are not among them.
pub async fn resolve(
    handle: &NamespaceHandle,
    names: &[String],
    wait: Duration,
) -> Vec<ResolvedName> {
    let Ok(visitor) = Visitor::start() else { return Vec::new() };
    let Ok(settings) = Settings::of(handle, &visitor).await else { return Vec::new() };
    let resolver = Resolver::open(settings, &visitor, handle, Turns::default()).await;
    let asking = join_all(names.iter().map(async |name| {
        let address = match resolver.resolve(name, wait).await {
            Ok(address) => Some(address),
            Err(Failure::NoSuchName) => None,
            Err(_) => return None,
        };
        Some(ResolvedName { name: name.clone(), address })
    }));
    let listening = async {
        resolver.listen().await;
        // Without a server to listen to, what is asked still has to end.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        led = asking => led.into_iter().flatten().collect(),
        () = listening => Vec::new(),
    }
}

/// Each station needs a handful of sockets; the usual soft limit of 1024 open
/// files is meant for programs that use `select`.
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    // Where it cannot be raised, sockets that cannot be made say so.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// What all visits share, so that they do not ask for too much at once.
#[derive(Clone)]
struct Rations {
    /// TCP connections under way.
    connections: Rc<Semaphore>,
    /// Questions to name servers.
    turns: Turns,
}

type UnderWay<'v> = Shared<LocalBoxFuture<'v, Answer>>;

/// Everything that measuring from one station takes.
struct Visit<'a> {
    visitor: &'a Visitor,
    handle: &'a NamespaceHandle,
    limits: &'a Limits,
    connections: Rc<Semaphore>,
    echoes: Echoes,
    resolver: Result<Resolver, String>,
}

impl<'a> Visit<'a> {
    async fn begin(
        visitor: &'a Visitor,
        handle: &'a NamespaceHandle,
        limits: &'a Limits,
        rations: Rations,
        acts: &[Act],
    ) -> Self {
        let resolver = if acts.iter().any(|act| matches!(act, Act::Name(..))) {
            match Settings::of(handle, visitor).await {
                Ok(settings) => Ok(Resolver::open(settings, visitor, handle, rations.turns).await),
                Err(error) => Err(format!("its resolver configuration cannot be read: {error}")),
            }
        } else {
            Err("no names are asked for".to_owned())
        };
        let echoes = Echoes::open(visitor, handle).await;
        Self { visitor, handle, limits, connections: rations.connections, echoes, resolver }
    }

    /// Tries all acts at once. An address asked for twice, once as such and
    /// once as what a name leads to, is tried once.
    async fn measure(&self, acts: &[Act]) -> Vec<Answer> {
        let known: RefCell<HashMap<(IpAddr, Attempt), UnderWay>> = RefCell::default();
        let attempt = |address: IpAddr, attempt: Attempt| -> UnderWay {
            let begin = || self.attempt(address, attempt).boxed_local().shared();
            known.borrow_mut().entry((address, attempt)).or_insert_with(begin).clone()
        };
        let measuring = join_all(acts.iter().map(async |act| match act {
            Act::Address(address, how) => attempt(*address, *how).await,
            Act::Name(name, how) => match self.resolve(name).await {
                Ok(address) => Answer { leads_to: Some(address), ..attempt(address, *how).await },
                Err(answer) => answer,
            },
        }));
        let listening = async {
            tokio::join!(self.echoes.listen(), async {
                if let Ok(resolver) = &self.resolver {
                    resolver.listen().await;
                }
            });
            // Without a socket there is nobody to listen to, and the answers
            // still have to come.
            std::future::pending::<()>().await;
        };
        tokio::select! {
            answers = measuring => answers,
            () = listening => Vec::new(),
        }
    }

    async fn resolve(&self, name: &str) -> Result<IpAddr, Answer> {
        let resolver = self.resolver.as_ref().map_err(|why| Answer::unknown(why.clone()))?;
        let failure = match resolver.resolve(name, self.limits.wait).await {
            Ok(address) => return Ok(address),
            Err(failure) => failure,
        };
        let answer = Answer { method: NAME, ..Answer::of(Outcome::NameNotFound) };
        Err(match failure {
            Failure::NoSuchName => answer,
            Failure::CannotTell(2) => answer.because(Why::NameServerFailed),
            Failure::CannotTell(code) => {
                answer.because(format!("its name server refused it (code {code})"))
            }
            Failure::Silent => answer.because(Why::NameServersSilent),
            Failure::CannotAsk(why) => {
                answer.because(format!("its name servers cannot be asked: {why}"))
            }
            Failure::NoSocket(why) => {
                Answer::unknown(format!("no socket to ask its name servers with: {why}"))
            }
        })
    }

    async fn attempt(&self, address: IpAddr, attempt: Attempt) -> Answer {
        let answer = match attempt {
            Attempt::Icmp => self.ping(address).await,
            Attempt::Tcp(port) => self.connect(SocketAddr::new(address, port)).await,
        };
        match answer.outcome {
            Outcome::Unknown => answer,
            _ => Answer { method: NAME, ..answer },
        }
    }

    /// Pings, and where that is asked for tries how large a packet gets there.
    async fn ping(&self, address: IpAddr) -> Answer {
        let answer = self.echoes.ping(address, self.limits).await;
        let is_far = self.limits.full_size && !address.is_loopback();
        if !is_far || answer.outcome != Outcome::Reachable {
            return answer;
        }
        let full_size = match self.handle.largest_packet(self.visitor, address).await {
            Ok(largest) => self.echoes.full_size(address, largest, self.limits).await,
            // Without it nothing is said of large ones.
            Err(_) => None,
        };
        Answer { full_size, ..answer }
    }

    /// Connects as often as asked and closes again.
    async fn connect(&self, to: SocketAddr) -> Answer {
        let mut trips = Vec::new();
        let mut ended = Answer::of(Outcome::Timeout);
        for _ in 0..self.limits.count {
            let Ok(_permit) = self.connections.acquire().await else { break };
            let socket = match self.handle.socket(self.visitor, SocketKind::Tcp(to.ip())).await {
                Ok(socket) => TcpSocket::from_std_stream(socket.into()),
                Err(error) => return Answer::unknown(format!("no socket: {error}")),
            };
            let began = Instant::now();
            ended = match timeout(self.limits.wait, socket.connect(to)).await {
                Ok(Ok(_)) => Answer::of(Outcome::Reachable),
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    Answer::of(Outcome::Refused)
                }
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::TimedOut => {
                    Answer::of(Outcome::Timeout)
                }
                Ok(Err(error)) => refused_here(&error),
                Err(_) => Answer::of(Outcome::Timeout),
            };
            if ended.outcome.got_through() != Some(true) {
                break;
            }
            trips.push(began.elapsed());
        }
        let received = u32::try_from(trips.len()).unwrap_or(u32::MAX);
        let silent = u32::from(ended.outcome.got_through() != Some(true));
        if let (1.., Some(false)) = (received, ended.outcome.got_through()) {
            // Some got through: the way is open, if not for all.
            ended = Answer::of(Outcome::Reachable);
        }
        Answer { latency: Latency::of(&trips), sent: received + silent, received, ..ended }
    }
}
