//! The recorded samples: each folder tells its story, and the recordings still
//! get the same findings.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::recorded::assert_recorded;
use crate::support::{finished, netmap, netmap_command, project_file};

/// Problems that cannot be made on purpose, or need more than one machine:
/// their snapshots were composed by hand.
const COMPOSED: [&str; 2] = ["dangling-endpoint", "swarm-ports"];

fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(project_file("samples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("near.json").exists())
        .collect();
    folders.sort();
    folders
}

fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_string_lossy().into_owned()
}

/// The rules that a line of the setup speaks of.
fn says(folder: &Path, key: &str) -> BTreeSet<String> {
    let script = fs::read_to_string(folder.join("setup.sh")).unwrap_or_default();
    let line = script.lines().find_map(|line| line.strip_prefix(key));
    let asked = ["# says with --probe:", "# says with --flows:"];
    let asked = asked.iter().find_map(|key| script.lines().find_map(|l| l.strip_prefix(key)));
    let line = if key == "# says:" { asked.or(line) } else { line };
    match line {
        Some(line) => line.split_whitespace().map(str::to_owned).collect(),
        None if key == "# says:" => BTreeSet::from([name(folder)]),
        None => BTreeSet::new(),
    }
}

fn found(file: &Path) -> BTreeSet<String> {
    let run = netmap(&["doctor", "--format", "json", "--from", file.to_str().unwrap()]);
    assert!(run.code < 2, "{}: {}", file.display(), run.err);
    let found: Value = serde_json::from_str(&run.out).unwrap();
    let findings = found["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn recorded_samples_get_the_findings_they_got_live() {
    let folders = folders();
    assert!(folders.len() >= 38, "{}", folders.len());
    for folder in folders {
        let broken = folder.join("snapshot.json");
        assert_eq!(found(&broken), says(&folder, "# says:"), "{}", broken.display());
        let near = folder.join("near.json");
        assert_eq!(found(&near), says(&folder, "# near says:"), "{}", near.display());
        let fixed = folder.join("fixed.json");
        let composed = COMPOSED.contains(&name(&folder).as_str());
        assert_eq!(fixed.exists(), !composed, "{}", fixed.display());
        if fixed.exists() {
            assert_eq!(found(&fixed), BTreeSet::new(), "{}", fixed.display());
        }
    }
}

#[test]
fn every_rule_has_a_sample_of_its_name_that_shows_it() {
    let page = netmap(&["explain", "--format", "markdown"]).out;
    let rules: BTreeSet<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let known: BTreeSet<String> = folders().iter().map(|folder| name(folder)).collect();
    assert_eq!(rules, known.iter().map(String::as_str).collect());
    for folder in folders() {
        assert!(says(&folder, "# says:").contains(&name(&folder)), "{}", folder.display());
    }
}

#[test]
fn each_sample_tells_its_story_and_shows_what_the_doctor_says() {
    for folder in folders() {
        let readme = fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        let name = name(&folder);
        let command = format!("netmap doctor --from samples/{name}");
        let block = format!("```console\n$ {command}\n");
        assert!(readme.contains(&block), "{name}/README.md shows no `{command}`");
        let story = readme.split("```").next().unwrap_or_default();
        assert!(story.len() > 200, "{name}/README.md tells too little");
    }
}

/// Of plans there is nothing to bring up: what is recorded is what netmap reads
/// out of their files.
#[test]
fn plans_are_recorded_as_they_are_read() {
    for name in ["refused-file", "refused-start"] {
        for (file, snapshot) in [("compose", "snapshot"), ("near", "near"), ("fixed", "fixed")] {
            let plan = format!("samples/{name}/{file}.yaml");
            let run = netmap(&["snapshot", "--compose", &plan]);
            assert_eq!(run.code, 0, "{plan}: {}", run.err);
            assert_recorded(&format!("samples/{name}/{snapshot}.json"), &run.out);
        }
    }
}

/// All recordings below a folder, by the name that asks for each.
fn recordings(folder: &Path, name: &str) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    for (file, ending) in [("snapshot.json", ""), ("fixed.json", "/fixed"), ("near.json", "/near")]
    {
        if folder.join(file).exists() {
            found.insert(format!("{name}{ending}"), folder.join(file));
        }
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let inside = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(recordings(&path, format!("{name}/{inside}").trim_start_matches('/')));
        }
    }
    found
}

