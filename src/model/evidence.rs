//! How a finding was seen, as data. `render` makes sentences of it; nothing
//! reads them back.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use serde::Serialize;

use super::container::State;
use super::dial::Dial;
use super::log_trouble::TroubleKind;
use super::matter::{ListensFrom, MachineMatter, NodesMatter};
use super::observation::{Backlog, LogErrorKind, Progress, RulesOut};
use super::packet_drop::PacketDrop;
use super::plan::Place;
use super::port::Protocol;
use super::reachability::Outcome;
use super::why::Why;

/// One thing that was seen. Containers and networks go by their names on the
/// map. In JSON the names of kinds are kebab-case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Evidence {
    /// A container wants to reach something, and this shows it.
    Dial(Dial),
    /// A variable holds a host, which something else was meant to.
    Holds {
        /// The container.
        container: String,
        /// The variable.
        variable: String,
        /// The host.
        host: String,
    },
    /// A variable's value goes into pages, which browsers outside run.
    ForBrowsers {
        /// The container.
        container: String,
        /// The variable.
        variable: String,
    },
    /// What was said before holds for these containers as well.
    Same {
        /// The containers.
        containers: Vec<String>,
    },
    /// Containers wait for another one, which has this trouble, in vain.
    WaitInVain {
        /// Those that wait.
        clients: Vec<String>,
        /// The one that is waited for.
        container: String,
    },
    /// Containers that were never started, since they are to wait until another
    /// one is well, which has this trouble.
    HeldBack {
        /// Those that are not started.
        containers: Vec<String>,
        /// The one that they are to wait for.
        container: String,
    },
    /// A container does not answer on a published port because of this trouble.
    DoesNotAnswer {
        /// The container.
        container: String,
        /// The host's port.
        host_port: u16,
    },
    /// Containers cannot reach others for the finding's reason.
    CutOff {
        /// Who cannot reach them.
        clients: Vec<String>,
        /// Who cannot be reached.
        servers: Vec<String>,
    },
    /// Where the matter is written in compose files.
    Written {
        /// The places.
        places: Vec<Place>,
    },
    /// A container has a label that says what is wanted.
    Labelled {
        /// The container.
        container: String,
        /// The label.
        label: String,
        /// Its value.
        value: String,
    },
    /// A container takes connections on a port, or says that it will.
    Listens {
        /// The container.
        container: String,
        /// The port.
        port: u16,
        /// From whom.
        from: ListensFrom,
    },
    /// A planned container's command starts a server on its own loopback address.
    StartsOnLoopback {
        /// The container.
        container: String,
        /// The server, as people call it.
        server: String,
        /// The port.
        port: u16,
        /// Whether the command or a variable says so. Else the server does it by itself.
        told: bool,
    },
    /// The ports on which a container takes connections from others.
    OpenPorts {
        /// The container.
        container: String,
        /// The ports; empty for none.
        ports: Vec<u16>,
        /// Whether they are those beside the ones spoken of.
        besides: bool,
    },
    /// Connections wait at a container's port for a program that takes none.
    Waiting {
        /// The container.
        container: String,
        /// What waits.
        backlog: Backlog,
        /// The containers that they come from.
        clients: Vec<String>,
    },
    /// The one protocol with which a container takes a port.
    Speaks {
        /// The container.
        container: String,
        /// The port.
        port: u16,
        /// The protocol.
        protocol: Protocol,
    },
    /// A port of the host is there on one of the host's addresses only.
    PublishedOn {
        /// The host's port.
        host_port: u16,
        /// The address.
        host_ip: IpAddr,
        /// The address that is dialled, where it is known.
        dialled: Option<IpAddr>,
    },
    /// What a name leads a container to, which is not the container of that name.
    ResolvesTo {
        /// The container that asks.
        container: String,
        /// The name.
        name: String,
        /// The address; `None` where nobody knew the name.
        address: Option<IpAddr>,
    },
    /// What a container asks for before it asks for a name as it is: the name
    /// in each of its search domains.
    AsksFirst {
        /// The names that it asks for.
        names: Vec<String>,
        /// The dots that a name must have to be asked for as it is at first.
        ndots: u8,
    },
    /// The addresses on which a container takes connections to a port.
    BoundTo {
        /// The container.
        container: String,
        /// The port.
        port: u16,
        /// The addresses.
        addresses: Vec<IpAddr>,
    },
    /// Nothing listens on a port in a container.
    NothingListens {
        /// The container.
        container: String,
        /// The port.
        port: u16,
    },
    /// A container does not answer at the address that is dialled.
    NoAnswer {
        /// The container.
        container: String,
    },
    /// `localhost` is each of these containers itself, and nothing listens there.
    IsItself {
        /// The containers.
        containers: Vec<String>,
        /// The port.
        port: u16,
    },
    /// A container's variable, which holds `localhost`, is named after another container.
    SpeaksOf {
        /// The container.
        container: String,
        /// The variable.
        variable: String,
        /// The other one.
        peer: String,
    },
    /// Connections wait at ports of the machine that Podman keeps for containers, and no
    /// rule sends them on.
    Untaken {
        /// The ports.
        host_ports: Vec<u16>,
    },
    /// A container listens for IPv4 only.
    Ipv4Only {
        /// The container.
        container: String,
        /// The port.
        port: u16,
    },
    /// A container's health check fails, or does not yet.
    HealthCheck {
        /// Whether it fails.
        fails: bool,
    },
    /// A port of the host leads into a container.
    LeadsTo {
        /// The host's port.
        host_port: u16,
        /// The container.
        container: String,
        /// The port inside.
        port: u16,
    },
    /// A port of every address of the host leads to one of these servers' usual ports.
    OpenToAll {
        /// The host's port, as asked for.
        host_port: String,
        /// The port inside.
        port: u16,
        /// The server.
        server: String,
    },
    /// A published port takes connections and cuts them.
    TakenAndCut {
        /// The host's ports.
        host_ports: Vec<u16>,
    },
    /// A container asks for ports to be published.
    AsksFor {
        /// The ports inside.
        ports: Vec<u16>,
        /// Whether none of them is.
        in_vain: bool,
    },
    /// Who has a port of the host.
    PortHeldBy {
        /// Containers.
        containers: Vec<String>,
        /// Whether they are planned, and ask for it.
        planned: bool,
        /// Whether it is about several ports.
        several: bool,
    },
    /// Containers on the host's network, where something listens on a port.
    OnHostNetwork {
        /// The containers.
        containers: Vec<String>,
        /// The port.
        port: u16,
    },
    /// What the engine said when it could not start the container.
    StartError {
        /// Its words.
        said: String,
    },
    /// The networks that a container is on.
    On {
        /// The container.
        container: String,
        /// The networks; empty for none.
        networks: Vec<String>,
    },
    /// A container is on networks of both ends.
    Between {
        /// The container.
        container: String,
    },
    /// Containers share only the default network, which has no names.
    ShareOnly {
        /// The containers.
        containers: Vec<String>,
        /// The network.
        network: String,
    },
    /// A network keeps its members apart.
    KeepsApart {
        /// The network.
        network: String,
        /// Whether it is a macvlan in private mode, and not a bridge with icc off.
        macvlan: bool,
    },
    /// Nothing gets in or out of networks but among their members.
    NoWayOut {
        /// The networks.
        networks: Vec<String>,
    },
    /// The rules of its machine's firewall let nothing out of networks.
    KeptIn {
        /// The networks.
        networks: Vec<String>,
        /// What the rules do with what goes out.
        rules: RulesOut,
        /// Whether the engine is told to make none.
        told: bool,
    },
    /// A container is the only way into internal networks.
    WayIn {
        /// The networks.
        networks: Vec<String>,
        /// The container.
        container: String,
    },
    /// Who has an address.
    AddressOf {
        /// The address.
        address: IpAddr,
        /// The container; `None` where nobody has it.
        container: Option<String>,
    },
    /// An address that is a container's until its next start.
    NotFixed {
        /// The address.
        address: IpAddr,
        /// The container.
        container: String,
    },
    /// The addresses that a container has now.
    HasAddresses {
        /// The container.
        container: String,
        /// The addresses.
        addresses: Vec<IpAddr>,
    },
    /// The addresses that a container has on a network.
    AddressesOn {
        /// The container.
        container: String,
        /// The network.
        network: String,
        /// The addresses.
        addresses: Vec<IpAddr>,
    },
    /// A container was started after another one.
    Younger {
        /// The container.
        container: String,
        /// The older one.
        than: String,
    },
    /// An entry of the container's hosts file.
    HostsEntry {
        /// The name.
        name: String,
        /// The address.
        address: IpAddr,
    },
    /// A legacy link.
    Link {
        /// The name that it gives.
        alias: String,
        /// The container that it leads to.
        container: String,
    },
    /// The name servers that a container asks.
    NameServers {
        /// Their addresses.
        servers: Vec<String>,
        /// Whether they were given by hand (`--dns`).
        given: bool,
    },
    /// Nothing on these networks has a name.
    NobodyCalled {
        /// The name.
        name: String,
        /// The networks.
        networks: Vec<String>,
    },
    /// A container has a name, but not where the one that dials it is.
    CalledElsewhere {
        /// The container.
        container: String,
        /// The one that dials it.
        client: String,
    },
    /// A name that is there.
    NameThere {
        /// The name.
        name: String,
    },
    /// Several containers have one name, and who asks for it gets one or the other.
    OneOrTheOther {
        /// The name.
        name: String,
    },
    /// What a server tells its clients to dial.
    Advertises {
        /// The server.
        container: String,
        /// The host.
        host: String,
        /// The port.
        port: Option<u16>,
        /// The setting that has it; `None` where none is known.
        setting: Option<String>,
    },
    /// Who answers to a name on a network.
    Answers {
        /// The name.
        name: String,
        /// The containers.
        containers: Vec<String>,
        /// The network.
        network: String,
    },
    /// What compose calls a container.
    ComposeService {
        /// The container.
        container: String,
        /// The service.
        service: String,
        /// The project.
        project: Option<String>,
    },
    /// A proxy is set, and these hosts are not excepted from it.
    Proxied {
        /// The hosts.
        hosts: Vec<String>,
    },
    /// Networks of the container that have a gateway each.
    Gateways {
        /// The networks.
        networks: Vec<String>,
    },
    /// A container's default route.
    DefaultRoute {
        /// The router.
        gateway: IpAddr,
        /// The network that it is on.
        network: String,
    },
    /// The largest packets that containers' interfaces take.
    LargestPacket {
        /// The containers.
        containers: Vec<String>,
        /// Bytes.
        mtu: u32,
    },
    /// The largest packets that the host's default route takes.
    HostLargestPacket {
        /// The host's interface.
        interface: String,
        /// Bytes.
        mtu: u32,
    },
    /// A network's subnet.
    Subnet {
        /// The network.
        network: String,
        /// The subnet.
        #[cfg_attr(test, schemars(with = "String"))]
        subnet: IpNet,
    },
    /// A route of the host that is not the engine's.
    HostRoute {
        /// The addresses that it is for.
        #[cfg_attr(test, schemars(with = "String"))]
        destination: IpNet,
        /// The host's interface.
        interface: String,
    },
    /// A route of a container's own, such as a tunnel's.
    OwnRoute {
        /// The container.
        container: String,
        /// The addresses that it is for.
        #[cfg_attr(test, schemars(with = "String"))]
        destination: IpNet,
        /// The container's interface.
        interface: String,
    },
    /// A connection to an address of a network that nobody has.
    ConnectionToNobody {
        /// The other end.
        remote: SocketAddr,
        /// How far it has come.
        progress: Progress,
        /// The network.
        network: String,
    },
    /// What a container evidently means by an address.
    Means {
        /// The hosts that it is configured with.
        hosts: Vec<String>,
    },
    /// What was measured.
    Measured {
        /// The container that it was measured from.
        container: String,
        /// The name or address that was tried.
        target: String,
        /// The network on which the target has the address.
        network: Option<String>,
        /// How it ended.
        outcome: Outcome,
        /// Why, where that is known.
        why: Option<Why>,
    },
    /// How many attempts on networks had no answer: all of a kind.
    Unanswered {
        /// The networks.
        networks: Vec<String>,
        /// The number of attempts.
        attempts: usize,
    },
    /// Networks on which containers answer one another.
    Carries {
        /// The networks.
        networks: Vec<String>,
    },
    /// What throws the packets of a way away.
    DroppedBy {
        /// The container that sent them.
        container: String,
        /// Who was to get them.
        to: String,
        /// What it is.
        by: PacketDrop,
    },
    /// What throws them away was looked for in vain.
    NoDropFound {
        /// How many rules were read.
        rules: usize,
        /// In how many network namespaces.
        namespaces: usize,
        /// Rules that have no counter, of which it may be one: the first of them.
        uncounted: Vec<PacketDrop>,
        /// How many more of these there are.
        more: usize,
    },
    /// What a container's log says last.
    LastWords {
        /// The container.
        container: String,
        /// What kind of trouble it is.
        trouble: TroubleKind,
        /// The line, where it holds no secret.
        line: Option<String>,
    },
    /// What a container's health check said last.
    CheckSays {
        /// The container.
        container: String,
        /// What kind of trouble it is.
        trouble: TroubleKind,
        /// The line, where it holds no secret.
        line: Option<String>,
    },
    /// What a container's log says last, of a host that it cannot reach.
    LastComplaint {
        /// The container.
        container: String,
        /// What kind of error it is.
        error: LogErrorKind,
        /// The host.
        host: String,
    },
    /// A container's state.
    Is {
        /// The container.
        container: String,
        /// The state.
        state: State,
    },
    /// The owner of a shared network stack started later than the container that shares it.
    StartedLater {
        /// The owner.
        owner: String,
        /// The container.
        container: String,
    },
    /// A container that shares a network stack by its network mode is in another
    /// network namespace than the stack's owner.
    OtherNamespace {
        /// The owner.
        owner: String,
        /// The container.
        container: String,
    },
    /// A network mode that names a container which is gone.
    SharesWith {
        /// The beginning of the other's id, or its name.
        owner: String,
    },
    /// A network lists a container that the engine does not have.
    ListedByNetwork {
        /// The beginning of its id.
        id: String,
    },
    /// Networks that nothing is on.
    Unused {
        /// The networks.
        networks: Vec<String>,
    },
    /// Swarm nodes, by what is the matter with them.
    Nodes {
        /// The nodes: names, or addresses.
        nodes: Vec<String>,
        /// What is the matter.
        matter: NodesMatter,
    },
    /// Something on the engine's machine that a container wants.
    OnMachine {
        /// The host that is dialled.
        host: String,
        /// The port, if one is known.
        port: Option<u16>,
        /// What is the matter.
        matter: MachineMatter,
    },
    /// A container is ready, and has no health check to wait for.
    ReadyNow {
        /// The container.
        container: String,
    },
    /// How things are in general, where that is what explains the finding.
    Remark {
        /// A sentence without full stop.
        text: &'static str,
    },
}
