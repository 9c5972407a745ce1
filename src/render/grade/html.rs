//! The table as a page: one file that asks for nothing from anywhere, and whose
//! own content policy allows its style and nothing else.

use super::view::{GradeView, cause, passed, sign, statuses};
use crate::check::CheckStatus;
use crate::grade::Graded;
use crate::render::escape::xml as safe;
use crate::render::html::document;
use crate::render::style::Style;

const STYLE: &str = include_str!("../html/grade.css");

/// Writes the page.
pub fn render(view: &GradeView, _style: &Style) -> String {
    let list: String = view
        .assertions
        .iter()
        .enumerate()
        .map(|(at, assertion)| {
            let trouble = view.trouble(at);
            let trouble = if trouble.is_empty() { trouble } else { format!(" ({trouble})") };
            format!("<li><code>{}</code>{trouble}</li>\n", safe(assertion))
        })
        .collect();
    let numbers: String = view
        .assertions
        .iter()
        .enumerate()
        .map(|(at, text)| format!("<th scope=\"col\" title=\"{}\">{}</th>", safe(text), at + 1))
        .collect();
    let rows: String =
        view.rows.iter().zip(view.names()).map(|(row, name)| line(view, row, name)).collect();
    let title = format!("{}: {}", safe(view.file), view.summary());
    let body = format!(
        "<h1>{title}</h1>\n<ol>\n{list}</ol>\n<table>\n<thead><tr><th scope=\"col\">snapshot</th>\
         <th scope=\"col\">note</th><th scope=\"col\">taken</th>{numbers}<th scope=\"col\">passed</th>\
         <th scope=\"col\">first cause</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    );
    document(&title, STYLE, &body)
}

fn line(view: &GradeView, row: &Graded, name: &str) -> String {
    let kind = row.standing().map_or("unreadable", CheckStatus::as_str);
    let results: String = statuses(row)
        .iter()
        .zip(&view.assertions)
        .map(|(status, assertion)| {
            let word = status.as_str();
            let title = format!("{}: {word}", safe(assertion));
            format!("<td class=\"{word}\" title=\"{title}\">{}</td>", sign(*status))
        })
        .collect();
    let missing = "<td></td>".repeat(view.assertions.len() - statuses(row).len());
    let taken = &row.taken;
    format!(
        "<tr class=\"{kind}\"><th scope=\"row\">{}</th><td>{}</td><td>{}</td>{results}{missing}\
         <td>{}</td><td>{}</td></tr>\n",
        safe(name),
        safe(taken.note.as_deref().unwrap_or_default()),
        taken.at.map(|at| at.to_string()).unwrap_or_default(),
        passed(row),
        safe(&cause(row))
    )
}
