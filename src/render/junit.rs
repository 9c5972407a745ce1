//! What reports in JUnit XML have in common.

use quick_junit::{Report, TestSuite};

use super::escape;

/// The document of one suite.
pub fn report(name: &str, suite: TestSuite) -> String {
    let mut report = Report::new(name);
    report.add_test_suite(suite);
    // Writing XML into memory has nothing to fail at.
    let mut text = report.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The lines of a fix with words above them; each line stays fit to be pasted.
pub fn fix(lines: &[String]) -> impl Iterator<Item = String> {
    let title = (!lines.is_empty()).then(|| "to fix it:".to_owned());
    title.into_iter().chain(lines.iter().cloned())
}

/// Lines as one text, each of them safe.
pub fn lines(lines: &[String]) -> String {
    let safe: Vec<_> = lines.iter().map(|line| escape::terminal(line)).collect();
    safe.join("\n")
}
