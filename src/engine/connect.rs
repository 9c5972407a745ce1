//! Which engine to talk to, and opening the way to it.
//!
//! bollard's own defaults ignore contexts, fall to plain HTTP when TLS was
//! asked for, and take an empty DOCKER_HOST for an address; so choosing is
//! done here, in docker's own order, and bollard is only handed the result.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};

use super::bounded::{self, Socket};
use super::contexts;
use crate::error::{Error, Result, Unreachable};

/// What of the process's environment decides where the engine is. A value of
/// its own, so that choosing is testable.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// DOCKER_HOST.
    pub docker_host: Option<String>,
    /// DOCKER_CONTEXT.
    pub docker_context: Option<String>,
    /// DOCKER_TLS_VERIFY: any text but the empty one switches TLS on.
    pub docker_tls_verify: Option<String>,
    /// DOCKER_CERT_PATH.
    pub docker_cert_path: Option<PathBuf>,
    /// Docker's configuration directory: DOCKER_CONFIG, or `~/.docker`.
    pub config: Option<PathBuf>,
    /// XDG_RUNTIME_DIR, where rootless engines keep their socket.
    pub runtime_dir: Option<PathBuf>,
}

impl Environment {
    /// Reads the process's environment; empty counts as unset, as it does for docker.
    pub fn of_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let home = text("HOME").or_else(|| text("USERPROFILE")).map(PathBuf::from);
        Self {
            docker_host: text("DOCKER_HOST"),
            docker_context: text("DOCKER_CONTEXT"),
            docker_tls_verify: text("DOCKER_TLS_VERIFY"),
            docker_cert_path: text("DOCKER_CERT_PATH").map(PathBuf::from),
            config: text("DOCKER_CONFIG")
                .map(PathBuf::from)
                .or_else(|| home.map(|home| home.join(".docker"))),
            runtime_dir: text("XDG_RUNTIME_DIR").map(PathBuf::from),
        }
    }
}

/// What the command line says about the engine.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// `--host`.
    pub host: Option<String>,
    /// `--context`.
    pub context: Option<String>,
}

/// What made netmap look where it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// `--host`.
    HostOption,
    /// DOCKER_HOST.
    HostVariable,
    /// The context of this name, asked for by the second.
    Context(String, &'static str),
    /// Nothing was said.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostOption => f.write_str("--host"),
            Self::HostVariable => f.write_str("DOCKER_HOST"),
            Self::Context(name, by) => write!(f, "context `{name}`, {by}"),
            Self::Default => f.write_str("docker's default"),
        }
    }
}

/// How to get to an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A unix socket.
    Unix(PathBuf),
    /// Plain HTTP over TCP, as `HOST:PORT`.
    Tcp(String),
    /// HTTP over TLS, as `HOST:PORT`, with the directory of `ca.pem`,
    /// `cert.pem` and `key.pem`.
    Tls(String, PathBuf),
}

/// An engine's place and why it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The place.
    pub place: Place,
    /// What led there.
    pub origin: Origin,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Unix(path) => write!(f, "unix://{}", path.display())?,
            Place::Tcp(host) => write!(f, "tcp://{host}")?,
            Place::Tls(host, _) => write!(f, "tcp://{host} (TLS)")?,
        }
        match &self.origin {
            Origin::Default => Ok(()),
            origin => write!(f, " ({origin})"),
        }
    }
}

impl Address {
    /// Whether the engine is on this machine for certain: its socket is a file here.
    pub fn is_local(&self) -> bool {
        matches!(self.place, Place::Unix(_))
    }
}

/// Chooses the engine as docker does: `--host`, `--context`, DOCKER_HOST,
/// DOCKER_CONTEXT, the configuration's current context, the default socket.
///
/// Source of the order: docker CLI, `cli/command/cli.go`, `resolveContextName`.
pub fn choose(choice: &Choice, environment: &Environment) -> Result<Address> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let host = given(&choice.host);
    let context = given(&choice.context);
    if host.is_some() && context.is_some() {
        return Err(Error::HostAndContext);
    }
    if let Some(host) = host {
        return at_host(&host, Origin::HostOption, environment);
    }
    if let Some(name) = context {
        return at_context(&name, "asked for by --context", environment);
    }
    if let Some(host) = given(&environment.docker_host) {
        return at_host(&host, Origin::HostVariable, environment);
    }
    if let Some(name) = given(&environment.docker_context) {
        return at_context(&name, "asked for by DOCKER_CONTEXT", environment);
    }
    let current = match &environment.config {
        Some(config) => contexts::current(config)?,
        None => None,
    };
    match current {
        Some(name) => at_context(&name, "current in docker's configuration", environment),
        None => Ok(default_place(environment)),
    }
}

