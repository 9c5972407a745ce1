//! What Compose 2 makes. `tests/run` says where a docker-compose of version 2
//! is, or leaves these tests out and counts them.

mod agreement;
mod generate;
mod start;

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use crate::recorder::Recorder;
use crate::requests::remove_project;
use crate::support::{docker, engine, netmap_command, process_of, text};

/// docker-compose of version 2 against the engine under test.
fn compose_2() -> Command {
    let program = std::env::var("NETMAP_TEST_COMPOSE2")
        .expect("NETMAP_TEST_COMPOSE2 is not set: tests/run sets it where target/forky is");
    let mut command = Command::new(program);
    command.env("DOCKER_HOST", engine());
    command
}

const FILE: &str = "
services:
  web:
    image: busybox
    command: [sleep, 1d]
    pull_policy: never
    networks:
      front: {aliases: [www]}
      back:
  db:
    image: busybox
    command: [sleep, 1d]
    pull_policy: never
    networks: [back]
  agent:
    image: busybox
    command: [sleep, 1d]
    pull_policy: never
    network_mode: service:db
networks:
  front:
  back: {internal: true}
";

/// A project of [`FILE`], taken down when dropped.
struct Project {
    name: String,
    folder: tempfile::TempDir,
}

impl Project {
    fn up(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("compose.yaml"), FILE).unwrap();
        let project = Self { name: name.to_owned(), folder };
        let output = project.compose(&["up", "-d"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        project
    }

    fn compose(&self, arguments: &[&str]) -> Output {
        let mut command = compose_2();
        command.args(["-p", &self.name]).args(arguments).current_dir(self.folder.path());
        command.output().expect("docker-compose runs")
    }

    /// netmap with what the project's file plans.
    fn planned(&self, arguments: &[&str]) -> Output {
        let mut command = netmap_command();
        command.args(arguments).args(["--project-name", &self.name]);
        command.arg("--compose").arg(self.folder.path().join("compose.yaml")).output().unwrap()
    }

    /// netmap with what runs.
    fn running(&self, arguments: &[&str]) -> Output {
        let mut command = netmap_command();
        command.args(["--host", &engine()]).args(arguments).args(["--project", &self.name]);
        command.output().unwrap()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        remove_project(&engine(), &self.name);
    }
}

/// The rules that fire on the project, as an engine of this machine and as one
/// elsewhere, whose namespaces nobody sees.
fn orphans(project: &Project) -> [bool; 2] {
    let recorder = Recorder::over_tcp();
    [engine(), recorder.address.clone()].map(|host| {
        let mut command = netmap_command();
        command.args(["doctor", "--no-exec", "--format", "json", "--host", &host]);
        let output = command.args(["--project", &project.name]).output().unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let mut found = found["findings"].as_array().unwrap().iter();
        found.any(|finding| finding["rule"] == "namespace-orphan")
    })
}

/// Whether the agent is in the network namespace of the database, whose it shares.
fn is_at_home(project: &Project) -> bool {
    let namespace = |service: &str| {
        let name = format!("{}-{service}-1", project.name);
        let pid = process_of(&name);
        fs::read_link(format!("/proc/{pid}/ns/net")).expect("root may look")
    };
    namespace("agent") == namespace("db")
}

#[test]
#[ignore = "needs a container engine and docker-compose 2"]
fn a_restart_that_leaves_a_sidecar_behind_is_found_within_its_second() {
    let project = Project::up("cforphan");
    assert!(is_at_home(&project));
    assert_eq!(orphans(&project), [false; 2]);
    let container = |service: &str| format!("{}-{service}-1", project.name);
    let mut seen = [0, 0];
    for round in 0..6 {
        match round {
            0 => drop(docker(&["restart", "-t", "0", &container("db")])),
            1 => drop(docker(&["restart", "-t", "0", &container("db"), &container("agent")])),
            _ => assert!(project.compose(&["restart", "-t", "0"]).status.success()),
        }
        let left = !is_at_home(&project);
        assert_eq!(orphans(&project), [left; 2], "round {round}");
        seen[usize::from(left)] += 1;
        println!("round {round}: {}", if left { "left behind" } else { "at home" });
    }
    assert!(seen.iter().all(|times| *times > 0), "{seen:?}");
}

/// Which containers are on which networks, in the words of `show`.
fn endpoints(shown: &Output) -> Vec<String> {
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    for container in shown["containers"].as_array().unwrap() {
        let who = format!("{} of {}", word(&container["name"]), word(&container["service"]));
        let mode = word(&container["network_mode"]);
        let endpoints = container["endpoints"].as_array().unwrap();
        if endpoints.is_empty() {
            lines.push(format!("{who}: {}", mode.split(':').next().unwrap()));
        }
        lines.extend(endpoints.iter().map(|e| format!("{who}: {}", word(&e["network"]))));
    }
    lines
}

#[test]
#[ignore = "needs a container engine and docker-compose 2"]
fn what_compose_2_made_is_what_its_file_plans() {
    let project = Project::up("cfcompose2");
    let show = ["show", "--all", "--format", "json"];
    let running = endpoints(&project.running(&show));
    assert_eq!(
        running,
        [
            "cfcompose2-agent-1 of agent: container",
            "cfcompose2-db-1 of db: cfcompose2_back",
            "cfcompose2-web-1 of web: cfcompose2_back",
            "cfcompose2-web-1 of web: cfcompose2_front",
        ]
    );
    assert_eq!(endpoints(&project.planned(&show)), running);
    let diff = project.planned(&["diff", "--host", &engine()]);
    let told = [diff.stdout, diff.stderr].map(|bytes| text(&bytes)).concat();
    assert_eq!(diff.status.code(), Some(0), "{told}");
}
