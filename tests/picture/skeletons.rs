//! The formats of other programs, without those programs: whatever things are
//! called, all that a name changes stands in quotes, or in a value.

use std::collections::BTreeSet;

use proptest::prelude::*;
use roxmltree::Document;
use serde_json::Value;

use netmap::render::svg::Options;
use netmap::render::{Draw, Format, Style, View};

use crate::hostile::{NASTY, map_of};
use crate::with_view;

/// What a format makes of a map in which everything has this name.
fn drawn(format: &str, name: &str) -> String {
    with_view(&map_of(name), |view| {
        let bytes = match Format::<View>::named(format).expect("a format").draw {
            Draw::Text(draw) => draw(view, &Style::default()).into_bytes(),
            Draw::Picture { own, .. } => own(view, &Options::default()).unwrap().bytes,
        };
        String::from_utf8(bytes).unwrap()
    })
}

/// A text's lines without what stands in quotes and after `free` words, and
/// with all numbers alike, in order of the alphabet.
fn skeleton(text: &str, escape: Option<char>, free: &[&str]) -> Vec<String> {
    let bare = |line: &str| {
        if let Some(word) = free.iter().find(|word| line.trim_start().starts_with(**word)) {
            return (*word).to_owned();
        }
        let (mut bare, mut is_quoted) = (String::new(), false);
        let mut rest = line.chars();
        while let Some(c) = rest.next() {
            match c {
                c if is_quoted && Some(c) == escape => drop(rest.next()),
                '"' => {
                    is_quoted = !is_quoted;
                    bare.push(c);
                }
                c if is_quoted => assert!(!c.is_control(), "{line}"),
                c if c.is_ascii_digit() && bare.ends_with('0') => {}
                c if c.is_ascii_digit() => bare.push('0'),
                c => bare.push(c),
            }
        }
        assert!(!is_quoted, "a quotation ends on its line: {line}");
        bare
    };
    let mut lines: Vec<String> = text.lines().map(bare).collect();
    lines.sort();
    lines.dedup();
    lines
}

fn assert_harmless(name: &str) {
    for (format, escape, free) in [
        ("mermaid", None, &["accTitle: ", "accDescr: "][..]),
        ("d2", Some('\\'), &[]),
        ("dot", Some('\\'), &[]),
        ("plantuml", Some('\\'), &["title ", "network "]),
    ] {
        let text = drawn(format, name);
        if name.is_empty() {
            // A project without a name is none, and makes another shape.
            skeleton(&text, escape, free);
            continue;
        }
        let known: BTreeSet<String> = ["x", "other-name"]
            .into_iter()
            .flat_map(|plain| skeleton(&drawn(format, plain), escape, free))
            .collect();
        let strange: Vec<String> = skeleton(&text, escape, free)
            .into_iter()
            .filter(|line| !known.contains(line))
            .collect();
        assert!(strange.is_empty(), "{format}, {name:?}: {strange:#?}\n{text}");
    }
    assert_entities(&drawn("mermaid", name));
    assert_plain(&drawn("plantuml", name));
    assert_sound_cells(&drawn("drawio", name));
    assert_sound_elements(&drawn("excalidraw", name));
}

/// Mermaid draws labels as HTML: no markup in them but ours.
fn assert_entities(text: &str) {
    let ours = text.replace("<br>", "").replace("<b>", "").replace("</b>", "");
    for line in ours.lines().filter(|line| line.contains('"')) {
        for label in line.split('"').skip(1).step_by(2) {
            assert!(!label.contains(['<', '>', '`', '&', '$', '%', '\\']), "{line}");
        }
    }
}

/// What PlantUML reads as a command or a function never stands in a line.
fn assert_plain(text: &str) {
    for line in text.lines().map(str::trim) {
        assert!(!line.starts_with('!') && !line.contains('%'), "{line}");
        let markup = line.replace("<U+", "");
        assert!(!markup.contains(['<', '$', '~', '`', '|']), "{line}");
        let is_end = line.starts_with('@') && !["@startuml", "@enduml"].contains(&line);
        assert!(!is_end, "{line}");
        if let Some(id) = line.strip_prefix("network ") {
            let id = id.strip_suffix(" {").unwrap();
            assert!(id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{line}");
        }
    }
    assert_eq!((text.matches("@startuml").count(), text.matches("@enduml").count()), (1, 1));
}

/// What draw.io asks of its files: cells with ids of their own below a root,
/// which refer to such as are there.
fn assert_sound_cells(text: &str) {
    let document = Document::parse(text).unwrap();
    let mut ids = BTreeSet::new();
    let cells: Vec<_> = document.descendants().filter(|node| node.has_tag_name("mxCell")).collect();
    for cell in &cells {
        assert!(ids.insert(cell.attribute("id").unwrap()), "{cell:?}");
    }
    for cell in &cells {
        for end in ["parent", "source", "target"] {
            assert!(cell.attribute(end).is_none_or(|id| ids.contains(id)), "{cell:?}");
        }
        let id = cell.attribute("id").unwrap();
        let has_geometry = cell.children().any(|child| child.has_tag_name("mxGeometry"));
        assert!(has_geometry || ["0", "1"].contains(&id), "{id}");
        let look = cell.attribute("style").unwrap_or("html=0;");
        assert!(look.contains("html=0;") && look.ends_with(';'), "labels are no markup: {look}");
    }
    let known =
        ["mxfile", "diagram", "mxGraphModel", "root", "mxCell", "mxGeometry", "mxPoint", "Array"];
    for node in document.descendants().filter(|node| node.is_element()) {
        assert!(known.contains(&node.tag_name().name()), "{node:?}");
    }
}

/// What Excalidraw asks of its files.
fn assert_sound_elements(text: &str) {
    let file: Value = serde_json::from_str(text).unwrap();
    assert_eq!((&file["type"], &file["version"]), (&"excalidraw".into(), &2.into()));
    let elements = file["elements"].as_array().unwrap();
    let ids: BTreeSet<&str> = elements.iter().map(|of| of["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), elements.len(), "each has an id of its own");
    for element in elements {
        let has = |keys: &[&str]| {
            for key in keys {
                assert!(element.get(key).is_some(), "{key}: {element}");
            }
        };
        has(&["x", "y", "width", "height", "angle", "strokeColor", "backgroundColor", "fillStyle"]);
        has(&["strokeWidth", "strokeStyle", "roughness", "opacity", "groupIds", "frameId"]);
        has(&["roundness", "seed", "version", "versionNonce", "isDeleted", "boundElements"]);
        has(&["updated", "link", "locked"]);
        assert!(element["link"].is_null(), "nothing leads anywhere");
        match element["type"].as_str().unwrap() {
            "rectangle" => {}
            "text" => {
                has(&["text", "fontSize", "fontFamily", "textAlign", "verticalAlign", "lineHeight"])
            }
            "line" | "arrow" => {
                assert!(element["points"].as_array().unwrap().len() > 1, "{element}");
                for end in ["startBinding", "endBinding"] {
                    let shape = &element[end]["elementId"];
                    assert!(shape.is_null() || ids.contains(shape.as_str().unwrap()), "{element}");
                }
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn names_from_strangers_do_no_harm_in_other_programs() {
    for name in NASTY {
        assert_harmless(name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_name_at_all_stays_in_its_quotes(name in any::<String>()) {
        assert_harmless(&name);
    }
}
