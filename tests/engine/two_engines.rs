//! Two engines that make one swarm, with a cable between them: what netmap
//! tells of it from either end and from both, also when the cable is cut.
//! `tests/run --engine swarm` starts them; no other engine can pass this.

use std::any::Any;
use std::process::{Command, Output};
use std::sync::{PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::ssh::Sshd;
use crate::support::{docker, engine, netmap_command, text, try_docker};

/// Address of the worker's engine; the manager's is the engine of all tests.
fn worker() -> String {
    std::env::var("NETMAP_TEST_SECOND")
        .expect("NETMAP_TEST_SECOND is not set: run tests/run --engine swarm")
}

/// Runs docker against the worker.
fn try_on_worker(arguments: &[&str]) -> Output {
    Command::new("docker").arg("-H").arg(worker()).args(arguments).output().unwrap()
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
            let output = Command::new("docker")
                .args(["-H", &address, "ps", "--filter", &label, "--format", "{{.Names}}"])
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

#[test]
#[ignore = "needs two engines"]
fn a_manager_tells_of_services_and_nodes_with_get_requests_only() {
    let mut stack = Stack::new("told");
    let mesh = stack.network("mesh");
    let options = ["--network", &mesh, "--replicas", "2", "-p", "18080:80"];
    let web = stack.service("web", &options, &["sleep", "1d"]);
    let options = ["--network", &mesh, "--mode", "global", "--endpoint-mode", "dnsrr"];
    let db = stack.service("db", &options, &["sleep", "1d"]);

    let recorder = Recorder::start();
    let shown = json_at(&[recorder.address.clone()], &["show", "--format", "json"]);
    let requests = recorder.requests();
    assert!(requests.iter().all(|request| request.starts_with("GET /")), "{requests:#?}");

    let swarm = &shown["engine"]["swarm"];
    assert_eq!(swarm["manager"], true);
    let nodes = &swarm["nodes"];
    assert_eq!(named(nodes, "manager")["role"], "manager");
    assert_eq!(named(nodes, "worker")["address"], "192.168.77.2");
    let service = named(&swarm["services"], &web);
    assert_eq!((&service["wanted"], &service["running"]), (&json!(2), &json!(2)));
    assert_eq!(service["published"][0]["host_port"], 18080);
    // The name leads where the engine says it does.
    let mesh_id = &named(&shown["networks"], &mesh)["id"];
    let mut all = service["virtual_addresses"].as_array().unwrap().iter();
    let address = &all.find(|told| told["network_id"] == *mesh_id).unwrap()["address"];
    let [here, _] = Stack::containers(&db);
    let answer = docker(&["exec", &here[0], "nslookup", &web, "127.0.0.11"]);
    assert!(answer.contains(&format!("Address: {}", address.as_str().unwrap())), "{answer}");
    let global = named(&swarm["services"], &db);
    assert_eq!((&global["mode"], &global["wanted"]), (&json!("global"), &json!(2)));
    assert_eq!(global["virtual_addresses"], json!([]));
    // A task leads to its container.
    let container = named(&shown["containers"], &here[0]);
    let tasks = global["tasks"].as_array().unwrap();
    assert!(tasks.iter().any(|task| task["container"] == container["id"]), "{global:#}");
    assert_eq!(container["task_of"], *db);

    let table = netmap_at(&[engine()], 0, &["show", "--format", "table", "--width", "150"]);
    let table = table.replace('\u{a0}', " ");
    for part in ["2 of 2", "18080 → 80", "192.168.77.2", &format!("{web}.1"), "its tasks on"] {
        assert!(table.contains(part), "{part}:\n{table}");
    }
}

#[test]
#[ignore = "needs two engines"]
fn a_worker_says_what_it_may_not_tell_and_goes_on() {
    let mut stack = Stack::new("mute");
    let mesh = stack.network("mesh");
    let each = stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let shown = json_at(&[worker()], &["show", "--format", "json"]);
    assert_eq!(shown["engine"]["swarm"]["manager"], false);
    let unread = shown["unread"].to_string();
    assert!(unread.contains("only managers list them"), "{unread}");
    let [_, there] = Stack::containers(&each);
    assert_eq!(named(&shown["containers"], &there[0])["task_of"], *each);
    let text = netmap_at(&[worker()], 0, &["show"]);
    assert!(text.contains("Not read: services and nodes of the swarm"), "{text}");
}

#[test]
#[ignore = "needs two engines"]
fn a_service_dialled_by_its_name_is_no_wrong_name() {
    let mut stack = Stack::new("dial");
    let mesh = stack.network("mesh");
    let web = stack.service("web", &["--network", &mesh], &["httpd", "-f", "-p", "80"]);
    let url = format!("WEB_URL=http://{web}:80/");
    let tasks = format!("DB=tcp://tasks.{web}:80");
    // One letter too many: the rule does look at this container.
    let _peer = Lone::run(engine(), "dial-peer", &mesh);
    let wrong = "NOT=http://dial-peeer:80/";
    let options = ["--network", &mesh, "--mode", "global", "-e", &url, "-e", &tasks, "-e", wrong];
    stack.service("client", &options, &["sleep", "1d"]);
    for address in [engine(), worker()] {
        let found = doctor_at(&[address], &[]).to_string();
        assert!(!found.contains(&format!("dials `{web}`")), "{found}");
        assert!(!found.contains("dials `tasks."), "{found}");
    }
    let found = doctor_at(&[engine()], &[]).to_string();
    assert!(found.contains("dials `dial-peeer`"), "{found}");
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
        let mut command = Command::new("docker");
        command.args(["-H", &self.address]).args(arguments);
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
fn two_engines_are_one_map_and_what_is_each_ones_own_is_told_apart() {
    let mut stack = Stack::new("join");
    let mesh = stack.network("mesh");
    let each = stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let _here = Lone::run(engine(), "join-twin", "bridge");
    let _there = Lone::run(worker(), "join-twin", "bridge");
    // An engine named twice is one all the same.
    let both = [engine(), worker(), engine()];
    let shown = json_at(&both, &["show", "--format", "json"]);
    let engines: Vec<&Value> =
        shown["engines"].as_array().unwrap().iter().map(|of| &of["node"]).collect();
    assert_eq!(engines, ["manager", "worker"]);
    let networks = shown["networks"].as_array().unwrap();
    let of_mesh = networks.iter().filter(|network| network["name"] == *mesh);
    assert_eq!(of_mesh.count(), 1, "an overlay network is one");
    let (near, far) =
        (named(&shown["networks"], "bridge@manager"), named(&shown["networks"], "bridge@worker"));
    assert_ne!(near["id"], far["id"]);
    let twin = named(&shown["containers"], "join-twin@worker");
    assert_eq!(
        (&twin["node"], &twin["endpoints"][0]["network"]),
        (&json!("worker"), &json!("bridge@worker"))
    );
    let [here, there] = Stack::containers(&each);
    assert_eq!(named(&shown["containers"], &here[0])["node"], "manager");
    assert_eq!(named(&shown["containers"], &there[0])["node"], "worker");
    // A manager has told what the worker may not.
    assert_eq!(shown["unread"], json!([]), "{shown:#}");

    // The same from a file, whole and with other names.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("both.json").display().to_string();
    netmap_at(&both, 0, &["snapshot", "--no-exec", "-o", &file]);
    let again = json_at(&[], &["show", "--format", "json", "--from", &file]);
    assert_eq!(named(&again["containers"], "join-twin@worker")["id"], twin["id"]);
    let redacted = netmap_at(&[], 0, &["snapshot", "--from", &file, "--redact"]);
    for name in ["join", "\"node\": \"worker\"", "@worker", "192.168.77"] {
        assert!(!redacted.contains(name), "{name}: {redacted}");
    }
}

#[test]
#[ignore = "needs two engines"]
fn an_engine_that_cannot_be_asked_leaves_a_hole_that_shows() {
    let gone = format!("{}.gone", worker());
    let engines = [engine(), gone.clone()];
    let shown = json_at(&engines, &["show", "--all", "--format", "json"]);
    let unread = shown["unread"].to_string();
    assert!(unread.contains(&format!("the engine {gone}")), "{unread}");
    assert_eq!(shown["engines"].as_array().unwrap().len(), 1);
    let table = netmap_at(&engines, 0, &["show"]);
    assert!(table.contains("Not read: the engine"), "{table}");
    // None at all is no map.
    netmap_at(&[gone.clone(), format!("{gone}.too")], 2, &["show"]);
}

#[test]
#[ignore = "needs two engines"]
fn a_probe_from_both_engines_agrees_with_the_map_by_either_method() {
    let mut stack = Stack::new("cross");
    let mesh = stack.network("mesh");
    let each = stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let _here = Lone::run(engine(), "cross-twin", "bridge");
    let _there = Lone::run(worker(), "cross-twin", "bridge");
    let [here, there] = Stack::containers(&each);
    for method in ["netns", "exec"] {
        let command = ["probe", "--format", "json", "--method", method, "--network", &mesh];
        let probe = json_at(&[engine(), worker()], &command);
        for (from, to) in [(&here[0], &there[0]), (&there[0], &here[0])] {
            for by in ["name", "address"] {
                let mut pairs = probe["pairs"].as_array().unwrap().iter();
                let pair = pairs
                    .find(|p| p["from"] == **from && p["to"] == **to && p["by"] == by)
                    .unwrap_or_else(|| panic!("{from} {to} {by}: {probe:#}"));
                assert_eq!(pair["predicted"], "reachable", "{pair:#}");
                assert_eq!(pair["outcome"], "reachable", "{method}: {pair:#}");
            }
        }
    }
    // Both twins may have one address; neither is taken for the other.
    let command = ["probe", "--format", "json", "cross-twin*", "cross-twin*"];
    let probe = json_at(&[engine(), worker()], &command);
    let pairs = probe["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 2);
    for pair in pairs {
        assert_eq!(pair["by"], "name", "no address of another engine's own is tried: {pair:#}");
        assert_ne!(pair["outcome"], "reachable", "{pair:#}");
    }
}

/// Something that stands between the two nodes until this is dropped, and the
/// nodes know of one another again.
struct Trouble {
    mend: Vec<Vec<String>>,
}

impl Trouble {
    /// Runs these in the manager's network namespace, and at the end those.
    fn make(commands: &[String], mend: &[String]) -> Self {
        let words = |line: &String| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let trouble = Self { mend: mend.iter().map(words).collect() };
        for command in commands {
            assert!(Self::run(&words(command)), "{command}");
        }
        trouble
    }

    /// The cable is pulled out.
    fn cut() -> Self {
        let link = |state: &str| vec![format!("ip link set cable {state}")];
        Self::make(&link("down"), &link("up"))
    }

    /// A firewall lets only the swarm's own port through.
    fn firewall() -> Self {
        let rules = |verb: &str| -> Vec<String> {
            ["udp --dport 4789", "udp --dport 7946", "tcp --dport 7946", "tcp --sport 7946"]
                .iter()
                .map(|what| format!("iptables -w -{verb} INPUT -i cable -p {what} -j DROP"))
                .collect()
        };
        Self::make(&rules("I"), &rules("D"))
    }

    fn run(command: &[String]) -> bool {
        let namespace = std::env::var("NETMAP_TEST_NAMESPACE").unwrap();
        let mut nsenter = Command::new("nsenter");
        nsenter.arg(format!("--net={namespace}")).args(command);
        nsenter.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Trouble {
    fn drop(&mut self) {
        for command in &self.mend {
            Self::run(command);
        }
    }
}

/// What the doctor's rule about nodes says, probe and all.
fn swarm_ports() -> String {
    let command = ["--probe", "--rule", "swarm-ports"];
    doctor_at(&[engine(), worker()], &command)["findings"].to_string()
}

#[test]
#[ignore = "needs two engines"]
fn nodes_that_do_not_reach_one_another_are_told_of_and_mended_are_not() {
    let mut stack = Stack::alone("cut");
    let mesh = stack.network("mesh");
    let each = stack.service("each", &["--network", &mesh, "--mode", "global"], &["sleep", "1d"]);
    let silence = format!("Members of the overlay network {mesh} do not answer one another");
    wait_until("peace before any trouble", || swarm_ports() == "[]");

    let firewall = Trouble::firewall();
    let found = swarm_ports();
    assert!(found.contains(&silence) && found.contains("4789/udp"), "{found}");
    assert!(!found.contains("does not reach"), "the manager sees the worker: {found}");
    // One cause is told once, and not as a firewall between two containers.
    let all = doctor_at(&[engine(), worker()], &["--probe"])["findings"].to_string();
    assert!(!all.contains("firewall-drop"), "{all}");
    wait_until("that the nodes have lost one another", || {
        swarm_ports().contains(&format!("Nodes of the overlay network {mesh} do not know"))
    });
    drop(firewall);
    wait_until("peace after the firewall", || swarm_ports() == "[]");

    let cut = Trouble::cut();
    wait_until("a node that is down", || {
        let found = swarm_ports();
        assert!(found.contains(&silence), "{found}");
        found.contains("The swarm does not reach 1 of its 2 nodes")
            && found.contains("worker (down)")
    });
    let shown = netmap_at(&[engine()], 0, &["show", "--width", "120"]);
    assert!(shown.contains("down"), "{shown}");
    // What runs on a node that is away does not count as running.
    let told = json_at(&[engine()], &["show", "--format", "json"]);
    let service = named(&told["engine"]["swarm"]["services"], &each).clone();
    assert_eq!(service["running"], 1, "{service:#}");
    drop(cut);
    wait_until("peace after the cut", || swarm_ports() == "[]");
}

#[test]
#[ignore = "needs two engines"]
fn all_nodes_are_found_over_ssh_by_the_managers_list() {
    let _peace = Stack::new("nodes");
    // ssh's configuration leads the worker's address to a server beside it.
    let sshd = Sshd::start(worker().trim_start_matches("unix://"));
    let all = |address: &str| {
        let show = ["show", "--all", "--format", "json", "--all-nodes", "--host", address];
        sshd.netmap().args(show).output().unwrap()
    };
    let output = all(&engine());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let engines: Vec<&Value> =
        shown["engines"].as_array().unwrap().iter().map(|of| &of["node"]).collect();
    assert_eq!(engines, ["manager", "worker"]);
    named(&shown["networks"], "docker_gwbridge@worker");
    assert_eq!(shown["unread"], json!([]), "{shown:#}");
    assert_eq!(sshd.logins(), 1);
    // Who is no manager cannot list the nodes, which is no small map.
    let output = all(&worker());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("needs a manager"), "{}", text(&output.stderr));
    drop(sshd);
    // Nor is a node that nobody can log in to.
    let output = netmap_command()
        .args(["show", "--format", "json", "--all-nodes", "--timeout", "2s", "--host", &engine()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    let unread = shown["unread"].to_string();
    assert!(unread.contains("192.168.77.2") && unread.contains("node `worker`"), "{unread}");
}
