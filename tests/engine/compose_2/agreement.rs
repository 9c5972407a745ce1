//! Compose 2 and netmap read the same files: whether they are refused, and
//! what is planned in them. The files are those of this repository that stand
//! for what people write, and some hundreds made up at random.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use netmap::compose::{self, Request};
use netmap::model::{Container, Origin, Reference, Refuser, Snapshot, reference};
use serde_json::Value;

use super::generate;

/// How many projects are made up, unless NETMAP_TEST_MADE_UP says how many.
const MADE_UP: usize = 600;

/// What is planned, as both tell it.
#[derive(Debug, PartialEq, Eq)]
struct Planned {
    project: String,
    services: BTreeMap<String, Service>,
    /// Names of the networks that are used.
    networks: BTreeSet<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Service {
    container_name: String,
    hostname: String,
    mode: String,
    /// Network, and with it aliases, addresses and the MAC address.
    on: BTreeMap<String, BTreeSet<String>>,
    ports: BTreeSet<String>,
    extra_hosts: BTreeSet<String>,
    hosts: BTreeSet<String>,
}

/// A project to be read: the folder that one stands in, the files, and what is
/// in the environment.
#[derive(Default)]
struct Project {
    folder: PathBuf,
    /// None where Compose is to look for them.
    files: Vec<PathBuf>,
    environment: BTreeMap<String, String>,
}

impl Project {
    /// What Compose makes of it, or the words with which it refuses it.
    fn by_compose(&self) -> Result<Planned, String> {
        let program = std::env::var("NETMAP_TEST_COMPOSE2").expect("tests/run sets it");
        let mut command = Command::new(program);
        command.env_clear().env("HOME", "/nonexistent").env("PATH", "/usr/bin:/bin");
        command.current_dir(&self.folder).envs(&self.environment);
        for file in &self.files {
            command.arg("-f").arg(file);
        }
        let output = command.args(["config", "--format", "json"]).output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        Ok(of_compose(&told))
    }

    /// What netmap makes of it, or what it says is refused.
    fn by_netmap(&self) -> Result<Planned, String> {
        let folder = || vec![self.folder.clone()];
        let files = if self.files.is_empty() { folder() } else { self.files.clone() };
        let request = Request {
            files,
            current_folder: self.folder.clone(),
            environment: self.environment.clone(),
            ..Request::default()
        };
        let snapshot = compose::judge(&request).map_err(|error| error.to_string())?;
        let plan = snapshot.plan.as_ref().expect("a plan");
        let refused: Vec<String> = plan
            .refused_by(Refuser::Compose)
            .map(|fault| format!("{} {}: {}", fault.place, fault.path, fault.why))
            .collect();
        if refused.is_empty() { Ok(of_netmap(&snapshot)) } else { Err(refused.join("\n")) }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for entry in fs::read_dir(&self.folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "yaml") {
                let inside = fs::read_to_string(&path).unwrap();
                text.push_str(&format!("--- {}\n{inside}", path.display()));
            }
        }
        text
    }
}

fn word(value: &Value) -> String {
    match value {
        // So that they are not taken for variables when it is read again.
        Value::String(text) => text.replace("$$", "$"),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn of_compose(told: &Value) -> Planned {
    let project = word(&told["name"]);
    let network = |key: &str| word(&told["networks"][key]["name"]);
    let mut services = BTreeMap::new();
    let mut networks = BTreeSet::new();
    for (name, service) in entries(&told["services"]) {
        if service["scale"] == 0 || service["deploy"]["replicas"] == 0 {
            continue;
        }
        let mode = word(&service["network_mode"]);
        let mut planned = Service {
            container_name: word(&service["container_name"]),
            hostname: word(&service["hostname"]),
            ..Service::default()
        };
        let own_mac = word(&service["mac_address"]).to_lowercase();
        let mut on: Vec<_> = entries(&service["networks"]).collect();
        on.sort_by_key(|(key, how)| (Reverse(how["priority"].as_i64().unwrap_or(0)), *key));
        for (at, (key, how)) in on.into_iter().enumerate() {
            let mut told: BTreeSet<String> =
                how["aliases"].as_array().into_iter().flatten().map(word).collect();
            told.extend([&how["ipv4_address"], &how["ipv6_address"]].map(word));
            told.insert(word(&how["mac_address"]).to_lowercase());
            if at == 0 && how["mac_address"].is_null() {
                told.insert(own_mac.clone());
            }
            told.remove("");
            told.remove(name);
            // Of two keys for one network the first counts.
            planned.on.entry(network(key)).or_insert(told);
            networks.insert(network(key));
        }
        let borrowed = mode == "host" || mode.contains(':');
        for port in service["ports"].as_array().into_iter().flatten().filter(|_| !borrowed) {
            let host = word(&port["published"]);
            let host = if host == "0" { String::new() } else { host };
            let protocol = word(&port["protocol"]);
            planned.ports.insert(format!(
                "{}|{host}|{}/{protocol}",
                word(&port["host_ip"]),
                port["target"]
            ));
        }
        let hosts = service["extra_hosts"].as_array().into_iter().flatten().map(word);
        planned.extra_hosts = hosts.map(|host| host.replacen('=', ":", 1)).collect();
        let variables: Vec<(String, String)> = entries(&service["environment"])
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), word(value)))
            .collect();
        let variables = variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        planned.hosts = reference::in_environment(variables).iter().map(host).collect();
        planned.mode = match mode.split_once(':') {
            Some(("service", owner)) => {
                let own = word(&told["services"][owner]["container_name"]);
                let made = format!("{project}-{owner}-1");
                format!("container:{}", if own.is_empty() { made } else { own })
            }
            _ => mode,
        };
        services.insert(name.clone(), planned);
    }
    // An empty network mode is not shown; it stands for the default network.
    let default = network("default");
    for service in services.values_mut().filter(|s| s.mode.is_empty() && s.on.is_empty()) {
        if !default.is_empty() {
            service.on.insert(default.clone(), BTreeSet::new());
            networks.insert(default.clone());
        } else {
            service.mode = "none".to_owned();
        }
    }
    Planned { project, services, networks }
}

