//! What somebody wants to reach, as people write it.

use std::net::IpAddr;

use crate::diagnose::Case;
use crate::error::{Error, Result};
use crate::model::words::few;
use crate::model::{Attempt, By, ContainerAt, reference};

/// What somebody wants to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// What the host stands for.
    pub target: Destination,
    /// Host as asked for.
    pub host: String,
    /// Port, if one was asked for.
    pub port: Option<u16>,
}

/// What a host stands for, seen from the container that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The container itself: `localhost`.
    Itself,
    /// The container at this position.
    Container(ContainerAt),
    /// No container here.
    Elsewhere,
}

impl Aim {
    /// Reads `db`, `db:5432`, `10.0.0.3:80`, `[fd00::3]:80` or a URL, as the
    /// container at `from` would understand it.
    ///
    /// # Errors
    ///
    /// When the text is none of these.
    pub fn parse(case: &Case, from: ContainerAt, text: &str) -> Result<Self> {
        if let Some(aim) = Self::told_apart(case, text) {
            return Ok(aim);
        }
        let (host, port) = host_and_port(text)?;
        let address: Option<IpAddr> = host.parse().ok();
        let target = if reference::is_loopback(&host) {
            Destination::Itself
        } else if let Some(address) = address {
            let owner = case.map.owner_of(from, address).map(|(container, _)| container);
            owner.map_or(Destination::Elsewhere, Destination::Container)
        } else {
            // A name that nobody has is asked for all the same: the ladder says so.
            let named = || one_of(case, Some(from), &host).transpose();
            let led = case.resolved(from, &host).map(Ok).or_else(named).transpose()?;
            let led = led.or_else(|| case.evidently(from, &host));
            led.map_or(Destination::Elsewhere, Destination::Container)
        };
        Ok(Self { target, host, port })
    }

    /// `web@worker` or `web@worker:80`: one of several engines' containers, as
    /// the map tells it apart from another of its name.
    fn told_apart(case: &Case, text: &str) -> Option<Self> {
        if case.map.snapshot().engines.is_empty() {
            return None;
        }
        let split = text.rsplit_once(':').and_then(|(head, port)| Some((head, port.parse().ok()?)));
        let ways = [(text, None)].into_iter().chain(split.map(|(head, port)| (head, Some(port))));
        ways.into_iter().find_map(|(name, port)| {
            let called = |at: &ContainerAt| case.name(*at) == name;
            let to = case.containers().find(called)?;
            let host = case.container(to).network_name().to_owned();
            (host != name).then_some(Self { target: Destination::Container(to), host, port })
        })
    }

    /// What is sent to it.
    pub(super) fn attempt(&self) -> Attempt {
        self.port.map_or(Attempt::Icmp, Attempt::Tcp)
    }

    pub(super) fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// Whether a measurement by name or by address is what was asked for.
    pub(super) fn is_by(&self, by: By) -> bool {
        let is_named = self.address().is_none() && self.target != Destination::Itself;
        (by == By::Name) == is_named
    }

    /// `db:5432`, as asked.
    pub(super) fn label(&self) -> String {
        match self.port {
            Some(port) if self.host.contains(':') => format!("[{}]:{port}", self.host),
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }
}

/// The container that a name means to somebody who asks for it without being
/// led there.
///
/// # Errors
///
/// [`Error::Usage`] where the name is that of several, of different projects,
/// and none of them is of the asker's own.
pub fn one_of(case: &Case, from: Option<ContainerAt>, name: &str) -> Result<Option<ContainerAt>> {
    let found = case.map.containers_named(name);
    let project = |at: &ContainerAt| case.container(*at).project();
    let own = from.and_then(|from| {
        let ours = project(&from)?;
        found.iter().copied().find(|at| *at != from && project(at) == Some(ours))
    });
    let Some(first) = own.or(found.first().copied()) else { return Ok(None) };
    let strange = found.iter().any(|at| project(at) != project(&first));
    if own.is_none() && strange {
        let names = case.names_of(found);
        return Err(Error::Usage {
            what: format!("`{name}` is one of {} containers, of different projects", names.len()),
            hint: Some(format!("name one: {}", few(&names))),
        });
    }
    Ok(Some(first))
}

/// Reads the port of an address.
fn port_number(address: &str, port: &str) -> Result<u16> {
    let is_number = !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
    let what = match port.parse::<u16>() {
        Ok(port) if port > 0 => return Ok(port),
        _ if is_number => format!("there is no port {port}, as in `{address}`"),
        _ => format!("`{port}` in `{address}` is no port"),
    };
    Err(Error::Usage { what, hint: Some("ports are numbers from 1 to 65535".to_owned()) })
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>)> {
    let bad = || Error::Usage {
        what: format!("`{text}` names nothing that could be reached"),
        hint: Some("write it like db, db:5432, 10.0.0.3:80 or example.com".to_owned()),
    };
    // Of a URL only the host and the port count; the rest may be secret.
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or_default();
    if rest.parse::<IpAddr>().is_ok() {
        return Ok((rest.to_owned(), None));
    }
    let (host, port) = match rest.rsplit_once(':') {
        Some(("", _)) => return Err(bad()),
        Some((host, port)) => (host, Some(port_number(rest, port)?)),
        None => (rest, None),
    };
    let host = host.trim_matches(['[', ']']);
    if host.is_empty() {
        return Err(bad());
    }
    Ok((host.to_owned(), port))
}
