//! Reports of the doctor for other programs: SARIF, annotations of GitHub and
//! JUnit XML, over every sample, and with names that are out to break them.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::doctor::hostile;
use crate::support::{netmap, project_file};

/// The schema of SARIF, from the crate that carries it.
fn schema() -> &'static jsonschema::Validator {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut command = Command::new(env!("CARGO"));
        command.args(["metadata", "--offline", "--format-version", "1", "--filter-platform"]);
        command.arg("x86_64-unknown-linux-gnu").arg("--manifest-path");
        let told = command.arg(project_file("Cargo.toml")).output().unwrap();
        let told: Value = serde_json::from_slice(&told.stdout).expect("metadata");
        let mut packages = told["packages"].as_array().unwrap().iter();
        let package = packages.find(|package| package["name"] == "serde-sarif").unwrap();
        let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
        let text = fs::read_to_string(manifest.with_file_name("src").join("schema.json")).unwrap();
        // A bracket in a pattern that is a slip, and no pattern to strict readers.
        let text = text.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$");
        let schema: Value = serde_json::from_str(&text).unwrap();
        assert!(schema["title"].as_str().unwrap().contains("(SARIF) Version 2.1.0"));
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    })
}

fn sarif(arguments: &[&str]) -> Value {
    let run = netmap(&[&["doctor", "--format", "sarif"], arguments].concat());
    assert!(run.code < 2, "{arguments:?}: {}", run.err);
    let document: Value = serde_json::from_str(&run.out).unwrap();
    let errors: Vec<String> = schema()
        .iter_errors(&document)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    document
}

/// Folders of samples with something wrong in them: every fifth, and the plan.
fn samples() -> Vec<String> {
    let entries = fs::read_dir(project_file("samples")).unwrap();
    let mut folders: Vec<String> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("snapshot.json").is_file())
        .map(|path| path.display().to_string())
        .collect();
    folders.sort();
    folders.into_iter().step_by(5).collect()
}

#[test]
fn the_validator_sees_what_is_wrong() {
    let mut document = sarif(&["--from", "samples/module-5"]);
    document["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!schema().is_valid(&document));
}

#[test]
fn sarif_fits_its_schema_and_has_every_finding() {
    for sample in samples() {
        let document = sarif(&["--from", &sample]);
        let told = netmap(&["doctor", "--format", "json", "--from", &sample]);
        let told: Value = serde_json::from_str(&told.out).unwrap();
        let rules = |list: &Value, key: &str| -> Vec<String> {
            let rows = list.as_array().unwrap().iter();
            rows.map(|row| row[key].as_str().unwrap().to_owned()).collect()
        };
        let run = &document["runs"][0];
        assert_eq!(rules(&run["results"], "ruleId"), rules(&told["findings"], "rule"), "{sample}");
        for result in run["results"].as_array().unwrap() {
            let rule =
                &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
        }
    }
}

#[test]
fn findings_of_a_plan_are_at_their_lines() {
    let plan = sarif(&["--compose", "samples/planned"]);
    for result in plan["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"];
        let artifact = &place["artifactLocation"];
        assert_eq!(artifact["uri"], "samples/planned/compose.yaml");
        assert_eq!(artifact["uriBaseId"], "%SRCROOT%");
        assert!(place["region"]["startLine"].as_u64() > Some(4), "{result:#}");
    }
    let run = netmap(&["doctor", "--format", "github", "--compose", "samples/planned"]);
    let commands = run.out.lines().filter(|line| line.starts_with("::"));
    let placed =
        commands.clone().filter(|line| line.contains(" file=samples/planned/compose.yaml,line="));
    assert_eq!(placed.count(), commands.count(), "{}", run.out);
    let run = netmap(&["doctor", "--format", "junit", "--compose", "samples/planned"]);
    let document = roxmltree::Document::parse(&run.out).unwrap();
    let failed = document.descendants().filter(|node| node.has_tag_name("failure"));
    let placed = failed.clone().filter(|node| {
        node.parent()
            .is_some_and(|case| case.attribute("file") == Some("samples/planned/compose.yaml"))
    });
    assert!(failed.clone().count() > 5);
    assert_eq!(placed.count(), failed.count());
}

