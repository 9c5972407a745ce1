//! `netmap check` over files: what it says of good ones and of bad ones, and
//! what other programs make of what it writes.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Run, finished, netmap, netmap_command, project_file};

const ZOO: &str = "tests/offline/zoo.json";

/// A check file in a folder of its own.
struct Written {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn written(text: impl AsRef<[u8]>) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("check.yaml");
    fs::write(&path, text).unwrap();
    Written { path, _folder: folder }
}

/// Checks the zoo with this file.
fn check(text: impl AsRef<[u8]>, options: &[&str]) -> Run {
    let file = written(text);
    let path = file.path.display().to_string();
    netmap(&[&["check", "--from", ZOO, &path], options].concat())
}

#[test]
fn exit_codes_tell_pass_from_fail_from_unknown() {
    for (text, code) in [
        ("", 2),
        ("networks: back", 0),
        ("reach: web -> api", 0),
        ("networks: [back, nowhere]", 1),
        ("reach: [web -> api:8080, web -> db]", 1),
        ("reach: web -> api:8080", 2),
    ] {
        let run = check(text, &[]);
        assert_eq!(run.code, code, "{text}\n{}{}", run.out, run.err);
        assert_eq!(run.err.is_empty(), !text.is_empty(), "{text}: {}", run.err);
    }
    let run = check("reach: web -> api:8080", &[]);
    assert!(run.out.contains("1 unknown") && run.out.contains("not measured"), "{}", run.out);
}

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_place() {
    for (text, said, hint) in [
        (
            "contaners: {}",
            "check.yaml:1:1: `contaners` is no key here",
            "did you mean `containers`?",
        ),
        ("networks:\n  back: { internl: true }", "check.yaml:2:11: `internl`", "`internal`?"),
        ("reach:\n  - web -> api:http", "check.yaml:2:16: `http` is no port", ""),
        ("reach:\n  - web ->api", "check.yaml:2:9: ", ""),
        ("names: 1\nnames: 2", "check.yaml:2:1: the key `names` is there already, in line 1", ""),
        ("a:\n\tb: 1", "check.yaml:2:1: a tab", ""),
        ("reach: &a [*a]", "check.yaml:1:12: an alias stands for itself", ""),
        ("- * resolves db", "check.yaml:1:3: text that begins with `*`", ""),
        ("reach: [a\u{1b}[31m]", "check.yaml:1:", ""),
    ] {
        let run = check(text, &[]);
        assert_eq!(run.code, 2, "{text}: {}", run.out);
        assert!(run.err.contains(said) && run.err.contains(hint), "{text}\n{}", run.err);
        assert!(!run.err.contains('\u{1b}'), "{}", run.err);
        assert_eq!(run.out, "");
    }
    let run = check("a: 1\nb: 2\nc: 3", &[]);
    assert!(run.err.contains(":2:1: `b`") && run.err.contains(":3:1: `c`"), "{}", run.err);
}

#[test]
fn files_that_are_no_check_files_are_refused() {
    assert_eq!(netmap(&["check", "--from", ZOO, "/nonexistent/check.yaml"]).code, 2);
    assert_eq!(netmap(&["check", "--from", ZOO, "tests"]).code, 2);
    let binary = check(b"\xff\xfe\x00", &[]);
    assert!(binary.code == 2 && binary.err.contains("UTF-8"), "{}", binary.err);
    assert!(binary.err.contains("hint: is it a text file?"), "{}", binary.err);
    assert_eq!(netmap(&["check", "--from", ZOO]).code, 2, "which file?");
    assert_eq!(check("", &["--retry", "1s"]).code, 2, "a file does not change");
}

/// "0 passed." would be taken for a pass, and a class for one that has done all.
#[test]
fn a_file_that_asserts_nothing_is_no_check() {
    for text in ["", "# later\n", "reach:\n", "containers: {}\nreach: []", "among: web\nproject: a"]
    {
        let run = check(text, &[]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains("check.yaml: it asserts nothing\n"), "{}", run.err);
        assert!(run.err.contains("hint: `netmap check --init`"), "{}", run.err);
        let file = written(text);
        let grade = netmap(&["grade", file.path.to_str().unwrap(), ZOO]);
        assert!(grade.code == 2 && grade.err.contains("asserts nothing"), "{}", grade.out);
    }
}

