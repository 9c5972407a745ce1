//! JUnit XML, which CI systems read. An assertion that fails is a failure,
//! one that is unknown is an error. Nothing else uses quick-junit.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::view::{CheckView, cause, fix, observed};
use crate::check::CheckStatus;
use crate::render::escape;
use crate::render::style::Style;

/// Writes a test suite with a test case for each assertion.
pub fn render(view: &CheckView, _style: &Style) -> String {
    let file = escape::terminal(view.file);
    let mut suite = TestSuite::new(&file);
    for verdict in view.verdicts {
        let status = match verdict.status {
            CheckStatus::Pass => TestCaseStatus::success(),
            CheckStatus::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
            CheckStatus::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
        };
        let mut case = TestCase::new(escape::terminal(&verdict.assertion), status);
        case.set_classname(&file);
        if verdict.status != CheckStatus::Pass {
            let mut text = format!(
                "{}\nexpected: {}\nobserved: {}",
                view.place(verdict),
                verdict.expected,
                observed(verdict)
            );
            if let Some(cause) = cause(verdict) {
                text.push_str(&format!("\ndoctor: {cause}"));
            }
            for line in fix(verdict) {
                text.push_str(&format!("\nfix: {line}"));
            }
            let lines: Vec<_> = text.lines().map(escape::terminal).collect();
            case.status
                .set_message(escape::terminal(&observed(verdict)))
                .set_type(verdict.status.as_str())
                .set_description(lines.join("\n"));
        }
        suite.add_test_case(case);
    }
    let mut report = Report::new("netmap check");
    report.add_test_suite(suite);
    // Writing XML into memory has nothing to fail at.
    let mut text = report.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
