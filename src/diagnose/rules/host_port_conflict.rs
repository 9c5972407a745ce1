//! Two that want one port of the host.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use crate::diagnose::{Case, Holders, Judgement, Rule, advise, owned};
use crate::model::words::few;
use crate::model::{
    Change, Container, ContainerAt, Evidence, Finding, HostPorts, Protocol, RequestedPort,
    ServiceOf, Severity, StartErrorKind, State, Step,
};
use crate::order::{OrderBy, Ordered};

/// See `netmap explain host-port-conflict`.
pub const RULE: Rule = Rule {
    name: "host-port-conflict",
    severity: Severity::Error,
    summary: "a container could not start, or will not, because its port of the host is taken",
    meaning: "A port of the host can lead to one container only. The second one that asks for it \
        does not start.",
    seen: "The engine's own start error, or two containers that ask for the same address and port of \
        the host, one of which runs or neither of which does.",
    example: "`Bind for 0.0.0.0:8080 failed: port is already allocated`, `address already in use`",
    fix: "Publish one of them on another port of the host, or stop the one that has it. A name \
        server is published at one address of the machine, where nobody has port 53.",
    mistaken_for: "Two containers with the same container port, which is fine: only the host's side \
        must differ.",
    needs: &[],
    judge,
};

fn judge(case: &Case) -> Judgement {
    let mut findings = Vec::new();
    let mut given = Given::default();
    let planned = case.is_planned();
    let mut won = Won::default();
    let copies = copies(case);
    for at in case.containers() {
        let container = case.container(at);
        let error = container.start_error.as_ref();
        let error = error.filter(|error| error.kind == StartErrorKind::PortTaken);
        let runs = container.state.has_network() && !planned;
        // Podman says nothing of a start that failed.
        let never_ran = container.state == State::Created;
        if runs || !(error.is_some() || planned || never_ran) {
            continue;
        }
        let taken = if planned { won.taken(case, at) } else { taken(case, at) };
        let copies = service_of(case, at).and_then(|service| copies.get(&service));
        if let Some([first, second, ..]) = copies.map(Vec::as_slice)
            && at != *first
        {
            let told = (at == *second).then(|| of_copies(case, at, copies?));
            findings.extend(told.flatten());
            continue;
        }
        let by_programs = taken_by_programs(case, container);
        if error.is_none() && taken.is_empty() && by_programs.is_empty() {
            continue;
        }
        let (mut asked, holders): (Vec<&RequestedPort>, Vec<ContainerAt>) =
            taken.into_iter().unzip();
        asked.extend(by_programs);
        if asked.is_empty() {
            // The engine has not said which of them.
            asked.extend(container.requested.first());
        }
        let mut seen = BTreeSet::new();
        asked.retain(|asked| seen.insert(*asked));
        let mut ports: Vec<String> =
            asked.iter().map(|asked| asked.host_port.to_string()).collect();
        ports.dedup();
        let mut holders = case.names_of(holders);
        holders.order();
        holders.dedup();
        let how = if planned { "wanted twice" } else { "taken" };
        let (word, verb) = if ports.len() > 1 { ("ports", "are") } else { ("port", "is") };
        let is_told = error.is_some() || planned;
        let cannot = if is_told { "cannot" } else { "will not" };
        let (name, several) = (container.name.as_str(), ports.len() > 1);
        let ports = few(&ports);
        let mut finding = RULE.finding(
            [name].into_iter().chain(holders.iter().copied()),
            format!("{name} {cannot} start: {word} {ports} of the host {verb} {how}"),
        );
        if !is_told {
            finding.severity = Severity::Warning;
        }
        if !holders.is_empty() {
            let containers = owned(&holders);
            finding.evidence.push(Evidence::PortHeldBy { containers, planned, several });
        } else if let Some((port, held)) = beside(case, at, asked.first().copied()) {
            finding.subjects.extend(held.names.iter().cloned());
            finding.evidence.push(held.sign(port));
        } else {
            let text = "No container has it; a program on the host does";
            finding.evidence.push(Evidence::Remark { text });
        }
        finding.evidence.extend(error.map(|error| Evidence::StartError { said: error.gist() }));
        let waiting = case.wanted_by(at);
        if !waiting.is_empty() {
            let servers = vec![case.name(at).to_owned()];
            finding.evidence.push(Evidence::CutOff { clients: owned(&waiting), servers });
        }
        finding.fix = publish_elsewhere(case, at, &asked, &mut given);
        if !holders.is_empty() && !planned {
            let holders = few(&holders);
            finding.fix.push(advise(format!("or stop {holders}, and start {}", container.name)));
        }
        findings.push(finding);
    }
    Judgement::of(findings)
}

