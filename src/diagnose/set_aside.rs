//! Taking out of a diagnosis what somebody has decided not to be told of, and
//! what a baseline has already. Nothing is dropped: it is set aside, with why.

use std::collections::{BTreeSet, HashMap};

use super::rules::rule_named;
use crate::error::Error;
use crate::graph::Map;
use crate::model::keys::label;
use crate::model::{Because, Diagnosis, Evidence, Finding, Ignore, IgnoredBy, SetAside, Severity};
use crate::order::OrderBy;

/// What is to be ignored of a setup: by those who run netmap, and by the labels
/// of containers and networks.
#[derive(Debug)]
pub struct Ignored<'a> {
    asked: Vec<Asked<'a>>,
    labels: HashMap<&'a str, Vec<Ignore>>,
}

/// Something to be ignored, with those that it is about.
#[derive(Debug)]
struct Asked<'a> {
    ignore: &'a Ignore,
    /// Names of the containers and networks that are meant; nothing for all. The
    /// error is that nothing is called so.
    of: Option<Result<BTreeSet<&'a str>, Error>>,
}

impl<'a> Asked<'a> {
    fn new(map: &'a Map<'_>, ignore: &'a Ignore) -> Self {
        let meant = |name: &String| {
            let (containers, networks) = map.meant_by(name)?;
            let containers = containers.into_iter().map(|at| map.container(at).name.as_str());
            let networks = networks.into_iter().map(|at| map.network(at).name.as_str());
            Ok(containers.chain(networks).collect())
        };
        Self { ignore, of: ignore.of.as_ref().map(meant) }
    }

    fn fits(&self, name: &str) -> bool {
        match &self.of {
            None => true,
            Some(Ok(names)) => names.contains(name),
            // What a finding is about need not be on the map.
            Some(Err(_)) => self.ignore.of.as_deref() == Some(name),
        }
    }
}

impl Asked<'_> {
    /// Why it took nothing out of a diagnosis, if it did not.
    fn idle(&self, diagnosis: &Diagnosis) -> Option<Idle<'_>> {
        let is_about = |finding: &Finding| {
            finding.rule == self.ignore.rule && troubled(finding).any(|name| self.fits(name))
        };
        if diagnosis.set_aside.iter().any(|aside| is_about(&aside.finding)) {
            return None;
        }
        if let Some(Err(error)) = &self.of {
            return Some(Idle::NoSuchName(error));
        }
        let told = diagnosis.findings.iter().find(|finding| is_about(finding));
        let other = told.and_then(|finding| troubled(finding).find(|name| !self.fits(name)));
        Some(other.map_or(Idle::NoSuchFinding, |other| Idle::OthersToo(other.to_owned())))
    }
}

/// Why something that was to be ignored changed nothing.
#[derive(Debug)]
pub enum Idle<'a> {
    /// Nothing has the name that it speaks of, as the error says.
    NoSuchName(&'a Error),
    /// The rule has no such finding here.
    NoSuchFinding,
    /// The findings are about this one, too, which is not to be ignored.
    OthersToo(String),
}

impl<'a> Ignored<'a> {
    /// What `asked` and the map's labels say.
    pub fn new(map: &'a Map<'_>, asked: &'a [Ignore]) -> Self {
        let asked = asked.iter().map(|ignore| Asked::new(map, ignore));
        let snapshot = map.snapshot();
        let containers = snapshot.containers.iter().map(|c| (c.name.as_str(), &c.labels));
        let networks = snapshot.networks.iter().map(|n| (n.name.as_str(), &n.labels));
        let mut labels: HashMap<&str, Vec<Ignore>> = HashMap::new();
        for (name, own) in containers.chain(networks) {
            if let Some(value) = own.get(label::IGNORE) {
                let by = IgnoredBy::Label(name.to_owned());
                let read = Ignore::read(value, &by).into_iter();
                // A label speaks for what it is on, and for nothing else.
                labels
                    .entry(name)
                    .or_default()
                    .extend(read.map(|ignore| Ignore { of: None, ..ignore }));
            }
        }
        Self { asked: asked.collect(), labels }
    }

