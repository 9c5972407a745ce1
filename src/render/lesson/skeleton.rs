//! The skeleton of a lesson, made of a setup: its networks and containers with
//! stand-ins for their programs, a check of what they want of one another, and
//! what the doctor says for hints and solution. The rest is the writer's.
//!
//! A snapshot has no command lines and no values of variables but hosts and
//! ports, so the stand-ins dial these, and answer on the ports that are
//! listened on.

use std::collections::{BTreeSet, HashMap};

use super::stand_in::{End, dials, ports, server};
use crate::diagnose::{rule_named, talks};
use crate::graph::{Map, StackOwner};
use crate::lesson::{IMAGE, LABEL, is_plain};
use crate::model::words::listed;
use crate::model::{
    Action, Change, Container, ContainerAt, Diagnosis, Endpoint, Finding, NetworkMode, Observation,
    Protocol, Severity, Talk, TalkBasis, is_unsafe,
};
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

/// Makes a lesson called `name` of these containers of a map.
pub fn skeleton(
    name: &str,
    map: &Map,
    chosen: &BTreeSet<ContainerAt>,
    diagnosis: &Diagnosis,
) -> Skeleton {
    let is_fit = |at: &ContainerAt| is_plain(&map.container(*at).name);
    let (fit, odd): (Vec<ContainerAt>, Vec<ContainerAt>) = chosen.iter().copied().partition(is_fit);
    let mut left_out: Vec<String> = odd
        .iter()
        .map(|at| format!("{}, whose name a script would have to quote", map.container(*at).name))
        .collect();
    let observations = map.snapshot().observations.iter();
    let seen = observations.map(|seen| (seen.id.as_str(), seen)).collect();
    let cast = Cast { name, map, containers: owners_first(map, fit), seen };
    let setup = cast.setup(diagnosis, &mut left_out);
    let wanted = cast.wanted(diagnosis);
    let solve = cast.solve(diagnosis);
    if crate::lesson::commands(&solve).lines().all(|line| line.trim().is_empty()) {
        left_out
            .push("what fixes it: solve.sh waits for the command of whoever decides".to_owned());
    }
    Skeleton {
        readme: cast.readme(&wanted, diagnosis),
        setup,
        solve,
        check: cast.check(&wanted, diagnosis),
        left_out,
    }
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
    containers.sort_by_key(|at| !matches!(map.stack_owner(*at), StackOwner::Itself));
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

/// What one container wants of another.
struct Wanted<'a> {
    from: &'a str,
    to: &'a str,
    port: Option<u16>,
}

