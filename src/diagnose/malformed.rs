//! Whether what a program takes for a host is none: by what its configuration
//! holds, and by what its log says that it looked up.

use super::names::{Meaning, Names};
use super::wanted::Edge;
use crate::model::reference::{holds_host, is_left_over, is_unset};
use crate::model::{
    ContainerAt, Flaw, LogError, LogErrorKind, Origin, Progress, Reference, TroubleKind,
};

/// How long after the start of a container its name may still be unknown, in
/// seconds.
const STARTING: f64 = 2.0;

/// What is wrong with the host of an edge.
pub fn flaw(names: &Names, edge: &Edge) -> Option<Flaw> {
    let not_found = edge.fails_as(LogErrorKind::NameNotFound);
    if edge.target == Meaning::NobodysName {
        let by_chance = is_left_over(&edge.host) && edge.is_configured();
        let of_nobody = edge.host.is_empty() && edge.logged().next().is_some();
        if is_unset(&edge.host) && (not_found || by_chance || of_nobody) {
            return Some(Flaw::Unset);
        }
        // `http://` was put in front of what is a URL already.
        if not_found && !edge.is_configured() && urls_for_host(names, edge).next().is_some() {
            return Some(Flaw::Scheme);
        }
    }
    if let Some(setting) = misread(names, edge) {
        return setting.flaw;
    }
    let works = edge.is_connecting(Progress::Open);
    if !works && is_cut_short(names, edge) {
        return Some(Flaw::Unescaped);
    }
    // Many programs know what is meant by a URL with such a password.
    let flaw_of = |reference: &Reference| reference.flaw.filter(|flaw| *flaw != Flaw::Unescaped);
    let flawed = edge.configured().filter_map(flaw_of);
    let all = edge.configured().all(|reference| flaw_of(reference).is_some());
    if let Some(flaw) = flawed.min().filter(|_| !works && (all || edge.evidently_fails())) {
        return Some(flaw);
    }
    let whole = edge.configured().find(|reference| is_for_host(reference) && reference.is_whole)?;
    let as_name = edge.logged().any(|error| looks_up_all(names, edge, error));
    match (&whole.scheme, whole.port) {
        (Some(_), _) if as_name => Some(Flaw::Scheme),
        (None, Some(_)) if as_name && whole.port_variable.is_none() => Some(Flaw::Port),
        _ => None,
    }
}

/// Whether the user and password before a host are not escaped, and the program
/// evidently cannot read it so.
fn is_cut_short(names: &Names, edge: &Edge) -> bool {
    let is_unescaped = edge.configured().any(|reference| reference.flaw == Some(Flaw::Unescaped));
    let is_peer = edge.container().is_some_and(|to| to != edge.from);
    let takes_a_part = edge.fails_as(LogErrorKind::Unescaped);
    (is_unescaped && (takes_a_part || names.complains_of_address(edge.from)))
        || (takes_a_part && is_peer)
}

/// The setting of which an edge comes that nobody has configured: where programs
/// cannot read a URL, they dial a piece of it, themselves, or what stands for nothing
/// in their own words.
pub fn misread<'a>(names: &Names<'a>, edge: &Edge) -> Option<&'a Reference> {
    let is_to_nobody = match edge.target {
        Meaning::NobodysName => edge.fails_as(LogErrorKind::NameNotFound),
        Meaning::Itself => edge.fails_as(LogErrorKind::Refused),
        _ => false,
    };
    if !is_to_nobody || edge.is_configured() {
        return None;
    }
    let mut settings = names.container(edge.from).references.iter();
    settings.find(|setting| {
        let around = matches!(
            setting.flaw,
            Some(Flaw::Unescaped | Flaw::Quotes | Flaw::CarriageReturn | Flaw::Blanks)
        );
        let port = setting.dialled_port();
        let same_port = edge.port.is_none() || port.is_none() || edge.port == port;
        let is_own = matches!(setting.origin, Origin::Environment | Origin::Command);
        let is_meant = is_own && setting.scheme.is_some();
        let to = names.resolved(edge.from, &setting.host);
        let is_reached = || to.is_some_and(|to| names.has_open(edge.from, to, port));
        around && is_meant && same_port && !is_reached()
    })
}

impl Names<'_> {
    /// Whether the log of a container says that a URL, a host or a port which it was
    /// given is none.
    pub fn complains_of_address(&self, at: ContainerAt) -> bool {
        self.log_troubles(at).any(|trouble| trouble.kind == TroubleKind::MalformedAddress)
    }
}

/// The settings that hold a URL where a host belongs, of which an edge to
/// `http` or `https` may come.
pub fn urls_for_host<'a>(names: &Names<'a>, edge: &Edge) -> impl Iterator<Item = &'a Reference> {
    let scheme = edge.host.to_ascii_lowercase();
    let references = names.container(edge.from).references.iter();
    let is_meant = move |reference: &&Reference| reference.scheme.as_deref() == Some(&*scheme);
    references.filter(|reference| is_for_host(reference)).filter(is_meant)
}

/// The settings that hold no host where one belongs, of which an edge to an
/// empty host may come.
pub fn empty_for_host<'a>(names: &Names<'a>, edge: &Edge) -> impl Iterator<Item = &'a Reference> {
    let (is_empty, port) = (edge.host.is_empty(), edge.port);
    let references = names.container(edge.from).references.iter();
    references.filter(move |reference| {
        let same_port = reference.port.is_none() || port.is_none() || reference.port == port;
        is_empty && reference.host.is_empty() && same_port
    })
}

/// Whether a setting is meant for a host alone.
pub fn is_for_host(reference: &Reference) -> bool {
    let by_name = reference.variable.as_deref().is_some_and(holds_host);
    by_name && reference.origin == Origin::Environment
}

/// Whether host and port together were looked up as one name, although the
/// host alone would have led to a container that runs.
fn looks_up_all(names: &Names, edge: &Edge, error: &LogError) -> bool {
    if error.kind != LogErrorKind::NameNotFound || error.port.is_none() {
        return false;
    }
    let Some(to) = names.resolved(edge.from, &edge.host) else { return false };
    let server = names.container(to);
    let since = server.started_at.zip(error.repeated.last).map(|(start, last)| last.since(start));
    server.state.has_network() && since.is_none_or(|since| since > STARTING)
}
