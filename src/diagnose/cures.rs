//! What helps against failures that nothing here explains.

use foldhash::HashMap;

use super::case::Case;
use super::facts::Listens;
use super::goes_on::Complaint;
use super::names::Meaning;
use super::wanted::Edge;
use crate::model::{ContainerAt, LogError, LogErrorKind, Moment, NetworkAt, TroubleKind};
use crate::order::OrderBy;

/// Where the mail of others is taken outside.
pub const SMTP: u16 = 25;

/// What lets mail out where its port is closed on the way.
pub const BY_A_RELAY: &str = "then send by a relay, to its port 587 or 465, with a user and a password: many \
    providers and networks let nothing out to port 25 of others";

/// Whether it is for the mail server of others.
pub fn is_to_mail_outside(edge: &Edge) -> bool {
    edge.target == Meaning::Outside && edge.port == Some(SMTP)
}

/// Where a program dials itself and nobody listens there: it may not have been told at all.
pub fn by_default(case: &Case, at: ContainerAt, failing: &[(&Edge, &LogError)]) -> Option<String> {
    let is_told = |(edge, _): &(&Edge, &LogError)| {
        edge.target != Meaning::Itself || edge.is_configured() || case.map.on_host(at)
    };
    (!failing.iter().any(is_told)).then(|| {
        format!(
            "then tell {} whom to dial: many programs dial localhost where their variables, options \
             and files say nothing else, or say it by another name",
            case.called(at)
        )
    })
}

/// What to look at where a server that is there does not answer: a firewall, also
/// that of a VPN, whose network others share.
pub fn dropped(case: &Case, failing: &[(&Edge, &LogError)]) -> Option<String> {
    let silent = failing.iter().find(|(_, error)| error.kind == LogErrorKind::Timeout);
    let (edge, _) = silent?;
    let (server, port) = (edge.container()?, edge.port?);
    let listens = case.listens(server, port, edge.protocol) == Some(Listens::Openly);
    let client = case.map.stack(edge.from).unwrap_or(edge.from);
    listens.then(|| {
        format!(
            "then look at the firewall rules of {}, of {} and of the host: one of them drops what \
             is sent to {port}; a container for a VPN drops all that does not go through its \
             tunnel, unless it is told the networks of others (in gluetun \
             FIREWALL_OUTBOUND_SUBNETS)",
            case.called(client),
            case.called(server)
        )
    })
}

/// For each network who on it serves something, by when it was made.
pub struct Servers(HashMap<NetworkAt, Vec<(Moment, ContainerAt)>>);

impl Servers {
    /// Those of all networks.
    pub fn new(case: &Case) -> Self {
        let mut servers: HashMap<NetworkAt, Vec<(Moment, ContainerAt)>> = HashMap::default();
        for at in case.containers().filter(|at| !case.open_ports(*at).is_empty()) {
            let Some(made) = case.container(at).created_at else { continue };
            case.joined(at).for_each(|on| servers.entry(on).or_default().push((made, at)));
        }
        servers.values_mut().for_each(|made| made.order());
        Self(servers)
    }

    /// One that was made while a neighbour ran, as that began to complain.
    pub fn made_anew(
        &self,
        case: &Case,
        at: ContainerAt,
        trouble: &Complaint,
    ) -> Option<ContainerAt> {
        /// In seconds.
        const ABOUT: f64 = 10.0;
        let (started, began) = (case.container(at).started_at?, trouble.began?);
        case.joined(at).filter_map(|on| self.0.get(&on)).find_map(|servers| {
            let is_before = |made: Moment| made <= started || began.since(made) > ABOUT;
            let first = servers.partition_point(|(made, _)| is_before(*made));
            let then = servers[first..].iter().take_while(|(made, _)| made.since(began) <= ABOUT);
            then.map(|(_, server)| *server).find(|server| case.is_peer(at, *server))
        })
    }
}

/// What lets the two ends of a connection speak one protocol.
pub fn same_protocol(client: &str, server: &str) -> String {
    format!(
        "then let {client} speak the protocol of that port of {server}, or dial the port of \
         {server} that is for its own: HTTP is another than that of uWSGI (in nginx uwsgi_pass), \
         of PHP-FPM (fastcgi_pass), of gRPC (grpc_pass), of mail and of databases"
    )
}

/// What helps against a trouble of this kind.
pub fn cure(case: &Case, at: ContainerAt, kind: TroubleKind, suspects: &[&Edge]) -> String {
    let name = case.called(at);
    let server = suspects.iter().find_map(|edge| edge.container());
    let server =
        server.map_or_else(|| "its server".to_owned(), |server| case.called(server).to_owned());
    match kind {
        TroubleKind::Authentication => format!(
            "then give {name} the user and password that {server} knows; a database keeps those of \
             its first start, whatever its variables say later"
        ),
        TroubleKind::Barred => format!(
            "then let {server} accept {name}: by its own list of hosts that may connect, or with \
             a password or another user"
        ),
        TroubleKind::Encryption => format!(
            "then let {name} and {server} agree: http or https, TLS switched on or off in both, \
             and a certificate that {name} trusts for the name that it dials"
        ),
        TroubleKind::Certificate => format!(
            "then let {server} have a name of its certificate as an alias, and {name} dial that; or \
             give {server} a certificate for the name that {name} dials"
        ),
        TroubleKind::Protocol => same_protocol(name, &server),
        TroubleKind::Socket => format!(
            "then mount the socket that {name} looks for, with a user who may use it; or give {name} \
             the name of its server as host: without one, and with localhost, clients of \
             databases look for a socket"
        ),
        TroubleKind::EngineApi => format!(
            "then update {name} or the engine, whichever is older: one speaks a version of the API that \
             the other does not take (Traefik from 3.6.1, or 2.11.31, speaks that of Docker 29; Docker 29 \
             takes older ones with DOCKER_MIN_API_VERSION=1.24 in its environment)"
        ),
        TroubleKind::NoResolver => format!(
            "then give {name} the name server of its networks (in nginx: resolver {};): a \
             name in a variable is looked up with each request",
            case.server_of_peers(at)
        ),
        _ => format!("then look at what {name} is told to dial"),
    }
}
