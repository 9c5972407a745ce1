//! Workflow commands of GitHub Actions, which it shows as annotations: at the
//! lines of compose files where a finding has a place there.

use super::view::FindingsView;
use super::{evidence, groups, places, set_aside};
use crate::model::words::full_stop;
use crate::model::{Finding, Severity};
use crate::render::style::Style;
use crate::render::{escape, fix};

/// Writes a command for each finding, and the verdict.
pub fn render(view: &FindingsView, _style: &Style) -> String {
    let diagnosis = view.diagnosis;
    let mut text: String = diagnosis.findings.iter().map(annotation).collect();
    for aside in &diagnosis.set_aside {
        let message = format!("{}. {}.", aside.finding.summary, set_aside::why(aside));
        text.push_str(&command("notice", &[("title", aside.finding.rule)], &[message]));
    }
    text.push_str(&escape::terminal(&groups::verdict(diagnosis)));
    text.push('\n');
    text
}

fn annotation(finding: &Finding) -> String {
    let kind = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let place = places::places(finding).first().copied();
    let place = place.map(|p| (p.file.as_str(), p.line.to_string(), p.column.to_string()));
    let mut properties = Vec::new();
    if let Some((file, line, column)) = &place {
        properties.extend([("file", *file), ("line", line), ("col", column)]);
    }
    properties.push(("title", finding.rule));
    let mut lines = vec![full_stop(&finding.summary)];
    lines.extend(finding.evidence.iter().map(|seen| full_stop(&evidence::sentence(seen))));
    let fix = fix::lines(&finding.fix);
    if !fix.is_empty() {
        lines.push("To fix it:".to_owned());
        lines.extend(fix);
    }
    command(kind, &properties, &lines)
}

/// `::error file=compose.yaml,line=3::message`, with everything that could end
/// a property or the message by its number.
fn command(kind: &str, properties: &[(&str, &str)], lines: &[String]) -> String {
    let data = |text: &str| escape::terminal(text).replace('%', "%25");
    let property = |(key, value): &(&str, &str)| {
        format!("{key}={}", data(value).replace(':', "%3A").replace(',', "%2C"))
    };
    let properties: Vec<String> = properties.iter().map(property).collect();
    let lines: Vec<String> = lines.iter().map(|line| data(line)).collect();
    format!("::{kind} {}::{}\n", properties.join(","), lines.join("%0A"))
}
