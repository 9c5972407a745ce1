//! Judging who reaches whom and who resolves what: by what was measured, and
//! where nothing was, by what the map predicts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::crowds::{Crowds, Decisive};
use super::many::{NO_PAIR, combined};
use super::pairs::{FEW, Known, Pairs, SourcesOf};
use super::seen::{refused, wanted};
use super::tries::{Seen, Tries};
use super::verdict::{Assessment, Basis, CheckStatus, Question};
use super::who::Who;
use super::{Arrow, ArrowTarget, CheckFile, Claim, Manner, Sources};
use crate::graph::{Map, Verdict, is_pattern};
use crate::model::{Attempt, ContainerAt, Outcome, Probe, ServiceOf};
use crate::order::OrderBy;

/// Ways between containers, measured and predicted.
pub(super) struct Ways<'a> {
    pub(super) map: &'a Map<'a>,
    who: &'a Who<'a>,
    pub(super) tries: Tries<'a>,
    pub(super) crowds: Crowds<'a>,
}

/// An arrow from many.
struct FromCrowd<'a> {
    /// What the sentence says of them.
    said: String,
    pairs: Rc<Pairs<'a>>,
    /// The targets, each with the number of the name that means it.
    to: Vec<(usize, ContainerAt)>,
}

/// Of which pairs wanted arrows speak, or need not: those of copies.
#[derive(Default)]
struct SpokenOf {
    /// For each target sources.
    each: SourcesOf,
    /// For each target the assertions of whose crowds all are sources; numbers beyond those
    /// of assertions are those of `copies`.
    by_crowds: HashMap<ContainerAt, Vec<usize>>,
    /// Services with many containers.
    copies: Vec<BTreeSet<ContainerAt>>,
    /// The first assertion of a crowd.
    first: HashMap<String, usize>,
}

impl<'a> Ways<'a> {
    pub fn new(map: &'a Map<'a>, who: &'a Who<'a>, probe: Option<&'a Probe>) -> Self {
        Self { map, who, tries: Tries::new(map, who, probe), crowds: Crowds::default() }
    }