/// The service of a planned container that asks for a certain port of the host.
fn service_of<'a>(case: &Case<'a>, at: ContainerAt) -> Option<ServiceOf<'a>> {
    let container = case.container(at);
    let is_certain = container.requested.iter().any(|asked| asked.host_port.one().is_some());
    container.service_of().filter(|_| case.is_planned() && is_certain)
}

/// The planned containers of each service that ask for certain ports of the host.
fn copies<'a>(case: &Case<'a>) -> HashMap<ServiceOf<'a>, Vec<ContainerAt>> {
    let mut copies: HashMap<ServiceOf, Vec<ContainerAt>> = HashMap::new();
    for at in case.containers() {
        if let Some(service) = service_of(case, at) {
            copies.entry(service).or_default().push(at);
        }
    }
    copies
}

/// The finding about all planned copies of a service, which ask for one port of the host,
/// told of the second of them.
fn of_copies(case: &Case, at: ContainerAt, copies: &[ContainerAt]) -> Option<Finding> {
    let service = case.container(at).compose.service.as_deref()?;
    let requested = case.container(at).requested.iter();
    let mut wanted: Vec<&RequestedPort> =
        requested.filter(|asked| asked.host_port.one().is_some()).collect();
    wanted.order();
    wanted.dedup();
    let ports: Vec<String> = wanted.iter().map(|wanted| wanted.host_port.to_string()).collect();
    let several = ports.len() > 1;
    let (word, is) = if several { ("ports", "are") } else { ("port", "is") };
    let (ports, number) = (few(&ports), copies.len());
    let names = case.names_of(copies.iter().copied());
    let (first, others) = names.split_first()?;
    let mut finding = RULE.finding(
        others.iter().chain([first]).copied(),
        format!(
            "{} cannot start: {word} {ports} of the host {is} wanted by each copy of {service}",
            few(others)
        ),
    );
    let containers = vec![(*first).to_owned()];
    finding.evidence.push(Evidence::PortHeldBy { containers, planned: true, several });
    let to = |wanted: &RequestedPort| {
        let host_port = range(case, wanted, number);
        RequestedPort { host_port, ..wanted.clone() }
    };
    let change = |wanted: &RequestedPort| Change::Publish {
        from: Some(wanted.clone()),
        to: Some(to(wanted)),
    };
    finding.fix = case.recreate(at, wanted.into_iter().map(change).collect());
    Some(finding)
}

/// So many ports of the host, from the one that is asked for on, of which the engine gives
/// each copy one; any, where others want some of them.
fn range(case: &Case, wanted: &RequestedPort, number: usize) -> HostPorts {
    let last = |first: u16| first.checked_add(u16::try_from(number - 1).ok()?);
    let Some((first, last)) = wanted.host_port.one().and_then(|port| Some((port, last(port)?)))
    else {
        return HostPorts::Any;
    };
    let is_free = |port: u16| case.free_host_port(port) == Some(port);
    if (first + 1..=last).all(is_free) { HostPorts::Range(first, last) } else { HostPorts::Any }
}

/// The ports that a container asks for and another one has.
fn taken<'a>(case: &Case<'a>, at: ContainerAt) -> Vec<(&'a RequestedPort, ContainerAt)> {
    let requested = &case.container(at).requested;
    let of_each = |wanted| case.publishers_of(at, wanted).map(move |other| (wanted, other));
    let mut taken: Vec<_> = requested.iter().flat_map(of_each).collect();
    taken.order_by_key(|(wanted, other)| (*other, *wanted));
    taken
}

/// Who of planned containers gets a port of the host: the first that asks for it. All
/// others are told of that one, and not of one another.
#[derive(Default)]
struct Won(BTreeMap<(u16, Protocol, Option<IpAddr>), ContainerAt>);

