//! Opening the way to an engine, and asking it.
//!
//! bollard's own defaults ignore contexts, fall to plain HTTP when TLS was
//! asked for, and take an empty DOCKER_HOST for an address; so choosing is
//! done in [`super::place`], in docker's own order, and bollard is only
//! handed the result.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bollard::Docker;

use super::bounded::{self, Socket};
use super::identity::Identity;
use super::place::{Address, Place};
use super::podman;
use super::ssh::Tunnel;
use super::tls::Tls;
use crate::error::{Error, Result, Unreachable};

/// An open way to an engine.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) docker: Docker,
    address: Address,
    timeout: Duration,
    /// Kept open as long as anybody asks the engine.
    tunnel: Option<Arc<Tunnel>>,
    /// Known as soon as it has answered anything, where nobody in between hides it.
    identity: Arc<OnceLock<Identity>>,
}

impl Engine {
    /// Opens the way. Nothing is sent yet, except that a unix socket is looked
    /// at, so that a missing one can be distinguished from a forbidden one.
    ///
    /// # Errors
    ///
    /// [`Error::Unreachable`] for a socket that cannot be connected to, [`Error::Ssh`]
    /// and [`Error::Tls`] for ways that cannot be set up.
    pub async fn open(address: Address, timeout: Duration) -> Result<Self> {
        let (mut tunnel, identity) = (None, Arc::default());
        let client = |socket| bounded::docker(socket, timeout, Arc::clone(&identity));
        let opened = match &address.place {
            Place::Unix(path) => {
                check_socket(path, &address, timeout).await?;
                client(Socket::Unix(path.clone()))
            }
            Place::Ssh(login) => {
                let opened = Tunnel::open(login, timeout)
                    .await
                    .map_err(|why| Error::Ssh { address: address.to_string(), why })?;
                let socket = tunnel.insert(Arc::new(opened)).socket();
                client(Socket::Unix(socket.to_owned()))
            }
            Place::Tcp(host) => client(Socket::Tcp(host.clone())),
            Place::Tls(host, directory) => {
                let tls = Tls::new(host, directory).map_err(|(why, source)| Error::Tls {
                    address: address.to_string(),
                    why,
                    source: Some(source),
                })?;
                client(Socket::Tls(host.clone(), Box::new(tls)))
            }
        };
        match opened {
            Ok(docker) => Ok(Self { docker, address, timeout, tunnel, identity }),
            Err(error) => Err(Error::Unreachable {
                address: address.to_string(),
                why: error.to_string(),
                kind: Unreachable::Other,
                source: Some(error.into()),
            }),
        }
    }

    /// Where the engine is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Who it is, once it has answered anything.
    pub(super) fn identity(&self) -> Option<&Identity> {
        self.identity.get()
    }

    /// How long a single call may take, body included.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Runs one call with its deadline, and words its failure. bollard's own
    /// time-out ends with the response headers; this one covers the body too.
    pub(super) async fn ask<T>(
        &self,
        call: &'static str,
        answer: impl Future<Output = Result<T, bollard::errors::Error>>,
    ) -> Result<T> {
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                if let (Some(tunnel), true) = (&self.tunnel, is_cut(&error)) {
                    tunnel.hear_out().await;
                }
                Err(self.word(call, error))
            }
            Err(_) => Err(self.deadline(call)),
        }
    }

    fn deadline(&self, call: &'static str) -> Error {
        Error::Deadline { address: self.address.to_string(), call, after: self.timeout }
    }

    /// The one place where bollard's errors become ours.
    pub(super) fn word(&self, call: &'static str, error: bollard::errors::Error) -> Error {
        let worded = self.word_plainly(call, error);
        // Where the far end of the tunnel will not connect, the near end sees
        // no more than a connection cut short; ssh knows why.
        match (&worded, self.tunnel.as_ref().and_then(|tunnel| tunnel.complaint())) {
            (Error::Garbled { address, .. } | Error::Unreachable { address, .. }, Some(why)) => {
                Error::Ssh { address: address.clone(), why }
            }
            _ => worded,
        }
    }

    fn word_plainly(&self, call: &'static str, error: bollard::errors::Error) -> Error {
        use bollard::errors::Error as Bollard;
        let address = self.address.to_string();
        let (why, kind) = match &error {
            Bollard::DockerResponseServerError { status_code, message } => {
                return Error::Refused {
                    address,
                    call,
                    status: podman::status(*status_code, message.trim()),
                    message: one_line(message),
                };
            }
            Bollard::RequestTimeoutError => return self.deadline(call),
            Bollard::JsonDataError { message, .. } => (message.clone(), None),
            Bollard::JsonSerdeError { err } => (err.to_string(), None),
            Bollard::SocketNotFoundError(_) => {
                ("there is no such socket".to_owned(), Some(Unreachable::Missing))
            }
            other => root_cause(other),
        };
        let source = Some(error.into());
        match kind {
            // The connection worked and what came over it did not.
            None => Error::Garbled { address, call, why, source },
            Some(kind) => Error::Unreachable { address, why, kind, source },
        }
    }
}

