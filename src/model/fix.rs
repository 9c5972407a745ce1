//! What fixes a finding, as data: steps in the order in which they are to be
//! taken. `render` makes shell lines and sentences of them, and JSON has them
//! as they are; nothing reads those renderings back.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Serialize;

use super::firewall::FirewallRule;
use super::plan::{Form, Place};
use super::port::RequestedPort;
use super::reference::Notation;
use super::run_option::RunOption;

/// One step of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Step {
    /// What is done.
    #[serde(flatten)]
    pub action: Action,
    /// Whether somebody has to decide about it first.
    pub applicability: Applicability,
    /// The command line that takes it.
    pub tool: Tool,
    /// In a map of several engines, the one on which it is taken; `None` in a
    /// map of one, and for what is no engine's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
}

/// Whether a step can be taken without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// It adds what is missing, or only looks, and takes nothing away from anybody.
    Safe,
    /// It replaces or removes something, or takes what only a person knows.
    Ask,
}

/// The program that an engine is told things by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Tool {
    /// `docker`.
    #[default]
    Docker,
    /// `podman`.
    Podman,
}

impl Tool {
    /// The program's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

/// A container or network that a step is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Handle {
    /// Its name, for people.
    pub name: String,
    /// What its engine's command line knows it by: the name it has there, or
    /// its id where that name is not its alone or no command could be given it.
    pub word: String,
}

/// What a step does. Names in JSON are kebab-case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Action {
    /// Creates a bridge network.
    CreateNetwork {
        /// Its name, which no network has yet.
        network: Handle,
    },
    /// Removes a network that nothing is on.
    RemoveNetwork {
        /// The network.
        network: Handle,
    },
    /// Connects a container to a network.
    Connect {
        /// The network.
        network: Handle,
        /// The container.
        container: Handle,
        /// Names that it is given there beside its own.
        aliases: Vec<String>,
        /// Which network's gateway becomes the default route: the highest
        /// priority's does (Docker 28 and newer).
        #[serde(skip_serializing_if = "Option::is_none")]
        priority: Option<i64>,
    },
    /// Disconnects a container from a network.
    Disconnect {
        /// The network.
        network: Handle,
        /// The container.
        container: Handle,
        /// Whether the endpoint goes even if its container is not there.
        force: bool,
    },
    /// Starts a container.
    Start {
        /// The container.
        container: Handle,
    },
    /// Stops a container, and with it the engine's attempts to restart it.
    Stop {
        /// The container.
        container: Handle,
    },
    /// Restarts a container.
    Restart {
        /// The container.
        container: Handle,
    },
    /// Lets a paused container go on.
    Unpause {
        /// The container.
        container: Handle,
    },
    /// Makes a container once more under the same name, with changes that no
    /// engine makes to one that is there.
    Recreate(Box<Recreate>),
    /// Edits a compose file.
    Edit(Edit),
    /// Runs another command.
    Run {
        /// The program and its arguments.
        command: Vec<String>,
        /// Whether it takes root on the engine's machine.
        root: bool,
    },
    /// Shows a rule of a firewall, with its counter.
    ShowRule {
        /// The rule.
        rule: Box<FirewallRule>,
        /// A process in whose network namespace it is; none for the machine's own.
        #[serde(skip_serializing_if = "Option::is_none")]
        process: Option<u32>,
    },
    /// Takes such a rule away, or lets a policy accept. It is for a person to
    /// decide about, and never run.
    RemoveRule {
        /// The rule.
        rule: Box<FirewallRule>,
        /// As in the one that shows it.
        #[serde(skip_serializing_if = "Option::is_none")]
        process: Option<u32>,
    },
    /// Something that only a person can do.
    Advise {
        /// What, a sentence without capital letter and full stop.
        advice: String,
    },
}

/// How a container is made once more.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Recreate {
    /// The container.
    pub container: Handle,
    /// What is different about the new one. Empty where it only has to be new,
    /// as for one that shares the network of another that is re-created.
    pub changes: Vec<Change>,
    /// Who makes it.
    pub by: Maker,
}

/// Who made a container, and so has to make it once more.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Maker {
    /// A person, with `docker run`; what the new one is given beside what an
    /// image made of the old one has.
    Hand(Box<Settings>),
    /// Compose, from its files.
    Compose(ComposeServices),
    /// Something else, which would undo what is done behind its back; or it is
    /// not known what the container was made with.
    Other {
        /// What made it, in words: `the swarm service web`.
        #[serde(skip_serializing_if = "Option::is_none")]
        maker: Option<String>,
    },
    /// Whoever it is, later: a fix that is told before changes the container.
    Later,
}

/// Services of a compose project that is up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ComposeServices {
    /// The project.
    pub project: String,
    /// The keys of the services in the file: the container's own, then those
    /// that share its network.
    pub services: Vec<String>,
    /// The files, in the order in which they were read. Empty where no label
    /// says.
    pub files: Vec<String>,
    /// Whether Compose is the older program of its own, `docker-compose`.
    pub standalone: bool,
}

