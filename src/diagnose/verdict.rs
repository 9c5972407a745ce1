//! Asks the rules, and makes one diagnosis of what they say.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::case::Case;
use super::fix::settled;
use super::fix_in_file;
use super::in_the_way::Obstacle;
use super::rule::Rule;
use super::rules::{CRASHED, RULES, UNEXPLAINED};
use super::sight::Sight;
use super::signs::owned;
use crate::graph::{Comparison, Map};
use crate::model::{
    Action, Diagnosis, Evidence, Finding, Handle, Maker, NotLooked, Severity, Step, TroubleKind,
};

/// Asks the rules that `wanted` lets through about a map with what was
/// observed in it, and about a probe beside it if there is one.
///
/// # Examples
///
/// ```
/// use netmap::diagnose::diagnose;
/// use netmap::graph::Map;
///
/// let snapshot = netmap::sample::read("wrong-name")?;
/// let diagnosis = diagnose(&Map::new(&snapshot), None, |_| true);
/// assert_eq!(diagnosis.findings[0].rule, "wrong-name");
/// # Ok::<(), netmap::error::Error>(())
/// ```
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
            unseen.entry(*sight).or_insert_with(|| sight.unseen(&case)).clone()
        });
        for why in missed.chain(judgement.not_looked) {
            diagnosis.not_looked.push(NotLooked { rule: rule.name, why });
        }
    }
    drop_explained(&mut diagnosis.findings);
    add_symptoms(&mut diagnosis.findings, &case);
    for finding in &mut diagnosis.findings {
        fix_in_file::settle(finding, &case);
    }
    // Stable: within a severity, the registry's order.
    diagnosis.findings.sort_by_key(|finding| Reverse(finding.severity));
    recreate_once(&mut diagnosis.findings);
    diagnosis
}

/// Drops what is most likely a consequence of another problem: a failure that
/// nothing explains of a container about which there is one, and the end of a
/// container that dials something in vain, unless its last words are of
/// something else.
fn drop_explained(findings: &mut Vec<Finding>) {
    let is_problem = |finding: &&Finding| {
        ![UNEXPLAINED, CRASHED].contains(&finding.rule) && finding.severity > Severity::Info
    };
    let problems = || findings.iter().filter(is_problem);
    let subjects: HashSet<String> =
        problems().flat_map(|finding| finding.subjects.iter().cloned()).collect();
    let dialling: HashSet<String> = problems()
        .flat_map(|finding| &finding.evidence)
        .flat_map(|evidence| match evidence {
            Evidence::Dial(dial) => std::slice::from_ref(&dial.container),
            Evidence::Same { containers } => containers,
            _ => &[],
        })
        .cloned()
        .collect();
    let of_something_else = |evidence: &Evidence| match evidence {
        Evidence::LastWords { trouble, .. } => {
            !trouble.is_of_network() && *trouble != TroubleKind::Other
        }
        _ => false,
    };
    findings.retain(|finding| {
        let mut about = finding.subjects.iter();
        match finding.rule {
            UNEXPLAINED => !about.any(|name| subjects.contains(name)),
            CRASHED => {
                !about.any(|name| dialling.contains(name))
                    || finding.evidence.iter().any(of_something_else)
            }
            _ => true,
        }
    });
}

/// Says what follows from the troubles of containers where each is first
/// reported.
fn add_symptoms(findings: &mut [Finding], case: &Case) {
    let mut about: HashMap<String, usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        for subject in &finding.subjects {
            about.entry(subject.clone()).or_insert(at);
        }
    }
    let waiting = case.obstructed(|edge, obstacle| {
        let to = edge.container()?;
        let ended = !case.container(to).state.has_network() || case.is_looping(to);
        (*obstacle == Obstacle::Down && ended && case.trouble_of(to).is_some()).then_some(to)
    });
    let waiting = waiting.into_iter().map(|(to, edges)| {
        let (clients, container) = (owned(&case.clients(&edges)), case.name(to).to_owned());
        (case.name(to), Evidence::WaitInVain { clients, container })
    });
    let held_up = case.containers().filter(|at| case.is_held_up(*at)).filter_map(|at| {
        let host_port = case.container(at).published.first()?.host_port?;
        let name = case.name(at);
        Some((name, Evidence::DoesNotAnswer { container: name.to_owned(), host_port }))
    });
    for (name, symptom) in waiting.chain(held_up) {
        if let Some(at) = about.get(name) {
            findings[*at].evidence.push(symptom);
        }
    }
}

/// Findings whose fixes re-create the same container get one fix that does
/// all that theirs do: the second of two would undo what the first has done.
/// What is only good to know fixes nothing beside a problem.
fn recreate_once(findings: &mut [Finding]) {
    let recreated = |step: &Step| match &step.action {
        Action::Recreate(recreate) if !matches!(recreate.by, Maker::Other { .. }) => {
            Some(recreate.container.clone())
        }
        _ => None,
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: HashMap<(bool, Handle), usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let problem = finding.severity > Severity::Info;
        let keys: Vec<_> =
            finding.fix.iter().filter_map(recreated).map(|handle| (problem, handle)).collect();
        if keys.is_empty() {
            continue;
        }
        let mut known: Vec<usize> =
            keys.iter().filter_map(|key| group_of.get(key).copied()).collect();
        known.sort_unstable();
        known.dedup();
        let group = match known.first() {
            Some(group) => *group,
            None => {
                groups.push(Vec::new());
                groups.len() - 1
            }
        };
        for other in known.into_iter().skip(1) {
            let joined = std::mem::take(&mut groups[other]);
            groups[group].extend(joined);
            group_of.values_mut().filter(|of| **of == other).for_each(|of| *of = group);
        }
        groups[group].push(at);
        group_of.extend(keys.into_iter().map(|key| (key, group)));
    }
    for group in groups.iter_mut().filter(|group| group.len() > 1) {
        group.sort_unstable();
        let steps = group.iter().flat_map(|at| findings[*at].fix.clone()).collect();
        let fix = settled(steps);
        for at in group.iter() {
            findings[*at].fix.clone_from(&fix);
        }
    }
}
