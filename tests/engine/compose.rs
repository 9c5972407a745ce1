//! The planned map equals the running one: each setup of `tests/corpus`,
//! modelled on what people publish, is brought up by docker-compose, with
//! busybox standing in for every image.
//!
//! docker-compose is that of Debian, 1.29. It gives containers the names of
//! Compose 1, for which netmap is told so in the way Compose 2 is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use netmap::graph::{Map, Reason};
use netmap::model::{Container, Endpoint, Network, NetworkMode, Snapshot};

use crate::requests::remove_project;
use crate::support::{Corner, docker, engine, netmap, netmap_command, text};

/// How many setups are up at the same time: they take their networks from
/// the engine's default pools, which have room for 31.
const AT_ONCE: usize = 4;

#[test]
#[ignore = "needs a Docker engine"]
fn the_planned_map_equals_the_running_one() {
    let mut corner = Corner::new("netmap-corpus");
    corner.network("edge", &[]);
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut setups: Vec<PathBuf> =
        fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    setups.sort();
    assert!(setups.len() >= 20, "{setups:?}");
    // The largest first: it takes as long as several others.
    setups.sort_by_key(|setup| !setup.ends_with("shop"));
    let waiting = Mutex::new(setups.into_iter());
    let differences = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(setup) = { waiting.lock().unwrap().next() } {
                    let found = Project::of(&setup).hold_plan_against_engine();
                    differences.lock().unwrap().extend(found);
                }
            });
        }
    });
    let differences = differences.into_inner().unwrap();
    assert!(differences.is_empty(), "planned, then running:\n{}", differences.join("\n"));
}

/// Notes where the two differ.
fn compare<T: PartialEq + std::fmt::Debug>(
    what: &str,
    planned: T,
    running: T,
    to: &mut Vec<String>,
) {
    if planned != running {
        to.push(format!("{what}\n  {planned:?}\n  {running:?}"));
    }
}

/// One setup, copied to a place of its own. Taken down when dropped.
struct Project {
    name: String,
    folder: tempfile::TempDir,
    files: Vec<&'static str>,
    up: bool,
}

impl Project {
    fn of(setup: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(setup, folder.path());
        let mut files = vec!["compose.yaml"];
        if folder.path().join("compose.override.yaml").exists() {
            files.push("compose.override.yaml");
        }
        let name = format!("corpus-{}", setup.file_name().unwrap().to_str().unwrap());
        let mut project = Self { name, folder, files, up: false };
        project.stand_in();
        project
    }

    /// Lays a file over the others in which busybox sleeps for every service.
    fn stand_in(&mut self) {
        let all: String = self
            .files
            .iter()
            .map(|file| fs::read_to_string(self.folder.path().join(file)).unwrap())
            .collect();
        // Who waits for a healthy service waits for a check that passes.
        let check = if all.contains("service_healthy") {
            ", healthcheck: {test: [CMD, \"true\"], interval: 1s}"
        } else {
            ""
        };
        let mut overlay = "services:\n".to_owned();
        for container in &self.planned().containers {
            let service = container.compose.service.as_ref().unwrap();
            let line = format!(
                "  {service}: {{image: busybox, command: [sleep, 1d], entrypoint: []{check}}}\n"
            );
            if !overlay.contains(&line) {
                overlay.push_str(&line);
            }
        }
        fs::write(self.folder.path().join("stand-in.yaml"), overlay).unwrap();
        self.files.push("stand-in.yaml");
    }

    fn planned(&self) -> Snapshot {
        let mut command = netmap_command();
        command.args(["show", "--format", "json", "--project-name", &self.name]);
        for file in &self.files {
            command.arg("--compose").arg(self.folder.path().join(file));
        }
        command.env("COMPOSE_COMPATIBILITY", "1").env("COMPOSE_PROFILES", "flower");
        snapshot(&command.output().unwrap())
    }

