//! What a new lesson tells: its title, story, task, hints and solution, as far as
//! the doctor knows them. A lesson of several problems speaks of all of them.

use std::collections::BTreeSet;

use crate::diagnose::{Rule, rule_named};
use crate::lesson::is_plain;
use crate::model::words::{count, listed, sentence_case};
use crate::model::{Diagnosis, Finding, Severity, is_unsafe};

/// What one container wants of another.
pub struct Wanted<'a> {
    pub from: &'a str,
    pub to: &'a str,
    pub port: Option<u16>,
    /// Whether a check can ask for it by the name.
    pub is_checked: bool,
}

impl Wanted<'_> {
    /// `web -> db:5432`.
    pub fn arrow(&self) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{} -> {}{port}", self.from, self.to)
    }

    fn is_of(&self, name: &str) -> bool {
        self.from == name || self.to == name
    }
}

/// The ways that a problem blocks: those between two that it is about, or else
/// those of the one that it is about.
pub fn ways_of<'w, 'a>(finding: &Finding, wanted: &'w [Wanted<'a>]) -> Vec<&'w Wanted<'a>> {
    let is_about = |name: &str| finding.subjects.iter().any(|subject| subject == name);
    let both = |way: &&Wanted| is_about(way.from) && is_about(way.to);
    let between: Vec<&Wanted> = wanted.iter().filter(both).collect();
    // What is worth no more than a warning works.
    if !between.is_empty() || finding.severity < Severity::Error {
        return between;
    }
    let of_first = |way: &&Wanted| finding.subjects.first().is_some_and(|it| way.is_of(it));
    wanted.iter().filter(of_first).collect()
}

/// Who is in a lesson, and who wants what of whom.
pub struct Story<'a> {
    pub names: Vec<&'a str>,
    /// Whether Compose made any of it.
    pub of_compose: bool,
    pub wanted: &'a [Wanted<'a>],
}

/// What is told of one problem.
struct Part {
    /// The symptom, without full stop.
    symptom: String,
    task: String,
    /// Which command shows it.
    look: String,
}

impl Story<'_> {
    /// The lesson's README.
    pub fn readme(&self, lesson: &str, diagnosis: &Diagnosis) -> String {
        let parts = self.parts(lesson, diagnosis);
        let dials: Vec<String> = (self.wanted.iter())
            .map(|wanted| format!("`{}` is to reach `{}`", wanted.from, wanted.to))
            .collect();
        let story =
            if dials.is_empty() { String::new() } else { format!(" {}.", listed(&dials, 9)) };
        let names: Vec<String> = self.names.iter().map(|name| format!("`{name}`")).collect();
        let are = if names.len() == 1 { "is" } else { "are" };
        let mut hints = vec!["`netmap show` draws who is on which network.".to_owned()];
        hints.extend(different(parts.iter().map(|part| part.look.clone())));
        let told: Vec<String> = rules(diagnosis).map(|rule| self.fitting(rule.meaning)).collect();
        hints.extend(told.iter().map(|meaning| first_sentence(meaning).to_owned()));
        if told.is_empty() {
            hints.push("What was wrong is told here.".to_owned());
        }
        let hints: String =
            hints.iter().zip(1..).map(|(hint, nth)| format!("{nth}. {hint}\n")).collect();
        format!(
            "# {}\n\nThere {are} {}.{story}\n\n## Task\n\n{}\n\n## Hints\n\n{hints}\n\
             ## Solution\n\n{}\n",
            title(&parts),
            listed(&names, 9),
            task(&parts),
            self.solution(diagnosis)
        )
    }

    /// What there is to tell of each problem; of none, that something is wrong.
    fn parts(&self, lesson: &str, diagnosis: &Diagnosis) -> Vec<Part> {
        let mut parts: Vec<Part> = Vec::new();
        for finding in problems(diagnosis) {
            let ways = ways_of(finding, self.wanted);
            if ways.is_empty() {
                let subject = finding.subjects.first().filter(|name| is_plain(name));
                parts.push(match subject {
                    Some(name) => Part {
                        symptom: format!("{name} does not work"),
                        task: format!("Find out what is wrong with `{name}`, and fix it."),
                        look: format!("`netmap doctor {name}` says what it sees."),
                    },
                    None => Part::unknown(lesson),
                });
            }
            parts.extend(ways.into_iter().map(Part::of_way));
        }
        let mut seen = BTreeSet::new();
        parts.retain(|part| seen.insert(part.task.clone()));
        if parts.is_empty() {
            parts.push(Part::unknown(lesson));
        }
        parts
    }

    /// What was wrong and what fixes it, rule by rule.
    fn solution(&self, diagnosis: &Diagnosis) -> String {
        let all: Vec<&Finding> = problems(diagnosis).collect();
        let mut parts: Vec<String> = Vec::new();
        for rule in rules(diagnosis) {
            // Of a single problem the title has told.
            if all.len() > 1 {
                let of_rule = all.iter().filter(|finding| finding.rule == rule.name);
                parts.extend(of_rule.filter_map(|finding| {
                    let summary = told(finding)?;
                    // A name has the letters that it has.
                    let is_name = finding.subjects.iter().any(|name| summary.starts_with(&**name));
                    Some(match is_name {
                        true => format!("{summary}."),
                        false => format!("{}.", sentence_case(summary)),
                    })
                }));
            }
            parts.push(self.fitting(rule.meaning));
            parts.push(self.fitting(rule.fix));
        }
        if parts.is_empty() {
            parts.push("What was wrong is told here.\n\nWhat fixes it is told here.".to_owned());
        }
        parts.join("\n\n")
    }

    /// The sentences of a rule's text that concern this setup: where Compose made
    /// nothing, a compose file is nobody's matter.
    fn fitting(&self, text: &str) -> String {
        let concerns = |sentence: &&str| {
            self.of_compose
                || !["Compose", "compose file"].iter().any(|word| sentence.contains(word))
        };
        let fitting: String = text.split_inclusive(". ").filter(concerns).collect();
        if fitting.is_empty() { text.to_owned() } else { fitting.trim_end().to_owned() }
    }
}

