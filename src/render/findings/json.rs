//! A diagnosis for scripts: the contract `netmap-findings/1`.

use serde::Serialize;

use super::evidence;
use super::view::FindingsView;
use crate::model::{Evidence, Severity, Step, to_json};
use crate::render::fix;
use crate::render::style::Style;

/// The document.
#[derive(Serialize)]
struct Document<'a> {
    /// Always `netmap-findings/1`.
    schema: &'static str,
    /// The worst first.
    findings: Vec<Row<'a>>,
    /// What could not be looked at, and therefore is neither wrong nor fine.
    not_looked: Vec<NotLooked<'a>>,
}

/// A finding.
#[derive(Serialize)]
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
}

/// A rule that could not see what it needs.
#[derive(Serialize)]
struct NotLooked<'a> {
    rule: &'a str,
    why: &'a str,
}

/// Writes the document.
pub fn render(view: &FindingsView, _style: &Style) -> String {
    let findings = view.diagnosis.findings.iter().map(|finding| Row {
        rule: finding.rule,
        severity: finding.severity,
        subjects: &finding.subjects,
        summary: &finding.summary,
        evidence: finding.evidence.iter().map(evidence::sentence).collect(),
        signs: &finding.evidence,
        fix: fix::lines(&finding.fix),
        steps: &finding.fix,
    });
    let not_looked = view.diagnosis.not_looked.iter();
    let document = Document {
        schema: "netmap-findings/1",
        findings: findings.collect(),
        not_looked: not_looked.map(|n| NotLooked { rule: n.rule, why: &n.why }).collect(),
    };
    to_json(&document)
}
