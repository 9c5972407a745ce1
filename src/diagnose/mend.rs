//! Mending commands, ready to paste: every name is quoted for the shell, and
//! what a shell could not be given goes by its id. Lines for people begin
//! with `#`.

use super::case::Case;
use super::obstacle::Obstacle;
use super::wanted::{Edge, Sign, Target};
use crate::model::words::few;
use crate::model::{ContainerAt, Driver, Finding, NetworkAt, NetworkMode, Progress, Snapshot};

/// Text as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// A line for people. It stays one line whatever is in it.
pub fn prose(text: impl AsRef<str>) -> String {
    let text = text.as_ref().replace(|c: char| c.is_control(), "\u{fffd}");
    format!("# {text}")
}

/// In a map of several engines, says first on which of them the commands are
/// to be run.
pub fn say_where(finding: &mut Finding, snapshot: &Snapshot) {
    if snapshot.engines.is_empty() || finding.fix.iter().all(|line| line.starts_with('#')) {
        return;
    }
    let about = |name: &str| finding.subjects.iter().any(|subject| subject == name);
    let containers = snapshot.containers.iter().filter(|c| about(&c.name)).map(|c| &c.node);
    let networks = snapshot.networks.iter().filter(|n| about(&n.name)).map(|n| &n.node);
    let mut nodes: Vec<&str> = containers.chain(networks).map(String::as_str).collect();
    nodes.retain(|node| !node.is_empty());
    nodes.sort_unstable();
    nodes.dedup();
    let line = match &nodes[..] {
        [] => return,
        [only] => format!("on the engine {only}:"),
        several => format!("each on the engine that it is about ({}):", few(several)),
    };
    finding.fix.insert(0, prose(line));
}

/// Whether a name can stand in a command as it is.
fn is_usable(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && !name.chars().any(char::is_control)
}

