//! Check files of setups with scaled services.

use std::fs;

use crate::support::netmap;

/// The number that a service is scaled to, and the project's name, are as little the
/// compose file's as the folder is.
#[test]
fn the_file_for_a_scaled_service_holds_at_another_scale() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let scaled = |to: usize| {
        let file = at(&format!("{to}.yaml"));
        let text = format!(
            "services:\n  web:\n    image: web\n    scale: {to}\n    ports: ['8000-8009:80']\n    \
             networks: [front, back]\n  db:\n    image: db\n    networks: [back]\n  \
             proxy:\n    image: proxy\n    networks: [front]\nnetworks:\n  front:\n  back:\n"
        );
        fs::write(&file, text).unwrap();
        file
    };
    let files = [1, 2, 3, 5].map(scaled);
    for written in &files[1..] {
        let check = at("check.yaml");
        let init = ["check", "--init", "--compose", written, "--project-name", "shop"];
        let init = netmap(&[&init[..], &["--force", "-o", &check]].concat());
        assert_eq!(init.code, 0, "{}", init.err);
        let text = fs::read_to_string(&check).unwrap();
        assert!(!text.contains("shop"), "{text}");
        let lines: Vec<&str> = text.lines().filter(|line| line.contains("web:")).collect();
        let line = "  web: { only-on: [back, front], only-published: [\"0.0.0.0::80\"] }";
        assert_eq!(lines, [line], "{text}");
        assert!(text.contains("only-members: [db, web]"), "{text}");
        for file in &files {
            for project in ["shop", "other"] {
                let run = netmap(&["check", &check, "--compose", file, "--project-name", project]);
                assert_eq!(run.code, 0, "{file} {project}\n{text}\n{}{}", run.out, run.err);
            }
        }
        // It still tells of what is not as it was.
        let changed = fs::read_to_string(&files[2]).unwrap();
        for (was, is) in [
            ("[front, back]", "[front]"),
            ("80'", "81'"),
            ("networks: [back]", "networks: [front]"),
        ] {
            let other = at("other.yaml");
            fs::write(&other, changed.replace(was, is)).unwrap();
            let run = netmap(&["check", &check, "--compose", &other, "--project-name", "shop"]);
            assert_eq!(run.code, 1, "{is}\n{text}\n{}{}", run.out, run.err);
        }
    }
}

/// Who writes a file does not say how many copies there will be; what keeps them apart
/// or tells of somebody else is said of each.
#[test]
fn a_file_holds_when_copies_are_added() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let scaled = |to: usize, more: &str| {
        let file = at("compose.yaml");
        let text = format!(
            "services:\n  web:\n    image: web\n    scale: {to}\n    networks: [front]\n  \
             db:\n    image: db\n    networks: [back]\n{more}networks:\n  front:\n  back:\n"
        );
        fs::write(&file, text).unwrap();
        file
    };
    let check = at("check.yaml");
    let one = scaled(1, "");
    let init = netmap(&["check", "--init", "--compose", &one, "-o", &check]);
    assert_eq!(init.code, 0, "{}", init.err);
    let written = fs::read_to_string(&check).unwrap();
    assert!(written.contains("default: isolated"), "{written}");
    let code = |copies: usize, more: &str, file: &str| {
        fs::write(&check, file).unwrap();
        let compose = scaled(copies, more);
        let run = netmap(&["check", &check, "--compose", &compose]);
        assert!(run.code != 2, "{}{}", run.out, run.err);
        run.code
    };
    let other = "  other:\n    image: other\n    networks: [front]\n";
    let isolated = "default: isolated\n";
    let apart = "reach:\n  - web -/-> web\n";
    for copies in [2, 5, 30] {
        assert_eq!(code(copies, "", &written), 0, "{copies} of the one there was");
        assert_eq!(code(copies, "", isolated), 0, "{copies} are one party");
        assert_eq!(code(copies, other, isolated), 1, "{copies} and another one");
        assert_eq!(code(copies, "", apart), 1, "{copies} are on one network");
    }
}

/// Copies that are not alike are told apart, and all that holds of each is asserted.
#[test]
fn copies_that_differ_go_by_their_own_names() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (compose, file, check) = (at("compose.yaml"), at("snapshot.json"), at("check.yaml"));
    fs::write(&compose, "services:\n  web:\n    image: web\n    scale: 2\n  db:\n    image: db\n")
        .unwrap();
    let planned = netmap(&["show", "--compose", &compose, "--project-name", "shop", "-f", "json"]);
    let mut snapshot: serde_json::Value = serde_json::from_str(&planned.out).unwrap();
    let containers = snapshot["containers"].as_array_mut().unwrap().iter_mut();
    for container in containers {
        let is_down = container["name"] == "shop-web-2";
        container["state"] = if is_down { "exited" } else { "running" }.into();
    }
    fs::write(&file, snapshot.to_string()).unwrap();
    let init = netmap(&["check", "--init", "-a", "--from", &file, "-o", &check]);
    assert_eq!(init.code, 0, "{}", init.err);
    let text = fs::read_to_string(&check).unwrap();
    assert!(
        text.contains("  shop-web-1:") && text.contains("  shop-web-2: { state: exited"),
        "{text}"
    );
    assert!(text.contains("shop-web-1 -> db"), "{text}");
    let run = netmap(&["check", &check, "--from", &file]);
    assert_eq!(run.code, 0, "{text}\n{}{}", run.out, run.err);
}
