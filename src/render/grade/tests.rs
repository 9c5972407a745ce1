//! What a class looks like in each format, and what hostile snapshots can do to it.

use super::*;
use crate::check::CheckStatus::{Fail, Pass, Unknown};
use crate::grade::{GradeResult, Graded};
use crate::model::Taken;
use crate::render::format::drawn_as_text;
use crate::render::style::Style;

fn row(file: &str, note: &str, result: GradeResult) -> Graded {
    let note = (!note.is_empty()).then(|| note.to_owned());
    Graded { file: file.to_owned(), taken: Taken { note, ..Taken::default() }, result }
}

fn held(statuses: &[crate::check::CheckStatus], cause: &str) -> GradeResult {
    let first_cause = (!cause.is_empty()).then(|| cause.to_owned());
    GradeResult::Held { statuses: statuses.to_vec(), first_cause }
}

fn class() -> Vec<Graded> {
    vec![
        row("class/anna.json", "group 3, seat 12", held(&[Pass, Pass], "")),
        row(
            "class/ben.json",
            "",
            held(&[Pass, Fail], "web looks for db in itself (localhost-dependency)"),
        ),
        row("class/cleo.json.gz", "", held(&[Unknown, Pass], "a -> b:80: not measured")),
        row("class/dan.json", "", GradeResult::Unreadable("it is no JSON".to_owned())),
    ]
}

fn drawn(format: &str, rows: &[Graded]) -> String {
    let view = GradeView { file: "check.yaml", assertions: vec!["a -> b:80", "-1 runs"], rows };
    drawn_as_text::<GradeView>(format, &view, &Style::default())
}

#[test]
fn the_table_says_who_stands_where_and_why() {
    let text = drawn("text", &class());
    assert_eq!(
        text,
        "\
1  a -> b:80 (unknown 1)
2  -1 runs (failed 1)

snapshot      note              12  passed  first cause
anna.json     group 3, seat 12  ✓✓  2 of 2
ben.json                        ✓✗  1 of 2  web looks for db in itself
                                            (localhost-dependency)
cleo.json.gz                    ?✓  1 of 2  a -> b:80: not measured
dan.json                                    cannot be read: it is no JSON

4 snapshots: 1 passes, 1 fails, 1 is unknown, 1 cannot be read.
"
    );
}

#[test]
fn columns_beyond_the_ninth_are_counted_by_groups() {
    for (many, heading) in [
        (9, "12345 6789 "),
        (10, "1···5 6··10 "),
        (12, "1···5 6··10 11 "),
        (14, "1···5 6··10 11·· "),
        (40, "1···5 6··10 11·15 16·20 21·25 26·30 31·35 36·40 "),
        (101, " 91·95 96··· 101 "),
    ] {
        let assertions = vec!["a -> b"; many];
        let rows = [row("anna.json", "", held(&vec![Pass; many], ""))];
        let view = GradeView { file: "check.yaml", assertions, rows: &rows };
        let wide = Style { width: 200, ..Style::default() };
        let wide = drawn_as_text::<GradeView>("text", &view, &wide);
        assert!(wide.contains(heading), "{many}: {wide}");
    }
}

#[test]
fn a_spreadsheet_gets_a_line_each_and_no_formula() {
    let mut rows = class();
    rows[0].taken.note = Some("=cmd|' /C calc'!A0,\"x\"".to_owned());
    rows[1].file = "@SUM(1+1).json".to_owned();
    rows[2].taken.note = Some(" \t=1+1\r\n+2".to_owned());
    let text = drawn("csv", &rows);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert!(lines[0].starts_with("file,note,time,netmap,a -> b:80,'-1 runs,passed,"), "{text}");
    assert!(lines[1].contains(",\"'=cmd|' /C calc'!A0,\"\"x\"\"\","), "{text}");
    assert!(lines[2].starts_with("'@SUM(1+1).json,"), "{text}");
    assert!(lines[3].contains("\\t=1+1\\r\\n+2"), "{text}");
    for field in text.split([',', '\n']) {
        assert!(!field.trim_start_matches(['"', ' ']).starts_with(['=', '+', '@']), "{field}");
    }
}

#[test]
fn a_page_runs_nothing_of_what_strangers_wrote() {
    let mut rows = class();
    let evil = "</td><script>alert(1)</script>\" onmouseover=\"x\u{1b}[31m\u{202e}";
    rows[0].taken.note = Some(evil.to_owned());
    rows[1].file = format!("{evil}.json");
    rows[3].result = GradeResult::Unreadable(evil.to_owned());
    let page = drawn("html", &rows);
    assert!(!page.contains("<script") && !page.contains("\" onmouseover"), "{page}");
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
    assert!(page.contains("default-src 'none'; style-src 'sha256-"), "{page}");
    let markdown = drawn("markdown", &rows);
    assert!(!markdown.contains("<script"), "{markdown}");
    let table = markdown.lines().filter(|line| line.starts_with("| "));
    for line in table {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 7, "{line}");
    }
    let text = drawn("text", &rows);
    assert!(!text.contains('\u{1b}'), "{text}");
}

#[test]
fn names_that_are_not_unique_keep_their_folders() {
    let rows = vec![
        row("a/me.json", "", held(&[Pass, Pass], "")),
        row("b/me.json", "", held(&[Pass, Pass], "")),
    ];
    assert!(drawn("text", &rows).contains("a/me.json"));
    assert!(drawn("text", &rows[..1]).contains("\nme.json"));
}
