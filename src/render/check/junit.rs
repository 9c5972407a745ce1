//! JUnit XML, which CI systems read. An assertion that fails is a failure,
//! one that is unknown is an error.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::view::{CheckView, cause, fix, observed};
use crate::check::{CheckStatus, CheckVerdict};
use crate::render::style::Style;
use crate::render::{escape, junit};

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
            case.status
                .set_message(escape::terminal(&observed(verdict)))
                .set_type(verdict.status.as_str())
                .set_description(junit::lines(&description(view, verdict)));
        }
        suite.add_test_case(case);
    }
    junit::report("netmap check", suite)
}

/// Why it does not hold, a line each.
fn description(view: &CheckView, verdict: &CheckVerdict) -> Vec<String> {
    let mut lines = vec![view.place(verdict), format!("expected: {}", verdict.expected)];
    lines.push(format!("observed: {}", observed(verdict)));
    lines.extend(cause(verdict).map(|cause| format!("doctor: {cause}")));
    lines.extend(junit::fix(&fix(verdict)));
    lines
}