#[test]
fn of_a_project_that_is_not_there_nothing_is_proved() {
    for (text, said) in [
        ("project: compny\nfindings: no errors", "there is no project compny"),
        ("among: 'x*'\nfindings: none", "no container is what the file is about"),
    ] {
        let run = check(text, &[]);
        assert_eq!(run.code, 1, "{text}: {}", run.out);
        assert!(run.out.contains(said), "{}", run.out);
    }
}

#[test]
fn windows_text_is_read_as_well() {
    let text = "reach: web -> api\n";
    let utf16 = [0xfeff].into_iter().chain(text.encode_utf16());
    let utf16: Vec<u8> = utf16.flat_map(u16::to_le_bytes).collect();
    for bytes in
        [utf16, ["\u{feff}", text].concat().into_bytes(), text.replace('\n', "\r\n").into()]
    {
        let run = check(&bytes, &[]);
        assert_eq!(run.code, 0, "{}", run.err);
    }
}

#[test]
fn large_files_and_bombs_end_quickly() {
    let began = Instant::now();
    let large = written("");
    File::create(&large.path).unwrap().set_len(100 << 20).unwrap();
    let run = netmap(&["check", "--from", ZOO, &large.path.display().to_string()]);
    assert!(run.code == 2 && run.err.contains("larger than 16 MB"), "{}", run.err);
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..30 {
        bomb.push_str(&format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", ")));
    }
    for text in [bomb, "[".repeat(1 << 20), "? ".repeat(1 << 20), "- ".repeat(1 << 20)] {
        let run = check(&text, &[]);
        assert_eq!(run.code, 2);
        assert!(run.err.len() < 2000, "{} bytes", run.err.len());
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_file_of_many_assertions_is_judged_quickly() {
    let mut text = "reach:\n".to_owned();
    for _ in 0..2000 {
        text.push_str("  - web -> api\n  - nothing outside back reaches db\n");
    }
    let began = Instant::now();
    let run = check(&text, &["--format", "json"]);
    assert_eq!(run.code, 1, "the host reaches db");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn names_that_nothing_has_fail_with_a_suggestion() {
    let run = check("containers: wob\nnetworks: bakc\nreach: [web -> dbb, 'x* -> web']", &[]);
    assert_eq!(run.code, 1);
    for said in ["no container wob; did you mean web?", "did you mean back?", "did you mean db?"] {
        assert!(run.out.contains(said), "{}", run.out);
    }
}

#[test]
fn the_file_for_a_snapshot_passes_on_it() {
    let mut snapshots = vec![ZOO.to_owned()];
    for sample in fs::read_dir(project_file("samples")).unwrap() {
        let folders = [sample.unwrap().path()];
        let below = fs::read_dir(&folders[0]).into_iter().flatten().flatten().map(|e| e.path());
        for folder in folders.iter().cloned().chain(below) {
            let snapshot = folder.join("snapshot.json");
            if snapshot.exists() {
                snapshots.push(snapshot.display().to_string());
            }
        }
    }
    assert!(snapshots.len() > 1);
    for snapshot in snapshots {
        for narrow in [&[] as &[&str], &["--network", "*r*"]] {
            let init = netmap(&[&["check", "--init", "--from", &snapshot], narrow].concat());
            // No more than the engine's own networks may be left.
            if !narrow.is_empty() && init.err.contains("there is nothing here") {
                continue;
            }
            assert_eq!(init.code, 0, "{snapshot}: {}", init.err);
            let file = written(&init.out);
            let path = file.path.display().to_string();
            let run = netmap(&["check", "--from", &snapshot, &path]);
            // What is refused does not come up, whatever a file asserts of it.
            let refused = fs::read_to_string(&snapshot).unwrap().contains("\"faults\"");
            let code = i32::from(refused);
            assert_eq!(run.code, code, "{snapshot}\n{}\n{}{}", init.out, run.out, run.err);
        }
    }
}

#[test]
fn the_extension_chooses_the_format_and_standard_input_is_a_file_too() {
    let folder = tempfile::tempdir().unwrap();
    for (name, begins) in
        [("a.tap", "TAP version 14"), ("a.xml", "<?xml"), ("a.json", "{"), ("a.md", "| |")]
    {
        let path = folder.path().join(name);
        let run = check("networks: back", &["-o", &path.display().to_string()]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(fs::read_to_string(&path).unwrap().starts_with(begins), "{name}");
    }
    assert_eq!(check("networks: back", &["-o", "/tmp/x.docx"]).code, 2);
    let mut child = netmap_command()
        .args(["check", "--from", ZOO, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"networks: nowhere").unwrap();
    let run = finished(child.wait_with_output().unwrap());
    assert!(run.code == 1 && run.out.contains("-:1:11"), "{}{}", run.out, run.err);
}

/// Runs a program of somebody else's over a text; its standard output.
fn read_by(program: &str, arguments: &[&str], text: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Assertions of every outcome, with names that try to break a format.
const MIXED: &str = "networks: [back, 'no # where', 'x\" <y> & \\ ]]>']\n\
    reach: [web -> api, web -> api:8080, web -> db]\ncontainers: ['line\u{2028}break']";

#[test]
#[ignore = "needs perl"]
fn perl_reads_the_tap() {
    let tap = check(MIXED, &["--format", "tap"]).out;
    // Perl's parser knew versions up to 13 for long; without subtests 14 is
    // the same language.
    let tap = tap.replacen("TAP version 14", "TAP version 13", 1);
    let script = r#"
        use TAP::Parser;
        my $parser = TAP::Parser->new({ tap => do { local $/; <STDIN> } });
        while (my $result = $parser->next) {
            print $result->is_ok ? "ok" : "not ok", " ", $result->description, "\n" if $result->is_test;
            die "what is this: " . $result->as_string if $result->is_unknown;
        }
        die join("; ", $parser->parse_errors) if $parser->parse_errors;
        print $parser->tests_planned, " planned, ", scalar($parser->failed), " failed\n";
    "#;
    let read = read_by("perl", &["-e", script], &tap);
    let lines: Vec<&str> = read.lines().collect();
    assert_eq!(lines.len(), 8, "{read}\n{tap}");
    assert_eq!(lines[0], "ok - network back exists");
    assert_eq!(lines[7], "7 planned, 5 failed", "{read}");
}

#[test]
#[ignore = "needs python3"]
fn python_reads_the_junit_xml() {
    let xml = check(MIXED, &["--format", "junit"]).out;
    let script = "
import sys, json, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
cases = [(case.get('name'), [child.tag for child in case]) for case in root.iter('testcase')]
print(json.dumps({'root': root.tag, 'counts': dict(root.attrib), 'cases': cases}))";
    let read: serde_json::Value =
        serde_json::from_str(&read_by("python3", &["-c", script], &xml)).unwrap();
    assert_eq!(read["root"], "testsuites");
    let counts = &read["counts"];
    assert_eq!(
        (&counts["tests"], &counts["failures"], &counts["errors"]),
        (&"7".into(), &"4".into(), &"1".into()),
        "{read}"
    );
    assert_eq!(read["cases"][2][0], "network x\" <y> & \\ ]]> exists");
    assert_eq!(read["cases"][0][1], serde_json::json!([]));
    assert!(read["cases"].to_string().contains(r#"["web -> api:8080",["error"]]"#), "{read}");
}

/// Whether a value is what a schema says, for the part of JSON Schema that
/// netmap's own schema uses. What it does not know is an error.
fn fits(schema: &serde_json::Value, value: &serde_json::Value) -> bool {
    schema.as_object().unwrap().iter().all(|(keyword, says)| match keyword.as_str() {
        "$schema" | "title" | "description" => true,
        "type" => {
            let is = match value {
                serde_json::Value::Null => "null",
                serde_json::Value::Bool(_) => "boolean",
                serde_json::Value::Number(_) => "number",
                serde_json::Value::String(_) => "string",
                serde_json::Value::Array(_) => "array",
                serde_json::Value::Object(_) => "object",
            };
            let allows = |kind: &str| kind == is || (kind == "integer" && value.is_u64());
            match says {
                serde_json::Value::String(kind) => allows(kind),
                kinds => kinds.as_array().unwrap().iter().any(|k| allows(k.as_str().unwrap())),
            }
        }
        "properties" => value.as_object().is_none_or(|entries| {
            entries.iter().all(|(key, value)| says.get(key).is_none_or(|says| fits(says, value)))
        }),
        "additionalProperties" => value.as_object().is_none_or(|entries| {
            let known = schema.get("properties");
            let mut others = entries
                .iter()
                .filter(|(key, _)| known.is_none_or(|known| known.get(key).is_none()));
            match says {
                serde_json::Value::Bool(allowed) => *allowed || others.next().is_none(),
                says => others.all(|(_, value)| fits(says, value)),
            }
        }),
        "items" => value.as_array().is_none_or(|items| items.iter().all(|item| fits(says, item))),
        "anyOf" => says.as_array().unwrap().iter().any(|says| fits(says, value)),
        "enum" => says.as_array().unwrap().contains(value),
        "minimum" => value.as_i64().is_none_or(|number| number >= says.as_i64().unwrap()),
        "maximum" => value.as_i64().is_none_or(|number| number <= says.as_i64().unwrap()),
        // Regular expressions are left to real validators.
        "pattern" => true,
        other => panic!("the schema uses {other}, which this test does not know"),
    })
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let run = netmap(&["check", "--schema"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let schema: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let documentation = fs::read_to_string(project_file("docs/check.md")).unwrap();
    let example = documentation.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let init = netmap(&["check", "--init", "--from", ZOO]).out;
    for good in [
        example,
        &init,
        "networks: back",
        "networks: [a, b]",
        "containers: { web: , api: { on: a, published: [80, '8080:80'] } }",
        "reach: a -> b",
        "among: '*'\nproject: [a, b]\nreach: a -> b",
    ] {
        let value: serde_json::Value = serde_saphyr::from_str(good).unwrap_or_default();
        assert!(fits(&schema, &value), "{good}");
        assert_ne!(check(good, &[]).code, 2, "{good}");
    }
    for bad in [
        "- a",
        "contaners: {}",
        "networks: { back: { internl: true } }",
        "networks: { back: { internal: 7 } }",
        "containers: { web: { state: sleeping } }",
        "containers: { web: { published: 0 } }",
        "reach: { a: b }",
        "default: open",
    ] {
        let value: serde_json::Value = serde_saphyr::from_str(bad).unwrap();
        assert!(!fits(&schema, &value), "{bad}");
        assert_eq!(check(bad, &[]).code, 2, "{bad}");
    }
}

#[test]
fn a_file_that_somebody_wrote_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("netmap.yaml");
    let file = path.to_str().unwrap();
    let init =
        |more: &[&str]| netmap(&[&["check", "--init", "--from", ZOO, "-o", file], more].concat());
    assert_eq!(init(&[]).code, 0);
    assert_eq!(init(&[]).code, 0, "it says the same");
    let own = format!("{}# my own\n", fs::read_to_string(&path).unwrap());
    fs::write(&path, &own).unwrap();
    let run = init(&[]);
    assert!(
        run.code == 2 && run.err.contains("there already") && run.err.contains("--force"),
        "{}",
        run.err
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), own);
    assert_eq!(init(&["--force"]).code, 0);
    assert!(!fs::read_to_string(&path).unwrap().contains("my own"));
    assert_eq!(netmap(&["check", "--force", "--from", ZOO, file]).code, 2, "--force is for --init");
}
