//! Steps, of which fixes are made: what is to be done to whom.

use super::case::Case;
use super::near::lasting_name;
use super::wanted::Edge;
use crate::model::words::few;
use crate::model::{
    Action, Applicability, ContainerAt, Handle, Maker, NetworkAt, Step, Tool, is_plain,
};
use crate::order::OrderBy;

/// Whether a name can stand in a command as it is.
pub(super) fn is_usable(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && is_plain(name)
}

/// A sentence for a person, without capital letter and full stop.
pub fn advise(advice: impl Into<String>) -> Step {
    let advice = advice.into();
    step(Action::Advise { advice }, Applicability::Ask)
}

/// Of a network with more members than this nobody learns who is meant from a list of them,
/// which would be made for each name that nobody has.
const MOST_MEANT: usize = 30;

/// What to do about a name that nobody has where a client is, and nobody is evidently
/// meant: to bring up who has it, or to dial one that is there.
pub fn advise_name(case: &Case, host: &str, client: ContainerAt) -> Vec<Step> {
    let networks: Vec<NetworkAt> =
        case.joined(client).filter(|at| !case.network(*at).is_built_in()).collect();
    let own = case.map.stack(client);
    let mut others: Vec<&str> = Vec::new();
    let is_small = |network: &&NetworkAt| case.map.members(**network).len() <= MOST_MEANT;
    for network in networks.iter().filter(is_small) {
        let members = case.map.members(*network).iter().copied();
        let answering =
            members.filter(|at| Some(*at) != own && case.container(*at).state.has_network());
        others.extend(answering.map(|at| lasting_name(case, *network, at)));
    }
    others.order();
    others.dedup();
    let called = case.called(client);
    let other = match others.as_slice() {
        [] => None,
        [only] => Some(format!("if {only} is meant, let {called} use that name")),
        many => Some(format!("if one of {} is meant, let {called} use its name", few(many))),
    };
    if let Some(network) = network_called(case, host, client) {
        let start = || {
            let network = &case.network(network).name;
            format!("start who is meant on {network}, and use its name: {host} is the network's")
        };
        return vec![advise(other.unwrap_or_else(start))];
    }
    let missing = match case.container(client).project() {
        _ if case.is_planned() => {
            format!(
                "give the service that is meant this name: under its networks write NETWORK: \
                 {{aliases: [{host}]}}"
            )
        }
        Some(project) => format!("if {host} is a service of the project {project}, bring it up"),
        None if networks.is_empty() => {
            format!("start who is meant on a network of both, under the name {host}")
        }
        None => {
            let on = few(&case.network_names(client));
            format!("if who is meant does not run yet, start it on {on}, under the name {host}")
        }
    };
    [Some(missing), other].into_iter().flatten().map(advise).collect()
}

/// The network of a client whose name this is, as the engine or its compose file calls it:
/// nothing answers to that.
pub fn network_called(case: &Case, host: &str, client: ContainerAt) -> Option<NetworkAt> {
    let is_called = |at: &NetworkAt| {
        let network = case.network(*at);
        !network.is_built_in() && network.is_called(host)
    };
    case.joined(client).find(is_called)
}

/// A command on the engine's machine that takes root.
pub fn on_host(words: &[&str]) -> Step {
    let command = words.iter().map(|word| (*word).to_owned()).collect();
    step(Action::Run { command, root: true }, Applicability::Ask)
}

pub(super) fn step(action: Action, applicability: Applicability) -> Step {
    Step { action, applicability, tool: Tool::default(), engine: None }
}

/// What a step of a fix that is put off comes to: what is different about each
/// container, for a person to know what is to come.
pub(super) fn put_off(step: &Step) -> Option<Step> {
    let Action::Recreate(recreate) = &step.action else { return None };
    let mut step = step.clone();
    let mut recreate = recreate.clone();
    recreate.by = Maker::Later;
    // Without a change it only goes with another one.
    let is_told = !recreate.changes.is_empty();
    step.action = Action::Recreate(recreate);
    is_told.then_some(step)
}

