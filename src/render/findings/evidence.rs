//! Evidence in sentences, without full stop.

use crate::model::words::{count, few, sentence_case};
use crate::model::{Dial, Evidence, ListensFrom, MachineMatter, NodesMatter, Progress, suspicion};

/// What was seen, as a sentence for people.
pub fn sentence(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Dial(dial) => dialled(dial),
        Evidence::Holds { container, variable, host } => {
            format!("{container} has {variable}, which leads to {host}")
        }
        Evidence::ForBrowsers { container, variable } => {
            format!(
                "{variable} of {container} goes into its pages, and browsers run outside of Docker"
            )
        }
        Evidence::Same { containers } => {
            format!("{} {} the same problem", few(containers), has(containers))
        }
        Evidence::WaitInVain { clients, container } => {
            let wait = if clients.len() == 1 { "waits" } else { "wait" };
            format!("For that reason {} {wait} for {container} without success", few(clients))
        }
        Evidence::HeldBack { containers, container } => {
            let (was, depends) = match containers.len() {
                1 => ("was", "depends"),
                _ => ("were", "depend"),
            };
            format!(
                "For that reason {} {was} never started: Compose waits for {container}, on which \
                 {} {depends}",
                few(containers),
                if containers.len() == 1 { "it" } else { "they" }
            )
        }
        Evidence::DoesNotAnswer { container, host_port } => {
            format!("For that reason {container} does not answer on its published port {host_port}")
        }
        Evidence::CutOff { clients, servers } => {
            format!("For that reason {} cannot reach {}", few(clients), few(servers))
        }
        Evidence::Written { places } => {
            let places: Vec<String> = places.iter().map(ToString::to_string).collect();
            format!("Written in {}", few(&places))
        }
        Evidence::Listens { container, port, from } => match from {
            ListensFrom::Everybody => format!("{container} does listen on {port}"),
            ListensFrom::Itself => {
                format!("{container} listens on {port} on its own loopback address only")
            }
            ListensFrom::Declared => format!("{container} declares that it listens on {port}"),
        },
        Evidence::StartsOnLoopback { container, server, port, told: true } => {
            format!(
                "{container} is told to start {server} on port {port} of its own loopback address"
            )
        }
        Evidence::StartsOnLoopback { container, server, port, told: false } => format!(
            "{container} starts {server}, which listens on 127.0.0.1:{port} unless it is told otherwise"
        ),
        Evidence::OpenPorts { container, ports, besides } => match (ports.is_empty(), besides) {
            (true, true) => format!("{container} listens on no other port either"),
            (true, false) => format!("{container} listens on no port at all"),
            (false, true) => format!("{container} does listen on {}", numbers(ports)),
            (false, false) => format!("{container} listens on {}", numbers(ports)),
        },
        Evidence::Waiting { container, backlog, clients } => {
            let of = match clients.is_empty() {
                true => String::new(),
                false => format!(" of {}", few(clients)),
            };
            backlog.waits(&of, container)
        }
        Evidence::Speaks { container, port, protocol } => {
            format!("{container} listens on {port} for {} only", protocol.in_words())
        }
        Evidence::PublishedOn { host_port, host_ip, dialled } => {
            let is = match dialled {
                Some(address) => format!(", which is not {address}"),
                None => String::new(),
            };
            format!("Port {host_port} of the host is published on {host_ip} only{is}")
        }
        Evidence::ResolvesTo { container, name, address: Some(address) } => {
            format!("Asked for `{name}`, {container} gets {address}")
        }
        Evidence::ResolvesTo { container, name, address: None } => {
            format!("Asked for `{name}`, {container} is told that there is no such name")
        }
        Evidence::AsksFirst { names, ndots } => {
            format!(
                "It asks for {} first: its search domain comes first for names of fewer than {}",
                few(names),
                count(usize::from(*ndots), "dot")
            )
        }
        Evidence::BoundTo { container, port, addresses } => {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            format!("{container} listens on {port} at {} only", few(&addresses))
        }
        Evidence::NothingListens { container, port } => {
            format!("Nothing listens on {port} in {container}")
        }
        Evidence::NoAnswer { container } => format!("{container} does not answer there"),
        Evidence::IsItself { containers, port } => {
            let who = match containers.as_slice() {
                [only] => format!("{only} itself"),
                _ => "each container itself".to_owned(),
            };
            format!("localhost is {who}, and nothing listens on {port} there")
        }
        Evidence::SpeaksOf { container, variable, peer } => {
            format!("{variable} is named after {peer}, and localhost is {container} itself")
        }
        Evidence::Untaken { host_ports } => {
            let ports = if host_ports.len() == 1 { "port" } else { "ports" };
            format!(
                "Connections wait at {ports} {} of the host, which Podman only keeps from others: its rules, \
                 which send them on to the container, are gone",
                numbers(host_ports)
            )
        }
        Evidence::Ipv4Only { container, port } => {
            format!("{container} listens on {port} for IPv4 only")
        }
        Evidence::HealthCheck { fails: true } => "The check fails".to_owned(),
        Evidence::HealthCheck { fails: false } => {
            "The check passes as long as its client tries 127.0.0.1 as well".to_owned()
        }
        Evidence::LeadsTo { host_port, container, port } => {
            format!("Port {host_port} of the host leads to {container}:{port}")
        }
        Evidence::OpenToAll { host_port, port, server } => {
            let leads = format!("leads to {port}, the usual port of {server}");
            match host_port.as_str() {
                "" => format!("A port that the engine picks, of every address, {leads}"),
                host_port => format!("Port {host_port} of every address of the host {leads}"),
            }
        }
        Evidence::TakenAndCut { host_ports } => format!(
            "It is published on the host as port {}: connections there are accepted and cut",
            numbers(host_ports)
        ),
        Evidence::AsksFor { ports, in_vain } => {
            let (port, is) = if ports.len() == 1 { ("port", "is") } else { ("ports", "are") };
            let vain = if *in_vain { format!(", and {is} not") } else { String::new() };
            format!("Its {port} {} {is} to be published{vain}", numbers(ports))
        }
        Evidence::PortHeldBy { containers, planned, several } => {
            let it = if *several { "them" } else { "it" };
            let ask = if containers.len() == 1 { "asks" } else { "ask" };
            match planned {
                true => format!("{} {ask} for {it} as well", few(containers)),
                false => format!("{} {} {it}", few(containers), has(containers)),
            }
        }
        Evidence::OnHostNetwork { containers, port } => {
            let are = if containers.len() == 1 { "is" } else { "are" };
            format!(
                "{} {are} on the host's network, where something listens on {port}",
                few(containers)
            )
        }
        Evidence::StartError { said } => format!("The engine says: {said}"),
        Evidence::On { container, networks } if networks.is_empty() => {
            format!("{container} is on no network")
        }
        Evidence::On { container, networks } => format!("{container} is on {}", few(networks)),
        Evidence::Between { container } => {
            format!("{container} is on networks of both, but containers do not forward packets")
        }
        Evidence::ShareOnly { containers, network } => format!(
            "{} share only the default network `{network}`, where names do not resolve",
            few(containers)
        ),
        Evidence::KeepsApart { network, macvlan: true } => format!(
            "{network} is a macvlan in private mode, whose members cannot reach one another"
        ),
        Evidence::KeepsApart { network, macvlan: false } => format!(
            "{network} was created with enable_icc=false, so its members cannot reach one another"
        ),
        Evidence::NoWayOut { networks } => {
            format!(
                "Nothing gets into or out of {}: only its members reach one another",
                few(networks)
            )
        }
        Evidence::KeptIn { networks, rules, told } => {
            let what = sentence_case(&rules.sentence(&few(networks)));
            let made = if *told { "; the engine is told to make no rules" } else { "" };
            format!("{what}{made}")
        }
        Evidence::WayIn { networks, container } => {
            let are = if networks.len() == 1 { "is" } else { "are" };
            format!("{} {are} internal, and {container} is the way in", few(networks))
        }
        Evidence::AddressOf { address, container: Some(container) } => {
            format!("{address} belongs to {container}")
        }
        Evidence::AddressOf { address, container: None } => {
            format!("No container here has {address}")
        }
        Evidence::NotFixed { address, container } => {
            format!("{address} is {container}'s until its next start: it is not fixed with --ip")
        }
        Evidence::HasAddresses { container, addresses } => {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            format!("{container} has {} now", few(&addresses))
        }
        Evidence::AddressesOn { container, network, addresses } => {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            format!("On {network}, {container} has {}", few(&addresses))
        }
        Evidence::Younger { container, than } => {
            format!("{container} was started after {than}, which had looked the name up by then")
        }
        Evidence::HostsEntry { name, address } => {
            format!("Its hosts file has {address} for `{name}`")
        }
        Evidence::Link { alias, container } => format!(
            "`{alias}` is written into its hosts file with the address that {container} had when it started"
        ),
        Evidence::NameServers { servers, given: true } => {
            format!("It was given {} with --dns", few(servers))
        }
        Evidence::NameServers { servers, given: false } => {
            format!("Its name server is {}", few(servers))
        }
        Evidence::NobodyCalled { name, networks } => {
            format!("Nothing on {} is called `{name}`", few(networks))
        }
        Evidence::CalledElsewhere { container, client } => {
            format!("{container} has that name elsewhere, but not where {client} is")
        }
        Evidence::NameThere { name } => format!("`{name}` is there"),
        Evidence::OneOrTheOther { name } => {
            format!("A client that asks for `{name}` gets one or the other")
        }
        Evidence::Advertises { container, host, port, setting } => {
            let port = port.map(|port| format!(":{port}")).unwrap_or_default();
            match setting {
                Some(from) => {
                    format!("{container} tells its clients to dial {host}{port} ({from})")
                }
                None => format!(
                    "{container} seems to tell its clients to dial {host}{port}: no setting of \
                     theirs names it"
                ),
            }
        }
        Evidence::Answers { name, containers, network } => {
            let answer = if containers.len() == 1 { "answers" } else { "answer" };
            format!("On {network}, {} {answer} to `{name}`", few(containers))
        }
        Evidence::ComposeService { container, service, project } => match project {
            Some(project) => format!("{container} is service {service} of {project}"),
            None => format!("{container} is service {service} of no project"),
        },
        Evidence::Proxied { hosts } => {
            format!("HTTP_PROXY is set, and NO_PROXY does not name {}", few(hosts))
        }
        Evidence::Gateways { networks } => format!("{} have a gateway each", few(networks)),
        Evidence::DefaultRoute { gateway, network } => {
            format!("Its default route leads to {gateway}, on {network}")
        }
        Evidence::LargestPacket { containers, mtu } => {
            format!("The interfaces of {} take packets of up to {mtu} bytes", few(containers))
        }
        Evidence::HostLargestPacket { interface, mtu } => {
            format!(
                "The host's default route goes by {interface}, which takes packets of up to {mtu} bytes"
            )
        }
        Evidence::Subnet { network, subnet } => format!("{network} has {subnet}"),
        Evidence::HostRoute { destination, interface } => {
            format!("The host reaches {destination} by {interface}")
        }
        Evidence::OwnRoute { container, destination, interface } => {
            format!("{container} sends what is for {destination} by its interface {interface}")
        }
        Evidence::ConnectionToNobody { remote, progress, network } => {
            let how = match progress {
                Progress::Trying => "without an answer",
                Progress::Open => "that is still open",
            };
            format!(
                "Its socket table shows a connection {how} to {remote}, an address of {network} that no container has"
            )
        }
        Evidence::Means { hosts } => {
            format!("It probably means {}, which has another address now", few(hosts))
        }
        Evidence::Measured { container, target, network, outcome, why } => {
            let on = network.as_deref().map(|n| format!(" on {n}")).unwrap_or_default();
            let why = why.as_ref().map(|why| format!(", {why}")).unwrap_or_default();
            format!("{container} tried {target}{on}: {outcome}{why}")
        }
        Evidence::Unanswered { networks, attempts } => {
            format!("None of {attempts} attempts on {} had an answer", few(networks))
        }
        Evidence::DroppedBy { container, to, by } => {
            let proof = by.proof().map(|proof| format!(" ({proof})")).unwrap_or_default();
            let lost =
                if by.cause.loses_answers() { "gets no answer" } else { "does not get there" };
            format!("What {container} sends to {to} {lost}, because {by}{proof}")
        }
        Evidence::NoDropFound { rules, namespaces, uncounted, more } => {
            let suspicion = suspicion(uncounted, *more).map(|said| format!("; {said}"));
            format!(
                "{} in {} were read, and no counter moved by what was sent{}",
                count(*rules, "rule"),
                count(*namespaces, "network namespace"),
                suspicion.unwrap_or_default()
            )
        }
        Evidence::Carries { networks } => {
            format!("On {} containers do answer", few(networks))
        }
        Evidence::LastWords { container, trouble, line } => {
            let line = line.as_deref().unwrap_or(trouble.as_str());
            format!("The last error in the log of {container}: {line}")
        }
        Evidence::Labelled { container, label, value } => {
            format!("{container} has the label {label}={value}")
        }
        Evidence::CheckSays { container, trouble, line } => {
            let line = line.as_deref().unwrap_or(trouble.as_str());
            format!("The health check of {container} says: {line}")
        }
        Evidence::LastComplaint { container, error, host } => {
            format!("The last error in the log of {container}: {host}, {}", error.as_str())
        }
        Evidence::Is { container, state } => format!("{container} {}", state.predicate()),
        Evidence::StartedLater { owner, container } => {
            format!("{container} shares the network of {owner}, and {owner} started later")
        }
        Evidence::OtherNamespace { owner, container } => {
            format!(
                "{container} shares the network of {owner}, and is left in one from before {owner} started"
            )
        }
        Evidence::SharesWith { owner } => format!("Its network mode is `container:{owner}`"),
        Evidence::ListedByNetwork { id } => {
            format!("The network lists {id}, and the engine has no such container")
        }
        Evidence::Unused { networks } => format!("Nothing is on {}", few(networks)),
        Evidence::Nodes { nodes, matter } => {
            let nodes = few(nodes);
            match matter {
                NodesMatter::RunTasks => format!("Its tasks run on {nodes}"),
                NodesMatter::KnowOfOneAnother => {
                    format!("The nodes that know of one another there: {nodes}")
                }
                NodesMatter::NotReady => format!("Not ready: {nodes}"),
            }
        }
        Evidence::OnMachine { host, port, matter } => on_machine(host, *port, *matter),
        Evidence::ReadyNow { container } => {
            format!("{container} is ready now, and has no health check to wait for")
        }
        Evidence::Remark { text } => (*text).to_owned(),
    }
}

