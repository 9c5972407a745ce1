//! Lessons of somebody's own: made from a setup, read from a folder, and on
//! paper.

use std::fs;
use std::path::Path;

use crate::support::{netmap, project_file};

/// The skeleton of a lesson made from a sample, in a folder of its own.
fn made(sample: &str, name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let run = netmap(&[
        "lesson",
        "--lessons",
        folder.path().to_str().unwrap(),
        "new",
        name,
        "--from",
        sample,
    ]);
    assert_eq!(run.code, 0, "{sample}: {}", run.err);
    assert_eq!(run.out.trim_end(), folder.path().join(name).display().to_string());
    folder
}

fn text(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).unwrap()
}

#[test]
fn a_lesson_made_of_any_sample_is_whole() {
    let lessons = fs::read_dir(project_file("samples/lessons")).unwrap();
    let lessons = lessons.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let samples = ["wrong-name", "no-shared-network", "icc-off", "exposed-to-the-world"];
    let samples = samples.map(|sample| project_file("samples").join(sample));
    for sample in lessons.chain(samples) {
        let folder = made(sample.to_str().unwrap(), "mine");
        let at = folder.path().to_str().unwrap();
        // Reading it holds it to the format of the course.
        let sheet = netmap(&["lesson", "--lessons", at, "sheet", "--teacher"]);
        assert_eq!(sheet.code, 0, "{}: {}", sample.display(), sheet.err);
        for script in ["mine/setup.sh", "mine/solve.sh"] {
            let path = folder.path().join(script);
            let checked = std::process::Command::new("sh").arg("-n").arg(&path).output().unwrap();
            assert!(checked.status.success(), "{}: {checked:?}", sample.display());
        }
    }
}

