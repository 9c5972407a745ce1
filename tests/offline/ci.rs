//! What `docs/ci.md` says is run as it stands: every line of its jobs, on a
//! compose file that passes and on one that does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Run, finished, netmap_command, project_file};

const GOOD: &str = "\
services:
  web:
    image: nginx
    ports: [\"8080:80\"]
    networks: [front, back]
    environment:
      DATABASE_URL: postgres://db:5432/app
  db:
    image: postgres
    expose: [5432]
    networks: [back]
networks:
  front:
  back:
";

/// `web` cannot reach its database, and everybody else can.
fn bad() -> String {
    GOOD.replace("[front, back]", "[front]").replace("expose: [5432]", "ports: [\"5432:5432\"]")
}

fn page() -> String {
    fs::read_to_string(project_file("docs/ci.md")).unwrap()
}

/// The page's blocks of this language.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The job in which `key` stands.
fn job(key: &str) -> Value {
    let page = page();
    let found = blocks(&page, "yaml").into_iter().find(|block| block.contains(key));
    serde_saphyr::from_str(found.expect("a job")).expect("YAML")
}

/// The scripts of GitHub's job, in order, each with the name of its step.
fn of_github() -> Vec<(String, String)> {
    let steps = job("runs-on")["jobs"]["network"]["steps"].clone();
    let steps = steps.as_array().unwrap().iter();
    let text = |step: &Value, key: &str| step[key].as_str().unwrap_or_default().to_owned();
    steps
        .filter(|step| step["run"].is_string())
        .map(|s| (text(s, "name"), text(s, "run")))
        .collect()
}

/// The lines of GitLab's job, in order.
fn of_gitlab() -> Vec<String> {
    let job = job("before_script")["network"].clone();
    let parts = ["before_script", "script"].map(|key| job[key].as_array().unwrap().clone());
    parts.concat().iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

/// A repository with everything that the page says it needs.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn of(compose: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Self { folder };
        let page = page();
        let check = blocks(&page, "yaml").into_iter().find(|b| b.starts_with("# netmap.yaml\n"));
        repository.write("compose.yaml", GOOD);
        repository.write("netmap.yaml", check.unwrap());
        fs::create_dir(repository.path().join("docs")).unwrap();
        let drawn = repository.run("netmap show --compose compose.yaml -o docs/map.svg");
        assert_eq!(drawn.code, 0, "{}", drawn.err);
        let kept = repository.run(
            "git init -q && git add . && \
             git -c user.name=a -c user.email=a@example.org commit -qm 'Begin'",
        );
        assert_eq!(kept.code, 0, "{}", kept.err);
        repository.write("compose.yaml", compose);
        repository
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    /// Runs a script as a runner does, with the program under test as what the
    /// first step installs.
    fn run(&self, script: &str) -> Run {
        let program = netmap_command().get_program().to_owned();
        let bin = self.path().join(".git/bin");
        fs::create_dir_all(&bin).unwrap();
        let link = bin.join("netmap");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(program, &link).unwrap();
        let cargo = "#!/bin/sh\n[ \"$*\" = 'install --locked netmap' ]\n";
        fs::write(bin.join("cargo"), cargo).unwrap();
        fs::set_permissions(bin.join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
        command.current_dir(self.path()).env("PATH", format!("{}:{path}", bin.display()));
        command.env("DOCKER_HOST", "unix:///nonexistent/no-engine.sock");
        finished(command.output().unwrap())
    }
}

#[test]
fn githubs_job_passes_on_a_good_file_and_says_where_a_bad_one_is_wrong() {
    let scripts = of_github();
    assert!(scripts.len() >= 5, "{scripts:?}");
    let good = Repository::of(GOOD);
    for (name, script) in &scripts {
        let run = good.run(script);
        assert_eq!(run.code, 0, "{name}: {}{}", run.out, run.err);
    }
    let bad = Repository::of(&bad());
    let runs: Vec<Run> = scripts.iter().map(|(_, script)| bad.run(script)).collect();
    let codes: Vec<i32> = runs.iter().map(|run| run.code).collect();
    assert_eq!(codes, [0, 1, 1, 1, 0], "install, doctor, check, picture, SARIF");
    let annotations = &runs[1].out;
    assert!(
        annotations.starts_with("::error file=compose.yaml,line=7,col=7,title="),
        "{annotations}"
    );
    assert!(annotations.contains("::warning file=compose.yaml,line=10,"), "{annotations}");
    let sarif = fs::read_to_string(bad.path().join("netmap.sarif")).unwrap();
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 2);
}

#[test]
fn gitlabs_job_passes_on_a_good_file_and_reports_what_is_wrong_with_a_bad_one() {
    let lines = of_gitlab();
    let good = Repository::of(GOOD);
    for line in &lines {
        let run = good.run(line);
        assert_eq!(run.code, 0, "{line}: {}{}", run.out, run.err);
    }
    let bad = Repository::of(&bad());
    let codes: Vec<i32> = lines.iter().map(|line| bad.run(line).code).collect();
    assert_eq!(codes, [0, 1, 1, 1], "{lines:?}");
    let reports = &job("before_script")["network"]["artifacts"]["reports"]["junit"];
    for report in reports.as_array().unwrap() {
        let text = fs::read_to_string(bad.path().join(report.as_str().unwrap())).unwrap();
        let document = roxmltree::Document::parse(&text).unwrap();
        assert!(document.descendants().any(|node| node.has_tag_name("failure")), "{text}");
    }
}

#[test]
fn a_baseline_tells_what_is_new() {
    let page = page();
    let script = blocks(&page, "sh").concat();
    let bad = Repository::of(&bad());
    let run = bad.run(&script);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("2 are known."), "{}", run.out);
    // A third thing goes wrong.
    let worse = self::bad().replace("image: nginx", "image: nginx\n    depends_on: [cache]")
        + "  unused:\n";
    let worse = worse.replace(
        "  db:\n    image: postgres",
        "  cache:\n    image: redis\n    ports: [\"6379:6379\"]\n    networks: [front]\n  db:\n    image: postgres",
    );
    bad.write("compose.yaml", &worse);
    let run = bad.run(script.lines().last().unwrap());
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("1 problem\n") && run.out.contains("cache"), "{}", run.out);
    assert!(!run.out.contains("no-shared-network"), "{}", run.out);
    bad.write("baseline.json", "{\"schema\": \"netmap-findings/2\", \"findings\": []}");
    let run = bad.run(script.lines().last().unwrap());
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("netmap-findings/2") && run.err.contains("--format json"),
        "{}",
        run.err
    );
}

