//! Judging who reaches whom and who resolves what: by what was measured, and
//! where nothing was, by what the map predicts.

use std::collections::BTreeSet;

use super::many::{NO_PAIR, combined};
use super::pairs::{Pairs, SourcesOf};
use super::tries::{Seen, Tries};
use super::verdict::{Assessment, Basis, CheckStatus, Question};
use super::who::Who;
use super::words::some_or_none;
use super::{Arrow, ArrowTarget, CheckFile, Claim, Manner, Sources};
use crate::graph::{Map, Verdict, is_pattern};
use crate::model::{Attempt, ContainerAt, Outcome, Probe};

/// Ways between containers, measured and predicted.
pub(super) struct Ways<'a> {
    pub(super) map: &'a Map<'a>,
    who: &'a Who<'a>,
    pub(super) tries: Tries<'a>,
}

impl<'a> Ways<'a> {
    pub fn new(map: &'a Map<'a>, who: &'a Who<'a>, probe: Option<&'a Probe>) -> Self {
        Self { map, who, tries: Tries::new(map, who, probe) }
    }

    /// Judges an arrow over all pairs that it speaks of.
    pub fn reaches(&self, arrow: &Arrow, subjects: &mut Vec<String>) -> Assessment {
        let pairs = match self.pairs(arrow) {
            Ok(pairs) => pairs,
            Err(missing) => return Assessment::fact(false, missing),
        };
        let sights = pairs
            .iter()
            .map(|(from, to, target)| (*from, *to, self.pair(*from, *to, target, arrow)));
        combined(self.map, sights.collect(), subjects)
    }

    /// Judges that names resolve, or that they do not.
    pub fn resolves(
        &self,
        from: &Sources,
        names: &[String],
        wanted: bool,
        subjects: &mut Vec<String>,
    ) -> Assessment {
        let asked = match self.askers(from, names) {
            Ok(asked) => asked,
            Err(missing) => return Assessment::fact(false, missing),
        };
        let sights = asked.into_iter().map(|(from, name, owners)| {
            let to = owners.first().copied().unwrap_or(from);
            (from, to, self.name_sight(from, &name, &owners, wanted))
        });
        combined(self.map, sights.collect(), subjects)
    }

    /// Judges that every pair which no arrow speaks of is isolated.
    pub fn isolated(&self, file: &CheckFile, subjects: &mut Vec<String>) -> Assessment {
        if self.who.everybody().is_empty() {
            return Assessment::fact(false, "there is no running container to speak of");
        }
        let but = self.spoken_of(file);
        let arrow = unwanted();
        let judge = |from: ContainerAt, to: ContainerAt| {
            let target = ArrowTarget { name: self.map.container(to).name.clone(), port: None };
            self.pair(from, to, &target, &arrow)
        };
        match Pairs::new(&self.tries, self.who.everybody(), &but).worst(judge) {
            Some(worst) => worst.told(self.map, |_, (from, to)| judge(from, to), subjects),
            None => Assessment::new(CheckStatus::Pass, Basis::Engine, NO_PAIR),
        }
    }

    pub fn ask_arrow(&self, arrow: &Arrow, questions: &mut BTreeSet<Question>) {
        for (from, to, target) in self.pairs(arrow).unwrap_or_default() {
            questions
                .extend(self.tries.all(from, to, &target, arrow).into_iter().map(|t| t.question));
        }
    }

    pub fn ask_names(&self, from: &Sources, names: &[String], questions: &mut BTreeSet<Question>) {
        for (from, name, owners) in self.askers(from, names).unwrap_or_default() {
            questions
                .extend(owners.first().map(|to| self.tries.named(from, *to, &name, Attempt::Icmp)));
        }
    }

    pub fn ask_isolated(&self, file: &CheckFile, questions: &mut BTreeSet<Question>) {
        for (from, to) in self.other_pairs(file) {
            let target = ArrowTarget { name: self.map.container(to).name.clone(), port: None };
            let tries = self.tries.all(from, to, &target, &unwanted());
            questions.extend(tries.into_iter().map(|t| t.question));
        }
    }