/// The default context is not stored anywhere: it is DOCKER_HOST or the default socket.
fn at_context(name: &str, by: &'static str, environment: &Environment) -> Result<Address> {
    if name == "default" {
        return match environment.docker_host.as_deref().filter(|host| !host.is_empty()) {
            Some(host) => at_host(host, Origin::HostVariable, environment),
            None => Ok(default_place(environment)),
        };
    }
    let origin = Origin::Context(name.to_owned(), by);
    let context = match &environment.config {
        Some(config) => contexts::find(config, name, by.trim_start_matches("asked for by "))?,
        None => {
            return Err(Error::NoSuchContext {
                name: name.to_owned(),
                origin: by.to_owned(),
                known: Vec::new(),
            });
        }
    };
    let place = parse(&context.host, &origin)?;
    match (place, context.certificates) {
        (Place::Tcp(host), Some(_)) if context.skip_verify => Err(Error::Tls {
            address: format!("tcp://{host} ({origin})"),
            why: "the context says not to verify the server, which netmap does not do".to_owned(),
        }),
        (Place::Tcp(host), Some(directory)) => {
            Ok(Address { place: Place::Tls(host, directory), origin })
        }
        (place, _) => Ok(Address { place, origin }),
    }
}

fn at_host(host: &str, origin: Origin, environment: &Environment) -> Result<Address> {
    let place = match parse(host, &origin)? {
        Place::Tcp(host)
            if environment.docker_tls_verify.as_deref().is_some_and(|v| !v.is_empty()) =>
        {
            let directory =
                environment.docker_cert_path.clone().or_else(|| environment.config.clone());
            match directory {
                Some(directory) => Place::Tls(host, directory),
                None => {
                    return Err(Error::Tls {
                        address: format!("tcp://{host} ({origin})"),
                        why: "DOCKER_TLS_VERIFY is set, and there is neither DOCKER_CERT_PATH nor a home directory".to_owned(),
                    });
                }
            }
        }
        place => place,
    };
    Ok(Address { place, origin })
}

/// docker's own socket, or the socket of a rootless engine where only that exists.
fn default_place(environment: &Environment) -> Address {
    let system = PathBuf::from("/var/run/docker.sock");
    let rootless = environment.runtime_dir.as_ref().map(|dir| dir.join("docker.sock"));
    let path = match rootless {
        Some(rootless) if !system.exists() && rootless.exists() => rootless,
        _ => system,
    };
    Address { place: Place::Unix(path), origin: Origin::Default }
}

fn parse(host: &str, origin: &Origin) -> Result<Place> {
    let bad = |why: &str| Error::BadAddress {
        address: host.to_owned(),
        origin: origin.to_string(),
        why: why.to_owned(),
    };
    let (scheme, rest) =
        host.split_once("://").ok_or_else(|| bad("it has no scheme, such as unix:// or tcp://"))?;
    match scheme {
        "unix" if rest.is_empty() => Err(bad("it has no path")),
        "unix" => Ok(Place::Unix(PathBuf::from(rest))),
        "tcp" | "http" => {
            let rest = rest.trim_end_matches('/');
            let host = if rest.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok()) {
                rest.to_owned()
            } else if rest.contains('/') || rest.is_empty() {
                return Err(bad("it should be tcp://HOST:PORT"));
            } else {
                // docker's own default for tcp without a port.
                format!("{rest}:2375")
            };
            Ok(Place::Tcp(host))
        }
        "ssh" => Err(bad(
            "ssh is not supported yet; forward the socket: ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST, then --host unix:///tmp/docker.sock",
        )),
        "npipe" => Err(bad("named pipes are not supported")),
        _ => Err(bad("netmap does not know this scheme")),
    }
}

/// An open way to an engine.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(super) docker: Docker,
    address: Address,
    timeout: Duration,
}