    /// Judges an arrow over all pairs that it speaks of.
    pub fn reaches(&self, arrow: &Arrow, subjects: &mut Vec<String>) -> Assessment {
        if let Some(from_crowd) = self.crowd_of(arrow) {
            return self.reached_by(&from_crowd, arrow, subjects);
        }
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

    /// Judges that every pair which no arrow speaks of is isolated. Copies of one service
    /// are one party: how many there are is nothing that a file has to say.
    pub fn isolated(&self, file: &CheckFile, subjects: &mut Vec<String>) -> Assessment {
        if self.who.everybody().is_empty() {
            return Assessment::fact(false, "there is no running container to speak of");
        }
        let spoken_of = self.spoken_of(file);
        let but = Rc::new(spoken_of.each.clone());
        let arrow = unwanted();
        let judge = |from: ContainerAt, to: ContainerAt| {
            let target = ArrowTarget { name: self.map.container(to).name.clone(), port: None };
            self.pair(from, to, &target, &arrow)
        };
        let (mut known, mut decisive) = (Known::default(), Decisive::default());
        // By the crowds of which a sentence speaks to a target, the others.
        let mut others: HashMap<&[usize], Pairs> = HashMap::new();
        for to in self.who.everybody().iter().copied() {
            let crowds = spoken_of.by_crowds.get(&to).map_or(&[][..], Vec::as_slice);
            let pairs = others
                .entry(crowds)
                .or_insert_with(|| self.but(file, &spoken_of.copies, crowds, &but));
            let found = pairs.with(to, &mut known, |from| {
                let sight = judge(from, to);
                (sight.status, sight.basis)
            });
            decisive.add(to, &found, 0);
        }
        match decisive.worst() {
            Some((mut worst, _)) => {
                worst.pairs.order();
                worst.told(self.map, |_, (from, to)| judge(from, to), subjects)
            }
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
            let found = self.targets(arrow, target)?;
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
            of_target.order_by_key(|(_, to, _)| *to);
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

    /// Of which pairs wanted arrows speak.
    fn spoken_of(&self, file: &CheckFile) -> SpokenOf {
        let mut spoken_of = SpokenOf::default();
        self.add_copies(file.assertions.len(), &mut spoken_of);
        for (number, assertion) in file.assertions.iter().enumerate() {
            let Claim::Reaches(arrow) = &assertion.claim else { continue };
            // Of few, each pair is left out more easily than all others are gone through.
            let is_large =
                |of: &FromCrowd| of.pairs.crowd.len().pow(2) > self.who.everybody().len();
            if let Some(from_crowd) = self.crowd_of(arrow).filter(is_large) {
                for (_, to) in &from_crowd.to {
                    // All that say the same speak of the same crowd.
                    let first = *spoken_of.first.entry(from_crowd.said.clone()).or_insert(number);
                    let crowds = spoken_of.by_crowds.entry(*to).or_default();
                    if !crowds.contains(&first) {
                        crowds.push(first);
                    }
                }
            } else if arrow.wanted {
                for (from, to, _) in self.pairs(arrow).unwrap_or_default() {
                    spoken_of.each.entry(to).or_default().insert(from);
                }
            }
        }
        spoken_of
    }

    /// Adds the pairs of containers of one service, whose copies have numbers from `first` on.
    fn add_copies(&self, first: usize, spoken_of: &mut SpokenOf) {
        let mut services: BTreeMap<ServiceOf, BTreeSet<ContainerAt>> = BTreeMap::new();
        for at in self.who.everybody().iter().copied() {
            if let Some(service) = self.map.container(at).service_of() {
                services.entry(service).or_default().insert(at);
            }
        }
        for copies in services.into_values().filter(|copies| copies.len() > 1) {
            if copies.len() <= FEW {
                for to in copies.iter().copied() {
                    spoken_of.each.entry(to).or_default().extend(&copies);
                }
                continue;
            }
            let number = first + spoken_of.copies.len();
            for to in copies.iter().copied() {
                spoken_of.by_crowds.entry(to).or_default().push(number);
            }
            spoken_of.copies.push(copies);
        }
    }

    /// The pairs of everybody but for the crowds of these assertions, and some more.
    fn but(
        &self,
        file: &CheckFile,
        copies: &[BTreeSet<ContainerAt>],
        of: &[usize],
        but: &Rc<SourcesOf>,
    ) -> Pairs<'a> {
        let mut crowd = self.who.everybody().clone();
        for number in of {
            let Some(assertion) = file.assertions.get(*number) else {
                let copies = &copies[*number - file.assertions.len()];
                crowd.retain(|at| !copies.contains(at));
                continue;
            };
            if let Claim::Reaches(arrow) = &assertion.claim
                && let Some(spoken_of) = self.crowd_of(arrow)
            {
                crowd.retain(|at| !spoken_of.pairs.crowd.contains(at));
            }
        }
        self.crowds.pairs(&self.tries, crowd, but)
    }

    /// Whether an arrow leads from many to targets that it means for all of them, so that
    /// they can be judged in groups.
    fn crowd_of(&self, arrow: &Arrow) -> Option<FromCrowd<'a>> {
        if !arrow.wanted || matches!(arrow.from, Sources::Named(_)) {
            return None;
        }
        let mut to = Vec::new();
        for (number, target) in arrow.to.iter().enumerate() {
            let mut found = self.targets(arrow, target).ok()?;
            if !(matches!(arrow.manner, Manner::Via(_)) || is_pattern(&target.name))
                && found.len() > 1
            {
                return None;
            }
            found.order();
            to.extend(found.into_iter().map(|to| (number, to)));
        }
        let said = format!("{:?}", arrow.from);
        let sources = || self.who.sources(&arrow.from).map(|(from, _)| from.into_iter().collect());
        let pairs = self.crowds.known(&self.tries, said.clone(), sources).ok()?;
        (pairs.crowd.len() > FEW).then_some(FromCrowd { said, pairs, to })
    }

    /// The containers that an arrow to a target may mean.
    fn targets(&self, arrow: &Arrow, target: &ArrowTarget) -> Result<Vec<ContainerAt>, String> {
        match &arrow.manner {
            // `via` may name an alias, so `to` is the container itself.
            Manner::Via(_) => self.who.containers(&target.name),
            _ => self.who.answering_to(&target.name),
        }
    }

    /// Judges an arrow from a crowd.
    fn reached_by(
        &self,
        from_crowd: &FromCrowd,
        arrow: &Arrow,
        subjects: &mut Vec<String>,
    ) -> Assessment {
        let mut decisive = Decisive::default();
        for (number, to) in &from_crowd.to {
            // Which ports are open is told for each target.
            let found = from_crowd.pairs.with(*to, &mut Known::default(), |from| {
                let sight = self.pair(from, *to, &arrow.to[*number], arrow);
                (sight.status, sight.basis)
            });
            decisive.add(*to, &found, *number);
        }
        let Some(worst) = decisive.worst() else {
            return Assessment::new(CheckStatus::Pass, Basis::Engine, NO_PAIR);
        };
        let numbers = worst.1;
        let sight = |at: usize, (from, to)| self.pair(from, to, &arrow.to[numbers[at]], arrow);
        worst.0.told(self.map, sight, subjects)
    }

    /// Ordered pairs of everybody of which no wanted arrow speaks.
    fn other_pairs(&self, file: &CheckFile) -> Vec<(ContainerAt, ContainerAt)> {
        let spoken_of = self.spoken_of(file);
        let everybody = self.who.everybody();
        let mut pairs = Vec::new();
        let mut others: HashMap<&[usize], Pairs> = HashMap::new();
        for to in everybody {
            let crowds = spoken_of.by_crowds.get(to).map_or(&[][..], Vec::as_slice);
            let but = || self.but(file, &spoken_of.copies, crowds, &Rc::default());
            let others = &others.entry(crowds).or_insert_with(but).crowd;
            let each = spoken_of.each.get(to);
            let from = others.iter().filter(|from| {
                *from != to
                    && !self.map.share_stack(**from, *to)
                    && each.is_none_or(|each| !each.contains(from))
            });
            pairs.extend(from.map(|from| (*from, *to)));
        }
        pairs.order();
        pairs
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
