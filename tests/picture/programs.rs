//! What other programs make of the formats that are theirs: each is opened by
//! the program itself, or by its own library in a browser. `tests/programs`
//! fetches them; `tests/run` counts what is left out without.

use std::path::{Path, PathBuf};
use std::process::Command;

use netmap::model::Snapshot;
use serde_json::json;

use crate::chromium::Chromium;
use crate::hostile::{NASTY, map_of};
use crate::{maps, page, samples};

/// Where `tests/programs` put them.
fn programs() -> PathBuf {
    let folder = std::env::var_os("NETMAP_TEST_PROGRAMS");
    PathBuf::from(folder.expect("NETMAP_TEST_PROGRAMS names the folder that tests/programs makes"))
}

/// Every map that is opened, by name.
fn all() -> Vec<(String, Snapshot)> {
    let mut all: Vec<(String, Snapshot)> =
        maps::named().into_iter().map(|(name, map)| (name.to_owned(), map)).collect();
    all.retain(|(name, _)| name != "projects300");
    all.extend(
        samples().into_iter().filter(|(name, _)| name.contains("zoo") || name.contains("swarm")),
    );
    all.extend(NASTY.iter().map(|name| (format!("{name:?}"), map_of(name))));
    all.push(("nothing".to_owned(), Snapshot::read(&br#"{"schema":"netmap/1"}"#[..]).unwrap()));
    all
}

/// What the program writes of a map in a format, and of one with talk.
fn written(format: &str) -> Vec<(String, String)> {
    let mut written: Vec<(String, String)> = all()
        .into_iter()
        .map(|(name, map)| (name, page::shown(format, "--from", &map.to_json())))
        .collect();
    written.push(("story".to_owned(), page::shown(format, "--compose", page::STORY)));
    written
}

/// A browser with a page that has loaded these scripts.
fn with_scripts(before: &str, scripts: &[&str], after: &str) -> Chromium {
    let mut it = Chromium::start();
    let tags: String = scripts
        .iter()
        .map(|script| {
            let path = programs().join("node_modules").join(script);
            assert!(path.exists(), "{} is there", path.display());
            format!("<script src=\"file://{}\"></script>", path.display())
        })
        .collect();
    it.open(
        &format!("<!DOCTYPE html><meta charset=\"utf-8\"><div id=\"here\"></div><script>{before}</script>{tags}<script>{after}</script>"),
        "",
        (1400, 900),
    );
    assert!(it.faults.is_empty(), "{:?}", it.faults);
    it
}

#[test]
#[ignore = "needs chromium and NETMAP_TEST_PROGRAMS"]
fn mermaid_draws_every_chart() {
    let mut it = with_scripts(
        "",
        &["mermaid/dist/mermaid.min.js"],
        "mermaid.initialize({ startOnLoad: false, securityLevel: 'strict' });
         const draw = async (text) => {
           try {
             const { svg } = await mermaid.render('drawn', text);
             const here = document.getElementById('here');
             here.innerHTML = svg;
             return { nodes: here.querySelectorAll('g.node').length, title: here.querySelector('title')?.textContent ?? '',
               text: here.textContent, strange: here.querySelectorAll('script, img, a, iframe').length };
           } catch (error) { return { error: String(error) }; }
         };",
    );
    for (name, text) in written("mermaid") {
        let drawn = it.value(&format!("draw({})", json!(text)));
        assert!(drawn["error"].is_null(), "{name}: {}\n{text}", drawn["error"]);
        let nodes = text.lines().filter(|line| {
            let id = line.trim_start();
            !line.contains(" ---")
                && !line.contains("-.")
                && !line.contains("==>")
                && ["c", "n", "internet(", "host("].iter().any(|start| {
                    id.strip_prefix(start).is_some_and(|rest| {
                        start.len() > 1 || rest.starts_with(|c: char| c.is_ascii_digit())
                    })
                })
        });
        assert_eq!(drawn["nodes"], nodes.count(), "{name}\n{text}");
        assert_eq!(drawn["strange"], 0, "{name}");
        assert_ne!(drawn["title"], "", "{name}");
        if name == "story" {
            assert!(drawn["text"].as_str().unwrap().contains("worker ×3"), "{drawn}");
        }
    }
}

#[test]
#[ignore = "needs chromium and NETMAP_TEST_PROGRAMS"]
fn draw_io_s_library_opens_every_diagram() {
    let mut it = with_scripts(
        "mxLoadResources = false; mxLoadStylesheets = false; mxBasePath = '.';",
        &["mxgraph/javascript/mxClient.min.js"],
        "const draw = (text) => {
           const document_ = mxUtils.parseXml(text);
           const graph = new mxGraph(document.getElementById('here'));
           new mxCodec(document_).decode(document_.querySelector('mxGraphModel'), graph.getModel());
           const cells = Object.values(graph.getModel().cells);
           const edges = cells.filter((cell) => cell.edge);
           const loose = edges.filter((cell) => cell.getAttribute?.('x') ?? (!cell.source && !cell.geometry.sourcePoint));
           return { cells: cells.length, edges: edges.length, loose: loose.length,
             bound: edges.filter((cell) => cell.source && cell.target).length,
             without: cells.filter((cell) => (cell.vertex || cell.edge) && !cell.geometry).length,
             drawn: document.querySelectorAll('#here svg *').length,
             strange: document.querySelectorAll('#here img, #here script, #here a').length,
             labels: cells.filter((cell) => cell.vertex).map((cell) => graph.getLabel(cell)) };
         };",
    );
    for (name, text) in written("drawio") {
        let drawn = it.value(&format!("draw({})", json!(text)));
        assert_eq!(
            drawn["cells"],
            text.matches("<mxCell ").count(),
            "{name}: each has an id of its own"
        );
        assert_eq!(
            (&drawn["loose"], &drawn["without"], &drawn["strange"]),
            (&json!(0), &json!(0), &json!(0)),
            "{name}"
        );
        if name == "story" {
            assert!(drawn["bound"].as_u64() >= Some(20), "{drawn}");
            assert!(
                drawn["labels"].as_array().unwrap().contains(&json!("cache\nredis")),
                "{drawn}"
            );
        }
    }
}

#[test]
#[ignore = "needs chromium and NETMAP_TEST_PROGRAMS"]
fn excalidraw_opens_every_drawing() {
    let mut it = with_scripts(
        "",
        &["@excalidraw/utils/dist/excalidraw-utils.min.js"],
        "const draw = async (text) => {
           try {
             const { elements, appState, files } = JSON.parse(text);
             const svg = await ExcalidrawUtils.exportToSvg({ elements, appState: { ...appState, exportBackground: true }, files });
             return { texts: [...svg.querySelectorAll('text')].map((t) => t.textContent), all: svg.querySelectorAll('*').length,
               strange: svg.querySelectorAll('script, img, a').length };
           } catch (error) { return { error: String(error.stack) }; }
         };",
    );
    for (name, text) in written("excalidraw") {
        let drawn = it.value(&format!("draw({})", json!(text)));
        assert!(drawn["error"].is_null(), "{name}: {}", drawn["error"]);
        assert_eq!(drawn["strange"], 0, "{name}");
        if name == "story" {
            assert!(drawn["texts"].as_array().unwrap().contains(&json!("worker ×3")), "{drawn}");
        }
    }
}

/// Runs a program on a file for each map, all at once.
fn passes(format: &str, command: impl Fn(&Path, &[PathBuf]) -> Command) {
    let folder = tempfile::tempdir().unwrap();
    let (mut files, mut names) = (Vec::new(), Vec::new());
    for (nth, (name, text)) in written(format).into_iter().enumerate() {
        let file = folder.path().join(format!("{nth}.{format}"));
        std::fs::write(&file, text).unwrap();
        files.push(file);
        names.push(name);
    }
    let run = command(folder.path(), &files).output().expect("the program is there");
    let said = String::from_utf8_lossy(&run.stdout) + String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}\nof {names:#?}");
}

#[test]
#[ignore = "needs NETMAP_TEST_PROGRAMS"]
fn d2_compiles_every_diagram() {
    passes("d2", |_, files| {
        let mut node = Command::new("node");
        node.current_dir(programs()).arg("d2.mjs").args(files);
        node
    });
}

#[test]
#[ignore = "needs plantuml"]
fn plantuml_draws_every_diagram() {
    passes("plantuml", |folder, files| {
        let mut plantuml = Command::new("plantuml");
        plantuml.args(["-tsvg", "-failfast2", "-o"]).arg(folder).args(files);
        plantuml
    });
}
