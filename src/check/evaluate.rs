//! Holding assertions against a map, a probe's measurements and the doctor's
//! findings. What was measured decides; where nothing was, the map does, and
//! the verdict says so.

use std::collections::BTreeSet;

use super::facts::{container, network};
use super::findings;
use super::ways::Ways;
use super::who::Who;
use super::{CheckFile, Claim};
use crate::graph::Map;
use crate::model::{By, ContainerAt, Diagnosis, Finding, Knock, NetworkAt, Probe};
use crate::yaml::Spot;

/// Whether an assertion holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It cannot be told.
    Unknown,
}

impl Status {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// What the engine says.
    Engine,
    /// What was measured.
    Measured,
    /// What the map predicts, at least in part.
    Map,
}

impl Basis {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Measured => "measured",
            Self::Map => "map",
        }
    }
}

/// What came of an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The assertion, as the file has it.
    pub assertion: String,
    /// Where it stands in the file.
    pub place: Spot,
    /// Whether it holds.
    pub status: Status,
    /// What it rests on.
    pub basis: Basis,
    /// What is to be, in words.
    pub expected: String,
    /// What is, in words; a line each for what differs from pair to pair.
    pub observed: String,
    /// Names of the containers and networks it is about, as far as they are there.
    pub subjects: Vec<String>,
    /// What the doctor found that is behind it, if it found something.
    pub cause: Option<Finding>,
}

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

/// Something that would have to be measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// From this container
    pub from: ContainerAt,
    /// to that one,
    pub to: ContainerAt,
    /// by name or by address:
    pub by: By,
    /// this name or address
    pub target: String,
    /// on this network,
    pub network: Option<NetworkAt>,
    /// sending this.
    pub knock: Knock,
}

/// What stands behind a verdict: status, basis, and what is seen, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sight {
    pub status: Status,
    pub basis: Basis,
    pub observed: String,
}

impl Sight {
    pub fn new(status: Status, basis: Basis, observed: impl Into<String>) -> Self {
        Self { status, basis, observed: observed.into() }
    }

    /// What the engine says of a thing that is so, or is not.
    pub fn fact(holds: bool, observed: impl Into<String>) -> Self {
        let status = if holds { Status::Pass } else { Status::Fail };
        Self::new(status, Basis::Engine, observed)
    }
}

/// Judges every assertion of a file, in its order.
pub fn evaluate(file: &CheckFile, evidence: &Evidence) -> Vec<Verdict> {
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
            Claim::Findings(claim) => {
                let sight = findings::judge(claim, evidence.diagnosis, &mut subjects);
                (sight, assertion.text.clone())
            }
        };
        let cause = evidence
            .diagnosis
            .filter(|_| sight.status != Status::Pass)
            .and_then(|diagnosis| findings::behind(diagnosis, &subjects));
        Verdict {
            assertion: assertion.text.clone(),
            place: assertion.place,
            status: sight.status,
            basis: sight.basis,
            expected,
            observed: sight.observed,
            subjects,
            cause: cause.cloned(),
        }
    });
    verdicts.collect()
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
            Claim::Network(..) | Claim::Container(..) | Claim::Findings(_) => {}
        }
    }
    questions.into_iter().collect()
}