#[test]
fn every_recording_travels_in_the_program() {
    let files = recordings(&project_file("samples"), "");
    let list: Value = serde_json::from_str(&netmap(&["samples", "--format", "json"]).out).unwrap();
    let samples = list["samples"].as_array().unwrap();
    let names = |sample: &Value| -> Vec<String> {
        serde_json::from_value(sample["recordings"].clone()).unwrap()
    };
    let carried: BTreeSet<String> = samples.iter().flat_map(names).collect();
    assert_eq!(carried, files.keys().cloned().collect());
    for name in ["module-5", "wrong-name/fixed", "lessons/no-names"] {
        let run = |from: &str| netmap(&["show", "--all", "--format", "json", "--from", from]).out;
        let file = files[name].to_str().unwrap();
        assert!(run(file).len() > 500 && run(&format!("sample:{name}")) == run(file), "{name}");
    }
}

#[test]
fn samples_are_listed_and_read_from_any_folder() {
    let elsewhere = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = netmap_command();
        finished(command.args(arguments).current_dir(elsewhere.path()).output().unwrap())
    };
    let list = run(&["samples"]);
    assert_eq!((list.code, list.err.as_str()), (0, ""));
    let printed = run(&["samples", "--format", "json"]).out;
    let printed: Value = serde_json::from_str(&printed).unwrap();
    for sample in printed["samples"].as_array().unwrap() {
        let (name, title) = (sample["name"].as_str().unwrap(), sample["title"].as_str().unwrap());
        let line = list.out.lines().find(|line| line.trim_start().starts_with(&format!("{name} ")));
        assert!(line.is_some_and(|line| line.ends_with(title)), "{name}: {}", list.out);
    }
    let tried = printed["samples"][0]["command"].as_str().unwrap();
    let (rule, words) = (&printed["samples"][0]["name"], tried.split(' ').skip(1));
    let out = run(&words.collect::<Vec<&str>>()).out;
    assert!(out.contains(rule.as_str().unwrap()), "{tried}: {out}");
    let diff = run(&["diff", "sample:wrong-name", "sample:wrong-name/fixed"]);
    assert_eq!(diff.code, 1, "{}{}", diff.out, diff.err);
    let unknown = run(&["show", "--from", "sample:modul-5"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (2, ""));
    assert!(unknown.err.contains("there is no sample `modul-5`"), "{}", unknown.err);
    assert!(unknown.err.contains("did you mean `module-5`?"), "{}", unknown.err);
    let missing = run(&["show", "--from", "samples/module-5"]);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("`netmap samples`"), "{}", missing.err);
}

#[test]
fn the_page_of_rules_is_what_netmap_explains() {
    assert_recorded("docs/rules.md", &netmap(&["explain", "--format", "markdown"]).out);
}

/// The tests bring setups up side by side on one engine.
#[test]
fn no_two_setups_publish_the_same_port_of_the_host() {
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for root in ["samples", "samples/lessons", "tests/corpus", "tests/engine"] {
        for entry in fs::read_dir(project_file(root)).unwrap() {
            let owner = entry.unwrap().path();
            // A plan is never brought up, and one test stands in a lesson's way on purpose.
            if owner.ends_with("samples/planned") || owner.ends_with("engine/lesson.rs") {
                continue;
            }
            let inside = fs::read_dir(&owner).into_iter().flatten();
            let mut files: Vec<PathBuf> = inside.map(|file| file.unwrap().path()).collect();
            files.push(owner.clone());
            files.retain(|file| {
                file.extension().is_some_and(|kind| ["sh", "yaml", "rs"].iter().any(|k| kind == *k))
            });
            for file in files {
                for port in published(&fs::read_to_string(file).unwrap()) {
                    owners.entry(port).or_default().insert(owner.display().to_string());
                }
            }
        }
    }
    assert!(owners.len() > 50, "only {} ports were found", owners.len());
    owners.retain(|_, setups| setups.len() > 1);
    assert!(owners.is_empty(), "{owners:#?}");
}

/// Numbers of five digits before a colon, which is where a host's port stands.
fn published(text: &str) -> Vec<String> {
    let before_colons = text.split(':').filter_map(|part| {
        let digits = part.len() - part.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        (digits == 5).then(|| part[part.len() - 5..].to_owned())
    });
    before_colons.collect()
}