/// `web dials db:5432 (DATABASE_URL; its log 3 s ago: connection refused)`.
fn dialled(dial: &Dial) -> String {
    let Dial { container, host, port, written, log, connection, wire } = dial;
    let dialled = match port {
        Some(port) if host.contains(':') => format!("[{host}]:{port}"),
        Some(port) => format!("{host}:{port}"),
        None if host.is_empty() => "an empty host".to_owned(),
        None => host.clone(),
    };
    let mut signs: Vec<String> = Vec::new();
    signs.extend(written.as_ref().map(|written| written.place().to_owned()));
    signs.extend(log.map(|log| {
        let when = log.seconds_ago.map(|seconds| format!(" {}", ago(seconds)));
        format!("its log{}: {}", when.unwrap_or_default(), log.error.as_str())
    }));
    signs.extend(wire.map(|wire| {
        let (tries, seconds) = (count(wire.tries, "try"), wire.window_ms.div_ceil(1000));
        let outcome = match wire.outcome.is_answered() {
            true => "taken and ended without a word",
            false => wire.outcome.as_str(),
        };
        format!("on the wire: {tries} in {seconds} s, {outcome}")
    }));
    match connection {
        Some(Progress::Trying) => {
            signs.push("it is trying right now, without an answer".to_owned());
        }
        _ if signs.is_empty() => signs.push("it is connected".to_owned()),
        _ => {}
    }
    format!("{container} dials {dialled} ({})", signs.join("; "))
}

/// `3 s ago`.
fn ago(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} s ago"),
        120..7200 => format!("{} min ago", seconds / 60),
        _ => format!("{} h ago", seconds / 3600),
    }
}

fn on_machine(host: &str, port: Option<u16>, matter: MachineMatter) -> String {
    let port = port.map_or_else(|| "that port".to_owned(), |port| format!("port {port}"));
    match matter {
        MachineMatter::NameUnknown => {
            format!(
                "{host} is a name of Docker Desktop; here a container gets it only with --add-host"
            )
        }
        MachineMatter::OnLoopback => format!("On the host, {port} is bound to a loopback address"),
        MachineMatter::NothingListens => format!("Nothing on the host listens on {port}"),
        MachineMatter::Silent => {
            format!("The host listens on {port} for everybody, and the container gets no answer")
        }
        MachineMatter::IsNotLocalhost => {
            format!("The host listens on {port}, but localhost is the container itself")
        }
    }
}

fn has(names: &[String]) -> &'static str {
    if names.len() == 1 { "has" } else { "have" }
}

fn numbers(ports: &[u16]) -> String {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    few(&ports)
}
