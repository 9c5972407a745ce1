//! The formats of a difference, with names that try to break them.

use super::*;
use crate::diff::{Change, ChangeKind, Difference, Happened};
use crate::model::{EngineFacts, Snapshot, Unread};
use crate::render::Style;
use crate::render::format::drawn_as_text;

fn drawn(name: &str, noise: bool, width: usize) -> String {
    let change = |kind, name: &str, field, happened, before: &str, after: &str| Change {
        kind,
        name: name.to_owned(),
        field,
        happened,
        before: Some(before.to_owned()).filter(|_| happened != Happened::Added),
        after: Some(after.to_owned()).filter(|_| happened != Happened::Removed),
        noise: kind == ChangeKind::Id,
        subject: crate::diff::Subject::Container,
    };
    let difference = Difference {
        changes: vec![
            change(ChangeKind::Network, "cache", "", Happened::Added, "", "bridge"),
            change(ChangeKind::Endpoint, "api on cache", "", Happened::Added, "", ""),
            change(ChangeKind::Flag, "back", "internal", Happened::Changed, "no", "yes"),
            change(ChangeKind::Container, "o|d \u{1b}[31m<b>", "", Happened::Removed, "exited", ""),
            change(ChangeKind::Id, "api", "container id", Happened::Changed, "a", "b"),
        ],
        ..Difference::default()
    };
    let snapshot = |unread| Snapshot::new(EngineFacts::default(), vec![], vec![], unread);
    let (before, after) = (snapshot(vec![]), snapshot(vec![Unread::new("container `x`", "gone")]));
    let view = DiffView {
        strangers: Default::default(),
        before: DiffSide { name: "monday.json", snapshot: &before },
        after: DiffSide { name: "Docker 26.1", snapshot: &after },
        difference: &difference,
        noise,
    };
    drawn_as_text::<DiffView>(name, &view, &Style { width, color: false })
}

#[test]
fn people_see_what_came_went_and_changed() {
    assert_eq!(
        drawn("table", false, 70),
        "\
monday.json → Docker 26.1

+ network    cache              bridge
- container  o|d \\u{1b}[31m<b>  exited
+ endpoint   api on cache       –
~ flag       back               internal: no → yes

4 differences.
1 more in ids, addresses that moved and starts (--noise shows it).
Not read: container `x`: gone
"
    );
    let all = drawn("table", true, 70);
    assert!(all.contains("container id: a → b") && all.contains("5 differences."), "{all}");
    for width in [40, 60, 80] {
        for line in drawn("table", true, width).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn json_keeps_its_contract() {
    let json: serde_json::Value = serde_json::from_str(&drawn("json", false, 80)).expect("JSON");
    assert_eq!(json["schema"], "netmap-diff/1");
    let changes = json["changes"].as_array().expect("a list");
    assert_eq!(changes.len(), 4);
    assert_eq!(
        changes[2],
        serde_json::json!({"change": "changed", "kind": "flag", "name": "back",
            "field": "internal", "before": "no", "after": "yes", "noise": false})
    );
    assert_eq!(changes[0]["before"], serde_json::Value::Null);
}

#[test]
fn markdown_keeps_its_table() {
    let table = drawn("markdown", true, 80);
    assert!(!table.contains('\u{1b}') && !table.contains("<b>"), "{table}");
    for line in table.lines().filter(|line| line.starts_with("| ")) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 6, "{line}");
    }
}
