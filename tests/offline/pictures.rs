//! The command line of pictures: formats, options, files.

use std::fs;

use crate::support::{netmap, netmap_command};

const ZOO: &str = "tests/offline/zoo.json";

fn drawn(name: &str, arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let mut all = vec!["show", "--all", "--from", ZOO, "-o", path.to_str().unwrap()];
    all.extend(arguments);
    let run = netmap(&all);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}");
    fs::read(path).unwrap()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_extension_chooses_the_kind_of_picture() {
    assert!(drawn("a.svg", &[]).starts_with(b"<svg "));
    assert!(drawn("a.png", &[]).starts_with(b"\x89PNG"));
    assert!(drawn("a.html", &[]).starts_with(b"<!DOCTYPE html>"));
    assert_eq!(drawn("a.svg", &[]), drawn("b.svg", &[]), "the same bytes each time");
    assert_eq!(drawn("a.png", &[]), drawn("b.png", &[]), "the same bytes each time");
}

/// Width and height of a PNG, from its header.
fn size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[test]
fn a_png_is_as_large_as_asked_for() {
    let (width, height) = size(&drawn("a.png", &[]));
    assert!(width > 600 && height > 400, "{width} × {height}");
    assert_eq!(size(&drawn("a.png", &["--scale", "2"])), (2 * width, 2 * height));
    assert_ne!(drawn("a.png", &["--theme", "dark"]), drawn("a.png", &["--theme", "light"]));
    let run = netmap(&["show", "--from", ZOO, "-f", "png", "--scale", "99"]);
    assert_eq!(run.code, 2);
    let huge = ["show", "--from", ZOO, "-f", "png", "--scale", "16", "--width", "60000"];
    let mut command = netmap_command();
    let run = command.args(huge).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("memory"), "{run:?}");
}

#[test]
fn a_focus_shows_a_neighbourhood() {
    let names = |arguments: &[&str]| {
        let svg = text(drawn("a.svg", arguments));
        let cards = svg.split("<g class=\"container").skip(1);
        let name = |rest: &str| {
            rest.split("data-name=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
        };
        let mut names: Vec<String> =
            cards.filter(|rest| rest.contains("data-name")).map(name).collect();
        names.retain(|name| !name.contains('<'));
        names.sort();
        names
    };
    assert_eq!(names(&["--focus", "db", "--depth", "0"]), ["db"]);
    assert_eq!(names(&["--focus", "db"]), ["api", "db", "flapping"]);
    assert!(names(&["--focus", "db", "--depth", "2"]).contains(&"web".to_owned()));
    let run = netmap(&["show", "--from", ZOO, "--focus", "bd"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("did you mean `db`?"), "{}", run.err);
}

#[test]
fn a_page_allows_its_own_script_and_style_and_nothing_else() {
    let page = text(drawn("a.html", &[]));
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap();
    let policy = policy.split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(policy.matches("'sha256-").count(), 3);
    assert!(page.contains("<svg ") && !page.contains("http-equiv=\"refresh"));
    for outside in ["src=\"http", "href=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_page_calls_what_it_lists_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.html");
    let page = |arguments: &[&str]| {
        let run = netmap(&[arguments, &["-o", path.to_str().unwrap()]].concat());
        assert_eq!(run.code, 1, "{}", run.err);
        let page = fs::read_to_string(&path).unwrap();
        let caption = page.split("<caption>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let one = page.split("<thead><tr><th scope=\"col\">").nth(1).unwrap();
        assert!(page.contains(&format!("\"heading\":\"{caption}\"")), "the panel has another word");
        (caption, one.split('<').next().unwrap().to_owned())
    };
    let found = page(&["doctor", "--from", "sample:module-5"]);
    assert_eq!(found, ("Findings".to_owned(), "Finding".to_owned()));
    let differs = page(&["diff", "sample:module-5", "sample:module-5/network"]);
    assert_eq!(differs, ("Differences".to_owned(), "Difference".to_owned()));
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let run =
        netmap(&["show", "--from", ZOO, "-f", "svg", "--layout", "graphviz", "--blank", "names"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("graphviz"), "{}", run.err);
    assert_eq!(netmap(&["show", "--from", ZOO, "--depth", "2"]).code, 2, "depth without focus");
}

#[test]
fn a_large_png_takes_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.png");
    let (width, height) = size(&drawn("a.png", &[]));
    let scale = (95e6 / (f64::from(width) * f64::from(height))).sqrt();
    let mut command = netmap_command();
    command.args(["show", "--from", ZOO, "--all", "--scale", &format!("{scale:.2}"), "-o"]);
    let mut running = command.arg(&file).spawn().unwrap();
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0;
    while running.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let most = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most = most.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(most.unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(running.wait().unwrap().success());
    let (width, height) = size(&std::fs::read(file).unwrap());
    assert!(u64::from(width) * u64::from(height) > 80_000_000, "{width} × {height}");
    assert!(peak > 0 && peak < 300_000, "{peak} kB");
}