/// What `docker create` is given so that a new container is like an old one.
/// Environment, command, labels, user and the like are not here: an image is
/// made of the old container, and that has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Settings {
    /// The name that the old one has until the new one runs; nobody has it.
    pub old_name: String,
    /// The name for the image that is made of the old one.
    pub image: String,
    /// The network mode, where it is no network: `host`, `none`, `container:NAME`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The networks it is on, first the one that it is started on.
    pub networks: Vec<Joining>,
    /// The ports that it asks for.
    pub published: Vec<RequestedPort>,
    /// Entries for its hosts file, as `NAME:ADDRESS`.
    pub extra_hosts: Vec<String>,
    /// Legacy links, as `CONTAINER:ALIAS`.
    pub links: Vec<String>,
    /// Its other settings.
    pub options: Vec<RunOption>,
    /// Settings that it has and the new one will not have, by the engine's names.
    pub not_carried: Vec<String>,
    /// Whether it has a health check that an image made of it does not.
    pub health_check: bool,
    /// Whether the engine removes it when it ends (`--rm`).
    pub auto_remove: bool,
    /// Whether each volume and mount needs an option of its own, which the old one is
    /// asked for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub volumes_one_by_one: bool,
    /// Whether there is anything to stop.
    pub running: bool,
}

/// A network that a container is put on, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Joining {
    /// The network.
    pub network: Handle,
    /// Names that it is given there beside its own.
    pub aliases: Vec<String>,
    /// IPv4 address that was fixed by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<Ipv4Addr>,
    /// IPv6 address, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Ipv6Addr>,
    /// Priority of its gateway (Docker 28 and newer).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// Addresses that hold within the network alone, which somebody asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link_local: Vec<IpAddr>,
    /// What the network's driver is told of this one member.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_options: BTreeMap<String, String>,
    /// Whether it is the engine's default bridge, where there are no aliases.
    pub default_bridge: bool,
}

/// Something that is different about a re-created container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// Another host, and perhaps port, is dialled. User, password, path and
    /// whatever else stands around the two stay as they are.
    Dial {
        /// Where the host is written.
        setting: Setting,
        /// What is written there.
        from: Dialled,
        /// What is to be written there.
        to: Dialled,
    },
    /// A variable's number.
    SetPort {
        /// The variable.
        variable: String,
        /// The port.
        port: u16,
    },
    /// A variable's value without the quotes or blanks around it.
    Trim {
        /// The variable.
        variable: String,
    },
    /// More elements of a list that a variable holds, separated by commas.
    Extend {
        /// The variable.
        variable: String,
        /// The new elements.
        values: Vec<String>,
    },
    /// Another published port, or none any more, or one more.
    Publish {
        /// The one that goes.
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<RequestedPort>,
        /// The one that comes.
        #[serde(skip_serializing_if = "Option::is_none")]
        to: Option<RequestedPort>,
    },
    /// One more network.
    Join {
        /// The network.
        network: Handle,
        /// Names that it is given there beside its own.
        aliases: Vec<String>,
    },
    /// Another fixed address on a network.
    Address {
        /// The network.
        network: Handle,
        /// The one that goes.
        from: IpAddr,
        /// The one that comes.
        to: IpAddr,
    },
    /// A network mode is left for the networks that it joins.
    LeaveMode {
        /// `host` or `none`.
        mode: String,
    },
    /// One more entry of its hosts file.
    AddHost {
        /// The name.
        name: String,
        /// The address, or `host-gateway`.
        address: String,
    },
    /// One entry less.
    RemoveHost {
        /// The name.
        name: String,
    },
    /// An option of its resolver, in place of one of the same name.
    ResolverOption {
        /// As `resolv.conf` has it: `ndots:0`.
        option: String,
    },
    /// No legacy links.
    NoLinks,
    /// One option of `docker run` less.
    NoOption {
        /// The option, with its dashes.
        option: String,
    },
    /// One more label.
    Label {
        /// Its key.
        key: String,
        /// Its value.
        value: String,
    },
}

/// Where a setting of a container is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "in", content = "name", rename_all = "kebab-case")]
pub enum Setting {
    /// An environment variable, in some place of its value.
    Variable(String),
    /// An environment variable whose value is nothing else.
    WholeVariable(String),
    /// The command or the entry point.
    Command,
}

/// A host, and a port where one is written beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Dialled {
    /// The scheme of the URL that it stands in, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The host.
    pub host: String,
    /// The port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// How the two are written.
    #[serde(skip_serializing_if = "Notation::is_address")]
    pub notation: Notation,
}

/// An edit of a compose file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Edit {
    /// Where, if that is known to the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The service that it is about; `None` for what is the file's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What.
    #[serde(flatten)]
    pub kind: EditKind,
}

/// What an edit of a compose file does. Networks go by their keys in the file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "edit", rename_all = "kebab-case")]
pub enum EditKind {
    /// A new network.
    NewNetwork {
        /// Its key.
        network: String,
    },
    /// The service joins a network.
    Join {
        /// The network's key.
        network: String,
        /// Names that it is given there beside its own.
        aliases: Vec<String>,
    },
    /// The service leaves a network.
    Leave {
        /// The network's key.
        network: String,
    },
    /// A key that is none is written as the one that was meant.
    RenameKey {
        /// As it stands.
        key: String,
        /// As it is to be.
        to: String,
    },
    /// A value is written in another form.
    Reform {
        /// The key that it belongs to.
        key: String,
        /// The form.
        #[serde(flatten)]
        to: Form,
    },
    /// A setting of the service is changed.
    Change {
        /// How.
        to: Change,
    },
}

/// `mongodb://mongo:27017` or `Server=db;Port=3306`, as it is to be read.
impl std::fmt::Display for Dialled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.notation.write(f, self.scheme.as_deref(), &self.host, self.port)
    }
}