#[test]
fn what_the_page_ignores_is_ignored_with_its_reason() {
    let page = page();
    let part = blocks(&page, "yaml").into_iter().find(|block| block.contains("netmap.ignore"));
    let ignoring = Repository::of(&part.unwrap().replace("# a part of compose.yaml\n", ""));
    let run = ignoring.run("netmap doctor --compose compose.yaml");
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("only the office reaches this machine"), "{}", run.out);
    assert!(run.out.contains("No other problems found"), "{}", run.out);
    assert!(run.out.trim_end().contains("1 is ignored."), "{}", run.out);
}

#[test]
fn what_the_page_ignores_on_the_command_line_is_ignored_too() {
    let page = page();
    let start = page.find("`--ignore '").expect("the option") + 1;
    let option = &page[start..start + page[start..].find('`').unwrap()];
    let part = blocks(&page, "yaml").into_iter().find(|block| block.contains("netmap.ignore"));
    let lines =
        part.unwrap().lines().filter(|line| !line.contains("abel") && !line.contains("ignore"));
    let open = Repository::of(&lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(open.run("netmap doctor --compose compose.yaml").code, 1);
    let run = open.run(&format!("netmap doctor --compose compose.yaml {option}"));
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("only for now") && run.err.is_empty(), "{}{}", run.out, run.err);
    let slip = open.run("netmap doctor --compose compose.yaml --ignore exposed-to-the-world:dbb");
    assert!(slip.code == 1 && slip.err.contains("ignores nothing"), "{}", slip.err);
}

#[test]
fn a_check_file_in_its_usual_place_is_found() {
    let here = Repository::of(GOOD);
    let check = || here.run("netmap check --compose compose.yaml");
    assert_eq!(check().code, 0);
    let moved = here.run("mkdir .netmap && mv netmap.yaml .netmap/check.yaml");
    assert_eq!((moved.code, check().code), (0, 0));
    here.run("rm .netmap/check.yaml");
    let run = check();
    assert_eq!(run.code, 2);
    assert!(run.err.contains("neither netmap.yaml nor .netmap/check.yaml"), "{}", run.err);
    assert!(run.err.contains("--init -o netmap.yaml"), "{}", run.err);
}

#[test]
fn diff_ends_alike_with_and_without_being_asked_for_an_exit_code() {
    let codes = |after: &str| {
        let plain = ["diff", "samples/module-5", after];
        let asked = [&plain[..], &["--exit-code"]].concat();
        (crate::support::netmap(&plain).code, crate::support::netmap(&asked).code)
    };
    assert_eq!(codes("samples/module-5"), (0, 0));
    assert_eq!(codes("samples/module-5/network"), (1, 1));
}