    /// What labels ignore by names that no rule has: whose label, and the name.
    pub fn unknown(&self) -> Vec<(&'a str, &str)> {
        let all = self
            .labels
            .iter()
            .flat_map(|(of, ignored)| ignored.iter().map(|ignore| (*of, ignore.rule.as_str())));
        let mut unknown: Vec<_> = all.filter(|(_, rule)| rule_named(rule).is_none()).collect();
        unknown.order();
        unknown
    }

    /// What was asked for on the command line and ignores nothing of a diagnosis
    /// from which has been taken what is ignored, with why.
    pub fn idle(&self, diagnosis: &Diagnosis) -> Vec<(&'a Ignore, Idle<'_>)> {
        let options = self.asked.iter().filter(|asked| asked.ignore.by == IgnoredBy::Option);
        options.filter_map(|asked| Some((asked.ignore, asked.idle(diagnosis)?))).collect()
    }

    /// What has a finding ignored, if anything has. What is said of some
    /// containers alone covers a finding only if it covers all that have the problem.
    fn covers(&self, finding: &Finding) -> Option<&Ignore> {
        let troubled = troubled(finding);
        let mut first = None;
        for name in troubled {
            let asked =
                self.asked.iter().filter(|asked| asked.fits(name)).map(|asked| asked.ignore);
            let labels = self.labels.get(name).into_iter().flatten();
            let found = asked.chain(labels).find(|ignore| ignore.rule == finding.rule)?;
            first = first.or(Some(found));
        }
        first
    }
}

/// Those that have the problem of a finding, the main one first: the others it
/// is about are those that they dial, or that are in the way.
fn troubled(finding: &Finding) -> impl Iterator<Item = &str> {
    let main = finding.subjects.first().into_iter();
    let others = finding.evidence.iter().flat_map(|evidence| match evidence {
        Evidence::Same { containers } | Evidence::ShareOnly { containers, .. } => {
            containers.as_slice()
        }
        Evidence::Unused { networks } => networks.as_slice(),
        _ => &[],
    });
    main.chain(others).map(String::as_str)
}

/// A finding as a baseline knows it again: not by its words, which may have an
/// address or a time in them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Known {
    /// Name of the rule.
    pub rule: String,
    /// How bad it was: what has become worse is new.
    pub severity: Severity,
    /// What it was about.
    pub subjects: Vec<String>,
}

/// Sets aside what is to be ignored, and of the rest what `baseline` has: as
/// many of a kind as it has of that kind.
pub fn set_aside(diagnosis: &mut Diagnosis, ignored: &Ignored, baseline: &[Known]) {
    let mut known: HashMap<&Known, usize> = HashMap::new();
    for finding in baseline {
        *known.entry(finding).or_default() += 1;
    }
    let mut told = Vec::with_capacity(diagnosis.findings.len());
    for finding in std::mem::take(&mut diagnosis.findings) {
        let because = match ignored.covers(&finding) {
            Some(Ignore { by, reason, .. }) => {
                Some(Because::Ignored { by: by.clone(), reason: reason.clone() })
            }
            None => known.get_mut(&as_known(&finding)).and_then(|left| {
                *left = left.checked_sub(1)?;
                Some(Because::Known)
            }),
        };
        match because {
            Some(because) => diagnosis.set_aside.push(SetAside { finding, because }),
            None => told.push(finding),
        }
    }
    diagnosis.findings = told;
}

fn as_known(finding: &Finding) -> Known {
    Known {
        rule: finding.rule.to_owned(),
        severity: finding.severity,
        subjects: finding.subjects.clone(),
    }
}

#[cfg(test)]
#[path = "set_aside_tests.rs"]
mod tests;