#[test]
fn a_lesson_has_what_the_setup_has_and_what_the_doctor_says() {
    let folder = made("sample:lessons/two-networks", "lost-database");
    let setup = text(folder.path(), "lost-database/setup.sh");
    assert!(setup.contains("label=netmap.lesson=lost-database\n"), "{setup}");
    assert!(setup.contains("docker network create --label $label shop-back\n"), "{setup}");
    let run = "docker run -d --label $label --name shop-web --network shop-front";
    assert!(setup.contains(run), "{setup}");
    assert!(setup.contains(" -e DATABASE_URL=postgres://shop-db:5432"), "{setup}");
    assert!(setup.contains("nc -ll -p 5432 -e cat"), "{setup}");
    let solve = text(folder.path(), "lost-database/solve.sh");
    assert!(solve.contains("\ndocker network connect shop-back shop-web\n"), "{solve}");
    let check = text(folder.path(), "lost-database/check.yaml");
    assert!(check.contains("  - shop-web -> shop-db:5432\n"), "{check}");
    let readme = text(folder.path(), "lost-database/README.md");
    assert!(readme.starts_with("# shop-web does not reach shop-db\n"), "{readme}");
    // Its check fails on the setup that it was made of.
    let place = folder.path().join("lost-database");
    let (check, place) = (place.join("check.yaml"), place.to_str().unwrap());
    let run = netmap(&["check", check.to_str().unwrap(), "--from", place]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    let again = netmap(&[
        "lesson",
        "--lessons",
        folder.path().to_str().unwrap(),
        "new",
        "lost-database",
        "--from",
        place,
    ]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is there already"), "{}", again.err);
}

/// A stand-in that ran where the original had ended would be a lesson that is
/// solved before it begins.
#[test]
fn what_had_ended_ends_in_the_lesson_too() {
    let folder = made("sample:target-down", "mine");
    let setup = text(folder.path(), "mine/setup.sh");
    // Once: `docker start` brings it back, as it would the original that is mended.
    let once = "  sh -c '[ -e /ended ] || { : >/ended; exit 1; }\n";
    assert!(setup.contains(once), "{setup}");
    // One that dials ends where nobody answers, and else runs.
    let changed = |sample: &str, name: &str, code: u8| {
        let at = folder.path().join(format!("{sample}.json"));
        let place = project_file("samples").join(sample).join("snapshot.json");
        let mut snapshot: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(place).unwrap()).unwrap();
        let containers = snapshot["containers"].as_array_mut().unwrap().iter_mut();
        for container in containers.filter(|container| container["name"] == name) {
            container["state"] = "exited".into();
            container["exit_code"] = code.into();
        }
        fs::write(&at, snapshot.to_string()).unwrap();
        made(at.to_str().unwrap(), "mine")
    };
    let dialling = changed("no-shared-network", "web", 3);
    let setup = text(dialling.path(), "mine/setup.sh");
    assert!(setup.contains("</dev/null >/dev/null || exit 3\n"), "{setup}");
    // And what was stopped by hand is stopped.
    let stopped = changed("target-down", "db", 143);
    let setup = text(stopped.path(), "mine/setup.sh");
    assert!(setup.contains("\ndocker stop -t 0 db\n"), "{setup}");
    let check = text(stopped.path(), "mine/check.yaml");
    assert!(check.contains("  db: { running: true }\n"), "{check}");
}

#[test]
fn a_lesson_of_a_wrong_name_says_who_is_to_reach_whom() {
    let folder = made("sample:lessons/wrong-name", "mine");
    let readme = text(folder.path(), "mine/README.md");
    assert!(readme.starts_with("# library-app does not reach library-mysql\n"), "{readme}");
    assert!(readme.contains("\nLet `library-app` reach `library-mysql` on port 3306.\n"));
    let check = text(folder.path(), "mine/check.yaml");
    assert!(check.contains("\nreach:\n  - library-app -> library-mysql:3306\n"), "{check}");
}

#[test]
fn a_lesson_of_a_wrong_port_or_address_wants_what_its_fix_makes() {
    for (lesson, way) in
        [("host-port", "chat-app -> chat-db:5432"), ("moved", "bank-app -> bank-db:5432")]
    {
        let folder = made(&format!("sample:lessons/{lesson}"), "mine");
        let check = text(folder.path(), "mine/check.yaml");
        assert!(check.contains(&format!("\nreach:\n  - {way}\n")), "{check}");
    }
}

#[test]
fn a_lesson_of_one_name_for_two_means_the_one_that_answers() {
    let folder = made("sample:lessons/two-answers", "mine");
    let check = text(folder.path(), "mine/check.yaml");
    assert!(check.contains("\nreach:\n  - ticket-web -> ticket-api-2:8080\n"), "{check}");
    let solve = text(folder.path(), "mine/solve.sh");
    assert!(solve.contains("\ndocker network disconnect ticket ticket-api-1\n"), "{solve}");
}

/// What Compose does is no matter of two networks that were made by hand.
#[test]
fn a_lesson_speaks_of_compose_where_something_is_composes() {
    let told = |sample: &str| text(made(sample, "mine").path(), "mine/README.md");
    let by_hand = told("sample:lessons/two-networks");
    assert!(by_hand.contains("docker network connect NETWORK CONTAINER"), "{by_hand}");
    assert!(!by_hand.contains("ompose"), "{by_hand}");
    let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    let place = project_file("samples/no-shared-network/snapshot.json");
    let snapshot = fs::read_to_string(place).unwrap();
    let snapshot = snapshot.replace("\"state\":", "\"project\": \"shop\", \"state\":");
    fs::write(file.path(), snapshot).unwrap();
    let composed = told(file.path().to_str().unwrap());
    assert!(composed.contains("In a compose file"), "{composed}");
}

#[test]
fn a_lesson_says_that_nothing_fixes_it_yet() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let left_out = |sample: &str| {
        let new = ["lesson", "--lessons", at, "new", &sample.replace([':', '/'], "-")];
        netmap(&[&new[..], &["--from", sample]].concat()).err
    };
    let by_hand = left_out("sample:loopback-bind");
    assert!(by_hand.contains("left out: what fixes it"), "{by_hand}");
    let broken = left_out("sample:lessons/two-networks");
    assert!(!broken.contains("left out: what fixes it"), "{broken}");
}

#[test]
fn a_lesson_of_some_containers_tells_nothing_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let sample = ["--from", "sample:module-5"];
    let new = ["lesson", "--lessons", at, "new", "mine", "mongo", "results_container"];
    let new = [&new, &sample[..]].concat();
    let run = netmap(&new);
    assert_eq!(run.code, 0, "{}", run.err);
    for file in ["README.md", "setup.sh", "solve.sh", "check.yaml", "snapshot.json"] {
        let text = text(folder.path(), &format!("mine/{file}"));
        assert!(!text.contains("survey_container"), "{file}: {text}");
    }
}

