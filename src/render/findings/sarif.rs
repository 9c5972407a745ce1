//! SARIF 2.1.0, which code-hosting sites and editors read. A finding in a plan
//! is at its lines; one of what runs is at its containers. What is ignored is
//! suppressed with its reason, what a baseline has is unchanged.

use std::collections::HashMap;

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::view::FindingsView;
use super::{evidence, places, set_aside};
use crate::diagnose::{RULES, Rule};
use crate::model::words::full_stop;
use crate::model::{Because, Finding, IgnoredBy, Place, SetAside, Severity, to_json};
use crate::render::style::Style;
use crate::render::{escape, fix};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes the document.
pub fn render(view: &FindingsView, _style: &Style) -> String {
    let diagnosis = view.diagnosis;
    let all = diagnosis.findings.iter().map(|finding| (finding, None));
    let aside = diagnosis.set_aside.iter().map(|aside| (&aside.finding, Some(aside)));
    let all: Vec<_> = all.chain(aside).collect();
    let is_named = |rule: &&Rule| {
        diagnosis.rules.contains(&rule.name) || all.iter().any(|(f, _)| f.rule == rule.name)
    };
    let rules: Vec<&Rule> = RULES.iter().filter(is_named).collect();
    let mut fingerprints = Fingerprints::default();
    let results = all.into_iter().map(|(finding, aside)| {
        let mut result = result(finding, &rules);
        result["partialFingerprints"] = json!({"netmapFinding/v1": fingerprints.of(finding)});
        if view.has_baseline {
            let known = aside.is_some_and(|aside| aside.because == Because::Known);
            result["baselineState"] = json!(if known { "unchanged" } else { "new" });
        }
        if let Some(suppression) = aside.and_then(suppression) {
            result["suppressions"] = json!([suppression]);
        }
        result
    });
    let results: Vec<Value> = results.collect();
    let notes = diagnosis.not_looked.iter().map(|note| {
        json!({
            "level": "note",
            "message": message(&format!("Could not look: {}", note.in_short())),
            "associatedRule": {"id": note.rule},
        })
    });
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "netmap",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notes.collect::<Vec<_>>(),
            }],
            "results": results,
        }],
    });
    to_json(&document)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn descriptor(rule: &Rule) -> Value {
    let help = format!("{}\n\nHow to fix it: {}", rule.meaning, rule.fix);
    json!({
        "id": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": help, "markdown": help},
        "defaultConfiguration": {"level": level(rule.severity)},
    })
}

fn result(finding: &Finding, rules: &[&Rule]) -> Value {
    let mut places = places::places(finding).into_iter();
    let logical: Vec<Value> =
        finding.subjects.iter().map(|name| json!({"name": &*escape::terminal(name)})).collect();
    let mut location = json!({"logicalLocations": logical});
    if let Some(place) = places.next() {
        location["physicalLocation"] = physical(place);
    }
    let fix = fix::lines(&finding.fix);
    let mut lines = vec![full_stop(&finding.summary)];
    lines.extend(finding.evidence.iter().map(|seen| full_stop(&evidence::sentence(seen))));
    if !fix.is_empty() {
        lines.push("To fix it:".to_owned());
        lines.extend(fix.iter().cloned());
    }
    let lines: Vec<_> = lines.iter().map(|line| escape::terminal(line)).collect();
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": message(&lines.join("\n")),
        "locations": [location],
        "properties": {"fix": fix},
    });
    if let Some(index) = rules.iter().position(|rule| rule.name == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    let related: Vec<Value> =
        places.map(|place| json!({"physicalLocation": physical(place)})).collect();
    if !related.is_empty() {
        result["relatedLocations"] = json!(related);
    }
    result
}

/// A message in which nothing that others wrote is a link.
fn message(text: &str) -> Value {
    json!({"text": text.replace("](", "\\](")})
}

fn physical(place: &Place) -> Value {
    let (uri, is_relative) = places::uri(&place.file);
    let mut artifact = json!({"uri": uri});
    if is_relative {
        artifact["uriBaseId"] = json!("%SRCROOT%");
    }
    json!({
        "artifactLocation": artifact,
        "region": {"startLine": place.line, "startColumn": place.column},
    })
}

fn suppression(aside: &SetAside) -> Option<Value> {
    let Because::Ignored { by, .. } = &aside.because else { return None };
    let kind = match by {
        IgnoredBy::Label(_) => "inSource",
        IgnoredBy::Option | IgnoredBy::Config => "external",
    };
    let why = set_aside::why(aside);
    Some(json!({"kind": kind, "justification": escape::terminal(&why)}))
}

/// What a finding is known by in the next run, whatever lines were added above
/// it: rule and subjects, and its number among those with the same ones.
#[derive(Default)]
struct Fingerprints {
    seen: HashMap<String, usize>,
}

impl Fingerprints {
    fn of(&mut self, finding: &Finding) -> String {
        let text = format!("{}\0{}", finding.rule, finding.subjects.join("\0"));
        let number = self.seen.entry(text.clone()).or_default();
        *number += 1;
        let digest = digest(&SHA256, format!("{text}\0{number}").as_bytes());
        digest.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
