//! Whether what a program takes for a host is none: by what its configuration
//! holds, and by what its log says that it looked up.

use super::names::{Meaning, Names};
use super::wanted::Edge;
use crate::model::reference::{holds_host, is_left_over, is_unset};
use crate::model::{Flaw, LogError, LogErrorKind, Origin, Progress, Reference};

/// How long after the start of a container its name may still be unknown, in
/// seconds.
const STARTING: f64 = 2.0;

/// What is wrong with the host of an edge.
pub fn flaw(names: &Names, edge: &Edge) -> Option<Flaw> {
    let not_found = edge.fails_as(LogErrorKind::NameNotFound);
    if edge.target == Meaning::NobodysName {
        let by_chance = is_left_over(&edge.host) && edge.is_configured();
        if is_unset(&edge.host) && (not_found || by_chance) {
            return Some(Flaw::Unset);
        }
        // `http://` was put in front of what is a URL already.
        if not_found && !edge.is_configured() && urls_for_host(names, edge).next().is_some() {
            return Some(Flaw::Scheme);
        }
    }
    let flawed = edge.configured().filter_map(|reference| reference.flaw);
    let all = edge.configured().all(|reference| reference.flaw.is_some());
    let works = edge.is_connecting(Progress::Open);
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

/// The settings that hold a URL where a host belongs, of which an edge to
/// `http` or `https` may come.
pub fn urls_for_host<'a>(names: &Names<'a>, edge: &Edge) -> impl Iterator<Item = &'a Reference> {
    let scheme = edge.host.to_ascii_lowercase();
    let references = names.container(edge.from).references.iter();
    let is_meant = move |reference: &&Reference| reference.scheme.as_deref() == Some(&*scheme);
    references.filter(|reference| is_for_host(reference)).filter(is_meant)
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
    let since = server.started_at.zip(error.last).map(|(start, last)| last.since(start));
    server.state.has_network() && since.is_none_or(|since| since > STARTING)
}