    /// What is written against what runs.
    fn diff(&self) -> Output {
        let mut command = netmap_command();
        command.args(["diff", "--host", &engine(), "--project-name", &self.name]);
        for file in &self.files {
            command.arg("--compose").arg(self.folder.path().join(file));
        }
        command.env("COMPOSE_PROFILES", "flower").output().unwrap()
    }

    fn docker_compose(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("docker-compose");
        command.args(["-H", &engine(), "-p", &self.name]);
        for file in &self.files {
            command.args(["-f", file]);
        }
        command.args(arguments).current_dir(self.folder.path());
        command.env("COMPOSE_PROFILES", "flower").output().expect("docker-compose is installed")
    }

    fn hold_plan_against_engine(mut self) -> Vec<String> {
        self.up = true;
        let output = self.docker_compose(&["up", "-d", "-t", "0", "--no-build"]);
        if !output.status.success() {
            return vec![format!("{}: {}", self.name, text(&output.stderr))];
        }
        let running =
            snapshot(&netmap(&["show", "--all", "--format", "json", "--project", &self.name]));
        let planned = self.planned();
        let mut found = Vec::new();
        let notes: Vec<String> = planned.unread.iter().map(|unread| unread.what.clone()).collect();
        compare(&self.name, notes, Vec::new(), &mut found);

        let names = |snapshot: &Snapshot| -> Vec<String> {
            snapshot.containers.iter().map(|container| container.name.clone()).collect()
        };
        compare(&self.name, names(&planned), names(&running), &mut found);
        for (planned, real) in planned.containers.iter().zip(&running.containers) {
            let (mut planned, mut real) = (shape(planned, &running), shape(real, &running));
            // Without one in the file it is an id, or that of the stack's owner.
            if planned.get("hostname").is_some_and(String::is_empty) {
                planned.remove("hostname");
                real.remove("hostname");
            }
            compare(&self.name, planned, real, &mut found);
        }
        let networks = |snapshot: &Snapshot| -> Vec<String> {
            snapshot.networks.iter().map(|network| network.name.clone()).collect()
        };
        compare(&self.name, networks(&planned), networks(&running), &mut found);
        for (planned, real) in planned.networks.iter().zip(&running.networks) {
            // The file does not say of what kind a network made elsewhere is.
            if planned.driver.as_str() != "external" {
                let real = network_shape(real, planned);
                compare(&self.name, network_shape(planned, planned), real, &mut found);
            }
        }
        if found.is_empty() {
            predictions(&planned, &running, &mut found);
        }
        // `diff` sees through the two ways of naming containers by itself.
        let output = self.diff();
        if output.status.code() != Some(0) {
            found.push(format!("{}: {}{}", self.name, text(&output.stdout), text(&output.stderr)));
        }
        let (from, network) = running
            .containers
            .iter()
            .find_map(|c| {
                c.endpoints.iter().find(|e| e.ipv4.is_some()).map(|e| (&c.name, &e.network))
            })
            .expect("a container on a network");
        docker(&["network", "disconnect", network, from]);
        let output = self.diff();
        let told = text(&output.stdout);
        if output.status.code() != Some(1) || !told.contains(from) || !told.contains(network) {
            found.push(format!("{} without {from} on {network}: {told}", self.name));
        }
        found
    }
}

/// What the plan predicts is what the map of the running setup predicts.
fn predictions(planned: &Snapshot, running: &Snapshot, found: &mut Vec<String>) {
    let (plan, real) = (Map::new(planned), Map::new(running));
    for from in plan.containers() {
        for to in plan.containers().filter(|to| *to != from) {
            let (a, b) = (&planned.containers[from].name, &planned.containers[to].name);
            let (expected, predicted) = (real.predict(from, to), plan.predict(from, to));
            for (what, expected, predicted) in [
                ("by name", expected.by_name, predicted.by_name),
                ("by address", expected.by_address, predicted.by_address),
            ] {
                if predicted.reason != Reason::UnknownDriver {
                    let what = format!("{a} to {b} {what}");
                    compare(&what, predicted.verdict, expected.verdict, found);
                }
            }
        }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if self.up {
            remove_project(&engine(), &self.name);
        }
    }
}

