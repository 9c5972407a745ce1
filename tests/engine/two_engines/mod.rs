//! Two engines that make one swarm, with a cable between them: what netmap
//! says of it from either end and from both, also when the cable is cut.
//! `tests/run --engine swarm` starts them; no other engine can pass this.

mod joined;
mod told;
mod trouble;

use std::any::Any;
use std::process::Output;
use std::sync::{PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{docker, docker_command, engine, netmap_command, text, try_docker};

/// Address of the worker's engine; the manager's is the engine of all tests.
fn worker() -> String {
    std::env::var("NETMAP_TEST_SECOND")
        .expect("NETMAP_TEST_SECOND is not set: run tests/run --engine swarm")
}

/// Runs docker against the worker.
fn try_on_worker(arguments: &[&str]) -> Output {
    docker_command(&worker()).args(arguments).output().unwrap()
}

/// Waits until `test` holds, and says what was waited for when it never does.
fn wait_until(what: &str, mut test: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(40);
    while !test() {
        assert!(Instant::now() < deadline, "it never came: {what}");
        thread::sleep(Duration::from_millis(200));
    }
}

/// Who reads needs the cable, who writes cuts it.
static CABLE: RwLock<()> = RwLock::new(());

/// A service and an overlay network for one test, with names of its own.
/// Removed at the end, also when the test fails.
struct Stack {
    /// Held as long as the stack stands: nobody cuts the cable meanwhile.
    _peace: Box<dyn Any>,
    prefix: &'static str,
    services: Vec<String>,
    networks: Vec<String>,
}

impl Stack {
    fn new(prefix: &'static str) -> Self {
        let peace = CABLE.read().unwrap_or_else(PoisonError::into_inner);
        Self::with(Box::new(peace), prefix)
    }

    /// For a test that will cut the cable, and so has the engines for itself.
    fn alone(prefix: &'static str) -> Self {
        let peace = CABLE.write().unwrap_or_else(PoisonError::into_inner);
        Self::with(Box::new(peace), prefix)
    }

    fn with(peace: Box<dyn Any>, prefix: &'static str) -> Self {
        Self { _peace: peace, prefix, services: Vec::new(), networks: Vec::new() }
    }

    fn network(&mut self, name: &str) -> String {
        let full = format!("{}-{name}", self.prefix);
        self.networks.push(full.clone());
        docker(&["network", "create", "-d", "overlay", "--attachable", &full]);
        full
    }

    /// Makes a service and waits until all its tasks run.
    fn service(&mut self, name: &str, options: &[&str], command: &[&str]) -> String {
        let full = format!("{}-{name}", self.prefix);
        self.services.push(full.clone());
        let create = ["service", "create", "-d", "-q", "--name", &full];
        docker(&[&create as &[&str], options, &["busybox"], command].concat());
        wait_until(&format!("all tasks of {full}"), || {
            let told = docker(&[
                "service",
                "ls",
                "--filter",
                &format!("name={full}"),
                "--format",
                "{{.Replicas}}",
            ]);
            let (running, wanted) = told.split_once('/').unwrap_or_default();
            running == wanted && wanted != "0" && !wanted.is_empty()
        });
        full
    }

    /// The names of a service's containers, on the manager and on the worker.
    fn containers(service: &str) -> [Vec<String>; 2] {
        let label = format!("label=com.docker.swarm.service.name={service}");
        [engine(), worker()].map(|address| {
            let output = docker_command(&address)
                .args(["ps", "--filter", &label, "--format", "{{.Names}}"])
                .output()
                .unwrap();
            text(&output.stdout).lines().map(str::to_owned).collect()
        })
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        for service in &self.services {
            try_docker(&["service", "rm", service]);
        }
        for network in &self.networks {
            // Its members take a while to go.
            let removed = || try_docker(&["network", "rm", network]);
            let deadline = Instant::now() + Duration::from_secs(20);
            while !removed().status.success() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(300));
            }
        }
    }
}

/// netmap against these engines; its standard output. Panics unless it ended
/// with `code`.
fn netmap_at(engines: &[String], code: i32, arguments: &[&str]) -> String {
    let mut command = netmap_command();
    command.args(arguments);
    for address in engines {
        command.args(["--host", address]);
    }
    let output = command.output().unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "netmap {}:\n{out}{err}", arguments.join(" "));
    out
}

fn json_at(engines: &[String], arguments: &[&str]) -> Value {
    serde_json::from_str(&netmap_at(engines, 0, arguments)).expect("netmap prints JSON")
}

/// What the doctor says of these engines.
fn doctor_at(engines: &[String], arguments: &[&str]) -> Value {
    let mut command = netmap_command();
    command.args(["doctor", "--format", "json"]).args(arguments);
    for address in engines {
        command.args(["--host", address]);
    }
    let output = command.output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("netmap prints JSON")
}

/// The item of a list with this name.
fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let mut all = list.as_array().unwrap().iter();
    all.find(|item| item["name"] == name).unwrap_or_else(|| panic!("no `{name}` in {list:#}"))
}

/// A container outside the swarm's services, removed at the end.
struct Lone {
    name: &'static str,
    address: String,
}

impl Lone {
    fn run(address: String, name: &'static str, network: &str) -> Self {
        let lone = Self { name, address };
        let output = lone.docker(&["run", "-d", "--name", name, "--network", network]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        lone
    }

    fn docker(&self, arguments: &[&str]) -> Output {
        let mut command = docker_command(&self.address);
        command.args(arguments);
        if arguments[0] == "run" {
            command.args(["busybox", "sleep", "1d"]);
        }
        command.output().unwrap()
    }
}

impl Drop for Lone {
    fn drop(&mut self) {
        self.docker(&["rm", "-f", self.name]);
    }
}

#[test]
#[ignore = "needs two engines"]
fn the_engines_are_one_swarm_whose_tasks_reach_one_another() {
    let mut stack = Stack::new("ground");
    let mesh = stack.network("mesh");
    let service =
        stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let [here, there] = Stack::containers(&service);
    assert_eq!((here.len(), there.len()), (1, 1), "one task on each node");
    docker(&["exec", &here[0], "ping", "-c1", "-W2", &there[0]]);
    let back = try_on_worker(&["exec", &there[0], "ping", "-c1", "-W2", &here[0]]);
    assert!(back.status.success(), "{}", text(&back.stderr));
}