impl Case<'_> {
    /// The engine's own command line.
    pub fn docker(&self) -> &'static str {
        if self.map.snapshot().engine.is_podman() { "podman" } else { "docker" }
    }

    /// A container as a word of a command.
    pub fn container_word(&self, at: ContainerAt) -> String {
        let container = self.container(at);
        let name = container.own_name();
        quoted(if is_usable(name) { name } else { &container.id })
    }

    /// A network as a word of a command: by its name, if that is its alone.
    pub fn network_word(&self, at: NetworkAt) -> String {
        let network = self.network(at);
        // Told apart on the map as `NAME@ENGINE`; its engine knows its id, too.
        if !network.node.is_empty() && !network.id.is_empty() {
            return quoted(network.own_id());
        }
        let twins = self.index().networks_named(&network.name).len();
        let by_name = is_usable(&network.name) && twins == 1;
        quoted(if by_name || network.id.is_empty() { &network.name } else { &network.id })
    }

    /// The command that puts a container on a network.
    pub fn connect(&self, network: &str, at: ContainerAt) -> String {
        self.connect_as("", network, at)
    }

    /// The same, with options that give it more names there.
    fn connect_as(&self, aliases: &str, network: &str, at: ContainerAt) -> String {
        let (docker, word) = (self.docker(), self.container_word(at));
        let connect = format!("{docker} network connect {aliases}{network} {word}");
        let Some(mode) = self.lonely_mode(at) else { return connect };
        let podman = self.map.snapshot().engine.is_podman();
        if podman || mode == "host" {
            let engine = if podman { "Podman" } else { "Docker" };
            return prose(format!(
                "start {word} again with --network {network}: \
                 {engine} connects nothing whose network is {mode}"
            ));
        }
        format!("{docker} network disconnect none {word} && {connect}")
    }

    /// The mode that lets a container be on no network beside, if it is in one.
    fn lonely_mode(&self, at: ContainerAt) -> Option<&'static str> {
        let on_none = || self.map.networks_of(at).any(|network| self.network(network).is_none());
        let podman = self.map.snapshot().engine.is_podman();
        match &self.container(at).network_mode {
            NetworkMode::Host => Some("host"),
            NetworkMode::None if podman || on_none() => Some("none"),
            mode if podman => mode.user_mode(),
            _ => None,
        }
    }

    /// What mends every edge to a container that fails for want of a name that
    /// leads there: one network for all of them, and the name to use. The same
    /// for each rule that tells of one of these edges, so that the reader is
    /// given it once.
    pub fn mend_names(&self, target: ContainerAt) -> Vec<String> {
        let edges: Vec<(&Edge, &Obstacle)> = self
            .edges_about(target)
            .filter_map(|(edge, obstacle)| Some((edge, obstacle?)))
            .filter(|(edge, obstacle)| match obstacle {
                Obstacle::Localhost { peer, .. } => *peer == target,
                Obstacle::DefaultBridge | Obstacle::NoSharedNetwork => {
                    edge.container() == Some(target)
                }
                _ => false,
            })
            .collect();
        let by_name = |edge: &Edge| matches!(edge.target, Target::Named(_));
        let dialled: Vec<&str> =
            edges.iter().filter(|(edge, _)| by_name(edge)).map(|(e, _)| &*e.host).collect();
        let clients: Vec<ContainerAt> = edges.iter().map(|(edge, _)| edge.from).collect();
        let (mut fix, names) = self.bring_together(target, &clients, &dialled);
        let Some(name) = names.first() else { return fix };
        let leads = |host: &str| names.iter().any(|name| name.eq_ignore_ascii_case(host));
        let astray: Vec<&Edge> = edges
            .iter()
            .map(|(edge, _)| *edge)
            .filter(|edge| !by_name(edge) || !leads(&edge.host))
            .collect();
        let inside = edges.iter().find_map(|(edge, obstacle)| match obstacle {
            Obstacle::Localhost { port, .. } => Some(*port),
            _ => edge.port,
        });
        if !astray.is_empty() {
            fix.push(self.say_instead(&astray, name, inside));
        }
        fix
    }

    /// Commands that put a container and those that want it on one network,
    /// where names resolve and packets pass; and the names it has there.
    ///
    /// A network on which the target is already is taken if there is one that
    /// a person made, and left out who is on it already; else one is made, on
    /// which the target gets the names that are `dialled` as well.
    pub fn bring_together(
        &self,
        target: ContainerAt,
        clients: &[ContainerAt],
        dialled: &[&str],
    ) -> (Vec<String>, Vec<String>) {
        let target = self.map.stack(target).unwrap_or(target);
        let fits = |network: &NetworkAt| {
            let network = self.network(*network);
            let local = matches!(network.driver, Driver::Bridge | Driver::Overlay);
            local && !network.is_built_in() && network.icc && !network.ingress && !network.unlisted
        };
        let has = |network: NetworkAt, at: ContainerAt| {
            let stack = self.map.stack(at).unwrap_or(at);
            self.map.endpoint_on(stack, network).is_some()
        };
        // The one that most of the clients are on already.
        let existing = self.map.networks_of(target).filter(fits).max_by_key(|network| {
            let there = clients.iter().filter(|client| has(*network, **client)).count();
            (there, std::cmp::Reverse(*network))
        });
        let own_name = self.container(target).own_name();
        let (mut commands, mut names) = (Vec::new(), vec![own_name.to_owned()]);
        let mut joining: Vec<ContainerAt> = Vec::new();
        let word = match existing {
            Some(network) => {
                joining.extend(clients.iter().filter(|client| !has(network, **client)));
                if let Some(endpoint) = self.map.endpoint_on(target, network) {
                    let known = self.container(target).names_on(endpoint);
                    names = known.into_iter().map(str::to_owned).collect();
                }
                self.network_word(network)
            }
            None => {
                let project = self.container(target).project().filter(|name| is_usable(name));
                let word = self.new_network_name(project.unwrap_or("app"));
                commands.push(format!("{} network create {word}", self.docker()));
                let mut aliases = String::new();
                for host in dialled.iter().filter(|host| is_usable(host)) {
                    if !names.iter().any(|name| name.eq_ignore_ascii_case(host)) {
                        aliases.push_str(&format!("--alias {} ", quoted(host)));
                        names.push((*host).to_owned());
                    }
                }
                commands.push(self.connect_as(&aliases, &word, target));
                joining.extend(clients);
                word
            }
        };
        for member in joining {
            let command = self.connect(&word, self.map.stack(member).unwrap_or(member));
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        (commands, names)
    }

    /// A name for a new network that no network has, as a word of a command.
    pub fn new_network_name(&self, wanted: &str) -> String {
        let taken = |name: &str| !self.index().networks_named(name).is_empty();
        let mut name = wanted.to_owned();
        let mut number = 2;
        while taken(&name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        quoted(&name)
    }

    /// What to write instead of what an edge dials: `mongodb://mongo:27017`
    /// in the place it is written in.
    pub fn say_instead(&self, edges: &[&Edge], host: &str, port: Option<u16>) -> String {
        let mut places: Vec<String> = Vec::new();
        let mut scheme = String::new();
        for edge in edges {
            let configured = edge.signs.iter().find_map(|sign| match sign {
                Sign::Configured(reference) => Some(*reference),
                _ => None,
            });
            let client = self.name(edge.from);
            let place = match configured {
                Some(reference) => {
                    if let Some(of_url) = &reference.scheme {
                        scheme = format!("{of_url}://");
                    }
                    match &reference.variable {
                        Some(variable) => format!("{client} ({variable})"),
                        None => format!("{client} ({})", reference.place()),
                    }
                }
                None => client.to_owned(),
            };
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        prose(format!("then let {} use {scheme}{host}{port}", few(&places)))
    }

    /// What shows that an edge is wanted, in a sentence: `web dials db:5432
    /// (DATABASE_URL; its log 3 s ago: connection refused)`.
    pub fn says(&self, edge: &Edge) -> String {
        format!("{} dials {} ({})", self.name(edge.from), edge.dialled(), self.signs(edge))
    }

    /// The telling sentences of several containers with one problem: the
    /// first in full, the others by name.
    pub fn say(&self, edges: &[&Edge]) -> Vec<String> {
        let Some(first) = edges.first() else { return Vec::new() };
        let mut told = vec![self.says(first)];
        let others: Vec<&Edge> =
            edges.iter().copied().filter(|edge| edge.from != first.from).collect();
        let others = self.clients(&others);
        match others.len() {
            0 => {}
            1 => told.push(format!("{} has the same problem", others[0])),
            _ => told.push(format!("{} have the same problem", few(&others))),
        }
        told
    }

    /// The place it is written in, and the most telling of what the log and
    /// the sockets show.
    fn signs(&self, edge: &Edge) -> String {
        let mut signs: Vec<String> = Vec::new();
        let written = edge.signs.iter().filter_map(|sign| match sign {
            Sign::Configured(reference) => Some(*reference),
            _ => None,
        });
        signs.extend(written.min().map(|reference| reference.place().to_owned()));
        let logged = edge.logged().min_by_key(|error| error.kind);
        signs.extend(logged.map(|error| {
            let when = error.last.map(|last| format!(" {}", self.ago(edge.from, last)));
            format!("its log{}: {}", when.unwrap_or_default(), error.kind.as_str())
        }));
        let trying =
            edge.signs.iter().any(|sign| matches!(sign, Sign::Connecting(Progress::Trying)));
        if trying {
            signs.push("it is trying right now, without an answer".to_owned());
        } else if signs.is_empty() {
            signs.push("it is connected".to_owned());
        }
        signs.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_single_words() {
        assert_eq!(quoted("web_1.a-b"), "web_1.a-b");
        assert_eq!(quoted("my net"), "'my net'");
        assert_eq!(quoted("a'b; rm -rf /"), "'a'\\''b; rm -rf /'");
        assert_eq!(quoted("$(id)"), "'$(id)'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("~root"), "'~root'");
    }

    #[test]
    fn prose_stays_one_line() {
        assert_eq!(prose("a\nrm -rf /"), "# a\u{fffd}rm -rf /");
    }
}