    /// The pairs that an arrow speaks of. Quantifiers leave out who shares the
    /// target's network stack.
    fn pairs(&self, arrow: &Arrow) -> Result<Vec<(ContainerAt, ContainerAt, ArrowTarget)>, String> {
        let (sources, quantified) = self.who.sources(&arrow.from)?;
        let mut pairs = Vec::new();
        for target in &arrow.to {
            let quantified = quantified || is_pattern(&target.name);
            let found = match &arrow.manner {
                // `via` may name an alias, so `to` is the container itself.
                Manner::Via(_) => self.who.containers(&target.name)?,
                _ => self.who.answering_to(&target.name)?,
            };
            let mut of_target = Vec::new();
            for from in &sources {
                let meant = match (&arrow.manner, arrow.wanted) {
                    // What is to be kept apart is kept apart from all of that name.
                    (Manner::Via(_), _) | (_, false) => found.clone(),
                    _ => self.who.meant(*from, &target.name, &found),
                };
                let apart = |to: &ContainerAt| !quantified || !self.map.share_stack(*from, *to);
                let to = meant.into_iter().filter(|to| to != from && apart(to));
                of_target.extend(to.map(|to| (*from, to, target.clone())));
            }
            for to in found.iter().filter(|_| !arrow.wanted) {
                let from = self.strangers(&arrow.from, *to)?;
                of_target.extend(from.into_iter().map(|from| (from, *to, target.clone())));
            }
            // Stable: each target with its sources in their order.
            of_target.sort_by_key(|(_, to, _)| *to);
            pairs.append(&mut of_target);
        }
        Ok(pairs)
    }

    /// Who is not of the crowd that a quantifier speaks of, and yet on a network
    /// with a container that nothing is to reach.
    fn strangers(&self, sources: &Sources, to: ContainerAt) -> Result<Vec<ContainerAt>, String> {
        let but = match sources {
            Sources::Named(_) | Sources::On(_) => return Ok(Vec::new()),
            Sources::Everybody => BTreeSet::new(),
            Sources::Outside(network) => self.who.on_network(self.who.network(network)?),
            Sources::AllBut(names) => {
                let mut but = BTreeSet::new();
                for name in names {
                    but.extend(self.who.containers(name)?);
                }
                but
            }
        };
        let strangers = self.who.strangers_to(to).filter(|from| !but.contains(from));
        Ok(strangers.filter(|from| *from != to && !self.map.share_stack(*from, to)).collect())
    }

    /// Who asks for which name, and who answers to it.
    fn askers(
        &self,
        from: &Sources,
        names: &[String],
    ) -> Result<Vec<(ContainerAt, String, Vec<ContainerAt>)>, String> {
        let (sources, quantified) = self.who.sources(from)?;
        let mut asked = Vec::new();
        for name in names {
            let owners = self.who.answering_to(name)?;
            // A pattern stands for the names of those that it fits.
            let groups: Vec<(String, Vec<ContainerAt>)> = if is_pattern(name) {
                owners.iter().map(|at| (self.map.container(*at).name.clone(), vec![*at])).collect()
            } else {
                vec![(name.clone(), owners)]
            };
            for (name, owners) in groups {
                let apart =
                    |from: ContainerAt| owners.iter().all(|to| !self.map.share_stack(from, *to));
                let from = sources.iter().copied().filter(|from| !quantified || apart(*from));
                asked.extend(from.map(|from| {
                    let meant = self.who.meant(from, &name, &owners);
                    (from, name.clone(), meant)
                }));
            }
        }
        Ok(asked)
    }

    /// For each target the sources of wanted arrows to it.
    fn spoken_of(&self, file: &CheckFile) -> SourcesOf {
        let mut spoken_of = SourcesOf::default();
        for assertion in &file.assertions {
            if let Claim::Reaches(arrow) = &assertion.claim
                && arrow.wanted
            {
                for (from, to, _) in self.pairs(arrow).unwrap_or_default() {
                    spoken_of.entry(to).or_default().insert(from);
                }
            }
        }
        spoken_of
    }

