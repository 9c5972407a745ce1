//! The map in words: what a picture tells at a glance, and all of it for who
//! cannot see it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::{View, words};
use crate::graph::{Bridging, StackOwner};
use crate::model::words::{count, listed};
use crate::model::{ContainerAt, NetworkAt, Seen, TalkBasis, TalkVerdict};
use crate::order::Ordered;

/// How many names a sentence lists.
const NAMES: usize = 4;

impl View<'_> {
    /// Whether everybody can come in: by a published port, or because it has
    /// the host's own network.
    pub fn is_open(&self, at: ContainerAt) -> bool {
        let is_on_host = self.map.on_host(at) && self.container(at).state.has_network();
        is_on_host || self.openings(at).iter().any(|opening| opening.everywhere)
    }

    /// The state of most containers that are shown, which need not be said of
    /// each.
    pub fn usual_state(&self) -> Option<String> {
        let mut states: BTreeMap<String, usize> = BTreeMap::new();
        for at in &self.containers {
            *states.entry(self.plain_state(*at)).or_default() += 1;
        }
        // The alphabetically first of those that are as frequent.
        let most = states.into_iter().rev().max_by_key(|(_, number)| *number);
        // That they are stopped is worth saying even of many.
        most.map(|(state, _)| state).filter(|state| matches!(&**state, "running" | "planned"))
    }

    /// The state, where a health check that succeeds is nothing to speak of.
    pub fn plain_state(&self, at: ContainerAt) -> String {
        words::state(self.container(at)).replace(", healthy", "")
    }

    /// The state of these where it is not the usual one: `exited (1)`, `running,
    /// unhealthy`; of several that are not alike `2 exited (1)` or `2 not running well`.
    pub fn unusual_state(&self, of: &[ContainerAt], usual: Option<&str>) -> Option<String> {
        let is_unusual = |at: &&ContainerAt| usual != Some(&self.plain_state(**at));
        let unusual: Vec<ContainerAt> = of.iter().filter(is_unusual).copied().collect();
        let first = self.plain_state(*unusual.first()?);
        let are_alike = unusual.iter().all(|at| self.plain_state(*at) == first);
        Some(match (are_alike, unusual.len()) {
            (true, all) if all == of.len() => words::state(self.container(unusual[0])),
            (true, some) => format!("{some} {first}"),
            (false, some) => format!("{some} not running well"),
        })
    }

    /// What the picture tells, one sentence each.
    pub fn story(&self) -> Vec<String> {
        let mut story: Vec<String> = Vec::new();
        let names = self.spoken_names();
        story.extend(self.openness(&names));
        story.extend(self.joining(&names));
        let internal: Vec<&str> = self
            .used_networks()
            .into_iter()
            .filter(|at| self.network(*at).internal)
            .map(|at| self.spoken_network(at))
            .collect();
        if !internal.is_empty() {
            let has = if internal.len() == 1 { "has" } else { "have" };
            story.push(format!("{} {has} no way out.", listed(&internal, NAMES)));
        }
        story.extend(self.nameless_note());
        story.extend(self.apart_note());
        story.extend(self.strangers.sentences());
        story.extend(self.state_note());
        story.extend(self.measured_note());
        story.extend(self.seen_note());
        story
    }

    /// Who joins networks that nothing else joins.
    fn joining(&self, names: &HashMap<ContainerAt, String>) -> Vec<String> {
        const MOST: usize = 2;
        let shown: BTreeSet<ContainerAt> = self.containers.iter().copied().into_set();
        let mut joining = self.map.bridging();
        joining.retain(|bridging| shown.contains(&bridging.container));
        for bridging in &mut joining {
            // What is published is on the ingress network as well, by design.
            bridging.parts.retain(|part| !part.iter().all(|at| self.network(*at).ingress));
        }
        joining.retain(|bridging| bridging.parts.len() > 1);
        if joining.len() > MOST {
            let number = joining.len();
            return vec![format!("{number} containers join networks that nothing else joins.")];
        }
        let sentence = |bridging: Bridging| {
            let parts: Vec<String> = bridging
                .parts
                .iter()
                .map(|part| {
                    let names = part.iter().map(|network| self.spoken_network(*network));
                    names.collect::<Vec<_>>().join(" with ")
                })
                .collect();
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let name = &names[&bridging.container];
            format!("Only {name} joins {}.", listed(&parts, NAMES))
        };
        joining.into_iter().map(sentence).collect()
    }

    /// Who lets everybody in, or this host alone.
    fn openness(&self, names: &HashMap<ContainerAt, String>) -> Option<String> {
        let owners = || {
            let all = self.containers.iter().copied();
            all.filter(|at| self.map.stack_owner(*at) == StackOwner::Itself)
        };
        let names = |open: bool| -> Vec<String> {
            let is_so = |at: &ContainerAt| match open {
                true => self.is_open(*at),
                false => !self.is_open(*at) && !self.openings(*at).is_empty(),
            };
            self.with_replicas_together(owners().filter(is_so), names)
        };
        let verb = match self.map.snapshot().plan {
            Some(_) => ["is to be", "are to be"],
            None => ["is", "are"],
        };
        let sentence = |names: &[String], to: &str| match names {
            [] => None,
            [only] => Some(format!("Only {only} {} open to {to}.", verb[0])),
            all => Some(format!("{} {} open to {to}.", listed(all, NAMES), verb[1])),
        };
        let (open, host) = (names(true), names(false));
        // What is not shown may be open.
        let shown = self.containers.len() + self.stopped.len();
        let nothing = match self.map.containers().count() > shown {
            true => "Nothing that is shown is open to the internet.",
            false => "Nothing is open to the internet.",
        };
        let internet = sentence(&open, "the internet");
        let this_host = sentence(&host, "this host alone");
        match (internet, this_host) {
            (None, None) if self.containers.is_empty() => None,
            (None, None) => Some(nothing.to_owned()),
            (None, Some(host)) => Some(format!("{nothing} {host}")),
            (Some(internet), None) => Some(internet),
            (Some(internet), Some(host)) => Some(format!("{internet} {host}")),
        }
    }

    /// The names as sentences say them, which are those of the cards; with the project's,
    /// where there are several.
    fn spoken_names(&self) -> HashMap<ContainerAt, String> {
        let mut names = self.service_names();
        if !self.has_one_project() {
            for (at, name) in &mut names {
                *name = self.name_with_project(*at, name).to_owned();
            }
        }
        names
    }

    /// Names, all replicas of a service as one: `worker ×3`.
    fn with_replicas_together(
        &self,
        all: impl Iterator<Item = ContainerAt>,
        names: &HashMap<ContainerAt, String>,
    ) -> Vec<String> {
        let service = |at: ContainerAt| {
            let container = self.container(at);
            Some((container.project(), container.compose.service.as_deref()?))
        };
        let mut copies: BTreeMap<_, usize> = BTreeMap::new();
        for service in self.containers.iter().filter_map(|at| service(*at)) {
            *copies.entry(service).or_default() += 1;
        }
        let all: Vec<ContainerAt> = all.collect();
        let mut here: BTreeMap<_, usize> = BTreeMap::new();
        for service in all.iter().filter_map(|at| service(*at)) {
            *here.entry(service).or_default() += 1;
        }
        let mut said = BTreeSet::new();
        let name = |at: ContainerAt| {
            let together = service(at).filter(|of| copies[of] > 1 && here[of] == copies[of]);
            let Some((project, service)) = together else { return Some(names[&at].clone()) };
            let project = project.filter(|_| !self.has_one_project());
            let project = project.map_or(String::new(), |project| format!("{project}-"));
            let number = copies[&(self.container(at).project(), service)];
            said.insert((project.clone(), service)).then(|| format!("{project}{service} ×{number}"))
        };
        all.into_iter().filter_map(name).collect()
    }

    /// Whether all that is shown is of one project.
    fn has_one_project(&self) -> bool {
        *self.is_one_project.get_or_init(|| {
            let mut projects = self.containers.iter().map(|at| self.container(*at).project());
            let first = projects.next().flatten();
            first.is_some() && projects.all(|project| project == first)
        })
    }

    /// A network's name, short where there is but one project.
    fn spoken_network(&self, at: NetworkAt) -> &str {
        match self.has_one_project() {
            true => self.short_network_name(at),
            false => &self.network(at).name,
        }
    }

    /// Members that are kept apart.
    fn apart_note(&self) -> Option<String> {
        let apart: Vec<&str> = self
            .used_networks()
            .into_iter()
            .filter(|at| !self.network(*at).icc)
            .map(|at| self.spoken_network(at))
            .collect();
        (!apart.is_empty())
            .then(|| format!("The members of {} do not reach one another.", listed(&apart, NAMES)))
    }

    /// `All 9 run.`, where there are several, and all do.
    fn state_note(&self) -> Option<String> {
        let number = self.containers.len();
        let usual = self.usual_state()?;
        let all = self.containers.iter().all(|at| self.plain_state(*at) == usual);
        let verb = match usual.as_str() {
            "running" => "run".to_owned(),
            "planned" => return None,
            other => format!("are {other}"),
        };
        match number {
            2 if all => Some(format!("Both {verb}.")),
            3.. if all => Some(format!("All {number} {verb}.")),
            _ => None,
        }
    }

    /// What a probe came to.
    fn measured_note(&self) -> Option<String> {
        let comparison = self.probe?;
        let answered = comparison
            .rows
            .iter()
            .filter(|row| row.measurement.outcome.got_through() == Some(true))
            .count();
        let wrong = self.surprises().len();
        let answered = count(answered, "try").replace("trys", "tries");
        Some(match wrong {
            0 => format!("Measured: {answered} got through, and nothing contradicts the map."),
            wrong => format!(
                "Measured: {answered} got through; {} the map.",
                if wrong == 1 {
                    "one pair contradicts".to_owned()
                } else {
                    format!("{wrong} pairs contradict")
                }
            ),
        })
    }

    /// How one container is connected with another by talk: `is configured to
    /// talk to`.
    pub fn talk_words(&self, basis: TalkBasis, seen: Seen, verdict: TalkVerdict) -> String {
        let unseen = || format!(", not seen {},", self.looked());
        match (basis, seen, verdict) {
            (TalkBasis::Observed, _, TalkVerdict::Blocked) => "was seen to try in vain to talk to",
            (_, Seen::Seen, TalkVerdict::Blocked) => {
                "is configured, and was seen to try in vain, to talk to"
            }
            (TalkBasis::Dependency, Seen::Seen, _) => {
                "waits at its start for, and was seen to talk to,"
            }
            (TalkBasis::Dependency, ..) => "waits at its start for",
            (_, _, TalkVerdict::Blocked) => "is configured to talk, in vain, to",
            (TalkBasis::Observed, ..) => "was seen, and is not configured, to talk to",
            (TalkBasis::Configured, Seen::Seen, _) => "is configured, and was seen, to talk to",
            (TalkBasis::Configured, Seen::NotSeen, _) => {
                return format!("is configured to talk to{}", unseen());
            }
            (TalkBasis::Configured, Seen::NotLooked, _) => "is configured to talk to",
        }
        .to_owned()
    }

    /// Where the picture comes from, without a path of the machine that it was
    /// made on: `Docker 26.1`, `planned in compose.yaml`.
    pub fn source(&self) -> String {
        let Some(plan) = &self.map.snapshot().plan else { return self.engine() };
        let name = |file: &String| {
            let name = Path::new(file).file_name();
            name.map_or(String::new(), |name| name.to_string_lossy().into_owned())
        };
        let files: Vec<String> =
            plan.files.iter().map(name).filter(|name| !name.is_empty()).collect();
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        match files.is_empty() {
            true => "planned".to_owned(),
            false => format!("planned in {}", listed(&files, 2)),
        }
    }

    /// All of the map: who lets whom in, who is on which network, and who
    /// talks to whom.
    pub fn in_words(&self) -> Vec<String> {
        let mut said = vec![format!("{}.", self.inventory())];
        said.extend(self.story());
        for (number, callout) in (1..).zip(&self.callouts) {
            said.push(format!("{number}: {}", callout.text));
        }
        for at in &self.containers {
            let published = self.published(*at);
            if !published.is_empty() {
                let name = &self.container(*at).name;
                said.push(format!("{name} is published as {}.", published.join(", ")));
            }
        }
        for network in self.used_networks() {
            let of = self.network(network);
            let subnets: Vec<String> = of.subnets.iter().map(|s| s.subnet.to_string()).collect();
            let subnets = match subnets.is_empty() {
                true => String::new(),
                false => format!(" ({})", subnets.join(", ")),
            };
            let members: Vec<String> = self
                .members(network)
                .into_iter()
                .map(|at| {
                    let addresses = self.map.endpoint_on(at, network).map(|endpoint| {
                        endpoint.addresses().map(|a| a.to_string()).collect::<Vec<_>>().join(" ")
                    });
                    let name = &self.container(at).name;
                    match addresses.filter(|addresses| !addresses.is_empty()) {
                        Some(addresses) => format!("{name} {addresses}"),
                        None => name.clone(),
                    }
                })
                .collect();
            said.push(format!("On {}{subnets}: {}.", of.name, members.join(", ")));
        }
        for talk in &self.talk {
            let name = |at: ContainerAt| &self.container(at).name;
            let port = talk.port.map_or(String::new(), |port| format!(" on port {port}"));
            let words = self.talk_words(talk.basis, talk.seen, talk.verdict);
            said.push(format!("{} {words} {}{port}.", name(talk.from), name(talk.to)));
        }
        said
    }
}