/// What a plan can know of a container, as lines of text.
fn shape(container: &Container, running: &Snapshot) -> BTreeMap<String, String> {
    let mode = match &container.network_mode {
        // A plan gives the name, the engine the id.
        NetworkMode::Container(owner) => {
            let owner = running.containers.iter().find(|c| c.id == *owner || c.name == *owner);
            format!("container:{}", owner.map_or("nobody", |owner| &owner.name))
        }
        // Which of several networks comes first is the file's order in
        // Compose 1 and the alphabet in Compose 2.
        NetworkMode::Network(_) if container.endpoints.len() > 1 => "several".to_owned(),
        mode => mode.to_string(),
    };
    let mut lines = BTreeMap::from([
        ("name", container.name.clone()),
        ("hostname", container.hostname.clone()),
        ("image", container.image.clone()),
        ("mode", mode),
        ("project", format!("{:?}", container.compose)),
        ("requested", format!("{:?}", container.requested)),
        ("exposed", format!("{:?}", container.exposed)),
        ("extra hosts", format!("{:?}", sorted(&container.extra_hosts))),
        ("dns", format!("{:?}", container.dns)),
        (
            "references",
            format!(
                "{:?}",
                container
                    .references
                    .iter()
                    .filter(|reference| { reference.origin != netmap::model::Origin::Compose })
                    .collect::<Vec<_>>()
            ),
        ),
    ]);
    let own_labels: Vec<String> = container
        .labels
        .iter()
        .filter(|(key, _)| !key.starts_with("com.docker.compose."))
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    lines.insert("labels", own_labels.join(" "));
    let mut shape: BTreeMap<String, String> =
        lines.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    for endpoint in &container.endpoints {
        shape.insert(format!("on {}", endpoint.network), endpoint_shape(container, endpoint));
    }
    shape
}

fn endpoint_shape(container: &Container, endpoint: &Endpoint) -> String {
    let mut aliases = sorted(&endpoint.aliases);
    aliases.retain(|alias| alias != container.short_id() && *alias != container.name);
    let links: Vec<String> = sorted(&endpoint.links);
    format!("{aliases:?} fixed {:?} {:?} links {links:?}", endpoint.fixed_ipv4, endpoint.fixed_ipv6)
}

/// What a plan can know of a network; subnets only where they are planned.
fn network_shape(network: &Network, planned: &Network) -> String {
    let subnets = if planned.subnets.is_empty() { &[][..] } else { &network.subnets };
    let own_labels: Vec<_> =
        network.labels.iter().filter(|(key, _)| !key.starts_with("com.docker.compose.")).collect();
    format!(
        "{} {} {} internal {} attachable {} ipv6 {} icc {} masquerade {} mtu {:?} {:?} {:?} {own_labels:?} {subnets:?}",
        network.name,
        network.driver,
        network.scope,
        network.internal,
        // Compose 1 makes every network attachable, Compose 2 only on request.
        planned.attachable && network.attachable,
        network.ipv6,
        network.icc,
        network.masquerade,
        if network.is_built_in() { None } else { network.mtu },
        network.project,
        if network.is_built_in() { None } else { Some(&network.options) },
    )
}

fn sorted<T: ToString>(items: &[T]) -> Vec<String> {
    let mut items: Vec<String> = items.iter().map(T::to_string).collect();
    items.sort();
    items.dedup();
    items
}

fn snapshot(output: &Output) -> Snapshot {
    assert!(output.status.success(), "{}", text(&output.stderr));
    Snapshot::read(output.stdout.as_slice()).expect("netmap prints a snapshot")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