    /// Ordered pairs of everybody of which no wanted arrow speaks.
    fn other_pairs(&self, file: &CheckFile) -> Vec<(ContainerAt, ContainerAt)> {
        let spoken_of = self.spoken_of(file);
        let spoken = |from, to| spoken_of.get(to).is_some_and(|of| of.contains(from));
        let everybody = self.who.everybody();
        let all = everybody.iter().flat_map(|from| everybody.iter().map(move |to| (from, to)));
        all.filter(|(from, to)| from != to && !self.map.share_stack(**from, **to))
            .filter(|(from, to)| !spoken(from, to))
            .map(|(from, to)| (*from, *to))
            .collect()
    }

    /// Judges one pair.
    pub fn pair(
        &self,
        from: ContainerAt,
        to: ContainerAt,
        target: &ArrowTarget,
        arrow: &Arrow,
    ) -> Assessment {
        if let Manner::Via(via) = &arrow.manner
            && let Err(missing) = self.via(to, via)
        {
            return Assessment::fact(false, missing);
        }
        let seen: Vec<Seen> = self
            .tries
            .all(from, to, target, arrow)
            .iter()
            .map(|attempt| self.tries.seen(attempt))
            .collect();
        if seen.is_empty() {
            // No address to try: the map says why.
            let judged = self.map.predict(from, to).by_address;
            let status = match judged.verdict {
                Verdict::Unknown => CheckStatus::Unknown,
                _ if arrow.wanted => CheckStatus::Fail,
                _ => CheckStatus::Pass,
            };
            return Assessment::new(status, Basis::Map, format!("{} (predicted)", judged.reason));
        }
        if arrow.wanted { wanted(seen, target.port.is_some()) } else { refused(seen, arrow.class) }
    }

    /// What `via` names must be a network of the target's, or a name of its.
    fn via(&self, to: ContainerAt, via: &str) -> Result<(), String> {
        let container = self.map.container(to);
        let owner = self.map.stack(to).map_or(container, |owner| self.map.container(owner));
        match self.who.network(via) {
            Ok(network) if self.tries.is_on(to, network) => Ok(()),
            Ok(_) => Err(format!("{} is not on the network {via}", container.name)),
            Err(_) if owner.endpoints.iter().any(|e| owner.names_on(e).contains(&via)) => Ok(()),
            Err(_) => Err(format!("{via} is neither a network nor a name of {}", container.name)),
        }
    }

    /// Whether a container resolves a name.
    fn name_sight(
        &self,
        from: ContainerAt,
        name: &str,
        owners: &[ContainerAt],
        wanted: bool,
    ) -> Assessment {
        let mut sights = Vec::new();
        for to in owners {
            let attempt = self.tries.try_name(from, *to, name, Attempt::Icmp);
            if let Some(measured) = self.tries.measurement(&attempt.question)
                && measured.outcome != Outcome::Unknown
            {
                let led_to =
                    measured.leads_to.map(|address| (address, self.map.owner_of(from, address)));
                let to_an_owner =
                    matches!(led_to, Some((_, Some((at, _)))) if owners.contains(&at));
                let found = measured.outcome != Outcome::NameNotFound || to_an_owner;
                let words = match led_to {
                    _ if found => "resolves".to_owned(),
                    Some((address, _)) => format!("leads to {address}, where nobody has that name"),
                    None => "does not resolve".to_owned(),
                };
                let status = if found == wanted { CheckStatus::Pass } else { CheckStatus::Fail };
                return Assessment::new(status, Basis::Measured, format!("{name} {words}"));
            }
            sights.push(attempt);
        }
        // Any one of its owners on a common network makes it resolve.
        let best = sights.iter().max_by_key(|attempt| match attempt.resolves {
            Some(true) => 2,
            None => 1,
            Some(false) => 0,
        });
        let Some(best) = best else {
            return Assessment::new(
                CheckStatus::Unknown,
                Basis::Map,
                format!("no container answers to {name}"),
            );
        };
        let status = match best.resolves {
            None => CheckStatus::Unknown,
            Some(found) if found == wanted => CheckStatus::Pass,
            Some(_) => CheckStatus::Fail,
        };
        let verb = match best.resolves {
            Some(true) => "resolves",
            Some(false) => "does not resolve",
            None => "may resolve",
        };
        Assessment::new(
            status,
            Basis::Map,
            format!("the map predicts that {name} {verb}: {}", best.why),
        )
    }
}

