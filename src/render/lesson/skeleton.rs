//! The skeleton of a lesson, made of a setup: its networks and containers with
//! stand-ins for their programs, a check of what they want of one another, and
//! what the doctor says for hints and solution. The rest is the writer's.
//!
//! A snapshot has no command lines and no values of variables but hosts and
//! ports, so the stand-ins dial these, and answer on the ports that are
//! listened on.

use std::collections::{BTreeSet, HashMap};

use super::staged::Taught;
use super::stand_in::{End, IDLE, dials, is_idle, ports, server};
use super::story::{Story, Wanted, first_sentence, problems, rules, told, ways_of};
use crate::diagnose::talks;
use crate::graph::{Map, StackOwner};
use crate::lesson::{IMAGE, LABEL, is_plain};
use crate::model::{
    Action, Change, Container, ContainerAt, Diagnosis, Endpoint, Finding, NetworkMode, Observation,
    Protocol, Step, Talk, TalkBasis,
};
use crate::order::{OrderBy, Ordered};
use crate::render::fix;

/// The files of a new lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// Story, task, hints and solution.
    pub readme: String,
    /// Brings up the setup.
    pub setup: String,
    /// Fixes it.
    pub solve: String,
    /// What is to be so.
    pub check: String,
    /// What could not be carried over, in sentences without full stop.
    pub left_out: Vec<String>,
}

/// Makes a lesson called `name` of these containers of a map, about what is taught.
pub fn skeleton(
    name: &str,
    map: &Map,
    chosen: &BTreeSet<ContainerAt>,
    taught: &Taught,
) -> Skeleton {
    let diagnosis = &taught.diagnosis;
    let is_fit = |at: &ContainerAt| is_plain(&map.container(*at).name);
    let (fit, odd): (Vec<ContainerAt>, Vec<ContainerAt>) = chosen.iter().copied().partition(is_fit);
    let mut left_out: Vec<String> = odd
        .iter()
        .map(|at| format!("{}, whose name a script would have to quote", map.container(*at).name))
        .collect();
    let observations = map.snapshot().observations.iter();
    let seen = observations.map(|seen| (seen.id.as_str(), seen)).collect();
    let cast = Cast { name, map, containers: owners_first(map, fit), seen };
    let wanted = not_hopeless(cast.wanted(diagnosis), taught);
    let setup = cast.setup(&wanted, diagnosis, &mut left_out);
    let solve = cast.solve(diagnosis);
    let by_hand: BTreeSet<&str> = (problems(diagnosis).filter(|finding| is_by_hand(finding)))
        .map(|finding| finding.rule)
        .into_set();
    left_out.extend(by_hand.into_iter().map(|rule| {
        format!("what fixes it ({rule}): solve.sh waits for the command of whoever decides")
    }));
    Skeleton {
        readme: Story { names: cast.names(), of_compose: cast.is_of_compose(), wanted: &wanted }
            .readme(name, diagnosis),
        setup,
        solve,
        check: cast.check(&wanted, taught),
        left_out,
    }
}

/// Whether a fix, or a part of it, takes a person and gives no command.
fn is_by_hand(finding: &Finding) -> bool {
    let looks = |line: &String| line.starts_with('#') || line.starts_with("docker logs ");
    let is_told = |step: &Step| {
        matches!(step.action, Action::Recreate(_))
            && fix::lines(std::slice::from_ref(step)).iter().all(looks)
    };
    finding.fix.iter().any(is_told) || fix::lines(&finding.fix).iter().all(looks)
}

/// Lines of a comment, a sentence each.
fn comments(sentences: Vec<&str>) -> String {
    sentences.iter().map(|sentence| format!("# {}.\n", sentence.trim_end_matches('.'))).collect()
}

/// Whether one of these findings is about a container.
fn is_about(name: &str, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.subjects.iter().any(|subject| subject == name))
}

/// Without the ways that are blocked by what the lesson does not teach, and so
/// would stay blocked.
fn not_hopeless<'a>(mut wanted: Vec<Wanted<'a>>, taught: &Taught) -> Vec<Wanted<'a>> {
    let blocked = |findings: &[Finding]| -> BTreeSet<String> {
        let ways = findings.iter().flat_map(|finding| ways_of(finding, &wanted));
        ways.map(Wanted::arrow).collect()
    };
    let (others, own) = (blocked(&taught.others), blocked(&taught.diagnosis.findings));
    wanted.retain(|way| !others.contains(&way.arrow()) || own.contains(&way.arrow()));
    wanted
}