fn of_netmap(snapshot: &Snapshot) -> Planned {
    let project = snapshot.plan.as_ref().map(|plan| plan.project.clone()).unwrap_or_default();
    let mut services = BTreeMap::new();
    let mut networks = BTreeSet::new();
    for container in &snapshot.containers {
        let name = container.compose.service.clone().unwrap_or_default();
        if container.compose.replica != Some(1) {
            continue;
        }
        let made = format!("{project}-{name}-1");
        let mut service = Service {
            container_name: if container.name == made {
                String::new()
            } else {
                container.name.clone()
            },
            hostname: container.hostname.clone(),
            mode: mode(container),
            ..Service::default()
        };
        for endpoint in &container.endpoints {
            if !service.mode.is_empty() {
                continue;
            }
            let mut told: BTreeSet<String> = endpoint.aliases.iter().cloned().collect();
            told.extend(endpoint.fixed_ipv4.map(|ip| ip.to_string()));
            told.extend(endpoint.fixed_ipv6.map(|ip| ip.to_string()));
            told.extend(endpoint.mac.clone());
            told.remove(&name);
            service.on.insert(endpoint.network.clone(), told);
            networks.insert(endpoint.network.clone());
        }
        for port in &container.requested {
            let ip = port.host_ip.map(|ip| ip.to_string()).unwrap_or_default();
            service
                .ports
                .insert(format!("{ip}|{}|{}/{}", port.host_port, port.port, port.protocol));
        }
        service.extra_hosts = container.extra_hosts.iter().map(ToString::to_string).collect();
        // What is for a browser is a variable, too.
        let of_environment =
            |r: &&Reference| matches!(r.origin, Origin::Environment | Origin::Browser);
        service.hosts = container.references.iter().filter(of_environment).map(host).collect();
        services.insert(name, service);
    }
    Planned { project, services, networks }
}

/// The network mode where it is written; nothing where networks are.
fn mode(container: &Container) -> String {
    let mode = container.network_mode.to_string();
    let is_network = container.endpoints.iter().any(|endpoint| endpoint.network == mode);
    let is_written = matches!(mode.as_str(), "host" | "none" | "bridge");
    if is_network && !is_written { String::new() } else { mode }
}

fn host(reference: &Reference) -> String {
    format!("{} {reference}", reference.variable.as_deref().unwrap_or_default())
}

/// The projects of this repository.
fn written() -> Vec<Project> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut projects = Vec::new();
    for folder in ["tests/corpus", "samples"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let folder = entry.unwrap().path();
            let file = folder.join("compose.yaml");
            if file.exists() {
                projects.push(Project { folder, files: vec![file], ..Project::default() });
            }
        }
    }
    let folder = root.join("tests/cases/compose");
    for entry in fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().path();
        let folder = folder.clone();
        projects.push(Project { folder, files: vec![file], ..Project::default() });
    }
    projects
}

