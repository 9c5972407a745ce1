//! What a container that runs complains of again and again, and whom that may be
//! about where its log does not say.

use super::case::Case;
use super::facts::Listens;
use super::in_the_way::Obstacle;
use super::steps::advise;
use super::wanted::Edge;
use crate::model::{
    ContainerAt, Evidence, LogErrorKind, Moment, Origin, Progress, Repeated, Step, TroubleKind,
    reference,
};

/// How long attempts must have gone on, in seconds.
const LASTING: f64 = 5.0;

/// How long after the start of its server a client may still complain of the time
/// before, in seconds.
const READY: f64 = 10.0;

/// How long no server is ready after its start, in seconds.
const AT_ONCE: f64 = 2.0;

/// Most targets of one container that are under suspicion at once.
const MOST_SUSPECTS: usize = 4;

/// Something that a container complains of.
pub struct Complaint {
    /// What kind of trouble it is.
    pub kind: TroubleKind,
    /// The line, where it holds no secret.
    pub line: Option<String>,
    /// When it was said first.
    pub began: Option<Moment>,
    /// Whether it was said once, and stands.
    pub stands: bool,
}

impl<'a> Case<'a> {
    /// Whether complaints go on: for a while already, and the next one is not
    /// overdue.
    pub fn goes_on(&self, at: ContainerAt, complaint: &Repeated) -> bool {
        let looked = self.seen(at).and_then(|seen| seen.at);
        let Some(ago) = looked.zip(complaint.last).map(|(looked, last)| looked.since(last)) else {
            return false;
        };
        complaint.count > 2
            && complaint.span() >= LASTING
            && ago <= 2.0 * complaint.interval() + 1.0
    }

    /// Whether it is a while since something was said for the last time.
    fn has_lasted(&self, at: ContainerAt, complaint: &Repeated) -> bool {
        let looked = self.seen(at).and_then(|seen| seen.at);
        let ago = looked.zip(complaint.last).map(|(looked, last)| looked.since(last));
        ago.is_some_and(|ago| ago >= LASTING)
    }

    /// Whether what a client complains of is of the time when its server was started,
    /// perhaps again: that runs for some seconds only, or there was nothing more to say
    /// since, or the next complaint is overdue.
    pub fn is_of_start(&self, edge: &Edge, complaint: &Repeated) -> bool {
        let Some(to) = edge.container() else { return false };
        let times = self.container(to).started_at.zip(complaint.last);
        let Some((start, last)) = times else { return false };
        let latest = complaint.last_but_one.map_or(READY, |before| last.since(before));
        let looked = self.seen(edge.from).and_then(|seen| seen.at);
        let is_overdue = looked.is_some_and(|looked| looked.since(last) > 2.0 * latest + 1.0);
        let after = last.since(start);
        self.is_young(to) || after <= AT_ONCE || (after <= READY && is_overdue)
    }

    /// The latest trouble with a connection that a container's log repeats up to
    /// now, without a host. What a server makes of a client stands in the logs of
    /// both, and anybody may try a server; it is the trouble of who is told to dial
    /// another container.
    pub fn trouble_that_goes_on(&self, at: ContainerAt) -> Option<Complaint> {
        // A file of its own may tell it whom to dial, and then its log does.
        let is_told = |edge: &Edge| is_dialled(edge) || edge.fails_as(LogErrorKind::Failed);
        let is_server = |edge: &Edge| is_told(edge) && edge.container().is_some();
        let is_client = || self.edges_from(at).any(|(edge, _)| is_server(edge));
        let counts = |kind: TroubleKind| {
            kind.is_of_network()
                || matches!(kind, TroubleKind::MalformedAddress | TroubleKind::EngineApi)
                || (kind.is_of_server() && is_client())
                || (kind == TroubleKind::Protocol && self.is_misunderstood(at))
        };
        let troubles = self.log_troubles(at).map(|trouble| {
            let (kind, line) = (trouble.kind, trouble.line.clone());
            let stands = trouble.stands && self.has_lasted(at, &trouble.repeated);
            let complaint = Complaint { kind, line, began: trouble.repeated.first, stands };
            (trouble.repeated, complaint)
        });
        let wordy = self.hostless_errors(at);
        let wordy = wordy.map(|(repeated, kind)| {
            (repeated, Complaint { kind, line: None, began: repeated.first, stands: false })
        });
        let going_on = troubles.chain(wordy).filter(|(repeated, complaint)| {
            counts(complaint.kind) && (complaint.stands || self.goes_on(at, repeated))
        });
        let latest = going_on.max_by_key(|(repeated, _)| repeated.last);
        latest.map(|(_, complaint)| complaint)
    }

