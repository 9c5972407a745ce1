//! A diagnosis for scripts: the contract `netmap-findings/1`.

use std::collections::HashMap;

use serde::Serialize;

use super::evidence;
use super::view::FindingsView;
use crate::model::{Because, Evidence, Finding, Severity, Step, to_json};
use crate::render::fix;
#[cfg(test)]
use crate::render::schemas;
use crate::render::style::Style;

/// The document.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Document<'a> {
    /// Always `netmap-findings/1`.
    schema: &'static str,
    /// The worst first.
    findings: Vec<Row<'a>>,
    /// What was found and is not among the findings, with why.
    set_aside: Vec<Aside<'a>>,
    /// What could not be looked at, and therefore is neither wrong nor fine.
    not_looked: Vec<NotLooked<'a>>,
}

/// A finding.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row<'a> {
    rule: &'a str,
    severity: Severity,
    /// Names of containers and networks, the main one first.
    subjects: &'a [String],
    summary: &'a str,
    /// How it was seen, a sentence each.
    evidence: Vec<String>,
    /// The same as data.
    signs: &'a [Evidence],
    /// What fixes it: lines that a shell runs as they stand; prose after `#`.
    fix: Vec<String>,
    /// The same as data.
    steps: &'a [Step],
    /// Place in `findings`, counted from 0, of the first finding that the same fix fixes,
    /// for those after it: the fix is to be done once.
    #[serde(skip_serializing_if = "Option::is_none")]
    same_fix_as: Option<usize>,
}

/// A finding that somebody wants ignored, or that a baseline has.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Aside<'a> {
    /// `ignored` or `known`.
    because: &'static str,
    /// Where it was said that it is ignored: `option`, `config` or `label`.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'static str>,
    /// The reason that was given for ignoring it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(flatten)]
    finding: Row<'a>,
}

/// A rule that could not see what it needs.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct NotLooked<'a> {
    rule: &'a str,
    why: String,
}

/// What the document is, by its types.
#[cfg(test)]
pub fn schema(name: &str) -> serde_json::Value {
    schemas::of::<Document<'_>>(name)
}

/// Writes the document.
pub fn render(view: &FindingsView, _style: &Style) -> String {
    let diagnosis = view.diagnosis;
    let aside = diagnosis.set_aside.iter().map(|aside| {
        let (because, by, reason) = match &aside.because {
            Because::Ignored { by, reason } => ("ignored", Some(by.as_str()), reason.as_deref()),
            Because::Known => ("known", None, None),
        };
        Aside { because, by, reason, finding: row(&aside.finding) }
    });
    let not_looked = diagnosis.not_looked.iter();
    let document = Document {
        schema: "netmap-findings/1",
        findings: rows(&diagnosis.findings),
        set_aside: aside.collect(),
        not_looked: not_looked.map(|n| NotLooked { rule: n.rule, why: n.why() }).collect(),
    };
    to_json(&document)
}

fn rows(findings: &[Finding]) -> Vec<Row<'_>> {
    let mut firsts: HashMap<&[Step], usize> = HashMap::new();
    let in_order = findings.iter().enumerate();
    in_order
        .map(|(at, finding)| {
            let first = *firsts.entry(&finding.fix).or_insert(at);
            let is_same = first < at && !finding.fix.is_empty();
            Row { same_fix_as: is_same.then_some(first), ..row(finding) }
        })
        .collect()
}

fn row(finding: &Finding) -> Row<'_> {
    Row {
        rule: finding.rule,
        severity: finding.severity,
        subjects: &finding.subjects,
        summary: &finding.summary,
        evidence: finding.evidence.iter().map(evidence::sentence).collect(),
        signs: &finding.evidence,
        fix: fix::lines(&finding.fix),
        steps: &finding.fix,
        same_fix_as: None,
    }
}
