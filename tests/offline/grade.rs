//! `netmap grade` over files: who stands where, what cannot be read, and what
//! hostile files can do.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::fake_engine::{FakeEngine, healthy};
use crate::support::{netmap, project_file};

const CHECK: &str = "samples/lessons/module-5/check.yaml";

/// A folder of what students handed in.
struct Class {
    folder: TempDir,
}

impl Class {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> &Self {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }
}

fn snapshot(sample: &str) -> Value {
    let text = fs::read_to_string(project_file(sample).join("snapshot.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn noted(sample: &str, note: &str) -> Vec<u8> {
    let mut snapshot = snapshot(sample);
    snapshot["taken"] = json!({"at": "2026-11-28T09:00:00Z", "netmap": "0.1.0", "note": note});
    snapshot.to_string().into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_folder_in_place_of_the_check_file_is_told_of() {
    let class = Class::new();
    let run = netmap(&["grade", class.path(), CHECK]);
    assert!(run.code == 2 && run.err.contains("the check file comes first"), "{}", run.err);
    let hint = format!("hint: netmap grade check.yaml {}", class.path());
    assert!(run.err.contains(&hint), "{}", run.err);
}

/// Who means one student and names the class learns how to name both.
#[test]
fn a_folder_of_snapshots_is_no_snapshot() {
    let class = Class::new();
    class.put("ada 10.json", b"{}").put("ada 2.json", b"{}").put("notes.txt", b"");
    for command in ["show", "doctor"] {
        let run = netmap(&[command, "--from", class.path()]);
        assert_eq!(run.code, 2, "{}", run.out);
        let what = format!("`{}`: it is a folder without a `snapshot.json`", class.path());
        assert!(run.err.contains(&what), "{}", run.err);
        let all = format!("netmap grade check.yaml {}\n", class.path());
        assert!(run.err.contains(&all), "{}", run.err);
        let one = format!("--from '{}'\n", class.at("ada 2.json").display());
        assert!(run.err.contains(&one), "{}", run.err);
    }
    let empty = tempfile::tempdir().unwrap();
    let run = netmap(&["show", "--from", empty.path().to_str().unwrap()]);
    assert!(run.code == 2 && run.err.contains("there is no snapshot in it"), "{}", run.err);
}

/// A class of all kinds.
fn class() -> Class {
    let class = Class::new();
    class
        .put("anna.json", &noted("samples/module-5/network", "group 1"))
        .put("ben.json.gz", &gzip(&noted("samples/module-5", "group 3, seat 12")))
        .put("group-2/cleo.json", snapshot("samples/module-5/address").to_string().as_bytes())
        .put("dan.json", b"{\"schema\": \"netmap/1\", \"containers\": [{]}")
        .put("eve.json", b"{\"schema\": \"netmap/9\"}")
        .put("finn.json.gz", &gzip(b"{\"schema\": \"netmap/1\"}")[..12])
        .put("notes.txt", b"no snapshot");
    class
}

fn graded(class: &Class) -> Value {
    let run = netmap(&["grade", CHECK, class.path(), "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

fn row<'v>(told: &'v Value, name: &str) -> &'v Value {
    let mut rows = told["rows"].as_array().unwrap().iter();
    rows.find(|row| row["file"].as_str().unwrap().ends_with(name)).unwrap()
}

#[test]
fn everybody_is_a_row_and_says_what_is_in_the_way() {
    let class = class();
    let told = graded(&class);
    assert_eq!(told["schema"], "netmap-grade/1");
    assert_eq!(told["rows"].as_array().unwrap().len(), 6);
    let ben = row(&told, "ben.json.gz");
    assert_eq!(ben["note"], "group 3, seat 12");
    assert_eq!((&ben["time"], &ben["netmap"]), (&json!("2026-11-28T09:00:00Z"), &json!("0.1.0")));
    assert!(ben["first_cause"].as_str().unwrap().ends_with("(localhost-dependency)"), "{ben:#}");
    for (name, why) in [("dan.json", "line 1"), ("eve.json", "netmap/9"), ("finn.json.gz", "")] {
        let row = row(&told, name);
        assert_eq!(row["results"], json!([]), "{row:#}");
        assert!(row["unreadable"].as_str().unwrap().contains(why), "{row:#}");
    }
    assert_eq!(told["summary"]["unreadable"], 3);
    // What check says of one, grade says of all.
    let check = netmap(&[
        "check",
        CHECK,
        "--from",
        class.at("anna.json").to_str().unwrap(),
        "--format",
        "json",
    ]);
    let check: Value = serde_json::from_str(&check.out).unwrap();
    let statuses = |rows: &Value| -> Vec<Value> {
        rows.as_array().unwrap().iter().map(|row| row["status"].clone()).collect()
    };
    assert_eq!(statuses(&row(&told, "anna.json")["results"]), statuses(&check["results"]));
}

#[test]
fn exit_codes_say_whether_everybody_is_done() {
    let code = |files: &[(&str, &[u8])]| {
        let class = Class::new();
        files.iter().for_each(|(name, bytes)| {
            class.put(name, bytes);
        });
        let check = class.at("check.yaml");
        fs::write(&check, "containers:\n  mongo: { running: true }\n").unwrap();
        let run = netmap(&["grade", check.to_str().unwrap(), class.path()]);
        (run.code, run.out + &run.err)
    };
    let good = noted("samples/module-5/network", "a");
    let none = b"{\"schema\": \"netmap/1\"}".as_slice();
    let text = |(code, _): (i32, String)| code;
    assert_eq!(text(code(&[("a.json", &good)])), 0);
    assert_eq!(text(code(&[("a.json", &good), ("b.json", none)])), 1);
    assert_eq!(text(code(&[("a.json", &good), ("b.json", b"x")])), 2);
    let (empty, said) = code(&[]);
    assert_eq!(empty, 2);
    assert!(said.contains("there is no snapshot"), "{said}");
    let missing = netmap(&["grade", CHECK, "/nonexistent/me.json"]);
    assert_eq!(missing.code, 2);
    let said = "cannot be read: there is no /nonexistent/me.json";
    assert!(missing.out.contains(said), "{}", missing.out);
}

#[test]
fn a_note_travels_with_a_snapshot_and_is_not_kept_in_a_redacted_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("me.json");
    let file = file.to_str().unwrap();
    let from = ["--from", "sample:module-5", "-o", file];
    let run = netmap(&[&["snapshot", "--note", "  group 3,\n seat 12 "][..], &from].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    let written: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(written["taken"]["note"], "group 3, seat 12");
    let again = netmap(&["snapshot", "--from", file]);
    assert_eq!(again.out, fs::read_to_string(file).unwrap(), "reading changes nothing");
    let redacted = netmap(&["snapshot", "--redact", "--from", file]);
    assert!(!redacted.out.contains("seat 12"), "{}", redacted.out);
    let both = netmap(&["snapshot", "--redact", "--note", "x", "--from", file]);
    assert_eq!(both.code, 2);
    assert_eq!(netmap(&["snapshot", "--note", "", "--from", file]).code, 2);
    let engine = FakeEngine::start(healthy);
    let live = netmap(&["snapshot", "--no-exec", "--host", &engine.address]);
    let live: Value = serde_json::from_str(&live.out).unwrap();
    assert_eq!(live["taken"]["netmap"], env!("CARGO_PKG_VERSION"));
    assert!(live["taken"]["at"].is_string() && live["taken"]["note"].is_null(), "{live:#}");
}

#[test]
fn hostile_files_and_notes_are_harmless_in_every_format() {
    let class = Class::new();
    let evil = "=cmd|'/C calc'!A0\",<script>alert(1)</script>\u{1b}[2J\u{202e}`|\n";
    class
        .put("=1+1,\"x\".json", &noted("samples/module-5", evil))
        .put("<img src=x onerror=alert(1)>.json", &noted("samples/module-5", "@SUM(1)"))
        .put("deep.json", format!("{}{}", "[".repeat(200_000), "]".repeat(200_000)).as_bytes())
        .put("binary.json", &[0xff, 0xfe, 0, 1])
        .put("bomb.json.gz", &gzip(&vec![b' '; 8 << 20]));
    for format in ["text", "csv", "markdown", "html", "json"] {
        let run = netmap(&["grade", CHECK, class.path(), "--format", format]);
        assert_eq!(run.code, 1, "{format}: {}", run.err);
        assert!(!run.out.contains('\u{1b}') && !run.out.contains('\u{202e}'), "{format}");
        if ["markdown", "html"].contains(&format) {
            assert!(
                !run.out.contains("<script") && !run.out.contains("<img"),
                "{format}: {}",
                run.out
            );
        }
    }
    let csv = netmap(&["grade", CHECK, class.path(), "--format", "csv"]).out;
    assert_eq!(csv.lines().count(), 6, "{csv}");
    assert!(csv.contains("\"'=cmd|"), "{csv}");
    assert!(csv.contains(",'@SUM(1),"), "{csv}");
}

/// Made-up students: every one has another mistake, or none.
fn made_up(class: &Class, students: usize) {
    let kinds = ["samples/module-5", "samples/module-5/network", "samples/module-5/address"];
    for number in 0..students {
        let text = noted(kinds[number % kinds.len()], &format!("seat {number}"));
        class.put(&format!("{number}.json"), &text);
    }
}

#[test]
fn the_cost_grows_with_the_class_and_no_faster() {
    let seconds = |students: usize| {
        let class = Class::new();
        made_up(&class, students);
        let began = Instant::now();
        let run = netmap(&["grade", CHECK, class.path(), "--format", "csv"]);
        assert_eq!(run.out.lines().count(), students + 1, "{}", run.err);
        began.elapsed()
    };
    // Ten times as many: a quadratic cost would be a hundred times as high, whatever else the
    // machine does in one of these moments.
    let mut tried = Vec::new();
    let holds = (0..3).any(|_| {
        let (few, many) = (seconds(30), seconds(300));
        tried.push((few, many));
        many < few * 30 + Duration::from_secs(1)
    });
    assert!(holds, "{tried:?}");
}

#[test]
fn rows_of_a_folder_are_in_the_order_of_their_names() {
    let class = Class::new();
    made_up(&class, 12);
    let run = netmap(&["grade", CHECK, class.path(), "--format", "csv"]);
    let files: Vec<&str> =
        run.out.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    let names: Vec<&str> =
        files.iter().map(|file| Path::new(file).file_stem().unwrap().to_str().unwrap()).collect();
    let numbers: Vec<String> = (0..12).map(|number: usize| number.to_string()).collect();
    assert_eq!(names, numbers);
}
