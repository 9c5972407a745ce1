//! Judging a setup: what is wrong with it, how that was seen, and what mends
//! it. Pure: a map with what was observed goes in, findings come out, so a
//! recorded setup gets the same findings as a live one.
//!
//! A [`Case`] is put together once: the map, what was seen inside the
//! containers, the wanted edges ([`wanted`]) and the first obstacle of each
//! ([`obstacle`]). Each [`Rule`] in [`rules`] then looks at the case.

mod case;
mod index;
mod mend;
mod obstacle;
mod planned;
mod rule;
pub mod rules;
mod wanted;
pub mod why;

pub use case::Case;
pub use rule::{Judgement, Rule, Sight};
pub use rules::{RULES, rule_named};

use std::collections::{BTreeMap, HashMap};

use crate::graph::{Comparison, Map};
use crate::model::{Diagnosis, NotLooked};

/// Asks the rules that `wanted` lets through about a map with what was
/// observed in it, and about a probe beside it if there is one.
pub fn diagnose(
    map: &Map,
    comparison: Option<&Comparison>,
    wanted: impl Fn(&Rule) -> bool,
) -> Diagnosis {
    let case = Case::new(map, comparison);
    let mut diagnosis = Diagnosis {
        containers: map.snapshot().containers.len(),
        networks: map.snapshot().networks.len(),
        ..Diagnosis::default()
    };
    let mut unseen: BTreeMap<Sight, Option<String>> = BTreeMap::new();
    for rule in RULES.iter().filter(|rule| wanted(rule)) {
        // Measuring is the user's to ask for; without, such a rule is not asked.
        let asked = comparison.is_some() || !rule.needs.contains(&Sight::Probe);
        if asked {
            diagnosis.rules.push(rule.name);
        }
        let mut judgement = (rule.judge)(&case);
        judgement.findings.sort_by(|a, b| a.subjects.cmp(&b.subjects));
        diagnosis.findings.append(&mut judgement.findings);
        let missed = rule.needs.iter().filter_map(|sight| {
            unseen.entry(*sight).or_insert_with(|| case.unseen(*sight)).clone()
        });
        for why in missed.chain(judgement.not_looked) {
            diagnosis.not_looked.push(NotLooked { rule: rule.name, why });
        }
    }
    let mut about: HashMap<String, usize> = HashMap::new();
    for (at, finding) in diagnosis.findings.iter().enumerate() {
        for subject in &finding.subjects {
            about.entry(subject.clone()).or_insert(at);
        }
    }
    for (name, symptom) in case.symptoms() {
        if let Some(at) = about.get(name) {
            diagnosis.findings[*at].evidence.push(symptom);
        }
    }
    for finding in &mut diagnosis.findings {
        planned::settle(finding, map.snapshot());
        mend::say_where(finding, map.snapshot());
    }
    // Stable: within a severity, the registry's order.
    diagnosis.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    diagnosis
}

#[cfg(test)]
mod index_tests;
#[cfg(test)]
mod tests;