fn made_up(seed: usize, root: &Path) -> Project {
    let folder = root.join(format!("Made.up_{seed}"));
    fs::create_dir_all(&folder).unwrap();
    let mut files = Vec::new();
    for (name, text) in generate::project(seed as u64) {
        fs::write(folder.join(name), text).unwrap();
        if matches!(name, "compose.yaml" | "over.yaml") {
            files.push(folder.join(name));
        }
    }
    files.sort();
    Project { folder, files, ..Project::default() }
}

/// Folders in which Compose looks for its files by itself.
fn looked_for(root: &Path) -> Vec<Project> {
    let web = |image: &str| format!("services: {{web: {{image: {image}}}}}\n");
    let write = |folder: &str, files: &[(&str, String)]| {
        for (name, text) in files {
            let path = root.join(folder).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    };
    write(
        "plain",
        &[
            ("docker-compose.yml", web("a")),
            ("docker-compose.override.yml", "services: {web: {hostname: over}}\n".to_owned()),
            ("below/deep/readme", String::new()),
            ("below/.env", "COMPOSE_PROJECT_NAME=from-below\n".to_owned()),
        ],
    );
    write(
        "named",
        &[
            ("one.yaml", web("${TAG:-none}")),
            (
                "two.yaml",
                "services: {web: {hostname: '${TAG}', ports: ['${PORT}:80']}}\n".to_owned(),
            ),
            (".env", "COMPOSE_FILE=one.yaml:two.yaml\nTAG=dot\nPORT=81\n".to_owned()),
            (
                "other.env",
                "COMPOSE_FILE=two.yaml,one.yaml\nCOMPOSE_PATH_SEPARATOR=,\nTAG=other\nPORT=82\n"
                    .to_owned(),
            ),
        ],
    );
    write(
        "profiled",
        &[
            (
                "compose.yaml",
                "services:\n  a: {image: a}\n  b: {image: b, profiles: [p]}\n".to_owned(),
            ),
            (".env", "COMPOSE_PROFILES=p\nCOMPOSE_PROJECT_NAME=dotted\n".to_owned()),
        ],
    );
    write("empty", &[("readme", String::new())]);
    let project = |folder: &str, environment: &[(&str, &str)]| Project {
        folder: root.join(folder),
        files: Vec::new(),
        environment: environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    };
    vec![
        project("plain", &[]),
        project("plain/below", &[]),
        project("plain/below/deep", &[]),
        project("plain", &[("COMPOSE_PROJECT_NAME", "given")]),
        project("plain", &[("COMPOSE_PROJECT_NAME", "Not Given")]),
        project("named", &[]),
        project("named", &[("COMPOSE_FILE", "two.yaml")]),
        project("named", &[("COMPOSE_FILE", "one.yaml"), ("TAG", "mine")]),
        project("named", &[("COMPOSE_FILE", "gone.yaml")]),
        project("named", &[("COMPOSE_ENV_FILES", "other.env")]),
        project("named", &[("COMPOSE_ENV_FILES", ".env,other.env")]),
        project("named", &[("COMPOSE_ENV_FILES", "gone.env")]),
        project("named", &[("COMPOSE_DISABLE_ENV_FILE", "1")]),
        project("profiled", &[]),
        project("profiled", &[("COMPOSE_PROFILES", "")]),
        project("empty", &[]),
    ]
}

#[test]
#[ignore = "needs docker-compose 2"]
fn compose_and_netmap_read_files_alike() {
    let root = tempfile::tempdir().unwrap();
    let mut projects = written();
    projects.extend(looked_for(&root.path().join("Looked")));
    let asked = std::env::var("NETMAP_TEST_MADE_UP").ok();
    let made = asked.map_or(MADE_UP, |number| number.parse().expect("a number"));
    projects.extend((0..made).map(|seed| made_up(seed, root.path())));
    let (next, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        let mut differ = Vec::new();
        while let Some(project) = projects.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (theirs, ours) = (project.by_compose(), project.by_netmap());
            refused.fetch_add(usize::from(theirs.is_err()), Ordering::Relaxed);
            let alike = match (&theirs, &ours) {
                (Ok(theirs), Ok(ours)) => theirs == ours,
                (theirs, ours) => theirs.is_err() && ours.is_err(),
            };
            if !alike {
                differ
                    .push(format!("{}\nCompose: {theirs:#?}\nnetmap: {ours:#?}\n", project.text()));
            }
        }
        differ
    };
    let differ: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let all = projects.len();
    let refused = refused.into_inner();
    println!("{all} projects read by both, {} alike, {refused} refused", all - differ.len());
    assert!(refused > all / 5 && refused < all * 4 / 5, "{refused} of {all} are refused");
    assert!(differ.is_empty(), "{} of {all} differ:\n{}", differ.len(), differ.join("\n======\n"));
}