    /// Why a server turns clients away, as its own log says again and again: that tells
    /// more than what it lets them know.
    fn why_turned_away(&self, server: ContainerAt) -> Option<Complaint> {
        let troubles = self.log_troubles(server).filter(|trouble| {
            trouble.kind.is_of_server() && self.goes_on(server, &trouble.repeated)
        });
        let latest = troubles.max_by_key(|trouble| trouble.repeated.last)?;
        let (kind, line, began) = (latest.kind, latest.line.clone(), latest.repeated.first);
        Some(Complaint { kind, line, began, stands: false })
    }

    /// What the log of a server says again and again of why it turns clients away: the kind,
    /// and what shows it.
    pub fn turning_away(&self, server: ContainerAt) -> Option<(TroubleKind, Evidence)> {
        let reason = self.why_turned_away(server)?;
        let (container, trouble) = (self.name(server).to_owned(), reason.kind);
        Some((trouble, Evidence::LastWords { container, trouble, line: reason.line }))
    }

    /// Whether others are known to dial a container, and none of them says itself that
    /// the protocol is another.
    fn is_misunderstood(&self, at: ContainerAt) -> bool {
        let says = |from: ContainerAt| {
            self.log_troubles(from).any(|trouble| trouble.kind == TroubleKind::Protocol)
        };
        let mut clients = self.dialled_by(at).peekable();
        clients.peek().is_some() && !clients.any(|edge| says(edge.from))
    }

    /// The edges from others to a container.
    pub fn dialled_by(&self, at: ContainerAt) -> impl Iterator<Item = &Edge<'a>> {
        let others = self.edges_about(at).map(|(edge, _)| edge);
        others.filter(move |edge| edge.from != at && edge.container() == Some(at))
    }

    /// What a container is told to dial, and is not seen to reach: whom its
    /// complaints without a host may be about.
    pub fn suspects(&self, at: ContainerAt) -> Vec<&Edge<'a>> {
        let open = self.edges_from(at).filter(|(_, obstacle)| {
            matches!(obstacle, None | Some(Obstacle::Past | Obstacle::WrongName(_)))
        });
        let suspects = open
            .map(|(edge, _)| edge)
            .filter(|edge| is_dialled(edge) && !edge.is_connecting(Progress::Open));
        suspects.take(MOST_SUSPECTS).collect()
    }

    /// What shows why the health check of a container fails: what it said last,
    /// and what it dials in vain.
    pub fn failed_check(&self, at: ContainerAt) -> Vec<Evidence> {
        let container = self.name(at).to_owned();
        let said = self.container(at).failed_check.as_ref().map(|failed| {
            let (trouble, line) = (failed.trouble, failed.line.clone());
            Evidence::CheckSays { container: container.clone(), trouble, line }
        });
        let ports = self.silent_check(at).map(|_| Evidence::OpenPorts {
            container: container.clone(),
            ports: self.open_ports(at),
            besides: false,
        });
        said.into_iter().chain(ports).collect()
    }

    /// The port of its own that a container's health check dials and nothing
    /// there listens on.
    fn silent_check(&self, at: ContainerAt) -> Option<u16> {
        let checks = self.container(at).references.iter();
        let mut checks = checks.filter(|reference| reference.origin == Origin::HealthCheck);
        checks.find_map(|check| {
            let port = check.dialled_port()?;
            let is_own = reference::is_loopback(&check.host);
            (is_own && self.listens(at, port, None) == Some(Listens::Not)).then_some(port)
        })
    }

    /// How a health check that fails is mended.
    pub fn mend_check(&self, at: ContainerAt) -> Vec<Step> {
        let show = self.look(&["inspect", "--format", "{{json .State.Health}}"], at);
        let trouble = self.container(at).failed_check.as_ref().map(|failed| failed.trouble);
        let advice = match (trouble, self.silent_check(at)) {
            (_, Some(port)) => format!(
                "then let the check of {} dial a port on which it listens, not {port}",
                self.called(at)
            ),
            (Some(TroubleKind::Executable), None) => format!(
                "then let the check run a program that the image of {} has",
                self.called(at)
            ),
            _ => "then fix what the check finds".to_owned(),
        };
        vec![self.logs(at), show, advise(advice)]
    }
}

/// Whether an edge is of something that the container is told to dial.
fn is_dialled(edge: &Edge) -> bool {
    edge.is_configured() && !edge.is_health_check()
}
