//! What rules must have seen to judge, and what of it was not seen.

use foldhash::HashMap;

use super::facts::Facts;
use crate::model::words::few;
use crate::model::{ContainerAt, NotSeen, Observation, Part, State};

/// Something that a rule must have seen to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// The sockets of each running container.
    Sockets,
    /// The log of each container.
    Logs,
    /// The routes of each running container.
    Routes,
    /// The hosts file of each running container.
    Hosts,
    /// The size of the largest packet of each running container's interfaces.
    Mtus,
    /// The engine's facts about itself.
    Facts,
    /// The routes and sockets of the engine's machine.
    Machine,
    /// A probe: measured reachability.
    Probe,
    /// The wire, listened to for some time.
    Wire,
}

impl Sight {
    /// What it is, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sockets => "the sockets",
            Self::Logs => "the log",
            Self::Routes => "the routes",
            Self::Hosts => "the hosts file",
            Self::Mtus => "the packet sizes",
            Self::Facts => "the engine's facts about itself",
            Self::Machine => "the engine's machine",
            Self::Probe => "measured reachability",
            Self::Wire => "the wire",
        }
    }

    /// Whether it was seen, or is not the user's to ask for.
    pub fn is_there(self, facts: &Facts) -> bool {
        match self {
            Self::Probe => facts.comparison.is_some(),
            Self::Wire => {
                facts.map.snapshot().flows.as_ref().is_some_and(|flows| flows.window_ms > 0)
            }
            _ => true,
        }
    }

    /// What was not seen of it and why; nothing where all of it was, of the containers that
    /// are `concerned`.
    pub fn unseen(self, facts: &Facts, concerned: &dyn Fn(ContainerAt) -> bool) -> Vec<NotSeen> {
        let snapshot = facts.map.snapshot();
        let unless = |known: bool, unseen: NotSeen| if known { vec![] } else { vec![unseen] };
        let unasked = || NotSeen::Unasked { what: self.as_str().to_owned() };
        let told = |why: &str| NotSeen::Told { why: why.to_owned() };
        match self {
            Self::Facts => {
                // Snapshots of earlier versions have but the first of these.
                let engine = &snapshot.engine;
                let known = engine.ipv4_forwarding.is_some() || engine.rootless.is_some();
                unless(known, unasked())
            }
            Self::Machine => {
                let why = snapshot.unread.iter().find(|unread| unread.part == Part::Machine);
                let why = why.map(|unread| told(&format!("{}: {}", unread.what, unread.why)));
                unless(snapshot.host.is_some(), why.unwrap_or_else(unasked))
            }
            Self::Probe => unless(self.is_there(facts), told("nothing was measured (--probe)")),
            Self::Wire => {
                unless(self.is_there(facts), told("nobody listened on the wire (--flows 30s)"))
            }
            Self::Logs => self.of_containers(facts, concerned, |seen| seen.log_errors.is_some()),
            Self::Sockets => self.of_containers(facts, concerned, |seen| seen.listening.is_some()),
            Self::Routes => self.of_containers(facts, concerned, |seen| seen.routes.is_some()),
            Self::Hosts => self.of_containers(facts, concerned, |seen| seen.hosts.is_some()),
            Self::Mtus => self.of_containers(facts, concerned, |seen| seen.mtus.is_some()),
        }
    }

    /// The containers in which it was not seen, put together by the reason.
    fn of_containers(
        self,
        facts: &Facts,
        concerned: &dyn Fn(ContainerAt) -> bool,
        is_seen: fn(&Observation) -> bool,
    ) -> Vec<NotSeen> {
        let has_it = |at: ContainerAt| match self {
            Self::Logs => facts.container(at).state != State::Created,
            _ => facts.container(at).state.has_network(),
        };
        let concerned = |at: &ContainerAt| concerned(*at) && has_it(*at);
        let part = if self == Self::Logs { Part::Log } else { Part::Inside };
        let mut by_reason: Vec<(Option<&str>, Vec<&str>)> = Vec::new();
        // A stack may be that of thousands, each of which would ask all others.
        let mut is_seen_of: HashMap<ContainerAt, bool> = HashMap::default();
        for at in facts.containers().filter(&concerned) {
            let look = || facts.of_stack(at, |seen| is_seen(seen).then_some(())).is_some();
            let stack = facts.map.stack(at).unwrap_or(at);
            if *is_seen_of.entry(stack).or_insert_with(look) {
                continue;
            }
            let unseen = facts.seen(at).map_or(&[][..], |seen| &seen.unseen);
            let why = unseen.iter().find(|unread| unread.part == part);
            let why = why.map(|unread| unread.why.as_str());
            match by_reason.iter_mut().find(|(reason, _)| *reason == why) {
                Some((_, names)) => names.push(facts.name(at)),
                None => by_reason.push((why, vec![facts.name(at)])),
            }
        }
        let all = facts.containers().filter(&concerned).count();
        let unseen = by_reason.into_iter().map(|(why, names)| {
            let what = match names.len() {
                many if many == all && many > 2 => {
                    format!("{} of all {all} containers", self.as_str())
                }
                _ => format!("{} of {}", self.as_str(), few(&names)),
            };
            match why {
                Some(why) => NotSeen::Told { why: format!("{what}: {why}") },
                None => NotSeen::Unasked { what },
            }
        });
        unseen.collect()
    }
}