#[test]
fn what_is_set_aside_is_in_every_format_with_its_reason() {
    let ignoring =
        ["--from", "samples/module-5", "--ignore", "default-bridge-no-names it's a [demo](x)"];
    let document = sarif(&ignoring);
    let results = document["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    assert!(results[0]["suppressions"].is_null());
    let suppression = &results[1]["suppressions"][0];
    assert_eq!(suppression["kind"], "external");
    assert!(suppression["justification"].as_str().unwrap().contains("it's a [demo](x)"));
    for format in ["text", "json", "markdown", "github", "junit"] {
        let run = netmap(&[&["doctor", "--format", format][..], &ignoring].concat());
        let plain = run.out.replace(['\\', '\n'], "").replace("&apos;", "'");
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain.contains("it's a [demo](x)"), "{format}: {}", run.out);
        assert_eq!(run.code, 1, "{format}");
    }
    // With all of them ignored nothing fails, and nothing is called fine.
    let all = [&ignoring[..], &["--ignore", "localhost-dependency"]].concat();
    let run = netmap(&[&["doctor"], &all[..]].concat());
    assert_eq!(run.code, 0);
    assert!(
        run.out.contains("No other problems") && run.out.contains("2 are ignored."),
        "{}",
        run.out
    );
    assert!(run.out.contains("no reason is given"), "{}", run.out);
}

#[test]
fn fail_on_decides_over_the_exit_code_and_the_failures_of_a_report() {
    let warned = "samples/module-5/address";
    let run = |fail_on: &str| {
        netmap(&["doctor", "--from", warned, "--fail-on", fail_on, "--format", "junit"])
    };
    let failures = |fail_on: &str| {
        let run = run(fail_on);
        let document = roxmltree::Document::parse(&run.out).unwrap();
        (run.code, document.descendants().filter(|node| node.has_tag_name("failure")).count())
    };
    assert_eq!(failures("warning"), (1, 1));
    assert_eq!(failures("error"), (0, 0));
    assert_eq!(failures("none"), (0, 1), "the report says it all the same");
    assert_eq!(netmap(&["doctor", "--from", warned, "--fail-on", "fatal"]).code, 2);
}

#[test]
fn a_fix_is_headed_once_in_junit_and_can_be_pasted() {
    for arguments in [
        &["doctor", "--from", "samples/module-5"][..],
        &["check", "samples/lessons/module-5/check.yaml", "--from", "samples/module-5"],
    ] {
        let run = netmap(&[arguments, &["--format", "junit"]].concat());
        assert!(!run.out.contains("fix: "), "{}", run.out);
        assert!(run.out.contains("\nto fix it:\ndocker network create"), "{}", run.out);
    }
}

#[test]
fn texts_of_strangers_break_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.json");
    fs::write(&file, hostile()).unwrap();
    let from = file.to_str().unwrap();
    let document = sarif(&["--from", from]);
    assert_eq!(document["runs"][0]["results"].as_array().unwrap().len(), 2);
    for format in ["sarif", "github", "junit"] {
        let run = netmap(&["doctor", "--format", format, "--from", from]);
        assert!(!run.out.contains('\u{1b}'), "{format}: {}", run.out);
    }
    let github = netmap(&["doctor", "--format", "github", "--from", from]);
    let lines: Vec<&str> = github.out.lines().collect();
    assert_eq!(lines.len(), 3, "two commands and the verdict: {}", github.out);
    let junit = netmap(&["doctor", "--format", "junit", "--from", from]);
    roxmltree::Document::parse(&junit.out).unwrap();
    // A file name that would end a property, or begin another command.
    let odd = folder.path().join("a,line=1::error b%.yaml");
    fs::write(&odd, "services:\n  db:\n    image: postgres\n    ports: [\"5432:5432\"]\n").unwrap();
    let run = netmap(&["doctor", "--format", "github", "--compose", odd.to_str().unwrap()]);
    assert!(run.out.contains("/a%2Cline=1%3A%3Aerror b%25.yaml,line=4,"), "{}", run.out);
    sarif(&["--compose", odd.to_str().unwrap()]);
}
