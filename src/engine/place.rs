//! Where the engine is: chosen from the command line, the environment and
//! docker's contexts, in docker's own order. Nothing is opened here, except
//! that with nothing said the usual sockets are looked for.

use std::fmt;
use std::path::PathBuf;

use super::contexts;
use super::ssh::Login;
use crate::error::{Error, Result};

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
    /// Where rootless engines keep their socket: XDG_RUNTIME_DIR, else
    /// `/run/user/UID`.
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
            runtime_dir: text("XDG_RUNTIME_DIR").map(PathBuf::from).or_else(usual_runtime_dir),
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
    /// A swarm's manager names it as this node's.
    Node(String),
    /// Nothing was said, docker's default is not there, and this kind of
    /// engine's socket is.
    Found(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostOption => f.write_str("--host"),
            Self::HostVariable => f.write_str("DOCKER_HOST"),
            Self::Context(name, by) => write!(f, "context `{name}`, {by}"),
            Self::Node(name) => write!(f, "node `{name}` of the swarm"),
            Self::Default => f.write_str("docker's default"),
            Self::Found(kind) => write!(f, "the socket of {kind}"),
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
    /// A unix socket on another machine, over ssh.
    Ssh(Login),
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
            Place::Ssh(login) => write!(f, "{login}")?,
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
///
/// # Errors
///
/// When what was given is no address, or names a context that is not there.
///
/// # Examples
///
/// ```
/// use netmap::engine::{Choice, Environment, choose};
///
/// let choice = Choice { host: Some("tcp://10.0.0.5:2375".to_owned()), context: None };
/// let address = choose(&choice, &Environment::default())?;
/// assert!(address.to_string().starts_with("tcp://10.0.0.5:2375"));
/// # Ok::<(), netmap::error::Error>(())
/// ```
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
            source: None,
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
                        source: None,
                    });
                }
            }
        }
        place => place,
    };
    Ok(Address { place, origin })
}

/// Where the system keeps this user's runtime files when nobody says so.
#[cfg(target_os = "linux")]
fn usual_runtime_dir() -> Option<PathBuf> {
    let user = rustix::process::getuid();
    Some(PathBuf::from(format!("/run/user/{}", user.as_raw())))
}

#[cfg(not(target_os = "linux"))]
fn usual_runtime_dir() -> Option<PathBuf> {
    None
}

/// docker's own socket; where it is not there, the first socket that is:
/// rootless Docker's, rootless Podman's, Podman's.
fn default_place(environment: &Environment) -> Address {
    let system = PathBuf::from("/var/run/docker.sock");
    let in_runtime_dir = |name: &str| environment.runtime_dir.as_ref().map(|dir| dir.join(name));
    let others = [
        (in_runtime_dir("docker.sock"), "rootless Docker"),
        (in_runtime_dir("podman/podman.sock"), "rootless Podman"),
        (Some(PathBuf::from("/run/podman/podman.sock")), "Podman"),
    ];
    if !system.exists() {
        for (path, kind) in others {
            if let Some(path) = path.filter(|path| path.exists()) {
                return Address { place: Place::Unix(path), origin: Origin::Found(kind) };
            }
        }
    }
    Address { place: Place::Unix(system), origin: Origin::Default }
}

fn parse(host: &str, origin: &Origin) -> Result<Place> {
    let bad = |why: &str| Error::BadAddress {
        address: without_secrets(host),
        origin: origin.to_string(),
        why: why.to_owned(),
    };
    let (scheme, rest) =
        host.split_once("://").ok_or_else(|| bad("it has no scheme, such as unix:// or tcp://"))?;
    match scheme {
        // ssh has users; its passwords are its own matter.
        "tcp" | "http" | "https" if rest.contains('@') => {
            Err(bad("no user and no password belong in it: engines know neither"))
        }
        "unix" if authority(rest).contains('@') => Err(bad("it should be unix:///path/to/socket")),
        "unix" if rest.is_empty() => Err(bad("it has no path")),
        "unix" => Ok(Place::Unix(PathBuf::from(rest))),
        "tcp" | "http" => {
            let rest = rest.trim_end_matches('/');
            if rest.contains(['?', '#']) {
                return Err(bad("it should be tcp://HOST:PORT"));
            }
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
        "ssh" => Login::parse(rest).map(Place::Ssh).map_err(|why| bad(&why)),
        "npipe" => Err(bad("named pipes are not supported")),
        _ => Err(bad("netmap does not know this scheme")),
    }
}

/// What stands between `://` and the path.
fn authority(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}

/// An address as it may be shown: with neither user nor password, nor what
/// stands behind the path.
fn without_secrets(address: &str) -> String {
    let shown = &address[..address.find(['?', '#']).unwrap_or(address.len())];
    let (scheme, rest) = shown.split_once("://").unwrap_or(("", shown));
    // A password may hold any character: all before the last `@` goes.
    let rest = rest.rsplit_once('@').map_or(rest.to_owned(), |(_, host)| format!("…@{host}"));
    if scheme.is_empty() { rest } else { format!("{scheme}://{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_user_and_no_password_is_taken_or_shown() {
        for host in [
            "tcp://me:hunter2@10.0.0.5:2375",
            "tcp://hunter2@10.0.0.5",
            "http://me:hunt/er2@10.0.0.5:2375",
            "https://me:hunter2@10.0.0.5:2376",
            "unix://me:hunter2@/var/run/docker.sock",
            "ssh://me:hunter2@machine",
            "ssh://me:hun@ter2@machine:22/run/docker.sock",
            "me:hunter2@10.0.0.5",
            "tcp://10.0.0.5:2375?token=hunter2",
            "tcp://10.0.0.5:2375/#hunter2",
            "ftp://me:hunter2@10.0.0.5",
            "npipe://me:hunter2@x",
            "hunter2@",
            "tcp:me:hunter2@10.0.0.5",
        ] {
            let choice = Choice { host: Some(host.to_owned()), context: None };
            let variable =
                Environment { docker_host: Some(host.to_owned()), ..Environment::default() };
            for chosen in
                [choose(&choice, &Environment::default()), choose(&Choice::default(), &variable)]
            {
                let error = chosen.expect_err(host);
                let said = format!("{error}\n{:?}", error.hint());
                assert!(!said.contains("hunter") && !said.contains("ter2"), "{host}: {said}");
            }
        }
    }

    #[test]
    fn a_user_of_ssh_is_no_secret() {
        let choice = Choice { host: Some("ssh://ann@machine".to_owned()), context: None };
        let address = choose(&choice, &Environment::default()).expect("an address");
        assert!(address.to_string().starts_with("ssh://ann@machine"), "{address}");
    }
}