/// An arrow that must not lead anywhere, by name or by address.
fn unwanted() -> Arrow {
    Arrow {
        from: Sources::Everybody,
        to: Vec::new(),
        wanted: false,
        manner: Manner::Any,
        class: None,
    }
}

/// Judges tries of which one is to succeed.
fn wanted(seen: Vec<Seen>, port: bool) -> Assessment {
    let mut unknown = None;
    let mut wrong = Vec::new();
    let mut basis = Basis::Engine;
    for one in seen {
        match one {
            Seen::Reached(basis, words) => return Assessment::new(CheckStatus::Pass, basis, words),
            // Without a port the way is all that was asked for.
            Seen::Refused(of, words) if !port => {
                return Assessment::new(CheckStatus::Pass, of, words);
            }
            Seen::Refused(of, words) | Seen::Failed(_, of, words) => {
                basis = basis.max(of);
                wrong.push(words);
            }
            Seen::Open(words) => {
                let words = format!("{words}; whether anything listens was not measured");
                unknown = Some(Assessment::new(CheckStatus::Unknown, Basis::Map, words));
            }
            Seen::Unknown(of, words) => {
                unknown.get_or_insert(Assessment::new(CheckStatus::Unknown, of, words));
            }
        }
    }
    unknown.unwrap_or_else(|| Assessment::new(CheckStatus::Fail, basis, some_or_none(&wrong)))
}

/// Judges tries of which none is to succeed; `class` is how one is to fail.
fn refused(seen: Vec<Seen>, class: Option<Outcome>) -> Assessment {
    let (mut unknown, mut told, mut as_wanted) = (None, Vec::new(), None);
    let mut basis = Basis::Engine;
    for one in seen {
        match one {
            Seen::Reached(basis, words) => return Assessment::new(CheckStatus::Fail, basis, words),
            Seen::Refused(of, words) if class == Some(Outcome::Refused) => {
                as_wanted = Some(of);
                told.push(words);
            }
            Seen::Refused(of, words) => {
                return Assessment::new(CheckStatus::Fail, of, format!("{words}: the way is open"));
            }
            Seen::Open(words) if class == Some(Outcome::Refused) => {
                unknown = Some(format!("{words}; whether anything listens was not measured"));
            }
            Seen::Open(words) => return Assessment::new(CheckStatus::Fail, Basis::Map, words),
            Seen::Failed(outcome, of, words) => {
                basis = basis.max(of);
                if class.is_some() && outcome == class {
                    as_wanted = Some(of);
                } else if class.is_some() && outcome.is_none() {
                    unknown.get_or_insert(format!("{words}; how it fails was not measured"));
                }
                told.push(words);
            }
            Seen::Unknown(_, words) => {
                unknown.get_or_insert(words);
            }
        }
    }
    match (class, as_wanted, unknown) {
        (Some(_), Some(of), _) => Assessment::new(CheckStatus::Pass, of, some_or_none(&told)),
        (_, _, Some(words)) => Assessment::new(CheckStatus::Unknown, Basis::Map, words),
        (Some(_), None, None) => Assessment::new(CheckStatus::Fail, basis, some_or_none(&told)),
        (None, _, None) => Assessment::new(CheckStatus::Pass, basis, some_or_none(&told)),
    }
}
