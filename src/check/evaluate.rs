//! Holding assertions against a map, a probe's measurements and the doctor's
//! findings. What was measured decides; where nothing was, the map does, and
//! the verdict says so.

use std::collections::BTreeSet;

use super::facts::{container, network};
use super::findings;
use super::flows;
use super::verdict::{Basis, CheckStatus, CheckVerdict, Question};
use super::ways::Ways;
use super::who::Who;
use super::{CheckFile, Claim};
use crate::graph::Map;
use crate::model::{ContainerAt, Diagnosis, Fault, Probe};
use crate::yaml::Spot;

/// What assertions are held against.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The map.
    pub map: &'a Map<'a>,
    /// What was measured, if anything was.
    pub probe: Option<&'a Probe>,
    /// What the doctor found, if it was asked.
    pub diagnosis: Option<&'a Diagnosis>,
    /// The containers that the command line lets quantifiers speak of.
    pub chosen: &'a BTreeSet<ContainerAt>,
}

/// Judges every assertion of a file, in its order. One that goes without saying
/// comes first where it does not hold: that what is planned can come up at all.
///
/// # Examples
///
/// ```
/// use netmap::check::{CheckStatus, Evidence, evaluate, read};
/// use netmap::graph::Map;
///
/// let file = read("containers:\n  web: {state: running}\n").expect("a check file");
/// let snapshot = netmap::sample::read("wrong-name")?;
/// let map = Map::new(&snapshot);
/// let chosen = map.containers().collect();
/// let evidence = Evidence { map: &map, probe: None, diagnosis: None, chosen: &chosen };
/// assert_eq!(evaluate(&file, &evidence)[0].status, CheckStatus::Pass);
/// # Ok::<(), netmap::error::Error>(())
/// ```
pub fn evaluate(file: &CheckFile, evidence: &Evidence) -> Vec<CheckVerdict> {
    let mut verdicts: Vec<CheckVerdict> = refused(evidence.map).into_iter().collect();
    verdicts.extend(asserted(file, evidence));
    verdicts
}

/// What Compose or the engine will refuse of a plan.
fn refused(map: &Map) -> Option<CheckVerdict> {
    let plan = map.snapshot().plan.as_ref().filter(|plan| !plan.faults.is_empty())?;
    let told = plan.faults.iter().map(|fault| {
        let Fault { place, path, why, .. } = fault;
        if path.is_empty() { format!("{place}: {why}") } else { format!("{place} `{path}`: {why}") }
    });
    Some(CheckVerdict {
        assertion: "the compose files can be carried out".to_owned(),
        place: Spot { file: 0, line: 1, column: 1 },
        status: CheckStatus::Fail,
        basis: Basis::Engine,
        expected: "Compose and the engine take the compose files".to_owned(),
        observed: told.collect::<Vec<_>>().join("\n"),
        subjects: Vec::new(),
        cause: None,
        is_about_findings: false,
    })
}

fn asserted(file: &CheckFile, evidence: &Evidence) -> Vec<CheckVerdict> {
    let who = Who::new(evidence.map, file, evidence.chosen);
    let ways = Ways::new(evidence.map, &who, evidence.probe);
    let verdicts = file.assertions.iter().map(|assertion| {
        let mut subjects = Vec::new();
        let (sight, expected) = match &assertion.claim {
            Claim::Network(name, claim) => {
                subjects.push(name.clone());
                (network(evidence.map, &who, name, claim), format!("{name} {}", claim.words()))
            }
            Claim::Container(name, claim) => {
                subjects.push(name.clone());
                (container(evidence.map, &who, name, claim), format!("{name} {}", claim.words()))
            }
            Claim::Resolves { from, names, wanted } => {
                (ways.resolves(from, names, *wanted, &mut subjects), assertion.text.clone())
            }
            Claim::Reaches(arrow) => (ways.reaches(arrow, &mut subjects), arrow.words()),
            Claim::Isolated => (
                ways.isolated(file, &mut subjects),
                "no way between containers but those the file speaks of".to_owned(),
            ),
            Claim::Flows(claim) => {
                (flows::judge(evidence.map, &who, claim, &mut subjects), assertion.text.clone())
            }
            Claim::Findings(claim) => {
                let sight = findings::judge(claim, evidence.diagnosis, &who, &mut subjects);
                (sight, assertion.text.clone())
            }
        };
        let cause = evidence
            .diagnosis
            .filter(|_| {
                sight.status != CheckStatus::Pass
                    && !(sight.status == CheckStatus::Fail && keeps_apart(&assertion.claim))
            })
            .and_then(|diagnosis| findings::behind(diagnosis, &subjects));
        CheckVerdict {
            assertion: assertion.text.clone(),
            place: assertion.place,
            status: sight.status,
            basis: sight.basis,
            expected,
            observed: sight.observed,
            subjects,
            cause: cause.cloned(),
            is_about_findings: matches!(assertion.claim, Claim::Findings(_)),
        }
    });
    verdicts.collect()
}

/// Whether a claim is that nothing gets through. Where something does, what the
/// doctor finds in the way of others is no reason for it.
fn keeps_apart(claim: &Claim) -> bool {
    match claim {
        Claim::Reaches(arrow) => !arrow.wanted && arrow.class.is_none(),
        Claim::Isolated => true,
        _ => false,
    }
}

/// What would have to be measured to judge a file, each once, in order of
/// source and target.
pub fn questions(file: &CheckFile, map: &Map, chosen: &BTreeSet<ContainerAt>) -> Vec<Question> {
    let who = Who::new(map, file, chosen);
    let ways = Ways::new(map, &who, None);
    let mut questions = BTreeSet::new();
    for assertion in &file.assertions {
        match &assertion.claim {
            Claim::Resolves { from, names, .. } => ways.ask_names(from, names, &mut questions),
            Claim::Reaches(arrow) => ways.ask_arrow(arrow, &mut questions),
            Claim::Isolated => ways.ask_isolated(file, &mut questions),
            Claim::Network(..) | Claim::Container(..) | Claim::Findings(_) | Claim::Flows(_) => {}
        }
    }
    questions.into_iter().collect()
}