/// The host and the port that the fix has a container dial in place of this port, or
/// of the only one that it dials.
fn redialled<'d>(
    diagnosis: &'d Diagnosis,
    client: &str,
    port: Option<u16>,
    is_only: bool,
) -> (Option<&'d str>, Option<u16>) {
    let mut redialled = (None, None);
    for step in problems(diagnosis).flat_map(|finding| &finding.fix) {
        let Action::Recreate(recreate) = &step.action else { continue };
        for change in recreate.changes.iter().filter(|_| recreate.container.name == client) {
            match change {
                Change::Dial { from, to, .. }
                    if is_only || (from.port.is_some() && from.port == port) =>
                {
                    redialled = (Some(&*to.host), to.port.or(redialled.1));
                }
                Change::SetPort { port, .. } if is_only => redialled.1 = Some(*port),
                _ => {}
            }
        }
    }
    redialled
}

/// Whoever shares another's network stack is started after that one.
fn owners_first(map: &Map, mut containers: Vec<ContainerAt>) -> Vec<ContainerAt> {
    containers.order_by_key(|at| !matches!(map.stack_owner(*at), StackOwner::Itself));
    containers
}

/// Who is in the lesson.
struct Cast<'a> {
    name: &'a str,
    map: &'a Map<'a>,
    containers: Vec<ContainerAt>,
    /// What was seen inside of containers, by their ids.
    seen: HashMap<&'a str, &'a Observation>,
}

