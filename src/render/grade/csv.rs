//! A line for each snapshot (RFC 4180), for spreadsheets.

use super::view::{GradeView, statuses};
use crate::check::CheckStatus;
use crate::grade::GradeResult;
use crate::render::escape;
use crate::render::style::Style;

/// Writes the lines. A snapshot that could not be read has no word below the
/// assertions, and says why in the last column.
pub fn render(view: &GradeView, _style: &Style) -> String {
    let mut headings: Vec<&str> = vec!["file", "note", "time", "netmap"];
    headings.extend(&view.assertions);
    headings.extend(["passed", "failed", "unknown", "first cause", "unreadable"]);
    let mut text = line(headings.iter().map(|heading| (*heading).to_owned()));
    for row in view.rows {
        let taken = &row.taken;
        let mut fields = vec![
            row.file.clone(),
            taken.note.clone().unwrap_or_default(),
            taken.at.map(|at| at.to_string()).unwrap_or_default(),
            taken.netmap.clone().unwrap_or_default(),
        ];
        let words = statuses(row).iter().map(|status| status.as_str().to_owned());
        fields.extend(words.chain(std::iter::repeat(String::new())).take(view.assertions.len()));
        match &row.result {
            GradeResult::Held { first_cause, .. } => {
                let kinds = [CheckStatus::Pass, CheckStatus::Fail, CheckStatus::Unknown];
                fields.extend(kinds.map(|kind| row.count(kind).to_string()));
                fields.extend([first_cause.clone().unwrap_or_default(), String::new()]);
            }
            GradeResult::Unreadable(why) => {
                fields.extend([const { String::new() }; 4]);
                fields.push(why.clone());
            }
        }
        text.push_str(&line(fields.into_iter()));
    }
    text
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let fields: Vec<String> = fields.map(|field| escape::csv(&field)).collect();
    fields.join(",") + "\n"
}