impl Wanted<'_> {
    /// `web -> db:5432`.
    fn arrow(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{} -> {}{port}", self.from, self.to)
    }
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
        let here: BTreeSet<ContainerAt> = self.containers.iter().copied().collect();
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
                Wanted { from, to, port: port.or(talk.port) }
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

    fn setup(&self, diagnosis: &Diagnosis, left_out: &mut Vec<String>) -> String {
        let mut text = format!(
            "#!/bin/sh\n# {}.\nset -eu\nlabel={LABEL}={}\n",
            told(diagnosis).unwrap_or("What ran when this lesson was made"),
            self.name
        );
        let networks = self.networks(left_out);
        if !networks.is_empty() {
            text.push('\n');
            text.push_str(&networks);
        }
        for at in &self.containers {
            text.push('\n');
            text.push_str(&self.started(*at, left_out));
        }
        text
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
    fn started(&self, at: ContainerAt, left_out: &mut Vec<String>) -> String {
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
        let ports = ports(container, self.seen.get(container.id.as_str()).copied());
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
        if let End::Failed(code) = end
            && !dials_somebody
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
        let how = first(diagnosis).and_then(|finding| rule_named(finding.rule));
        let how = how.map_or("The commands that fix it go here", |rule| first_sentence(rule.fix));
        let mut lines: Vec<String> = Vec::new();
        for line in problems(diagnosis).flat_map(|finding| fix::lines(&finding.fix)) {
            let line = labelled(&line);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let makes = lines.iter().any(|line| line.contains("$label"));
        let label = if makes { format!("label={LABEL}={}\n", self.name) } else { String::new() };
        let how = how.trim_end_matches('.');
        let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
        format!("#!/bin/sh\n# {how}.\nset -eu\n{label}\n{lines}")
    }

    fn check(&self, wanted: &[Wanted], diagnosis: &Diagnosis) -> String {
        let names = self.names().join(", ");
        let mut text = format!("# What is so when it is solved.\namong: [{names}]\ncontainers:\n");
        for name in self.names() {
            text.push_str(&format!("  {name}: {{ running: true }}\n"));
        }
        if !wanted.is_empty() {
            text.push_str("\nreach:\n");
        }
        for wanted in wanted {
            text.push_str(&format!("  - {}\n", wanted.arrow()));
        }
        // A name that is wrong in a setting is no matter of ways.
        let mut rules: Vec<&str> = problems(diagnosis).map(|finding| finding.rule).collect();
        rules.dedup();
        // A fix that only turns one trouble into another solves nothing.
        text.push_str("\nfindings:\n  - no errors\n");
        if !rules.is_empty() {
            text.push_str(&format!("  - none of {}\n", rules.join(", ")));
        }
        text
    }

    fn readme(&self, wanted: &[Wanted], diagnosis: &Diagnosis) -> String {
        let first = first(diagnosis);
        let rule = first.and_then(|finding| rule_named(finding.rule));
        let blocked = wanted.iter().find(|wanted| {
            first.is_some_and(|f| {
                [wanted.from, wanted.to].iter().all(|n| f.subjects.iter().any(|s| s == n))
            })
        });
        let blocked = blocked.or(wanted.first());
        let title = match blocked {
            Some(wanted) => format!("{} does not reach {}", wanted.from, wanted.to),
            None => match first.and_then(|finding| finding.subjects.first()) {
                Some(subject) => format!("{subject} does not work"),
                None => format!("What is wrong with {}", self.name),
            },
        };
        let dials: Vec<String> = wanted
            .iter()
            .map(|wanted| format!("`{}` is to reach `{}`", wanted.from, wanted.to))
            .collect();
        let story =
            if dials.is_empty() { String::new() } else { format!(" {}.", listed(&dials, 9)) };
        let names: Vec<String> = self.names().iter().map(|name| format!("`{name}`")).collect();
        let are = if names.len() == 1 { "is" } else { "are" };
        let task = match blocked {
            Some(Wanted { from, to, port: Some(port) }) => {
                format!("Let `{from}` reach `{to}` on port {port}.")
            }
            Some(Wanted { from, to, port: None }) => format!("Let `{from}` reach `{to}`."),
            None => "Find out what is wrong, and fix it.".to_owned(),
        };
        let why = match blocked {
            Some(wanted) => {
                let to = wanted.arrow().replace(" -> ", " ");
                format!("`netmap why {to}` says which step fails.")
            }
            None => "`netmap doctor` says what it sees.".to_owned(),
        };
        let (meaning, how) = match rule {
            Some(rule) => (self.fitting(rule.meaning), self.fitting(rule.fix)),
            None => ("What was wrong is told here.".into(), "What fixes it is told here.".into()),
        };
        format!(
            "# {title}\n\nThere {are} {}.{story}\n\n## Task\n\n{task}\n\n## Hints\n\n\
             1. `netmap show` draws who is on which network.\n2. {why}\n3. {}\n\n\
             ## Solution\n\n{meaning}\n\n{how}\n",
            listed(&names, 9),
            first_sentence(&meaning)
        )
    }

    /// The sentences of a rule's text that concern this setup: where Compose made
    /// nothing, a compose file is nobody's matter.
    fn fitting(&self, text: &str) -> String {
        let of_compose = self.containers.iter().any(|at| self.container(*at).project().is_some());
        let concerns = |sentence: &&str| {
            of_compose || !["Compose", "compose file"].iter().any(|word| sentence.contains(word))
        };
        let fitting: String = text.split_inclusive(". ").filter(concerns).collect();
        if fitting.is_empty() { text.to_owned() } else { fitting.trim_end().to_owned() }
    }
}

/// The line of a stand-in that ends with this code the first time that it runs.
fn once(code: i64) -> String {
    format!("[ -e /ended ] || {{ : >/ended; exit {code}; }}")
}

/// The problems of a diagnosis, the first of them being the cause.
fn problems(diagnosis: &Diagnosis) -> impl Iterator<Item = &Finding> {
    diagnosis.findings.iter().filter(|finding| finding.severity > Severity::Info)
}

fn first(diagnosis: &Diagnosis) -> Option<&Finding> {
    problems(diagnosis).next()
}

/// The summary of the first problem, where nothing in it could end a comment.
fn told(diagnosis: &Diagnosis) -> Option<&str> {
    let first = first(diagnosis).filter(|first| first.subjects.iter().all(|name| is_plain(name)));
    first.map(|first| first.summary.as_str()).filter(|summary| !summary.contains(is_unsafe))
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or(text).trim_end()
}

/// A line of a fix, in which what is made belongs to the lesson.
fn labelled(line: &str) -> String {
    const CREATE: &str = "docker network create ";
    match line.strip_prefix(CREATE) {
        Some(rest) => format!("{CREATE}--label $label {rest}"),
        None => line.to_owned(),
    }
}