impl<'a> Cast<'a> {
    fn container(&self, at: ContainerAt) -> &'a Container {
        self.map.container(at)
    }

    fn names(&self) -> Vec<&'a str> {
        self.containers.iter().map(|at| self.container(*at).name.as_str()).collect()
    }

    /// Who wants to talk to whom, of those who are in it: where the fix has somebody
    /// dial another host or port, to that one.
    fn wanted(&self, diagnosis: &Diagnosis) -> Vec<Wanted<'a>> {
        let here: BTreeSet<ContainerAt> = self.containers.iter().copied().into_set();
        let is_in = |at: &ContainerAt| here.contains(at);
        let talks = talks(self.map, None).into_iter();
        let meant: Vec<Talk> = talks
            .filter(|talk: &Talk| {
                talk.basis != TalkBasis::Dependency && is_in(&talk.from) && is_in(&talk.to)
            })
            .collect();
        let is_only =
            |from: ContainerAt| meant.iter().filter(|talk| talk.from == from).count() == 1;
        meant
            .iter()
            .map(|talk| {
                let from = &*self.container(talk.from).name;
                let (host, port) = redialled(diagnosis, from, talk.port, is_only(talk.from));
                let other = host.and_then(|host| self.called(host));
                let to = &*self.container(other.unwrap_or(talk.to)).name;
                // What is no container is reached some other way than by its name.
                let is_checked = host.is_none() || other.is_some();
                Wanted { from, to, port: port.or(talk.port), is_checked }
            })
            .collect()
    }

    /// The container of it with a name, or of the service that is called so.
    fn called(&self, host: &str) -> Option<ContainerAt> {
        let is_called = |at: &&ContainerAt| {
            let container = self.container(**at);
            container.name == host || container.compose.service.as_deref() == Some(host)
        };
        self.containers.iter().find(is_called).copied()
    }

    /// Whether Compose made any of it: where it made nothing, a compose file is
    /// nobody's matter.
    fn is_of_compose(&self) -> bool {
        self.containers.iter().any(|at| self.container(*at).project().is_some())
    }

    fn setup(
        &self,
        wanted: &[Wanted],
        diagnosis: &Diagnosis,
        left_out: &mut Vec<String>,
    ) -> String {
        let mut told: Vec<&str> = problems(diagnosis).filter_map(told).collect();
        if told.is_empty() {
            told.push("What ran when this lesson was made");
        }
        let mut text =
            format!("#!/bin/sh\n{}set -eu\nlabel={LABEL}={}\n", comments(told), self.name);
        let networks = self.networks(left_out);
        if !networks.is_empty() {
            text.push('\n');
            text.push_str(&networks);
        }
        for at in &self.containers {
            text.push('\n');
            text.push_str(&self.started(*at, wanted, diagnosis, left_out));
        }
        let restarted: BTreeSet<&str> =
            self.containers.iter().filter_map(|at| self.restarted_owner(*at)).into_set();
        for owner in restarted {
            text.push_str(&format!("\ndocker restart -t 0 {owner}\n"));
        }
        text
    }

    /// The owner of a container's network stack, where it has another one by now.
    fn restarted_owner(&self, at: ContainerAt) -> Option<&'a str> {
        let StackOwner::Other(owner) = self.map.stack_owner(at) else { return None };
        let namespace =
            |at: ContainerAt| self.seen.get(self.container(at).id.as_str())?.network_namespace;
        let is_another = match (namespace(at), namespace(owner)) {
            (Some(own), Some(its)) => own != its,
            _ => self.container(owner).started_at? > self.container(at).started_at?,
        };
        is_another.then_some(self.container(owner).name.as_str())
    }

    /// The commands that make the networks.
    fn networks(&self, left_out: &mut Vec<String>) -> String {
        let mut text = String::new();
        let mut seen = BTreeSet::new();
        for at in &self.containers {
            for (network, endpoint) in self.map.endpoints(*at) {
                let Some(network) = network.map(|at| self.map.network(at)) else { continue };
                if network.is_built_in() || !seen.insert(&endpoint.network) {
                    continue;
                }
                if !is_plain(&network.name) {
                    left_out.push(format!("the network {}", network.name));
                    continue;
                }
                let mut options = String::new();
                if network.internal {
                    options.push_str(" --internal");
                }
                if !network.icc {
                    options.push_str(" -o com.docker.network.bridge.enable_icc=false");
                }
                text.push_str(&format!(
                    "docker network create --label $label{options} {}\n",
                    network.name
                ));
            }
        }
        text
    }

    /// The commands that start a container with a stand-in for its program.
    fn started(
        &self,
        at: ContainerAt,
        wanted: &[Wanted],
        diagnosis: &Diagnosis,
        left_out: &mut Vec<String>,
    ) -> String {
        let container = self.container(at);
        let name = &container.name;
        let mut run = format!("docker run -d --label $label --name {name}");
        let mut connect = String::new();
        match &container.network_mode {
            NetworkMode::Host => run.push_str(" --network host"),
            NetworkMode::None => run.push_str(" --network none"),
            _ => match self.map.stack_owner(at) {
                StackOwner::Other(owner) => {
                    run.push_str(&format!(" --network container:{}", self.container(owner).name));
                }
                StackOwner::Missing => {
                    left_out.push(format!("the network stack that {name} shared"));
                }
                StackOwner::Itself => self.wires(at, &mut run, &mut connect),
            },
        }
        // A port that could not be published is one that is asked for all the same.
        if container.published.is_empty() {
            for asked in &container.requested {
                run.push_str(&format!(" -p {}", asked.as_option()));
            }
        }
        for port in &container.published {
            let host = port.host_port.map(|port| format!("{port}:")).unwrap_or_default();
            let ip = if port.is_on_every_address() {
                String::new()
            } else {
                format!("{}:", port.host_ip)
            };
            let protocol = if port.protocol == Protocol::Tcp { "" } else { "/udp" };
            let option = format!(" -p {ip}{host}{}{protocol}", port.port);
            // A port that is published by IPv4 and IPv6 is asked for once.
            if !run.contains(&option) {
                run.push_str(&option);
            }
        }
        let seen = self.seen.get(container.id.as_str()).copied();
        let mut ports = ports(container, seen);
        if ports.is_empty() && End::of(container) != End::Runs {
            // What it answered on while it ran is what others want of it.
            let wanted = wanted.iter().filter(|way| way.to == name);
            ports.extend(wanted.filter_map(|way| Some((way.port?, false))));
            ports.dedup();
        }
        for (port, _) in &ports {
            run.push_str(&format!(" --expose {port}"));
        }
        let end = End::of(container);
        let mut program: Vec<String> = ports.iter().copied().map(server).collect();
        let mut dials_somebody = false;
        for reference in &container.references {
            match dials(reference) {
                Some(dials) => {
                    for (variable, value) in &dials.variables {
                        let option = format!(" -e {variable}={value}");
                        if !run.contains(&option) {
                            run.push_str(&option);
                        }
                    }
                    program.push(dials.program(end));
                    dials_somebody = true;
                }
                None => left_out.push(format!("what {name} dials by {}", reference.place())),
            }
        }
        // One that ended each time could never be brought back.
        // What no problem is about is no task, and so runs.
        if let End::Failed(code) = end
            && !dials_somebody
            && is_about(name, &diagnosis.findings)
        {
            left_out.push(format!(
                "why {name} ended: its stand-in does so once, and runs when it is started again"
            ));
            program.insert(0, once(code));
        }
        program.push("while :; do sleep 60; done".to_owned());
        if end == End::Stopped {
            connect.push_str(&format!("docker stop -t 0 {name}\n"));
        }
        if is_idle(container, seen) && ports.is_empty() {
            return format!("{run} {IMAGE} {IDLE} 1d\n{connect}");
        }
        format!("{run} {IMAGE} \\\n  sh -c '{}'\n{connect}", program.join("\n         "))
    }

    /// The networks of a container: the first in `run`, others in `connect`.
    fn wires(&self, at: ContainerAt, run: &mut String, connect: &mut String) {
        let name = &self.container(at).name;
        let mut is_first = true;
        for (network, endpoint) in self.map.endpoints(at) {
            let built_in = network.is_some_and(|at| self.map.network(at).is_built_in());
            if built_in || !is_plain(&endpoint.network) {
                continue;
            }
            let aliases = self.aliases(at, endpoint);
            if is_first {
                run.push_str(&format!(" --network {}", endpoint.network));
                aliases.iter().for_each(|alias| run.push_str(&format!(" --network-alias {alias}")));
            } else {
                let aliases: String =
                    aliases.iter().map(|alias| format!("--alias {alias} ")).collect();
                connect.push_str(&format!(
                    "docker network connect {aliases}{} {name}\n",
                    endpoint.network
                ));
            }
            is_first = false;
        }
    }

    /// The names that a container was given on a network beside its own.
    fn aliases(&self, at: ContainerAt, endpoint: &Endpoint) -> Vec<String> {
        let container = self.container(at);
        let names = container.chosen_names_on(endpoint);
        let mut names: Vec<String> = names
            .iter()
            .filter(|alias| **alias != container.name && is_plain(alias))
            .map(|alias| (*alias).to_owned())
            .collect();
        names.dedup();
        names
    }

    fn solve(&self, diagnosis: &Diagnosis) -> String {
        let mut how: Vec<&str> = rules(diagnosis).map(|rule| first_sentence(rule.fix)).collect();
        if how.is_empty() {
            how.push("The commands that fix it go here");
        }
        let mut lines: Vec<String> = Vec::new();
        for line in problems(diagnosis).flat_map(|finding| fix::lines(&finding.fix)) {
            let line = labelled(&line);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let makes = lines.iter().any(|line| line.contains("$label"));
        let label = if makes { format!("label={LABEL}={}\n", self.name) } else { String::new() };
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        format!("#!/bin/sh\n{}set -eu\n{label}\n{lines}", comments(how))
    }

    fn check(&self, wanted: &[Wanted], taught: &Taught) -> String {
        let diagnosis = &taught.diagnosis;
        let names = self.names().join(", ");
        let mut text = format!("# What is so when it is solved.\namong: [{names}]\n");
        // What was stopped and is in nobody's way stays so.
        let is_to_run = |at: &&ContainerAt| {
            let container = self.container(**at);
            let is_of = |findings: &[Finding]| is_about(&container.name, findings);
            is_of(&diagnosis.findings)
                || End::of(container) != End::Stopped && !is_of(&taught.others)
        };
        let mut to_run = self.containers.iter().filter(is_to_run).peekable();
        if to_run.peek().is_some() {
            text.push_str("containers:\n");
        }
        for at in to_run {
            text.push_str(&format!("  {}: {{ running: true }}\n", self.container(*at).name));
        }
        let mut ways = wanted.iter().filter(|way| way.is_checked).peekable();
        if ways.peek().is_some() {
            text.push_str("\nreach:\n");
        }
        for wanted in ways {
            text.push_str(&format!("  - {}\n", wanted.arrow()));
        }
        // A name that is wrong in a setting is no matter of ways.
        let mut rules: Vec<&str> = rules(diagnosis).map(|rule| rule.name).collect();
        rules.dedup();
        // A fix that only turns one trouble into another solves nothing.
        text.push_str("\nfindings:\n  - no errors\n");
        if !rules.is_empty() {
            text.push_str(&format!("  - none of {}\n", rules.join(", ")));
        }
        text
    }
}

/// The line of a stand-in that ends with this code the first time that it runs.
fn once(code: i64) -> String {
    format!("[ -e /ended ] || {{ : >/ended; exit {code}; }}")
}

/// A line of a fix, in which what is made belongs to the lesson.
fn labelled(line: &str) -> String {
    const CREATE: &str = "docker network create ";
    match line.strip_prefix(CREATE) {
        Some(rest) => format!("{CREATE}--label $label {rest}"),
        None => line.to_owned(),
    }
}