impl Part {
    fn of_way(way: &Wanted) -> Self {
        let Wanted { from, to, port, .. } = way;
        let on = port.map(|port| format!(" on port {port}")).unwrap_or_default();
        Self {
            symptom: format!("{from} does not reach {to}"),
            task: format!("Let `{from}` reach `{to}`{on}."),
            look: format!(
                "`netmap why {}` says which step fails.",
                way.arrow().replace(" -> ", " ")
            ),
        }
    }

    fn unknown(lesson: &str) -> Self {
        Self {
            symptom: format!("What is wrong with {lesson}"),
            task: "Find out what is wrong, and fix it.".to_owned(),
            look: "`netmap doctor` says what it sees.".to_owned(),
        }
    }
}

/// The symptoms, or the first one and how many others there are.
fn title(parts: &[Part]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.symptom.clone(),
        [first, second] => format!("{}, and {}", first.symptom, second.symptom),
        [first, others @ ..] => {
            format!("{}, and {} are wrong", first.symptom, count(others.len(), "other thing"))
        }
    }
}

fn task(parts: &[Part]) -> String {
    let tasks: Vec<&str> = parts.iter().map(|part| part.task.as_str()).collect();
    match tasks.as_slice() {
        [only] => (*only).to_owned(),
        several => {
            let things = count(several.len(), "thing");
            format!("{things} are wrong here. {}", several.join(" "))
        }
    }
}

/// Each text once, in its order.
fn different(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(text.clone())).collect()
}

/// The problems of a diagnosis, the first of them being the cause.
pub fn problems(diagnosis: &Diagnosis) -> impl Iterator<Item = &Finding> {
    diagnosis.findings.iter().filter(|finding| finding.severity > Severity::Info)
}

/// The rules that found the problems, each once.
pub fn rules(diagnosis: &Diagnosis) -> impl Iterator<Item = &'static Rule> {
    let mut seen = BTreeSet::new();
    let different = problems(diagnosis).filter(move |finding| seen.insert(finding.rule));
    different.filter_map(|finding| rule_named(finding.rule))
}

/// The summary of a problem, where nothing in it could end a comment.
pub fn told(finding: &Finding) -> Option<&str> {
    let is_told =
        finding.subjects.iter().all(|name| is_plain(name)) && !finding.summary.contains(is_unsafe);
    is_told.then_some(finding.summary.as_str())
}

pub fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or(text).trim_end()
}