impl Won {
    /// The ports that the next container asks for and another one gets. Of a range the
    /// engine takes what is free.
    fn taken<'a>(
        &mut self,
        case: &Case<'a>,
        at: ContainerAt,
    ) -> Vec<(&'a RequestedPort, ContainerAt)> {
        let mut taken = Vec::new();
        for wanted in &case.container(at).requested {
            let Some(port) = wanted.host_port.one() else { continue };
            let address = wanted.host_ip.filter(|address| !address.is_unspecified());
            let there = |address| (port, wanted.protocol, address);
            let before = taken.len();
            let mut add = |at: &ContainerAt| taken.push((wanted, *at));
            match address {
                Some(address) => {
                    let holders = [None, Some(address)].map(|address| self.0.get(&there(address)));
                    holders.into_iter().flatten().for_each(&mut add);
                }
                None => {
                    let others = self.0.range(there(None)..);
                    let others = others.take_while(|((held, protocol, _), _)| {
                        (*held, *protocol) == (port, wanted.protocol)
                    });
                    others.for_each(|(_, holder)| add(holder));
                }
            }
            if taken.len() == before {
                self.0.insert(there(address), at);
            }
        }
        taken.retain(|(_, holder)| *holder != at && !case.map.are_apart(*holder, at));
        taken.order_by_key(|(wanted, other)| (*other, *wanted));
        taken
    }
}

/// The ports that a container asks for and, by the sockets of the engine's machine,
/// somebody has: the engine's own name server may be that, too. Of planned containers
/// the machine is not known.
fn taken_by_programs<'a>(case: &Case<'a>, container: &'a Container) -> Vec<&'a RequestedPort> {
    let is_taken = |wanted: &&RequestedPort| case.sockets_before(wanted).next().is_some();
    container.requested.iter().filter(|_| !case.is_planned()).filter(is_taken).collect()
}

/// The port of name servers, which nobody asks at another one.
const DNS: u16 = 53;

/// The address of the machine at which a name server can have its port, where a program
/// has it at others: that of the machine's own resolver, or those of networks.
fn address_aside(case: &Case, asked: &[&RequestedPort]) -> Option<IpAddr> {
    let of_names = asked.iter().filter(|asked| asks_for_names(asked));
    let held: BTreeSet<IpAddr> = of_names
        .flat_map(|asked| case.sockets_before(asked))
        .map(|socket| socket.address)
        .into_set();
    let is_everywhere = held.iter().any(IpAddr::is_unspecified);
    if held.is_empty() || is_everywhere || !case.index.published(DNS).is_empty() {
        return None;
    }
    let is_gateway = |ip: IpAddr| !case.index.networks_around(ip).is_empty();
    let mut addresses = case.map.snapshot().host.as_ref()?.addresses.iter().copied();
    addresses.find(|ip| ip.is_ipv4() && !ip.is_loopback() && !held.contains(ip) && !is_gateway(*ip))
}

/// Whether it is the port of name servers that is asked for, at every address.
fn asks_for_names(asked: &RequestedPort) -> bool {
    asked.host_port.one() == Some(DNS) && asked.host_ip.is_none_or(|ip| ip.is_unspecified())
}

/// Has a container publish these ports where nobody has them.
fn publish_elsewhere(
    case: &Case,
    at: ContainerAt,
    asked: &[&RequestedPort],
    given: &mut Given,
) -> Vec<Step> {
    let aside = address_aside(case, asked);
    // What TCP and UDP have in common they keep.
    let mut moved: BTreeMap<HostPorts, HostPorts> = BTreeMap::new();
    let mut there = |asked: &RequestedPort| match aside.filter(|_| asks_for_names(asked)) {
        Some(address) => RequestedPort { host_ip: Some(address), ..asked.clone() },
        None => {
            let place = moved.entry(asked.host_port);
            let host_port = *place.or_insert_with(|| free_port(case, asked, given));
            RequestedPort { host_port, ..asked.clone() }
        }
    };
    let change = |asked: &&RequestedPort| Change::Publish {
        from: Some((*asked).clone()),
        to: Some(there(asked)),
    };
    let changes: Vec<Change> = asked.iter().map(change).collect();
    if changes.is_empty() { Vec::new() } else { case.recreate(at, changes) }
}

/// Who may have a port of the host without having published it.
fn beside(case: &Case, at: ContainerAt, asked: Option<&RequestedPort>) -> Option<(u16, Holders)> {
    let port = asked?.host_port.one()?;
    Some((port, case.holders(port, at)?))
}

/// The ports that were given to those who could not have what they asked for, each with
/// where others look on.
#[derive(Default)]
struct Given(HashMap<u16, Option<u16>>);