#[test]
fn names_of_strangers_do_not_get_into_a_script() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile.json");
    let mut hostile: serde_json::Value = serde_json::from_str(&crate::doctor::hostile()).unwrap();
    let beside = two_faults();
    let beside: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(beside.path()).unwrap()).unwrap();
    for list in ["containers", "networks"] {
        let named = beside[list].as_array().unwrap().iter();
        let more: Vec<_> = named.filter(|one| one["name"] != "db").cloned().collect();
        hostile[list].as_array_mut().unwrap().extend(more);
    }
    fs::write(&file, hostile.to_string()).unwrap();
    let at = folder.path().to_str().unwrap();
    let run = netmap(&["lesson", "--lessons", at, "new", "odd", "--from", file.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("left out: -rf"), "{}", run.err);
    let setup = text(folder.path(), "odd/setup.sh");
    assert!(
        !setup.contains("$HOME") && !setup.contains("touch") && !setup.contains("-rf"),
        "{setup}"
    );
    for name in ["../x", "a b", ""] {
        let run = netmap(&["lesson", "--lessons", at, "new", name, "--from", "sample:module-5"]);
        assert_eq!(run.code, 2, "{name}");
    }
}

#[test]
fn what_is_wrong_with_a_lesson_is_said_with_its_file() {
    let folder = made("sample:lessons/two-networks", "mine");
    let at = folder.path().to_str().unwrap();
    let setup = text(folder.path(), "mine/setup.sh").replacen("--label $label ", "", 1);
    fs::write(folder.path().join("mine/setup.sh"), setup).unwrap();
    fs::write(folder.path().join("mine/check.yaml"), "reach:\n  - a => b\n").unwrap();
    let run = netmap(&["lesson", "--lessons", at, "sheet"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("setup.sh:") && run.err.contains("--label"), "{}", run.err);
    assert!(run.err.contains("check.yaml:2:"), "{}", run.err);
    fs::remove_file(folder.path().join("mine/solve.sh")).unwrap();
    let run = netmap(&["lesson", "--lessons", at, "list"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("solve.sh"), "{}", run.err);
    let empty = tempfile::tempdir().unwrap();
    let run = netmap(&["lesson", "--lessons", empty.path().to_str().unwrap(), "list"]);
    assert!(run.err.contains("there is no lesson"), "{}", run.err);
}

#[test]
fn one_broken_lesson_keeps_nobody_from_the_others() {
    let folder = made("sample:lessons/two-networks", "whole");
    let at = folder.path().to_str().unwrap();
    for name in ["bad-check", "no-script", "no-start", "pipe"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        for file in ["README.md", "setup.sh", "solve.sh", "check.yaml"] {
            let text = text(folder.path(), &format!("whole/{file}"));
            let text = text.replace("netmap.lesson=whole", &format!("netmap.lesson={name}"));
            fs::write(folder.path().join(name).join(file), text).unwrap();
        }
    }
    fs::write(folder.path().join("bad-check/check.yaml"), "reach:\n\t- a -> b\n").unwrap();
    fs::remove_file(folder.path().join("no-script/solve.sh")).unwrap();
    fs::remove_file(folder.path().join("no-start/setup.sh")).unwrap();
    // What never ends is not waited for.
    let pipe = folder.path().join("pipe/check.yaml");
    fs::remove_file(&pipe).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // A folder that is none is no broken one.
    fs::create_dir(folder.path().join("pictures")).unwrap();
    fs::write(folder.path().join("pictures/README.md"), "# Pictures\n").unwrap();
    let of = |arguments: &[&str]| netmap(&[&["lesson", "--lessons", at], arguments].concat());
    let list = of(&["list", "--host", "unix:///nonexistent/netmap-tests.sock"]);
    assert_eq!(list.code, 2, "{}", list.err);
    assert_eq!(list.out, "whole  shop-web does not reach shop-db\n");
    for told in [
        "bad-check: check.yaml:2:1: ",
        "no-script: solve.sh: cannot read it: No such file",
        "no-start: setup.sh: cannot read it: No such file",
        "pipe: check.yaml: cannot read it: it is no regular file",
    ] {
        assert!(list.err.contains(told), "{told}: {}", list.err);
    }
    assert_eq!(list.err.matches("error:").count(), 4, "{}", list.err);
    // What is asked of one that is whole is answered, what of another says why not.
    assert_eq!(of(&["hint", "1", "whole"]).code, 0);
    assert_eq!(of(&["sheet", "whole"]).code, 0);
    let hint = of(&["hint", "1", "bad-check"]);
    assert_eq!(hint.code, 2, "{}", hint.err);
    assert!(hint.err.contains("bad-check: check.yaml:2:1: "), "{}", hint.err);
    let sheet = of(&["sheet"]);
    assert_eq!((sheet.code, sheet.out.as_str()), (2, ""), "{}", sheet.err);
    assert_eq!(sheet.err.matches("error:").count(), 4, "{}", sheet.err);
}

#[test]
fn a_folder_that_cannot_be_looked_into_is_told_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = made("sample:lessons/two-networks", "whole");
    let at = folder.path().to_str().unwrap();
    for name in ["closed", "lost+found"] {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    }
    let nowhere = ["--host", "unix:///nonexistent/netmap-tests.sock"];
    let list = netmap(&[&["lesson", "--lessons", at, "list"][..], &nowhere].concat());
    assert_eq!(list.out, "whole  shop-web does not reach shop-db\n", "{}", list.err);
    // Root may look into all of them.
    let is_closed = fs::read_dir(folder.path().join("closed")).is_err();
    assert_eq!(list.code, if is_closed { 2 } else { 0 }, "{}", list.err);
    assert_eq!(list.err.contains("closed: cannot read it"), is_closed, "{}", list.err);
    assert!(!list.err.contains("lost+found"), "{}", list.err);
}

#[test]
fn lessons_of_a_folder_are_the_course() {
    let folder = project_file("samples/lessons");
    let at = folder.to_str().unwrap();
    let nowhere = ["--host", "unix:///nonexistent/netmap-tests.sock"];
    let own = netmap(&[&["lesson", "list"][..], &nowhere].concat());
    let read = netmap(&[&["lesson", "list", "--lessons", at][..], &nowhere].concat());
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&own.out), sorted(&read.out));
    let hint = netmap(&["lesson", "--lessons", at, "hint", "1", "moved"]);
    assert_eq!(hint.code, 0, "{}", hint.err);
    assert!(
        hint.err.contains("netmap lesson --lessons") && hint.err.contains(" hint 2"),
        "{}",
        hint.err
    );
}

