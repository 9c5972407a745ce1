//! Asks the rules, and makes one diagnosis of what they say.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::case::Case;
use super::fix_in_file;
use super::in_the_way::Obstacle;
use super::narrow;
use super::recreate::settled;
use super::rule::Rule;
use super::rules::{CRASHED, FAIL_NOTHING, RECONNECTS, RULES, UNEXPLAINED};
use super::sight::Sight;
use super::signs::owned;
use crate::graph::{Comparison, Map, Selection};
use crate::model::{
    Action, ContainerAt, Diagnosis, Evidence, Finding, Handle, Maker, NotLooked, NotSeen, Severity,
    Step, TroubleKind,
};
use crate::order::OrderBy;

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
    judged(&Case::new(map, comparison), &|_| true, &wanted)
}

/// Likewise, of those alone that somebody asks about: findings about others are
/// left out, and what could not be seen of whoever has nothing to do with it.
pub fn diagnose_about(
    map: &Map,
    comparison: Option<&Comparison>,
    asked: &Selection,
    wanted: impl Fn(&Rule) -> bool,
) -> Diagnosis {
    let case = Case::new(map, comparison);
    let concerned = narrow::needed(&case, asked, |_| true);
    let mut diagnosis = judged(&case, &|at| concerned.contains(&at), &wanted);
    narrow::keep(&mut diagnosis, map, asked);
    // Of the others it is not said that they have no problems.
    diagnosis.containers = asked.containers.len();
    diagnosis.networks = asked.networks.iter().filter(|at| map.is_somebodys(**at)).count();
    diagnosis
}

/// What the rules say of a case, as far as it is `concerned` containers whose
/// insides could not be seen.
fn judged(
    case: &Case,
    concerned: &dyn Fn(ContainerAt) -> bool,
    wanted: &dyn Fn(&Rule) -> bool,
) -> Diagnosis {
    let map = case.map;
    let mut diagnosis = Diagnosis {
        containers: map.snapshot().containers.len(),
        networks: map.networks().filter(|at| map.is_somebodys(*at)).count(),
        ..Diagnosis::default()
    };
    let mut unseen: BTreeMap<Sight, Vec<NotSeen>> = BTreeMap::new();
    for rule in RULES.iter().filter(|rule| wanted(rule)) {
        // Measuring and listening are the user's to ask for; without, such a rule
        // is not asked.
        let asked = rule.needs.iter().all(|sight| sight.is_there(case));
        let mut judgement = (rule.judge)(case);
        // One that misses more than that was asked after all, as far as it can do without.
        if asked || !judgement.not_looked.is_empty() {
            diagnosis.rules.push(rule.name);
        }
        judgement.findings.order_by(|a, b| a.subjects.cmp(&b.subjects));
        diagnosis.findings.append(&mut judgement.findings);
        let missed = rule.needs.iter().map(|sight| {
            unseen.entry(*sight).or_insert_with(|| sight.unseen(case, concerned)).clone()
        });
        let told = judgement.not_looked.into_iter().map(|why| vec![NotSeen::Told { why }]);
        let notes = missed.chain(told).filter(|unseen| !unseen.is_empty());
        diagnosis.not_looked.extend(notes.map(|unseen| NotLooked { rule: rule.name, unseen }));
    }
    drop_explained(&mut diagnosis.findings);
    add_symptoms(&mut diagnosis.findings, case);
    for finding in &mut diagnosis.findings {
        fix_in_file::settle(finding, case);
    }
    // Stable: within a severity, the registry's order.
    diagnosis.findings.order_by_key(|finding| Reverse(finding.severity));
    recreate_once(&mut diagnosis.findings);
    diagnosis
}

/// The containers that dial something, by what shows a finding.
fn dialling(finding: &Finding) -> impl Iterator<Item = &String> {
    finding.evidence.iter().flat_map(|evidence| match evidence {
        Evidence::Dial(dial) => std::slice::from_ref(&dial.container),
        Evidence::Same { containers } => containers,
        _ => &[],
    })
}

/// The containers whose own failures a problem explains: who dials in vain and not who is
/// dialled or, where nobody is seen to dial, all that it is about.
fn failing(problem: &Finding) -> Vec<&String> {
    if FAIL_NOTHING.contains(&problem.rule) {
        return Vec::new();
    }
    let dialling: Vec<&String> = dialling(problem).collect();
    if dialling.is_empty() { problem.subjects.iter().collect() } else { dialling }
}

