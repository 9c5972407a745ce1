//! Stand-ins for the programs of a setup: they answer on the ports that were
//! listened on, dial what variables say, and end as the originals did.

use crate::lesson::is_plain;
use crate::model::{Container, Observation, Origin, Protocol, Reference, State};
use crate::order::OrderBy;

/// The TCP ports that a container answers on, and whether it does so to itself alone.
pub fn ports(container: &Container, seen: Option<&Observation>) -> Vec<(u16, bool)> {
    let listening = seen.and_then(|seen| seen.listening.as_ref()).into_iter().flatten();
    let mut ports: Vec<(u16, bool)> = listening
        .filter(|socket| socket.protocol == Protocol::Tcp)
        .map(|socket| (socket.port, socket.is_loopback_only()))
        .collect();
    if ports.is_empty() {
        let exposed = container.exposed.iter().filter(|port| port.protocol == Protocol::Tcp);
        let published = container.published.iter().filter(|port| port.protocol == Protocol::Tcp);
        ports.extend(exposed.map(|port| (port.port, false)));
        ports.extend(published.map(|port| (port.port, false)));
    }
    ports.order();
    ports.dedup_by_key(|(port, _)| *port);
    ports
}

/// The program that answers on a port. Not every `nc` can be told an address to
/// listen on: Debian's busybox has one that cannot.
pub fn server((port, is_loopback_only): (u16, bool)) -> String {
    if is_loopback_only {
        format!("httpd -f -p 127.0.0.1:{port} &")
    } else {
        format!("nc -ll -p {port} -e cat &")
    }
}

/// The program of a container that does nothing which others could see.
pub const IDLE: &str = "sleep";

/// Whether a container's stand-in neither answers nor dials nor ends. It is another
/// program than that of the others: two of one program are taken for replicas.
pub fn is_idle(container: &Container, seen: Option<&Observation>) -> bool {
    ports(container, seen).is_empty()
        && container.references.iter().all(|reference| dials(reference).is_none())
        && !matches!(End::of(container), End::Failed(_))
}

/// Whether and how a container's program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It runs.
    Runs,
    /// It was stopped, or never started.
    Stopped,
    /// It ended with this code, and would again.
    Failed(i64),
}

impl End {
    /// How this one's did.
    pub fn of(container: &Container) -> Self {
        // What `docker stop` leaves: nothing, or 128 and the signal.
        let stopped = |code: &i64| matches!(code, 0 | 137 | 143);
        match container.state {
            State::Created => Self::Stopped,
            State::Exited | State::Dead | State::Restarting => {
                match container.exit_code.filter(|code| !stopped(code)) {
                    Some(code) => Self::Failed(code),
                    None => Self::Stopped,
                }
            }
            _ => Self::Runs,
        }
    }
}

/// How a stand-in dials what a variable says.
pub struct Dials {
    /// The variables, each with its value.
    pub variables: Vec<(String, String)>,
    /// The command, and the variable with the host.
    command: String,
    variable: String,
}

impl Dials {
    /// The lines of a stand-in that dial again and again; or, of one that ended,
    /// which dial once and end it where nobody answers.
    pub fn program(&self, end: End) -> String {
        let Self { command, variable, .. } = self;
        let dial = format!("{command} </dev/null >/dev/null");
        match end {
            End::Failed(code) => format!("{dial} || exit {code}"),
            _ => format!("while :; do {dial} && echo \"reached ${variable}\"; sleep 3; done &"),
        }
    }
}

/// How a stand-in dials what a setting says; nothing where that cannot be carried over.
pub fn dials(reference: &Reference) -> Option<Dials> {
    let variable = reference.variable.as_deref().filter(|name| is_variable(name))?;
    if !matches!(reference.origin, Origin::Environment) || !is_plain(&reference.host) {
        return None;
    }
    let port = reference.dialled_port()?;
    let host = &reference.host;
    let (variables, at) = match reference.port_variable.as_deref().filter(|name| is_variable(name))
    {
        Some(of_port) => (
            vec![(variable.to_owned(), host.clone()), (of_port.to_owned(), port.to_string())],
            format!("nc -w 2 ${variable} ${of_port}"),
        ),
        None => {
            let scheme = reference.scheme.as_deref().filter(|scheme| is_plain(scheme));
            let scheme = scheme.map(|scheme| format!("{scheme}://")).unwrap_or_default();
            (
                vec![(variable.to_owned(), format!("{scheme}{host}:{port}"))],
                format!("at=${{{variable}#*://}}; nc -w 2 ${{at%:*}} ${{at##*:}}"),
            )
        }
    };
    Some(Dials { variables, command: at, variable: variable.to_owned() })
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