#[test]
fn a_sheet_for_students_keeps_what_they_are_to_find() {
    let student = netmap(&["lesson", "sheet", "two-networks"]);
    assert_eq!(student.code, 0, "{}", student.err);
    assert!(student.out.starts_with("# The shop cannot reach its database\n"), "{}", student.out);
    assert!(
        student.out.contains("## Task") && student.out.contains("netmap lesson start two-networks")
    );
    for secret in ["## Hints", "## Solution", "network connect", "no-shared-network"] {
        assert!(!student.out.contains(secret), "{secret}");
    }
    let teacher = netmap(&["lesson", "sheet", "two-networks", "--teacher"]);
    for told in [
        "## Hints",
        "## Solution",
        "docker network connect shop-back shop-web",
        "(`no-shared-network`)",
        "reach:",
    ] {
        assert!(teacher.out.contains(told), "{told}: {}", teacher.out);
    }
}

#[test]
fn a_sheet_has_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let page = netmap(&["lesson", "sheet", "-o", &at("course.html")]);
    assert_eq!(page.code, 0, "{}", page.err);
    let page = text(folder.path(), "course.html");
    assert_eq!(page.matches("<svg").count(), 13);
    assert!(!page.contains("<script"));
    let pair = netmap(&["lesson", "sheet", "moved", "quiet", "-o", &at("two.md")]);
    assert_eq!(pair.code, 0, "{}", pair.err);
    let sheet = text(folder.path(), "two.md");
    for name in ["moved", "quiet"] {
        assert!(sheet.contains(&format!("({name}.svg)")), "{sheet}");
        roxmltree::Document::parse(&text(folder.path(), &format!("{name}.svg"))).unwrap();
    }
    assert!(sheet.contains("\n---\n"), "two lessons on one sheet");
}

#[test]
fn a_lesson_of_a_stranger_runs_nothing_on_paper() {
    let folder = made("sample:lessons/two-networks", "mine");
    let readme = text(folder.path(), "mine/README.md");
    let evil = "## Task\n\n<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))";
    fs::write(folder.path().join("mine/README.md"), readme.replace("## Task\n", evil)).unwrap();
    let at = folder.path().to_str().unwrap();
    let page = netmap(&["lesson", "--lessons", at, "sheet", "--format", "html"]);
    assert_eq!(page.code, 0, "{}", page.err);
    assert!(!page.out.contains("<script") && !page.out.contains("<img"), "{}", page.out);
    assert!(page.out.contains("default-src 'none'; style-src 'sha256-"), "{}", page.out);
}