impl Engine {
    /// Opens the way. Nothing is sent yet, except that a unix socket is looked
    /// at, so that a missing one is told from a forbidden one.
    pub async fn open(address: Address, timeout: Duration) -> Result<Self> {
        let seconds = timeout.as_secs().saturating_add(1);
        let opened = match &address.place {
            Place::Unix(path) => {
                check_socket(path, &address, timeout).await?;
                bounded::docker(Socket::Unix(path.clone()), timeout)
            }
            Place::Tcp(host) => bounded::docker(Socket::Tcp(host.clone()), timeout),
            Place::Tls(host, directory) => {
                let file = |name: &str| {
                    let path = directory.join(name);
                    match std::fs::metadata(&path) {
                        Ok(_) => Ok(path),
                        Err(error) => Err(Error::Tls {
                            address: address.to_string(),
                            why: format!("`{}`: {error}", path.display()),
                        }),
                    }
                };
                let (key, cert, ca) = (file("key.pem")?, file("cert.pem")?, file("ca.pem")?);
                Docker::connect_with_ssl(
                    &format!("tcp://{host}"),
                    &key,
                    &cert,
                    &ca,
                    seconds,
                    API_DEFAULT_VERSION,
                )
            }
        };
        match opened {
            Ok(docker) => Ok(Self { docker, address, timeout }),
            Err(error) => Err(Error::Unreachable {
                address: address.to_string(),
                why: error.to_string(),
                kind: Unreachable::Other,
            }),
        }
    }

    /// Where the engine is.
    pub fn address(&self) -> &Address {
        &self.address
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
            Ok(Err(error)) => Err(self.word(call, &error)),
            Err(_) => Err(self.deadline(call)),
        }
    }

    fn deadline(&self, call: &'static str) -> Error {
        Error::Deadline { address: self.address.to_string(), call, after: self.timeout }
    }

    /// The one place where bollard's errors become ours.
    pub(super) fn word(&self, call: &'static str, error: &bollard::errors::Error) -> Error {
        use bollard::errors::Error as Bollard;
        let address = self.address.to_string();
        match error {
            Bollard::DockerResponseServerError { status_code, message } => Error::Refused {
                address,
                call,
                status: *status_code,
                message: message.trim().to_owned(),
            },
            Bollard::RequestTimeoutError => self.deadline(call),
            Bollard::JsonDataError { message, .. } => {
                Error::Garbled { address, call, why: message.clone() }
            }
            Bollard::JsonSerdeError { err } => {
                Error::Garbled { address, call, why: err.to_string() }
            }
            Bollard::SocketNotFoundError(_) => Error::Unreachable {
                address,
                why: "there is no such socket".to_owned(),
                kind: Unreachable::Missing,
            },
            other => {
                let (why, kind) = root_cause(other);
                match kind {
                    // The connection worked and what came over it did not.
                    None => Error::Garbled { address, call, why },
                    Some(kind) => Error::Unreachable { address, why, kind },
                }
            }
        }
    }
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
    let connecting = chain.iter().any(|error| error.to_string().contains("Connect"));
    let kind = kind.or(connecting.then_some(Unreachable::Other));
    (innermost.to_string(), kind)
}

fn kind_of(kind: std::io::ErrorKind) -> Unreachable {
    use std::io::ErrorKind;
    match kind {
        ErrorKind::NotFound => Unreachable::Missing,
        ErrorKind::PermissionDenied => Unreachable::Forbidden,
        ErrorKind::ConnectionRefused => Unreachable::Refused,
        _ => Unreachable::Other,
    }
}

async fn check_socket(path: &Path, address: &Address, timeout: Duration) -> Result<()> {
    let connecting = tokio::time::timeout(timeout, tokio::net::UnixStream::connect(path));
    let (why, kind) = match connecting.await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => {
            let kind = kind_of(error.kind());
            let why = match kind {
                Unreachable::Missing => "there is no such socket".to_owned(),
                Unreachable::Forbidden => "permission denied".to_owned(),
                Unreachable::Refused => "nothing accepts connections on it".to_owned(),
                Unreachable::Other => error.to_string(),
            };
            (why, kind)
        }
        Err(_) => ("it takes no connection in time".to_owned(), Unreachable::Other),
    };
    Err(Error::Unreachable { address: address.to_string(), why, kind })
}