/// Characters kept of what an engine says.
const MOST_SAID: usize = 500;

/// The first line of what an engine says that has something in it.
fn one_line(message: &str) -> String {
    let line = message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(MOST_SAID) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// Whether no answer of the engine came: it refused nothing, the way broke.
fn is_cut(error: &bollard::errors::Error) -> bool {
    !matches!(error, bollard::errors::Error::DockerResponseServerError { .. })
}

/// The innermost error's message and, where no answer came at all, its kind.
fn root_cause(error: &(dyn std::error::Error + 'static)) -> (String, Option<Unreachable>) {
    let mut innermost = error;
    let mut chain = vec![error];
    while let Some(source) = innermost.source() {
        innermost = source;
        chain.push(source);
    }
    let io = chain.iter().find_map(|error| error.downcast_ref::<std::io::Error>());
    let large = |io: &&std::io::Error| io.kind() == std::io::ErrorKind::FileTooLarge;
    if let Some(io) = io.filter(large) {
        return (io.to_string(), None);
    }
    let kind = io.map(|io| kind_of(io.kind()));
    let connecting = chain
        .iter()
        .filter_map(|error| error.downcast_ref::<hyper_util::client::legacy::Error>())
        .any(hyper_util::client::legacy::Error::is_connect);
    let kind = kind.or(connecting.then_some(Unreachable::Other));
    (innermost.to_string(), kind)
}

fn kind_of(kind: std::io::ErrorKind) -> Unreachable {
    use std::io::ErrorKind;
    match kind {
        ErrorKind::NotFound => Unreachable::Missing,
        ErrorKind::PermissionDenied => Unreachable::Forbidden,
        ErrorKind::ConnectionRefused => Unreachable::Refused,
        // As many as may wait to be taken wait already.
        ErrorKind::WouldBlock => Unreachable::Busy,
        _ => Unreachable::Other,
    }
}

const HANGS: &str = "it takes no connection in time";

async fn check_socket(path: &Path, address: &Address, timeout: Duration) -> Result<()> {
    let connecting = tokio::time::timeout(timeout, tokio::net::UnixStream::connect(path));
    let (why, kind, source) = match connecting.await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => {
            let kind = kind_of(error.kind());
            let why = match kind {
                Unreachable::Missing => "there is no such socket".to_owned(),
                Unreachable::Forbidden => "permission denied".to_owned(),
                Unreachable::Refused => "nothing accepts connections on it".to_owned(),
                Unreachable::Busy => HANGS.to_owned(),
                Unreachable::Other => error.to_string(),
            };
            (why, kind, Some(error.into()))
        }
        Err(_) => (HANGS.to_owned(), Unreachable::Busy, None),
    };
    Err(Error::Unreachable { address: address.to_string(), why, kind, source })
}