/// What `netmap lesson new` says of a setup of which it makes no lesson.
fn refused(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let run = netmap(&[&["lesson", "--lessons", at, "new", "mine"], arguments].concat());
    assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.out, run.err);
    assert!(!folder.path().join("mine").exists(), "{arguments:?}");
    run.err
}

/// Whoever starts such a lesson is done, or never will be.
#[test]
fn no_lesson_is_made_of_what_it_could_not_teach() {
    for sample in ["sample:healthy-proxy", "sample:wrong-name/fixed"] {
        let healthy = refused(&["--from", sample]);
        assert!(healthy.contains("nothing is broken here"), "{healthy}");
        assert!(healthy.contains("see with `netmap doctor`"), "{healthy}");
    }
    for sample in ["crashed", "mtu-mismatch", "ip-forward-off", "shadowed-name"] {
        let odd = refused(&["--from", &format!("sample:{sample}")]);
        assert!(odd.contains("a lesson cannot stage what is wrong here"), "{odd}");
        assert!(odd.contains(&format!("({sample})")), "{odd}");
    }
    let unknown = refused(&["--from", "sample:module-5", "--rule", "wrong-nmae"]);
    assert!(unknown.contains("`wrong-nmae`") && unknown.contains("`wrong-name`"), "{unknown}");
    let other = refused(&["--from", "sample:module-5", "--rule", "wrong-name"]);
    assert!(other.contains("does not find `wrong-name` here"), "{other}");
    assert!(other.contains("it finds localhost-dependency"), "{other}");
}

/// Two samples side by side, each with a fault of its own.
fn two_faults() -> tempfile::NamedTempFile {
    let sample = |name: &str| -> serde_json::Value {
        let place = project_file("samples").join(name).join("snapshot.json");
        serde_json::from_str(&fs::read_to_string(place).unwrap()).unwrap()
    };
    let mut both = sample("no-shared-network");
    let other = sample("lessons/wrong-name");
    for list in ["containers", "networks", "observations"] {
        let known: Vec<_> = both[list].as_array().unwrap().clone();
        let is_new = |one: &&serde_json::Value| known.iter().all(|it| it["name"] != one["name"]);
        let more = other[list].as_array().unwrap().iter();
        let more: Vec<_> =
            more.filter(|one| list == "observations" || is_new(one)).cloned().collect();
        both[list].as_array_mut().unwrap().extend(more);
    }
    let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    fs::write(file.path(), both.to_string()).unwrap();
    file
}

#[test]
fn a_lesson_of_two_faults_speaks_of_both_or_of_the_one_that_is_asked_for() {
    let file = two_faults();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let new = |name: &str, more: &[&str]| {
        let from = ["--from", file.path().to_str().unwrap()];
        let run = netmap(&[&["lesson", "--lessons", at, "new", name], &from[..], more].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        run.err
    };
    let said = new("both", &[]);
    assert!(said.contains("no-shared-network, wrong-name. With --rule"), "{said}");
    let readme = text(folder.path(), "both/README.md");
    let (story, solution) = readme.split_once("## Solution").unwrap();
    let (story, hints) = story.split_once("## Hints").unwrap();
    for name in ["library-app", "library-mysql"] {
        assert!(story.contains(name), "{readme}");
    }
    assert!(story.contains("2 things are wrong here. Let `"), "{readme}");
    for told in ["a network that both are on", "answers to its name, its compose service"] {
        for part in [hints, solution] {
            assert!(part.contains(told), "{told}: {part}");
        }
    }
    assert!(solution.contains("\nlibrary-app ") && !solution.contains("Library"), "{solution}");
    let check = text(folder.path(), "both/check.yaml");
    assert!(check.contains("none of no-shared-network, wrong-name"), "{check}");
    let said = new("one", &["--rule", "wrong-name"]);
    assert!(!said.contains("several faults"), "{said}");
    let readme = text(folder.path(), "one/README.md");
    assert!(readme.starts_with("# library-app does not reach library-mysql\n"), "{readme}");
    let check = text(folder.path(), "one/check.yaml");
    assert!(check.contains("none of wrong-name\n"), "{check}");
    // What is wrong besides would keep it from ever passing.
    assert!(!check.contains("web -> db"), "{check}");
}