impl Case<'_> {
    /// The engine's own command line.
    pub fn tool(&self) -> Tool {
        if self.map.snapshot().engine.is_podman() { Tool::Podman } else { Tool::Docker }
    }

    /// What a container is called by the reader: in a plan by its service, as
    /// in the file and among each other.
    pub fn called(&self, at: ContainerAt) -> &str {
        let container = self.container(at);
        let service = container.compose.service.as_deref().filter(|_| self.is_planned());
        service.unwrap_or(&container.name)
    }

    /// Containers by what they are called, each once, in the order of names.
    pub fn all_called(&self, edges: &[&Edge]) -> Vec<&str> {
        let mut names: Vec<&str> = edges.iter().map(|edge| self.called(edge.from)).collect();
        names.order();
        names.dedup();
        names
    }

    /// A container as steps know it.
    pub fn handle(&self, at: ContainerAt) -> Handle {
        let container = self.container(at);
        let own = container.own_name();
        let word = if is_usable(own) { own } else { &container.id };
        Handle { name: container.name.clone(), word: word.to_owned() }
    }

    /// A network as steps know it: by its name, if that is its alone.
    pub fn network_handle(&self, at: NetworkAt) -> Handle {
        let network = self.network(at);
        let by_name = if network.node.is_empty() {
            is_usable(&network.name) && self.index.networks_named(&network.name).len() == 1
        } else {
            // Told apart on the map; its engine knows its id, too.
            network.id.is_empty()
        };
        let own_id = network.own_id();
        let word = if by_name || own_id.is_empty() { network.own_name() } else { own_id };
        Handle { name: network.name.clone(), word: word.to_owned() }
    }

    /// A step that concerns a container.
    pub fn step(&self, at: ContainerAt, action: Action, applicability: Applicability) -> Step {
        let node = &self.container(at).node;
        let engine = Some(node.clone()).filter(|node| !node.is_empty());
        let podman = self.map.snapshot().engine_of(node).is_podman();
        let tool = if podman { Tool::Podman } else { Tool::Docker };
        Step { action, applicability, tool, engine }
    }

    /// A step that concerns a network and nobody on it.
    pub fn network_step(
        &self,
        at: NetworkAt,
        action: Action,
        applicability: Applicability,
    ) -> Step {
        let engine = Some(self.network(at).node.clone()).filter(|node| !node.is_empty());
        Step { action, applicability, tool: self.tool(), engine }
    }

    /// Starts a container.
    pub fn start(&self, at: ContainerAt) -> Step {
        let container = self.handle(at);
        self.step(at, Action::Start { container }, Applicability::Safe)
    }

    /// Restarts a container.
    pub fn restart(&self, at: ContainerAt) -> Step {
        let container = self.handle(at);
        self.step(at, Action::Restart { container }, Applicability::Safe)
    }

    /// Lets a paused container go on.
    pub fn unpause(&self, at: ContainerAt) -> Step {
        let container = self.handle(at);
        self.step(at, Action::Unpause { container }, Applicability::Safe)
    }

    /// A command of the engine's, whose last word is a container.
    pub fn look(&self, words: &[&str], at: ContainerAt) -> Step {
        let tool =
            self.step(at, Action::Advise { advice: String::new() }, Applicability::Safe).tool;
        let container = self.handle(at).word;
        let words = [tool.as_str()].into_iter().chain(words.iter().copied());
        let command = words.map(str::to_owned).chain([container]).collect();
        self.step(at, Action::Run { command, root: false }, Applicability::Safe)
    }

    /// Shows the end of a container's log.
    pub fn logs(&self, at: ContainerAt) -> Step {
        // What holds a pod's network says nothing; those say it that use it.
        if let Some(pod) = self.container(at).held_pod().filter(|pod| is_usable(pod)) {
            let words = ["podman", "pod", "logs", "--tail", "20", pod];
            let command = words.map(str::to_owned).to_vec();
            return self.step(at, Action::Run { command, root: false }, Applicability::Safe);
        }
        self.look(&["logs", "--tail", "20"], at)
    }

    /// A command run inside a container.
    pub fn inside(&self, at: ContainerAt, words: &[&str]) -> Step {
        let mut step = self.look(&["exec"], at);
        if let Action::Run { command, .. } = &mut step.action {
            command.extend(words.iter().map(|word| (*word).to_owned()));
        }
        step
    }

    /// The names that a container was given on a network beside its own.
    pub fn aliases_on(&self, at: ContainerAt, network: NetworkAt) -> Vec<String> {
        let at = self.map.stack(at).unwrap_or(at);
        let Some(endpoint) = self.map.endpoint_on(at, network) else { return Vec::new() };
        let chosen = self.container(at).chosen_names_on(endpoint);
        let given = endpoint.aliases.iter().filter(|alias| chosen.contains(&alias.as_str()));
        given.cloned().collect()
    }

    /// Creates a network of this name, or of one like it that no network has.
    pub fn create_network(&self, wanted: &str, at: ContainerAt) -> (Step, Handle) {
        let taken = |name: &str| !self.index.networks_named(name).is_empty();
        let mut name = wanted.to_owned();
        let mut number = 2;
        while taken(&name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        let network = Handle { word: name.clone(), name };
        let action = Action::CreateNetwork { network: network.clone() };
        (self.step(at, action, Applicability::Safe), network)
    }
}
