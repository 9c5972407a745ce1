//! What `show` prints, byte for byte at fixed widths, and what other programs
//! make of it.

use std::fs;

use std::io::Write;
use std::process::{Command, Stdio};

use netmap::model::Snapshot;

use crate::recorded::assert_recorded;
use crate::support::{netmap, project_file};

const SAMPLE: &str = "samples/module-5";

/// Compares with the file of this name in tests/offline/expected.
pub fn assert_expected(name: &str, text: &str) {
    assert_recorded(&format!("tests/offline/expected/{name}"), text);
}

#[test]
fn every_format_of_the_zoo_is_as_expected() {
    for (format, width, name) in [
        ("grid", "80", "zoo-80.grid"),
        ("grid", "160", "zoo-160.grid"),
        ("grid", "40", "zoo-40.grid"),
        ("table", "80", "zoo-80.table"),
        ("table", "50", "zoo-50.table"),
        ("tree", "80", "zoo.tree"),
        ("csv", "80", "zoo.csv"),
        ("markdown", "80", "zoo.md"),
        ("mermaid", "80", "zoo.mmd"),
        ("dot", "80", "zoo.dot"),
        ("d2", "80", "zoo.d2"),
        ("plantuml", "80", "zoo.puml"),
    ] {
        let run = netmap(&[
            "show",
            "--all",
            "--from",
            "tests/offline/zoo.json",
            "--format",
            format,
            "--width",
            width,
        ]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert_expected(name, &run.out);
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 160, 200] {
        for format in ["grid", "table"] {
            let width_text = width.to_string();
            let run = netmap(&[
                "show",
                "--all",
                "--from",
                "tests/offline/zoo.json",
                "-f",
                format,
                "--width",
                &width_text,
            ]);
            let widest = run.out.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= width, "{format} at {width}: {widest}\n{}", run.out);
        }
    }
}

#[test]
fn nothing_is_lost_at_any_width() {
    let all = fs::read_to_string(project_file("tests/offline/zoo.json")).unwrap();
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    for width in ["60", "80", "200"] {
        let run = netmap(&["show", "--all", "--from", "tests/offline/zoo.json", "--width", width]);
        for container in all["containers"].as_array().unwrap() {
            assert!(
                run.out.contains(container["name"].as_str().unwrap()),
                "{container} at {width}"
            );
            for endpoint in container["endpoints"].as_array().unwrap() {
                for address in [&endpoint["ipv4"], &endpoint["ipv6"]] {
                    assert!(
                        address.as_str().is_none_or(|a| run.out.contains(a)),
                        "{address} at {width}"
                    );
                }
            }
        }
    }
}

#[test]
fn json_reads_back_to_the_same_bytes() {
    let first = netmap(&["show", "--all", "--from", SAMPLE, "--format", "json"]);
    let read = Snapshot::read(first.out.as_bytes()).unwrap();
    assert_eq!(
        read.to_json(),
        fs::read_to_string(project_file("samples/module-5/snapshot.json")).unwrap()
    );
    // Beside the snapshot stands what is read off it.
    let shown: serde_json::Value = serde_json::from_str(&first.out).unwrap();
    let talk = serde_json::json!({"from": "survey_container", "to": "mongo", "port": 27017,
        "basis": "configured", "verdict": "blocked"});
    assert!(shown["talk"].as_array().unwrap().contains(&talk), "{}", shown["talk"]);
}

#[test]
fn filters_narrow_the_map() {
    let zoo = |arguments: &[&str]| {
        let run = netmap(
            &[&["show", "--from", "tests/offline/zoo.json", "-f", "csv"], arguments].concat(),
        );
        assert_eq!(run.code, 0, "{}", run.err);
        let mut names: Vec<String> = run
            .out
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap().to_owned())
            .collect();
        names.dedup();
        names
    };
    assert_eq!(zoo(&["--network", "back"]), ["api", "sidecar", "db", "flapping"]);
    assert_eq!(zoo(&["web"]), ["web"]);
    assert_eq!(zoo(&["sidecar"]), ["api", "sidecar"], "a shared stack is one thing");
    assert_eq!(zoo(&["q*"]), ["q1", "q2"]);
    assert_eq!(zoo(&["--project", "shop"]), ["web"]);
    assert!(zoo(&["--all"]).contains(&"stopped".to_owned()));
    assert!(!zoo(&[]).contains(&"stopped".to_owned()));
    assert_eq!(zoo(&["stopped"]), ["stopped"], "who names it wants to see it");
}

#[test]
fn color_follows_the_option_and_nothing_depends_on_it() {
    let plain = netmap(&["show", "--from", SAMPLE, "--color", "never"]);
    let auto = netmap(&["show", "--from", SAMPLE]);
    let colored = netmap(&["show", "--from", SAMPLE, "--color", "always"]);
    assert_eq!(plain.out, auto.out, "a pipe gets no colour");
    assert!(colored.out.contains("\u{1b}["));
    let mut stripped = String::new();
    let mut rest = colored.out.as_str();
    while let Some(at) = rest.find("\u{1b}[") {
        stripped.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').unwrap() + 1..];
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain.out);
}

#[test]
#[ignore = "needs Graphviz"]
fn graphviz_accepts_the_dot_whatever_the_names() {
    let mut snapshots = vec![fs::read_to_string(project_file("tests/offline/zoo.json")).unwrap()];
    for evil in [
        "\"",
        "\\",
        "a\\",
        "<b>&amp;</b>",
        "\\N\\G",
        "}{",
        "//",
        "#",
        "日本 مرحبا 😀",
        "a;b",
        "\\\"",
        "&#34;",
    ] {
        snapshots.push(
            serde_json::json!({"schema": "netmap/1",
                "networks": [{"name": evil, "id": "n", "driver": "bridge"}],
                "containers": [{"name": evil, "id": "c", "image": evil, "state": "running", "project": evil,
                    "endpoints": [{"network": evil, "network_id": "n", "ipv4": "10.0.0.2"}]}]})
            .to_string(),
        );
    }
    for snapshot in snapshots {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.json");
        fs::write(&path, snapshot).unwrap();
        let run =
            netmap(&["show", "--all", "--from", &path.display().to_string(), "--format", "dot"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let mut dot = Command::new("dot")
            .arg("-Tcanon")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Graphviz is installed");
        dot.stdin.take().unwrap().write_all(run.out.as_bytes()).unwrap();
        let result = dot.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&result.stderr).into_owned();
        assert!(result.status.success() && said.is_empty(), "{said}\n{}", run.out);
    }
}

/// On a narrow terminal a container of several networks is listed once, with them all.
#[test]
fn a_narrow_grid_lists_each_container_once() {
    let zoo = ["show", "-a", "--from", "tests/offline/zoo.json"];
    for width in ["30", "40", "45", "60"] {
        let text = netmap(&[&zoo[..], &["--width", width]].concat()).out;
        assert!(!text.contains("also on"), "{width}: {text}");
        for name in ["api", "d1", "db"] {
            assert_eq!(text.lines().filter(|line| *line == name).count(), 1, "{width}: {text}");
        }
        let of_api: Vec<&str> = text.lines().skip_while(|line| *line != "api").take(8).collect();
        for address in ["10.61.0.77", "10.62.0.2"] {
            assert!(of_api.iter().any(|line| line.contains(address)), "{width}: {text}");
        }
    }
}