/// The next port of the host that nobody here has or asks for, and that is `given`
/// to no other one.
fn free_port(case: &Case, asked: &RequestedPort, given: &mut Given) -> HostPorts {
    let Some(asked) = asked.host_port.one() else { return HostPorts::Any };
    let mut passed = Vec::new();
    let mut from = asked.checked_add(1);
    let free = loop {
        let free = from.and_then(|port| case.free_host_port(port));
        match free.and_then(|free| Some((free, *given.0.get(&free)?))) {
            Some((taken, behind)) => {
                passed.push(taken);
                from = behind;
            }
            None => break free,
        }
    };
    // Nobody goes the same way again.
    let behind = free.and_then(|free| free.checked_add(1));
    given.0.extend(passed.into_iter().chain(free).map(|port| (port, behind)));
    free.map_or(HostPorts::Any, HostPorts::One)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::diagnose::diagnose;
    use crate::graph::{Map, looks};
    use crate::model::{Action, Change, Snapshot};

    /// A plan of so many services, of each of which is said which ports it asks for.
    fn planned(number: u16, asked: impl Fn(u16) -> Vec<Value>) -> Snapshot {
        let container = |at: u16| {
            json!({"name": format!("c{at}"), "id": "", "state": "planned", "requested": asked(at),
                "project": "p", "service": format!("s{at}")})
        };
        let snapshot = json!({"schema": "netmap/1", "networks": [], "plan": {"project": "p", "files": ["compose.yaml"], "places": {}},
            "containers": (0..number).map(container).collect::<Vec<Value>>()});
        Snapshot::read(snapshot.to_string().as_bytes()).unwrap()
    }

    fn asking(port: u16) -> Value {
        json!({"port": 80, "protocol": "tcp", "host_port": port.to_string()})
    }

    /// Counted are looks at containers and for ports, and no seconds.
    #[test]
    fn ten_times_as_many_that_want_one_port_are_judged_with_ten_times_the_work() {
        type Asked = dyn Fn(u16) -> Vec<Value>;
        let kinds: [(&str, &Asked); 3] = [
            ("one port", &|_| vec![asking(8080)]),
            ("each port twice", &|at| vec![asking(10_000 + at / 2)]),
            ("ports of one", &|at| match at {
                0 => (0..2000).map(|port| asking(10_000 + port)).collect(),
                at => vec![asking(10_000 + at)],
            }),
        ];
        for (kind, asked) in kinds {
            let work = |number: u16| {
                let snapshot = planned(number, asked);
                let map = Map::new(&snapshot);
                let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
                let (mut found, mut subjects) = (0, 0);
                let work = looks::during(|| {
                    let findings = diagnose(&map, None, only).findings;
                    found = findings.len();
                    subjects = findings.iter().map(|finding| finding.subjects.len()).sum();
                });
                (work, found, subjects)
            };
            let ((small, few, _), (large, many, subjects)) = (work(100), work(1000));
            assert!(few >= 50 && many >= 9 * few, "{kind}: {few} and {many}");
            assert_eq!(subjects, 2 * many, "{kind}: who has it, and who wants it");
            assert!(large < 12 * small, "{kind}: {large} looks, and {small} for a tenth");
        }
    }

    /// The first to ask has a port, at each of its addresses, and nobody else is named.
    #[test]
    fn of_several_planned_ones_the_first_has_the_port() {
        let at = |address: &str, port: u16| json!({"port": 80, "protocol": "tcp", "host_ip": address, "host_port": port.to_string()});
        let found = |asked: &[Value]| {
            let snapshot = planned(asked.len() as u16, |at| vec![asked[usize::from(at)].clone()]);
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let findings = diagnose(&Map::new(&snapshot), None, only).findings;
            findings.iter().map(|finding| finding.subjects.join(" ")).collect::<Vec<_>>()
        };
        let (one, other) = ("127.0.0.1", "192.168.1.1");
        assert_eq!(found(&[at(one, 80), at(other, 80), at(one, 81)]), [""; 0]);
        assert_eq!(found(&[at(one, 80), at(other, 80), asking(80)]), ["c2 c0 c1"]);
        assert_eq!(found(&[asking(80), at(one, 80), at(one, 80)]), ["c1 c0", "c2 c0"]);
        assert_eq!(found(&[at(one, 80), asking(80), at(other, 80)]), ["c1 c0"]);
    }

    #[test]
    fn a_program_on_the_machine_can_have_the_port() {
        let found = |protocol: &str, address: &str, wanted: &str| {
            let snapshot = json!({
                "schema": "netmap/1",
                "host": {"listening": [{"protocol": protocol, "address": address, "port": 53}]},
                "networks": [], "containers": [{"name": "pihole", "id": "pihole",
                    "state": "created", "requested": [
                        {"port": 53, "protocol": "udp", "host_ip": wanted, "host_port": "53"}]}],
            });
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let diagnosis = diagnose(&Map::new(&snapshot), None, only);
            diagnosis.findings.iter().map(|f| f.summary.clone()).collect::<Vec<_>>()
        };
        let taken = ["pihole will not start: port 53 of the host is taken"];
        assert_eq!(found("udp", "10.89.0.1", ""), taken);
        assert_eq!(found("udp", "0.0.0.0", "192.168.1.10"), taken);
        for (protocol, address, wanted) in
            [("tcp", "10.89.0.1", ""), ("udp", "127.0.0.53", "192.168.1.10")]
        {
            assert_eq!(found(protocol, address, wanted), [""; 0], "{protocol} {address} {wanted}");
        }
    }

    #[test]
    fn all_ports_that_are_taken_are_moved_and_a_name_server_keeps_its_own() {
        let fixed = |sockets: &[(&str, &str, u16)], asked: &[(&str, u16)]| {
            let sockets: Vec<_> = sockets
                .iter()
                .map(|(protocol, address, port)| {
                    json!({"protocol": protocol, "address": address, "port": port})
                })
                .collect();
            let asked: Vec<_> = asked
                .iter()
                .map(|(protocol, port)| {
                    json!({"port": port, "protocol": protocol, "host_port": port.to_string()})
                })
                .collect();
            let snapshot = json!({
                "schema": "netmap/1",
                "host": {"listening": sockets, "addresses": ["10.89.0.1", "192.168.1.10"]},
                "networks": [{"name": "n", "id": "n", "driver": "bridge",
                    "subnets": [{"subnet": "10.89.0.0/24", "gateway": "10.89.0.1"}]}],
                "containers": [{"name": "pihole", "id": "pihole", "image": "pihole:1",
                    "state": "created", "requested": asked}],
            });
            let snapshot = Snapshot::read(snapshot.to_string().as_bytes()).unwrap();
            let only = |rule: &crate::diagnose::Rule| rule.name == super::RULE.name;
            let finding = diagnose(&Map::new(&snapshot), None, only).findings.remove(0);
            let published = |change: &Change| match change {
                Change::Publish { to: Some(to), .. } => to.as_option(),
                other => panic!("{other:?}"),
            };
            let changes = finding.fix.iter().find_map(|step| match &step.action {
                Action::Recreate(recreate) => Some(&recreate.changes),
                _ => None,
            });
            let ports: Vec<_> = changes.unwrap().iter().map(published).collect();
            (finding.summary, ports)
        };
        let taken = |ports: &str| format!("pihole will not start: {ports} of the host");
        assert_eq!(
            fixed(
                &[("tcp", "0.0.0.0", 80), ("tcp", "0.0.0.0", 443), ("tcp", "0.0.0.0", 81)],
                &[("tcp", 80), ("tcp", 443), ("tcp", 8443)]
            ),
            (taken("ports 80 and 443") + " are taken", vec!["82:80".into(), "444:443".into()])
        );
        let both = [("tcp", 53), ("udp", 53)];
        let stub = [("tcp", "127.0.0.53", 53), ("udp", "127.0.0.53", 53), ("udp", "10.89.0.1", 53)];
        assert_eq!(
            fixed(&stub, &both),
            (
                taken("port 53") + " is taken",
                vec!["192.168.1.10:53:53".into(), "192.168.1.10:53:53/udp".into()]
            )
        );
        let (_, ports) =
            fixed(&[&stub[..], &[("tcp", "0.0.0.0", 80)]].concat(), &[("udp", 53), ("tcp", 80)]);
        assert_eq!(ports, ["192.168.1.10:53:53/udp", "81:80"]);
        // Whoever has it everywhere leaves no address.
        let every = [("tcp", "0.0.0.0", 53), ("udp", "0.0.0.0", 53)];
        let moved = vec!["54:53".into(), "54:53/udp".into()];
        assert_eq!(fixed(&every, &both), (taken("port 53") + " is taken", moved));
    }
}
