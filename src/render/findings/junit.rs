//! JUnit XML: a test case for each finding, and one for each rule that found
//! nothing. What could not be looked at and what is set aside was skipped.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::view::FindingsView;
use super::{evidence, places, set_aside};
use crate::model::words::full_stop;
use crate::model::{Finding, NotLooked, SetAside};
use crate::render::style::Style;
use crate::render::{escape, fix, junit};

/// Writes a test suite.
pub fn render(view: &FindingsView, _style: &Style) -> String {
    let diagnosis = view.diagnosis;
    let mut suite = TestSuite::new("netmap doctor");
    for rule in &diagnosis.rules {
        let found = diagnosis.findings.iter().filter(|finding| finding.rule == *rule);
        let aside = diagnosis.set_aside.iter().filter(|aside| aside.finding.rule == *rule);
        let cases: Vec<TestCase> =
            found.map(|finding| told(view, finding)).chain(aside.map(skipped)).collect();
        if cases.is_empty() {
            let blind = diagnosis.not_looked.iter().filter(|note| note.rule == *rule);
            suite.add_test_case(nothing_found(rule, &blind.collect::<Vec<_>>()));
        }
        suite.add_test_cases(cases);
    }
    junit::report("netmap doctor", suite)
}

/// A finding: a failure where it is bad enough for one, else a remark.
fn told(view: &FindingsView, finding: &Finding) -> TestCase {
    let mut lines: Vec<String> =
        finding.evidence.iter().map(|seen| full_stop(&evidence::sentence(seen))).collect();
    lines.extend(junit::fix(&fix::lines(&finding.fix)));
    let summary = escape::terminal(&finding.summary).into_owned();
    let description = junit::lines(&lines);
    let mut case = if view.is_failure(finding.severity) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status
            .set_message(summary)
            .set_type(finding.severity.as_str())
            .set_description(description);
        case(finding, status)
    } else {
        let mut case = case(finding, TestCaseStatus::success());
        case.set_system_out(format!("{}: {summary}\n{description}", finding.severity));
        case
    };
    if let Some(place) = places::places(finding).first() {
        case.extra.insert("file".into(), escape::terminal(&place.file).into_owned().into());
        case.extra.insert("line".into(), place.line.to_string().into());
    }
    case
}

fn skipped(aside: &SetAside) -> TestCase {
    let mut status = TestCaseStatus::skipped();
    status.set_message(escape::terminal(&set_aside::why(aside)).into_owned());
    case(&aside.finding, status)
}

/// `exposed-to-the-world: db`: stays the same as long as the finding does.
fn case(finding: &Finding, status: TestCaseStatus) -> TestCase {
    let name = format!("{}: {}", finding.rule, finding.subjects.join(", "));
    let mut case = TestCase::new(escape::terminal(&name), status);
    case.set_classname("netmap doctor");
    case
}

/// A rule that found nothing: it passes if it could see all that it needs.
fn nothing_found(rule: &str, blind: &[&NotLooked]) -> TestCase {
    let status = if blind.is_empty() {
        TestCaseStatus::success()
    } else {
        let why: Vec<String> = blind.iter().map(|note| note.in_short()).collect();
        let mut status = TestCaseStatus::skipped();
        let why = format!("could not look: {}", why.join("; "));
        status.set_message(escape::terminal(&why).into_owned());
        status
    };
    let mut case = TestCase::new(rule, status);
    case.set_classname("netmap doctor");
    case
}