/// Drops what is most likely a consequence of another problem: a failure that
/// nothing explains of a container which fails by one, and the end of a
/// container that dials something in vain, unless its last words are of
/// something else.
fn drop_explained(findings: &mut Vec<Finding>) {
    let is_problem = |finding: &&Finding| {
        ![UNEXPLAINED, CRASHED].contains(&finding.rule) && finding.severity > Severity::Info
    };
    let problems = || findings.iter().filter(is_problem);
    let failing: HashSet<String> = problems().flat_map(failing).cloned().collect();
    let dialling: HashSet<String> = problems().flat_map(dialling).cloned().collect();
    let of_something_else = |evidence: &Evidence| match evidence {
        Evidence::LastWords { trouble, .. } => {
            !trouble.is_of_network() && *trouble != TroubleKind::Other
        }
        _ => false,
    };
    // By subject, the errors about it.
    let mut errors: HashMap<&str, Vec<&Finding>> = HashMap::new();
    let is_other = |f: &&Finding| f.severity == Severity::Error && f.rule != RECONNECTS;
    for finding in findings.iter().filter(is_other) {
        for subject in &finding.subjects {
            errors.entry(subject).or_default().push(finding);
        }
    }
    let of_all = |subjects: &[String]| {
        let of_each = subjects.iter().map(|subject| errors.get(&**subject));
        let fewest = of_each.min_by_key(|errors| errors.map_or(0, |errors| errors.len()));
        let mut others = fewest.flatten().into_iter().flatten();
        others.any(|other| subjects.iter().all(|subject| other.subjects.contains(subject)))
    };
    let explained: HashSet<Vec<String>> = findings
        .iter()
        .filter(|finding| finding.rule == RECONNECTS && of_all(&finding.subjects))
        .map(|finding| finding.subjects.clone())
        .collect();
    findings.retain(|finding| {
        let mut about = finding.subjects.iter();
        match finding.rule {
            UNEXPLAINED => !about.any(|name| failing.contains(name)),
            RECONNECTS => !explained.contains(&finding.subjects),
            CRASHED => {
                !about.any(|name| dialling.contains(name))
                    || finding.evidence.iter().any(of_something_else)
            }
            _ => true,
        }
    });
}

/// Says what follows from the troubles of containers where each is first
/// reported: at the container itself, or at what it waits for.
fn add_symptoms(findings: &mut [Finding], case: &Case) {
    let mut about: HashMap<&str, usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        for subject in &finding.subjects {
            about.entry(subject).or_insert(at);
        }
    }
    let waiting = case.obstructed(|edge, obstacle| {
        let to = edge.container()?;
        let in_vain = match obstacle {
            Obstacle::Down => {
                let ended = !case.container(to).state.has_network() || case.is_looping(to);
                ended && case.has_cause(to)
            }
            Obstacle::NobodyListens(_) => case.is_held_up(to),
            Obstacle::Unhealthy => case.is_unhealthy_for_another(to),
            _ => false,
        };
        in_vain.then_some(to)
    });
    let waiting = waiting.into_iter().map(|(to, edges)| {
        let (clients, container) = (owned(&case.clients(&edges)), case.name(to).to_owned());
        (to, Evidence::WaitInVain { clients, container })
    });
    let held_up = case.containers().filter(|at| case.is_held_up(*at)).filter_map(|at| {
        let host_port = case.container(at).published.first()?.host_port?;
        let container = case.name(at).to_owned();
        Some((at, Evidence::DoesNotAnswer { container, host_port }))
    });
    let mut held_back: BTreeMap<ContainerAt, Vec<String>> = BTreeMap::new();
    for at in case.containers() {
        if let Some(dependency) = case.is_held_back_by(at) {
            held_back.entry(dependency).or_default().push(case.name(at).to_owned());
        }
    }
    let held_back = held_back.into_iter().map(|(at, containers)| {
        let container = case.name(at).to_owned();
        (at, Evidence::HeldBack { containers, container })
    });
    let symptoms: Vec<(usize, Evidence)> = waiting
        .chain(held_up)
        .chain(held_back)
        .filter_map(|(at, symptom)| {
            let mut chain = case.chain(at).into_iter();
            Some((chain.find_map(|at| about.get(case.name(at)).copied())?, symptom))
        })
        .collect();
    for (at, symptom) in symptoms {
        findings[at].evidence.push(symptom);
    }
}

/// Findings whose fixes re-create the same container get one fix that does
/// all that theirs do: the second of two would undo what the first has done.
/// What is only good to know fixes nothing beside a problem.
fn recreate_once(findings: &mut [Finding]) {
    let recreated = |step: &Step| match &step.action {
        Action::Recreate(recreate)
            if !matches!(recreate.by, Maker::Other { .. } | Maker::Later) =>
        {
            Some(recreate.container.clone())
        }
        _ => None,
    };
    let mut links = Links::between(findings.len());
    let mut first: HashMap<(bool, Handle), usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let problem = finding.severity > Severity::Info;
        for handle in finding.fix.iter().filter_map(recreated) {
            links.join(*first.entry((problem, handle)).or_insert(at), at);
        }
    }
    for group in links.groups().into_iter().filter(|group| group.len() > 1) {
        let steps = group.iter().flat_map(|at| findings[*at].fix.clone()).collect();
        let fix = settled(steps);
        for at in group {
            findings[at].fix.clone_from(&fix);
        }
    }
}

/// Which of a number of things belong together, directly or by way of others.
struct Links {
    /// For each thing one before it that it belongs to, or itself.
    parents: Vec<usize>,
}

impl Links {
    /// Each thing alone.
    fn between(count: usize) -> Self {
        Self { parents: (0..count).collect() }
    }

    /// The first of those that a thing belongs to. The way there is halved, so
    /// that no way stays long.
    fn root(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }

    /// The things that belong together, in order.
    fn groups(mut self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.parents.len() {
            groups.entry(self.root(at)).or_default().push(at);
        }
        groups.into_values().collect()
    }
}
